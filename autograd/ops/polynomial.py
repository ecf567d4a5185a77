"""Polynomials by their coefficients, from the highest power down: values, arithmetic, calculus, roots, fits.

Roots are differentiated implicitly, a division and a fit as the linear systems that they solve.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import op
from autograd.op import Op, Real, case, composite
from autograd.ops.elementwise import PASS, conj
from autograd.ops.order import array, constant_in, plain
from autograd.ops.signal import convolved_back


def _polyval_p(g: Array, p: Array, x: Array) -> Array:
    """∂Σ p_k x^(n-k) / ∂p_k = x^(n-k)."""
    sums = []
    for _ in range(p.shape[0]):
        sums.append(np.sum(g))
        g = g * x
    return np.stack(sums[::-1])


polyval = op(
    lambda p, x: np.polyval(p, x), name="polyval",
    vjp={"p": _polyval_p, "x": lambda g, p, x: g * np.polyval(np.polyder(p), x)},
    jvp={"p": lambda g, x: np.polyval(g, x), "x": lambda g, p, x: g * np.polyval(np.polyder(p), x)},
    cases=[case((3,), (2, 2)), case((1,), (2,)), case((4,), ()), case((2,), (0,))],
)  # fmt: skip


@composite(np.polyval, bitwise=True, cases=[case((3,), (2,)), case((3, 2), (2,)), case((2,), ())])
def _np_polyval(p: Any, x: Any) -> Any:
    """Compute Σ p_k x^(n-k) by Horner's scheme."""
    p, x = array(p), _coefficients(x) if isinstance(x, np.poly1d) else array(x)
    if p.ndim == 1 and p.shape[0]:
        return polyval(p, x)
    y: Any = np.zeros_like(x)
    for coefficient in p:
        y = y * x + coefficient
    return y


def _coefficients(p: Any) -> Array:
    """Give the coefficients as an array."""
    if isinstance(p, np.poly1d):
        raise TypeError("A poly1d beside a Tensor makes a poly1d, which cannot be on the tape: write p.coeffs instead.")
    return np.reshape(array(p), -1)


def _added(a1: Any, a2: Any, sign: int) -> Array:
    """Add polynomials of any lengths: what only one has is its own."""
    if max(np.ndim(a1), np.ndim(a2)) > 1:
        # Not polynomials any more, but NumPy adds what is of the same length.
        return a1 + a2 if sign > 0 else a1 - a2
    first, second = _coefficients(a1), _coefficients(a2)
    more = first.shape[0] - second.shape[0]
    if more == 0:
        return first + second if sign > 0 else first - second
    second = second if sign > 0 else -second
    longer, shorter = (first, second) if more > 0 else (second, first)
    return np.concatenate([longer[: abs(more)], longer[abs(more) :] + shorter])


PAIRS = [case((3,), (2,)), case((1,), (3,)), case((2,), (2,)), case((), (2,))]


@composite(np.polyadd, note=PASS, cases=PAIRS)
def _np_polyadd(a1: Any, a2: Any) -> Any:
    """Add the coefficients of equal powers."""
    return _added(a1, a2, 1)


@composite(np.polysub, note=PASS, cases=PAIRS)
def _np_polysub(a1: Any, a2: Any) -> Any:
    """Subtract the coefficients of equal powers."""
    return _added(a1, a2, -1)


@composite(np.polymul, cases=PAIRS, note="leading coefficients that are 0 are dropped")
def _np_polymul(a1: Any, a2: Any) -> Any:
    """Convolve the coefficients."""
    both = [_coefficients(a) for a in (a1, a2)]
    # The zero polynomial keeps one coefficient.
    first, second = (np.trim_zeros(c, "f") if np.any(c) else c[-1:] for c in both)
    return np.convolve(first, second)


def _quotient(u: Array, v: Array) -> Array:
    """Give the quotient of length len(u) of u and as many zeros as make it so."""
    return np.polydiv(np.concatenate([u, np.zeros_like(u, shape=(v.shape[0] - 1,))]), v)[0]


# q = T⁻¹ u with the triangular Toeplitz matrix T of v; Tᵀ is T with both ends exchanged
quotient: Op = op(
    _quotient, name="quotient",
    vjp={"u": lambda g, v: quotient(g[::-1], v)[::-1], "v": lambda g, ans, v: -_to_head(quotient(g[::-1], v), ans, v)},
    jvp={"u": lambda g, v: quotient(g, v), "v": lambda g, ans, v: -quotient(np.convolve(ans, g)[: len(ans)], v)},
    sample={"v": Real(0.8, 2.0)}, cases=[case((3,), (2,)), case((2,), (4,)), case((1,), (1,)), case((4,), (1,))],
)  # fmt: skip


def _to_head(turned: Array, q: Array, v: Array) -> Array:
    """Take ∂(q v, as long as q) back to v, given the cotangent turned round."""
    full = np.concatenate([turned[::-1], np.zeros_like(turned, shape=(v.shape[0] - 1,))])
    return convolved_back(full, q, v.shape, "full")


@composite(
    np.polydiv, sample={"u": Real(0.8, 2.0)}, cases=[case((2,), (4,)), case((), (3,))],
    note="the remainder is as long as rounding leaves it",
)  # fmt: skip
def _np_polydiv(u: Any, v: Any) -> Any:
    """Divide with remainder: u = q v + r."""
    u, v = _coefficients(u), _coefficients(v)
    length = len(np.polydiv(plain(u), plain(v))[1])
    count = u.shape[0] - v.shape[0] + 1
    if count < 1:
        return constant_in(u, v), u[u.shape[0] - length :]
    q = quotient(u[:count], v)
    return q, (u - np.convolve(q, v))[u.shape[0] - length :]


@composite(np.polyder, cases=[case((4,)), case((4,), m=2), case((2,), m=2), case((3,), m=0), case((1,)), case((0,))])
def _np_polyder(p: Any, m: Any = 1) -> Any:
    """Give (n - k) p_k for k < n, where n is the degree; m times."""
    for _ in range(int(m)):
        p = p[:-1] * np.arange(max(p.shape[0] - 1, 0), 0, -1, dtype=p.real.dtype)
    return p


@composite(
    np.polyint, inputs=("p", "k"), note="the constants k have a derivative too",
    cases=[case((3,)), case((3,), ()), case((3,), (2,), m=2), case((2,), (1,), m=2), case((2,), m=0), case((0,), (1,))],
)  # fmt: skip
def _np_polyint(p: Any, m: Any = 1, k: Any = None) -> Any:
    """Give p_k / (n - k + 1), where n is the degree, and then the constant; m times."""
    p, m = array(p), int(m)
    k = np.zeros(m) if k is None else np.reshape(array(k), -1)
    k = k[0] * np.ones(m) if k.shape[0] == 1 and m > 1 else k
    for i in range(m):
        p = np.concatenate([p / np.arange(p.shape[0], 0, -1), k[i : i + 1]])
    return p


def _steps(ans: Array, increasing: bool) -> Array:
    """∂x^k/∂x = k x^(k-1), for each power but 0."""
    ans = ans if increasing else ans[:, ::-1]
    return ans[:, :-1] * np.arange(1, max(ans.shape[1], 1)).astype(ans.real.dtype)


def _vander_vjp(g: Array, ans: Array, increasing: bool) -> Array:
    """Σ g k x^(k-1) over the powers."""
    return np.sum((g if increasing else g[:, ::-1])[:, 1:] * _steps(ans, increasing), axis=1)


def _vander_jvp(g: Array, ans: Array, increasing: bool) -> Array:
    """Give g k x^(k-1) for each power."""
    columns = np.concatenate([np.zeros_like(ans[:, :1]), g[:, None] * _steps(ans, increasing)], axis=1)
    return columns if increasing else columns[:, ::-1]


vander = op(
    lambda x, N=None, increasing=False: np.vander(x, N, increasing),
    name="vander", numpy=(np.vander,), vjp={"x": _vander_vjp}, jvp={"x": _vander_jvp},
    cases=[case((3,)), case((3,), N=2), case((2,), N=4, increasing=True), case((2,), N=1), case((2,), N=0), case((0,))],
)  # fmt: skip


def _simple(g: Array, p: Array, ans: Array) -> Array:
    """Divide by p'(r), where that is not 0 / 0."""
    slope = np.polyval(np.polyder(p), ans)
    nothing = (slope == 0) & (g == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(nothing, 0, g / (slope + nothing))


def _roots_vjp(g: Array, p: Array, ans: Array) -> Array:
    """∂r/∂p_k = -r^(n-k) / p'(r) at a simple root r."""
    powers = np.vander(ans, p.shape[0])
    return -np.sum(np.where(powers == 0, 0, powers * _simple(g, p, ans)[:, None]), axis=0)


roots = op(
    lambda p: np.roots(p), name="roots", sample={"p": Real(1.0, 1.3)},
    vjp={"p": _roots_vjp}, jvp={"p": lambda g, p, ans: -_simple(np.polyval(g, ans), p, ans)},
    cases=[case((2,)), case((3,)), case((1,))],
)  # fmt: skip


def _vector(p: Any) -> Array:
    """Make one array of a list in which Tensors stand."""
    return np.stack([array(one) for one in p]) if isinstance(p, (list, tuple)) else array(p)


# NumPy looks for Tensors among the elements, so a list of them comes here too. Of three roots the order may jump.
@composite(
    np.roots, bitwise=True, sample={"p": Real(1.0, 1.3)}, cases=[case((3,)), case((2,))],
    note="implicitly, so at simple roots",
)  # fmt: skip
def _np_roots(p: Any) -> Any:
    """Solve Σ p_k r^(n-k) = 0, with ∂r/∂p_k = -r^(n-k) / p'(r)."""
    return roots(_vector(p))


def _charpoly_vjp(g: Array, a: Array, ans: Array) -> Array:
    """∂c_k/∂A = -B_{k-1}ᵀ with adj(λ - A) = Σ B_k λ^(n-1-k): Σ g_k B_{k-1} is a polynomial in A."""
    one = np.eye(a.shape[0], dtype=a.dtype)
    b = np.correlate(g[1:], conj(ans[:-1]), "full")[a.shape[0] - 1 :]
    total = b[-1] * one
    for i in range(a.shape[0] - 2, -1, -1):
        total = total @ a + b[i] * one
    return -total.T


def _charpoly_jvp(g: Array, a: Array, ans: Array) -> Array:
    """∂c_k = -tr(B_{k-1} ∂A) with B_k = A B_{k-1} + c_k (Faddeev and LeVerrier)."""
    one = np.eye(a.shape[0], dtype=a.dtype)
    b, parts = one, [np.sum(g) * 0]
    for k in range(1, a.shape[0] + 1):
        parts.append(-np.sum(b.T * g))
        b = a @ b + ans[k] * one
    return np.stack(parts)


charpoly = op(
    lambda a: np.poly(a), name="charpoly", vjp={"a": _charpoly_vjp}, jvp={"a": _charpoly_jvp},
    cases=[case((3, 3)), case((2, 2)), case((1, 1))],
)  # fmt: skip


def _factors(z: Array) -> Array:
    """Give the coefficients of each x - z_i."""
    return np.stack([np.ones_like(z), -z], axis=1)


def _from_roots_vjp(g: Array, z: Array) -> Array:
    """Walk back through a_{i+1} = a_i (x - z_i)."""
    factors, steps, parts = _factors(z), [np.ones_like(z[:1])], []
    for i in range(z.shape[0] - 1):
        steps.append(np.convolve(steps[-1], factors[i]))
    for i in range(z.shape[0] - 1, -1, -1):
        parts.append(-(g[1:] @ steps[i]))
        g = np.convolve(g, factors[i][::-1], "valid")
    return np.stack(parts[::-1])


def _from_roots_jvp(g: Array, z: Array) -> Array:
    """Walk through a_{i+1} = a_i (x - z_i) and its derivative."""
    factors, nothing, a = _factors(z), np.zeros_like(z[:1]), np.ones_like(z[:1])
    t = nothing
    for i in range(z.shape[0]):
        a, t = np.convolve(a, factors[i]), np.convolve(t, factors[i]) - g[i] * np.concatenate([nothing, a])
    return t


from_roots = op(
    lambda z: np.poly(z), name="from_roots", vjp={"z": _from_roots_vjp}, jvp={"z": _from_roots_jvp},
    cases=[case((3,)), case((1,)), case((4,))],
)  # fmt: skip


@composite(
    np.poly, bitwise=True, cases=[case((3,)), case((1,)), case((2, 2)), case((3, 3)), case((2, 3))],
    note="of a matrix by n products of matrices, so that repeated eigenvalues do no harm",
)  # fmt: skip
def _np_poly(seq_of_zeros: Any) -> Any:
    """Multiply out Π (x - z_i); of a matrix A give the coefficients of det(x - A)."""
    zeros = _vector(seq_of_zeros)
    return charpoly(zeros) if zeros.ndim == 2 else from_roots(zeros)


@composite(
    np.polyfit, inputs=("x", "y", "w"), sample={"x": Real(2.0, 8.0, distinct=True), "w": Real(2.0, 3.0)},
    cases=[case((9,), (9,), deg=1), case((7,), (7, 2), deg=1), case((7,), (7,), (7,), deg=1), case((1,), (1,), deg=0),
           case((5,), (5,), deg=0, rcond=1e-12), case((6,), (6,), deg=1, cov=True), case((6,), (6, 2), deg=1, cov=True),
           case((6,), (6,), (6,), deg=1, cov="unscaled"), case((6,), (6,), (6,), deg=1, full=True, rcond=1e-12)],
)  # fmt: skip
def _np_polyfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None, cov: Any = False,
) -> Any:  # fmt: skip
    """Minimise Σ w² (V c - y)² over c with V = vander(x, deg + 1), by `lstsq` on scaled columns."""
    x, y = array(x), array(y)
    left, right = np.vander(x, int(deg) + 1), y
    rcond = len(plain(x)) * np.finfo(np.result_type(plain(x), 0.0)).eps if rcond is None else rcond
    if w is not None:
        w = array(w)
        left, right = left * w[:, None], right * (w[:, None] if y.ndim == 2 else w)
    scale = np.sqrt(np.sum(left * left, axis=0))
    left = left / scale
    c, residuals, rank, s = np.linalg.lstsq(left, right, rcond)
    c = c / (scale[:, None] if y.ndim == 2 else scale)
    if full:
        return c, residuals, rank, s, rcond
    if not cov:
        return c
    base = np.linalg.inv(np.matmul(left.T, left)) / np.outer(scale, scale)
    if cov != "unscaled":
        factor = residuals / (x.shape[0] - int(deg) - 1)
        base = base[:, :, None] * factor if y.ndim == 2 else base * factor
    elif y.ndim == 2:
        base = base[:, :, None]
    return c, base


def _in_two(x: Any, y: Any, c: Any) -> Any:
    """Σ c_ij x^i y^j by Horner's scheme, first in x; x and y broadcast."""
    c = c if isinstance(c, Shell) else np.asarray(c)
    if np.ndim(c) != 2:
        raise TypeError(f"coefficients of two axes are differentiated here, met {np.ndim(c)}; write it with np.polyval")
    total = None
    for i in reversed(range(np.shape(c)[0])):
        row = None
        for j in reversed(range(np.shape(c)[1])):
            row = c[i, j] if row is None else row * y + c[i, j]
        total = row if total is None else total * x + row
    return total + 0 * (x + y)


# Named, for they stand in a module that NumPy itself imports only when it is asked for.
@composite("numpy.polynomial.polynomial.polyval2d", note="coefficients of two axes")
def _np_polyval2d(x: Any, y: Any, c: Any) -> Any:
    """Compute Σ c_ij x^i y^j."""
    return _in_two(x, y, c)


@composite("numpy.polynomial.polynomial.polygrid2d", note="coefficients of two axes")
def _np_polygrid2d(x: Any, y: Any, c: Any) -> Any:
    """Compute Σ c_ij x^i y^j for each x with each y."""
    return _in_two(np.reshape(x, np.shape(x) + (1,) * np.ndim(y)), y, c)
