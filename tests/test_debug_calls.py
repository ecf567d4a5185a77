"""`debug` looks at calls that are one entry: rules given by hand, what is recomputed, differences, programs."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from bad_numbers import NEGATIVE, A, caught, here, leaf

from autograd import Tensor, checkpoint, compile, custom_jvp, custom_vjp, debug, jvp, numerical
from autograd.extend import defjvp, defvjp, primitive
from autograd.joint import listeners
from autograd.seals import Changed
from autograd.watch import NonFinite


def logarithm(x: Any) -> Any:
    with np.errstate(invalid="ignore"):
        return np.log(x)


def by_vjp(fun: Any, fwd: Any, bwd: Any) -> Any:
    made = custom_vjp(fun)
    made.defvjp(fwd, bwd)
    return made


def by_jvp(fun: Any, rule: Any) -> Any:
    made = custom_jvp(fun)
    made.defjvp(rule)
    return made


def by_primitive(fun: Any, *rules: Any) -> Any:
    made = primitive(fun)
    defvjp(made, *rules)
    return made


def copied(x: Any) -> Any:
    return x * 1.0


# Outputs


@pytest.mark.parametrize(
    "f",
    [
        by_vjp(logarithm, lambda x: (logarithm(x), None), lambda kept, g: (g,)),
        by_jvp(logarithm, lambda p, t: (logarithm(*p), t[0])),
        numerical(logarithm),
        primitive(logarithm),
    ],
)
def test_what_a_call_gives(f: Any) -> None:
    x = leaf(NEGATIVE)
    error = caught(lambda: f(x) * 2)
    assert (error.op, error.what, error.kind, error.index) == ("logarithm", "output", "NaN", (1,))
    assert (error.file, error.line, error.came_in) == (__file__, here(-2), None)
    (operand,) = error.operands
    assert (operand.name, operand.shape, operand.index, operand.value) == ("argument 0", (3,), (1,), -2.0)


def test_of_a_call_that_is_recomputed_the_op_inside_is_told() -> None:
    assert caught(lambda: checkpoint(lambda x: np.log(x))(leaf(NEGATIVE))).op == "log"


def test_one_of_several_results_and_arguments_in_a_tree() -> None:
    f = primitive(lambda tree: (tree["a"] * 1.0, logarithm(tree["b"])))
    error = caught(lambda: f({"a": leaf(), "b": leaf(NEGATIVE)}))
    assert (error.op, error.index) == ("<lambda>", (1,))
    assert [(o.name, o.value) for o in error.operands] == [("argument 0", 2.0), ("argument 1", -2.0)]


def test_what_came_in_is_named_with_where_it_is_from() -> None:
    f = by_vjp(copied, lambda x: (copied(x), None), lambda kept, g: (g,))
    error = caught(lambda: f(leaf([np.nan, 1.0])))
    assert error.came_in is not None and error.came_in.origin == "a leaf"
    y = f(leaf([np.nan, 1.0]))
    error = caught(lambda: y * 2)
    assert error.came_in is not None
    assert error.came_in.origin == "the result of copied.0, recorded outside of debug()"


def test_a_compiled_function_names_the_value_at_the_index() -> None:
    f = compile(lambda x: np.log(x) * 2)
    for x in (NEGATIVE, leaf(NEGATIVE)):
        error = caught(lambda x=x: f(x))
        assert (error.op, error.index, error.line) == ("the compiled <lambda>", (1,), here(-1))
        assert (error.operands[0].index, error.operands[0].value) == ((1,), -2.0)


# Derivatives


@pytest.mark.parametrize(
    "f",
    [
        by_vjp(copied, lambda x: (copied(x), None), lambda kept, g: (g * np.array([1, np.nan, 1]),)),
        by_primitive(copied, lambda ans, x: lambda g: g * np.array([1, np.nan, 1])),
        numerical(lambda x: np.array([x[0], logarithm(x[1] - 2.0) if x[1] != 2 else 0.0, x[2]])),
        compile(lambda x: np.where(A == 2, np.sqrt(x - 2), x)),
    ],
)
def test_a_cotangent_that_a_call_gives(f: Any) -> None:
    x = leaf()
    with debug(inf=True), np.errstate(all="ignore"):
        y = f(x)
        line = here(-1)
        with pytest.raises(NonFinite) as found:
            (y * np.array([3.0, 4.0, 5.0])).sum().backward()
        walked = here(-1)
    error = found.value
    assert (error.what, error.index, error.line, error.walked) == ("cotangent", (1,), line, (__file__, walked))
    assert f"The gradient of {error.op} in argument 0 is" in str(error)
    values = {operand.name: (operand.index, operand.value) for operand in error.operands}
    assert values["g"] == ((1,), 4.0) and values["argument 0"] == ((1,), 2.0)


def test_a_tangent_that_a_call_gives() -> None:
    product = primitive(lambda x, y: x * y)
    defjvp(product, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * np.nan)
    for f in (by_jvp(copied, lambda p, t: (p[0] * 1.0, t[0] * np.nan)), lambda x: product(np.ones(3), x)):
        error = caught(lambda f=f: jvp(f, (A,), (A + 1,)))
        assert (error.what, error.index, error.file) == ("tangent", (0,), __file__)
        assert error.operands[0].name.startswith("the tangent of") and error.operands[0].value == 2.0


def test_which_argument_of_a_primitive() -> None:
    f = by_primitive(lambda x, y: x * y, lambda ans, x, y: lambda g: g * y, lambda ans, x, y: lambda g: g * np.nan)
    error = caught(lambda: f(leaf(), leaf()).sum().backward())
    assert "The gradient of <lambda> in argument 1 is NaN" in str(error)


# Arrays that change


@dataclass
class Kept:
    """What a rule may keep."""

    array: Any


CONSTANT = np.ones(3)


@pytest.mark.parametrize(
    "f",
    [
        checkpoint(lambda x: x * x),
        by_primitive(lambda x: x * x, lambda ans, x: lambda g: 2 * g * x),
        by_vjp(lambda x: x * x, lambda x: (x * x, x), lambda x, g: (2 * g * x,)),
        by_jvp(lambda x: x * x, lambda p, t: (p[0] * p[0], 2 * p[0] * t[0])),
        numerical(lambda x: x * x),
        compile(lambda x: x * x),
    ],
)
def test_an_argument_that_was_changed(f: Any) -> None:
    x = leaf()
    with debug():
        y = f(x)
        line = here(-1)
        x.data[0] = 9.0
        with pytest.raises(Changed) as found:
            y.sum().backward()
        walked = here(-1)
    error = found.value
    assert (error.name, error.recorded, error.walked) == ("argument 0", (__file__, line), (__file__, walked))


@pytest.mark.parametrize("wrap", [lambda a: a, lambda a: {"k": [a, 3]}, Kept, Tensor])
def test_what_a_rule_kept_and_was_changed(wrap: Any) -> None:
    array = np.ones(3)
    f = by_vjp(copied, lambda x: (copied(x), wrap(array)), lambda kept, g: (g * array,))
    with debug():
        y = f(leaf())
        y.sum().backward(retain_graph=True)
        array[0] = 2.0
        with pytest.raises(Changed, match="what its rule kept, which copied saved"):
            y.sum().backward()


def test_a_keyword_argument_that_was_changed() -> None:
    array = np.ones(3)
    for f in (checkpoint(lambda x, w: x * w), by_primitive(lambda x, w: x * w, lambda ans, x, w: lambda g: g * w)):
        with debug():
            y = f(leaf(), w=array)
            array[0] += 1.0
            with pytest.raises(Changed, match="what its rule kept"):
                y.sum().backward()


def test_calls_under_debug_have_the_derivatives_that_they_have_without() -> None:
    def f(x: Any) -> Any:
        y = checkpoint(lambda a, b: a * np.exp(b))(x, x)
        z = by_primitive(lambda a: a**3, lambda ans, a: lambda g: g * 3 * a**2)(y)
        return np.sum(compile(lambda a: np.sin(a))(z) + numerical(np.tanh)(x))

    x, w = leaf(), leaf()
    f(x).backward()
    with debug(inf=True):
        f(w).backward()
    np.testing.assert_array_equal(x.grad, w.grad)


def test_nobody_listens_outside() -> None:
    with debug():
        assert len(listeners) == 1
        with debug():
            assert len(listeners) == 1
    assert not listeners
    gc.collect()
    y = checkpoint(lambda x: x * x)(leaf())
    assert y.entry.params is None and y.entry.edges[0][0].params is None
