"""Eigenvalues and eigenvectors, batched.

`eigh` and `eigvalsh` read only one triangle, and there is their gradient. Hermitian eigenvectors keep their phase as
well as they can (vᴴ dv has no diagonal); those of `eig` keep NumPy's normalisation. Where eigenvalues are equal to
rounding, vectors have no derivative: the pair's coupling counts as 0, and the values share their cotangents evenly. So
the derivative of what does not depend on the choice, as their sum, is right; second derivatives there miss the
coupling.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import op
from autograd.op import Matrix, case, composite
from autograd.ops.elementwise import conj
from autograd.ops.matrices import (
    SQUARES,
    coupling,
    diagonal,
    from_triangle,
    mH,
    mT,
    real_part,
    shared,
    to_triangle,
    with_diagonal,
)

# Hermitian eigenvalues


def _eigh_vjp(g: Any, eigenvalues: Array, eigenvectors: Array, UPLO: Any) -> Array:
    """∂(w, v)/∂a applied back: v* (diag(gw) + F∘(vᵀ gv)) vᵀ, F_ij = 1 / (w_j - w_i) (Giles 2008, 3.1)."""
    of_w, of_v = g
    v = eigenvectors
    if of_v is None:
        return to_triangle((conj(v) * shared(of_w, eigenvalues)[..., None, :]) @ mT(v), UPLO)
    inner = coupling(eigenvalues) * (mT(v) @ of_v)
    if of_w is not None:
        inner = with_diagonal(inner, shared(of_w, eigenvalues))
    return to_triangle(conj(v) @ inner @ mT(v), UPLO)


def _eigh_jvp(g: Array, eigenvalues: Array, eigenvectors: Array, UPLO: Any) -> Any:
    """With e = vᴴ da v: dw = diag(e), dv = v (F∘e), F_ij = 1 / (w_j - w_i) (Giles 2008, 3.1)."""
    v = eigenvectors
    e = mH(v) @ from_triangle(g, UPLO) @ v
    return shared(real_part(diagonal(e)), eigenvalues), v @ (coupling(eigenvalues) * e)


def _eigvalsh_vjp(g: Array, a: Array, UPLO: Any) -> Array:
    """∂w/∂a applied back: v* diag(g) vᵀ."""
    return _eigh_vjp((g, None), *np.linalg.eigh(a, UPLO), UPLO)


def _eigvalsh_jvp(g: Array, a: Array, UPLO: Any) -> Array:
    """Give dw = diag(vᴴ da v)."""
    w, v = np.linalg.eigh(a, UPLO)
    return shared(real_part(np.sum(conj(v) * (from_triangle(g, UPLO) @ v), axis=-2)), w)


HERMITIAN = (*SQUARES, case((3, 3), UPLO="U"), case((2, 2, 2), UPLO="u"))
eigh = op(
    lambda a, UPLO="L": tuple(np.linalg.eigh(a, UPLO)), name="eigh", outputs=("eigenvalues", "eigenvectors"),
    vjp={"a": _eigh_vjp}, jvp={"a": _eigh_jvp}, sample={"a": Matrix("hermitian")}, cases=HERMITIAN,
)  # fmt: skip
eigvalsh = op(
    lambda a, UPLO="L": np.linalg.eigvalsh(a, UPLO), name="eigvalsh", numpy=(np.linalg.eigvalsh,),
    vjp={"a": _eigvalsh_vjp}, jvp={"a": _eigvalsh_jvp}, sample={"a": Matrix("hermitian")}, cases=HERMITIAN,
    note="the gradient is in the triangle that is read; equal eigenvalues share theirs evenly",
)  # fmt: skip

_EighResult: Any = type(np.linalg.eigh(np.eye(1)))


@composite(
    np.linalg.eigh, bitwise=True, sample={"a": Matrix("hermitian")}, cases=HERMITIAN,
    note="the gradient is in the triangle that is read; the phases of the eigenvectors stay",
)  # fmt: skip
def _np_eigh(a: Any, UPLO: str = "L") -> Any:
    """∂(w, v)/∂a applied back: v* (diag(gw) + F∘(vᵀ gv)) vᵀ, F_ij = 1 / (w_j - w_i)."""
    return _EighResult(*eigh(a, UPLO=UPLO))


# Eigenvalues of any square matrix


def _largest_real(v: Array) -> Array:
    """Tell which component of each eigenvector NumPy made real: of those without imaginary part the largest."""
    if v.shape[-1] == 0:
        return v != v
    size = np.where(v.imag == 0, np.abs(v), -1)
    return np.arange(v.shape[-2])[:, None] == np.argmax(size, axis=-2)[..., None, :]


def _normalised_vjp(g: Array, v: Array) -> Array:
    """Take the cotangent of eigenvectors to that of their change before they are scaled: see `_normalised_jvp`."""
    along = np.sum(g * v, axis=-2, keepdims=True)
    ct = g - real_part(along) * conj(v)
    if v.dtype.kind != "c":
        return ct
    pivot = _largest_real(v)
    size = np.sum(np.where(pivot, v.real, 0), axis=-2, keepdims=True)
    return ct - np.where(pivot, 1j * (along.imag / size), 0)


def _normalised_jvp(u: Array, v: Array) -> Array:
    """Change v by u + c v so that its norm stays 1 and its largest component real: that fixes c."""
    t = u - real_part(np.sum(conj(v) * u, axis=-2, keepdims=True)) * v
    if v.dtype.kind != "c":
        return t
    pivot = _largest_real(v)
    size = np.sum(np.where(pivot, v.real, 0), axis=-2, keepdims=True)
    turn = np.sum(np.where(pivot, u.imag, 0), axis=-2, keepdims=True) / size
    return t - 1j * turn * v


def _eig_vjp(g: Any, eigenvalues: Array, eigenvectors: Array) -> Array:
    """∂(w, v)/∂a applied back: v⁻ᵀ (diag(gw) + F∘(vᵀ gv)) vᵀ, F_ij = 1 / (w_j - w_i) (Giles 2008, 3.1)."""
    of_w, of_v = g
    v = eigenvectors
    if of_v is None:
        return np.linalg.solve(mT(v), shared(of_w, eigenvalues)[..., None] * mT(v))
    inner = coupling(eigenvalues) * (mT(v) @ _normalised_vjp(of_v, v))
    if of_w is not None:
        inner = with_diagonal(inner, shared(of_w, eigenvalues))
    return np.linalg.solve(mT(v), inner @ mT(v))


def _eig_jvp(g: Array, eigenvalues: Array, eigenvectors: Array) -> Any:
    """With e = v⁻¹ da v: dw = diag(e), dv = v (F∘e), scaled as NumPy scales, F_ij = 1 / (w_j - w_i) (Giles 3.1)."""
    v = eigenvectors
    e = np.linalg.solve(v, g @ v)
    return shared(diagonal(e), eigenvalues), _normalised_jvp(v @ (coupling(eigenvalues) * e), v)


def _paired(w: Array, found: Array) -> Array:
    """Tell which of those that `eig` found is each of the eigenvalues of `eigvals`.

    From about 150 on LAPACK does not find them in the same order when it wants no vectors.
    """
    distance = np.abs(w[..., :, None] - found[..., None, :])
    if distance.size == 0:
        return np.zeros(w.shape, dtype=int)
    order = np.argmin(distance, axis=-1)
    for at in np.ndindex(order.shape[:-1]):
        if len(set(order[at].tolist())) < order.shape[-1]:
            # Close ones: each in turn takes the nearest that is left.
            left = np.array(distance[at] < 0, dtype=w.real.dtype)
            for i in range(order.shape[-1]):
                order[(*at, i)] = np.argmin(distance[(*at, i)] + left[i])
                left[:, order[(*at, i)]] = np.inf
    return order


def _eigvals_vjp(g: Array, ans: Array, a: Array) -> Array:
    """∂w/∂a applied back: v⁻ᵀ diag(g) vᵀ."""
    w, v = np.linalg.eig(a)
    order = _paired(ans, w)
    return _eig_vjp((np.take_along_axis(g, np.argsort(order, axis=-1), axis=-1), None), w, v)


def _eigvals_jvp(g: Array, ans: Array, a: Array) -> Array:
    """Give dw = diag(v⁻¹ da v)."""
    w, v = np.linalg.eig(a)
    found = np.take_along_axis(shared(diagonal(np.linalg.solve(v, g @ v)), w), _paired(ans, w), axis=-1)
    return found if found.dtype == ans.dtype else found.astype(ans.dtype)


eig = op(
    lambda a: tuple(np.linalg.eig(a)), name="eig", outputs=("eigenvalues", "eigenvectors"),
    vjp={"a": _eig_vjp}, jvp={"a": _eig_jvp}, sample={"a": Matrix()}, cases=SQUARES,
)  # fmt: skip
eigvals = op(
    lambda a: np.linalg.eigvals(a), name="eigvals", numpy=(np.linalg.eigvals,),
    vjp={"a": _eigvals_vjp}, jvp={"a": _eigvals_jvp}, sample={"a": Matrix()}, cases=SQUARES,
)  # fmt: skip

_EigResult: Any = type(np.linalg.eig(np.eye(1)))


@composite(
    np.linalg.eig, bitwise=True, sample={"a": Matrix()}, cases=SQUARES,
    note="the eigenvectors keep norm 1 and their largest component real",
)  # fmt: skip
def _np_eig(a: Any) -> Any:
    """∂(w, v)/∂a applied back: v⁻ᵀ (diag(gw) + F∘(vᵀ gv)) vᵀ, F_ij = 1 / (w_j - w_i)."""
    return _EigResult(*eig(a))
