"""The derivative operators of HIPS autograd, which are the engine's, and those that only it has.

>>> import numpy as np
>>> jacobian(lambda x: np.array([1.0, 2.0]) * x)(3.0)
array([1., 2.])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.dropin.wrap_util import unary_to_nary
from autograd.extend import vspace
from autograd.extend.products import make_vjp as _make_vjp
from autograd.functional import deriv as deriv
from autograd.functional import elementwise_grad as elementwise_grad
from autograd.functional import grad_and_aux as grad_and_aux
from autograd.functional import hessian_tensor_product as hessian_tensor_product
from autograd.functional import holomorphic_grad as holomorphic_grad
from autograd.functional import jacobian_vector_product as jacobian_vector_product
from autograd.functional import make_ggnvp as make_ggnvp
from autograd.functional import make_hvp as make_hvp
from autograd.functional import make_jvp as make_jvp
from autograd.functional import make_vjp as make_vjp
from autograd.functional import multigrad_dict as multigrad_dict
from autograd.functional import tensor_jacobian_product as tensor_jacobian_product
from autograd.jacobians import hessian as hessian
from autograd.jacobians import jacobian as jacobian
from autograd.recomputed import checkpoint as checkpoint
from autograd.transforms import grad as grad
from autograd.transforms import value_and_grad as value_and_grad

Fn = Callable[..., Any]

hessian_vector_product = hessian_tensor_product
vector_jacobian_product = tensor_jacobian_product


def grad_named(fun: Fn, argname: str) -> Fn:
    """Make the function that gives the gradient in the argument of a name."""
    return grad(fun, argname)


@unary_to_nary
def make_jvp_reversemode(fun: Fn, x: Any) -> Fn:
    """Make the function that gives the Jacobian-vector product at a point, by two walks back."""
    pullback, value = _make_vjp(fun, x)
    product: Fn = _make_vjp(pullback, vspace(value).zeros())[0]
    return product
