"""Roundings to whole numbers, and the larger or smaller of two rows: exact, with NumPy's NaN."""

from __future__ import annotations

from autograd.compiler.native.lanes import Row, where


def rint(x: Row) -> Row:
    """Nearest whole number, of two the even one."""
    return x.fn.intrinsic("roundeven", x)


def floor(x: Row) -> Row:
    """Largest whole number that is not above."""
    return x.fn.intrinsic("floor", x)


def ceil(x: Row) -> Row:
    """Smallest whole number that is not below."""
    return x.fn.intrinsic("ceil", x)


def trunc(x: Row) -> Row:
    """Whole number without what is behind the point."""
    return x.fn.intrinsic("trunc", x)


# Of 0 and -0 the second, which NumPy's maximum and minimum give too; its fmax and fmin give the second in whole vectors
# and either elsewhere.


def _larger(x: Row, y: Row) -> Row:
    return where(x > y, x, y)


def _smaller(x: Row, y: Row) -> Row:
    return where(x < y, x, y)


def maximum(x: Row, y: Row) -> Row:
    """Larger of two; NaN if either is."""
    return where(x.is_nan(), x, _larger(x, y))


def minimum(x: Row, y: Row) -> Row:
    """Smaller of two; NaN if either is."""
    return where(x.is_nan(), x, _smaller(x, y))


def fmax(x: Row, y: Row) -> Row:
    """Larger of two; beside NaN the other."""
    return where(y.is_nan(), x, _larger(x, y))


def fmin(x: Row, y: Row) -> Row:
    """Smaller of two; beside NaN the other."""
    return where(y.is_nan(), x, _smaller(x, y))
