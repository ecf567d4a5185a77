"""SciPy's optimizers with derivatives from the tape, over trees of parameters.

`minimize`, `root` and `least_squares` are SciPy's, with the gradient, the Hessian's products or the Jacobian filled in,
and with parameters in any tree. Their options are passed on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.functional import hvp
from autograd.jacobians import jacobian
from autograd.tensor import Tensor
from autograd.transforms import value_and_grad
from autograd.tree import flatten

Fn = Callable[..., Any]
#: Methods of `scipy.optimize.minimize` that take a gradient, and those that take products with the Hessian too.
_GRADIENT = {
    "cg", "bfgs", "l-bfgs-b", "tnc", "slsqp", "newton-cg", "dogleg", "trust-ncg", "trust-krylov", "trust-exact",
    "trust-constr",
}  # fmt: skip
_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
_MATRIX = {"dogleg", "trust-exact"}


class _Flat:
    """A tree of parameters as one vector of float64."""

    def __init__(self, tree: Any, what: str) -> None:
        leaves, self.rebuild = flatten(tree)
        arrays = [np.asarray(x.data if isinstance(x, Tensor) else x) for x in leaves]
        for array in arrays:
            if array.dtype.kind not in "biuf":
                raise TypeError(f"{what} takes real parameters; x0 holds {array.dtype}")
        self.shapes = [array.shape for array in arrays]
        self.sizes = [array.size for array in arrays]
        self.dtypes = [array.dtype if array.dtype.kind == "f" else np.dtype(float) for array in arrays]
        self.start = self.vector(arrays)

    def vector(self, arrays: Sequence[Any]) -> Any:
        """Put arrays end to end."""
        return np.concatenate([np.ravel(np.asarray(x, float)) for x in arrays]) if arrays else np.zeros(0)

    def tree(self, vector: Any) -> Any:
        """Take a vector apart."""
        ends = np.cumsum(self.sizes)[:-1]
        parts = np.split(np.asarray(vector, float), ends) if self.sizes else []
        shaped = [
            np.array(part.reshape(shape), dtype)
            for part, shape, dtype in zip(parts, self.shapes, self.dtypes, strict=True)
        ]
        return self.rebuild(shaped)

    def of(self, tree: Any) -> Any:
        """Give the vector of a tree built alike."""
        return self.vector(flatten(tree)[0])


def _scipy() -> Any:
    try:
        import scipy.optimize
    except ImportError as error:
        raise ImportError("autograd.optimize calls SciPy: pip install 'gradtape[scipy]'") from error
    return scipy.optimize


def minimize(fun: Fn, x0: Any, args: tuple[Any, ...] = (), method: str | None = None, **options: Any) -> Any:
    """Minimize a scalar function of a tree of parameters by `scipy.optimize.minimize`, with its derivatives.

    Parameters
    ----------
    fun : callable
        Of the parameters and `args`; written in NumPy; returns a real scalar.
    x0 : array, number or tree of these
        Where to start.
    method : str
        SciPy's; L-BFGS-B if there are bounds, else BFGS. Methods that take products with the Hessian get them (forward
        over reverse), those that take the Hessian get that, and those without derivatives get none.
    **options
        What else `scipy.optimize.minimize` takes. `bounds` and `constraints` speak of the parameters end to end.

    Returns
    -------
    scipy.optimize.OptimizeResult
        `x` is a tree like `x0`, and so is `jac`, where there is one; `vector` is what SciPy returned as x.

    Raises
    ------
    TypeError
        As `grad`, or if `jac`, `hess` or `hessp` is given: these are what this is for.

    Examples
    --------
    >>> import numpy as np
    >>> found = minimize(lambda p: (p["a"] - 1) ** 2 + np.sum((p["b"] - 2) ** 2), {"a": 0.0, "b": np.zeros(2)})
    >>> np.round(found.x["a"], 4), np.round(found.x["b"], 4)
    (np.float64(1.0), array([2., 2.]))
    """
    _none_given(options, ("jac", "hess", "hessp"), "minimize")
    flat = _Flat(x0, "minimize")
    chosen = (method or ("L-BFGS-B" if options.get("bounds") is not None else "BFGS")).lower()
    both, product = value_and_grad(fun), hvp(fun)

    def value_and_jac(vector: Any) -> Any:
        value, gradient = both(flat.tree(vector), *args)
        return float(value), flat.of(gradient)

    def value_only(vector: Any) -> float:
        return float(_plain(fun(flat.tree(vector), *args)))

    def times(vector: Any, direction: Any) -> Any:
        return flat.of(product(flat.tree(vector), *args, flat.tree(direction)))

    def matrix(vector: Any) -> Any:
        return np.stack([times(vector, row) for row in np.eye(vector.size)])

    given: dict[str, Any] = {}
    if chosen in _GRADIENT:
        given["jac"] = True
    if chosen in _PRODUCTS:
        given["hessp"] = times
    elif chosen in _MATRIX:
        given["hess"] = matrix
    objective = value_and_jac if chosen in _GRADIENT else value_only
    return _as_tree(_scipy().minimize(objective, flat.start, method=chosen, **given, **options), flat)


def root(fun: Fn, x0: Any, args: tuple[Any, ...] = (), method: str = "hybr", **options: Any) -> Any:
    """Find where a function of a tree of parameters is zero, by `scipy.optimize.root`, with its Jacobian.

    Parameters
    ----------
    fun : callable
        Returns a tree with as many numbers as `x0` has.
    x0, args, method, **options
        As of `minimize`; methods "hybr" and "lm" take the Jacobian.

    Examples
    --------
    >>> import numpy as np
    >>> found = root(lambda p: [p[0] ** 2 - 2, p[0] * p[1] - 1], [1.0, 1.0])
    >>> np.round(found.x, 4)
    array([1.4142, 0.7071])
    """
    _none_given(options, ("jac",), "root")
    flat = _Flat(x0, "root")
    values, slopes = _vector_valued(fun, flat, args)
    given = {"jac": slopes} if method in ("hybr", "lm") else {}
    return _as_tree(_scipy().root(values, flat.start, method=method, **given, **options), flat)


def least_squares(fun: Fn, x0: Any, args: tuple[Any, ...] = (), **options: Any) -> Any:
    """Minimize the sum of squares of what a function of a tree of parameters returns, with its Jacobian.

    Parameters
    ----------
    fun : callable
        Returns a tree of residuals.
    x0, args, **options
        As of `scipy.optimize.least_squares`.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(4.0)
    >>> found = least_squares(lambda p: p["a"] * t + p["b"] - (2 * t + 1), {"a": 0.0, "b": 0.0})
    >>> np.round(found.x["a"], 6), np.round(found.x["b"], 6)
    (np.float64(2.0), np.float64(1.0))
    """
    _none_given(options, ("jac",), "least_squares")
    flat = _Flat(x0, "least_squares")
    values, slopes = _vector_valued(fun, flat, args)
    return _as_tree(_scipy().least_squares(values, flat.start, jac=slopes, **options), flat)


def _vector_valued(fun: Fn, flat: _Flat, args: tuple[Any, ...]) -> tuple[Fn, Fn]:
    """Give a function and its Jacobian, of a vector and with a vector."""

    def values(vector: Any) -> Any:
        return flat.vector([_plain(x) for x in flatten(fun(flat.tree(vector), *args))[0]])

    def of_tree(tree: Any) -> Any:
        return [x * 1.0 for x in flatten(fun(tree, *args))[0]]

    of_all = jacobian(of_tree)

    def slopes(vector: Any) -> Any:
        tree = flat.tree(vector)
        rows = []
        for out in of_all(tree):
            blocks = flatten(out)[0]
            count = sum(block.size for block in blocks) // max(vector.size, 1)
            rows.append(np.concatenate([np.reshape(block, (count, -1)) for block in blocks], axis=1))
        return np.concatenate(rows)

    return values, slopes


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x


def _as_tree(found: Any, flat: _Flat) -> Any:
    found.vector = found.x
    found.x = flat.tree(found.x)
    if "jac" in found and np.shape(found.jac) == flat.start.shape:
        found.jac = flat.tree(found.jac)
    return found


def _none_given(options: dict[str, Any], names: Sequence[str], what: str) -> None:
    for name in names:
        if name in options:
            raise TypeError(f"autograd.optimize.{what} finds {name} itself; leave it out, or call SciPy's own")
    unknown = [name for name in options if name not in _known(what)]
    if unknown:
        raise TypeError(f"scipy.optimize.{what} takes no {unknown[0]!r}; it takes {', '.join(_known(what))}")


def _known(what: str) -> list[str]:
    return [name for name in inspect.signature(getattr(_scipy(), what)).parameters if name not in ("fun", "x0", "args")]
