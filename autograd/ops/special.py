"""SciPy's special functions: declared when one of them first meets a Tensor, so that SciPy is never imported for it."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from autograd.families import elementwise

TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

# d erf(x) / dx = 2/√π exp(-x²): DLMF 7.2.1
erf = elementwise(special.erf, x=lambda g, x: g * (TWO_OVER_SQRT_PI * np.exp(-x * x)))
