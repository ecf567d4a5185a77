"""Random programs: eager against compiled, values and gradients, with every pass on, and with each one off."""

from __future__ import annotations

from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, compile, vjp
from autograd.compiler import emit, tiling
from autograd.compiler.inference import ones
from autograd.compiler.optimize import LOWERING, PASSES, PLACES, lowered, optimized
from autograd.compiler.recording import record
from autograd.compiler.signature import is_array
from autograd.compiler.state import checked
from autograd.compiler.verify import verify
from autograd.tree import flatten

pytestmark = pytest.mark.usefixtures("each_backend")

UNARY = {
    "exp": lambda x: np.exp(-x * x), "tanh": np.tanh, "sin": np.sin, "negative": lambda x: -x, "square": lambda x: x**2,
    "sqrt": lambda x: np.sqrt(x * x + 1), "relu": lambda x: np.maximum(x, 0), "minimum": lambda x: np.minimum(x, 0.25),
    "log": lambda x: np.log(x * x + 1), "minus": lambda x: np.negative(-x), "power": lambda x: (x * x + 1) ** 0.5,
    "clip": lambda x: np.clip(x, -0.5, 0.5), "where": lambda x: np.where(x > 0, x, 0), "one": lambda x: x * 1 + 0,
    "absolute": np.abs, "cumsum": lambda x: np.cumsum(x, axis=0), "sort": lambda x: np.sort(x, axis=-1),
}  # fmt: skip
SHAPING = {
    "transpose": lambda x: x.T, "ravel": np.ravel, "reversed": lambda x: x[::-1], "first": lambda x: x[:1],
    "twice": lambda x: np.concatenate([x, x]), "and back": lambda x: np.concatenate([x, x[::-1]]),
    "read": lambda x: x[np.arange(x.shape[0]), np.zeros(x.shape[0], int)] if x.ndim == 2 else x,
    "stack": lambda x: np.stack([x, -x]), "roll": lambda x: np.roll(x, 1),
    "sum": lambda x: np.sum(x, axis=0), "mean": lambda x: np.mean(x, axis=-1, keepdims=True),
    "max": lambda x: np.max(x, axis=0), "var": lambda x: np.var(x, axis=-1),
    "repeat": lambda x: np.repeat(x, 2, axis=0),
    "picked": lambda x: x[np.zeros(2, int)], "new axis": lambda x: x[:, None], "swap": lambda x: np.swapaxes(x, 0, -1),
    "broadcast": lambda x: np.broadcast_to(x, (2, *x.shape)), "float32": lambda x: x.astype(np.float32).astype(float),
}  # fmt: skip
BINARY = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": lambda x, y: x / (y * y + 1),
    "maximum": np.maximum, "hypot": np.hypot, "where": lambda x, y: np.where(x > y, x, y * 2),
    "matmul": lambda x, y: x @ np.swapaxes(y, -1, -2) if x.ndim > 1 and x.shape == y.shape else x * y,
}  # fmt: skip


def written(x: Any, at: int, value: Any) -> Any:
    """Write into a copy."""
    y = Tensor(x) * 1.0
    y[at] = value
    y[-1:] *= 2.0
    return y


@st.composite
def programs(draw: Any) -> Any:
    """Draw a program of two arrays: a list of steps, each on values that are there."""
    steps = []
    count = 2
    for _ in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(["unary", "unary", "binary", "binary", "shaping", "write"]))
        table: Any = {"unary": UNARY, "binary": BINARY, "shaping": SHAPING, "write": {"write": written}}[kind]
        name = draw(st.sampled_from(sorted(table)))
        # The latest, so that chains get long, or any.
        pick = st.one_of(st.just(count - 1), st.integers(0, count - 1))
        steps.append((kind, name, draw(pick), draw(pick)))
        count += 1
    return steps


def run(steps: Any, *arrays: Any) -> Any:
    """Run a program; a step that does not fit its operands is left out."""
    values = list(arrays)
    for kind, name, i, j in steps:
        x, y = values[i], values[j]
        if kind == "binary":
            try:
                np.broadcast_shapes(x.shape, y.shape)
                made = BINARY[name](x, y)
            except ValueError:
                made = x
        elif kind == "unary":
            made = UNARY[name](x) if x.ndim or name not in ("cumsum", "sort") else x
        elif kind == "shaping":
            made = SHAPING[name](x) if x.ndim and 0 < x.size < 500 else x
        else:
            made = written(x, 0, 0.5) if x.ndim and x.shape[0] else x
        values.append(made)
    return sum((np.sum(value) for value in values[2:]), np.sum(values[-1] * 3.0)), values[-1]


def both(steps: Any) -> Any:
    """Make the function that gives value and gradients of a program."""

    def derivatives(*arrays: Any) -> Any:
        out, pullback = vjp(lambda *xs: list(run(steps, *xs)), *arrays)
        return out, pullback([np.ones_like(part) for part in out])

    return derivatives


def inputs(seed: int) -> list[Any]:
    """Draw two arrays: of shapes that broadcast, of many sizes."""
    rng = np.random.default_rng(seed)
    shapes = [((3, 4), (3, 4)), ((4,), (3, 4)), ((), (2,)), ((1, 3), (2, 1)), ((2, 3, 2), (3, 1)), ((20, 3), (20, 3))]
    return [rng.uniform(-1, 1, shape) for shape in shapes[seed % len(shapes)]]


def agree(found: Any, expected: Any) -> None:
    """Assert that results agree to the rounding that float32 steps in between leave."""
    for ours, eager in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        ours, eager = np.asarray(ours), np.asarray(eager)
        assert (ours.shape, ours.dtype) == (eager.shape, eager.dtype)
        scale = max(1.0, float(np.max(np.abs(eager), initial=0)))
        np.testing.assert_allclose(ours, eager, rtol=0, atol=1e-6 * scale if ours.dtype == np.float32 else 2e-6 * scale)


@given(steps=programs(), seed=st.integers(0, 5))
def test_compiled_is_eager(steps: Any, seed: int) -> None:
    arrays = inputs(seed)
    agree(compile(both(steps))(*arrays), both(steps)(*arrays))


@given(steps=programs(), seed=st.integers(0, 5))
def test_what_checks_itself_finds_nothing(steps: Any, seed: int) -> None:
    """Each address lies in its array, and nothing is read that was not written: the arena is NaN before each run."""
    arrays = inputs(seed)
    with checked():
        made = compile(both(steps))
        made(*arrays)
        agree(made(*arrays), both(steps)(*arrays))


@pytest.mark.parametrize("off", [*dict.fromkeys([*PASSES, *LOWERING, *PLACES]), "everything"])
@given(steps=programs(), seed=st.integers(0, 5))
def test_with_a_pass_off(off: str, steps: Any, seed: int) -> None:
    arrays = inputs(seed)
    made = compile(both(steps))
    made.off = {*PASSES, *LOWERING, *PLACES} if off == "everything" else {off}
    agree(made(*arrays), both(steps)(*arrays))


@given(steps=programs(), seed=st.integers(0, 5), layout=st.sampled_from(["C", "F", "reversed", "strided"]))
def test_in_small_tiles_with_donation_in_any_layout(steps: Any, seed: int, layout: str) -> None:
    def laid(x: Any) -> Any:
        if layout == "reversed":
            return np.flip(np.flip(x).copy())
        if layout == "strided" and x.ndim:
            return np.repeat(x, 2, axis=-1)[..., ::2]
        return np.array(x, order="F" if layout == "F" else "C")

    arrays = inputs(seed)
    expected = both(steps)(*arrays)
    with (
        mock.patch.object(tiling, "LARGE", 4),
        mock.patch.object(tiling, "PIECE", 3),
        mock.patch.object(emit, "PIECE", 3),
    ):
        made = compile(both(steps), donate=(0, 1))
        agree(made(*map(laid, arrays)), expected)
        agree(made(*map(laid, arrays)), expected)


@given(steps=programs(), seed=st.integers(0, 5))
def test_every_pass_leaves_a_program(steps: Any, seed: int) -> None:
    arrays = [ones(x.shape, x.dtype) for x in inputs(seed)]
    program = record(both(steps), arrays, {}, is_array).program
    verify(program)
    for name, change in PASSES.items():
        verify(change(program))
        assert len(optimized(program, off={name}).nodes) <= len(program.nodes) + 8
    program = optimized(program)
    verify(program)
    for change in LOWERING.values():
        program = change(program)
        verify(program)
    verify(lowered(program))


class Named(NamedTuple):
    """Arrays in a tuple that a global holds."""

    x: Any
    y: Any


HELD = Named(np.arange(3.0), np.ones(3))

#: What was compiled wrongly once, and why.
CORPUS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "0 / 0 in a gradient was taken for a plain division": (
        lambda x: np.log(x) * np.array([0.0, 1.0]), (np.array([0.0, 2.0]),)),
    "residuals were empty for throw-away matrices of rank 1": (
        lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], (np.eye(4, 2) + 0.1, np.arange(4.0))),
    "a tuple was not put back as it was, so that no program held": (lambda x: x * HELD.x + HELD.y, (np.ones(3),)),
    "a number was taken for an array from outside": (lambda x: np.sin(x) * 1.01 + x * 0.1, (np.ones(3),)),
    "eigenvalues were real for symmetric throw-away matrices": (
        lambda a: np.real(np.linalg.eigvals(a)) ** 2, (np.array([[1.0, 2, 0], [-2, 1, 0], [0, 0.5, 3]]),)),
    "a bundle of cotangents hid values from the backend": (
        lambda a: np.linalg.svd(a)[1], (np.arange(6.0).reshape(2, 3) + np.eye(2, 3),)),
    "a maximum with a number was written over what it reads": (
        lambda x: np.maximum(x, 0.5) + np.minimum(x, 0.25) * x, (np.linspace(-1, 1, 40),)),
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
def test_past_failures(name: str) -> None:
    function, arrays = CORPUS[name]

    def derivatives(*xs: Any) -> Any:
        out, pullback = vjp(function, *xs)
        return out, pullback(np.ones_like(out))

    made = compile(derivatives)
    with np.errstate(all="ignore"):
        for _ in range(2):
            agree(made(*arrays), derivatives(*arrays))
    assert len(made.programs) == 1
