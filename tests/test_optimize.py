"""SciPy's optimizers over trees, with derivatives from the tape."""

from __future__ import annotations

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
    with pytest.raises(TypeError, match="minimize takes real parameters; x0 holds complex128"):
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
