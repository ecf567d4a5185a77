"""The names of HIPS autograd are there."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

NAMES = {
    "autograd": "grad value_and_grad elementwise_grad deriv jacobian hessian hessian_vector_product make_vjp make_jvp "
    "hessian_tensor_product vector_jacobian_product jacobian_vector_product tensor_jacobian_product make_hvp "
    "make_jvp_reversemode make_ggnvp grad_and_aux holomorphic_grad multigrad_dict checkpoint grad_named list tuple "
    "dict isinstance type primitive numpy core tracer builtins util wrap_util differential_operators extend optimize",
    "autograd.numpy": "array asarray full sum dot exp pi float64 ndarray newaxis linalg fft random r_ c_ where select "
    "isscalar full_like vectorize numpy_boxes numpy_vjps numpy_vspaces",
    "autograd.numpy.linalg": "norm inv solve det slogdet svd eigh cholesky LinAlgError",
    "autograd.numpy.fft": "fft ifft rfft irfft fft2 ifftn fftshift",
    "autograd.numpy.random": "randn rand RandomState seed permutation normal default_rng",
    "autograd.numpy.numpy_boxes": "ArrayBox",
    "autograd.numpy.numpy_vjps": "unbroadcast unbroadcast_f",
    "autograd.numpy.numpy_vspaces": "ArrayVSpace ComplexArrayVSpace",
    "autograd.scipy.special": "logsumexp gammaln gamma digamma psi erf erfc erfinv expit logit i0 jn polygamma beta",
    "autograd.scipy.stats": "beta chi2 dirichlet gamma multivariate_normal norm poisson t",
    "autograd.scipy.stats.norm": "pdf cdf logpdf logcdf sf logsf rvs",
    "autograd.scipy.signal": "convolve",
    "autograd.scipy.linalg": "sqrtm solve_triangular solve_sylvester solve_banded block_diag expm cholesky_banded",
    "autograd.scipy.integrate": "odeint quad",
    "autograd.scipy.misc": "logsumexp",
    "autograd.extend": "primitive notrace_primitive defvjp defvjp_argnum defvjp_argnums defjvp defjvp_argnum "
    "defjvp_argnums def_linear vspace VSpace Box register_notrace",
    "autograd.core": "backward_pass make_vjp make_jvp getval isbox primitive defvjp defjvp vspace VSpace",
    "autograd.tracer": "getval isbox primitive notrace_primitive register_notrace Box",
    "autograd.builtins": "list tuple dict isinstance type DictBox SequenceBox",
    "autograd.differential_operators": "grad jacobian make_vjp make_jvp_reversemode _make_vjp vspace unary_to_nary",
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


def test_modules_are_found_after_the_package_alone_is_imported() -> None:
    names = ["numpy", "core", "tracer", "builtins", "util", "wrap_util", "differential_operators", "extend", "optimize"]
    code = (
        "import sys, autograd\n"
        "assert 'autograd.numpy' not in sys.modules and 'autograd.dropin.numpy' not in sys.modules\n"
        f"for name in {names}: assert getattr(autograd, name).__name__ == 'autograd.' + name\n"
        "assert not hasattr(autograd, 'no_such_name')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
