"""Logistic functions, entropies, robust losses, power transforms, and elementary functions that lose no digits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise
from autograd.op import Real
from autograd.ops.elementwise import power_x, power_y
from autograd.ops.special.orders import ends, wide

UNIT = Real(0.05, 0.95)
POSITIVE = Real(0.2, 3.0)
DEGREE = math.pi / 180


def _log(x: Array) -> Array:
    """Take the logarithm; -inf at 0 without a warning, for `ends` to judge."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x)


def _log_of_ratio(x: Array, y: Array) -> Array:
    """Give log(x / y), also where the ratio overflows; -inf at x = 0."""
    with np.errstate(all="ignore"):
        ratio = _share(x, y)
        beyond = (x != 0) & (y != 0) & ((ratio == 0) | np.isinf(ratio))
        if not np.any(beyond):
            return np.log(ratio)
        apart = np.log(np.where(beyond, x, 1)) - np.log(np.where(beyond, y, 1))
        return np.where(beyond, apart, np.log(np.where(beyond, 1, ratio)))


def _share(x: Array, y: Array) -> Array:
    """Give x / y, and 0 where x is 0."""
    with np.errstate(all="ignore"):
        return np.where(x == 0, 0, x / y)


def _entr(g: Array, x: Array) -> Array:
    """d(-x log x)/dx = -log x - 1."""
    return ends(g, -_log(x) - 1)


def _logit(g: Array, x: Array) -> Array:
    """D log(x / (1-x))/dx = 1/x + 1 / (1-x), in this form at the ends too to any order."""
    with np.errstate(divide="ignore"):
        return ends(g, 1 / x + 1 / (1 - x))


def _huber_delta(g: Array, delta: Array, r: Array) -> Array:
    """∂/∂δ = |r| - δ outside, 0 inside."""
    return g * np.where(np.absolute(r) > delta, np.absolute(r) - delta, 0)


def _pseudo(delta: Array, r: Array) -> tuple[Array, Array]:
    """Give h = √(δ² + r²) and where it is 0: the loss is δ (h - δ)."""
    h = np.hypot(delta, r)
    return h, h == 0


def _pseudo_huber_delta(g: Array, delta: Array, r: Array) -> Array:
    """∂/∂δ = (h - δ)² / h, where h - δ = r² / (h + δ)."""
    h, zero = _pseudo(delta, r)
    h = np.where(zero, 1, h)
    excess = r / (h + delta) * r
    return g * (excess / h * excess)


def _pseudo_huber_r(g: Array, delta: Array, r: Array) -> Array:
    """∂/∂r = δ r / h."""
    h, zero = _pseudo(delta, r)
    return g * (delta * (r / np.where(zero, 1, h)))


def _log1prel(x: Array) -> Array:
    zero = x == 0
    return np.where(zero, 1, np.log1p(x) / np.where(zero, 1, x))


log1prel = elementwise(
    _log1prel,
    name="log1p_over_its_argument",
    x=lambda g, x: g * (special.hyp2f1(2.0, 2.0, 3.0, -x) / -2),
    sample={"x": Real(-0.7, 2.0)},
    note="log(1+x) / x, used by the rules of `inv_boxcox` and `spence`; its own: DLMF 15.4.1 and 15.5.1",
)


#: Of the derivative of (eˣ-1)/x at 0.
_SERIES = [k / math.factorial(k + 1) for k in range(1, 16)]


def _exprel_slope(x: Array) -> Array:
    near = np.abs(x) < 0.5
    away, close = np.where(near, 1, x), np.where(near, x, 0)
    total: Any = _SERIES[-1]
    for c in reversed(_SERIES[:-1]):
        total = total * close + c
    with np.errstate(over="ignore"):
        return np.where(near, total, (np.exp(away) * (away - 1) + 1) / (away * away))


exprel_slope = elementwise(
    _exprel_slope,
    name="derivative_of_exprel",
    x=lambda g, x: g * (special.hyp1f1(3.0, 4.0, x) / 3),
    note="M(2, 3, x) / 2, used by the rules of `exprel` and `boxcox`: DLMF 13.3.15",
)


def _lambda_slope(log: Array, lmbda: Any) -> Array:
    """∂((xᵏ-1)/k)/∂k = log²x E'(k log x) for E(t) = (eᵗ-1)/t; where xᵏ is 0 the function is -1/k."""
    far = np.isinf(log)
    if not np.any(far):
        return log * log * exprel_slope(lmbda * log)
    with np.errstate(invalid="ignore"):
        gone = far & (lmbda * log < 0)
    k, log = np.where(gone, lmbda, 1), np.where(gone, 0, log)
    return np.where(gone, 1 / (k * k), log * log * np.where(far, 1, exprel_slope(lmbda * np.where(far, 0, log))))


def _power(log: Array, lmbda: Any) -> Array:
    """Give xᵏ from log x."""
    with np.errstate(invalid="ignore"):
        product = lmbda * log
    return np.exp(np.where(np.equal(lmbda, 0), 0, product))


def _inv_boxcox(y: Array, lmbda: Any) -> Array:
    """Give the logarithm of the inverse: log(1 + ky) / k = y (log(1+t) / t) at t = ky, by DLMF 15.4.1."""
    return y * log1prel(lmbda * y)


def _inverse_lambda(log: Array, lmbda: Any) -> Array:
    """∂/∂k of the inverse at x = exp(log): -∂boxcox/∂k over ∂boxcox/∂x."""
    return -_lambda_slope(log, lmbda) * np.exp((1 - lmbda) * log)


def _cbrt_slope(ans: Array) -> Array:
    """d∛x/dx = 1 / 3(∛x)²."""
    with np.errstate(divide="ignore"):
        return 1 / (3 * ans * ans)


def _cbrt_x(g: Array, ans: Array) -> Array:
    """d∛x/dx = 1 / 3(∛x)²."""
    return ends(g, _cbrt_slope(ans))


# Logistic
expit = elementwise(special.expit, x=lambda g, ans, x: g * (ans * special.expit(-x)))
log_expit = elementwise(special.log_expit, x=lambda g, x: g * special.expit(-x))
logit = elementwise(special.logit, x=_logit, sample={"x": UNIT})

# Entropies
xlogy = elementwise(
    special.xlogy,
    x=lambda g, y: ends(g, _log(y)),
    y=lambda g, x, y: ends(g, _share(x, y)),
    sample={"x": Real(), "y": POSITIVE},
)
xlog1py = elementwise(
    special.xlog1py,
    x=lambda g, y: ends(g, _log(1 + y) if np.iscomplexobj(y) else special.xlog1py(1.0, y)),
    y=lambda g, x, y: ends(g, _share(x, 1 + y)),
    sample={"x": Real(), "y": Real(-0.7, 2.0)},
)
entr = elementwise(special.entr, x=_entr, sample={"x": POSITIVE})
rel_entr = elementwise(
    special.rel_entr,
    x=lambda g, x, y: ends(g, _log_of_ratio(x, y) + 1),
    y=lambda g, x, y: ends(g, -_share(x, y)),
    sample={"x": POSITIVE, "y": POSITIVE},
)
kl_div = elementwise(
    special.kl_div,
    x=lambda g, x, y: ends(g, _log_of_ratio(x, y)),
    y=lambda g, x, y: ends(g, 1 - _share(x, y)),
    sample={"x": POSITIVE, "y": POSITIVE},
)

# Robust losses
huber = elementwise(
    special.huber,
    delta=_huber_delta,
    r=lambda g, delta, r: g * np.clip(r, -delta, delta),
    sample={"delta": Real(1.0, 1.2), "r": Real(-2.5, 2.5, avoid=(-1.1, 1.1))},
)
pseudo_huber = elementwise(
    special.pseudo_huber, delta=_pseudo_huber_delta, r=_pseudo_huber_r, sample={"delta": POSITIVE, "r": Real()}
)

# Power transforms
boxcox = elementwise(
    special.boxcox,
    x=lambda g, x, lmbda: ends(g, _power(_log(x), lmbda - 1)),
    lmbda=lambda g, x, lmbda: ends(g, _lambda_slope(_log(x), lmbda)),
    sample={"x": POSITIVE, "lmbda": Real(-1.0, 2.0)},
    note="of (xᵏ - 1) / k for k = lmbda: x^(k-1), and log²x E'(k log x) where E(t) = (eᵗ - 1) / t",
)
boxcox1p = elementwise(
    special.boxcox1p,
    x=lambda g, x, lmbda: ends(g, _power(_log(1 + x), lmbda - 1)),
    lmbda=lambda g, x, lmbda: ends(g, _lambda_slope(_log(1 + x), lmbda)),
    sample={"x": Real(-0.7, 2.0), "lmbda": Real(-1.0, 2.0)},
    note="as `boxcox` of 1 + x",
)
inv_boxcox = elementwise(
    special.inv_boxcox,
    x=lambda g, x, lmbda: g * np.exp((1 - lmbda) * _inv_boxcox(x, lmbda)),
    lmbda=lambda g, x, lmbda: g * _inverse_lambda(_inv_boxcox(x, lmbda), lmbda),
    note="with k = lmbda: ans^(1-k), and that of `boxcox` in k, at ans, times -ans^(1-k)",
    sample={"x": Real(-0.4, 1.5), "lmbda": Real(-0.4, 2.0)},
)
inv_boxcox1p = elementwise(
    special.inv_boxcox1p,
    x=lambda g, x, lmbda: g * np.exp((1 - lmbda) * _inv_boxcox(x, lmbda)),
    lmbda=lambda g, x, lmbda: g * _inverse_lambda(_inv_boxcox(x, lmbda), lmbda),
    note="as `inv_boxcox`, at 1 + ans",
    sample={"x": Real(-0.4, 1.5), "lmbda": Real(-0.4, 2.0)},
)

# Elementary functions; an angle in degrees makes π/180
exprel = elementwise(special.exprel, x=lambda g, x: g * exprel_slope(x))
cosm1 = elementwise(special.cosm1, x=lambda g, x: -g * np.sin(x))
expm1 = elementwise(special.expm1, x=lambda g, x: g * np.exp(wide(x)))
log1p = elementwise(special.log1p, x=lambda g, x: g / (1 + x), sample={"x": Real(-0.6, 2.0)})
powm1 = elementwise(
    special.powm1,
    x=lambda g, x, y: power_x(g, x, y),
    y=lambda g, ans, x, y: power_y(g, ans + 1, x, y),
    sample={"x": POSITIVE, "y": Real()},
)
cbrt = elementwise(special.cbrt, x=_cbrt_x, sample={"x": POSITIVE})
exp2 = elementwise(special.exp2, x=lambda g, ans: g * (math.log(2) * ans))
exp10 = elementwise(special.exp10, x=lambda g, ans: g * (math.log(10) * ans))
sindg = elementwise(special.sindg, x=lambda g, x: g * (DEGREE * special.cosdg(x)), sample={"x": Real(-90.0, 90.0)})
cosdg = elementwise(special.cosdg, x=lambda g, x: g * (-DEGREE * special.sindg(x)), sample={"x": Real(-90.0, 90.0)})
tandg = elementwise(special.tandg, x=lambda g, ans: g * (DEGREE * (1 + ans * ans)), sample={"x": Real(-60.0, 60.0)})
cotdg = elementwise(special.cotdg, x=lambda g, ans: g * (-DEGREE * (1 + ans * ans)), sample={"x": Real(30.0, 150.0)})
radian = elementwise(
    special.radian,
    d=lambda g: g * DEGREE,
    m=lambda g: g * (DEGREE / 60),
    s=lambda g: g * (DEGREE / 3600),
    note="degrees, minutes and seconds to radians",
)
round_ = elementwise(
    special.round, x=lambda g: np.zeros_like(g), sample={"x": Real(0.6, 1.4)}, note="piecewise constant"
)
