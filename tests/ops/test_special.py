"""SciPy's special functions: each has an op or a stated verdict, and what the generic tests do not draw is right."""

from __future__ import annotations

import inspect
import itertools
from typing import Any

import numpy as np
import pytest
from scipy import special
from scipy.special import logsumexp

from autograd import Tensor, check_grads, grad, jvp, no_grad
from autograd.op import composites, constants, functions, refusals, through, ufuncs
from autograd.ops.special.elliptic import series_d
from autograd.protocols import open_rooms

ORDERS = (-1.5, -1.0, 0.0, 0.5, 2.0, 3.7)
POINTS = np.array([0.4, 1.3, 3.1])


def test_every_public_name_has_an_op_or_a_verdict() -> None:
    open_rooms()
    known = (ufuncs, composites, functions, constants, refusals, through)
    names = [name for name in dir(special) if not name.startswith("_")]
    values = {name: getattr(special, name) for name in names}
    asked = {name: f for name, f in values.items() if callable(f) and not isinstance(f, type)}
    missing = [name for name, f in asked.items() if not any(f in table for table in known)]
    # `sinc` is NumPy's own.
    assert [name for name in missing if values[name] is not np.sinc] == []


@pytest.mark.parametrize("name", ["ncfdtr", "mathieu_a", "nctdtr", "obl_cv", "btdtria"])
def test_a_refused_function_says_why(name: str) -> None:
    function = getattr(special, name)
    args = [Tensor(0.5, requires_grad=True)] * function.nin
    with pytest.raises(TypeError, match=r"on the tape: .*detach"):
        function(*args)
    assert function(*[x.detach() for x in args]) is not None


@pytest.mark.parametrize(
    ("function", "args", "places"),
    [
        (special.jv, (1.5, 2.0), [0]),
        (special.kn, (1.0, 2.0), [0]),
        (special.ive, (1.5, 2.0), [0]),
        (special.gammainc, (1.5, 2.0), [0]),
        (special.betainc, (1.5, 2.0, 0.3), [0, 1]),
        (special.hyp2f1, (1.5, 2.0, 2.5, 0.3), [0, 1, 2]),
        (special.eval_jacobi, (2.0, 1.5, 2.5, 0.3), [0, 1, 2]),
        (special.stdtr, (1.5, 0.3), [0]),
        (special.pbdv, (1.5, 0.3), [0]),
        (special.mathieu_cem, (1.0, 0.5, 30.0), [0, 1]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_order_on_the_tape_is_refused(function: Any, args: Any, places: list[int]) -> None:
    for place in places:
        given = list(args)
        given[place] = Tensor(args[place], requires_grad=True)
        with pytest.raises(TypeError, match="has no derivative in"):
            function(*given)
        with no_grad():
            np.testing.assert_array_equal(function(*given), function(*args))


@pytest.mark.parametrize("v", ORDERS)
@pytest.mark.parametrize(
    "function",
    [special.jv, special.yv, special.iv, special.kv, special.kve, special.ive, special.jve, special.yve],
    ids=lambda f: f.__name__,
)
def test_bessel_functions_of_any_order(function: Any, v: float) -> None:
    check_grads(lambda x: function(v, x), POINTS)


@pytest.mark.parametrize("v", ORDERS)
@pytest.mark.parametrize(
    "function", [special.hankel1, special.hankel2, special.hankel1e, special.hankel2e], ids=lambda f: f.__name__
)
def test_complex_values_of_a_real_argument(function: Any, v: float) -> None:
    check_grads(lambda x: np.real(function(v, x)) + 2 * np.imag(function(v, x)), POINTS)


def test_what_is_scaled_by_the_real_part_of_a_complex_number() -> None:
    """Of Ai and Bi it is that of z√z, whose sign changes at 60°."""
    check_grads(lambda x: special.ive(2.0, x), np.array([-1.3, 0.7]))
    z = np.array([0.3 + 0.9j, -0.5 + 1.0j, 2.0 - 0.5j, 0.8 - 1.1j])
    check_grads(lambda z: np.real(special.ive(1.5, z)) + 2 * np.imag(special.ive(1.5, z)), z)
    check_grads(lambda z: np.real(special.airye(z)[2]) + 2 * np.imag(special.airye(z)[3]), z)


@pytest.mark.parametrize("n", range(5))
@pytest.mark.parametrize(
    "name",
    ["chebyt", "chebyu", "chebyc", "chebys", "legendre", "laguerre", "hermite", "hermitenorm", "sh_legendre",
     "sh_chebyt", "sh_chebyu"],
)  # fmt: skip
def test_polynomials_of_each_degree(name: str, n: int) -> None:
    function = getattr(special, f"eval_{name}")
    check_grads(lambda x: x**3 + function(n, x), np.array([0.2, 0.7]))


@pytest.mark.parametrize("n", range(4))
def test_polynomials_with_parameters(n: int) -> None:
    at = np.array([0.2, 0.7])
    check_grads(lambda x: x**3 + special.eval_jacobi(n, 0.5, 1.5, x) + special.eval_sh_jacobi(n, 2.5, 1.5, x), at)
    check_grads(lambda x: x**3 + special.eval_gegenbauer(n, 0.5, x) + special.eval_genlaguerre(n, 1.5, x), at)
    check_grads(lambda x: x**3 + special.assoc_laguerre(x, n, 0.5) + special.lpmv(1, n, x), at)


def test_legendre_functions_of_fractional_degree() -> None:
    check_grads(lambda x: special.eval_legendre(1.5, x), np.array([-0.3, 0.7]))


@pytest.mark.parametrize("function", [special.jvp, special.yvp, special.ivp, special.kvp], ids=lambda f: f.__name__)
def test_derivatives_by_scipy_are_ours(function: Any) -> None:
    plain = {special.jvp: special.jv, special.yvp: special.yv, special.ivp: special.iv, special.kvp: special.kv}
    found = grad(lambda x: np.sum(plain[function](1.5, x)))(POINTS)
    np.testing.assert_allclose(found, function(1.5, POINTS), rtol=1e-13)
    check_grads(lambda x: function(2, x), POINTS)


@pytest.mark.parametrize("k", [0, 2])
def test_binomial_distribution(k: int) -> None:
    at = np.array([0.3, 0.6])
    check_grads(lambda p: special.bdtr(k, 4, p), at)
    check_grads(lambda p: special.bdtrc(k, 4, p), at)
    check_grads(lambda y: special.bdtri(k, 4, y), at)
    check_grads(lambda p: special.nbdtr(k, 4, p) + special.nbdtrc(k, 3, p), at)
    check_grads(lambda y: special.nbdtri(k, 4, y), at)
    check_grads(lambda m: special.pdtr(k, m) + special.pdtri(k, m), at)


@pytest.mark.filterwarnings("ignore:floating point number truncated to an integer")
@pytest.mark.filterwarnings("ignore:non-integer arg n is deprecated")
def test_a_count_is_cut_as_scipy_cuts_it() -> None:
    pairs = [
        (lambda x: special.yn([0.5, 1.7], x), lambda x: special.yn([0, 1], x)),
        (lambda x: special.kn([0.5, 1.7], x), lambda x: special.kn([0, 1], x)),
        (lambda x: special.expn([0.5, 1.7], x), lambda x: special.expn([0, 1], x)),
        (lambda p: special.bdtr(1.5, [3.5, 4.2], p), lambda p: special.bdtr(1, [3, 4], p)),
        (lambda p: special.bdtrc(1.5, [3.5, 4.2], p), lambda p: special.bdtrc(1, [3, 4], p)),
        (lambda y: special.bdtri(1.5, [3.5, 4.2], y), lambda y: special.bdtri(1, [3, 4], y)),
        (lambda p: special.nbdtr([1.5, 2.9], 3.5, p), lambda p: special.nbdtr([1, 2], 3, p)),
        (lambda p: special.nbdtrc([1.5, 2.9], 3.5, p), lambda p: special.nbdtrc([1, 2], 3, p)),
        (lambda y: special.nbdtri([1.5, 2.9], 3.5, y), lambda y: special.nbdtri([1, 2], 3, y)),
    ]
    at = np.array([0.3, 0.6])
    for fractional, whole in pairs:
        found, expected = (grad(lambda x, f=f: np.sum(f(x)))(at) for f in (fractional, whole))
        np.testing.assert_array_equal(found, expected)


def test_struve_functions_of_whole_orders_below_0() -> None:
    for v in (1, 2):
        check_grads(lambda x, v=v: special.struve(v, x) + special.modstruve(v, x), -POINTS, order=1)


def test_distributions_are_those_of_more_than_one_degree() -> None:
    check_grads(lambda x: special.gammainc([0.5, 1.0, 7.5], x), POINTS)
    check_grads(lambda x: special.betainc(7.5, 0.5, x / 4), POINTS)
    check_grads(lambda y: special.gammaincinv(7.5, y / 4), POINTS)
    check_grads(lambda t: special.stdtr(7.5, t) + special.fdtr(3.5, 7.5, t), POINTS)
    check_grads(lambda x: special.chndtr(x, 3.5, 0.0), POINTS)
    check_grads(lambda x, nc: special.chndtr(x, 3.5, nc), (300.0, 310.0))


@pytest.mark.parametrize("x", [-2.5, -0.3, 0.4, 3.0])
def test_gamma_functions_left_of_0(x: float) -> None:
    for function in (special.gamma, special.gammaln, special.psi, special.rgamma):
        check_grads(function, np.array(x))
    check_grads(lambda x: special.zeta(x), np.array(x))


def test_gamma_functions_of_complex_numbers_left_of_0() -> None:
    z = np.array([-2.5 + 0.4j, -7.5 - 1.0j])
    for function in (special.gamma, special.loggamma, special.psi, special.rgamma):
        check_grads(lambda z, function=function: np.real(function(z)), z)


@pytest.mark.parametrize("x", [-2e-4, -4e-5, -1e-6, -1e-9, 0.0, 1e-9])
def test_zeta_beside_zero(x: float) -> None:
    """By its Taylor series at 0; reflected there, it would be a pole times a zero."""
    first, second, third, fourth = -np.log(2 * np.pi) / 2, -2.0063564559085848, -6.0047111668622545, -23.9971031880
    slope = first + second * x + third * x**2 / 2 + fourth * x**3 / 6
    np.testing.assert_allclose(grad(special.zeta)(x), slope, rtol=1e-12)
    bend = second + third * x + fourth * x**2 / 2
    np.testing.assert_allclose(grad(grad(special.zeta))(x), bend, rtol=1e-7)


def test_zeta_at_the_zeros() -> None:
    found = grad(lambda t: np.real(special.zeta(0.5 + 1j * t)))(14.134725141734695)
    near = [np.real(special.zeta(0.5 + 1j * (14.134725141734695 + h))) for h in (1e-5, -1e-5)]
    np.testing.assert_allclose(found, (near[0] - near[1]) / 2e-5, rtol=1e-8)
    # ζ'(-2n) = (-1)ⁿ (2n)! ζ(2n+1) / 2 (2π)²ⁿ: DLMF 25.6.13
    np.testing.assert_allclose(grad(special.zeta)(-2.0), -special.zeta(3.0) / (4 * np.pi**2), rtol=1e-13)


def test_whole_orders_of_polygamma() -> None:
    for n in range(4):
        found = grad(lambda x, n=n: special.polygamma(n, x))(2.5)
        np.testing.assert_allclose(found, special.polygamma(n + 1, 2.5), rtol=1e-14)
    mixed = grad(lambda x: np.sum(special.polygamma([0, 1, 2], x)))(np.full(3, 2.5))
    np.testing.assert_allclose(mixed, special.polygamma([1, 2, 3], 2.5), rtol=1e-14)
    with pytest.raises(TypeError, match="no derivative in n"):
        special.polygamma(Tensor(1.0, requires_grad=True), 2.5)


def test_third_order() -> None:
    for function, at in ((special.erf, 0.3), (special.psi, 1.7), (special.ellipk, 0.2), (special.log_ndtr, -30.0)):
        third = grad(grad(grad(function)))(at)
        h = 1e-3 * max(1.0, abs(at))
        up, down = grad(grad(function))(at + h), grad(grad(function))(at - h)
        np.testing.assert_allclose(third, (up - down) / (2 * h), rtol=1e-4)


@pytest.mark.parametrize("m", [-30.0, -0.5, 0.0, 0.5, 0.999])
def test_elliptic_integrals_everywhere(m: float) -> None:
    # DLMF 19.4.1 and 19.4.2
    k, e = special.ellipk(m), special.ellipe(m)
    slope = (e - (1 - m) * k) / (2 * m * (1 - m)) if m else np.pi / 8
    np.testing.assert_allclose(grad(special.ellipk)(m), slope, rtol=1e-11)
    np.testing.assert_allclose(grad(special.ellipe)(m), (e - k) / (2 * m) if m else -np.pi / 8, rtol=1e-11)
    check_grads(lambda phi: phi**3 + special.ellipkinc(phi, m) + special.ellipeinc(phi, m), np.array([-4.0, 0.3]))
    if m < 0.9:
        check_grads(lambda m: special.ellipkinc(5.0, m) + special.ellipeinc(-5.0, m), np.array(m))


def test_the_series_of_carlson_integrals() -> None:
    """Up to N = 7 it is A^(-3/2) Σ 3/(2N+3) T_N: Carlson (1979).

    T_N = Σ (-1)^(M+N) (1/2)_M Π Eⱼ^mⱼ / mⱼ! over all Σ j mⱼ = N, M = Σ mⱼ, where the Eⱼ are the symmetric functions of
    1 - x/A, 1 - y/A, 1 - z/A and twice 1 - p/A.
    """
    at = np.array([1.5, 0.8, 1.1, 0.6])
    mean = (np.sum(at) + at[3]) / 5
    e = np.poly(1 - np.append(at, at[3]) / mean) * [1, -1, 1, -1, 1, -1]
    total = 0.0
    for m in itertools.product(range(4), repeat=4):
        if (degree := int(np.dot(m, [2, 3, 4, 5]))) <= 7:
            term = (-1) ** (sum(m) + degree) * special.poch(0.5, sum(m)) * np.prod(e[2:] ** m / special.factorial(m))
            total += 3 / (2 * degree + 3) * term
    np.testing.assert_allclose(series_d(*at), total / mean**1.5, rtol=1e-15)


def test_carlson_integrals_at_their_boundary() -> None:
    check_grads(lambda y: special.elliprf(0.0, y, 1.0) + special.elliprd(0.0, y, 2.0), np.array(1.0))
    check_grads(lambda z: special.elliprg(0.0, 1.0, z), np.array(1.0))
    with pytest.raises(TypeError, match="principal value"):
        special.elliprj(1.0, 2.0, 3.0, Tensor(-1.0, requires_grad=True))


def test_the_branches_of_lambert() -> None:
    for k, at in ((0, 0.7), (-1, -0.2), (3, 0.7)):
        check_grads(lambda z, k=k: np.real(special.lambertw(z, k)) + np.imag(special.lambertw(z, k)), np.array(at))


def test_airy_functions_on_both_sides() -> None:
    for at in (-3.0, 2.0):
        check_grads(lambda x: special.airy(x)[0] + special.airy(x)[3], np.array(at))
        check_grads(lambda x: special.airye(x)[2] + special.airye(x)[3], np.array(at))


def test_several_outputs_of_which_one_is_used() -> None:
    found = grad(lambda u: np.sum(special.ellipj(u, 0.3)[1]))(np.array([0.5, 1.0]))
    sn, _, dn, _ = special.ellipj(np.array([0.5, 1.0]), 0.3)
    np.testing.assert_allclose(found, -sn * dn, rtol=1e-14)


def test_scipys_python_functions_take_a_tensor_under_every_name() -> None:
    x = np.array([0.1, 0.3])
    for function in (special.logsumexp, logsumexp, special.softmax, special.log_softmax):
        assert isinstance(function(Tensor(x, requires_grad=True)), Tensor)
        assert type(function(x)) in (np.ndarray, np.float64)
    np.testing.assert_allclose(grad(logsumexp)(np.zeros(4)), np.full(4, 0.25))
    assert list(inspect.signature(logsumexp).parameters) == ["a", "axis", "b", "keepdims", "return_sign"]
    assert logsumexp(x, None, None, True).shape == (1,)


def test_on_arrays_they_are_scipys() -> None:
    x = np.array([[0.3, -1.0], [2.0, 0.5]])
    np.testing.assert_array_equal(special.logsumexp(x, axis=0), special.logsumexp(x, axis=0))
    np.testing.assert_array_equal(special.softmax(Tensor(x), axis=1), special.softmax(x, axis=1))
    with pytest.raises(ValueError, match="positive integer"):
        special.multigammaln(Tensor(3.0, requires_grad=True), 1.5)


def test_weights_of_logsumexp() -> None:
    a, b = np.array([0.3, -1.0, 2.0]), np.array([1.0, -0.5, 2.0])
    check_grads(lambda a, b: special.logsumexp(a, b=b), (a, b))
    check_grads(lambda a, b: special.logsumexp(a, b=-b, return_sign=True)[0], (a, b))
    sign = special.logsumexp(Tensor(a, requires_grad=True), b=-b, return_sign=True)[1]
    assert float(sign) == -1
    # A weight of 0 takes out even an infinity.
    found = grad(lambda a: special.logsumexp(a, b=[0.0, 1.0]))(np.array([np.inf, 2.0]))
    np.testing.assert_array_equal(found, [0, 1])


def test_the_tails_keep_their_digits() -> None:
    np.testing.assert_allclose(grad(special.i0e)(1e4), -special.i0e(1e4) / 2e4, rtol=1e-4)
    np.testing.assert_allclose(grad(special.log_ndtr)(10.0), np.exp(-50) / np.sqrt(2 * np.pi), rtol=1e-13)
    np.testing.assert_allclose(grad(grad(special.log_ndtr))(-1e6), -1 + 1e-12, rtol=1e-14)
    np.testing.assert_allclose(grad(special.expit)(700.0), np.exp(-700.0), rtol=1e-12)


def test_float32_stays_float32() -> None:
    x = np.array([0.3, 0.6], dtype=np.float32)
    for function in (special.erf, special.expit, special.j1, special.psi, special.ndtri, special.ellipk, special.i0e):
        out, tangent = jvp(function, (x,), (np.ones_like(x),))
        assert out.dtype == tangent.dtype == np.float32


def test_functions_of_scipy_and_numpy_mix() -> None:
    def loss(w: Any) -> Any:
        return -np.sum(special.log_expit(w * POINTS) + special.entr(special.expit(w)))

    check_grads(loss, np.array([0.3, -0.2, 0.9]))
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    special.xlogy([1.0, 2.0], x).sum().backward()
    np.testing.assert_allclose(x.grad, [1.0, 1.0])


def test_lists_of_tensors_are_joined() -> None:
    np.testing.assert_allclose(grad(lambda s: logsumexp([s, 2 * s]))(1.0), special.softmax([1.0, 2.0]) @ [1, 2])
    found = grad(lambda s: special.softmax([s, 2 * s, 0.5])[0])(1.0)
    p = special.softmax([1.0, 2.0, 0.5])
    np.testing.assert_allclose(found, p[0] * (1 - p @ [1, 2, 0]))


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (lambda n: special.binom(n, 2.0), 0.0, 1.0), (lambda n: special.binom(n, 2.0), 1.0, 1.0),
        (lambda n: special.binom(n, 3.0), 1.0, 0.0), (lambda z: special.poch(z, 2.0), 0.0, 2.0),
        (lambda z: special.poch(z, 2.0), -1.0, 2.0), (lambda z: special.poch(z, 3.0), -1.0, 0.0),
    ],
)  # fmt: skip
def test_second_derivatives_at_the_zeros_of_polynomials(function: Any, at: float, expected: float) -> None:
    np.testing.assert_allclose(grad(grad(function))(at), expected, atol=1e-12)


def test_a_plain_number_beside_a_tensor() -> None:
    np.testing.assert_allclose(grad(lambda x: special.xlog1py(x, 1.0))(0.5), np.log(2))
    np.testing.assert_allclose(grad(lambda x: special.elliprc(x, 1.0))(0.5), grad(special.elliprc)(0.5, np.array(1.0)))
