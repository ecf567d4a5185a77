"""The face of HIPS autograd: each name is there, and does what that project's documentation says of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats
from autograd.core import make_jvp, make_vjp, primitive_vjps
from autograd.misc import const_graph, flatten
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vjps import unbroadcast_f
from autograd.scipy import integrate, linalg, signal, stats
from autograd.test_util import check_equivalent, check_grads, combo_check, nd
from autograd.tracer import getval, isbox
from autograd.wrap_util import unary_to_nary

import autograd
from autograd import Tensor, compile, grad, jvp, vjp
from autograd.dropin import differential_operators as operators
from autograd.extend import (
    def_linear,
    defjvp,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
    vspace,
)

RNG = np.random.default_rng(0)
X = np.array([0.3, -0.7, 1.1])
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    """Seed NumPy's global generator, from which the checkers draw as HIPS autograd's do."""
    state = np.random.get_state()
    np.random.seed(0)
    yield
    np.random.set_state(state)


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


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


# The derivative operators


def test_jacobian_and_hessian() -> None:
    close(autograd.jacobian(lambda x: A @ x)(X), A)
    close(autograd.jacobian(lambda x: anp.array([x, x**2]))(3.0), [1.0, 6.0])
    close(autograd.hessian(lambda x: x @ A @ x)(X), A + A.T)


def test_products() -> None:
    def f(x: Any) -> Any:
        return np.sin(A @ x)

    J = np.cos(A @ X)[:, None] * A
    v = np.array([1.0, -2.0, 0.5])
    close(autograd.vector_jacobian_product(f)(X, v), v @ J)
    close(autograd.tensor_jacobian_product(f)(X, v), v @ J)
    close(autograd.jacobian_vector_product(f)(X, v), J @ v)
    close(autograd.make_jvp(f)(X)(v)[1], J @ v)
    close(autograd.make_jvp_reversemode(f)(X)(v), J @ v)
    pullback, value = autograd.make_vjp(f)(X)
    close(value, f(X))
    close(pullback(v), v @ J)
    close(autograd.make_ggnvp(f)(X)(v), J.T @ J @ v)


def test_hessian_products() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.sin(x))

    v = np.array([1.0, -2.0, 0.5])
    for product in (autograd.hessian_vector_product, autograd.hessian_tensor_product):
        close(product(f)(X, v), -np.sin(X) * v)
    close(autograd.make_hvp(f)(X)[0](v), -np.sin(X) * v)


def test_elementwise_grad_deriv_and_holomorphic_grad() -> None:
    close(autograd.elementwise_grad(np.tanh)(X), 1 - np.tanh(X) ** 2)
    close(autograd.deriv(np.tanh)(0.5), 1 - np.tanh(0.5) ** 2)
    close(autograd.holomorphic_grad(lambda z: z**2)(1.0 + 2.0j), 2.0 + 4.0j)
    with pytest.raises(TypeError, match="real outputs"):
        autograd.elementwise_grad(lambda x: x * 1j)(X)
    with pytest.raises(TypeError, match="needs a complex argument"):
        autograd.holomorphic_grad(lambda z: z * (1 + 2j))(1.0)


def test_grads_by_name_and_with_a_second_output() -> None:
    def f(a: Any, b: Any, *rest: Any, c: Any = 3.0) -> Any:
        return a * b * c + sum(rest)

    assert autograd.grad_named(f, "b")(2.0, 5.0) == 6.0
    found = autograd.multigrad_dict(f)(2.0, 5.0)
    assert {key: value for key, value in found.items() if key != "rest"} == {"a": 15.0, "b": 6.0, "c": 10.0}
    gradient, aux = autograd.grad_and_aux(lambda x: (np.sum(x**2), {"x": x * 2}))(X)
    close(gradient, 2 * X)
    close(aux["x"], 2 * X)


def test_checkpoint_is_the_function() -> None:
    f = autograd.checkpoint(lambda x, y: np.sin(x * y))
    check_grads(f, (0, 1))(X, 2.0)


def test_an_output_that_does_not_depend_on_the_input_warns() -> None:
    with pytest.warns(UserWarning, match="Output seems independent of input"):
        pullback, value = make_vjp(lambda x: 1.0, X)
    assert value == 1.0
    close(pullback(1.0), np.zeros(3))
    with pytest.warns(UserWarning, match="independent"):
        assert make_jvp(lambda x: True, X)(X) == (True, False)


def test_argnum_of_unary_to_nary() -> None:
    close(operators.jacobian(lambda x, y: x * y, argnum=1)(2.0, X), 2 * np.eye(3))
    made = operators.make_jvp_reversemode(lambda x, y: x * y, argnum=1)
    assert made.__name__ == "make_jvp_reversemode_of_<lambda>_wrt_argnum_1"
    close(made(2.0, X)(X), 2 * X)
    with pytest.raises(TypeError, match="argnum"):
        unary_to_nary(lambda f, x: f(x))(abs, "x")


# NumPy


@pytest.mark.parametrize(
    "fun",
    [
        lambda x, y: anp.array([[x, 1.0], [y, x * y]]),
        lambda x, y: anp.array([x, y], ndmin=2),
        lambda x, y: anp.asarray([x, (y)]),
        lambda x, y: anp.full((2, 3), x * y),
        lambda x, y: anp.full(2, [x, y]),
        lambda x, y: anp.r_[x, 1.0:3.0, y],
        lambda x, y: anp.c_[anp.array([x, y]), anp.array([y, 1.0])],
        lambda x, y: anp.concatenate([[x], [y, x]]),
        lambda x, y: anp.vstack([[x, y], [1.0, x]]),
        lambda x, y: anp.hstack([x, [y, x]]),
        lambda x, y: anp.sum([x, y * y]),
        lambda x, y: anp.mean((x, y)),
        lambda x, y: anp.std([x, y, 1.0]),
        lambda x, y: anp.max([x, y]),
        lambda x, y: anp.dot([x, y], [2.0, y]),
        lambda x, y: anp.diag([x, y]),
        lambda x, y: anp.linalg.norm([x, y]),
        lambda x, y: anp.where(np.array([True, False]), [x, y], 0.0),
        lambda x, y: anp.append([x], y),
        lambda x, y: anp.make_diagonal(anp.array([x, y]), 0, -1, -2),
    ],
)
def test_lists_in_which_tensors_stand(fun: Callable[..., Any]) -> None:
    check_grads(fun, (0, 1))(1.5, 0.5)
    assert not isinstance(fun(1.5, 0.5), Tensor)


def test_plain_calls_are_numpys() -> None:
    assert anp.exp is np.exp
    assert anp.pi == np.pi
    assert anp.bool_ is np.bool_
    assert type(anp.where(True, 1, 2)) is int
    assert anp.where([True, False], [1.0, 2.0], [3.0, 4.0]) == [1.0, 4.0]
    with pytest.raises(ValueError, match="both or neither"):
        anp.where(True, 1)
    with pytest.raises(NotImplementedError):
        anp.make_diagonal(X)
    np.testing.assert_array_equal(anp.r_[1:3, 5], np.r_[1:3, 5])


def test_boxes() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append((isinstance(x, ArrayBox), isbox(x), autograd.isinstance(x, float), autograd.type(x)))
        return getval(x) * x

    close(grad(f)(2.0), 2.0)
    assert seen == [(True, True, True, np.float64)]
    assert getval(2.0) == 2.0
    assert not isbox(2.0)


def test_containers_are_pythons() -> None:
    found = grad(lambda d: autograd.dict(a=d["a"], b=d["b"][0])["a"] ** 2)({"a": 3.0, "b": [1.0]})
    assert found == {"a": 6.0, "b": [0.0]}


# Primitives


def test_a_primitive_is_called_with_arrays_and_differentiated_by_its_rule() -> None:
    @primitive
    def f(x: Any, y: Any) -> Any:
        assert not isinstance(x, Tensor)
        return x * y**2

    defvjp(f, lambda ans, x, y: lambda g: g * y**2, lambda ans, x, y: lambda g: g * 2 * ans / y)
    check_grads(f, (0, 1))(X, 2.0)
    check_grads(f, 0)(1.5, X + 2)
    close(grad(grad(f, 1), 1)(3.0, 2.0), 6.0)
    assert f(2.0, 3.0) == 18.0


def test_rules_by_number_and_all_at_once() -> None:
    one, all_ = primitive(lambda x, y: x * y), primitive(lambda x, y: x * y)
    defvjp_argnum(one, lambda argnum, ans, args, kwargs: lambda g: g * args[1 - argnum])
    defvjp_argnums(all_, lambda argnums, ans, args, kwargs: lambda g: [g * args[1 - n] for n in argnums])
    defjvp_argnums(all_, lambda argnums, gs, ans, args, kwargs: sum(g * args[1 - n] for n, g in zip(argnums, gs)))  # noqa: B905
    for f in (one, all_):
        check_grads(f, (0, 1))(X, X + 2)
        check_grads(f, 1)(2.0, 3.0)


def test_forward_rules() -> None:
    f = primitive(lambda x, y: x * np.sin(y))
    defvjp(f, lambda ans, x, y: lambda g: g * np.sin(y), lambda ans, x, y: lambda g: g * x * np.cos(y))
    defjvp(f, "same", lambda g, ans, x, y: g * x * np.cos(y))
    check_grads(f, (0, 1))(X, X + 2)
    double = primitive(lambda x: 2 * x)
    def_linear(double)
    close(jvp(double, (X,), (X,))[1], 2 * X)
    with pytest.raises(ValueError, match="'same' or None"):
        defjvp(f, "sam")


def test_trees_go_in_and_come_out() -> None:
    @primitive
    def f(tree: Any, k: int) -> Any:
        return {"sum": tree["a"] + k * tree["b"][0], "product": tree["a"] * tree["b"][0]}

    def rule(ans: Any, tree: Any, k: int) -> Callable[[Any], Any]:
        a, b = tree["a"], tree["b"][0]
        s, p = "sum", "product"
        return lambda g: {"a": g[s] + g[p] * b, "b": [k * g[s] + g[p] * a]}

    defvjp(f, rule, None)
    check_grads(lambda tree: f(tree, 3))({"a": X, "b": [X + 2]})
    check_grads(lambda tree: f(tree, 3)["product"])({"a": X, "b": [X + 2]})


def test_what_a_primitive_closes_over_is_differentiated_too() -> None:
    def outer(w: Any) -> Any:
        f = primitive(lambda x: w * x**2)
        defvjp(f, lambda ans, x: lambda g: g * w * 2 * x)
        return grad(f)(3.0) + f(2.0) + grad(lambda x: f(x))(w)

    close(grad(outer)(2.0), 6.0 + 4.0 + 8.0)


def test_no_rule_is_an_error_that_programs_catch() -> None:
    f = primitive(lambda x, y: x * y)
    with pytest.raises(NotImplementedError, match="VJP of <lambda>"):
        grad(f)(1.0, 2.0)
    with pytest.raises(NotImplementedError, match="JVP of <lambda>"):
        autograd.deriv(f)(1.0, 2.0)
    defvjp(f, lambda ans, x, y: lambda g: g * y)
    assert f in primitive_vjps
    with pytest.raises(NotImplementedError, match="wrt argnum 1"):
        grad(f, 1)(1.0, 2.0)
    with pytest.raises(TypeError, match="y was a keyword"):
        grad(lambda y: f(1.0, y=y))(2.0)
    with pytest.raises(TypeError, match="Can't differentiate"):
        grad(primitive(lambda x: "text"))(1.0)
    assert notrace_primitive(lambda x: x > 1)(Tensor(2.0))


def test_a_primitive_inside_a_compiled_function() -> None:
    f = primitive(lambda x: np.array([float(np.sum(x))]))
    defvjp(f, lambda ans, x: lambda g: g * np.ones_like(x))
    found = compile(grad(lambda x: np.sum(f(x * x))))
    close(found(X), 2 * X)
    close(found(X + 1), 2 * X + 2)


def test_old_names_of_rules_warn() -> None:
    f: Any = primitive(lambda x, y: x * y)
    with pytest.warns(DeprecationWarning, match="defgrad"):
        f.defgrad(lambda ans, x, y: lambda g: g * y)
    with pytest.warns(DeprecationWarning, match="defvjp"):
        f.defvjp(lambda g, ans, vs, gvs, x, y: g * x, argnum=1)
    check_grads(f, (0, 1))(X, X + 1)
    with pytest.warns(DeprecationWarning, match="defvjp_is_zero"):
        f.defvjp_is_zero([0])
    close(grad(f)(2.0, 3.0), 0.0)
    with pytest.warns(DeprecationWarning, match="quick_grad_check"):
        importlib.import_module("autograd.util").quick_grad_check(lambda x, y: x**2 * y, 1.5, (2.0,))


# Vector spaces


def test_vector_spaces() -> None:
    space = vspace({"a": X, "b": (1.0, 1j)})
    assert space.size == 6
    assert space == vspace(space.randn())
    assert space != vspace({"a": X})
    basis = list(space.standard_basis())
    assert len(basis) == 6
    gram = [[space.inner_prod(x, y) for x in basis] for y in basis]
    close(gram, np.eye(6))
    assert vspace(2.0).shape == ()
    assert vspace(1j).iscomplex
    for value in (1, True, "a", None):
        with pytest.raises(TypeError, match="vector space"):
            vspace(value)


# The checker of gradients


def test_the_checker_catches_a_wrong_rule() -> None:
    f = primitive(lambda x: x * 2.0)
    f.__name__ = "foo"
    defvjp(f, lambda ans, x: lambda g: g * 2.001)
    with pytest.raises(AssertionError, match=r"\(VJP\) check of foo failed"):
        check_grads(f, modes=["rev"])(1.0)
    combo_check(np.sum, [0])([X, A], axis=[None, 0])
    close(nd(lambda x, y: np.sum(x * y), X, 2.0)[0] / 2, np.ones(3))
    with pytest.raises(AssertionError, match="VSpace mismatch"):
        check_equivalent(X, 1.0)


# Misc


def test_flatten() -> None:
    tree = {"b": (np.float32(2.0), A), "a": [X, {}, 4.0]}
    vector, unflatten = flatten(tree)
    np.testing.assert_array_equal(vector[:4], [*X, 4.0])
    back = unflatten(vector)
    assert list(back) == ["b", "a"]
    assert back["b"][0].dtype == np.float32
    np.testing.assert_array_equal(back["b"][1], A)
    close(grad(lambda v: np.sum(unflatten(v)["b"][1] ** 2))(vector)[5:], 2 * A.ravel())
    close(grad(lambda x, y: np.sum(flatten([x, y])[0] ** 2))(3.0, 4.0), 6.0)
    func, _, start = flatten_func(lambda t: {"a": t["a"] * 2}, {"a": X})
    close(func(start), 2 * X)
    assert flatten(())[0].shape == (0,)


@pytest.mark.parametrize("optimize", [sgd, rmsprop, adam])
def test_optimizers_go_down(optimize: Callable[..., Any]) -> None:
    steps = []
    start = {"w": X, "b": 1.0}
    gradient = grad(lambda p, i: np.sum(p["w"] ** 2) + p["b"] ** 2)
    end = optimize(gradient, start, callback=lambda p, i, g: steps.append(i), num_iters=300, step_size=0.02)
    assert steps == list(range(300))
    assert np.max(np.abs(flatten(end)[0])) < 0.05


def test_fixed_points_are_differentiated_implicitly() -> None:
    def root(a: Any) -> Any:
        return fixed_point(lambda a: lambda x: (x + a / x) / 2, a, 1.0, lambda x, y: abs(x - y), 1e-12)

    close(root(2.0), np.sqrt(2.0))
    close(grad(root)(2.0), 0.5 / np.sqrt(2.0))
    close(grad(grad(root))(2.0), -0.25 * 2.0**-1.5)


def test_const_graph() -> None:
    f = const_graph(lambda x, y: np.sin(x) * y, y=X)
    close(f(0.3), np.sin(0.3) * X)
    close(f(0.4), np.sin(0.4) * X)


def test_unbroadcast() -> None:
    close(unbroadcast_f(np.ones((1, 3)), lambda g: g * 2)(np.ones((4, 3))), np.full((1, 3), 8.0))


# SciPy


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("sizes", [((5,), (3,)), ((3,), (3,)), ((2,), (5,)), ((4, 5), (2, 3)), ((5, 4), (2, 2))])
def test_convolve_is_scipys(mode: str, sizes: Any) -> None:
    a, b = (RNG.normal(size=size) for size in sizes)
    close(signal.convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode, method="direct"))
    check_grads(lambda a, b: signal.convolve(a, b, mode=mode), (0, 1))(a, b)


def test_convolve_along_some_axes() -> None:
    a, b = RNG.normal(size=(2, 3, 6)), RNG.normal(size=(4, 4, 3))
    found = signal.convolve(a, b, axes=([2], [0]), dot_axes=([1], [2]), mode="valid")
    assert found.shape == (2, 4, 3)
    expected = sum(scipy.signal.convolve(a[1, k], b[:, 2, k], "valid", "direct") for k in range(3))
    close(found[1, 2], expected)
    turned = signal.convolve(b, a, axes=([0], [2]), dot_axes=([2], [1]), mode="valid")
    close(np.swapaxes(turned, 0, 1), found)
    with pytest.raises(ValueError, match="mode"):
        signal.convolve(X, X, mode="some")
    with pytest.raises(ValueError, match="neither"):
        signal.convolve(np.ones((2, 3)), np.ones((3, 2)), mode="valid")


POSITIVE = np.array([0.6, 1.4, 2.7])
DENSITIES: list[tuple[Any, Any, str, tuple[Any, ...], tuple[int, ...]]] = [
    (stats.norm, scipy.stats.norm, name, (X, X[::-1].copy(), POSITIVE), (0, 1, 2))
    for name in ("pdf", "cdf", "sf", "logpdf", "logcdf", "logsf")
]
DENSITIES += [(stats.t, scipy.stats.t, name, (X, POSITIVE, 0.2, 1.5), (0, 1, 2, 3)) for name in ("pdf", "logpdf")]
DENSITIES += [(stats.t, scipy.stats.t, name, (X, POSITIVE, 0.2, 1.5), (0, 2, 3)) for name in ("cdf", "logcdf")]
DENSITIES += [(stats.gamma, scipy.stats.gamma, name, (POSITIVE, 1.7), (0, 1)) for name in ("pdf", "logpdf")]
DENSITIES += [(stats.beta, scipy.stats.beta, n, (POSITIVE / 3, 1.7, 2.2), (0, 1, 2)) for n in ("pdf", "logpdf")]
DENSITIES += [(stats.chi2, scipy.stats.chi2, name, (POSITIVE, 3.0), (0,)) for name in ("pdf", "logpdf", "cdf")]
DENSITIES += [(stats.gamma, scipy.stats.gamma, "cdf", (POSITIVE, 1.7), (0,))]
DENSITIES += [(stats.beta, scipy.stats.beta, "cdf", (POSITIVE / 3, 1.7, 2.2), (0,))]
DENSITIES += [
    (stats.poisson, scipy.stats.poisson, name, (np.array([0, 1, 4]), POSITIVE), (1,))
    for name in ("pmf", "logpmf", "cdf")
]
DENSITIES += [
    (stats.multivariate_normal, scipy.stats.multivariate_normal, name, (np.stack([X, X + 1]), X / 2, A @ A.T), (0, 1))
    for name in ("pdf", "logpdf")
]


@pytest.mark.parametrize(
    ("ours", "theirs", "name", "args", "argnums"), DENSITIES, ids=[f"{d[0].__name__[21:]}.{d[2]}" for d in DENSITIES]
)
def test_distributions_are_scipys(ours: Any, theirs: Any, name: str, args: Any, argnums: Any) -> None:
    fun = getattr(ours, name)
    np.testing.assert_allclose(fun(*args), getattr(theirs, name)(*args), rtol=1e-12)
    traced, _ = (
        vjp(lambda *args: fun(*args), *[np.asarray(a, float) for a in args])
        if len(argnums) == len(args)
        else (fun(*args), None)
    )
    np.testing.assert_allclose(traced, getattr(theirs, name)(*args), rtol=1e-11)
    check_grads(fun, argnums, order=1)(*args)


def test_outside_the_support() -> None:
    outside = np.array([-1.0, 0.5, 2.0])
    for ours, theirs, args in (
        (stats.gamma, scipy.stats.gamma, (2.0,)),
        (stats.beta, scipy.stats.beta, (2.0, 3.0)),
        (stats.chi2, scipy.stats.chi2, (3.0,)),
    ):
        np.testing.assert_allclose(ours.logpdf(outside, *args), theirs.logpdf(outside, *args), rtol=1e-12)
        np.testing.assert_allclose(ours.cdf(outside, *args), theirs.cdf(outside, *args), rtol=1e-12)
        assert grad(lambda x, args=args, ours=ours: np.sum(ours.pdf(x, *args)))(outside)[0] == 0
    np.testing.assert_allclose(stats.poisson.logpmf([-1, 0.5, 2], 1.5), scipy.stats.poisson.logpmf([-1, 0.5, 2], 1.5))


def test_dirichlet_and_the_normal_of_several_dimensions() -> None:
    alpha, x = np.array([1.5, 2.0, 0.7]), np.array([0.2, 0.5, 0.3])
    close(stats.dirichlet.logpdf(x, alpha), scipy.stats.dirichlet.logpdf(x, alpha))
    check_grads(stats.dirichlet.pdf, 1)(x, alpha)
    with pytest.raises(ValueError, match="simplex"):
        stats.dirichlet.logpdf(x * 2, alpha)
    mvn, cov = stats.multivariate_normal, A @ A.T
    symmetric = lambda c: (c + c.T) / 2  # noqa: E731
    check_grads(lambda c: mvn.logpdf(X, X / 3, symmetric(c)))(cov)
    check_grads(lambda c: mvn.entropy(X, symmetric(c)))(cov)
    flat = np.diag([1.0, 2.0, 0.0])
    found, _ = vjp(lambda x: mvn.logpdf(x, np.zeros(3), flat, allow_singular=True), X * [1, 1, 0])
    close(found, scipy.stats.multivariate_normal.logpdf(X * [1, 1, 0], np.zeros(3), flat, allow_singular=True))
    with pytest.raises(np.linalg.LinAlgError):
        grad(lambda x: mvn.logpdf(x, np.zeros(3), flat))(X)


@pytest.mark.parametrize("trans", [0, 1, "N", "T"])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("width", [(), (2,)])
def test_solve_triangular(trans: Any, lower: bool, unit: bool, width: Any) -> None:
    b = RNG.normal(size=(3, *width))
    check_grads(
        lambda a, b: linalg.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit), (0, 1), order=1
    )(A, b)


@pytest.mark.parametrize("widths", [(1, 1), (0, 2), (2, 0), (2, 1), (1, 0)])
@pytest.mark.parametrize("columns", [(), (2,)])
def test_solve_banded(widths: Any, columns: Any) -> None:
    below, above = widths
    bands = RNG.normal(size=(below + above + 1, 4))
    bands[above] += 5
    check_grads(lambda ab, b: linalg.solve_banded(widths, ab, b), (0, 1))(bands, RNG.normal(size=(4, *columns)))


def test_matrix_functions() -> None:
    positive = A @ A.T
    check_grads(linalg.sqrtm)(positive)
    check_grads(linalg.expm)(A / 5)
    check_grads(linalg.solve_sylvester, (0, 1, 2))(A, A + 2 * np.eye(3), RNG.normal(size=(3, 3)))
    check_grads(linalg.block_diag, (0, 1))(A, X)
    close(linalg.block_diag(A, X), scipy.linalg.block_diag(A, X))
    check_grads(linalg.inv)(A)
    check_grads(lambda a: linalg.cholesky((a + a.T) / 2))(positive)
    close(linalg.cholesky(positive), scipy.linalg.cholesky(positive))
    with pytest.raises(NotImplementedError):
        grad(lambda a: np.sum(linalg.logm(a)))(positive)


def test_odeint() -> None:
    def f(y: Any, t: Any, rate: Any, shift: Any) -> Any:
        return -rate * y + np.sin(t) * shift

    check_grads(lambda y, t, p: integrate.odeint(f, y, t, p), (0, 1, 2), modes=["rev"], order=1)(
        X, np.linspace(0.0, 0.5, 3), (np.array([0.5, 1.0, 1.5]), 0.3)
    )


def test_logsumexp_has_moved() -> None:
    from autograd.scipy.misc import logsumexp

    with pytest.warns(DeprecationWarning, match=r"scipy\.special"):
        close(logsumexp(X), scipy.special.logsumexp(X))
