"""Functions of the sorted array: sort, partition, elements by rank, and what works on sets.

What is equal shares evenly, as in `max` and `min`: of every sum of the largest elements, which is convex, that is the
subgradient of least norm. A set function gives each of its values the first element that has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import op
from autograd.multilinear import linear
from autograd.op import Op, Real, case, composite, constants, present

EVEN = "what is equal shares evenly"


def plain(x: Any) -> Any:
    """Give the numbers of a Tensor, and anything else as it is."""
    return x._value if isinstance(x, Shell) else x


def array(x: Any) -> Array:
    """Make an array of what is neither an array nor a Tensor."""
    return x if isinstance(x, Shell) else np.asarray(x)


def constant_in(*sources: Any) -> Any:
    """Stand for what is constant in a result whose other parts are Tensors: the class of which the sources are."""
    return next((type(x) for x in sources if isinstance(x, Shell)), None)


def _place(a: Array, index: Any, axis: int, size: int) -> Array:
    result = np.zeros_like(a, shape=(*a.shape[:axis], size, *a.shape[axis + 1 :]))
    np.put_along_axis(result, index, a, axis)
    return result


def _even(a: Array, tied: Any, axis: int) -> Array:
    """Replace each run by its mean; `tied` tells what is equal to its predecessor along the axis."""
    rows = np.moveaxis(a, axis, -1)
    starts = np.full(rows.shape, True)
    starts[..., 1:] = np.logical_not(np.moveaxis(tied, axis, -1))
    at = np.flatnonzero(starts)
    counts = np.diff(at, append=rows.size)
    means = np.add.reduceat(rows.ravel(), at, dtype=np.result_type(a.dtype, np.float32)) / counts
    return np.moveaxis(np.repeat(means, counts).reshape(rows.shape), -1, axis).astype(a.dtype)


# Reads and writes at positions that differ along the axis, each the transpose of the other
pick = linear(
    lambda a, index, axis=0: np.take_along_axis(a, index, axis), name="pick", moves=True,
    a=lambda g, index, axis, a_shape: place(g, index=index, axis=axis, size=a_shape[axis]),
    cases=[case((4,), index=np.array([2, 0])), case((2, 3), index=np.array([[1, 2], [0, 2]]), axis=1),
           case((0,), index=np.zeros(0, int))],
)  # fmt: skip
place: Op = linear(
    _place, name="place", moves=True, a=lambda g, index, axis: pick(g, index=index, axis=axis),
    cases=[case((2,), index=np.array([2, 0]), axis=0, size=4),
           case((2, 2), index=np.array([[1, 2], [0, 2]]), axis=1, size=3)],
)  # fmt: skip
even: Op = linear(
    _even, name="even", a=lambda g, tied, axis: even(g, tied=tied, axis=axis),
    cases=[case((4,), tied=np.array([True, False, True]), axis=0),
           case((3, 2), tied=np.array([[True, False], [True, True]]), axis=0)],
)  # fmt: skip


def _share(g: Array, ans: Array, axis: int) -> Array:
    """Give what is equal in a sorted array the mean of its derivatives: symmetric, so for both modes."""
    before = (slice(None),) * axis
    tied = ans[(*before, slice(1, None))] == ans[(*before, slice(-1))]
    return even(g, tied=tied, axis=axis) if tied.any() else g


def _sort_vjp(g: Array, a: Array, ans: Array, axis: Any) -> Array:
    """Put g back where the sorted elements came from; equal elements share evenly."""
    if axis is None:
        return np.reshape(_sort_vjp(g, np.reshape(a, -1), ans, 0), a.shape)
    axis = axis % a.ndim
    return place(_share(g, ans, axis), index=np.argsort(a, axis=axis), axis=axis, size=a.shape[axis])


def _sort_jvp(g: Array, a: Array, ans: Array, axis: Any) -> Array:
    """Take g in the order of the sorted elements; equal elements share evenly."""
    if axis is None:
        return _sort_jvp(np.reshape(g, -1), np.reshape(a, -1), ans, 0)
    axis = axis % a.ndim
    return _share(pick(g, index=np.argsort(a, axis=axis), axis=axis), ans, axis)


def _permutation(a: Array, ans: Array, kth: Any, axis: int) -> Any:
    """Find the order in which `ans` has the elements of `a`."""
    index = np.argpartition(a, kth, axis=axis)
    a, ans = plain(a), plain(ans)
    if np.array_equal(np.take_along_axis(a, index, axis), ans, equal_nan=True):
        return index
    # Values and positions need not be partitioned by the same code: then by their ranks.
    np.put_along_axis(index, np.argsort(ans, axis=axis), np.argsort(a, axis=axis), axis)
    return index


def _level(g: Array, ans: Array, kth: Any, axis: int) -> Array:
    """Give what is equal to the kth element the mean of its derivatives: symmetric, so for both modes."""
    for k in np.ravel(kth):
        equal = ans == ans[(*(slice(None),) * axis, slice(k, k + 1 or None))]
        count = np.sum(equal, axis=axis, keepdims=True)
        if np.any(count > 1):
            total = np.sum(np.where(equal, g, 0), axis=axis, keepdims=True)
            g = np.where(equal, total / np.maximum(count, 1).astype(_wide(g)), g)
    return g


def _wide(g: Array) -> Any:
    """Give the type in which to divide by a count, which in float16 ends at 2048."""
    return np.result_type(g.dtype, np.float32)


def _partition_vjp(g: Array, a: Array, ans: Array, kth: Any, axis: Any) -> Array:
    """Put g back where the elements came from; what is equal to the kth shares evenly."""
    if axis is None:
        return np.reshape(_partition_vjp(g, np.reshape(a, -1), ans, kth, 0), a.shape)
    axis = axis % a.ndim
    index = _permutation(a, ans, kth, axis)
    return place(_level(g, ans, kth, axis), index=index, axis=axis, size=a.shape[axis])


def _partition_jvp(g: Array, a: Array, ans: Array, kth: Any, axis: Any) -> Array:
    """Take g in the order of the elements; what is equal to the kth shares evenly."""
    if axis is None:
        return _partition_jvp(np.reshape(g, -1), np.reshape(a, -1), ans, kth, 0)
    axis = axis % a.ndim
    return _level(pick(g, index=_permutation(a, ans, kth, axis), axis=axis), ans, kth, axis)


DISTINCT = {"a": Real(distinct=True)}

sort = op(
    lambda a, axis=-1, kind=None, stable=None: np.sort(a, axis=axis, kind=kind, stable=stable),
    name="sort", numpy=(np.sort,), vjp={"a": _sort_vjp}, jvp={"a": _sort_jvp}, sample=DISTINCT, note=EVEN,
    cases=[case((5,)), case((3, 4), axis=0), case((3, 4), axis=None), case((2, 3, 2), axis=-2, kind="stable"),
           case((2, 3), stable=True), case((0,)), case((2, 0)), case(()), case((), axis=None)],
)  # fmt: skip
partition = op(
    lambda a, kth, axis=-1, kind="introselect": np.partition(a, kth, axis=axis, kind=kind),
    name="partition", numpy=(np.partition,), vjp={"a": _partition_vjp}, jvp={"a": _partition_jvp}, sample=DISTINCT,
    note="what is equal to the kth shares evenly; found by sorting, slower, where argpartition arranges otherwise",
    cases=[case((7,), kth=3), case((7,), kth=-2), case((3, 5), kth=(1, 3), axis=0), case((3, 5), kth=(0, 2), axis=0),
           case((3, 4), kth=5, axis=None), case((2, 5, 2), kth=[1, -1], axis=-2, kind="introselect"),
           case((40,), kth=20)],
)  # fmt: skip


@composite(np.sort_complex, sample=DISTINCT, cases=[case((4,)), case((2, 3)), case((0,))], note=EVEN)
def _np_sort_complex(a: Any) -> Any:
    return np.sort(a)


def _ranked(a: Array, k: Any) -> Array:
    return np.take_along_axis(np.partition(a, np.unique(k)), np.broadcast_to(k, (*a.shape[:-1], k.shape[-1])), -1)


def _equal(a: Array, ans: Array, j: int) -> tuple[Any, Any]:
    """Tell what is equal to the j-th of the chosen elements in each row, and how many that are."""
    one = ans[..., j : j + 1]
    equal = a == one
    if np.any(one != one):
        equal = equal | ((a != a) & (one != one))
    return equal, np.sum(equal, axis=-1, keepdims=True).astype(_wide(a))


def _ranked_vjp(g: Array, a: Array, ans: Array) -> Array:
    """Share g among what is equal to the element of each rank."""
    ct = None
    for j in range(ans.shape[-1]):
        equal, count = _equal(a, ans, j)
        part = np.where(equal, g[..., j : j + 1] / count, 0)
        ct = part if ct is None else ct + part
    return ct


def _ranked_jvp(g: Array, a: Array, ans: Array) -> Array:
    """Take the mean of g over what is equal to the element of each rank."""
    means = []
    for j in range(ans.shape[-1]):
        equal, count = _equal(a, ans, j)
        means.append(np.sum(np.where(equal, g, 0), axis=-1, keepdims=True) / count)
    return np.concatenate(means, axis=-1)


# The elements of a few ranks in each row: a pass over the array for each, and none is sorted
ranked = op(
    _ranked, name="ranked", vjp={"a": _ranked_vjp}, jvp={"a": _ranked_jvp}, sample=DISTINCT,
    cases=[case((5,), k=np.array([1, 3])), case((2, 4), k=np.array([0, 2])),
           case((2, 4), k=np.array([[0, 1], [3, 3]]))],
)  # fmt: skip
_FEW = 8


def of_rank(rows: Array, k: Any) -> Array:
    """Give the elements of the ranks `k`, integers (..., m), in each row."""
    if k.shape[-1] <= _FEW:
        return ranked(rows, k=k)
    return np.take_along_axis(np.sort(rows, axis=-1), np.broadcast_to(k, (*rows.shape[:-1], k.shape[-1])), -1)


def _first(flat: Any, values: Any, equal_nan: bool = True) -> Any:
    """Find for each of the unique values the first element that has it, in whichever order NumPy gives them."""
    found, index = np.unique(flat, return_index=True, equal_nan=equal_nan)
    if values is None or np.array_equal(found, values, equal_nan=True):
        return index
    order = np.empty_like(index)
    order[np.argsort(values, kind="stable")] = index
    return order


def _read(x: Any, values: Any, equal_nan: bool) -> Array:
    """Read the unique values, sorted if they are None, at the first element of each."""
    return pick(np.reshape(x, -1), index=_first(plain(x).ravel(), values, equal_nan))


FIRST = "the first element that has the value"
SETS = [case((5,)), case((2, 3)), case((0,)), case(())]
PAIRS = [case((4,), (3,)), case((2, 2), (3,)), case((4,), (3,), assume_unique=True), case((0,), (2,))]
ONE_LINE = {"ar1": Real(distinct=True), "ar2": Real(distinct=True)}


@composite(
    np.unique, sample={"ar": Real(distinct=True)}, note=FIRST,
    cases=[*SETS, case((5,), return_index=True), case((2, 3), return_inverse=True, return_counts=True),
           case((3, 2), axis=0), case((2, 3, 2), axis=-2, return_index=True), case((4,), equal_nan=False)],
)  # fmt: skip
def _np_unique(
    ar: Any, return_index: Any = False, return_inverse: Any = False, return_counts: Any = False, axis: Any = None,
    **rest: Any,
) -> Any:  # fmt: skip
    """Read each distinct value once, sorted."""
    equal_nan = rest.get("equal_nan", True)
    if axis is None or ar.ndim == 1:
        values = None
        if not rest.get("sorted", True):
            values = np.unique(plain(ar), return_index, return_inverse, return_counts, **rest)
        found = _read(ar, values[0] if isinstance(values, tuple) else values, equal_nan)
    else:
        index = np.unique(plain(ar), return_index=True, axis=axis, equal_nan=equal_nan)[1]
        found = np.take(ar, index, axis=axis)
    others = return_index + return_inverse + return_counts
    # What stands beside the values are integers, and NumPy's own.
    return (found, *[None] * others) if others else found


for _unique in present(np, "unique_all", "unique_counts", "unique_inverse", "unique_values"):
    # The order of unique_values is that of a hash table: a small change of the values may be a large one of the order.
    _cases = [case((1,)), case(()), case((0,))] if _unique is np.unique_values else SETS

    @composite(_unique, sample={"x": Real(distinct=True)}, cases=_cases, note=FIRST)
    def _np_unique_of(x: Any, unique: Any = _unique) -> Any:
        """Read each distinct value once."""
        found = unique(plain(x))
        if not isinstance(found, tuple):
            return _read(x, found, False)
        return (_read(x, found[0], False), *found[1:])


@composite(np.union1d, sample=ONE_LINE, cases=[case((3,), (2,)), case((2, 2), (0,))], note=FIRST)
def _np_union1d(ar1: Any, ar2: Any) -> Any:
    return np.unique(np.concatenate((ar1, ar2), axis=None))


@composite(np.intersect1d, sample=ONE_LINE, cases=PAIRS, note=f"{FIRST} in ar1")
def _np_intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """Read the values that are in both, sorted and once each, out of ar1."""
    found = np.intersect1d(plain(ar1), plain(ar2), assume_unique, True)
    common = pick(np.reshape(array(ar1), -1), index=found[1])
    return (common, *found[1:]) if return_indices else common


@composite(np.setdiff1d, sample=ONE_LINE, cases=PAIRS, note=FIRST)
def _np_setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """Read the values of ar1 that are not in ar2."""
    own = np.reshape(array(ar1), -1)
    own = own if assume_unique else np.unique(own)
    return own[np.logical_not(np.isin(plain(own), plain(ar2)))]


@composite(np.setxor1d, sample=ONE_LINE, cases=PAIRS, note=FIRST)
def _np_setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """Read the values that are in only one of both."""
    sides = (ar1, ar2) if assume_unique else (np.unique(ar1), np.unique(ar2))
    both = np.concatenate(sides, axis=None)
    _, index, counts = np.unique(plain(both), return_index=True, return_counts=True, equal_nan=False)
    return pick(both, index=index[counts == 1])


@composite(
    np.trim_zeros, sample={"filt": Real(avoid=(0.0,))},
    cases=[case((3,)), case((3,), trim="F"), case((3,), trim="b"), case((0,))],
)  # fmt: skip
def _np_trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Cut off the zeros at the ends."""
    at = np.argwhere(plain(filt))
    axes = range(filt.ndim) if axis is None else [i % filt.ndim for i in np.ravel(axis).tolist()]
    trim, cuts = trim.lower(), [slice(0)] * filt.ndim
    if len(at):
        ends = zip(at.min(axis=0), at.max(axis=0) + 1, strict=True)
        cuts = [slice(start if "f" in trim else None, stop if "b" in trim else None) for start, stop in ends]
    return filt[tuple([cut if i in axes else slice(None) for i, cut in enumerate(cuts)])]


constants.update(dict.fromkeys((np.argpartition, np.lexsort), "a position or a count"))
constants.update(dict.fromkeys((np.digitize,), "a position or a count"))
constants.update(dict.fromkeys((np.isin, *present(np, "in1d")), "compares or tests each element"))
