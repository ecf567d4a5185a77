"""`autograd.extend` as HIPS autograd has it: primitives, their rules, and vector spaces."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from autograd.core import backward_pass, primitive_vjps
from autograd.numpy.numpy_vspaces import ArrayVSpace, ComplexArrayVSpace
from autograd.test_util import check_grads
from autograd.tracer import getval
from faces import A, X, close

import autograd
from autograd import Tensor, compile, grad, jvp
from autograd.extend import (
    Box,
    def_linear,
    defjvp,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
    register_notrace,
    vspace,
)

pytestmark = pytest.mark.usefixtures("seeded")


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


@dataclass
class Pair:
    """Two arrays, of which the first may not be empty."""

    a: Any
    b: Any

    def __post_init__(self) -> None:
        """Look at the first."""
        assert np.size(self.a) > 0


def test_the_space_of_a_dataclass() -> None:
    space = vspace(Pair(X, 2.0))
    assert space.size == 4
    assert space.dtype is None
    assert space.shape == {"a": vspace(X), "b": vspace(2.0)}
    assert space.inner_prod(Pair(X, 2.0), Pair(X, 3.0)) == X @ X + 6.0
    assert space.zeros().b == 0.0
    assert space == vspace(Pair(X, 1.0)) != vspace(Pair(A, 1.0))
    assert repr(space) == "<VSpace {'a': '(3,) float64', 'b': '() float64'}>"
    check_grads(lambda p: np.sum(p.a**2) * p.b)(Pair(X, 2.0))
    check_grads(lambda x: Pair(x * 2, np.sum(x)))(X)


def test_a_primitive_of_a_dataclass() -> None:
    met = []

    @primitive
    def f(p: Any) -> Any:
        met.append(type(p.a))
        return np.sum(p.a) * p.b

    # The rule is not the derivative, so that one sees whose it is.
    defvjp(f, lambda ans, p: lambda g: Pair(g * 5.0 * np.ones_like(p.a), g * 7.0))
    found = grad(f)(Pair(X, 2.0))
    close(found.a, np.full(3, 5.0))
    close(found.b, 7.0)
    f(Pair(Tensor(X), 2.0))
    assert met == [np.ndarray, np.ndarray]
    rows: list[Any] = []
    primitive(lambda rows: rows.append(1))(rows)
    assert rows == [1]


def test_equal_spaces_have_equal_hashes() -> None:
    one, other = vspace({"a": X, "b": 1.0}), vspace({"b": 2.0, "a": X})
    assert one == other
    assert hash(one) == hash(other)
    assert one != vspace((X, 1.0))


def test_spaces_of_arrays_have_hips_names() -> None:
    assert isinstance(vspace(X), ArrayVSpace)
    assert isinstance(vspace(1j * X), ComplexArrayVSpace)
    assert not isinstance(vspace(X), ComplexArrayVSpace)
    assert ArrayVSpace([1.0, 2.0]) == vspace(np.ones(2))
    assert ComplexArrayVSpace(1j * X).size == 6


def test_a_primitive_without_a_trace() -> None:
    above = primitive(lambda x: np.where(x > 0, 1.0, 2.0))
    register_notrace(None, above)
    close(grad(lambda x: np.sum(x * above(x)))(X), [1.0, 2.0, 1.0])


def test_the_pass_back_from_a_tensor() -> None:
    pulled = []

    def f(x: Any) -> Any:
        y = np.sum(x**2)
        pulled.append(backward_pass(2.0, y))
        return y

    grad(f)(X)
    close(getval(pulled[0]), 4 * X)
    close(backward_pass(X, Tensor(X, requires_grad=True)), X)
    with pytest.raises(TypeError, match="on the tape"):
        backward_pass(1.0, 2.0)


def test_autograd_primitive_is_that_of_extend() -> None:
    f = autograd.primitive(lambda x: 3 * x)
    with pytest.warns(DeprecationWarning, match="defgrad"):
        f.defgrad(lambda ans, x: lambda g: 3 * g)
    assert grad(f)(1.0) == 3.0
    assert Box is Tensor
