"""Elementary functions of rows, by the name of NumPy's or SciPy's ufunc: in float64 and float32.

They are free of branches, but for huge arguments of sine, cosine and tangent.
"""

from __future__ import annotations

from collections.abc import Callable

from autograd.compiler.native.lanes import Row
from autograd.compiler.native.maths import errorfunction, exponential, hyperbolic, powers, rounding, trigonometric

FUNCTIONS: dict[str, Callable[..., Row]] = {
    "exp": exponential.exp,
    "exp2": exponential.exp2,
    "expm1": exponential.expm1,
    "log": exponential.log,
    "log2": exponential.log2,
    "log10": exponential.log10,
    "log1p": exponential.log1p,
    "cbrt": powers.cbrt,
    "power": powers.pow,
    "sinh": hyperbolic.sinh,
    "cosh": hyperbolic.cosh,
    "tanh": hyperbolic.tanh,
    "arcsinh": hyperbolic.asinh,
    "arccosh": hyperbolic.acosh,
    "arctanh": hyperbolic.atanh,
    "sin": trigonometric.sin,
    "cos": trigonometric.cos,
    "tan": trigonometric.tan,
    "arcsin": trigonometric.asin,
    "arccos": trigonometric.acos,
    "arctan": trigonometric.atan,
    "arctan2": trigonometric.atan2,
    "erf": errorfunction.erf,
    "erfc": errorfunction.erfc,
    "rint": rounding.rint,
    "floor": rounding.floor,
    "ceil": rounding.ceil,
    "trunc": rounding.trunc,
}
