"""Norms of vectors and matrices, and condition numbers.

A norm is a real number, so its derivative is a weight for each element: for the Euclidean norm x* / |x|, for the
largest element its sign, for norms of singular values the product of the singular vectors that count. Where a norm has
a kink (at 0, at an element 0 for orders up to 1, where two elements are both the largest) the weights are the
conventions': 0 at 0, and shared evenly at a tie.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import elementwise, kept_shape, op, reduction
from autograd.op import Matrix, Op, Real, case, composite, constants
from autograd.ops.elementwise import conj

NONZERO = Real(avoid=(0.0,))


def _even(x: Array, q: float) -> Array:
    with np.errstate(divide="ignore"):
        return np.fabs(x) ** q


def _odd(x: Array, q: float) -> Array:
    return np.copysign((x != 0) * (np.fabs(x) + (x == 0)) ** q, x)


def _even_power(g: Array, x: Array, q: float) -> Array:
    """d|x|^q = q sign(x) |x|^(q-1) dx."""
    return g * (q * odd_power(x, q=q - 1)) if q else np.zeros_like(g)


def _odd_power(g: Array, x: Array, q: float) -> Array:
    """d(sign(x) |x|^q) = q |x|^(q-1) dx; where that is infinite, 0 if nothing flows."""
    nothing = (x == 0) & (g == 0)
    return g * (q * even_power(x + nothing, q=q - 1)) if q else np.zeros_like(g)


# Each is the other's derivative, at 0 too: so the derivatives of |x|^p are exact there to any order.
even_power: Op = elementwise(
    lambda x, q=1.5: _even(x, q), name="even_power", inputs=("x",), x=_even_power, sample={"x": NONZERO},
    note="|x|^q of real x",
)  # fmt: skip
odd_power: Op = elementwise(
    lambda x, q=1.5: _odd(x, q), name="odd_power", inputs=("x",), x=_odd_power, sample={"x": NONZERO},
    note="sign(x) |x|^q of real x, and 0 at 0",
)  # fmt: skip


def _unit(x: Array) -> Array:
    """Give sign(x)*, the weight of an element in the sum of |x|."""
    if x.dtype.kind != "c":
        return np.sign(x)
    # np.sign of complex numbers takes three times as long.
    size = np.absolute(x)
    return np.conj(x) / (size + (size == 0))


def _extreme(g: Array, x: Array, sizes: Array, ans: Array, axis: Any) -> Array:
    """Share `g` evenly among the sizes that are the extreme, each with the sign of its x; if that is NaN, all is."""
    ties = sizes == ans
    count = np.add.reduce(ties, axis=axis, keepdims=True, dtype=np.result_type(ans.dtype, np.float32))
    return (g / np.where(count == 0, np.nan, count)) * (_unit(x) * ties)


def _vector(g: Array, x: Array, ans: Array, ord: Any, axis: Any) -> Array:
    """∂(Σ|x|^p)^(1/p)/∂x = sign(x)* (|x| / ans)^(p-1)."""
    zero = ans == 0
    if ord is None or ord == 2:
        return (g * np.logical_not(zero) / (ans + zero)) * conj(x)
    if ord in (np.inf, -np.inf):
        return _extreme(g, x, np.absolute(x), ans, axis)
    if ord == 0:
        return np.zeros_like(x)
    if ord == 1:
        return g * _unit(x)
    flows, q = g * np.logical_not(zero), ord - 1
    if x.dtype.kind != "c" and ord > 0:
        # Apart, that a curvature that is infinite at 0 meets no 0; where all is 0, anywhere else does.
        return flows * (ans + zero) ** -q * odd_power(x + zero, q=q)
    none = (x == 0) | zero
    return flows * np.logical_not(none) * _unit(x) * ((np.absolute(x) + none) / (ans + zero)) ** q


def _sums(g: Array, x: Array, ans: Array, ord: Any, rows: int, columns: int) -> Array:
    """∂ max_j Σ_i |x_ij| / ∂x = sign(x)* in the column j that is the largest (or smallest; or in the row)."""
    along, among = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = np.sum(np.absolute(x), axis=along, keepdims=True)
    return _extreme(g, x, sums, ans, among)


def _adjoint(a: Array) -> Array:
    return conj(np.swapaxes(a, -1, -2))


def _counting(s: Array, ord: Any, shape: tuple[int, ...]) -> Array:
    """Weigh the singular values: all that are not 0 to rounding, or those that are the largest, or the smallest."""
    if ord == "nuc":
        return (s > s[..., :1] * (max(shape[-2:]) * np.finfo(s.dtype).eps)).astype(s.dtype)
    ties = (s == (s[..., :1] if ord == 2 else s[..., -1:])) & (s > 0)
    return ties / np.maximum(np.add.reduce(ties, axis=-1, keepdims=True, dtype=s.dtype), 1)


def _weigh_singular(x: Array, ord: Any) -> Array:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.matmul(u * _counting(s, ord, x.shape)[..., None, :], vh)


def _weighed_singular(g: Array, x: Array, ord: Any) -> Array:
    """∂(U c Vᴴ) = U (E ∘ (A + Aᴴ) / 2 + O ∘ (A - Aᴴ) / 2) Vᴴ + what leaves the spans, with A = Uᴴ g V.

    E = (c_i - c_j) / (s_i - s_j), O = (c_i + c_j) / (s_i + s_j): Lewis & Sendov, Twice differentiable spectral
    functions (2001). Singular values of the same weight may coincide.
    """
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    c = _counting(s, ord, x.shape)
    uh, v = _adjoint(u), _adjoint(vh)
    inner = np.matmul(np.matmul(uh, g), v)
    one, two = c[..., :, None], c[..., None, :]
    same, none = one == two, (one == 0) & (two == 0)
    even = (one - two) / np.where(same, 1, s[..., :, None] - s[..., None, :])
    odd = (one + two) / np.where(none, 1, s[..., :, None] + s[..., None, :])
    turned = np.matmul(np.matmul(u, ((even + odd) * inner + (even - odd) * _adjoint(inner)) / 2), vh)
    part = c / (s + (c == 0))
    left = np.matmul(g, v) - np.matmul(u, inner)
    right = np.matmul(uh, g) - np.matmul(inner, vh)
    return turned + np.matmul(left * part[..., None, :], vh) + np.matmul(u, part[..., :, None] * right)


# The gradient of a norm of singular values, whose derivative is symmetric.
singular_weights = op(
    _weigh_singular, name="singular_weights", note="u c vᴴ, c the derivative of a norm in the singular values",
    vjp={"x": lambda g, x, ord: conj(_weighed_singular(conj(g), x, ord))}, jvp={"x": _weighed_singular},
    sample={"x": Matrix("regular")},
    cases=[case(shape, ord=ord) for shape in ((3, 3), (2, 3), (3, 2), (2, 3, 2), (1, 1)) for ord in ("nuc", 2, -2)],
)  # fmt: skip


def _weighed(g: Array, x: Array, ans: Array, ord: Any, axis: Any) -> Array:
    """Apply the weights of a norm of vectors or of matrices, as `axis` says, to a `g` with the axes kept."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    ans = np.reshape(ans, kept_shape(x.shape, axis))
    if ord is None or ord in ("fro", "f") or len(axes) == 1:
        return _vector(g, x, ans, None if isinstance(ord, str) else ord, axis)
    rows, columns = (a % x.ndim for a in axes)
    if ord in (1, -1, np.inf, -np.inf):
        return _sums(g, x, ans, ord, rows, columns)
    weights = conj(singular_weights(np.moveaxis(x, (rows, columns), (-2, -1)), ord=ord))
    return g * np.moveaxis(weights, (-2, -1), (rows, columns))


def _norm_vjp(g: Array, x: Array, ans: Array, ord: Any, axis: Any) -> Array:
    """∂|x|/∂x = sign(x)* (|x|/ans)^(p-1), or sign(x)* in the extreme row or column, or (u ∂ans/∂s vᴴ)* by the SVD."""
    return _weighed(np.reshape(g, kept_shape(x.shape, axis)), x, ans, ord, axis)


def _norm_jvp(g: Array, x: Array, ans: Array, ord: Any, axis: Any, keepdims: bool) -> Array:
    """Σ of the weights times the tangent."""
    return np.sum(_weighed(g, x, ans, ord, axis), axis=axis, keepdims=keepdims)


# Here are no cases in which two elements, or two sums, might be the largest: see tests/ops/test_norms.py.
norm = op(
    lambda x, ord=None, axis=None, keepdims=False: np.linalg.norm(x, ord, axis, keepdims),
    name="norm", numpy=(np.linalg.norm,), vjp={"x": _norm_vjp}, jvp={"x": _norm_jvp},
    sample={"x": Real(-3.0, -0.3, distinct=True)},
    cases=[case((2, 3)), case((2, 3, 2), keepdims=True), case(()), case((2, 3), axis=-1), case((3,), axis=(0,)),
           case((3,), ord=1), case((2, 3), ord=2, axis=0), case((2, 3), ord=3, axis=-1, keepdims=True),
           case((2, 3), ord=0.5, axis=1), case((4,), ord=-1.5), case((2, 3), ord=0, axis=0), case((3,), ord=0),
           case((2, 3), ord="fro"), case((2, 3), ord="f", keepdims=True), case((2, 3, 2), axis=(0, 2)),
           case((2, 3, 2), ord="fro", axis=(2, 0), keepdims=True), case((1,), ord=np.inf),
           case((1, 3), ord=-np.inf, axis=0),
           case((3, 1), ord=1), case((1, 3), ord=np.inf), case((2, 3, 1), ord=-1, axis=(-2, -1), keepdims=True),
           case((1, 3, 2), ord=-np.inf, axis=(0, 2)), case((3, 2), ord=4, axis=0), case((3,), ord=2.5),
           case((2,), ord=-2), case((0, 3), ord=1, axis=1)],
)  # fmt: skip
vector_norm = reduction(
    lambda x, axis=None, keepdims=False, ord=2: np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord),
    name="vector_norm", numpy=(np.linalg.vector_norm,), x=_vector, sample={"x": Real(0.3, 3.0, distinct=True)},
    cases=[case((2, 3), ord=1), case((2, 3, 2), ord=3, axis=(2, 0), keepdims=True), case((2, 3), ord=0.5),
           case((2, 3), ord=-2, axis=(1, 0)), case((2, 3), ord=0, keepdims=True),
           case((1, 3, 1), ord=np.inf, axis=(0, 2)), case((1, 1), ord=-np.inf), case((), ord=3), case((2, 3), axis=())],
)  # fmt: skip


@composite(
    np.linalg.matrix_norm, bitwise=True, sample={"x": Matrix("regular")},
    cases=[case((3, 3)), case((2, 3), ord="nuc"), case((3, 2), ord=2, keepdims=True), case((2, 3, 3), ord=-2),
           case((2, 3, 2), ord="nuc", keepdims=True), case((2, 2, 3), ord=2), case((0, 2))],
)  # fmt: skip
def _np_matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@composite(
    np.linalg.cond, sample={"x": Matrix("regular")}, note="gradient 0 where a matrix is singular",
    cases=[case((3, 3)), case((2, 3)), case((3, 2), p=2), case((2, 2, 3), p=-2), case((3, 3), p="fro"),
           case((2, 2, 2), p="fro"), case((3, 3), p="nuc"), case((1, 1), p=1)],
)  # fmt: skip
def _np_cond(x: Any, p: Any = None) -> Any:
    """Compute |x| |x⁻¹| in the norm p; for p = 2 and None s_max / s_min, for p = -2 s_min / s_max."""
    if p is None or p in (2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        # The largest and the smallest, by which ties share.
        most, least = np.max(s, axis=-1), np.min(s, axis=-1)
        if p == -2:
            return least / np.where(most == 0, 1, most)
        singular = least == 0
        return np.where(singular, np.inf, most / np.where(singular, 1, least))
    singular = np.linalg.slogdet(x)[0] == 0
    safe = np.where(singular[..., None, None], np.eye(x.shape[-1], dtype=x.dtype), x)
    size, inverse = (np.linalg.norm(a, p, (-2, -1)) for a in (x, np.linalg.inv(safe)))
    return np.where(singular, np.inf, size * inverse)


constants[np.linalg.matrix_rank] = "a count"
