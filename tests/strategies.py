"""Hypothesis strategies made from the declarations: calls of an op, drawn from its `sample=` and `cases=`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd.extend import Real
from autograd.op import Op

#: Values lie on a grid of this many points, a little off the round numbers where derivatives vanish.
GRID = 1001
OFFSET = 0.37

#: Shapes that broadcast together, for one, two and three inputs.
BROADCAST = {
    1: [((),), ((3,),), ((2, 3),)],
    2: [((), ()), ((3,), ()), ((2, 3), (3,)), ((2, 1), (1, 3)), ((1,), (2, 2)), ((2, 3), (2, 3))],
    3: [((2, 3), (2, 3), (2, 3)), ((2, 1), (3,), ()), ((), (2,), (2, 1))],
}
REDUCED = [
    ((3,), None), ((2, 3), None), ((2, 3), 0), ((2, 3), -1), ((2, 3), (0, 1)), ((2, 3, 2), (0, 2)),
    ((2, 3, 2), (-1, 1)),
]  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call of an op: arrays for the inputs, static parameters, and which inputs are differentiable."""

    op: Op
    arrays: tuple[Any, ...]
    params: dict[str, Any]

    @property
    def chosen(self) -> list[int]:
        """Tell which inputs have a rule."""
        return [i for i in range(len(self.arrays)) if self.op.variadic or self.op.rules[i] is not None]

    def function(self, *floats: Any) -> Any:
        """Call the op on new values for the differentiable inputs."""
        arrays = list(self.arrays)
        for i, value in zip(self.chosen, floats, strict=True):
            arrays[i] = value
        return self.op(*arrays, **self.params)

    @property
    def floats(self) -> tuple[Any, ...]:
        """Give the differentiable inputs."""
        return tuple(self.arrays[i] for i in self.chosen)


def array_of(real: Real, ticks: list[int], shape: tuple[int, ...]) -> Any:
    """Place ticks of the grid in a sample's interval, moved out of the margin around what it avoids."""
    values = real.low + (real.high - real.low) * (np.array(ticks, dtype=float) + OFFSET) / GRID
    for point in real.avoid:
        margin = 0.05 * (real.high - real.low)
        near = np.abs(values - point) < margin
        values = np.where(near, point + np.where(values < point, -margin, margin) * 1.5, values)
    return np.asarray(values).reshape(shape)


@st.composite
def calls(draw: Any, op: Op) -> Call:
    """Draw a call of an op, smooth at its point."""
    params: dict[str, Any] = {}
    if op.family == "reduction":
        shape, axis = draw(st.sampled_from(REDUCED))
        shapes: tuple[tuple[int, ...], ...] = (shape,)
        params = {"axis": axis, "keepdims": draw(st.booleans())}
        if "ddof" in op.params:
            params["ddof"] = draw(st.sampled_from([0, 1]))
    elif op.cases:
        case = draw(st.sampled_from(op.cases))
        shapes, params = case.shapes, dict(case.params)
    else:
        shapes = draw(st.sampled_from(BROADCAST[len(op.inputs)]))
        if "dtype" in op.params:
            params = {"dtype": np.float64}
    names = op.inputs * len(shapes) if op.variadic else op.inputs
    reals = [op.sample.get(name, Real()) for name in names]
    sizes = [int(np.prod(shape)) for shape in shapes]
    unique = any(real.distinct for real in reals)
    # Far enough apart that a step of the differences reaches no neighbour.
    spacing = 25 if unique else 1
    ticks = draw(st.lists(st.integers(0, GRID // spacing), min_size=sum(sizes), max_size=sum(sizes), unique=unique))
    arrays = []
    for i, (real, shape, size) in enumerate(zip(reals, shapes, sizes, strict=True)):
        own, ticks = [spacing * tick for tick in ticks[:size]], ticks[size:]
        array = array_of(real, own, shape)
        differentiable = op.variadic or op.rules[i] is not None
        arrays.append(array if differentiable else array > 0)
    return Call(op, tuple(arrays), params)
