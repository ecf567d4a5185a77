"""Functions that reduce over axes: sums, means, extremes, products, spread.

In a rule `g` and `ans` have the reduced axes kept at length 1, and `count` elements went into each; what the rule
returns is broadcast to the input's shape. The ops know `axis`, `keepdims` and `ddof`; the composites beside them have
the further keywords of NumPy's functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array, Shell, has_values
from autograd.families import kept_shape, op, reduction
from autograd.op import Op, Real, case, composite
from autograd.ops.elementwise import READ, conj
from autograd.ops.indexing import plain_index, scatter

#: From here on it is quicker to write the few ties into zeros than to multiply all of an array by a mask.
_MANY = 4096


def wide(g: Array) -> Array:
    """Take float16 to float32, in which its sums and counts are accumulated; give the rest as it is."""
    return g.astype(np.float32) if g.dtype == np.float16 else g


def _per_tie(g: Array, ties: Array, axis: Any, known: bool, others: Any = False) -> Array:
    """Divide `g` by the number of ties, `others` among them; nothing is equal to NaN, and 0 counts as 1."""
    if known and g.size == 1:
        # The common case: NumPy counts all of an array at ten times the speed.
        return wide(g) / max(int(np.count_nonzero(ties)) + bool(others), 1)
    # In float16 a count ends at 2048.
    dtype = np.result_type(g.real.dtype, np.float32)
    count = np.add.reduce(ties, axis=axis, keepdims=True, dtype=dtype)
    return g / np.maximum(count + others if others is not False else count, 1)


def _placed(each: Array, ties: Array, known: bool) -> Array:
    """Write what each slice's ties get where they are, and 0 elsewhere."""
    if not known or ties.size < _MANY:
        return np.where(ties, each, 0)
    chosen = np.reshape(each, 1) if each.size == 1 else np.broadcast_to(each, ties.shape)[ties]
    return scatter(chosen, index=ties, shape=ties.shape)


def share(g: Array, x: Array, ans: Array, axis: Any) -> Array:
    """Share `g` evenly among the elements equal to the extreme."""
    # Whether the ties are numbers: if the walk is recorded, what it does may not depend on them.
    known = has_values(x)
    ties = x == ans
    if known and ties.size >= _MANY and np.count_nonzero(ties) == ans.size and not np.any(np.isnan(ans)):
        return _placed(g, ties, known)
    return _placed(_per_tie(g, ties, axis, known), ties, known)


def is_normal(x: Array) -> bool:
    """Tell whether all numbers are neither too small nor too large to be divided by and give what they stand for."""
    size = np.abs(x)
    return bool(np.all((size >= np.finfo(size.dtype).tiny) & (size < math.inf)))


def _by_division(x: Array, axis: Any) -> Array | None:
    """For each element the product of all others along `axis`, or None where the whole product over- or underflows.

    It is that of all but the zeros, divided by the element. With one zero, only the zero's is not 0; with two, none.
    """
    zero = x == 0
    some = np.any(zero)
    safe = np.where(zero, 1, x) if some else x
    with np.errstate(all="ignore"):
        whole = np.multiply.reduce(safe, axis=axis, keepdims=True)
    if not some:
        return whole / x if is_normal(whole) else None
    count = np.count_nonzero(zero, axis=axis, keepdims=True)
    if not is_normal(np.where(count == 0, whole, 1)):
        return None
    return np.where(zero, np.where(count == 1, whole, 0), np.where(count == 0, whole, 0) / safe)


# What overflows may be the product of all, of which nobody asks.
@np.errstate(over="ignore")
def product_of_others(x: Array, axis: Any) -> Array:
    """For each element the product of all others along `axis`: exact with any number of zeros.

    Arrays are divided where that is safe. Otherwise a balanced tree of products is built upwards; downwards each node
    hands its left child what stands to the right, and the reverse. O(n) work in O(log n) array operations, all
    differentiable.
    """
    x = wide(x)
    if not isinstance(x, Shell) and (quick := _by_division(x, axis)) is not None:
        return quick
    if x.size == 0:
        return x
    kept = kept_shape(x.shape, axis)
    reduced = [i for i, (size, one) in enumerate(zip(x.shape, kept, strict=True)) if size != one or size == 1]
    rest = [i for i in range(len(x.shape)) if i not in reduced]
    order = rest + reduced
    moved = np.transpose(x, order)
    level = np.reshape(moved, (*[x.shape[i] for i in rest], math.prod(x.shape[i] for i in reduced)))
    levels = []
    while level.shape[-1] > 1:
        if level.shape[-1] % 2:
            level = np.concatenate([level, np.ones_like(level[..., :1])], axis=-1)
        levels.append(level)
        level = level[..., ::2] * level[..., 1::2]
    others = np.ones_like(level)
    for level in reversed(levels):
        others = others[..., : level.shape[-1] // 2]
        pair = np.stack([others * level[..., 1::2], others * level[..., ::2]], axis=-1)
        others = np.reshape(pair, level.shape)
    flat = others[..., : math.prod(x.shape[i] for i in reduced)]
    inverse = [order.index(i) for i in range(len(order))]
    return np.transpose(np.reshape(flat, moved.shape), inverse)


def _var(g: Array, x: Array, axis: Any, ddof: Any, count: int) -> Array:
    """∂var/∂x = 2 (x - mean) / (n - ddof)."""
    return (wide(g) * (2 / _freedom(count, ddof))) * conj(x - np.mean(x, axis=axis, keepdims=True))


def _std(g: Array, x: Array, ans: Array, axis: Any, ddof: Any, count: int) -> Array:
    """∂std/∂x = (x - mean) / ((n - ddof) std), and 0 where all are equal: the mean of equal numbers may be rounded."""
    first = x[tuple(slice(1) if one != size else slice(None) for one, size in zip(ans.shape, x.shape, strict=True))]
    equal = np.logical_and.reduce(x == first, axis=axis, keepdims=True)
    slope = wide(g) / _freedom(count, ddof) / (ans + (ans == 0)) * np.logical_not(equal)
    return slope * conj(x - np.mean(x, axis=axis, keepdims=True))


def _freedom(count: int, ddof: Any) -> Any:
    """Give the degrees of freedom; where there are none, NumPy's value is not finite and neither is the slope."""
    return max(count - ddof, 0) or math.nan


def _mean_x(g: Array, count: int) -> Array:
    """∂mean/∂x = 1 / n; in float16 an n above 65504 would be infinite."""
    return wide(g) / max(count, 1)


def _mean(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """As `np.mean`, which computes the same in double the time where arrays are small.

    For float16 and complex64 it divides in a wider type, and for float32 where this shows.
    """
    if x.dtype.char not in "fdgDG" or x.size == 0:
        return np.mean(x, axis=axis, keepdims=keepdims)
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    count = x.size // total.size
    return total / count if count <= 1 << 24 else np.mean(x, axis=axis, keepdims=keepdims)


DISTINCT = {"x": Real(distinct=True)}
#: The root of a spread bends sharply where all are close together.
APART = {"x": Real(-8.0, 8.0, distinct=True)}

sum = reduction(
    lambda x, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    name="sum", numpy=(np.sum,), x=lambda g: g,
)  # fmt: skip
mean = reduction(
    _mean, name="mean", numpy=(np.mean,), x=_mean_x,
)  # fmt: skip
max_ = reduction(
    lambda x, axis=None, keepdims=False: np.maximum.reduce(x, axis=axis, keepdims=keepdims),
    name="max", numpy=(np.max, np.amax), x=share, sample=DISTINCT, note=READ,
)  # fmt: skip
min_ = reduction(
    lambda x, axis=None, keepdims=False: np.minimum.reduce(x, axis=axis, keepdims=keepdims),
    name="min", numpy=(np.min, np.amin), x=share, sample=DISTINCT, note=READ,
)  # fmt: skip
prod = reduction(
    lambda x, axis=None, keepdims=False: np.multiply.reduce(x, axis=axis, keepdims=keepdims),
    name="prod", numpy=(np.prod,), x=lambda g, x, axis: g * product_of_others(x, axis),
    note="the value is one pass, the gradient several: it looks for zeros, multiplies again and divides",
)  # fmt: skip
var = reduction(
    lambda x, axis=None, ddof=0, keepdims=False: np.var(x, axis=axis, ddof=ddof, keepdims=keepdims),
    name="var", numpy=(np.var,), x=_var, sample=DISTINCT,
)  # fmt: skip
std = reduction(
    lambda x, axis=None, ddof=0, keepdims=False: np.std(x, axis=axis, ddof=ddof, keepdims=keepdims),
    name="std", numpy=(np.std,), x=_std, sample=APART,
)  # fmt: skip


# One more candidate beside the elements, and elements that are passed over
def _with_shares(g: Array, x: Array, initial: Any, ans: Array, axis: Any, keepdims: bool, where: Any) -> Any:
    """Give the elements that win, whether `initial` does, and the share of `g` for each of these."""
    kept = kept_shape(x.shape, axis)
    g, ans = np.reshape(g, kept), np.reshape(ans, kept)
    # NumPy takes `initial` to the type of the elements.
    initial = initial.astype(ans.dtype) if hasattr(initial, "dtype") else initial
    wins, own = x == ans, initial == ans
    if where is not True:
        wins = np.logical_and(wins, where)
    return wins, own, _per_tie(g, wins, axis, has_values(x), others=own)


def _with_x(g: Array, x: Array, initial: Any, ans: Array, axis: Any, keepdims: bool, where: Any) -> Array:
    """Share `g` evenly among the elements equal to the extreme, `initial` among them."""
    wins, _, each = _with_shares(g, x, initial, ans, axis, keepdims, where)
    return _placed(each, wins, has_values(x))


def _with_initial(g: Array, x: Array, initial: Any, ans: Array, axis: Any, keepdims: bool, where: Any) -> Array:
    """Give `initial` its share, of each extreme."""
    _, own, each = _with_shares(g, x, initial, ans, axis, keepdims, where)
    return each * own


def _push_x(g: Array, x: Array, initial: Any, ans: Array, axis: Any, keepdims: bool, where: Any) -> Array:
    """Take the mean tangent of the elements equal to the extreme, `initial` among them."""
    kept = kept_shape(x.shape, axis)
    wins, _, each = _with_shares(np.ones_like(g, shape=kept), x, initial, ans, axis, keepdims, where)
    return np.reshape(np.sum(np.where(wins, g, 0) * each, axis=axis, keepdims=True), ans.shape)


def _push_initial(g: Array, x: Array, initial: Any, ans: Array, axis: Any, keepdims: bool, where: Any) -> Array:
    """Take the tangent of `initial`, as far as it is the extreme."""
    kept = kept_shape(x.shape, axis)
    _, own, each = _with_shares(np.ones_like(g, shape=kept), x, initial, ans, axis, keepdims, where)
    return np.reshape(g * own * each, ans.shape)


_KEEP = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])


def _extreme_with(ufunc: Any) -> Op:
    """Declare the extreme of those elements that `where` names and of `initial`."""

    def fn(x: Array, initial: Any, axis: Any = None, keepdims: bool = False, where: Any = True) -> Array:
        extreme: Array = ufunc.reduce(x, axis=axis, keepdims=keepdims, initial=initial, where=where)
        return extreme

    return op(
        fn, inputs=("x", "initial"), name=f"{ufunc.__name__}_with",
        vjp={"x": _with_x, "initial": _with_initial}, jvp={"x": _push_x, "initial": _push_initial},
        sample={"x": Real(distinct=True), "initial": Real(distinct=True)},
        cases=[case((3, 4), ()), case((3, 4), (), axis=0, where=_KEEP), case((3, 4), (), axis=-1, keepdims=True),
               case((2, 3, 4), (), axis=(0, -1), where=_KEEP), case((0, 2), (), axis=0), case((), ())],
    )  # fmt: skip


max_with = _extreme_with(np.maximum)
min_with = _extreme_with(np.minimum)
fmax_with = _extreme_with(np.fmax)
fmin_with = _extreme_with(np.fmin)

LEFT_OUT = np._NoValue
SUMS = [
    case((3, 4), axis=0, where=_KEEP), case((3, 4), axis=(0, -1), where=_KEEP[0]), case((3, 4), where=_KEEP),
    case((2, 3, 4), axis=-1, where=_KEEP, keepdims=True), case((3, 4), axis=1, where=~_KEEP, initial=2.0),
    case((3, 4), (), axis=-1), case((3,), (), keepdims=True), case((), ()), case((0, 3), (), axis=0),
    case((3, 4), axis=0, initial=1.5, where=_KEEP), case((3, 4), axis=1, dtype=np.complex128, keepdims=True),
]  # fmt: skip
EXTREMES = [
    case((3, 4), (), axis=0), case((3, 4), (), axis=(1, 0), keepdims=True), case((3, 4), (), where=_KEEP),
    case((3, 4), axis=-1, initial=0.105, where=_KEEP), case((), ()), case((0, 2), (), axis=0),
    case((3, 4), axis=0, initial=None),
]  # fmt: skip
MEANS = [
    case((3, 4), axis=0, where=_KEEP), case((3, 4), axis=(0, -1), where=_KEEP[0]), case((3, 4), where=_KEEP),
    case((2, 3, 4), axis=-1, where=_KEEP, keepdims=True), case((3, 4), axis=1, dtype=np.complex128, keepdims=True),
]  # fmt: skip
SPREADS = [
    *MEANS, case((3, 4), (3, 1), axis=1), case((2, 3, 4), (2, 1, 1), axis=(-1, 1), ddof=1, keepdims=True),
    case((3, 4), axis=0, correction=1), case((3, 4), (1, 4), axis=0, where=_KEEP), case((3, 4), ddof=0.5, where=_KEEP),
]  # fmt: skip


def cast(a: Any, dtype: Any) -> Any:
    """Take an array to the type in which it is to be reduced."""
    a = a if hasattr(a, "dtype") else np.asarray(a)
    return a if dtype is None or a.dtype == dtype else a.astype(dtype)


def only(a: Any, where: Any, neutral: Any) -> Any:
    """Put what does nothing in place of the elements that are passed over."""
    return a if where is True or where is LEFT_OUT else np.where(plain_index(where), a, neutral)


def flag(keepdims: Any) -> bool:
    """Take `keepdims` as it was left out to False."""
    return keepdims is not LEFT_OUT and bool(keepdims)


def _amount(x: Any, axis: Any, keepdims: Any, where: Any) -> Array:
    """Count the elements that are not passed over, in a type that does not widen what is divided by it."""
    dtype = np.result_type(x.real.dtype, np.float32)
    mask: Any = np.broadcast_to(plain_index(where), x.shape)
    return np.add.reduce(mask, axis=axis, keepdims=keepdims, dtype=dtype)


@composite(np.sum, inputs=("a", "initial"), cases=SUMS)
def sum_of(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, initial: Any = LEFT_OUT,
    where: Any = True,
) -> Any:  # fmt: skip
    """Sum with all of NumPy's keywords."""
    total = sum(only(cast(a, dtype), where, 0), axis=axis, keepdims=flag(keepdims))
    return total if initial is None or initial is LEFT_OUT else total + initial


@composite(np.prod, inputs=("a", "initial"), cases=SUMS)
def prod_of(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, initial: Any = LEFT_OUT,
    where: Any = True,
) -> Any:  # fmt: skip
    """Multiply with all of NumPy's keywords."""
    total = prod(only(cast(a, dtype), where, 1), axis=axis, keepdims=flag(keepdims))
    return total if initial is None or initial is LEFT_OUT else total * initial


def extreme(beside: Op, plain: Op) -> Any:
    """Make the function with all of NumPy's keywords from an extreme with and one without `initial`."""

    def body(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, initial: Any = LEFT_OUT, where: Any = True
    ) -> Any:
        if initial is None or initial is LEFT_OUT:
            return plain(a, axis=axis, keepdims=flag(keepdims))
        where = True if where is LEFT_OUT else plain_index(where)
        return beside(a, initial, axis=axis, keepdims=flag(keepdims), where=where)

    return body


_BESIDE = {"a": Real(distinct=True), "initial": Real(distinct=True)}
for f in (np.max, np.amax):
    composite(f, inputs=("a", "initial"), sample=_BESIDE, cases=EXTREMES)(extreme(max_with, max_))
for f in (np.min, np.amin):
    composite(f, inputs=("a", "initial"), sample=_BESIDE, cases=EXTREMES)(extreme(min_with, min_))


@composite(np.mean, cases=MEANS)
def mean_of(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, *, where: Any = True
) -> Any:
    """Average with all of NumPy's keywords."""
    x = wide(cast(a, dtype))
    if where is True or where is LEFT_OUT:
        return mean(x, axis=axis, keepdims=flag(keepdims))
    count = _amount(x, axis, flag(keepdims), where)
    return sum(only(x, where, 0), axis=axis, keepdims=flag(keepdims)) / np.maximum(count, 1)


@composite(np.var, inputs=("a", "mean"), cases=SPREADS)
def var_of(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = LEFT_OUT, *,
    where: Any = True, mean: Any = LEFT_OUT, correction: Any = LEFT_OUT,
) -> Any:  # fmt: skip
    """Var = Σ |x - mean|² / (n - ddof), over what `where` names, about a mean that may be given."""
    ddof = ddof if correction is LEFT_OUT else correction
    x = wide(cast(a, dtype))
    if where is True or where is LEFT_OUT:
        where = True
        if mean is LEFT_OUT:
            return var(x, axis=axis, ddof=ddof, keepdims=flag(keepdims))
    if mean is LEFT_OUT:
        # About one of their own: of equal numbers the mean is then exactly that one, without rounding.
        x = x - _some(x, axis, where)
        mean = mean_of(x, axis=axis, keepdims=True, where=where)
    off = only(x - mean, where, 0)
    square = off * off if off.dtype.kind != "c" else np.real(off * np.conj(off))
    freedom = np.maximum(_amount(x, axis, flag(keepdims), where) - ddof, 0)
    return sum(square, axis=axis, keepdims=flag(keepdims)) / np.where(freedom == 0, math.nan, freedom)


def _some(x: Any, axis: Any, where: Any) -> Array:
    """Take of each slice an element that `where` names, the largest, as a constant."""
    data = x._value if isinstance(x, Shell) else x
    return np.maximum.reduce(data, axis=axis, keepdims=True, where=plain_index(where), initial=-math.inf)


@composite(np.std, inputs=("a", "mean"), sample={"a": APART["x"]}, cases=SPREADS)
def std_of(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = LEFT_OUT,
    **options: Any,
) -> Any:  # fmt: skip
    """Std = √var, and its derivative 0 where all are equal."""
    x = wide(cast(a, dtype))
    options = {key: value for key, value in options.items() if value is not LEFT_OUT and value is not True}
    ddof = options.pop("correction", ddof)
    if "where" not in options and "mean" not in options:
        return std(x, axis=axis, ddof=ddof, keepdims=flag(keepdims))
    return root(var_of(x, axis=axis, ddof=ddof, keepdims=keepdims, **options))


def root(square: Any) -> Any:
    """√x with the derivative 0 at 0."""
    return np.where(square == 0, 0, np.sqrt(np.where(square == 0, 1, square)))


@composite(np.ptp, bitwise=True, sample={"a": Real(distinct=True)}, note=READ,
           cases=[case((3, 4)), case((3, 4), axis=0), case((2, 3, 4), axis=(0, -1), keepdims=True), case(()),
                  case((1, 3), axis=0), case((0, 3), axis=1), case((0, 3), axis=0)])  # fmt: skip
def _np_ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = LEFT_OUT) -> Any:
    return max_(a, axis=axis, keepdims=flag(keepdims)) - min_(a, axis=axis, keepdims=flag(keepdims))


#: What `ufunc.reduce` means on a Tensor.
REDUCE = {np.add: sum, np.multiply: prod, np.maximum: max_, np.minimum: min_}
