"""What `compile` promises: the same numbers, a program for each signature, and errors that say what to write."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from agreement import same

from autograd import Tensor, check_grads, compile, grad, jvp, value_and_grad, vjp

pytestmark = pytest.mark.usefixtures("each_backend")

RNG = np.random.default_rng(0)


# What it computes


def test_values_and_gradients_are_eagers() -> None:
    def loss(w: Any, x: Any) -> Any:
        return np.sum(np.tanh(x @ w) ** 2) + np.linalg.norm(w)

    w, x = RNG.standard_normal((3, 2)), RNG.standard_normal((5, 3))
    both = compile(value_and_grad(loss))
    for _ in range(3):
        found, expected = both(w, x), value_and_grad(loss)(w, x)
        same(found[0], expected[0])
        same(found[1], expected[1])
        w = w - 0.1 * expected[1]
    assert len(both.programs) == 1


def test_numpys_integers_bound_a_slice() -> None:
    x = np.arange(12.0).reshape(3, 4)
    for n in (np.int64(0), np.int64(2), np.int8(-1), np.argmax([1, 5])):
        made = compile(grad(lambda x, n=n: np.sum(x[:n, ..., n:] ** 2) + np.sum(x[n : np.int16(3)])))
        same(made(x), grad(lambda x, n=n: np.sum(x[: int(n), ..., int(n) :] ** 2) + np.sum(x[int(n) : 3]))(x))


def test_numbers_move_where_there_is_room_for_them() -> None:
    for dtype, x, y in ((np.float16, 300, 300), (np.float32, 3e12, 3e12), (np.float64, 3e12, 3e12)):
        a, b = np.full(4, x, dtype), np.full(4, y, dtype)
        same(compile(lambda x, y: (x * 0.01) * y)(a, b), (a * 0.01) * b, 1e-3 if dtype == np.float16 else 1e-6)


def test_any_order_and_both_modes_inside() -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * np.exp(x)

    third = compile(grad(grad(grad(f))))
    same(third(np.array(0.5)), grad(grad(grad(f)))(0.5))
    forward = compile(lambda x, t: jvp(grad(lambda x: np.sum(f(x))), (x,), (t,))[1])
    x, t = RNG.standard_normal(3), RNG.standard_normal(3)
    same(forward(x, t), jvp(grad(lambda x: np.sum(f(x))), (x,), (t,))[1])


def test_a_tree_comes_back_as_it_was_returned() -> None:
    class Pair(NamedTuple):
        one: Any
        two: Any

    made = compile(lambda x: {"a": [x + 1, (x, 2.5)], "b": Pair(x * 2, None), "c": "text"})
    found = made(np.ones(2))
    assert list(found) == ["a", "b", "c"] and isinstance(found["b"], Pair) and isinstance(found["a"][1], tuple)
    assert found["a"][1][1] == 2.5 and found["b"].two is None and found["c"] == "text"
    assert all(type(leaf) is np.ndarray for leaf in (found["a"][0], found["a"][1][0], found["b"].one))


def test_results_are_the_callers_to_keep() -> None:
    made = compile(lambda x: (x * 2, np.sum(x), x.T, x, x[1:]))
    x = RNG.standard_normal((3, 2))
    first = made(x)
    copies = [np.copy(part) for part in first]
    for part in first:
        assert part.flags.writeable and not np.shares_memory(part, x)
        part += 1
    made(x + 5)
    for part, before in zip(first, copies, strict=True):
        np.testing.assert_array_equal(part, before + 1)


def test_a_compiled_function_is_differentiable() -> None:
    def plain(x: Any, y: Any) -> Any:
        return np.sum(np.tanh(x) * y, axis=0), np.exp(x)

    made = compile(plain)
    x, y = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 3))
    check_grads(made, (x, y))
    weights = RNG.standard_normal(3), RNG.standard_normal((2, 3))
    for a, b in zip(vjp(made, x, y)[1](weights), vjp(plain, x, y)[1](weights), strict=True):
        same(a, b)
    t = Tensor(x, requires_grad=True)
    made(t, y)[1].sum().backward()
    same(t.grad, np.exp(x))
    twice = grad(lambda x: np.sum(grad(lambda x: np.sum(made(x, y)[0] ** 2))(x) ** 2))
    same(twice(x), grad(lambda x: np.sum(grad(lambda x: np.sum(plain(x, y)[0] ** 2))(x) ** 2))(x), rtol=1e-10)


def test_compile_inside_compile_inlines() -> None:
    inner = compile(lambda x: np.exp(x) * 2)
    outer = compile(grad(lambda x: np.sum(inner(x))))
    same(outer(np.ones(2)), 2 * np.exp(np.ones(2)))
    assert inner.programs == ()


def test_as_a_decorator_with_options_and_on_a_method() -> None:
    @compile(static="n")
    def power(x: Any, n: int) -> Any:
        """Multiply."""
        for _ in range(n):
            x = x * x
        return x

    assert power.__name__ == "power" and power.__doc__ == "Multiply."
    same(power(np.full(2, 2.0), n=2), np.full(2, 16.0))

    class Scale:
        def __init__(self, by: float) -> None:
            self.by = by

        @compile
        def apply(self, x: Any) -> Any:
            return x * self.by

    one, two = Scale(2.0), Scale(3.0)
    assert (one.apply(np.ones(1)), two.apply(np.ones(1))) == (2, 3)
    one.by = 5.0
    assert one.apply(np.ones(1)) == 5


# Programs and their reasons


def test_a_program_for_each_signature_with_its_reason() -> None:
    made = compile(lambda x, scale: x["a"] * scale, static="scale")
    made({"a": np.ones((128, 3))}, 2)
    made({"a": np.ones((96, 3))}, 2)
    made({"a": np.ones((96, 3), np.float32)}, 2)
    made({"a": np.ones((96, 3))}, 3)
    made({"a": np.ones((128, 3))}, 2)
    reasons = [program.reason for program in made.programs]
    assert reasons[0] == "first call"
    assert reasons[1] == "axis 0 of x['a'] went from 128 to 96"
    assert reasons[2] == "x['a'] went from float64[96, 3] to float32[96, 3]"
    assert (len(reasons) == 4 and "scale went from 2 to 3" in reasons[3]) or "float32" in reasons[3]


def test_many_programs_warn_once_and_say_why() -> None:
    made = compile(lambda x, n: x * n)
    with pytest.warns(UserWarning, match=r"compiled 9 times.*n went from 7\.0 to 8\.0.*np\.asarray"):
        for n in range(9):
            made(np.ones(1), float(n))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made(np.ones(1), 100.0)


def test_the_cache_is_bounded() -> None:
    made = compile(lambda x, n: x * n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in range(70):
            same(made(np.ones(1), n), np.full(1, float(n)))
    assert len(made.programs) == 64


def test_memory_flops_and_program() -> None:
    made = compile(lambda x: np.sum(np.exp(x @ x)), backend="numpy")
    with pytest.raises(RuntimeError, match="no program yet"):
        _ = made.memory
    program = made.program(np.ones((4, 4)))
    assert "exp" in str(program) and made.memory.arena >= 128 and made.flops == 2 * 64 + 16 + 16


# Bad input


def test_what_asks_for_values_names_the_line_and_the_way_out() -> None:
    def branches(x: Any) -> Any:
        if x.sum() > 0:
            return x
        return -x

    with pytest.raises(TypeError, match=r"test_compile\.py, line \d+: A truth value.*np\.where.*static"):
        compile(branches)(np.ones(2))
    for asks in (float, int, lambda x: x.item(), lambda x: x.tolist(), lambda x: [0, 1][x]):
        with pytest.raises(TypeError, match=r"line \d+: A number.*static"):
            compile(lambda x, asks=asks: asks(x[0]))(np.ones(2, int))
    with pytest.raises(TypeError, match="plain array"):
        compile(lambda x: np.asarray(x))(np.ones(2))


@pytest.mark.parametrize(
    "shapeless",
    [lambda x: x[x > 0], lambda x: np.nonzero(x), lambda x: np.unique(x), lambda x: np.where(x > 0),
     lambda x: np.compress(x > 0, x), lambda x: np.repeat(x, x.astype(int)), lambda x: np.argwhere(x)],
)  # fmt: skip
def test_shapes_that_depend_on_values_are_refused(shapeless: Any) -> None:
    with pytest.raises(TypeError, match="while compiling"):
        compile(shapeless)(np.ones(3))


def test_bad_arguments() -> None:
    made = compile(lambda x: x)
    with pytest.raises(TypeError, match="cannot tell what to do with <object"):
        made(object())
    with pytest.raises(TypeError, match="array of object"):
        made(np.array([None]))
    with pytest.raises(TypeError, match=r"'n' is not hashable, list.*tuple"):
        compile(lambda x, n: x, static="n")(np.ones(1), n=[1])
    with pytest.raises(TypeError, match=r"1 is not hashable"):
        compile(lambda x, n: x, static="n")(np.ones(1), [1])
    with pytest.raises(ValueError, match="no such parameter"):
        compile(lambda x: x, static="y")
    with pytest.raises(ValueError, match="1 parameters"):
        compile(lambda x: x, donate=1)
    with pytest.raises(ValueError, match="one or the other"):
        compile(lambda x: x, static="x", donate="x")
    with pytest.raises(TypeError, match="takes a function"):
        compile(3)
    with pytest.raises(ValueError, match="backend"):
        compile(lambda x: x, backend="cuda")


def test_what_cannot_be_returned() -> None:
    with pytest.raises(TypeError, match="returned nothing"):
        compile(lambda x: None)(np.ones(1))
    with pytest.raises(TypeError, match="arrays, numbers, and trees"):
        compile(lambda x: object())(np.ones(1))
