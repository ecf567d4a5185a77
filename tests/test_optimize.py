"""SciPy's optimizers over trees, with derivatives from the tape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import optimize as scipys

from autograd.optimize import least_squares, minimize, root


def rosenbrock(p: Any) -> Any:
    return (1 - p["x"]) ** 2 + 100 * (p["y"][0] - p["x"] ** 2) ** 2


START = {"x": -1.2, "y": np.array([1.0])}


@pytest.mark.parametrize(
    "method",
    [None, "CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP", "Newton-CG", "dogleg", "trust-ncg", "trust-krylov", "trust-exact",
     "trust-constr", "Nelder-Mead", "Powell"],
)  # fmt: skip
def test_the_valley_is_followed_to_its_end(method: str | None) -> None:
    if method == "dogleg":
        found = minimize(lambda p: (p["x"] - 1) ** 2 + 3 * (p["y"][0] - 1) ** 4 + p["y"][0] ** 2, START, method=method)
        assert found.success
        return
    found = minimize(rosenbrock, START, method=method, options={"maxfun" if method == "TNC" else "maxiter": 4000})
    np.testing.assert_allclose([found.x["x"], found.x["y"][0]], [1, 1], atol=2e-2)
    assert found.x["y"].shape == (1,) and found.vector.shape == (2,)


def test_derivatives_are_those_of_the_tape() -> None:
    exact = minimize(rosenbrock, START, method="L-BFGS-B")
    differences = scipys.minimize(lambda v: rosenbrock({"x": v[0], "y": v[1:]}), [-1.2, 1.0], method="L-BFGS-B")
    assert exact.nfev < differences.nfev / 2
    assert set(exact.jac) == {"x", "y"}
    newton = minimize(rosenbrock, START, method="Newton-CG")
    assert newton.nhev > 0


def test_bounds_arguments_and_other_options() -> None:
    found = minimize(lambda p, a: (p - a) ** 2, 0.0, args=(3.0,), bounds=[(0, 2)])
    np.testing.assert_allclose(found.x, 2.0)
    with pytest.raises(TypeError, match="finds jac itself"):
        minimize(rosenbrock, START, jac=True)
    with pytest.raises(TypeError, match=r"scipy.optimize.minimize takes no 'metod'; it takes .*method"):
        minimize(rosenbrock, START, metod="BFGS")
    with pytest.raises(TypeError, match=r"minimize takes real parameters; x0\['x'\] holds complex128"):
        minimize(rosenbrock, {"x": 1j})


def test_roots() -> None:
    for method in ("hybr", "lm", "krylov"):
        found = root(lambda p: {"a": p[0] ** 2 - 2, "b": p[0] * p[1] - 1}, (1.0, 1.0), method=method)
        np.testing.assert_allclose(found.x, [2**0.5, 0.5**0.5], rtol=1e-5)


def test_least_squares() -> None:
    t = np.linspace(0, 1, 20)
    y = 2.5 * np.exp(-1.3 * t)
    found = least_squares(lambda p, t: p["a"] * np.exp(p["k"] * t) - y, {"a": 1.0, "k": 0.0}, args=(t,))
    np.testing.assert_allclose([found.x["a"], found.x["k"]], [2.5, -1.3], rtol=1e-6)
    assert found.nfev < 30


# Constraints


def total(p: Any) -> Any:
    return np.sum(p["a"] ** 2) + (p["b"] - 1) ** 2


AB = {"a": np.array([2.0, 2.0]), "b": 0.0}
NONLINEAR = scipys.NonlinearConstraint(lambda p: {"n": -p["a"][0] * p["a"][1], "m": p["b"]}, -np.inf, [-1.0, 0.5])


@pytest.mark.parametrize("method", [None, "SLSQP", "trust-constr", "COBYLA"])
def test_constraints_are_functions_of_the_tree(method: str | None) -> None:
    kinds: list[Any] = [
        {"type": "eq", "fun": lambda p, s: p["a"][0] + p["a"][1] - s, "args": (1.0,)},
        {"type": "ineq", "fun": lambda p: [0.5 - p["b"]]},
    ]
    found = minimize(total, AB, method=method, constraints=kinds)
    np.testing.assert_allclose(found.x["a"], [0.5, 0.5], atol=1e-3)
    np.testing.assert_allclose(found.x["b"], 0.5, atol=1e-3)


@pytest.mark.parametrize("method", [None, "trust-constr"])
def test_constraints_of_scipys_own_classes(method: str | None) -> None:
    found = minimize(total, AB, method=method, constraints=NONLINEAR)
    np.testing.assert_allclose(found.x["a"], [1.0, 1.0], atol=1e-3)
    np.testing.assert_allclose(found.x["b"], 0.5, atol=1e-3)
    linear = scipys.LinearConstraint([[1.0, 1.0, 0.0]], 1.0, 1.0)
    np.testing.assert_allclose(minimize(total, AB, method=method, constraints=[linear]).x["a"], 0.5, atol=1e-3)


def test_the_methods_that_are_chosen_are_scipys() -> None:
    def chosen(**options: Any) -> Any:
        mine = minimize(lambda x: np.sum((x - 3) ** 2), np.ones(2), **options)
        theirs = scipys.minimize(lambda x: np.sum((x - 3) ** 2), np.ones(2), **options)
        np.testing.assert_allclose(mine.x, theirs.x, atol=1e-5)
        return mine.message == theirs.message

    constraint = {"type": "eq", "fun": lambda x: x[0] + x[1] - 1}
    assert chosen() and chosen(bounds=[(0, 1), (0, 2)]) and chosen(constraints=constraint)
    assert chosen(constraints=[constraint], bounds=[(0, 1), (0, 2)])


def test_the_derivatives_of_constraints_are_those_of_the_tape() -> None:
    calls = []

    def kept(p: Any) -> Any:
        calls.append(type(p["a"]).__name__)
        return p["a"][0] * p["a"][1] - 1

    minimize(total, AB, constraints={"type": "eq", "fun": kept})
    assert {"ndarray", "Tensor"} == set(calls)


def test_derivatives_of_constraints_are_refused() -> None:
    for constraint in (
        {"type": "eq", "fun": lambda p: p["b"], "jac": lambda p: 1.0},
        scipys.NonlinearConstraint(lambda p: p["b"], 0, 0, jac=lambda p: 1.0),
    ):
        with pytest.raises(TypeError, match="finds the jac of a constraint itself"):
            minimize(total, AB, constraints=constraint)


# What SciPy takes


def test_one_argument_need_not_be_in_a_tuple() -> None:
    assert minimize(lambda x, a: (x - a) ** 2, 0.0, args=3.0).x == pytest.approx(3.0)
    for a in (np.array([1.0, 2.0]), [1.0, 2.0]):
        np.testing.assert_allclose(minimize(lambda x, a: np.sum((x - a) ** 2), np.zeros(2), args=a).x, a, atol=1e-6)
    np.testing.assert_allclose(root(lambda x, a: x - a, np.zeros(2), args=np.ones(2), method="HYBR").x, 1.0)
    found = least_squares(lambda x, a, b: x - a - b, np.zeros(2), args=np.ones(2), kwargs={"b": 1.0})
    np.testing.assert_allclose(found.x, 2.0)


def test_a_method_of_ones_own() -> None:
    def newton(fun: Any, x0: Any, args: Any, jac: Any, hessp: Any, **options: Any) -> Any:
        matrix = np.stack([hessp(x0, row) for row in np.eye(x0.size)])
        x = x0 - np.linalg.solve(matrix, jac(x0))
        return scipys.OptimizeResult(x=x, fun=fun(x), jac=jac(x), success=True)

    found = minimize(total, AB, method=newton)
    np.testing.assert_allclose(found.x["a"], 0.0, atol=1e-12)
    assert found.x["b"] == pytest.approx(1.0) and set(found.jac) == {"a", "b"}


@pytest.mark.parametrize("method", ["BFGS", "SLSQP", "trust-constr", "Nelder-Mead", "TNC"])
def test_a_callback_is_given_the_tree(method: str) -> None:
    seen: list[Any] = []

    def by_position(p: Any, *state: Any) -> None:
        seen.append(p)

    minimize(total, AB, method=method, callback=by_position)
    assert seen and all(p["a"].shape == (2,) and p["b"].shape == () for p in seen)
    if method == "TNC":
        return
    results: list[Any] = []

    def by_name(*, intermediate_result: Any) -> None:
        results.append(intermediate_result)

    minimize(total, AB, method=method, callback=by_name)
    assert results and all(set(result.x) == {"a", "b"} and result.fun >= 0 for result in results)


def test_a_callback_of_root() -> None:
    seen: list[Any] = []
    root(lambda p: [p[0] ** 2 - 2], [1.0], method="krylov", callback=lambda p, f: seen.append((p, f)))
    assert seen and isinstance(seen[0][0], list) and seen[0][1].shape == (1,)


@dataclass
class Pair:
    """A tree of two."""

    first: Any
    second: Any


@pytest.mark.parametrize(
    ("x0", "error", "message"),
    [
        ({}, ValueError, r"minimize needs a parameter to change: there is no number in x0=\{\}"),
        (np.zeros(0), ValueError, "there is no number in x0=array"),
        ({"a": 1.0, "b": [2.0, None]}, TypeError, r"takes real parameters; x0\['b'\]\[1\] is None"),
        (Pair(1.0, {"c": "text"}), TypeError, r"x0\.second\['c'\] is 'text'"),
        (None, TypeError, "takes real parameters; x0 is None"),
    ],
)
def test_what_is_no_parameter_is_named(x0: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        minimize(lambda p: 1.0, x0)
