"""SciPy's functions written in Python, differentiable: `logsumexp`, `softmax`, `polygamma`, ...

SciPy turns their arguments into arrays before anything of NumPy's protocols is asked, so a Tensor that is on the tape
does not get through: it refuses to become a plain array. The functions here have SciPy's signatures and are SciPy's
own on arrays. Call them, or write `install()` once at the start of a program: then SciPy's names mean them.

>>> import numpy as np
>>> from autograd import grad
>>> from autograd.ops.special.functions import logsumexp
>>> grad(logsumexp)(np.zeros(2))
array([0.5, 0.5])
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array, Shell
from autograd.families import op, reduction
from autograd.op import Real, case, composite, composites
from autograd.ops.special import gamma
from autograd.ops.special.bessel import spherical
from autograd.protocols import compose

#: By the name in `scipy.special`, SciPy's own function and the one here.
pairs: dict[str, tuple[Any, Any]] = {}


def _shells(args: Any) -> bool:
    """Tell whether a Tensor is among arguments, or in a list of them."""
    return any(isinstance(x, Shell) or (isinstance(x, (list, tuple)) and _shells(x)) for x in args)


def _of_scipy(name: str, inputs: Sequence[str] = (), **options: Any) -> Callable[[Any], Any]:
    """Make a body written in ops SciPy's function of that name for Tensors; on arrays it is SciPy's own."""
    function = getattr(special, name)

    def mark(body: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if _shells(args) or _shells(kwargs.values()):
                return compose(composites[call], call, args, kwargs)
            return function(*args, **kwargs)

        call.__module__ = "scipy.special"
        call.__doc__ = f"Call `scipy.special.{name}`, differentiably."
        composite(call, function, inputs=inputs, **options)(body)
        pairs[name] = (function, call)
        return call

    return mark


def install() -> None:
    """Let SciPy's names in `scipy.special` mean the functions of this room, for the whole process.

    Names imported from there before (`from scipy.special import softmax`) stay SciPy's. `uninstall()` takes it back.

    Examples
    --------
    >>> import scipy.special
    >>> from autograd import grad
    >>> install()
    >>> grad(lambda x: scipy.special.multigammaln(x, 1))(1.0)
    array(-0.57721566)
    >>> uninstall()
    """
    for name, (_, ours) in pairs.items():
        setattr(special, name, ours)


def uninstall() -> None:
    """Give SciPy its own functions back."""
    for name, (scipys, _) in pairs.items():
        setattr(special, name, scipys)


def _weights(g: Array, x: Array, ans: Array) -> Array:
    """∂logsumexp/∂x = exp(x - logsumexp); of nothing but -inf it is 0."""
    infinite = np.isinf(ans)
    apart = np.where(infinite, 0, x) - np.where(infinite, 0, ans)
    return g * np.where(infinite, x == math.inf, np.exp(apart))


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


@_of_scipy(
    "logsumexp",
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
    """Shift by the largest, sum, and shift back; a weight of 0 takes out whatever stands there."""
    if b is None and not return_sign:
        return log_sum_exp.call(a, axis=axis, keepdims=keepdims)
    weights = np.ones(()) if b is None else b
    shape = np.broadcast_shapes(np.shape(a), np.shape(weights))
    used = np.broadcast_to(np.not_equal(weights, 0), shape)
    a = np.where(used, a, 0)
    top = np.max(np.where(used, np.real(a), -math.inf), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.sum(weights * np.exp(a - top) * used, axis=axis, keepdims=True)
    out = np.log(np.absolute(total) if return_sign else total) + top
    if not keepdims:
        out, total = np.squeeze(out, axis=axis), np.squeeze(total, axis=axis)
    return (out, np.sign(total)) if return_sign else out


@_of_scipy("softmax", cases=CASES)
def softmax(x: Any, axis: Any = None) -> Any:
    """Run the op."""
    return soft_max.call(x, axis=axis)


@_of_scipy("log_softmax", cases=CASES)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """Run the op."""
    return log_soft_max.call(x, axis=axis)


@_of_scipy("multigammaln", sample={"a": Real(2.0, 5.0)}, cases=[case((2, 3), d=1), case((), d=4)])
def multigammaln(a: Any, d: Any) -> Any:
    """Sum ln Γ(a - j/2): DLMF 35.3.5."""
    parts = [special.gammaln(a - j / 2) for j in range(int(d))]
    return sum(parts[1:], parts[0])


@_of_scipy("polygamma", inputs=("x",), sample={"x": Real(0.3, 4.0)}, cases=[case((2, 3), n=0), case((3,), n=3)])
def polygamma(n: Any, x: Any) -> Any:
    """Run the op."""
    return gamma.polygamma(n, x)


@_of_scipy("diric", sample={"x": Real(-4.0, 4.0)}, cases=[case((2, 3), n=1), case((3,), n=4), case((), n=7)])
def diric(x: Any, n: Any) -> Any:
    """Give sin(nx/2) / n sin(x/2) as a Chebyshev polynomial in cos(x/2): DLMF 18.5.2; it has no singularity."""
    return special.eval_chebyu(n - 1, np.cos(x / 2)) / n


ORDERS = [case((2, 3), n=0), case((3,), n=2), case((), n=1, derivative=True), case((3,), n=3, derivative=True)]
ARGUMENT = {"z": Real(-4.0, 4.0, avoid=(0.0,))}
_ufuncs = special._ufuncs


@_of_scipy("spherical_jn", inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_jn(n: Any, z: Any, derivative: bool = False) -> Any:
    """Run the ufunc."""
    return spherical(_ufuncs._spherical_jn_d if derivative else _ufuncs._spherical_jn, n, z, int(derivative))


@_of_scipy("spherical_in", inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_in(n: Any, z: Any, derivative: bool = False) -> Any:
    """Run the ufunc."""
    return spherical(_ufuncs._spherical_in_d if derivative else _ufuncs._spherical_in, n, z, int(derivative))


@_of_scipy("spherical_yn", inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_yn(n: Any, z: Any, derivative: bool = False) -> Any:
    """Run the ufunc."""
    return (_ufuncs._spherical_yn_d if derivative else _ufuncs._spherical_yn)(n, z)


@_of_scipy("spherical_kn", inputs=("z",), sample=ARGUMENT, cases=ORDERS)
def spherical_kn(n: Any, z: Any, derivative: bool = False) -> Any:
    """Run the ufunc, for negative real z on the cut as SciPy does."""
    ufunc = _ufuncs._spherical_kn_d if derivative else _ufuncs._spherical_kn
    if z.dtype.kind == "c":
        return ufunc(n, z)
    left = z < 0
    return np.where(left, np.real(ufunc(n, np.where(left, z, -1) + 0j)), ufunc(n, np.where(left, 1, z)))
