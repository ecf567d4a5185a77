"""The derivative operators of HIPS autograd: each takes a function and `argnum`, and gives a function.

>>> import numpy as np
>>> jacobian(lambda x: np.array([1.0, 2.0]) * x)(3.0)
array([1., 2.])
"""

from __future__ import annotations

import inspect
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.dropin.wrap_util import unary_to_nary
from autograd.extend import defvjp_argnum, primitive, vspace
from autograd.extend import products as _of_one
from autograd.transforms import grad as grad
from autograd.transforms import value_and_grad as value_and_grad
from autograd.transforms import vjp
from autograd.tree import flatten

Fn = Callable[..., Any]
Argnum = int | Sequence[int]

make_vjp = unary_to_nary(_of_one.make_vjp)
make_jvp = unary_to_nary(_of_one.make_jvp)


@unary_to_nary
def elementwise_grad(fun: Fn, x: Any) -> Any:
    """Make the function that gives the sum over each column of the Jacobian: its diagonal, if that is all there is."""
    pullback, value = _of_one.make_vjp(fun, x)
    if vspace(value).iscomplex:
        raise TypeError("elementwise_grad is for functions with real values; for complex ones write holomorphic_grad")
    return pullback(vspace(value).ones())


@unary_to_nary
def deriv(fun: Fn, x: Any) -> Any:
    """Make the function that gives the derivative in the direction of ones, in forward mode."""
    return _of_one.make_jvp(fun, x)(vspace(x).ones())[1]


@unary_to_nary
def jacobian(fun: Fn, x: Any) -> Any:
    """Make the function that gives the Jacobian: the shape of the output, then that of the input."""
    pullback, value = _of_one.make_vjp(fun, x)
    rows = [pullback(seed) for seed in vspace(value).standard_basis()]
    return np.reshape(np.stack(rows), np.shape(value) + np.shape(x))


@unary_to_nary
def holomorphic_grad(fun: Fn, x: Any) -> Any:
    """Make the function that gives the derivative of a holomorphic function."""
    if not vspace(x).iscomplex:
        warnings.warn("Input to holomorphic_grad is not complex", UserWarning, stacklevel=3)
    return grad(lambda z: np.real(fun(z)))(x)


def grad_named(fun: Fn, argname: str) -> Fn:
    """Make the function that gives the gradient in the argument of a name."""
    return grad(fun, list(inspect.signature(fun).parameters).index(argname))


@unary_to_nary
def hessian(fun: Fn, x: Any) -> Any:
    """Make the function that gives the Hessian: the shape of the output, then twice that of the input."""
    return jacobian(jacobian(fun))(x)


@unary_to_nary
def make_hvp(fun: Fn, x: Any) -> Any:
    """Make the function that gives the Hessian-vector product at a point, and the gradient there."""
    return _of_one.make_vjp(grad(fun), x)


def hessian_tensor_product(fun: Fn, argnum: int = 0) -> Fn:
    """Make the function `(*args, tensor)` that gives the Hessian times a tensor like the argument."""
    gradient = grad(fun, argnum)

    def along(*args: Any, **kwargs: Any) -> Any:
        *rest, tensor = args
        return np.tensordot(gradient(*rest, **kwargs), tensor, np.ndim(tensor))

    return grad(along, argnum)


hessian_vector_product = hessian_tensor_product


def tensor_jacobian_product(fun: Fn, argnum: int = 0) -> Fn:
    """Make the function `(*args, tensor)` that gives a tensor times the Jacobian."""

    def along(*args: Any, **kwargs: Any) -> Any:
        *rest, tensor = args
        return np.tensordot(tensor, fun(*rest, **kwargs), np.ndim(tensor))

    made: Fn = jacobian(along, argnum)
    return made


vector_jacobian_product = tensor_jacobian_product


def jacobian_vector_product(fun: Fn, argnum: int = 0) -> Fn:
    """Make the function `(*args, vector)` that gives the Jacobian times a vector like the argument, in forward mode."""

    def along(*args: Any, **kwargs: Any) -> Any:
        *rest, vector = args
        return make_jvp(fun, argnum)(*rest, **kwargs)(vector)[1]

    return along


@unary_to_nary
def make_jvp_reversemode(fun: Fn, x: Any) -> Fn:
    """Make the function that gives the Jacobian-vector product at a point, by two walks back."""
    pullback, value = _of_one.make_vjp(fun, x)
    product: Fn = _of_one.make_vjp(pullback, vspace(value).zeros())[0]
    return product


def make_ggnvp(f: Fn, g: Fn = lambda x: np.sum(x**2, axis=-1) / 2, f_argnum: int = 0) -> Fn:
    """Make the function that gives products with the generalised Gauss-Newton matrix of `g(f(x))`: Jᵀ H J v."""

    @unary_to_nary
    def at(fun: Fn, x: Any) -> Fn:
        pullback, value = _of_one.make_vjp(fun, x)
        curved = make_hvp(g)(value)[0]
        pushforward = _of_one.make_vjp(pullback, vspace(value).zeros())[0]
        return lambda v: pullback(curved(pushforward(v)))

    made: Fn = at(f, f_argnum)
    return made


@unary_to_nary
def grad_and_aux(fun: Fn, x: Any) -> Any:
    """Make the function that gives the gradient in the first output, and the second output as it is."""
    rebuild: list[Any] = []

    def parts(z: Any) -> Any:
        value, aux = fun(z)
        leaves, back = flatten(aux)
        rebuild[:] = [back]
        return [value, *leaves]

    (value, *leaves), pullback = vjp(parts, x)
    zeros = [np.zeros_like(leaf) for leaf in leaves]
    return pullback([np.ones_like(value), *zeros])[0], rebuild[0](leaves)


def multigrad_dict(fun: Fn) -> Fn:
    """Make the function that gives the gradients in all arguments, as a dict by their names."""
    signature = inspect.signature(fun)

    def gradients(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_all(arguments: dict[str, Any]) -> Any:
            call = inspect.BoundArguments(signature, OrderedDict(arguments))
            return fun(*call.args, **call.kwargs)

        found: dict[str, Any] = grad(of_all)(dict(bound.arguments))
        return found

    return gradients


def checkpoint(fun: Fn) -> Fn:
    """Make a function of which the tape keeps only the arguments: on the way back it is computed again."""
    wrapped = primitive(fun)
    defvjp_argnum(wrapped, lambda argnum, ans, args, kwargs: make_vjp(fun, argnum)(*args, **kwargs)[0])
    return wrapped
