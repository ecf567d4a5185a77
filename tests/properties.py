"""What must hold of every call of every op: the properties that the generic tests assert, one function each.

They take a `Call` as drawn by `strategies.calls` and raise an `AssertionError`. Differences are taken in float64, of
sixth order, along random directions: a wrong rule shows in each with probability one.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from strategies import Call

from autograd import Tensor, jvp, vjp
from autograd.tree import flatten

STEP = np.finfo(float).eps ** 0.2
#: What rounding makes of a sixth-order difference of a value of size 1, with a margin of 100.
NOISE = 100 * float(np.finfo(float).eps) / STEP


def differentiable(tree: Any) -> list[Any]:
    """Give the outputs that have a derivative."""
    leaves = flatten(tree)[0]
    return [leaf for leaf in leaves if hasattr(leaf, "dtype") and leaf.dtype.kind in "fc"]


def numbers(tree: Any) -> list[Any]:
    """Give the outputs as plain arrays."""
    return [
        np.asarray(leaf.data if isinstance(leaf, Tensor) else leaf) for leaf in flatten(tree)[0] if leaf is not None
    ]


def leaves_of(call: Call) -> tuple[list[Any], Any]:
    """Give the differentiable arrays of a call in a row, and the function of them."""
    arrays, rebuild = flatten(list(call.floats))

    def function(*values: Any) -> list[Any]:
        return differentiable(call.function(*rebuild(values)))

    return arrays, function


def outcome(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Give what a call returns, or the error that it raises."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*args, **kwargs)
    except Exception as error:
        return error


def tracked(call: Call) -> Call:
    """Put the differentiable inputs on the tape."""
    return call.with_inputs(lambda array: Tensor(array, requires_grad=True))


def forward_is_numpys(call: Call) -> Any:
    """Assert that the value is NumPy's own bit for bit, with its dtype, shape, structure and errors; give it."""
    made = call.op
    plainly = call.function if call.subject.is_numpys else lambda *x: made.fn(*tracked_off(call, x), **call.params)
    expected = outcome(plainly, *call.floats)
    recorded = tracked(call)
    found = outcome(recorded.function, *recorded.floats)
    if isinstance(expected, Exception):
        assert isinstance(found, Exception), f"NumPy raises {expected!r}, on the tape there is {found!r}"
        kinds = (ValueError, TypeError, IndexError, np.linalg.LinAlgError)
        same = [isinstance(expected, kind) and isinstance(found, kind) for kind in kinds]
        assert any(same), f"NumPy raises {expected!r}, on the tape {found!r}"
        return None
    if isinstance(found, Exception):
        raise AssertionError(f"on the tape: {found!r}") from found
    assert isinstance(found, tuple) == isinstance(expected, tuple)
    assert isinstance(found, list) == isinstance(expected, list)
    plain, ours = numbers(expected), numbers(found)
    assert len(plain) == len(ours)
    for a, b in zip(plain, ours, strict=True):
        np.testing.assert_array_equal(b, a, strict=True)
    for leaf in flatten(found)[0]:
        if getattr(leaf, "dtype", np.dtype(bool)).kind in "fc" and not made_of_constants(call):
            assert isinstance(leaf, Tensor), f"{call.subject.name} returned a plain array"
    return found


def made_of_constants(call: Call) -> bool:
    """Tell whether nothing that is differentiable goes in: then what comes out may be plain."""
    return not flatten(list(call.floats))[0]


def tracked_off(call: Call, floats: Any) -> list[Any]:
    """Give all inputs, with these for the differentiable ones."""
    inputs = list(call.inputs)
    for i, value in zip(call.chosen, floats, strict=True):
        inputs[i] = value
    return inputs


def direction(rng: np.random.Generator, like: Any) -> Any:
    """Draw a direction of the shape and dtype of a value, away from 0."""
    draw = rng.uniform(0.5, 1.5, np.shape(like)) * rng.choice([-1.0, 1.0], np.shape(like))
    if like.dtype.kind == "c":
        draw = draw + 1j * rng.uniform(0.5, 1.5, np.shape(like))
    return np.asarray(draw, dtype=like.dtype)


def sixth_order(fun: Any, a: Any, t: Any, h: float = 2.0**-11) -> Any:
    """Differentiate along t by differences (Fornberg 1988, table 1)."""
    return sum(w * (fun(a + k * h * t) - fun(a - k * h * t)) for k, w in ((1, 45), (2, -9), (3, 1))) / (60 * h)


def along(function: Any, at: list[Any], by: list[Any]) -> list[Any]:
    """Differentiate along a direction by differences (Fornberg 1988, table 1)."""

    def value(d: float) -> list[Any]:
        return [np.asarray(out) for out in function(*[x + d * t for x, t in zip(at, by, strict=True)])]

    h = STEP
    terms = [(k, value(k * h), value(-k * h)) for k in (1, 2, 3)]
    weights = {1: 45, 2: -9, 3: 1}
    count = len(terms[0][1])
    return [sum(weights[k] * (up[i] - down[i]) for k, up, down in terms) / (60 * h) for i in range(count)]


def close(found: list[Any], expected: list[Any], magnitude: float, what: str) -> float:
    """Assert that two derivatives agree to the error of the differences; give the size of the derivative."""
    assert len(found) == len(expected)
    size = max((float(np.max(np.abs(e), initial=0)) for e in expected), default=0.0)
    allowed = 1.5e-8 * size + NOISE * (1 + magnitude)
    for a, e in zip(found, expected, strict=True):
        assert a.shape == e.shape, f"{what}: shape {a.shape}, expected {e.shape}"
        error = np.max(np.abs(a - e), initial=0)
        assert error <= allowed, f"{what}: by the tape {a!r}, by differences {e!r}"
    return size


def largest(arrays: list[Any]) -> float:
    """Give the largest magnitude in arrays."""
    return max((float(np.max(np.abs(a), initial=0)) for a in arrays), default=0.0)


def derivatives_are_true(call: Call, second: bool = True) -> float:
    """Assert both modes against differences, each other's transpose, and all four second orders; give the size."""
    at, function = leaves_of(call)
    rng = np.random.default_rng(1)
    out, pullback = vjp(function, *at)
    if not at or not out or not all(np.all(np.isfinite(y)) for y in out):
        return 0.0
    t = [direction(rng, x) for x in at]
    u = [direction(rng, x) for x in at]
    g = [direction(rng, y) for y in out]
    magnitude = largest(out)
    expected = along(function, at, t)
    _, pushed = jvp(function, tuple(at), tuple(t))
    size = close(pushed, expected, magnitude, "forward mode")
    pulled = pullback(g)
    transpose(pulled, t, g, pushed)
    if second:

        def back(*x: Any) -> list[Any]:
            return list(vjp(function, *x)[1](g))

        def forth(*x: Any) -> list[Any]:
            return list(jvp(function, x, tuple(t))[1])

        _, over_back = jvp(back, tuple(at), tuple(u))
        close(over_back, along(back, at, u), largest(list(pulled)), "forward over reverse")
        _, over_forth = jvp(forth, tuple(at), tuple(u))
        close(over_forth, along(forth, at, u), largest(pushed), "forward over forward")
        _, pullback_of_back = vjp(back, *at)
        v = [direction(rng, x) for x in at]
        transpose(pullback_of_back(v), u, v, over_back)
        _, pullback_of_forth = vjp(forth, *at)
        transpose(pullback_of_forth(g), u, g, over_forth)
    return size


def transpose(pulled: Any, t: list[Any], g: list[Any], pushed: list[Any]) -> None:
    """Assert that <pullback(g), t> = <g, pushforward(t)>."""
    forth = sum(float(np.sum(np.real(a * b))) for a, b in zip(g, pushed, strict=True))
    back = sum(float(np.sum(np.real(a * b))) for a, b in zip(pulled, t, strict=True))
    size = sum(float(np.sum(np.abs(a * b))) for a, b in zip(g, pushed, strict=True))
    size += sum(float(np.sum(np.abs(a * b))) for a, b in zip(pulled, t, strict=True))
    assert abs(forth - back) <= 1e-12 * (size + 1), f"reverse {back!r} and forward {forth!r} are not transposes"


def gradients_fit(call: Call) -> None:
    """Assert that each derivative has its value's shape and dtype in both modes, and that inputs are left alone."""
    at, function = leaves_of(call)
    before = [np.array(x) for x in at]
    out, pullback = vjp(function, *at)
    g = [direction(np.random.default_rng(2), y) for y in out]
    pulled = pullback(g)
    for ct, x in zip(pulled, at, strict=True):
        assert type(ct) is np.ndarray and (ct.shape, ct.dtype) == (x.shape, x.dtype)
    _, pushed = jvp(function, tuple(at), tuple(direction(np.random.default_rng(3), x) for x in at))
    for t, y in zip(pushed, out, strict=True):
        assert (t.shape, t.dtype) == (y.shape, y.dtype)
    for x, was in zip(at, before, strict=True):
        np.testing.assert_array_equal(x, was)


def agrees_with_double(call: Call) -> None:
    """Assert that the derivatives of narrow floats are those of the same numbers in double precision."""
    at, function = leaves_of(call)
    wide = call.with_inputs(lambda a: a.astype(np.complex128 if a.dtype.kind == "c" else np.float64))
    wide_at, wide_function = leaves_of(wide)
    out, pullback = vjp(function, *at)
    wide_out, wide_pullback = vjp(wide_function, *wide_at)
    if not all(np.all(np.isfinite(y)) for y in (*out, *wide_out)):
        return
    g = [direction(np.random.default_rng(2), y) for y in out]
    wide_g = [np.asarray(a, dtype=w.dtype) for a, w in zip(g, wide_out, strict=True)]
    eps = max((float(np.finfo(x.dtype).eps) for x in (*at, *out)), default=0.0)
    expected = wide_pullback(wide_g)
    size = largest(list(expected)) + 1
    for narrow, e in zip(pullback(g), expected, strict=True):
        assert np.max(np.abs(narrow - e), initial=0) <= eps**0.5 * size, f"narrow {narrow!r}, in double {e!r}"
