"""Each pass by itself: what it changes, what it leaves, and where the results lie."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

from autograd import grad, value_and_grad
from autograd.compiler import lowering, tiling
from autograd.compiler.emit import emitted
from autograd.compiler.optimize import lowered, optimized
from autograd.compiler.passes import algebra, common, contraction, dead, scatters
from autograd.compiler.program import Program, Value
from autograd.compiler.recording import record
from autograd.compiler.signature import is_array
from autograd.compiler.storage import planned
from autograd.compiler.tiling import Tile
from autograd.compiler.verify import verify
from autograd.compiler.writers import writes

pytestmark = pytest.mark.usefixtures("each_backend")

X, Y = np.arange(1.0, 7.0).reshape(2, 3), np.linspace(-1, 1, 6).reshape(2, 3)


def program(fn: Any, *arrays: Any) -> Program:
    """Record a function."""
    return record(fn, arrays or (X,), {}, is_array).program


def functions(made: Program) -> list[str]:
    """Name the functions that a program calls."""
    return [getattr(node.fn, "__name__", "?") for node in made.nodes]


def simplify(fn: Any, *arrays: Any) -> Program:
    """Record a function, and apply the algebra alone, with the dead code left out."""
    made = dead.run(algebra.run(dead.run(algebra.run(program(fn, *arrays)))))
    verify(made)
    return made


def run(made: Program, *arrays: Any) -> Any:
    """Run a program."""
    return emitted(made)[1]()(*arrays)


def test_dead_code() -> None:
    made = program(lambda x: (np.exp(x), np.sin(x))[1])
    assert functions(made) == ["exp", "sin"]
    assert functions(dead.run(made)) == ["sin"]


def test_no_gradient_is_computed_that_nobody_asks_for() -> None:
    def loss(w: Any, x: Any) -> Any:
        return np.sum(np.tanh(x @ w))

    one = optimized(program(grad(loss, 0), np.ones((3, 2)), X))
    both = optimized(program(grad(loss, (0, 1)), np.ones((3, 2)), X))
    assert functions(one).count("matmul") == 2 and functions(both).count("matmul") == 3


def test_common_calls() -> None:
    made = dead.run(common.run(program(lambda x: np.exp(x) + np.exp(x) * np.sum(x, axis=0) - np.sum(x, axis=0))))
    assert sorted(functions(made)) == ["add", "exp", "multiply", "reduce", "subtract"]
    for same in (lambda x: (x[0], x[0]), lambda x: (np.sum(x, axis=0), np.sum(x, axis=0))):
        assert len(dead.run(common.run(program(same))).nodes) == 1
    for other in (lambda x: (x[0], x[1]), lambda x: (x * 1, x * True), lambda x: (x * 0.0, x * -0.0)):
        assert len(dead.run(common.run(program(other))).nodes) == 2


@pytest.mark.parametrize(
    ("fn", "left"),
    [
        (lambda x: x * 1, []), (lambda x: 1 * x, []), (lambda x: x + 0, []),
        (lambda x: x - 0, []), (lambda x: x / 1, []),
        (lambda x: np.negative(-x), []), (lambda x: x**1, []), (lambda x: x**2, ["square"]),
        (lambda x: x**0.5, ["sqrt"]),
        (lambda x: 0 - x, ["negative"]), (lambda x: x + (-x) * 1, ["subtract"]),
        (lambda x: x - (-x), ["add"]), (lambda x: (x * 2.0) * 3.0, ["multiply"]), (lambda x: (-x) * 2.0, ["multiply"]),
        (lambda x: x.T.T, []), (lambda x: np.swapaxes(x, 0, 1).T, []), (lambda x: x.reshape(6).reshape(2, 3), []),
        (lambda x: x.reshape(3, 2).reshape(6), ["reshape"]), (lambda x: np.copy(x), []),
        (lambda x: np.where(True, x, 0), []), (lambda x: np.where(x > 0, x, x), []),
        (lambda x: x.astype(np.float64), []), (lambda x: x.astype(np.complex128).astype(np.float64), []),
        (lambda x: np.broadcast_to(x[0], (2, 3)) * x, ["getitem", "multiply"]),
        (lambda x: np.sum(np.broadcast_to(np.ones_like(x[0, 0]), (4, 5))) * x, ["multiply"]),
        (lambda x: (np.ones_like(x) * 3.0) * x, ["multiply"]), (lambda x: np.sum(x.T, axis=0), ["reduce"]),
        # What is not exact, or not of one kind, stays.
        (lambda x: x * 0, ["multiply"]), (lambda x: np.exp(np.log(x)), ["log", "exp"]),
        (lambda x: x.astype(np.float32).astype(np.float64), ["cast", "cast"]),
        (lambda x: (x * 2) // 1, ["multiply", "floor_divide"]),
    ],
)  # fmt: skip
def test_algebra(fn: Any, left: list[str]) -> None:
    made = simplify(fn)
    assert [name for name in functions(made) if name != "full"] == left
    if made.nodes:
        np.testing.assert_allclose(run(made, X)[0], fn(X), rtol=1e-15)


def test_softmax_with_cross_entropy_comes_to_p_minus_y() -> None:
    """Nobody wrote it down: the chapter's combined backward follows from the table."""

    def loss(z: Any, y: Any) -> Any:
        shifted = z - z.detach().max(axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(len(y)), y])

    z, y = np.random.default_rng(0).standard_normal((5, 3)), np.array([0, 2, 1, 1, 0])
    made = optimized(program(grad(loss), z, y))
    after = functions(made)[functions(made).index("exp") + 1 :]
    assert after == ["reduce", "full", "scatter", "full", "over", "reshape", "multiply", "add"]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(run(made, z, y)[0], (p - np.eye(3)[y]) / 5, rtol=1e-12)


def test_gradients_of_parts_are_joined() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.exp(x[:2])) + np.sum(np.sin(x[4:])) + np.sum(x[2:3] ** 2)

    x = np.arange(6.0)
    made = dead.run(scatters.run(dead.run(common.run(algebra.run(program(grad(f), x))))))
    assert "concatenate" in functions(made) and "scatter" not in functions(made)
    np.testing.assert_allclose(run(made, x)[0], grad(f)(x))


def test_chains_of_matrices_are_multiplied_in_the_best_order() -> None:
    rng = np.random.default_rng(0)
    a, b, v = rng.standard_normal((30, 30)), rng.standard_normal((30, 30)), rng.standard_normal((30, 1))
    made = dead.run(contraction.run(program(lambda a, b, v: a @ b @ v, a, b, v)))
    verify(made)
    assert [node.out.shape for node in made.nodes] == [(30, 1), (30, 1)]
    np.testing.assert_allclose(run(made, a, b, v)[0], a @ b @ v, rtol=1e-12)
    # What is read elsewhere too is computed anyway; and an order that is best stays.
    for fn in (lambda a, b, v: ((c := a @ b) @ v, c), lambda a, b, v: a @ (b @ v)):
        assert contraction.run(before := program(fn, a, b, v)) is before


@pytest.mark.parametrize(
    ("subscripts", "calls"),
    [
        ("ij,jk->ik", ["matmul"]), ("ji,jk->ki", ["transpose", "matmul", "transpose"]),
        ("ij,jk,kl->il", ["matmul", "matmul"]), ("ij,jk,k->i", ["einsum", "einsum"]), ("ij,ij->", ["einsum"]),
        ("ii,ij->j", ["einsum"]), ("bij,bjk->bik", ["einsum"]), ("ij->ji", ["einsum"]),
    ],
)  # fmt: skip
def test_einsum_takes_its_operands_in_the_best_order(subscripts: str, calls: list[str]) -> None:
    rng = np.random.default_rng(0)
    size = {"i": 4, "j": 4, "k": 4, "l": 2, "b": 2}
    shapes = [tuple(size[c] for c in term) for term in subscripts.partition("->")[0].split(",")]
    arrays = [rng.standard_normal(shape) for shape in shapes]
    made = dead.run(contraction.run(program(lambda *xs: np.einsum(subscripts, *xs), *arrays)))
    verify(made)
    assert functions(made) == calls
    np.testing.assert_allclose(run(made, *arrays)[0], np.einsum(subscripts, *arrays), rtol=1e-12)


def test_sums_of_what_was_broadcast() -> None:
    x = np.arange(3.0)
    cases: list[Any] = [
        lambda x: np.sum(np.broadcast_to(x, (4, 3)), axis=0),
        lambda x: np.sum(np.broadcast_to(x[:, None], (3, 5)), axis=1),
        lambda x: np.sum(np.broadcast_to(x[:, None], (2, 3, 5)), axis=(0, 2)),
        lambda x: np.sum(np.broadcast_to(x[:, None], (2, 3, 5)), axis=2),
    ]  # fmt: skip
    for fn in cases:
        made = dead.run(algebra.run(program(fn, x)))
        verify(made)
        assert "reduce" not in functions(made)
        np.testing.assert_allclose(run(made, x)[0], fn(x), rtol=1e-15)
    made = dead.run(algebra.run(program(lambda x: np.sum(np.broadcast_to(x, (4, 3)), axis=1), x)))
    assert "reduce" in functions(made)


# What NumPy does fastest


def test_lowering() -> None:
    x, y = np.random.default_rng(0).standard_normal((40, 3)), np.arange(40) % 3
    cases: list[tuple[Any, str]] = [
        (lambda x, y: np.maximum(x, 0), "clip"), (lambda x, y: np.minimum(0.5, x), "clip"),
        (lambda x, y: np.where(x > 0, x, 0), "gate"), (lambda x, y: np.sum(x, axis=0), "dot"),
        (lambda x, y: np.sum(x, axis=0, keepdims=True), "dot"), (lambda x, y: np.max(x, axis=1), "maximum"),
        (lambda x, y: np.sum(x, axis=-1, keepdims=True), "add"), (lambda x, y: x[np.arange(40), y], "take_flat"),
    ]  # fmt: skip
    for fn, name in cases:
        made = lowered(optimized(program(fn, x, y)))
        verify(made)
        assert name in functions(made), functions(made)
        np.testing.assert_allclose(run(made, x, y)[0], fn(x, y), rtol=1e-12)


def test_gradients_of_parts_are_added_where_they_belong() -> None:
    """In one array: the parts overlap, are single elements too, and one of them is read again later."""

    def f(x: Any) -> Any:
        return np.sum(x[1:] * x[:-1]) + x[2, 1] * x[0, 0] + np.sum(x[::2, ..., None] ** 2)

    x = np.random.default_rng(0).standard_normal((7, 3))
    for fn, first, further in ((f, 1, 4), (lambda x: f(x) + np.sum(x[-1] * np.sin(x)), 0, 6)):
        made = lowered(optimized(program(lambda x, fn=fn: grad(fn)(x) * 2, x)))
        verify(made)
        named = functions(made)
        assert (named.count("among_zeros"), named.count("add_part")) == (first, further)
        assert "scatter" not in named
        np.testing.assert_allclose(run(made, x)[0], 2 * grad(fn)(x), rtol=1e-14)
        slots = planned(made, writes).slot
        assert len({slots[node.out] for node in made.nodes if node.fn is lowering.add_part}) == 1
    np.testing.assert_array_equal(lowering.among_zeros(x[0], 1, (3, 3)), [[0] * 3, x[0], [0] * 3])


def test_labels_that_are_not_there_are_an_error_and_negative_ones_count_from_the_end() -> None:
    x = np.random.default_rng(0).standard_normal((4, 3))
    made = lowered(optimized(program(lambda x, y: x[np.arange(4), y], x, np.zeros(4, int))))
    y = np.array([0, -1, 2, -3])
    np.testing.assert_array_equal(run(made, x, y)[0], x[np.arange(4), y])
    for wrong in (3, -4):
        with pytest.raises(IndexError, match="out of bounds for axis 1 with size 3"):
            run(made, x, np.array([0, wrong, 0, 0]))


def test_a_gate_lets_nothing_infinite_through() -> None:
    x = np.array([[np.inf, -np.inf, np.nan, 1.0]] * 20)
    made = lowered(program(lambda x, c: np.where(c > 0, x, 0), x, x))
    np.testing.assert_array_equal(run(made, x, -np.ones_like(x))[0], np.zeros_like(x))
    np.testing.assert_array_equal(run(made, x, np.ones_like(x))[0], x)


def test_tiles() -> None:
    x = np.random.default_rng(0).standard_normal((700, 411))
    y = np.random.default_rng(1).standard_normal((700, 411))

    def fn(x: Any, y: Any) -> Any:
        a = np.exp(-x * x) + np.sum(y)
        b = np.where(a > 0.5, np.maximum(a * y, 0), 0)
        return b, np.sum(np.sin(b) * 2.0 + a), a[:2]

    made = lowered(optimized(program(fn, x, y)))
    verify(made)
    tiles = [node for node in made.nodes if isinstance(node.fn, Tile)]
    assert len(tiles) == 1 and len(tiles[0].fn.nodes) >= 8
    for at in ((x, y), (np.asfortranarray(x), y[::-1]), (x[:, ::-1], x)):
        for found, expected in zip(run(made, *at), fn(*at), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert tiling.run(program(lambda x: np.exp(np.sin(np.cos(x))))).nodes[0].fn is np.cos


# Where results lie


def test_the_arena_is_as_small_as_what_lives_at_once() -> None:
    def loss(w: Any, v: Any, x: Any) -> Any:
        h = np.maximum(x @ w, 0)
        return np.mean(np.tanh(h @ v) ** 2) + np.sum(w * w)

    rng = np.random.default_rng(0)
    arrays = rng.standard_normal((20, 30)), rng.standard_normal((30, 7)), rng.standard_normal((50, 20))
    made = lowered(optimized(program(value_and_grad(loss, (0, 1)), *arrays)))
    storage = planned(made, writes)
    assert storage.nbytes <= 1.1 * storage.live
    assert storage.nbytes < 0.5 * sum(node.outs[0].nbytes for node in made.nodes)


def test_places_of_the_same_time_do_not_overlap() -> None:
    rng = np.random.default_rng(0)
    made = lowered(
        optimized(program(grad(lambda x: np.sum(np.tanh(x @ x.T) @ np.exp(x))), rng.standard_normal((9, 9))))
    )
    slots = [slot for slot in dict.fromkeys(planned(made, writes).slot.values()) if slot.within is None]
    for i, one in enumerate(slots):
        for other in slots[:i]:
            together = one.start <= other.end and other.start <= one.end
            apart = one.offset + one.nbytes <= other.offset or other.offset + other.nbytes <= one.offset
            assert apart or not together


def test_verify_finds_what_is_wrong() -> None:
    made = program(lambda x: np.exp(x) + 1)
    verify(made)
    with pytest.raises(AssertionError, match="not made yet"):
        verify(Program(made.inputs, made.nodes[::-1], made.outputs))
    with pytest.raises(AssertionError, match="that is there"):
        verify(Program(made.inputs, [*made.nodes, made.nodes[0]], made.outputs))
    with pytest.raises(AssertionError, match="never made"):
        verify(Program(made.inputs, made.nodes[:1], made.outputs))
    made.nodes[0].outs[0] = Value((5,), np.dtype(float))
    with pytest.raises(AssertionError, match="not float64"):
        verify(Program(made.inputs, made.nodes[:1], []))


def test_a_program_prints() -> None:
    text = str(program(lambda x: np.sum(x[0], axis=0) * 2))
    assert text == (
        "program(v0: float64[2, 3]):\n    v1: float64[3] = getitem(v0, 0)\n"
        "    v2: float64[] = add.reduce(v1, axis=0, keepdims=False)\n"
        "    v3: float64[] = multiply(v2, 2)\n    return v3"
    )
    assert operator.getitem in {node.fn for node in program(lambda x: x[0]).nodes}
    assert lowering.run(program(lambda x: x[0])).nodes
