"""SciPy's functions written in Python: `logsumexp`, `softmax`, `polygamma`, ...

They make plain arrays of their arguments before anything of NumPy's protocols is asked; `autograd.redirect` sees to it
that a Tensor comes here instead.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import op, reduction
from autograd.op import Real, case, composite
from autograd.ops.special import gamma
from autograd.ops.special.bessel import spherical

#: No exponential up to here overflows.
FAR = 40


def _weights(g: Array, x: Array, ans: Array, axis: Any) -> Array:
    """∂logsumexp/∂x is the softmax; of nothing but -inf it is 0, and infinities share evenly."""
    infinite = np.isinf(ans)
    if x.size == 0:
        return np.zeros_like(x)
    if not np.any(infinite):
        return g * soft_max(x, axis=axis)
    ties = x == math.inf
    shares = ties / np.maximum(np.sum(ties, axis=axis, keepdims=True), 1)
    return g * np.where(infinite, shares, soft_max(np.where(infinite, 0, x), axis=axis))


def _softmax(g: Array, ans: Array, axis: Any) -> Array:
    """Dy = y (g - Σ g y), its own transpose."""
    return ans * (g - np.sum(g * ans, axis=axis, keepdims=True))


CASES = [case((2, 3)), case((2, 3), axis=1), case((2, 3), axis=-2), case((2, 3, 2), axis=(0, 2)), case((4,), axis=0)]

log_sum_exp = reduction(
    lambda x, axis=None, keepdims=False: special.logsumexp(x, axis=axis, keepdims=keepdims),
    name="log_sum_exp",
    x=_weights,
)
soft_max = op(
    lambda x, axis=None: special.softmax(x, axis=axis),
    name="soft_max",
    vjp={"x": _softmax},
    jvp={"x": _softmax},
    cases=CASES,
)
log_soft_max = op(
    lambda x, axis=None: special.log_softmax(x, axis=axis),
    name="log_soft_max",
    vjp={"x": lambda g, ans, axis: g - np.exp(ans) * np.sum(g, axis=axis, keepdims=True)},
    jvp={"x": lambda g, ans, axis: g - np.sum(np.exp(ans) * g, axis=axis, keepdims=True)},
    cases=CASES,
)


@composite(
    special.logsumexp,
    inputs=("a", "b"),
    sample={"a": Real(), "b": Real(0.3, 2.0)},
    cases=[
        *CASES,
        case((2, 3), axis=1, keepdims=True),
        case((2, 3), return_sign=True),
        case((2, 3), (2, 3)),
        case((2, 3), (3,), axis=1),
        case((3,), (2, 3), axis=0, keepdims=True, return_sign=True),
    ],
)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """Shift by the largest, sum, and shift back; a weight of 0 takes out whatever stands there.

    The derivative in such a weight is as in any other, but for what is far beyond all that counts: there it is 0.
    """
    if b is None and not return_sign:
        return log_sum_exp.call(a, axis=axis, keepdims=keepdims)
    weights = np.ones(()) if b is None else b
    shape = np.broadcast_shapes(np.shape(a), np.shape(weights))
    used = np.broadcast_to(np.not_equal(weights, 0), shape)
    top = np.max(np.where(used, np.real(a), -math.inf), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    near = used | (np.real(a) - top < FAR)
    total = np.sum(weights * np.exp(np.where(near, a - top, -math.inf)), axis=axis, keepdims=True)
    out = np.log(np.absolute(total) if return_sign else total) + top
    if not keepdims:
        out, total = np.squeeze(out, axis=axis), np.squeeze(total, axis=axis)
    return (out, np.sign(total)) if return_sign else out


@composite(special.softmax, bitwise=True, cases=CASES)
def softmax(x: Any, axis: Any = None) -> Any:
    """Compute y = exp x / Σ exp x, with the rule y (g - Σ g y)."""
    return soft_max.call(x, axis=axis)


@composite(special.log_softmax, bitwise=True, cases=CASES)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """Compute x - log Σ exp x, with the rule g - softmax(x) Σ g."""
    return log_soft_max.call(x, axis=axis)


@composite(special.multigammaln, sample={"a": Real(2.0, 5.0)}, cases=[case((2, 3), d=1), case((), d=4)])
def multigammaln(a: Any, d: Any) -> Any:
    """Sum ln Γ(a - j/2): DLMF 35.3.5."""
    parts = [special.gammaln(a - j / 2) for j in range(int(d))]
    return sum(parts[1:], parts[0])


@composite(special.polygamma, inputs=("x",), sample={"x": Real(0.3, 4.0)}, cases=[case((2, 3), n=0), case((3,), n=3)])
def polygamma(n: Any, x: Any) -> Any:
    """Compute ψ⁽ⁿ⁾(x), whose derivative is ψ⁽ⁿ⁺¹⁾(x)."""
    return gamma.polygamma(n, x)


@composite(special.diric, sample={"x": Real(-4.0, 4.0)}, cases=[case((2, 3), n=1), case((3,), n=4), case((), n=7)])
def diric(x: Any, n: Any) -> Any:
    """Give sin(nx/2) / n sin(x/2) as a Chebyshev polynomial in cos(x/2): DLMF 18.5.2; it has no singularity."""
    return special.eval_chebyu(n - 1, np.cos(x / 2)) / n


ORDERS = [case((2, 3), n=0), case((3,), n=2), case((), n=1, derivative=True), case((3,), n=3, derivative=True)]
ARGUMENT = {"z": Real(-4.0, 4.0, avoid=(0.0,))}
_ufuncs = special._ufuncs


@composite(special.spherical_jn, inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_jn(n: Any, z: Any, derivative: bool = False) -> Any:
    """Compute jₙ(z), with jₙ' = (n jₙ₋₁ - (n+1) jₙ₊₁) / (2n+1): DLMF 10.51.1."""
    return spherical(_ufuncs._spherical_jn_d if derivative else _ufuncs._spherical_jn, n, z, int(derivative))


@composite(special.spherical_in, inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_in(n: Any, z: Any, derivative: bool = False) -> Any:
    """Compute iₙ(z), with iₙ' = (n iₙ₋₁ + (n+1) iₙ₊₁) / (2n+1): DLMF 10.51.4."""
    return spherical(_ufuncs._spherical_in_d if derivative else _ufuncs._spherical_in, n, z, int(derivative))


@composite(special.spherical_yn, inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_yn(n: Any, z: Any, derivative: bool = False) -> Any:
    """Compute yₙ(z), with yₙ' = (n yₙ₋₁ - (n+1) yₙ₊₁) / (2n+1): DLMF 10.51.1."""
    return (_ufuncs._spherical_yn_d if derivative else _ufuncs._spherical_yn)(n, z)


@composite(special.spherical_kn, inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_kn(n: Any, z: Any, derivative: bool = False) -> Any:
    """Compute kₙ(z), with kₙ' = -(n kₙ₋₁ + (n+1) kₙ₊₁) / (2n+1): DLMF 10.51.4; z < 0 is on the cut."""
    ufunc = _ufuncs._spherical_kn_d if derivative else _ufuncs._spherical_kn
    if z.dtype.kind == "c":
        return ufunc(n, z)
    left = z < 0
    if not np.any(left):
        return ufunc(n, z)
    return np.where(left, np.real(ufunc(n, np.where(left, z, -1) + 0j)), ufunc(n, np.where(left, 1, z)))
