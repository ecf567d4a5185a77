"""Determinants, inverses, and solutions of linear systems, batched.

Everything is composed of `np.linalg` functions and products, so that the derivative of a rule is again such a
composition. Sources: Giles (2008), Collected matrix derivative results for forward and reverse mode algorithmic
differentiation; Golub & Pereyra (1973), The differentiation of pseudo-inverses, for what keeps its rank.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array, recording
from autograd.families import op
from autograd.op import Matrix, case, composite, constants
from autograd.ops.decompositions import svdvals_jvp, svdvals_vjp
from autograd.ops.elementwise import conj
from autograd.ops.matrices import from_triangle, mH, mT, real_part, to_triangle

#: From a nullity above this the derivatives that could differ from 0 are of an order that nobody takes.
_NULLITY = 16


# Determinants


def _adjugate(a: Array, det: Array) -> Array:
    """adj(a) = det(a) a⁻¹, and where a is singular or nearly so, from a bordered matrix that is not."""
    limit = float(np.finfo(a.dtype).eps) ** 0.5
    inverse = None
    try:
        inverse = np.linalg.inv(a)
        singular = bool(np.any((_size(a) * _size(inverse) > 1 / limit / max(a.shape[-1], 1)) | (det == 0)))
    except np.linalg.LinAlgError:
        singular = True
    plain = np.zeros_like(a) if inverse is None else det[..., None, None] * inverse
    if not singular:
        return plain
    with recording(False):
        u, s, vh = np.linalg.svd(np.where(np.isfinite(a), a, 0))
        top = s[..., :1] + (s[..., :1] == 0)
        nullity = np.sum(s / top < limit, axis=-1)
        deep = (nullity > _NULLITY)[..., None, None]
        border = max(int(np.max(np.where(nullity > _NULLITY, 0, nullity))), 1)
        below, regular = vh * top[..., None], u @ vh
    adjugate = _bordered_adjugate(np.where(deep, regular, a), u[..., -border:], below[..., -border:, :])
    return np.where(deep, plain, adjugate)


def _size(a: Array) -> Array:
    """Give the largest magnitude in each matrix."""
    return np.max(np.abs(a), axis=(-1, -2)) if a.size else np.zeros(a.shape[:-2])


def _bordered_adjugate(a: Array, right: Array, below: Array) -> Array:
    """adj(a) = det(b) (det(n₂₂) n₁₁ - n₁₂ adj(n₂₂) n₂₁) for n = b⁻¹, b = [[a, right], [below, 0]].

    Jacobi's identity det(a) = det(b) det(n₂₂) holds whatever the borders are; with what spans the null spaces they make
    b regular, so that this is a smooth function of a.
    """
    n, nullity = right.shape[-2:]
    corner = np.zeros_like(right, shape=(*right.shape[:-2], nullity, nullity))
    b = np.concatenate([np.concatenate([a, right], axis=-1), np.concatenate([below, corner], axis=-1)], axis=-2)
    inverse = np.linalg.inv(b)
    det, adjugate = _small_adjugate(inverse[..., n:, n:])
    inner = det * inverse[..., :n, :n] - inverse[..., :n, n:] @ adjugate @ inverse[..., n:, :n]
    return np.linalg.det(b)[..., None, None] * inner


def _small_adjugate(c: Array) -> tuple[Array, Array]:
    """Give det(c), with two axes kept, and adj(c) without a division by either (Faddeev and LeVerrier)."""
    n = c.shape[-1]
    one = np.eye(n, dtype=c.dtype)
    adjugate = np.broadcast_to(one, c.shape)
    for k in range(1, n + 1):
        product = c @ adjugate
        coefficient = np.einsum("...ii->...", product)[..., None, None] * (-1 / k)
        if k < n:
            adjugate = product + coefficient * one
    sign = (-1) ** n
    return coefficient * sign, adjugate * -sign


def _det_vjp(g: Array, ans: Array, a: Array) -> Array:
    """∂det/∂a = adj(a)ᵀ."""
    return g[..., None, None] * mT(_adjugate(a, ans))


def _det_jvp(g: Array, ans: Array, a: Array) -> Array:
    """Give d det = tr(adj(a) da)."""
    return np.sum(mT(_adjugate(a, ans)) * g, axis=(-1, -2))


def _inverse(a: Array, singular: Array) -> Array:
    """a⁻¹, and 1 where a is singular."""
    return np.linalg.inv(np.where(singular, np.eye(a.shape[-1], dtype=bool), a) if np.any(singular) else a)


def _infinite(g: Array) -> Array:
    """Give infinity with the sign of the real part, and 0 where nothing flows."""
    return np.where(g == 0, 0, np.copysign(math.inf, real_part(g)))


def _slogdet_vjp(g: Any, a: Array, sign: Array) -> Array:
    """∂log|det a|/∂a = a⁻ᵀ; a complex sign turns by the imaginary part of tr(a⁻¹ da). Where a is singular, infinite."""
    of_sign, of_log = g
    scale = np.zeros_like(real_part(sign)) if of_log is None else of_log
    if sign.dtype.kind == "c" and of_sign is not None:
        scale = scale + 1j * (of_sign * sign).imag
    scale, singular = scale[..., None, None], (sign == 0)[..., None, None]
    return np.where(singular, _infinite(scale), scale * mT(_inverse(a, singular)))


def _slogdet_jvp(g: Array, a: Array, sign: Array) -> Any:
    """Give d log|det a| = Re tr(a⁻¹ da), d sign = i sign Im tr(a⁻¹ da)."""
    trace = np.sum(mT(_inverse(a, (sign == 0)[..., None, None])) * g, axis=(-1, -2))
    of_log = np.where(sign == 0, _infinite(np.sum(real_part(g), axis=(-1, -2))), real_part(trace))
    return (sign * (1j * trace.imag) if sign.dtype.kind == "c" else np.zeros_like(trace)), of_log


det = op(
    lambda a: np.linalg.det(a), name="det", numpy=(np.linalg.det,), vjp={"a": _det_vjp}, jvp={"a": _det_jvp},
    sample={"a": Matrix()}, cases=[case((3, 3)), case((1, 1)), case((0, 0)), case((2, 2, 2)), case((0, 2, 2))],
    note="the adjugate, where the matrix is singular too",
)  # fmt: skip
slogdet = op(
    lambda a: tuple(np.linalg.slogdet(a)), name="slogdet", outputs=("sign", "logabsdet"),
    vjp={"a": _slogdet_vjp}, jvp={"a": _slogdet_jvp},
    sample={"a": Matrix()}, cases=[case((3, 3)), case((1, 1)), case((0, 0)), case((2, 2, 2))],
)  # fmt: skip
inv = op(
    lambda a: np.linalg.inv(a), name="inv", numpy=(np.linalg.inv,),
    vjp={"a": lambda g, ans: -(mT(ans) @ g @ mT(ans))}, jvp={"a": lambda g, ans: -(ans @ g @ ans)},
    sample={"a": Matrix()}, cases=[case((3, 3)), case((0, 0)), case((2, 2, 2)), case((1, 3, 2, 2)), case((0, 2, 2))],
)  # fmt: skip

_SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))


@composite(np.linalg.slogdet, bitwise=True, sample={"a": Matrix()}, cases=[case((3, 3)), case((2, 2, 2))])
def _np_slogdet(a: Any) -> Any:
    """∂log|det a|/∂a = a⁻ᵀ; a complex sign turns by the imaginary part of tr(a⁻¹ da)."""
    return _SlogdetResult(*slogdet(a))


# Linear systems


def _columns(b_shape: tuple[int, ...], x: Array) -> Array:
    """Make a matrix of a vector: as NumPy, only a `b` of one axis is one."""
    return x[..., None] if len(b_shape) == 1 else x


def _solve_b(g: Array, a: Array, b_shape: Any) -> Array:
    """∂x/∂b applied back: a⁻ᵀ g."""
    ct = np.linalg.solve(mT(a), _columns(b_shape, g))
    return ct[..., 0] if len(b_shape) == 1 else ct


def _solve_a(g: Array, ans: Array, a: Array, b_shape: Any) -> Array:
    """∂x/∂a applied back: -a⁻ᵀ g xᵀ."""
    return -(np.linalg.solve(mT(a), _columns(b_shape, g)) @ mT(_columns(b_shape, ans)))


def _solve_a_jvp(g: Array, ans: Array, a: Array, b_shape: Any) -> Array:
    """Give dx = -a⁻¹ da x."""
    t = -np.linalg.solve(a, g @ _columns(b_shape, ans))
    return t[..., 0] if len(b_shape) == 1 else t


def _solve_b_jvp(g: Array, a: Array) -> Array:
    """Give dx = a⁻¹ db."""
    return np.linalg.solve(a, g)


solve = op(
    lambda a, b: np.linalg.solve(a, b), name="solve", numpy=(np.linalg.solve,),
    vjp={"a": _solve_a, "b": _solve_b}, jvp={"a": _solve_a_jvp, "b": _solve_b_jvp},
    sample={"a": Matrix()},
    cases=[case((3, 3), (3,)), case((3, 3), (3, 2)), case((2, 3, 3), (3,)), case((2, 3, 3), (3, 1)),
           case((2, 3, 3), (2, 3, 2)), case((3, 3), (2, 3, 1)), case((2, 1, 2, 2), (3, 2, 1)), case((0, 0), (0,)),
           case((2, 2), (2, 0))],
)  # fmt: skip


@composite(
    np.linalg.tensorinv, bitwise=True, sample={"a": Matrix()},
    cases=[case((4, 4), ind=1), case((1, 2, 2)), case((1, 1, 3, 3), ind=3)],
)  # fmt: skip
def _np_tensorinv(a: Any, ind: int = 2) -> Any:
    """Invert the matrix that the tensor is, its axes joined before and after `ind`."""
    if ind <= 0:
        raise ValueError(f"tensorinv: ind={ind} is not positive")
    shape = a.shape
    return np.reshape(np.linalg.inv(np.reshape(a, (math.prod(shape[ind:]), -1))), (*shape[ind:], *shape[:ind]))


@composite(
    np.linalg.tensorsolve, bitwise=True, inputs=("a", "b"), sample={"a": Matrix()},
    cases=[case((1, 3, 3), (1, 3)), case((1, 4, 4), (4,), axes=(0, 2)), case((3, 3), (3,)),
           case((4, 4), (4,), axes=(0,))],
)  # fmt: skip
def _np_tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """Solve with the matrix that the tensor is, its axes joined into two."""
    if axes is not None:
        order = list(range(a.ndim))
        for axis in axes:
            order.remove(axis)
            order.append(axis)
        a = np.transpose(a, order)
    b_shape = np.shape(b)
    shape = a.shape[len(b_shape) - a.ndim :]
    size = math.prod(shape)
    if a.size != size**2:
        raise np.linalg.LinAlgError(f"tensorsolve: {a.shape} is not square for b of shape {b_shape}")
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.reshape(b, -1)), shape)


# Pseudo-inverses and least squares


def _stein(c: Array, left: Array, right: Array) -> Array:
    """Solve x = c + left x right, spectral radius below 1, by products: each step squares the factors (Smith 1968)."""
    x = c
    for _ in range(60):
        # One factor may be as large as the other is small.
        with recording(False):
            scale = _size(left)[..., None, None]
            scale = scale + (scale == 0)
        left, right = left / scale, right * scale
        step = left @ x @ right
        size, most = _size(step), _size(x) * c.shape[-1]
        # A radius that is not below 1 is rounding in what is nearly singular.
        if not np.any(size > float(np.finfo(c.dtype).eps) * most) or np.any(size > most):
            break
        x = x + step
        left, right = left @ left, right @ right
    return x


def _discarded(a: Array, p: Array, rcond: Any) -> Array | None:
    """Give the part of `a` whose singular values were cut off, or None if they are no more than rounding."""
    kept = np.einsum("...ij,...ji->...", p, a)
    if np.all(np.abs(kept - min(a.shape[-2:])) < 0.5):
        return None
    with recording(False):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        rest = np.where(s > np.asarray(rcond)[..., None] * s[..., :1], 0, s)
        if not np.any(rest > max(a.shape[-2:]) * float(np.finfo(a.dtype).eps) * s[..., :1]):
            return None
        # What the expression below loses by its products where `p` is large, but not its derivative.
        lost = (u * rest[..., None, :]) @ vh - _beyond(a, p)
    return _beyond(a, p) + lost


def _beyond(a: Array, p: Array) -> Array:
    return a - a @ (p @ a)


def _relative(rcond: Any, rtol: Any) -> Any:
    """Tell below which part of the largest a singular value is cut off: NumPy's reading of the two parameters.

    With rtol=None that is only what is rounding, for `_discarded` as if there were nothing.
    """
    if rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else rtol
    return 0.0 if rcond is None else rcond


def _pinv_pull(g: Array, p: Array, a: Array, rcond: Any) -> Array:
    """Take ∂p/∂a back: -p gᵀ p + p pᴴ g* (1 - a p) + (1 - p a) g* pᴴ p, transposed (Golub & Pereyra 1973, 4.12).

    Where more than zeros was cut off, that part, r, turns with what was kept: then in place of g* there are solutions
    of Stein equations in rᴴ r and p pᴴ, and one term more with r for each.
    """
    if a.shape[-2] < a.shape[-1]:
        return mH(_pinv_pull(mH(g), mH(p), mH(a), rcond))
    gT = mT(g)
    square, inner = p @ mH(p), p @ gT
    ct = -(inner @ p)
    rest = _discarded(a, p, rcond)
    k = gT
    if rest is not None:
        gram = mH(rest) @ rest
        inner = _stein(inner, square, gram)
        k = gT + rest @ _stein(mH(rest) @ gT @ square, gram, square)
        ct = ct + mH(rest) @ k @ square @ p + square @ inner @ mH(rest)
    outer, inner = square @ mH(k), mH(inner) @ p
    return mT(ct + outer - (outer @ a) @ p + inner - (p @ a) @ inner)


def _pinv_push(g: Array, p: Array, a: Array, rcond: Any) -> Array:
    """Give dp = -p da p + p pᴴ daᴴ (1 - a p) + (1 - p a) daᴴ pᴴ p (Golub & Pereyra 1973, 4.12); see `_pinv_pull`."""
    if a.shape[-2] < a.shape[-1]:
        return mH(_pinv_push(mH(g), mH(p), mH(a), rcond))
    square, change = p @ mH(p), mH(p @ g)
    y, z = change - (p @ a) @ change, g @ square
    z = z - a @ (p @ z)
    rest = _discarded(a, p, rcond)
    if rest is not None:
        gram = mH(rest) @ rest
        y = _stein(y + mH(rest) @ g @ square, gram, square)
        z = z + rest @ (change @ square)
        z = z + rest @ _stein(mH(rest) @ z, gram, square) @ square
    return y @ p - p @ g @ p + mH(z)


def _pinv_vjp(g: Array, ans: Array, a: Array, rcond: Any, hermitian: Any, rtol: Any) -> Array:
    """∂p/∂a applied back: -pᵀ g pᵀ and, where the rank is not full, two terms more (Golub & Pereyra 1973, 4.12)."""
    part = _relative(rcond, rtol)
    return to_triangle(_pinv_pull(g, ans, from_triangle(a), part)) if hermitian else _pinv_pull(g, ans, a, part)


def _pinv_jvp(g: Array, ans: Array, a: Array, rcond: Any, hermitian: Any, rtol: Any) -> Array:
    """Give dp = -p da p and, where the rank is not full, two terms more (Golub & Pereyra 1973, 4.12)."""
    part = _relative(rcond, rtol)
    return _pinv_push(from_triangle(g), ans, from_triangle(a), part) if hermitian else _pinv_push(g, ans, a, part)


def _pseudo_inverse(a: Array, rcond: Any) -> tuple[Array, Any]:
    """Give the pseudo-inverse that lstsq applies, and its measure of what to cut off."""
    if rcond is None:
        rcond = max(a.shape) * float(np.finfo(np.float64).eps)
    part = float(np.finfo(np.float64).eps) if rcond < 0 else rcond
    return (np.linalg.pinv(a, rcond=part) if a.size else mT(a)), part


def _lstsq_a(g: Any, a: Array, b: Array, x: Array, rcond: Any) -> Array:
    """∂x/∂a through x = p b; ∂|r|²/∂a = -2 r* xᵀ with r = b - a x; ∂s/∂a = u* vᵀ."""
    of_x, of_residuals, _, of_s = g
    ct = np.zeros_like(a)
    if of_x is not None:
        p, part = _pseudo_inverse(a, rcond)
        ct = _pinv_pull(_columns(b.shape, of_x) @ mT(_columns(b.shape, b)), p, a, part)
    if of_residuals is not None and of_residuals.size:
        ct = ct - 2 * ((of_residuals * conj(_residual(a, b, x))) @ mT(_columns(b.shape, x)))
    return ct if of_s is None else ct + svdvals_vjp(of_s, a)


def _lstsq_b(g: Any, a: Array, b: Array, x: Array, rcond: Any) -> Array:
    """∂x/∂b applied back: pᵀ g; ∂|r|²/∂b = 2 r* with r = b - a x."""
    of_x, of_residuals = g[:2]
    ct = np.zeros_like(b) if of_x is None else mT(_pseudo_inverse(a, rcond)[0]) @ of_x
    if of_residuals is not None and of_residuals.size:
        ct = ct + np.reshape(2 * of_residuals * conj(_residual(a, b, x)), b.shape)
    return ct


def _residual(a: Array, b: Array, x: Array) -> Array:
    return _columns(b.shape, b - a @ x)


def _lstsq_a_jvp(g: Array, a: Array, b: Array, x: Array, residuals: Array, rcond: Any) -> Any:
    """Give dx = dp b, d|r|² = -2 Re(rᴴ da x), ds = Re diag(uᴴ da v)."""
    of_squares = None
    if residuals.size:
        of_squares = -2 * real_part(np.sum(conj(_residual(a, b, x)) * (g @ _columns(b.shape, x)), axis=0))
    p, part = _pseudo_inverse(a, rcond)
    return _pinv_push(g, p, a, part) @ b, of_squares, None, svdvals_jvp(g, a)


def _lstsq_b_jvp(g: Array, a: Array, b: Array, x: Array, residuals: Array, rcond: Any) -> Any:
    """Give dx = p db, d|r|² = 2 Re(rᴴ db)."""
    of_squares = None
    if residuals.size:
        of_squares = 2 * real_part(np.sum(conj(_residual(a, b, x)) * _columns(b.shape, g), axis=0))
    return _pseudo_inverse(a, rcond)[0] @ g, of_squares, None, None


pinv = op(
    lambda a, rcond=None, hermitian=False, rtol=np._NoValue: np.linalg.pinv(a, rcond, hermitian, rtol=rtol),
    name="pinv", numpy=(np.linalg.pinv,), vjp={"a": _pinv_vjp}, jvp={"a": _pinv_jvp}, sample={"a": Matrix()},
    cases=[case((3, 3)), case((3, 2)), case((2, 3)), case((2, 3, 2)), case((1, 2, 4)), case((0, 2)), case((2, 0, 3)),
           case((3, 3), rcond=0.5), case((4, 3), rcond=0.5), case((2, 3, 4), rtol=0.6)],
    note="valid while the rank is constant",
)  # fmt: skip
lstsq = op(
    lambda a, b, rcond=None: np.linalg.lstsq(a, b, rcond), name="lstsq", outputs=("x", "residuals", "rank", "s"),
    vjp={"a": _lstsq_a, "b": _lstsq_b}, jvp={"a": _lstsq_a_jvp, "b": _lstsq_b_jvp}, sample={"a": Matrix()},
    cases=[case((4, 3), (4,)), case((4, 2), (4, 2)), case((3, 3), (3,)), case((2, 4), (2, 2)), case((2, 3), (2,)),
           case((4, 3), (4, 2), rcond=0.5), case((3, 4), (3,), rcond=0.6), case((3, 2), (3, 0)), case((0, 2), (0,))],
)  # fmt: skip


@composite(
    np.linalg.lstsq, bitwise=True, inputs=("a", "b"), sample={"a": Matrix()},
    cases=[case((4, 3), (4,)), case((2, 3), (2, 2)), case((3, 3), (3, 1), rcond=-1)],
    note="valid while the rank is constant; the rank is a plain number; the gradient in each argument computes the "
    "pseudo-inverse, which takes twice as long as the value",
)  # fmt: skip
def _np_lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """∂x/∂a through x = p b, with the pseudo-inverse p; ∂|r|²/∂a = -2 r* xᵀ with r = b - a x; ∂s/∂a = u* vᵀ."""
    x, residuals, rank, s = lstsq(a, b, rcond=rcond)
    return x, residuals, rank.numpy()[()], s


constants[np.linalg.matrix_rank] = "a count"
