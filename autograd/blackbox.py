"""Black boxes: functions that the tape cannot see into, whose gradient is taken by differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Abstract, Shell, Unknown, recording
from autograd.tree import flatten
from autograd.whole import Call, Whole, lifted

Fn = Callable[..., Any]
#: By how much the step shrinks from one quotient to the next, and how many there are at most.
_SHRINK, _MOST = 8.0, 8
#: Two quotients that differ by less, beside their size, agree.
_AGREE = 1e-6


class _Numerical(Whole):
    # Nobody looks into it: a program calls it.
    functions = ()

    def __repr__(self) -> str:
        """Warn of what its gradient is."""
        return (
            f"<{self.name} with a gradient by differences: good to about six digits where it is smooth, at four calls "
            "or more for each element of its arguments>"
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; while a program is recorded it becomes a call of it, unopened."""
        for leaf in flatten([args, kwargs])[0]:
            value = leaf._value if isinstance(leaf, Shell) else leaf
            if isinstance(value, Abstract):
                try:
                    float(value)  # type: ignore[arg-type]
                except Unknown as asked:
                    return asked.recorder.unopened(super().__call__, self, args, kwargs, asked)
        return super().__call__(*args, **kwargs)

    def _forward(self, rebuild: Fn, data: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        return super()._forward(rebuild, _own(data), kwargs)

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        found = [np.zeros(saved[i].shape, saved[i].dtype) for i in call.where]
        for ct, i in zip(found, call.where, strict=True):
            for index in np.ndindex(ct.shape):
                slope = self._slope(call, saved, i, index)
                ct[index] = sum(np.sum(np.real(g * s)) for g, s in zip(cts, slope, strict=True))
        return found

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        total = [np.zeros(*call.shapes[i]) for i in call.floating]
        for t, i in zip(tangents, call.where, strict=True):
            for index in np.ndindex(t.shape):
                if t[index] != 0:
                    total = [a + t[index] * s for a, s in zip(total, self._slope(call, saved, i, index), strict=True)]
        return total

    def _slope(self, call: Call, saved: list[Any], i: int, index: tuple[int, ...]) -> list[Any]:
        """Give the slope along one element: of central differences with ever shorter steps the first two that agree.

        The first step is the cube root of epsilon, beside 1 or the element's size (Press et al., Numerical Recipes,
        5.7). Where the function bends on a smaller scale the quotients differ, and the step shrinks; where they never
        agree, as under noise, it is the pair that comes nearest.
        """
        if lifted(saved):
            raise TypeError(f"The gradient of {self.name} is taken by differences: it cannot be differentiated again.")
        x = saved[i]
        if x.dtype.kind == "c":
            raise TypeError(f"numerical takes real arguments; {self.name} was called with {x.dtype}")
        step = np.finfo(x.dtype).eps ** (1 / 3) * max(1.0, abs(float(x[index])))
        quotients = [self._quotient(call, saved, i, index, step)]
        best, distance = quotients[0], np.inf
        while len(quotients) < _MOST:
            step /= _SHRINK
            quotients.append(self._quotient(call, saved, i, index, step))
            before, after = quotients[-2:]
            if any(np.any(a) for a in quotients[0]) and not any(np.any(a) for a in after):
                # Steps that a rounded result does not show.
                break
            apart = _apart(before, after)
            if apart < distance:
                best, distance = before, apart
            if apart <= _AGREE:
                break
        return best

    def _quotient(self, call: Call, saved: list[Any], i: int, index: tuple[int, ...], step: float) -> list[Any]:
        """Give the central difference quotient."""
        ends = []
        for side in (step, -step):
            moved = _own(saved)
            moved[i][index] += side
            # The function may write into what it is given.
            at = float(moved[i][index])
            with recording(False), np.errstate(all="ignore"):
                out = self.again(call, moved)
            ends.append((at, [_known(out[k]) for k in call.floating]))
        (high, above), (low, below) = ends
        with np.errstate(all="ignore"):
            return [(a - b) / (high - low) for a, b in zip(above, below, strict=True)]


def _known(out: Any) -> Any:
    """Give an array: while a program is recorded what a function reads from outside is a symbol, and shapes do."""
    value = out._value if isinstance(out, Shell) else out
    return np.zeros(value.shape, value.dtype) if isinstance(value, Abstract) else np.array(value)


def _own(data: Sequence[Any]) -> list[Any]:
    """Give arrays that may be written into."""
    return [np.array(x) if isinstance(x, (np.ndarray, np.generic)) else x for x in data]


def _apart(before: Sequence[Any], after: Sequence[Any]) -> float:
    """Give the largest difference of two slopes beside their size; infinite where one is no number."""
    worst = 0.0
    for a, b in zip(before, after, strict=True):
        if a.size:
            size = float(np.max(np.abs(b)))
            difference = float(np.max(np.abs(a - b)))
            worst = max(worst, difference / size if size else difference) if np.isfinite(difference) else np.inf
    return worst


def numerical(fun: Fn) -> Fn:
    """Make a function whose gradient is taken by central differences: for what the tape cannot see into.

    Four calls or more for each element of the arguments, good to about six digits of float64 where the function is
    smooth. It cannot be differentiated twice. A compiled program calls the function as it is, and to learn the shape of
    its result it is called on throw-away numbers.

    Parameters
    ----------
    fun : callable
        Of real arrays, or trees of them. It is given arrays of its own.

    Raises
    ------
    TypeError
        Of complex arguments, and where it is differentiated twice.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> black_box = numerical(lambda x: float(x) ** 3)
    >>> np.round(grad(black_box)(2.0), 6)
    np.float64(12.0)
    """
    return _Numerical(fun)
