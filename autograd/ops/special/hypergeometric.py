"""Hypergeometric functions: in the argument; the parameters are constants."""

from __future__ import annotations

import numpy as np
from scipy import special

from autograd.families import elementwise
from autograd.op import Real
from autograd.ops.special.orders import SHAPE

POSITIVE = Real(0.3, 3.0)
PARAMETERS = {"a": Real(0.3, 2.0), "b": Real(0.6, 2.5), "c": Real(1.2, 3.0), "v": Real(0.6, 2.5)}


def _only(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, SHAPE)


def _sample(argument: Real, *names: str) -> dict[str, Real]:
    return {name: PARAMETERS.get(name, argument) for name in names}


# The derivative raises each parameter by one: DLMF 15.5.1, 13.3.15, 13.3.22, 16.3.1; for Wright's function
# see its series
hyp2f1 = elementwise(
    special.hyp2f1,
    inputs=("a", "b", "c", "z"),
    z=lambda g, a, b, c, z: g * (a * b / c * special.hyp2f1(a + 1, b + 1, c + 1, z)),
    # Farther out SciPy's own values are good to twelve digits.
    sample=_sample(Real(-0.5, 0.5), "a", "b", "c", "z"),
    refused=_only("a", "b", "c"),
)
hyp1f1 = elementwise(
    special.hyp1f1,
    inputs=("a", "b", "x"),
    x=lambda g, a, b, x: g * (a / b * special.hyp1f1(a + 1, b + 1, x)),
    sample=_sample(Real(), "a", "b", "x"),
    refused=_only("a", "b"),
)
hyp0f1 = elementwise(
    special.hyp0f1,
    inputs=("v", "z"),
    z=lambda g, v, z: g * (special.hyp0f1(v + 1, z) / v),
    sample=_sample(Real(), "v", "z"),
    refused=_only("v"),
)
hyperu = elementwise(
    special.hyperu,
    inputs=("a", "b", "x"),
    x=lambda g, a, b, x: g * (-a * special.hyperu(a + 1, b + 1, x)),
    sample=_sample(POSITIVE, "a", "b", "x"),
    refused=_only("a", "b"),
)
wright_bessel = elementwise(
    special.wright_bessel,
    inputs=("a", "b", "x"),
    x=lambda g, a, b, x: g * special.wright_bessel(a, a + b, x),
    sample=_sample(POSITIVE, "a", "b", "x"),
    refused=_only("a", "b"),
)
if hasattr(special, "log_wright_bessel"):
    log_wright_bessel = elementwise(
        special.log_wright_bessel,
        inputs=("a", "b", "x"),
        x=lambda g, ans, a, b, x: g * np.exp(special.log_wright_bessel(a, a + b, x) - ans),
        sample=_sample(POSITIVE, "a", "b", "x"),
        refused=_only("a", "b"),
    )
