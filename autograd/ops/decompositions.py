"""Decompositions of matrices, batched: Cholesky, QR, singular values; eigenvalues stand in `autograd.ops.eigen`.

What NumPy reads of only one triangle (`cholesky`, `hermitian=True`) has its gradient in that triangle. Factors that are
free up to a phase or a rotation turn as little as they can. Where singular values are equal to rounding, vectors have
no derivative: the pair's coupling counts as 0, and the values share their cotangents evenly. Sources: Murray (2016) for
Cholesky, Roberts & Roberts (2020) for QR, Wan & Zhang (2019) for complex singular values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compose import compose, data_of
from autograd.entry import Array
from autograd.families import op
from autograd.op import Composite, Matrix, case, composite
from autograd.ops.eigen import eigh, eigvalsh
from autograd.ops.elementwise import conj
from autograd.ops.matrices import (
    SHAPES,
    coupling,
    diagonal,
    from_triangle,
    mH,
    mT,
    real_part,
    resolution,
    shared,
    to_triangle,
    with_diagonal,
)

#: Blocks of this order are not halved further.
BLOCK = 64

# Cholesky


def _halved(x: Array) -> Array:
    """Keep the lower triangle, and half of the diagonal."""
    return _lower(x) * (1 - np.eye(x.shape[-1], dtype=real_part(x).dtype) / 2)


def _lower(x: Array) -> Array:
    """Keep the lower triangle."""
    return np.where(np.tri(x.shape[-1], dtype=bool), x, 0)


def _cholesky_vjp(g: Array, ans: Array, upper: Any) -> Array:
    """∂L/∂a applied back: L⁻ᵀ Φ(Lᵀ g) L*⁻¹, Φ the lower triangle with half of the diagonal (Murray 2016, 14)."""
    return mH(_cholesky_pull(mH(g), mH(ans))) if upper else _cholesky_pull(g, ans)


def _cholesky_pull(g: Array, ans: Array, inverse: Array | None = None) -> Array:
    """Take ∂L/∂a back by halves: of L = [[l, 0], [c, d]], c = a₂₁ l⁻ᴴ and d is that of a₂₂ - c cᴴ (Murray 2016, 4)."""
    n = ans.shape[-1]
    if n <= BLOCK:
        inverse = inverse_of_lower(ans) if inverse is None else inverse
        return to_triangle(mT(inverse) @ _halved(mT(ans) @ g) @ conj(inverse))
    h = n // 2
    first = inverse_of_lower(ans[..., :h, :h]) if inverse is None else inverse[..., :h, :h]
    c = conj(ans[..., h:, :h])
    rest = None if inverse is None else inverse[..., h:, h:]
    ct_22 = _cholesky_pull(g[..., h:, h:], ans[..., h:, h:], rest)
    ct_21 = (g[..., h:, :h] - (ct_22 + mH(ct_22)) @ c) @ conj(first)
    ct_11 = _cholesky_pull(g[..., :h, :h] - mH(ct_21) @ c, ans[..., :h, :h], first)
    above = np.concatenate([ct_11, np.zeros_like(mT(ct_21))], axis=-1)
    return np.concatenate([above, np.concatenate([ct_21, ct_22], axis=-1)], axis=-2)


def _cholesky_jvp(g: Array, ans: Array, upper: Any) -> Array:
    """Give dL = L Φ(L⁻¹ da L⁻ᴴ), Φ the lower triangle with half of the diagonal (Murray 2016, 8)."""
    if upper:
        return mH(_cholesky_jvp(mH(g), mH(ans), False))
    inverse = inverse_of_lower(ans)
    return ans @ _halved(inverse @ from_triangle(g) @ mH(inverse))


def _inverse_of_lower(x: Array) -> Array:
    """Invert lower triangular matrices by halves: [[a, 0], [b, c]]⁻¹ = [[a⁻¹, 0], [-c⁻¹ b a⁻¹, c⁻¹]]."""
    n = x.shape[-1]
    if n <= BLOCK:
        return np.linalg.inv(np.tril(x))
    half = n // 2
    ans = np.zeros_like(x)
    ans[..., :half, :half] = _inverse_of_lower(x[..., :half, :half])
    ans[..., half:, half:] = _inverse_of_lower(x[..., half:, half:])
    ans[..., half:, :half] = -(ans[..., half:, half:] @ (x[..., half:, :half] @ ans[..., :half, :half]))
    return ans


cholesky = op(
    lambda a, upper=False: np.linalg.cholesky(a, upper=upper), name="cholesky", numpy=(np.linalg.cholesky,),
    vjp={"a": _cholesky_vjp}, jvp={"a": _cholesky_jvp}, sample={"a": Matrix("positive")},
    cases=[case((3, 3)), case((3, 3), upper=True), case((1, 1)), case((0, 0)), case((2, 2, 2)), case((0, 2, 2))],
    note="the gradient is in the triangle that is read",
)  # fmt: skip
inverse_of_lower = op(
    _inverse_of_lower, name="inverse_of_lower",
    vjp={"x": lambda g, ans: -_lower(mT(ans) @ _lower(g) @ mT(ans))},
    jvp={"x": lambda g, ans: -(ans @ _lower(g) @ ans)},
    sample={"x": Matrix("positive")}, cases=[case((3, 3)), case((2, 2, 2))], note="reads the lower triangle",
)  # fmt: skip


# QR


def _triangle(x: Array) -> Array:
    """Keep the upper triangle, and half of the diagonal."""
    return mT(_halved(mT(x)))


def _qr_vjp(g: Any, Q: Array, R: Array) -> Array:
    """∂(q, r)/∂a applied back: (gq + q* (Φ + Φᴴ)) r⁻ᵀ, Φ the upper triangle of gr rᵀ - qᵀ gq with half of the diagonal.

    So with as many columns in r as rows; columns beyond these are r₂ = qᴴ a₂ (Roberts & Roberts 2020).
    """
    of_q, of_r = g
    q, k = Q, Q.shape[-1]
    r = R[..., :k]
    ct = of_q
    beyond = None
    if R.shape[-1] > k and of_r is not None:
        through = conj(q @ R[..., k:]) @ mH(of_r[..., k:])
        ct = through if ct is None else ct + through
        beyond = conj(q) @ of_r[..., k:]
    inner = None if of_r is None else of_r[..., :k] @ mT(r)
    if ct is not None:
        inner = -(mT(q) @ ct) if inner is None else inner - mT(q) @ ct
    half = _triangle(inner)
    inverse = inverse_of_lower(mT(r))
    both = half + mH(half)
    ct = conj(q) @ (both @ inverse) if ct is None else (ct + conj(q) @ both) @ inverse
    if R.shape[-1] == k:
        return ct
    return np.concatenate(
        [ct, np.zeros_like(R, shape=(*ct.shape[:-1], R.shape[-1] - k)) if beyond is None else beyond], -1
    )


def _qr_jvp(g: Array, Q: Array, R: Array) -> Any:
    """Give dr = Φ r, dq = da r⁻¹ - q Φ, Φ the upper triangle of c + cᴴ with half of the diagonal, c = qᴴ da r⁻¹.

    So with as many columns in r as rows; columns beyond these are r₂ = qᴴ a₂ (Roberts & Roberts 2020).
    """
    q, k = Q, Q.shape[-1]
    r = R[..., :k]
    change = g[..., :k] @ mT(inverse_of_lower(mT(r)))
    c = mH(q) @ change
    half = _triangle(c + mH(c))
    t_q, t_r = change - q @ half, half @ r
    if R.shape[-1] > k:
        t_r = np.concatenate([t_r, mH(t_q) @ (q @ R[..., k:]) + mH(q) @ g[..., k:]], axis=-1)
    return t_q, t_r


def _qr_r_vjp(g: Array, a: Array) -> Array:
    """∂r/∂a applied back: as of both, with nothing at q."""
    return _qr_vjp((None, g), *np.linalg.qr(a))


def _qr_r_jvp(g: Array, a: Array) -> Array:
    """Give dr = Φ r, Φ the upper triangle of c + cᴴ with half of the diagonal, c = qᴴ da r⁻¹."""
    return _qr_jvp(g, *np.linalg.qr(a))[1]


qr = op(
    lambda a: tuple(np.linalg.qr(a)), name="qr", outputs=("Q", "R"),
    vjp={"a": _qr_vjp}, jvp={"a": _qr_jvp}, sample={"a": Matrix()}, cases=[case(shape) for shape in SHAPES],
)  # fmt: skip
qr_r = op(
    lambda a: np.linalg.qr(a, "r"), name="qr_r",
    vjp={"a": _qr_r_vjp}, jvp={"a": _qr_r_jvp}, sample={"a": Matrix()}, cases=[case(shape) for shape in SHAPES],
)  # fmt: skip


def _complete(a: Any, mode: str) -> Any:
    """Add the columns that the reflections make of the last unit vectors, I₂ + (q - I₁) (q₁ - I)⁻ᴴ q₂ᴴ for q = (q₁ q₂).

    With the reflections' vectors v = (v₁ v₂) in I - v t vᴴ, q - I₁ = -v t v₁ᴴ, which determines v₂ v₁⁻¹ (Ballard et al.
    2014). Where one of them is none, the column of q turned round stands for the reflection that it would be.
    """
    q, r = qr(a)
    size, k = q.shape[-2:]
    none = np.linalg.qr(data_of(a), "raw")[1] == 0
    turned = q * np.where(none, -1, 1)[..., None, :]
    unit = np.eye(size, dtype=q.dtype)
    rest = np.linalg.solve(mH(turned[..., :k, :] - unit[:k, :k]), mH(turned[..., k:, :]))
    rest = unit[:, k:] + (turned - unit[:, :k]) @ rest
    return np.concatenate([q, rest], -1), np.concatenate([r, np.zeros_like(r, shape=(*r.shape[:-2], size - k, k))], -2)


def _reflections(a: Any, mode: str) -> Any:
    """Factor by Householder reflections as LAPACK stores them: r above, the vectors below, and tau."""
    m, n = a.shape[-2:]
    rows, columns, taus = [], [], []
    for i in range(min(m, n)):
        first, below = a[..., 0, 0], a[..., 1:, 0]
        norm = np.sqrt(real_part(first * conj(first)) + np.sum(real_part(below * conj(below)), axis=-1))
        still = (m - i == 1) & (a.dtype.kind != "c")
        beta = first if still else np.where(real_part(first) < 0, norm, -norm)
        tau = first - beta if still else (beta - first) / beta
        below = below if still else below / (first - beta)[..., None]
        v = np.concatenate([np.ones_like(first)[..., None], below], axis=-1)
        rest = a[..., 1:]
        rest = rest - (conj(tau)[..., None] * v)[..., None] * np.sum(conj(v)[..., None] * rest, axis=-2)[..., None, :]
        padding = np.zeros_like(a, shape=(*a.shape[:-2], i))
        rows.append(np.concatenate([padding, (beta * np.ones_like(first))[..., None], rest[..., 0, :]], axis=-1))
        columns.append(np.concatenate([padding, np.zeros_like(v[..., :1]), below], axis=-1))
        taus.append(tau * np.ones_like(first))
        a = rest[..., 1:, :]
    if not rows:
        return mT(a), np.reshape(a, (*a.shape[:-2], 0))
    rows += [np.zeros_like(rows[0])] * max(m - n, 0)
    columns += [np.zeros_like(columns[0])] * max(n - m, 0)
    h = np.stack(rows, axis=-1) + np.stack(columns, axis=-2)
    return (h, np.stack(taus, axis=-1)) if mode == "raw" else mT(h)


_COMPLETE = Composite(_complete, (np.linalg.qr,), False, (), {}, (), "")
_REFLECTIONS = Composite(_reflections, (np.linalg.qr,), False, (), {}, (), "")
_QRResult: Any = type(np.linalg.qr(np.eye(1)))


@composite(
    np.linalg.qr, bitwise=True, sample={"a": Matrix()},
    cases=[case((3, 2)), case((2, 3), mode="r"), case((3, 2), mode="raw"),
           *[case(shape, mode="complete") for shape in (*SHAPES, (4, 2), (5, 2))],
           case((2, 3, 3), mode="raw"), case((2, 2, 3), mode="raw"), case((0, 2), mode="raw")],
    note="at full rank; mode='raw' costs a step for each column",
)  # fmt: skip
def _np_qr(a: Any, mode: str = "reduced") -> Any:
    """∂(q, r)/∂a applied back: (gq + q* (Φ + Φᴴ)) r⁻ᵀ, Φ the upper triangle of gr rᵀ - qᵀ gq, half of the diagonal."""
    if mode in ("raw", "economic", "e"):
        return compose(_REFLECTIONS, np.linalg.qr, (a,), {"mode": mode})
    if mode == "complete" and a.shape[-2] > a.shape[-1]:
        return compose(_COMPLETE, np.linalg.qr, (a,), {"mode": mode})
    if mode == "r":
        return qr_r(a)
    if mode not in ("reduced", "complete"):
        # NumPy says what is wrong with it, or that it is an old name of "reduced".
        np.linalg.qr(data_of(a), mode=mode)  # type: ignore[call-overload]
    return _QRResult(*qr(a))


# Singular values


def _inverse(s: Array) -> Array:
    """Give 1 / s, and 0 where s is 0 to rounding."""
    zero = s <= resolution(s)
    return np.where(zero, 0, 1 / np.where(zero, 1, s))


def _sums(s: Array) -> Array:
    """Give 1 / (s_i + s_j), and 0 where both are 0 to rounding."""
    total = s[..., None, :] + s[..., :, None]
    zero = total <= resolution(s)[..., None]
    return np.where(zero, 0, 1 / np.where(zero, 1, total))


def _values(g: Array, s: Array) -> Array:
    """Share derivatives among equal singular values; at 0 these have a kink, as |x|, and their derivative is 0."""
    return np.where(s <= resolution(s), 0, shared(g, s))


def _outside(g: Array, u: Array, k: int) -> Array:
    """Take what the cotangent of `u` has outside of the span of its first k columns.

    Further columns only span the rest, and turn as little as they can.
    """
    first = u[..., :k]
    if u.shape[-1] == k:
        return g - conj(first) @ (mT(first) @ g)
    rest = u[..., k:]
    return conj(rest) @ (mT(rest) @ g[..., :k] - mH(mT(first) @ g[..., k:]))


def _svd_vjp(g: Any, U: Array, S: Array, Vh: Array) -> Array:
    """∂(u, s, v)/∂a applied back, in the skew and Hermitian parts of uᴴ da v: see `_svd_jvp` (Wan & Zhang 2019)."""
    of_u, of_s, of_vh = g
    k = S.shape[-1]
    u, vh = U[..., :k], Vh[..., :k, :]
    if of_u is None and of_vh is None:
        return (conj(u) * _values(of_s, S)[..., None, :]) @ conj(vh)
    ct_u = np.zeros_like(U) if of_u is None else of_u
    ct_v = mH(np.zeros_like(Vh) if of_vh is None else of_vh)
    x, y = mT(u) @ ct_u[..., :k], conj(vh) @ ct_v[..., :k]
    hermitian, skew = coupling(S) * (x + y), _sums(S) * (x - y)
    inner = (hermitian + mH(hermitian) + skew - mH(skew)) / 2
    if of_s is not None:
        inner = with_diagonal(inner, _values(of_s, S))
    inverse = _inverse(S)
    left = conj(u) @ inner
    if u.shape[-2] > k:
        left = left + _outside(ct_u, U, k) * inverse[..., None, :]
    ct = left @ conj(vh)
    if vh.shape[-1] > k:
        ct = ct + conj(u) @ (inverse[..., None] * mH(_outside(ct_v, mH(Vh), k)))
    return ct


def _svd_jvp(g: Array, U: Array, S: Array, Vh: Array) -> Any:
    """Give ds = diag(h), du = u (F∘h + G∘n), dv = v (F∘h - G∘n), and what leaves the spans, where h + n = uᴴ da v.

    h is Hermitian, n skew, F_ij = 1 / (s_j - s_i), G_ij = 1 / (s_i + s_j) (Wan & Zhang 2019). The diagonal of G is a
    choice: u and v turn by opposite phases.
    """
    k = S.shape[-1]
    u, vh = U[..., :k], Vh[..., :k, :]
    p = mH(u) @ g @ mH(vh)
    hermitian, skew = coupling(S) * (p + mH(p)) / 2, _sums(S) * (p - mH(p)) / 2
    inverse = _inverse(S)[..., None, :]
    t_u = _leaving(u @ (hermitian + skew), g @ mH(vh) * inverse, U, k)
    t_v = _leaving(mH(vh) @ (hermitian - skew), mH(g) @ u * inverse, mH(Vh), k)
    return t_u, _values(real_part(diagonal(p)), S), mH(t_v)


def _leaving(inside: Array, change: Array, u: Array, k: int) -> Array:
    """Add the part of a change outside of the span of the first k columns of `u`; further ones turn to stay normal."""
    first = u[..., :k]
    if u.shape[-2] == k:
        return inside
    if u.shape[-1] == k:
        return inside + change - first @ (mH(first) @ change)
    across = mH(u[..., k:]) @ change
    return np.concatenate([inside + u[..., k:] @ across, -(first @ mH(across))], axis=-1)


def svdvals_vjp(g: Array, x: Array) -> Array:
    """∂s/∂a applied back: u* diag(g) vᵀ."""
    return _svd_vjp((None, g, None), *np.linalg.svd(x, full_matrices=False))


def svdvals_jvp(g: Array, x: Array) -> Array:
    """Give ds = Re diag(uᴴ da v)."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return _values(real_part(np.sum(conj(u) * (g @ mH(vh)), axis=-2)), s)


svd = op(
    lambda a, full_matrices=True: tuple(np.linalg.svd(a, full_matrices)), name="svd", outputs=("U", "S", "Vh"),
    vjp={"a": _svd_vjp}, jvp={"a": _svd_jvp}, sample={"a": Matrix()},
    cases=[case(shape, full_matrices=full) for shape in SHAPES for full in (True, False)],
)  # fmt: skip
svdvals = op(
    lambda x: np.linalg.svdvals(x), name="svdvals", numpy=(np.linalg.svdvals,),
    vjp={"x": svdvals_vjp}, jvp={"x": svdvals_jvp}, sample={"x": Matrix()}, cases=[case(shape) for shape in SHAPES],
    note="equal values share their cotangents evenly; 0 at 0",
)  # fmt: skip

_SVDResult: Any = type(np.linalg.svd(np.eye(1)))


@composite(
    np.linalg.svd, bitwise=True, sample={"a": Matrix("hermitian")},
    cases=[case((3, 3)), case((2, 2, 2), full_matrices=False), case((3, 3), compute_uv=False),
           case((3, 3), hermitian=True), case((2, 3, 3), hermitian=True, compute_uv=False)],
    note="u and v turn by opposite phases, and what spans the rest as little as it can",
)  # fmt: skip
def _np_svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """∂(u, s, v)/∂a applied back, in the skew and Hermitian parts of uᴴ da v."""
    if not hermitian:
        return _SVDResult(*svd(a, full_matrices=full_matrices)) if compute_uv else svdvals(a)
    w, u = eigh(a) if compute_uv else (eigvalsh(a), None)
    s = np.abs(w)
    order = np.argsort(s, axis=-1)[..., ::-1]
    s = np.take_along_axis(s, order, axis=-1)
    if not compute_uv:
        return s
    one = w.dtype.type(1)
    sign = np.take_along_axis(np.where(np.signbit(w), -one, one), order, axis=-1)
    u = np.take_along_axis(u, order[..., None, :], axis=-1)
    return _SVDResult(u, s, mH(u * sign[..., None, :]))
