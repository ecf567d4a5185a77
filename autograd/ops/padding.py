"""Padding: `np.pad` in all its modes, with what is padded and the values at the edge both differentiated.

Padding goes axis by axis, each with what the axes before it have become. What is linear in the array alone is one op
with its transpose, which folds the padding back; the other modes are built of `np.concatenate` and what they pad with.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.multilinear import linear
from autograd.op import Op, Real, case, composite
from autograd.ops.shape import assemble, concatenate, stack, unstack

Pairs = tuple[tuple[int, int], ...]


def _few(x: Any) -> bool:
    """Tell whether one value, or one for each side, is given for all axes."""
    return np.ndim(x) < 3 and x.size <= 2 and np.shape(x) != (2, 1)


def _pairs(x: Any, ndim: int) -> Any:
    """Bring what NumPy takes for all axes and both sides to shape (ndim, 2)."""
    return np.broadcast_to(np.reshape(x, (1, -1)) if _few(x) else x, (ndim, 2))


def _widths(pad_width: Any, ndim: int) -> Pairs:
    """Tell how much is put before and after along each axis."""
    if isinstance(pad_width, dict):
        pairs = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            pairs[axis] = width if isinstance(width, tuple) else (width, width)
        return tuple(pairs)
    return tuple((int(before), int(after)) for before, after in _pairs(np.asarray(pad_width), ndim))


def _lengths(stat_length: Any, shape: tuple[int, ...]) -> Pairs:
    """Tell from how many elements at each end a statistic is taken: from all, if not said."""
    if stat_length is None:
        return tuple((n, n) for n in shape)
    pairs = _pairs(np.asarray(stat_length), len(shape))
    return tuple((min(int(a), n), min(int(b), n)) for (a, b), n in zip(pairs, shape, strict=True))


# With zeros


def _interior(g: Array, array_shape: tuple[int, ...], pad_width: Any) -> Array:
    """Cut the padding off."""
    widths = _widths(pad_width, len(array_shape))
    return g[tuple(slice(before, before + n) for (before, _), n in zip(widths, array_shape, strict=True))]


pad = linear(
    lambda array, pad_width: np.pad(array, pad_width), name="pad", moves=True, array=_interior,
    cases=[case((2, 3), pad_width=1), case((2, 3), pad_width=((1, 0), (0, 2))), case((3,), pad_width=(1, 2)),
           case((2, 3), pad_width=[(2,), (1,)]), case((2, 2), pad_width=((1, 2),)), case((), pad_width=1),
           case((0, 2), pad_width=1), case((2, 3), pad_width=0)],
)  # fmt: skip

# With what is linear in the array


def _extend(array: Array, pad_width: Any, mode: str, stat_length: Any, reflect_type: str) -> Array:
    options: dict[str, Any] = {"stat_length": stat_length} if mode == "mean" else {}
    if mode in ("reflect", "symmetric"):
        options["reflect_type"] = reflect_type
    pad: Any = np.pad
    return pad(array, pad_width, mode, **options)


def _fold(g: Array, shape: tuple[int, ...], pad_width: Any, mode: str, stat_length: Any, reflect_type: str) -> Array:
    """Add the padding back to the elements that it was made of, the last axis first."""
    wide = g.astype(np.float32) if g.dtype == np.float16 else g
    lengths = ((1, 1),) * len(shape) if mode == "edge" else _lengths(stat_length, shape)
    for axis, (before, after) in reversed(list(enumerate(_widths(pad_width, len(shape))))):
        n = shape[axis]
        if not before and not after:
            continue
        if wide is g:
            wide = np.copy(g)
        along = np.moveaxis(wide, axis, 0)
        ct = along[before : before + n]
        low, high = along[:before], along[before + n :]
        if mode in ("edge", "mean") or (n == 1 and mode != "wrap"):
            first, last = lengths[axis] if mode == "mean" else (1, 1)
            if before and first:
                ct[:first] += np.add.reduce(low, axis=0) / first
            if after and last:
                ct[n - last :] += np.add.reduce(high, axis=0) / last
        else:
            _unfold(ct, low, np.arange(-before, 0), mode, reflect_type == "odd")
            _unfold(ct, high, np.arange(n, n + after), mode, reflect_type == "odd")
        wide = np.moveaxis(ct, 0, axis)
    return wide.astype(g.dtype)


def _unfold(ct: Array, strip: Array, at: Array, mode: str, odd: bool) -> None:
    """Add a strip of padding, at places counted from the first element, to what it repeats.

    A reflection has the period p = 2 (n - 1), or 2 n if the edge is repeated. An odd one is point-symmetric about each
    end, f(-k) = 2 f(0) - f(k), and so f(k + p) = f(k) + 2 (f(n-1) - f(0)).
    """
    n = len(ct)
    if not len(at):
        return
    period = n if mode == "wrap" else 2 * n if mode == "symmetric" else 2 * (n - 1)
    turns, place = np.divmod(at, period)
    turned = place >= n
    place = np.where(turned, (2 * n - 1 if mode == "symmetric" else period) - place, place)
    sign = np.where(turned, -1, 1) if odd else np.ones_like(at)
    signs = np.reshape(sign.astype(strip.dtype), (-1,) + (1,) * (strip.ndim - 1))
    # Between two turns no element comes twice.
    run = (at - 1) // (n - 1) if mode == "reflect" else at // n
    ends = np.flatnonzero(np.diff(run, append=run[-1:] + 1)) + 1
    if len(ends) <= 64:
        for start, stop in zip([0, *ends[:-1]], ends, strict=True):
            part = strip[start:stop]
            ct[place[start:stop]] += part * signs[start:stop] if odd else part
    else:
        np.add.at(ct, place, strip * signs)
    if odd:
        ct[-1] += np.tensordot((2 * turned + 2 * turns).astype(strip.dtype), strip, 1)
        ct[0] -= np.tensordot((2 * turns).astype(strip.dtype), strip, 1)


def _carry(
    mask: Array, array_shape: tuple[int, ...], pad_width: Any, mode: str, stat_length: Any, reflect_type: str, *_: Any
) -> Array | None:
    """Hand a mask on where each element of the padding is one of the array's."""
    if mode == "mean" or reflect_type == "odd":
        return None
    return _fold(mask.astype(np.float64), array_shape, pad_width, mode, stat_length, reflect_type) > 0


extend: Op = linear(
    _extend, name="extend",
    array=lambda g, array_shape, pad_width, mode, stat_length, reflect_type: fold_padding(
        g, shape=array_shape, pad_width=pad_width, mode=mode, stat_length=stat_length, reflect_type=reflect_type
    ),
    cases=[case((2, 3), pad_width=((2, 1), (4, 9)), mode=mode, stat_length=None, reflect_type=kind)
           for mode, kind in (("edge", "even"), ("wrap", "even"), ("reflect", "even"), ("reflect", "odd"),
                              ("symmetric", "even"), ("symmetric", "odd"), ("mean", "even"))],
)  # fmt: skip
extend.rules[0].carry = _carry
fold_padding: Op = linear(
    _fold, name="fold_padding",
    padded=lambda g, pad_width, mode, stat_length, reflect_type: extend(
        g, pad_width=pad_width, mode=mode, stat_length=stat_length, reflect_type=reflect_type
    ),
    cases=[case((3, 5), shape=(2, 3), pad_width=((0, 1), (1, 1)), mode=mode, stat_length=1, reflect_type="even")
           for mode in ("edge", "symmetric", "mean")],
)  # fmt: skip

# With what is not linear, or depends on more than the array

STATISTICS = {"maximum": np.max, "minimum": np.min, "median": np.median}
Pieces = tuple[Any, Any]


def _slice(x: Any, axis: int, start: int, stop: int) -> Any:
    return x[(*(slice(None),) * axis, slice(start, stop))]


def _repeated(x: Any, value: Any, axis: int, width: int) -> Any:
    return np.broadcast_to(value, (*x.shape[:axis], width, *x.shape[axis + 1 :]))


def _values(given: Any, ndim: int) -> Any:
    """Bring constants or end values to one for each axis and side; many plain ones to Python numbers, as NumPy does."""
    given = assemble(given)
    pairs = _pairs(given, ndim)
    if not isinstance(given, Shell) and not _few(given):
        return pairs.tolist()
    return [[pairs[i, side] for side in (0, 1)] for i in range(ndim)]


def _constants(x: Any, axis: int, widths: tuple[int, int], values: Any) -> Pieces:
    """Repeat a value in the array's own type."""
    made = []
    for side, width in enumerate(widths):
        value: Any = values[axis][side]
        value = value if isinstance(value, Shell) else np.asarray(value)
        made.append(_repeated(x, value if value.dtype == x.dtype else value.astype(x.dtype), axis, width))
    return made[0], made[1]


def _ramps(x: Any, axis: int, widths: tuple[int, int], values: Any) -> Pieces:
    """Go from each end value evenly to the element at the edge, which it does not repeat."""
    # Both edges in one, so that their gradients come back in one.
    edges = x[(*(slice(None),) * axis, slice(None, None, max(x.shape[axis] - 1, 1)))]
    made = []
    for side, width in enumerate(widths):
        edge = edges[(*(slice(None),) * axis, -side)]
        ramp = np.linspace(values[axis][side], edge, num=width, endpoint=False, dtype=x.dtype, axis=axis)
        made.append(ramp if side == 0 else np.flip(ramp, axis))
    return made[0], made[1]


def _statistics(x: Any, axis: int, widths: tuple[int, int], lengths: Any, function: Any) -> Pieces:
    """Repeat a statistic of the elements at each end."""
    n, (first, last) = x.shape[axis], lengths[axis]
    low = function(_slice(x, axis, 0, first), axis=axis, keepdims=True)
    high = low if first == last == n else function(_slice(x, axis, n - last, n), axis=axis, keepdims=True)
    return _repeated(x, low, axis, widths[0]), _repeated(x, high, axis, widths[1])


def _by_function(array: Any, pad_width: Any, function: Any, options: dict[str, Any]) -> Any:
    """Let a function of the user's write into each vector along each axis, which begins padded with zeros."""
    padded = pad(array, pad_width)
    for axis, widths in enumerate(_widths(pad_width, array.ndim)):
        view = np.moveaxis(padded, axis, -1)
        if view.size == 0:
            continue
        # Each a Tensor of its own, to be written into.
        vectors = list(unstack(np.reshape(view, (-1, view.shape[-1]))))
        for vector in vectors:
            function(vector, widths, axis, options)
        padded = np.moveaxis(np.reshape(stack(*vectors), view.shape), -1, axis)
    return padded


def _by_mode(x: Any, pad_width: Any, mode: str, options: dict[str, Any]) -> Any:
    """Put before and after along each axis what the mode says of what is there."""
    given: Any = options.get("constant_values", options.get("end_values", 0))
    values = _values(given, x.ndim)
    lengths = _lengths(options.get("stat_length"), x.shape)
    for axis, widths in enumerate(_widths(pad_width, x.ndim)):
        if widths == (0, 0):
            continue
        if mode == "constant":
            before, after = _constants(x, axis, widths, values)
        elif mode == "linear_ramp":
            before, after = _ramps(x, axis, widths, values)
        else:
            before, after = _statistics(x, axis, widths, lengths, STATISTICS[mode])
        x = concatenate(before, x, after, axis=axis)
    return x


def _plain(vector: Any, widths: tuple[int, int], axis: int, options: dict[str, Any]) -> None:
    """Stand for a function of the user's in the tests."""
    vector[: widths[0]] = vector[widths[0]] + vector[-1]
    if widths[1]:
        vector[-widths[1] :] = 2 * vector[-widths[1] - 1] + options.get("more", 0)


_BOTH = ((2, 1), (1, 3))
_LINEAR = ("edge", "wrap", "reflect", "symmetric", "mean")


@composite(np.pad, bitwise=True, inputs=("array",), sample={"array": Real(distinct=True)}, cases=[
    case((2, 3), pad_width=_BOTH), case((), pad_width=1),
    *[case((2, 3), pad_width=_BOTH, mode=mode) for mode in _LINEAR],
    *[case((1, 4), pad_width=5, mode=mode) for mode in _LINEAR],
    *[case((2, 0, 2), pad_width=((1, 2), (0, 0), (0, 1)), mode=mode) for mode in _LINEAR],
    *[case(shape, pad_width=9, mode=mode, reflect_type=kind) for shape in ((2,), (3, 1))
      for mode in ("reflect", "symmetric") for kind in ("even", "odd")],
    case((4, 3), pad_width=_BOTH, mode="mean", stat_length=2),
    case((4,), pad_width=2, mode="mean", stat_length=((1, 9),)),
    case((5,), pad_width=2, mode="maximum", stat_length=(1, 2)), case((2, 3), pad_width=_BOTH, mode="minimum"),
    case((3, 3), pad_width=_BOTH, mode="median"),
    case((5, 2), pad_width=1, mode="median", stat_length=((3, 2), (1, 1))),
    case((2, 0, 2), pad_width=((1, 2), (0, 0), (0, 1)), mode="maximum"),
    case((2, 3), pad_width=_BOTH, mode="maximum"), case((2, 3), pad_width=_BOTH, mode="linear_ramp"),
    case((2, 3), pad_width=_BOTH, mode="linear_ramp", end_values=((1.5, 2), (0, -3))),
    case((2, 3), pad_width=_BOTH, mode="constant", constant_values=((1, 2), (3, 4))),
    case((2, 0), pad_width=_BOTH, mode="constant", constant_values=(5,)), case((3,), pad_width=(2, 1), mode=_plain),
    case((2, 3), pad_width=_BOTH, mode=_plain, more=2.0),
])  # fmt: skip
def _np_pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Lengthen each axis on both sides: with constants, or with what `mode` makes of the array."""
    if callable(mode):
        return _by_function(array, pad_width, mode, options)
    if mode == "constant" and not options:
        return pad(array, pad_width=pad_width)
    # NumPy says what does not fit, of an array with an element of each axis.
    plain = {key: 0 if key in ("constant_values", "end_values") else value for key, value in options.items()}
    np.pad(np.zeros([min(n, 1) for n in array.shape]), pad_width, mode, **plain)
    if mode == "empty":
        return pad(array, pad_width=pad_width)
    if mode not in _LINEAR:
        return _by_mode(array, pad_width, mode, options)
    length, kind = options.get("stat_length"), options.get("reflect_type", "even")
    return extend(array, pad_width=pad_width, mode=mode, stat_length=length, reflect_type=kind)
