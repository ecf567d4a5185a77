"""Hypothesis strategies made from the declarations: calls of an op, drawn from its `sample=` and `cases=`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import scipy.special  # so that its rooms open
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from autograd.extend import Real
from autograd.op import Composite, Matrix, Op, case, composites
from autograd.protocols import open_rooms

#: Values lie on a grid of this many points, a little off the round numbers where derivatives vanish.
GRID = 1001
OFFSET = 0.37
FLOATS = (np.float64, np.float32, np.float16)
COMPLEX = (np.complex128, np.complex64)


@dataclass(frozen=True)
class Subject:
    """What is tested: an op or a composite, and the function by which a user calls it."""

    name: str
    function: Callable[..., Any] = field(compare=False)
    made: Op | Composite = field(compare=False)

    @property
    def is_numpys(self) -> bool:
        """Tell whether the function is a library's, so that what it gives on arrays is not ours."""
        return self.function is not self.made

    def __repr__(self) -> str:
        """Give the name, for the tests' output."""
        return self.name


def full_name(function: Any) -> str:
    """Write a library's function as a user does."""
    if isinstance(function, np.ufunc):
        name = function.__name__
        return f"scipy.special.{name}" if getattr(scipy.special, name, None) is function else f"numpy.{name}"
    return f"{function.__module__}.{function.__name__}".replace("scipy.special._basic", "scipy.special")


@cache
def subjects() -> tuple[Subject, ...]:
    """Collect every op and every composite of the calculus tables."""
    open_rooms()
    found: dict[str, Subject] = {}
    rooms = [module for name, module in sys.modules.items() if name.startswith("autograd.ops.")]
    for op in {value for room in rooms for value in vars(room).values() if isinstance(value, Op)}:
        names = (op.fn, *op.numpy) if isinstance(op.fn, np.ufunc) else op.numpy
        function = names[0] if names else op
        name = full_name(function) if names else op.name
        found[name] = Subject(name, function, op)
    for made in dict.fromkeys(composites.values()):
        if not made.body.__module__.startswith("autograd."):
            continue
        # What writes into a Tensor gives nothing to look at; what is known by name only may not be there.
        if isinstance(made.numpy[0], str) or made.body.__annotations__.get("return") == "None":
            continue
        name = full_name(made.numpy[0])
        # Beside an op of the same function a composite has the keywords that the op has not.
        found[f"{name}, in general" if name in found else name] = Subject(name, made.numpy[0], made)
    return tuple(found[name] for name in sorted(found))


@dataclass(frozen=True)
class Call:
    """One call: the inputs (arrays, or lists of arrays), static parameters, and which inputs are differentiable."""

    subject: Subject
    inputs: tuple[Any, ...]
    params: dict[str, Any]

    @property
    def op(self) -> Any:
        """Give the op that is called."""
        return self.subject.made

    @property
    def chosen(self) -> list[int]:
        """Tell which inputs have a rule."""
        op = self.op
        everything = range(len(self.inputs))
        return [i for i in everything if isinstance(op, Composite) or op.variadic or op.rules[i] is not None]

    @property
    def arrays(self) -> tuple[Any, ...]:
        """Give the inputs of a call without lists."""
        return self.inputs

    @property
    def floats(self) -> tuple[Any, ...]:
        """Give the differentiable inputs."""
        return tuple(self.inputs[i] for i in self.chosen)

    def function(self, *floats: Any) -> Any:
        """Call the function as a user does, on new values for the differentiable inputs."""
        inputs = list(self.inputs)
        for i, value in zip(self.chosen, floats, strict=True):
            inputs[i] = value
        made = self.op
        if self.subject.function is np.einsum and isinstance(made, Composite):
            params = dict(self.params)
            return np.einsum(params.pop("subscripts"), *inputs, **params)
        if isinstance(made, Composite) and made.inputs:
            return self.subject.function(**dict(zip(made.inputs, inputs, strict=False)), **self.params)
        if isinstance(made, Op) and made.variadic and self.subject.is_numpys:
            return self.subject.function(tuple(inputs), **self.params)
        return self.subject.function(*inputs, **self.params)

    def with_inputs(self, change: Callable[[Any], Any]) -> Call:
        """Give the same call with each differentiable array changed."""
        inputs = list(self.inputs)
        for i in self.chosen:
            value = inputs[i]
            inputs[i] = [change(a) for a in value] if isinstance(value, list) else change(value)
        return Call(self.subject, tuple(inputs), self.params)


def array_of(real: Real, ticks: list[int], shape: tuple[int, ...]) -> Any:
    """Place ticks of the grid in a sample's interval, moved out of the margin around what it avoids."""
    values = real.low + (real.high - real.low) * (np.array(ticks, dtype=float) + OFFSET) / GRID
    for point in real.avoid:
        margin = 0.05 * (real.high - real.low)
        near = np.abs(values - point) < margin
        values = np.where(near, point + np.where(values < point, -margin, margin) * 1.5, values)
    return np.asarray(values).reshape(shape)


def matrices(kind: str, seed: int, shape: tuple[int, ...], complex_: bool) -> Any:
    """Make matrices whose singular values lie apart by construction: 1, 1.7, 2.4, ..."""
    rng = np.random.default_rng(seed)

    def unitary(n: int) -> Any:
        a = rng.standard_normal((*shape[:-2], n, n))
        if complex_:
            a = a + 1j * rng.standard_normal(a.shape)
        return np.linalg.qr(a)[0]

    rows, columns = shape[-2:]
    spread = 1.0 + 0.7 * np.arange(min(rows, columns))
    u = unitary(rows)[..., : len(spread)]
    if kind == "regular":
        return np.asarray((u * spread) @ unitary(columns)[..., : len(spread), :])
    if kind == "hermitian":
        spread = spread * np.where(np.arange(len(spread)) % 2, -1, 1)
    made = (u * spread) @ np.conj(np.swapaxes(u, -1, -2))
    return (made + np.conj(np.swapaxes(made, -1, -2))) / 2


def read_only(array: Any) -> Any:
    """Freeze an array: what is written into it shows."""
    array.flags.writeable = False
    return array


def fortran(array: Any) -> Any:
    """Lay an array out in columns."""
    return read_only(np.array(array, order="F"))


def backwards(array: Any) -> Any:
    """Lay an array out with negative strides."""
    flipped = (..., *[slice(None, None, -1)] * array.ndim)
    return read_only(array[flipped].copy()[flipped])


def strided(array: Any) -> Any:
    """Lay an array out with gaps."""
    wide = np.full([2 * n for n in array.shape], np.nan, dtype=array.dtype)
    every_second = (..., *[slice(None, None, 2)] * array.ndim)
    wide[every_second] = array
    return read_only(wide[every_second])


LAYOUTS = (lambda a: read_only(np.array(a)), fortran, backwards, strided)


@st.composite
def axes_of(draw: Any, ndim: int) -> Any:
    """Draw what NumPy takes as axis: None, one, or several, from either end."""
    if ndim == 0 or draw(st.integers(0, 3)) == 0:
        return None
    count = draw(st.integers(1, ndim))
    chosen = draw(st.permutations(range(ndim)))[:count]
    chosen = tuple(a - ndim if draw(st.booleans()) else a for a in chosen)
    return chosen[0] if count == 1 and draw(st.booleans()) else chosen


def is_free(made: Op | Composite) -> bool:
    """Tell whether calls with any shapes that broadcast, and any axes, may be made."""
    return isinstance(made, Op) and (made.family in ("elementwise", "reduction") or not made.cases)


def plain_calls(subject: Subject) -> Iterator[Call]:
    """Give a call, real and complex, for each case that is declared, and for what a user would write first."""
    made = subject.made
    cases = list(made.cases)
    if is_free(made) and made.family == "reduction":
        cases += [case((2, 3)), case((2, 3), axis=0), case((3, 2, 3), axis=(0, -1), keepdims=True), case((4,), axis=-1)]
    elif is_free(made):
        more = len(made.inputs) - 1
        cases += [case((2, 3), *[(2, 3)] * more), case((2, 1, 3), *[(4, 1)] * more), case((), *[(3,)] * more)]
    for seed, it in enumerate(cases):
        for complex_ in (False, True):
            yield call_of(subject, tuple(it.shapes), dict(it.params), seed, complex_)


@st.composite
def calls(draw: Any, subject: Subject, small: bool = False, complex_: bool = False) -> Call:
    """Draw a call, smooth at its point, in float64 or complex128.

    With `small` the shapes are few, none is empty, and there are at most three axes.
    """
    made = subject.made
    least, most = (1, 3) if small else (0, 4)
    params: dict[str, Any] = {}
    free = is_free(made)
    if made.cases and (not free or draw(st.booleans())):
        drawn_case = draw(st.sampled_from(made.cases))
        shapes, params = tuple(drawn_case.shapes), dict(drawn_case.params)
    elif free and made.family == "reduction":
        shape = tuple(draw(st.lists(st.integers(least, 3), max_size=most)))
        shapes: tuple[Any, ...] = (shape,)
        params = {"axis": draw(axes_of(len(shape))), "keepdims": draw(st.booleans())}
        if "ddof" in made.params:
            enough = math.prod(shape) > np.sum(np.zeros(shape), axis=params["axis"]).size
            params["ddof"] = draw(st.sampled_from([0, 1])) if enough or not small else 0
    elif free:
        drawn = draw(
            mutually_broadcastable_shapes(num_shapes=len(made.inputs), min_side=least, max_side=3, max_dims=most)
        )
        # More than the pool of distinct numbers holds is no more to be learnt from.
        if sum(map(math.prod, drawn.input_shapes)) > GRID // Pool.SPACING:
            reject()
        shapes = drawn.input_shapes
    else:
        raise AssertionError(f"{subject.name} has no cases: declare what the tests are to call")
    return call_of(subject, shapes, params, draw(st.integers(0, 2**16)), complex_)


def call_of(subject: Subject, shapes: tuple[Any, ...], params: dict[str, Any], seed: int, complex_: bool) -> Call:
    """Make a call with inputs of given shapes, of numbers that a seed gives."""
    made = subject.made
    names: Any = made.inputs
    if isinstance(made, Composite):
        names = names or tuple(made.sample) or ("x",)
        names = (*names, *[names[-1]] * len(shapes))[: len(shapes)]
    if isinstance(made, Op) and "dtype" in made.params and "dtype" not in params:
        params["dtype"] = np.complex128 if complex_ else np.float64
    if isinstance(made, Op) and made.variadic:
        names = made.inputs * len(shapes)
    inputs = []
    pool = Pool(seed, any(getattr(s, "distinct", False) for s in made.sample.values()))
    for i, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        sample = made.sample.get(name, Real())
        if isinstance(made, Op) and not made.variadic and made.rules[i] is None:
            # A condition, unless the op says what else.
            held = pool.values(sample, shape, False)
            inputs.append(held if name in made.sample else held > 0)
        elif isinstance(shape, list):
            inputs.append([pool.values(sample, one, complex_) for one in shape])
        else:
            inputs.append(pool.values(sample, shape, complex_))
    return Call(subject, tuple(inputs), params)


class Pool:
    """Numbers for the inputs of one call; distinct ones are so across all of them."""

    #: Far enough apart that a step of the differences reaches no neighbour.
    SPACING = 10

    def __init__(self, seed: int, distinct: bool) -> None:
        self.rng = np.random.default_rng(seed)
        self.distinct = distinct
        self.left = list(self.rng.permutation(GRID // self.SPACING))

    def values(self, sample: Any, shape: tuple[int, ...], complex_: bool) -> Any:
        """Draw an array from a sample."""
        if isinstance(sample, Matrix):
            return matrices(sample.kind, int(self.rng.integers(2**16)), shape, complex_)
        size = math.prod(shape)
        if self.distinct and size <= len(self.left):
            ticks = [self.SPACING * int(self.left.pop()) for _ in range(size)]
        else:
            ticks = [int(tick) for tick in self.rng.integers(0, GRID, size)]
        array = array_of(sample, ticks, shape)
        if not complex_:
            return array
        # A 0-d array, where NumPy would give a scalar: its ufuncs round the two differently.
        return np.asarray(array + 1j * self.rng.uniform(0.6, 0.9, shape) * self.rng.choice([-1, 1], shape))
