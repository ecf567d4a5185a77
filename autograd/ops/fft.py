"""Discrete Fourier transforms: real, Hermitian, n-dimensional, and shifts.

Each is linear over the real numbers, so its rule is its transpose (no conjugate), which is again a transform:

- the matrix of `fft` and of `ifft` is symmetric: each is its own transpose, with the same `norm`;
- `rfft` and `hfft` are each other's transposes, and so are `ihfft` and `irfft`, up to weights: a real signal of n
  points has n // 2 + 1 bins, of which all but the 0th, and for an even n the last, stand for two of the n;
- padding with zeros and cropping (by `n` or `s`) are each other's transposes.

`irfft` and `hfft` do not look at the imaginary part of the bins that stand for one; its derivative is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.multilinear import linear
from autograd.op import case

Shape = tuple[int, ...]
Step = tuple[Callable[..., Array], int, int]


def _fitted(g: Array, size: int, axis: int) -> Array:
    """Crop or pad with zeros to a length along an axis: the transpose of having padded or cropped."""
    have = g.shape[axis]
    if have == size:
        return g
    if have > size:
        return g[(*(slice(None),) * (axis % g.ndim), slice(size))]
    shape = list(g.shape)
    shape[axis] = size - have
    return np.concatenate([g, np.zeros_like(g, shape=tuple(shape))], axis=axis)


def _counts(g: Array, n: int, axis: int) -> Array:
    """For how many of n bins each of the first n // 2 + 1 stands, along an axis of `g`."""
    # In single precision, in which 1, 2 and a half are exact, so as not to widen.
    counts = np.full(n // 2 + 1, 2, np.float32)
    counts[0] = 1
    if n % 2 == 0:
        counts[-1] = 1
    return counts.reshape((-1,) + (1,) * (g.ndim - 1 - axis % g.ndim))


def _wide(g: Array) -> Array:
    """Let the factor of `norm` not be rounded to half precision, in which NumPy would compute it."""
    return g.astype(np.float32) if g.dtype == np.float16 else g


def _fft(g: Array, a_shape: Shape, n: Any, axis: int, norm: Any) -> Array:
    """Σ_k g_k exp(-2πijk/n): the matrix is symmetric."""
    return _fitted(np.fft.fft(g, axis=axis, norm=norm), a_shape[axis], axis)


def _ifft(g: Array, a_shape: Shape, n: Any, axis: int, norm: Any) -> Array:
    """Σ_k g_k exp(2πijk/n) / n: the matrix is symmetric."""
    return _fitted(np.fft.ifft(g, axis=axis, norm=norm), a_shape[axis], axis)


def _rfft(g: Array, a_shape: Shape, n: Any, axis: int, norm: Any) -> Array:
    """Re Σ_k g_k exp(-2πijk/n) over the bins that there are: hfft(g / c), where a bin stands for c of n."""
    n = a_shape[axis] if n is None else n
    return _fitted(np.fft.hfft(g / _counts(g, n, axis), n, axis=axis, norm=norm), a_shape[axis], axis)


def _irfft(g: Array, a_shape: Shape, n: Any, axis: int, norm: Any) -> Array:
    """C Σ_j g_j exp(2πijk/n) / n = c ihfft(g), where a bin stands for c of n."""
    ct = np.fft.ihfft(_wide(g), axis=axis, norm=norm)
    return _fitted(ct * _counts(ct, g.shape[axis], axis), a_shape[axis], axis)


def _hfft(g: Array, a_shape: Shape, n: Any, axis: int, norm: Any) -> Array:
    """C Σ_j g_j exp(-2πijk/n) = c rfft(g), where a bin stands for c of n."""
    ct = np.fft.rfft(_wide(g), axis=axis, norm=norm)
    return _fitted(ct * _counts(ct, g.shape[axis], axis), a_shape[axis], axis)


def _ihfft(g: Array, a_shape: Shape, n: Any, axis: int, norm: Any) -> Array:
    """Re Σ_k g_k exp(2πijk/n) / n over the bins that there are: irfft(g / c), where a bin stands for c of n."""
    n = a_shape[axis] if n is None else n
    return _fitted(np.fft.irfft(g / _counts(g, n, axis), n, axis=axis, norm=norm), a_shape[axis], axis)


def _sizes(shape: Shape, s: Any, axes: Any) -> list[tuple[int, int]]:
    """Pair each axis that is transformed with its number of points, as NumPy reads `s` and `axes`."""
    if axes is None:
        axes = range(len(shape)) if s is None else range(-len(s), 0)
    if s is None:
        return [(axis, shape[axis]) for axis in axes]
    return [(axis, shape[axis] if n is None or n == -1 else n) for axis, n in zip(axes, s, strict=True)]


def _undo(g: Array, shape: Shape, steps: Sequence[Step], norm: Any) -> Array:
    """Apply the transposes of one-dimensional transforms, given in the order in which they were made."""
    size = list(shape)
    before = []
    for rule, axis, n in steps:
        before.append(tuple(size))
        size[axis] = n // 2 + 1 if rule is _rfft else n
    for (rule, axis, n), was in zip(reversed(steps), reversed(before), strict=True):
        g = rule(g, was, n, axis, norm)
    return g


def _fftn(g: Array, a_shape: Shape, s: Any, axes: Any, norm: Any) -> Array:
    """Σ_k g_k exp(-2πijk/n) along each axis: the matrix is symmetric."""
    return _undo(g, a_shape, [(_fft, *size) for size in reversed(_sizes(a_shape, s, axes))], norm)


def _ifftn(g: Array, a_shape: Shape, s: Any, axes: Any, norm: Any) -> Array:
    """Σ_k g_k exp(2πijk/n) / n along each axis: the matrix is symmetric."""
    return _undo(g, a_shape, [(_ifft, *size) for size in reversed(_sizes(a_shape, s, axes))], norm)


def _rfftn(g: Array, a_shape: Shape, s: Any, axes: Any, norm: Any) -> Array:
    """Back along each axis, at last from the half of the bins along the last."""
    *rest, last = _sizes(a_shape, s, axes)
    return _undo(g, a_shape, [(_rfft, *last), *[(_fft, *size) for size in reversed(rest)]], norm)


def _irfftn(g: Array, a_shape: Shape, s: Any, axes: Any, norm: Any) -> Array:
    """Back to the half of the bins along the last axis, whose length `g` has, then along the others."""
    *rest, last = _sizes(a_shape, s, axes)
    return _undo(g, a_shape, [*[(_ifft, *size) for size in rest], (_irfft, *last)], norm)


ALONG = [
    case((4,)), case((2, 5)), case((3, 2), axis=0), case((3, 2), axis=-2, norm="ortho"), case((4,), norm="forward"),
    case((5,), n=3), case((3,), n=6), case((2, 3, 2), n=4, axis=1, norm="forward"), case((2, 4), n=5, norm="backward"),
    case((3, 1), n=2), case((0, 3)), case((2, 2), n=1),
]  # fmt: skip
TWO = [
    case((2, 3)), case((3, 4), norm="ortho"), case((2, 3, 2), axes=(0, 1)),
    case((3, 3), s=(2, 4), axes=(-2, -1), norm="forward"),
    case((2, 3, 2), s=(4, -1), axes=(2, 0)), case((0, 3, 2), axes=(1, 2)),
    case((3, 2), axes=(1, 0)), case((2, 3), axes=(1,)),
]  # fmt: skip
ALL = [
    *TWO, case((3,)), case((2, 3, 2)), case((2, 3, 2), axes=(0, -1), norm="ortho"),
    case((2, 3, 2), s=(3, 3, 3), axes=(0, 1, 2)),
    case((4, 3), s=(2,), axes=(0,), norm="forward"), case((3, 2), axes=(0, 0)), case((3, 2), s=(5, 2), axes=(0, 0)),
]  # fmt: skip

fft = linear(
    lambda a, n=None, axis=-1, norm=None: np.fft.fft(a, n, axis, norm),
    name="fft", numpy=(np.fft.fft,), a=_fft, cases=ALONG,
)  # fmt: skip
ifft = linear(
    lambda a, n=None, axis=-1, norm=None: np.fft.ifft(a, n, axis, norm),
    name="ifft", numpy=(np.fft.ifft,), a=_ifft, cases=ALONG,
)  # fmt: skip
rfft = linear(
    lambda a, n=None, axis=-1, norm=None: np.fft.rfft(a, n, axis, norm),
    name="rfft", numpy=(np.fft.rfft,), a=_rfft, cases=ALONG,
)  # fmt: skip
irfft = linear(
    lambda a, n=None, axis=-1, norm=None: np.fft.irfft(a, n, axis, norm),
    name="irfft", numpy=(np.fft.irfft,), a=_irfft, cases=ALONG,
)  # fmt: skip
hfft = linear(
    lambda a, n=None, axis=-1, norm=None: np.fft.hfft(a, n, axis, norm),
    name="hfft", numpy=(np.fft.hfft,), a=_hfft, cases=ALONG,
)  # fmt: skip
ihfft = linear(
    lambda a, n=None, axis=-1, norm=None: np.fft.ihfft(a, n, axis, norm),
    name="ihfft", numpy=(np.fft.ihfft,), a=_ihfft, cases=ALONG,
)  # fmt: skip
fft2 = linear(
    lambda a, s=None, axes=(-2, -1), norm=None: np.fft.fft2(a, s, axes, norm),
    name="fft2", numpy=(np.fft.fft2,), a=_fftn, cases=TWO,
)  # fmt: skip
ifft2 = linear(
    lambda a, s=None, axes=(-2, -1), norm=None: np.fft.ifft2(a, s, axes, norm),
    name="ifft2", numpy=(np.fft.ifft2,), a=_ifftn, cases=TWO,
)  # fmt: skip
rfft2 = linear(
    lambda a, s=None, axes=(-2, -1), norm=None: np.fft.rfft2(a, s, axes, norm),
    name="rfft2", numpy=(np.fft.rfft2,), a=_rfftn, cases=TWO,
)  # fmt: skip
irfft2 = linear(
    lambda a, s=None, axes=(-2, -1), norm=None: np.fft.irfft2(a, s, axes, norm),
    name="irfft2", numpy=(np.fft.irfft2,), a=_irfftn, cases=TWO,
)  # fmt: skip
fftn = linear(
    lambda a, s=None, axes=None, norm=None: np.fft.fftn(a, s, axes, norm),
    name="fftn", numpy=(np.fft.fftn,), a=_fftn, cases=ALL,
)  # fmt: skip
ifftn = linear(
    lambda a, s=None, axes=None, norm=None: np.fft.ifftn(a, s, axes, norm),
    name="ifftn", numpy=(np.fft.ifftn,), a=_ifftn, cases=ALL,
)  # fmt: skip
rfftn = linear(
    lambda a, s=None, axes=None, norm=None: np.fft.rfftn(a, s, axes, norm),
    name="rfftn", numpy=(np.fft.rfftn,), a=_rfftn, cases=ALL,
)  # fmt: skip
irfftn = linear(
    lambda a, s=None, axes=None, norm=None: np.fft.irfftn(a, s, axes, norm),
    name="irfftn", numpy=(np.fft.irfftn,), a=_irfftn, cases=ALL,
)  # fmt: skip

SHIFTS = [case((4,)), case((5,)), case((3, 4)), case((3, 4), axes=0), case((3, 4), axes=(-1, 0)), case((0, 3))]
fftshift = linear(
    lambda x, axes=None: np.fft.fftshift(x, axes), name="fftshift", numpy=(np.fft.fftshift,), moves=True,
    x=lambda g, axes: np.fft.ifftshift(g, axes), cases=SHIFTS,
)  # fmt: skip
ifftshift = linear(
    lambda x, axes=None: np.fft.ifftshift(x, axes), name="ifftshift", numpy=(np.fft.ifftshift,), moves=True,
    x=lambda g, axes: np.fft.fftshift(g, axes), cases=SHIFTS,
)  # fmt: skip
