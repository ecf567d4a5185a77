"""Derivatives of functions by name: elementwise, products with Jacobians and Hessians, thin over the two walks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.argnums import Argnum, Chosen, name_of
from autograd.entry import Shell
from autograd.jacobians import jacobian
from autograd.transforms import Run, grad, jvp, named, value_and_grad, vjp
from autograd.tree import flatten

Fn = Callable[..., Any]


def _run(fun: Fn, chosen: Chosen, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Run:
    values, of_chosen = chosen.split(args, kwargs)
    return Run(of_chosen, values, fun)


def elementwise_grad(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function that gives the gradient of the sum of all outputs: of an elementwise function, its derivative.

    Examples
    --------
    >>> import numpy as np
    >>> elementwise_grad(np.sin)(np.array([0.0, np.pi]))
    array([ 1., -1.])
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "elementwise_grad")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        run = _run(fun, chosen, args, kwargs)
        if any(y.dtype.kind == "c" for y in run.arrays):
            raise TypeError(f"elementwise_grad needs real outputs; {name_of(fun)} returned complex ones. Use vjp.")
        return chosen.alone(run.pullback([np.ones_like(y) for y in run.arrays], release=True))

    return of_arguments


egrad = elementwise_grad


def deriv(fun: Fn, argnum: Argnum = 0) -> Fn:
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
        run = _run(fun, chosen, args, kwargs)
        return run.pushforward([np.ones_like(x) for x in run.inputs])

    return of_arguments


def make_vjp(fun: Fn, argnum: Argnum = 0) -> Fn:
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
        values, of_chosen = chosen.split(args, kwargs)
        value, pullback = vjp(of_chosen, *values)
        return (lambda g: chosen.alone(pullback(g))), value

    return of_arguments


def make_jvp(fun: Fn, argnum: Argnum = 0) -> Fn:
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
        values, of_chosen = chosen.split(args, kwargs)

        def pushforward(tangent: Any) -> Any:
            return jvp(of_chosen, values, [tangent] if chosen.single else list(tangent))

        return pushforward

    return of_arguments


def hvp(fun: Fn, argnum: Argnum = 0) -> Fn:
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
        *args_of, vector = args
        values, of_chosen = chosen.split(tuple(args_of), kwargs)
        gradient = grad(of_chosen, tuple(range(len(values))))
        found = jvp(gradient, values, [vector] if chosen.single else list(vector))[1]
        return chosen.alone(found)

    return of_arguments


def make_hvp(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function that gives the product with the Hessian as a function of the vector, and the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> product, gradient = make_hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    >>> product(np.array([1.0, 0.0])), gradient
    (array([6., 0.]), array([ 3., 12.]))
    """
    return make_vjp(grad(fun, argnum), argnum)


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
        values, of_chosen = chosen.split(args, kwargs)
        out, pullback = vjp(of_chosen, *values)

        def product(vector: Any) -> Any:
            tangent = jvp(of_chosen, values, [vector] if chosen.single else list(vector))[1]
            return chosen.alone(pullback(hvp(g)(out, tangent)))

        return product

    return of_arguments


def tensor_jacobian_product(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function of the arguments and a tensor like the output that gives Σ v_i ∂f_i/∂x, by a walk back.

    Examples
    --------
    >>> import numpy as np
    >>> tensor_jacobian_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """

    @named(fun, "vector_jacobian_product")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        *args_of, tensor = args
        pullback, value = make_vjp(fun, argnum)(*args_of, **kwargs)
        if np.shape(value) == np.shape(tensor):
            return pullback(tensor)
        # Over the first axes of the output, as `np.tensordot` has it.
        return jacobian(lambda *a, **k: np.tensordot(tensor, fun(*a, **k), np.ndim(tensor)), argnum)(*args_of, **kwargs)

    return of_arguments


vector_jacobian_product = tensor_jacobian_product


def jacobian_vector_product(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function of the arguments and a vector like the argument that gives Σ ∂f/∂x_j v_j: forward mode.

    Examples
    --------
    >>> import numpy as np
    >>> jacobian_vector_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """

    @named(fun, "jacobian_vector_product")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        *args_of, vector = args
        return make_jvp(fun, argnum)(*args_of, **kwargs)(vector)[1]

    return of_arguments


def hessian_tensor_product(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function of the arguments and a tensor like the argument that gives Σ ∂²f/∂x∂x_j v_j: `hvp`.

    Examples
    --------
    >>> import numpy as np
    >>> hessian_tensor_product(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    return hvp(fun, argnum)


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


def holomorphic_grad(fun: Fn, argnum: Argnum = 0) -> Fn:
    """Make the function that gives f'(z) of a holomorphic function: by `grad`'s convention that of its real part.

    Examples
    --------
    >>> import numpy as np
    >>> holomorphic_grad(lambda z: z * z)(1 + 2j)
    array(2.+4.j)
    """

    @named(fun, "holomorphic_grad")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        real = grad(lambda *a, **k: np.real(fun(*a, **k)), argnum)
        found = real(*args, **kwargs)
        leaves = flatten(found)[0]
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

        found: dict[str, Any] = value_and_grad(of_names)(dict(bound.arguments))[1]
        return found

    return of_arguments
