"""What the rules of linear algebra have in common: transposes, triangles, and spectra whose members may be equal.

With the cotangent of z meaning ∂f/∂Re z - i ∂f/∂Im z an inner product is a plain sum, so the transpose of a product is
one with plain transposes, and conjugates appear only where a function is not holomorphic.
"""

from __future__ import annotations

import numpy as np

from autograd.entry import Array
from autograd.op import case
from autograd.ops.elementwise import conj

SHAPES = ((3, 3), (3, 2), (2, 3), (2, 3, 2), (2, 2, 2), (0, 0), (3, 0), (0, 2), (0, 2, 3))
SQUARES = (case((3, 3)), case((1, 1)), case((0, 0)), case((2, 2, 2)), case((0, 2, 2)))


def mT(x: Array) -> Array:
    """Transpose the last two axes."""
    return np.swapaxes(x, -1, -2)


def mH(x: Array) -> Array:
    """Transpose the last two axes and conjugate."""
    return conj(np.swapaxes(x, -1, -2))


def real_part(x: Array) -> Array:
    """Give the real part, and what is real as it is."""
    return x.real if x.dtype.kind == "c" else x


def diagonal(x: Array) -> Array:
    """Give the diagonals of the matrices."""
    return np.einsum("...ii->...i", x)


def from_triangle(a: Array, uplo: str = "L") -> Array:
    """Give the Hermitian matrix of which one triangle is stored: what NumPy makes of `a` where it reads only that."""
    read, middle = _masks(a.shape[-1], uplo)
    half = np.where(read, a, 0)
    return np.where(middle, real_part(a), half + mH(half))


def to_triangle(g: Array, uplo: str = "L") -> Array:
    """Transpose `from_triangle`: the triangle that is read receives what both positions of its elements do."""
    read, middle = _masks(g.shape[-1], uplo)
    return np.where(middle, real_part(g), np.where(read, g + mH(g), 0))


def _masks(n: int, uplo: str) -> tuple[Array, Array]:
    below = np.tri(n, k=-1, dtype=bool)
    return below if uplo.upper() == "L" else below.T, np.eye(n, dtype=bool)


def resolution(w: Array) -> Array:
    """Tell which difference of eigenvalues or singular values is rounding, for each matrix: one axis is kept."""
    if w.shape[-1] == 0:
        return np.zeros_like(real_part(w))
    dtype = real_part(w).dtype
    part = max(2 * float(np.finfo(dtype).eps), w.shape[-1] * float(np.finfo(np.float64).eps))
    return np.max(np.abs(w), axis=-1, keepdims=True) * part


def _differences(w: Array) -> tuple[Array, Array]:
    """Give w_j - w_i, and where they are equal to rounding, or both equal to a third."""
    difference = w[..., None, :] - w[..., :, None]
    equal = np.abs(difference) <= resolution(w)[..., None]
    while np.sum(equal) > w.size:
        both = equal.astype(np.float32)
        wider = both @ both > 0
        if np.all(wider == equal):
            break
        equal = wider
    return difference, equal


def coupling(w: Array) -> Array:
    """Give 1 / (w_j - w_i), and 0 where they are equal to rounding."""
    difference, equal = _differences(w)
    return np.where(equal, 0, 1 / np.where(equal, 1, difference))


def shared(g: Array, w: Array) -> Array:
    """Share derivatives evenly among values that are equal to rounding."""
    equal = _differences(w)[1]
    if np.sum(equal) == w.size:
        return g
    return (equal * (1 / np.sum(equal, axis=-1, keepdims=True, dtype=real_part(g).dtype)) @ g[..., None])[..., 0]


def with_diagonal(inner: Array, d: Array) -> Array:
    """Add to the diagonals of matrices."""
    return inner + np.eye(d.shape[-1], dtype=d.dtype) * d[..., None, :]
