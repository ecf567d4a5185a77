"""Functions that choose elements by condition or position, and those that write into a Tensor.

A choice is made of `np.where` or of a boolean index: what is not taken contributes exactly 0, however singular. Writing
is item assignment: the Tensor moves to a new place on the tape, and earlier reads stay what they were.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array, Shell, is_recording
from autograd.multilinear import linear
from autograd.op import Op, case, composite, constants
from autograd.ops.indexing import along_axis, plain_index
from autograd.ops.shape import unstack

WRITTEN = (
    "A Tensor that is on the tape cannot be written into a plain array: its gradient would be lost. Make the array a "
    "Tensor first (buf = Tensor(np.zeros(n)); np.{name}(buf, ...)), write np.broadcast_to(t, shape) for np.full, "
    "or leave the tape with t.detach()."
)


def _plain(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return type(x)([_plain(item) for item in x])
    return x._value if isinstance(x, Shell) else x


# By condition


@composite(np.select, inputs=("choicelist", "default"), cases=[
    case([(2, 3), (3,)], (), condlist=[np.array([True, False, True]), np.array([[True], [False]])]),
    case([(3,), (), (1,)], condlist=[np.eye(3) > 0, np.array([False] * 3), np.array([True, True, False])]),
    case([(2,)], (2,), condlist=[np.array([False, True])]), case([(0, 2)], (), condlist=[np.ones((0, 2), bool)]),
])  # fmt: skip
def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Take the first choice whose condition holds, and else the default."""
    out = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        out = np.where(condition, choice, out)
    return out


@composite(np.choose, inputs=("choices",), cases=[
    case([(3,), (2, 3), ()], a=np.array([[2, 0, 1], [1, 1, 0]])), case([(2,), (2,)], a=np.array([5, -3]), mode="wrap"),
    case([(2,), (2,)], a=np.array([5, -3]), mode="clip"), case([(2, 1)], a=np.zeros(3, int)),
    case((3, 2), a=np.array(1)),
])  # fmt: skip
def _choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """Take ans[i] = choices[a[i]][i], all broadcast."""
    choices = unstack(choices) if isinstance(choices, Shell) else choices
    number = np.asarray(plain_index(a))
    if mode == "wrap":
        number = number % len(choices)
    elif mode == "clip":
        number = np.clip(number, 0, len(choices) - 1)
    shape = np.broadcast_shapes(number.shape, *map(np.shape, choices))
    chosen = choices[0] if len(choices) > 1 else np.broadcast_to(choices[0], shape)
    for i, choice in enumerate(choices[1:], 1):
        chosen = np.where(number == i, choice, chosen)
    return chosen


def _kept(a_shape: tuple[int, ...], condition: Any, axis: Any) -> Any:
    """Tell what a condition keeps along an axis; it may be shorter than that, and longer where it is False."""
    kept = np.zeros(math.prod(a_shape) if axis is None else a_shape[axis], bool)
    condition = np.asarray(plain_index(condition)).astype(bool)
    kept[: condition.size] = condition[: kept.size]
    return kept


def _compress_a(g: Array, a_shape: tuple[int, ...], condition: Any, axis: Any) -> Array:
    """Put back what was kept, between zeros."""
    kept = _kept(a_shape, condition, axis)
    return np.reshape(spread(g, kept=kept, axis=0 if axis is None else axis % len(a_shape)), a_shape)


def _compress_mask(a_shape: tuple[int, ...], condition: Any, axis: Any) -> Array:
    """Tell what was kept: the rest is never looked at."""
    kept = _kept(a_shape, condition, axis)
    return np.reshape(kept, a_shape if axis is None else (-1,) + (1,) * (len(a_shape) - 1 - axis % len(a_shape)))


def _spread(x: Array, kept: Array, axis: int) -> Array:
    """Lay layers out along an axis where `kept` says so, and zeros between them; by stretches, if these are few."""
    before: tuple[Any, ...] = (slice(None),) * axis
    out = np.zeros_like(x, shape=(*x.shape[:axis], kept.size, *x.shape[axis + 1 :]))
    turns = np.flatnonzero(np.diff(kept, prepend=False, append=False))
    if len(turns) > 16:
        out[(*before, np.flatnonzero(kept))] = x
        return out
    done = 0
    for start, stop in turns.reshape(-1, 2).tolist():
        out[(*before, slice(start, stop))] = x[(*before, slice(done, done + stop - start))]
        done += stop - start
    return out


compress = linear(
    lambda a, condition, axis=None: np.compress(plain_index(condition), a, axis), name="compress",
    moves=True, mask={"a": _compress_mask}, a=_compress_a,
    cases=[case((3, 2), condition=[True, False, True, False, True]), case((2, 3), condition=[1, 0, 1], axis=1)],
)  # fmt: skip
spread: Op = linear(
    _spread, name="spread", moves=True, x=lambda g, kept, axis: compress(g, condition=kept, axis=axis),
    cases=[case((2, 2), kept=np.array([False, True, True]), axis=0), case((2, 20), kept=np.arange(40) % 2 > 0, axis=1)],
)  # fmt: skip


@composite(np.compress, bitwise=True, inputs=("a",), cases=[
    case((3, 2), condition=[True, False, True, False, True]), case((3, 2), condition=np.array([0, 1, 1]), axis=0),
    case((2, 3), condition=[True], axis=-1), case((2, 3), condition=[False, False], axis=0), case((), condition=[True]),
    case((2, 1), condition=[True, True, False], axis=0), case((2, 1), condition=[True, True, True], axis=0),
])  # fmt: skip
def _np_compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    return compress(a, condition=condition, axis=axis)


@composite(np.extract, bitwise=True, inputs=("arr",), cases=[
    case((2, 3), condition=np.eye(2, 3) > 0), case((2, 2), condition=[1, 0, 2]), case((), condition=True),
    case((0, 2), condition=np.ones((0, 2))),
])  # fmt: skip
def _extract(condition: Any, arr: Any) -> Any:
    return compress(np.reshape(arr, -1), condition=np.ravel(plain_index(condition)))


# By position


def _place(obj: Any) -> Any:
    return obj if isinstance(obj, slice) else plain_index(obj)


def _left(arr_shape: tuple[int, ...], obj: Any, axis: Any) -> Array:
    """Tell what is not deleted along an axis."""
    left = np.full(math.prod(arr_shape) if axis is None else arr_shape[axis], True)
    left[_place(obj)] = False
    return left


def _delete_arr(g: Array, arr_shape: tuple[int, ...], obj: Any, axis: Any) -> Array:
    """Put back what was left, between zeros."""
    return _compress_a(g, arr_shape, _left(arr_shape, obj, axis), axis)


delete = linear(
    lambda arr, obj, axis=None: np.delete(arr, _place(obj), axis), name="delete", numpy=(np.delete,), moves=True,
    arr=_delete_arr,
    mask={"arr": lambda arr_shape, obj, axis: _compress_mask(arr_shape, _left(arr_shape, obj, axis), axis)},
    cases=[case((3, 2), obj=1, axis=0), case((3, 2), obj=[-1, 0, 0], axis=0), case((2, 3), obj=-2),
           case((2, 3), obj=slice(None, None, 2), axis=-1), case((2, 3), obj=[]), case((3,), obj=slice(0, 3)),
           case((2, 3), obj=np.array([True, False, True]), axis=1), case((0, 2), obj=[1], axis=1)],
)  # fmt: skip


def _inserted(g_shape: tuple[int, ...], arr_shape: tuple[int, ...], obj: Any, axis: Any) -> tuple[int, Any]:
    """Tell along which axis, and where in the result, the values were inserted, in their order."""
    size = math.prod(arr_shape) if axis is None else arr_shape[axis]
    axis = 0 if axis is None else axis % len(arr_shape)
    places = np.arange(*obj.indices(size)) if isinstance(obj, slice) else np.asarray(plain_index(obj))
    places = np.flatnonzero(places) if places.dtype == bool else np.where(places < 0, places + size, places)
    if places.size == 1:
        # At one place there is room for any number.
        return axis, places.reshape(1) + np.arange(g_shape[axis] - size)
    order = np.argsort(places, kind="stable")
    places[order] += np.arange(places.size)
    return axis, places


def _insert_arr(g: Array, arr_shape: tuple[int, ...], obj: Any, axis: Any) -> Array:
    """Take out what was inserted."""
    along, places = _inserted(g.shape, arr_shape, obj, axis)
    return np.reshape(np.delete(g, places, along), arr_shape)


def _insert_values(g: Array, values_shape: tuple[int, ...], arr_shape: tuple[int, ...], obj: Any, axis: Any) -> Array:
    """Read what was inserted; at a single place the values lie along the first axis."""
    along, places = _inserted(g.shape, arr_shape, obj, axis)
    ct = np.take(g, places, along)
    if not isinstance(obj, slice) and np.ndim(_place(obj)) == 0:
        ct = np.moveaxis(ct, along, 0)
    extra = len(values_shape) - ct.ndim
    return np.reshape(ct, (1,) * extra + ct.shape) if extra > 0 else ct


INSERTED = [
    case((3, 2), (2,), obj=1, axis=0), case((3, 2), (), obj=[-1, 0, 0], axis=0), case((2,), (3,), obj=2),
    case((2, 3), (2,), obj=1, axis=1), case((2, 3), (2, 2), obj=[1], axis=1), case((2, 3), (2, 1), obj=[0, 2], axis=1),
    case((2, 3), (1, 2), obj=slice(0, 2), axis=1), case((2, 3), (), obj=-2), case((2, 3), (2,), obj=np.array([3, 1])),
    case((3,), (2,), obj=np.array([True, False, True])), case((3,), (0,), obj=[]), case((0, 2), (2,), obj=0, axis=0),
    case((2, 3, 1), (3, 1), obj=-1, axis=0), case((), (), obj=0), case((2, 1, 3), (2, 1, 2), obj=[0, 3], axis=-1),
    case((2, 3), (2, 2), obj=1, axis=1), case((2, 3), (1, 2), obj=slice(1, 2), axis=1),
    case((2, 3), (), obj=[0, 3]), case((3,), (1, 1, 2), obj=[0, 2]),
    case((2, 2, 3), (), obj=1, axis=2),
]  # fmt: skip
insert = linear(
    lambda arr, values, obj, axis=None: np.insert(arr, _place(obj), values, axis), name="insert", moves=True,
    arr=_insert_arr, values=_insert_values, cases=INSERTED,
)  # fmt: skip


@composite(np.insert, bitwise=True, inputs=("arr", "values"), cases=INSERTED)
def _np_insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    return insert(arr if hasattr(arr, "ndim") else np.asarray(arr), values, obj=obj, axis=axis)


@composite(np.ix_, bitwise=True, cases=[case((2,), (3,)), case((2,)), case((0,), (1,), (2,))])
def _ix(*args: Any) -> tuple[Any, ...]:
    """Reshape the k-th vector to lie along the k-th axis."""
    made = []
    for k, x in enumerate(args):
        x = x if hasattr(x, "ndim") else np.ix_(x)[0]
        if x.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        x = np.flatnonzero(x) if x.dtype == bool else x
        made.append(np.reshape(x, (1,) * k + (-1,) + (1,) * (len(args) - k - 1)))
    return tuple(made)


constants.update(
    dict.fromkeys(
        (np.diag_indices_from, np.tril_indices_from, np.triu_indices_from, np.ravel_multi_index, np.unravel_index),
        "positions, which are integers",
    )
)
constants.update(dict.fromkeys((np.packbits, np.unpackbits), "bits, which have no derivative"))

# Into a Tensor

#: Why the gradient costs more than six times the value.
WRITTEN_TWICE = "NumPy writes in place; here it writes into a copy, and the tape does at the places that it works out"


def _written(function: Any, target: Any, *args: Any, **options: Any) -> Any:
    """Do what NumPy does to a copy of a Tensor's data, with its errors, and give that; do it to a plain array."""
    if isinstance(target, Shell):
        written = np.copy(target._value)
        function(written, *_plain(args), **_options(options))
        return written
    given = [*args, *options.values()]
    if is_recording() and any(isinstance(x, Shell) and x.entry is not None for x in given):
        raise TypeError(WRITTEN.replace("{name}", function.__name__))
    function(target, *_plain(args), **_options(options))
    return None


def _options(options: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in options.items()}


def _assign(target: Any, index: Any, values: Any, written: Any) -> None:
    """Assign to a Tensor, as `t[index] = values` does; the value is NumPy's own."""
    target[index] = values
    target._value = written


def _cycle(values: Any, count: int) -> Any:
    """Take as many of the values as are wanted, from the first again after the last."""
    flat = np.reshape(values, -1)
    return flat if flat.shape[0] == count else flat[np.arange(count) % flat.shape[0]]


def _at(target: Any, places: Any, values: Any, written: Any) -> None:
    """Assign at places counted through the whole Tensor."""
    values = _cycle(values, len(places))
    if target.ndim:
        _assign(target, np.unravel_index(places, target.shape), values, written)
    elif len(places):
        _assign(target, Ellipsis, values[-1], written)


@composite(np.copyto, bitwise=True)
def _copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Write src into dst where `where` holds."""
    written = _written(np.copyto, dst, src, casting=casting, where=where)
    if written is not None:
        _assign(dst, Ellipsis, src if where is True else np.where(_plain(where), src, dst), written)


@composite(np.put, bitwise=True, note=WRITTEN_TWICE)
def _put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write v, over and over, at the places `ind` of the flattened a."""
    written = _written(np.put, a, ind, v, mode=mode)
    if written is not None:
        places = np.reshape(np.asarray(plain_index(ind)), -1).astype(int)
        if mode == "clip":
            places = np.clip(places, 0, a.size - 1)
        _at(a, places % max(a.size, 1), v, written)


@composite(np.putmask, bitwise=True)
def _putmask(a: Any, /, mask: Any, values: Any) -> None:
    """Write values[k] at each place k of the flattened a where mask holds, values repeated to its size."""
    written = _written(np.putmask, a, mask, values)
    if written is not None:
        places = np.flatnonzero(_plain(mask))
        if math.prod(np.shape(values)):
            flat = np.reshape(values, -1)
            _at(a, places, flat[places % flat.shape[0]], written)


@composite(np.place, bitwise=True)
def _np_place(arr: Any, mask: Any, vals: Any) -> None:
    """Write vals, over and over, at the places where mask holds."""
    written = _written(np.place, arr, mask, vals)
    if written is not None:
        _at(arr, np.flatnonzero(_plain(mask)), vals, written)


@composite(np.put_along_axis, bitwise=True, note=WRITTEN_TWICE)
def _put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write values at the indices along the axis."""
    written = _written(np.put_along_axis, arr, indices, values, axis)
    if written is not None:
        if axis is None:
            index: Any = np.unravel_index(np.asarray(plain_index(indices)) % max(arr.size, 1), arr.shape)
        else:
            index = along_axis(arr, indices, axis)
        _assign(arr, index, values, written)


@composite(np.fill_diagonal, bitwise=True, note=WRITTEN_TWICE)
def _fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write val, over and over, along the diagonal of a."""
    written = _written(np.fill_diagonal, a, val, wrap)
    if written is not None:
        step = a.shape[1] + 1 if a.ndim == 2 else 1 + sum(math.prod(a.shape[:i]) for i in range(1, a.ndim))
        end = a.shape[1] ** 2 if a.ndim == 2 and not wrap else None
        _at(a, np.arange(0, a.size if end is None else min(end, a.size), step), val, written)
