"""SciPy's optimizers with derivatives from the tape, over trees of parameters.

`minimize`, `root` and `least_squares` are SciPy's, with the gradient, the Hessian's products or the Jacobian filled in,
and with parameters in any tree. Their options are passed on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
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
        for k, (leaf, array) in enumerate(zip(leaves, arrays, strict=True)):
            if array.dtype.kind not in "biuf":
                met = f"holds {array.dtype}" if array.dtype.kind == "c" else f"is {leaf!r}"
                where = "x0" + _path(self.rebuild([_Place(i) for i in range(len(leaves))]), k)
                raise TypeError(f"{what} takes real parameters; {where} {met}")
        if not sum(array.size for array in arrays):
            raise ValueError(f"{what} needs a parameter to change: there is no number in x0={tree!r}")
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


class _Place:
    """Stands for a leaf of the tree."""

    def __init__(self, number: int) -> None:
        self.number = number


def _path(tree: Any, k: int) -> str:
    """Write down how the k-th leaf is reached: `['a'][0]`. An empty text if it is the tree itself."""
    if isinstance(tree, _Place):
        return "" if tree.number == k else "?"
    if isinstance(tree, dict):
        steps = [(f"[{key!r}]", value) for key, value in tree.items()]
    elif isinstance(tree, (list, tuple)):
        steps = [(f"[{i}]", value) for i, value in enumerate(tree)]
    else:
        steps = [(f".{key}", value) for key, value in vars(tree).items()]
    return next((f"{step}{rest}" for step, part in steps if not (rest := _path(part, k)).endswith("?")), "?")


def _scipy() -> Any:
    try:
        import scipy.optimize
    except ImportError as error:
        raise ImportError("autograd.optimize calls SciPy: pip install 'gradtape[scipy]'") from error
    return scipy.optimize


def minimize(fun: Fn, x0: Any, args: Any = (), method: str | Fn | None = None, **options: Any) -> Any:
    """Minimize a scalar function of a tree of parameters by `scipy.optimize.minimize`, with its derivatives.

    Parameters
    ----------
    fun : callable
        Of the parameters and `args`; written in NumPy; returns a real scalar.
    x0 : array, number or tree of these
        Where to start.
    args : tuple
        More arguments; what is no tuple is the only one.
    method : str or callable
        SciPy's: if not given SLSQP if there are constraints, L-BFGS-B if there are bounds, else BFGS. Methods that take
        products with the Hessian get them (forward over reverse), those that take the Hessian get that, and those
        without derivatives get none. A callable is called as SciPy calls it: with a function of the vector, its `jac`
        and `hessp`.
    **options
        What else `scipy.optimize.minimize` takes. The functions of constraints, and `callback`, are given the tree, and
        the constraints' derivatives come from the tape; `bounds` and the matrix of a `LinearConstraint` speak of the
        parameters end to end.

    Returns
    -------
    scipy.optimize.OptimizeResult
        `x` is a tree like `x0`, and so is `jac`, where there is one; `vector` is what SciPy returned as x.

    Raises
    ------
    TypeError
        As `grad`, or if `jac`, `hess` or `hessp` is given, in a constraint too: these are what this is for. If `x0`
        holds something else than real numbers.
    ValueError
        If `x0` holds no number.

    Examples
    --------
    >>> import numpy as np
    >>> found = minimize(lambda p: (p["a"] - 1) ** 2 + np.sum((p["b"] - 2) ** 2), {"a": 0.0, "b": np.zeros(2)})
    >>> np.round(found.x["a"], 4), np.round(found.x["b"], 4)
    (np.float64(1.0), array([2., 2.]))
    """
    _none_given(options, ("jac", "hess", "hessp"), "minimize")
    flat, args = _Flat(x0, "minimize"), _several(args)
    chosen: Any = method
    if method is None:
        chosen = "SLSQP" if options.get("constraints") else "L-BFGS-B" if options.get("bounds") is not None else "BFGS"
    kind = "" if callable(chosen) else chosen.lower()
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

    given: dict[str, Any] = _of_trees(options, flat, kind == "trust-constr")
    with_slope = callable(chosen) or kind in _GRADIENT
    if with_slope:
        given["jac"] = True
    if callable(chosen) or kind in _PRODUCTS:
        given["hessp"] = times
    elif kind in _MATRIX:
        given["hess"] = matrix
    objective = value_and_jac if with_slope else value_only
    return _as_tree(_scipy().minimize(objective, flat.start, method=chosen, **given), flat)


def root(fun: Fn, x0: Any, args: Any = (), method: str = "hybr", **options: Any) -> Any:
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
    values, slopes = _vector_valued(fun, flat, _several(args))
    given = {"jac": slopes} if method.lower() in ("hybr", "lm") else {}
    return _as_tree(_scipy().root(values, flat.start, method=method, **given, **_of_trees(options, flat)), flat)


def least_squares(fun: Fn, x0: Any, args: Any = (), **options: Any) -> Any:
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
    named = options.pop("kwargs", None) or {}
    values, slopes = _vector_valued(partial(fun, **named) if named else fun, flat, _several(args))
    return _as_tree(_scipy().least_squares(values, flat.start, jac=slopes, **_of_trees(options, flat)), flat)


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


def _several(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def _of_trees(options: dict[str, Any], flat: _Flat, curved: bool = False) -> dict[str, Any]:
    """Give the options for SciPy: what a user's functions are called with is the tree.

    Constraints get Hessians too, if `curved`.
    """
    options = dict(options)
    if callable(options.get("callback")):
        options["callback"] = _callback(options["callback"], flat)
    given = options.get("constraints")
    if given:
        several = given if isinstance(given, (list, tuple)) else [given]
        options["constraints"] = [_constraint(one, flat, curved) for one in several]
    return options


def _callback(callback: Fn, flat: _Flat) -> Fn:
    """Call a user's callback with the tree in place of the vector, in whichever of SciPy's two ways it is written."""
    try:
        named = set(inspect.signature(callback).parameters) == {"intermediate_result"}
    except ValueError:
        named = False
    if named:

        def with_result(intermediate_result: Any) -> Any:
            return callback(intermediate_result=_as_tree(copy(intermediate_result), flat))

        return with_result
    return lambda vector, *rest: callback(flat.tree(vector), *rest)


def _constraint(one: Any, flat: _Flat, curved: bool) -> Any:
    """Give a constraint as SciPy has it, of a user's that is a function of the tree."""
    new = _scipy().NonlinearConstraint
    if isinstance(one, dict):
        if one.get("jac") is not None:
            raise TypeError("autograd.optimize.minimize finds the jac of a constraint itself; leave it out")
        if not callable(one.get("fun")) or one.get("type") not in ("eq", "ineq"):
            # SciPy says what is missing.
            return one
        args = _several(one.get("args", ()))
        values, slopes = _vector_valued(one["fun"], flat, args)
        if curved:
            upper = 0.0 if one["type"] == "eq" else np.inf
            return new(values, 0.0, upper, jac=slopes, hess=_curvature(one["fun"], flat, args))
        return {**one, "fun": values, "jac": slopes, "args": ()}
    if isinstance(one, new):
        if callable(one.jac) or callable(one.hess):
            raise TypeError("autograd.optimize.minimize finds the jac of a constraint itself; leave jac and hess out")
        one, fun = copy(one), one.fun
        one.fun, one.jac = _vector_valued(fun, flat, ())
        if curved and not isinstance(one.hess, _scipy().HessianUpdateStrategy):
            one.hess = _curvature(fun, flat, ())
    return one


def _curvature(fun: Fn, flat: _Flat, args: tuple[Any, ...]) -> Fn:
    """Give the Hessian of the sum of what a function returns, with weights."""

    def weighted(tree: Any, weights: Any) -> Any:
        leaves = [np.ravel(x * 1.0) for x in flatten(fun(tree, *args))[0]]
        return np.dot(weights, np.concatenate(leaves))

    product = hvp(weighted)

    def hessian(vector: Any, weights: Any) -> Any:
        rows = [product(flat.tree(vector), weights, flat.tree(row)) for row in np.eye(vector.size)]
        return np.stack([flat.of(row) for row in rows])

    return hessian


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x


def _as_tree(found: Any, flat: _Flat) -> Any:
    found.vector = found.x
    found.x = flat.tree(found.x)
    # What trust-constr calls jac are the constraints', in a list.
    if isinstance(found.get("jac"), np.ndarray) and found.jac.shape == flat.start.shape:
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
