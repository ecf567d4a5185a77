"""Derivatives of functions by name: elementwise, products with Jacobians and Hessians, thin over the two walks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.argnums import Argnum, Chosen, name_of
from autograd.entry import Shell
from autograd.jacobians import jacobian
from autograd.transforms import Run, grad, named, run_chosen, value_and_grad
from autograd.tree import flatten, is_node

Fn = Callable[..., Any]


def _run(chosen: Chosen, args: tuple[Any, ...], kwargs: dict[str, Any], has_aux: bool) -> tuple[Run, tuple[Any, ...]]:
    """Run a function, warn if it does not depend on its arguments, and give what it returned besides, if anything."""
    run, held = run_chosen(chosen, args, kwargs, has_aux)
    run.warn_unused()
    return run, tuple(run.given(aux) for aux in held)


def _with(result: Any, aux: tuple[Any, ...]) -> Any:
    return (result, *aux) if aux else result


def elementwise_grad(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives the gradient of the sum of all outputs: of an elementwise function, its derivative.

    Here and below, with `has_aux` the function returns a pair, of which the second part is not differentiated; it comes
    last in what is returned.

    Examples
    --------
    >>> import numpy as np
    >>> elementwise_grad(np.sin)(np.array([0.0, np.pi]))
    array([ 1., -1.])
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "elementwise_grad")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        run, aux = _run(chosen, args, kwargs, has_aux)
        if any(y.dtype.kind == "c" for y in run.arrays):
            raise TypeError(f"elementwise_grad needs real outputs; {name_of(fun)} returned complex ones. Use vjp.")
        return _with(chosen.alone(run.pullback([np.ones_like(y) for y in run.arrays], release=True)), aux)

    return of_arguments


egrad = elementwise_grad


def deriv(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives the derivative in the direction of ones: forward mode, for a scalar argument.

    Examples
    --------
    >>> import numpy as np
    >>> deriv(lambda t: np.stack([np.cos(t), np.sin(t)]))(0.0)
    array([0., 1.])
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "deriv")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        run, aux = _run(chosen, args, kwargs, has_aux)
        return _with(run.pushforward([np.ones_like(x) for x in run.inputs]), aux)

    return of_arguments


def make_vjp(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives a pullback and the value: `vjp` in the order that HIPS autograd has.

    Examples
    --------
    >>> import numpy as np
    >>> pullback, value = make_vjp(lambda x: x * x)(np.array([3.0]))
    >>> pullback(np.array([1.0])), value
    (array([6.]), array([9.]))
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "make_vjp")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        run, aux = _run(chosen, args, kwargs, has_aux)
        return (lambda g: chosen.alone(run.back(g))), run.value(), *aux

    return of_arguments


def make_jvp(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives a pushforward: from a tangent of the argument to (value, tangent).

    Examples
    --------
    >>> import numpy as np
    >>> make_jvp(np.sin)(0.0)(2.0)
    (array(0.), array(2.))
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "make_jvp")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        def pushforward(tangent: Any) -> Any:
            run, aux = _run(chosen, args, kwargs, has_aux)
            return run.value(), run.forth(_several(chosen, tangent, "tangent", name_of(fun))), *aux

        return pushforward

    return of_arguments


def _several(chosen: Chosen, vector: Any, what: str, name: str) -> list[Any]:
    """Give a vector for each argument chosen."""
    if chosen.single:
        return [vector]
    if not isinstance(vector, (tuple, list)) or len(vector) != len(chosen.which):
        raise TypeError(
            f"{name} is differentiated in {len(chosen.which)} arguments: the {what} is a tuple with a part for each; "
            f"met {vector!r}."
        )
    return list(vector)


def _last(args: tuple[Any, ...], what: str, name: str) -> tuple[tuple[Any, ...], Any]:
    """Take what comes after the function's own arguments."""
    if len(args) < 2:
        raise TypeError(
            f"What is made of {name} takes its arguments and then the {what}; it was called with {len(args)} in all. "
            f"Write ...(x, {what})."
        )
    return args[:-1], args[-1]


def hvp(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function of the arguments and a vector that gives the Hessian's product with that: forward over reverse.

    Examples
    --------
    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "hvp")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        args_of, vector = _last(args, "vector", name_of(fun))
        values, of_chosen = chosen.split(args_of, kwargs)
        gradient = grad(of_chosen, tuple(range(len(values))), has_aux)
        run, held = run_chosen(Chosen(gradient, tuple(range(len(values)))), tuple(values), {}, has_aux)
        aux = tuple(run.given(one) for one in held)
        return _with(chosen.alone(run.forth(_several(chosen, vector, "vector", name_of(fun)))), aux)

    return of_arguments


def make_hvp(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives the product with the Hessian as a function of the vector, and the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> product, gradient = make_hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    >>> product(np.array([1.0, 0.0])), gradient
    (array([6., 0.]), array([ 3., 12.]))
    """
    gradient = grad(fun, argnum, has_aux)
    chosen = Chosen(fun, argnum)

    @named(fun, "make_hvp")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        chosen.split(args, kwargs)
        run, held = run_chosen(Chosen(gradient, argnum), args, kwargs, has_aux)
        aux = tuple(run.given(one) for one in held)

        def product(vector: Any) -> Any:
            cotangent = vector if chosen.single else tuple(_several(chosen, vector, "vector", name_of(fun)))
            return chosen.alone(run.back(cotangent))

        return product, run.value(), *aux

    return of_arguments


def make_ggnvp(fun: Fn, g: Fn = lambda y: np.sum(y * y) / 2, f_argnum: Argnum = 0) -> Fn:
    """Make the function that gives the product with the generalised Gauss-Newton matrix, Jᵀ ∇²g(f(x)) J.

    Schraudolph 2002, section 3.

    Parameters
    ----------
    fun : callable
    g : callable
        A convex scalar function of what `fun` returns; half the sum of squares, if it is not given.
    f_argnum : int, str, or sequence of these

    Examples
    --------
    >>> import numpy as np
    >>> make_ggnvp(lambda x: x * x)(np.array([1.0, 2.0]))(np.array([1.0, 1.0]))
    array([ 4., 16.])
    """
    chosen = Chosen(fun, f_argnum)

    @named(fun, "make_ggnvp")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        run, _ = _run(chosen, args, kwargs, has_aux=False)
        out = run.value()

        def product(vector: Any) -> Any:
            tangent = run.forth(_several(chosen, vector, "vector", name_of(fun)))
            return chosen.alone(run.back(hvp(g)(out, tangent)))

        return product

    return of_arguments


def tensor_jacobian_product(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function of the arguments and a tensor like the output that gives Σ v_i ∂f_i/∂x, by a walk back.

    Examples
    --------
    >>> import numpy as np
    >>> tensor_jacobian_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "vector_jacobian_product")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        args_of, tensor = _last(args, "tensor", name_of(fun))
        run, aux = _run(chosen, args_of, kwargs, has_aux)
        shape, given = (np.shape(run.value()), np.shape(tensor)) if not is_node(run.out) else ((), ())
        if shape == given:
            return _with(chosen.alone(run.back(tensor)), aux)
        if given != shape[: len(given)]:
            raise ValueError(
                f"The tensor has shape {given}, and what {name_of(fun)} returns {shape}: it has that shape, or that of "
                "the first axes."
            )
        values, of_chosen = chosen.split(args_of, kwargs)

        def summed(*chosen: Any) -> Any:
            out = of_chosen(*chosen)
            return np.tensordot(tensor, out[0] if has_aux else out, len(given))

        # Over the first axes of the output, as `np.tensordot` has it.
        return _with(chosen.alone(jacobian(summed, tuple(range(len(values))))(*values)), aux)

    return of_arguments


vector_jacobian_product = tensor_jacobian_product


def jacobian_vector_product(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function of the arguments and a vector like the argument that gives Σ ∂f/∂x_j v_j: forward mode.

    Examples
    --------
    >>> import numpy as np
    >>> jacobian_vector_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "jacobian_vector_product")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        args_of, vector = _last(args, "vector", name_of(fun))
        run, aux = _run(chosen, args_of, kwargs, has_aux)
        return _with(run.forth(_several(chosen, vector, "vector", name_of(fun))), aux)

    return of_arguments


def hessian_tensor_product(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function of the arguments and a tensor like the argument that gives Σ ∂²f/∂x∂x_j v_j: `hvp`.

    Examples
    --------
    >>> import numpy as np
    >>> hessian_tensor_product(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    return hvp(fun, argnum, has_aux)


# Others


def grad_and_aux(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function that gives (gradient, aux) of a function of (scalar, aux): `grad` with `has_aux`.

    Examples
    --------
    >>> import numpy as np
    >>> grad_and_aux(lambda x: (np.sum(x**2), "note"))(np.array([1.0]))
    (array([2.]), 'note')
    """
    return grad(fun, argnum, has_aux=True)


def holomorphic_grad(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives f'(z) of a holomorphic function: by `grad`'s convention that of its real part.

    Examples
    --------
    >>> import numpy as np
    >>> holomorphic_grad(lambda z: z * z)(1 + 2j)
    array(2.+4.j)
    """

    @named(fun, "holomorphic_grad")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        def real(*a: Any, **k: Any) -> Any:
            out = fun(*a, **k)
            return (np.real(out[0]), out[1]) if has_aux else np.real(out)

        found = grad(wraps(fun)(real) if hasattr(fun, "__name__") else real, argnum, has_aux)(*args, **kwargs)
        leaves = flatten(found[0] if has_aux else found)[0]
        if any((x._value if isinstance(x, Shell) else x).dtype.kind != "c" for x in leaves):
            raise TypeError(f"holomorphic_grad of {name_of(fun)} needs a complex argument; write complex(x)")
        return found

    return of_arguments


def multigrad_dict(fun: Fn) -> Fn:
    """Make the function that gives the gradient in every argument, by name.

    Examples
    --------
    >>> import numpy as np
    >>> multigrad_dict(lambda x, y: x * y)(2.0, 3.0)
    {'x': array(3.), 'y': array(2.)}
    """
    signature = inspect.signature(fun)

    @named(fun, "multigrad_dict")
    def of_arguments(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_names(arguments: dict[str, Any]) -> Any:
            again = signature.bind(*args, **kwargs)
            again.arguments.update(arguments)
            return fun(*again.args, **again.kwargs)

        of_names.__name__ = name_of(fun)
        found: dict[str, Any] = value_and_grad(of_names)(dict(bound.arguments))[1]
        return found

    return of_arguments
