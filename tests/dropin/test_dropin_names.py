"""The names of HIPS autograd are there."""

from __future__ import annotations

import importlib

import pytest

NAMES = {
    "autograd": "grad value_and_grad elementwise_grad deriv jacobian hessian hessian_vector_product make_vjp make_jvp "
    "hessian_tensor_product vector_jacobian_product jacobian_vector_product tensor_jacobian_product make_hvp "
    "make_jvp_reversemode make_ggnvp grad_and_aux holomorphic_grad multigrad_dict checkpoint grad_named list tuple "
    "dict isinstance type",
    "autograd.numpy": "array asarray full sum dot exp pi float64 ndarray newaxis linalg fft random r_ c_ where select",
    "autograd.numpy.linalg": "norm inv solve det slogdet svd eigh cholesky LinAlgError",
    "autograd.numpy.fft": "fft ifft rfft irfft fft2 ifftn fftshift",
    "autograd.numpy.random": "randn rand RandomState seed permutation normal default_rng",
    "autograd.numpy.numpy_boxes": "ArrayBox",
    "autograd.numpy.numpy_vjps": "unbroadcast unbroadcast_f",
    "autograd.scipy.special": "logsumexp gammaln gamma digamma psi erf erfc erfinv expit logit i0 jn polygamma beta",
    "autograd.scipy.stats": "beta chi2 dirichlet gamma multivariate_normal norm poisson t",
    "autograd.scipy.stats.norm": "pdf cdf logpdf logcdf sf logsf rvs",
    "autograd.scipy.signal": "convolve",
    "autograd.scipy.linalg": "sqrtm solve_triangular solve_sylvester solve_banded block_diag expm cholesky_banded",
    "autograd.scipy.integrate": "odeint quad",
    "autograd.scipy.misc": "logsumexp",
    "autograd.extend": "primitive notrace_primitive defvjp defvjp_argnum defvjp_argnums defjvp defjvp_argnum "
    "defjvp_argnums def_linear vspace VSpace",
    "autograd.core": "make_vjp make_jvp getval isbox primitive defvjp defjvp vspace VSpace",
    "autograd.tracer": "getval isbox primitive notrace_primitive Box",
    "autograd.builtins": "list tuple dict isinstance type DictBox SequenceBox",
    "autograd.differential_operators": "grad jacobian make_vjp make_jvp_reversemode",
    "autograd.wrap_util": "unary_to_nary wraps",
    "autograd.util": "quick_grad_check func subvals subval",
    "autograd.test_util": "check_grads combo_check check_vjp check_jvp check_equivalent scalar_close nd",
    "autograd.misc": "flatten const_graph",
    "autograd.misc.optimizers": "sgd rmsprop adam unflatten_optimizer",
}


@pytest.mark.parametrize("module", NAMES)
def test_the_names_are_there(module: str) -> None:
    found = importlib.import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(found, name)] == []
