"""The ops as they are declared: against references by hand, under a mask, and what an entry and a rule may hold.

That values are NumPy's and derivatives true, in any dtype and layout, is asserted for all in `test_every_op.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from properties import outcome
from references import REFERENCES
from strategies import Subject, calls, subjects

from autograd import Tensor, check_grads
from autograd.entry import Joint
from autograd.op import Op
from autograd.ops import reduction

OPS = tuple(subject for subject in subjects() if isinstance(subject.made, Op))
#: Gradient 0 everywhere: nothing for the differences to see.
FLAT = {"ceil", "floor", "floor_divide", "imag", "rint", "round", "sign", "trunc"}
HIDES = tuple(s for s in OPS if s.made.name not in FLAT and s.made.family in ("elementwise", "reduction", "linear"))

#: For what takes many evaluations a call: some functions of many make up for the few calls of each.
few = settings(max_examples=max(4, settings.default.max_examples // 6))

every_op = pytest.mark.parametrize("subject", OPS, ids=lambda subject: subject.name)


def of_scipy(op: Op) -> bool:
    """Tell whether an op is declared in the rooms of SciPy's functions."""
    return any("special" in rule.__code__.co_filename for rule in op.written.values())


def test_every_reference_is_used() -> None:
    assert {op.made.name for op in OPS} >= set(REFERENCES)


@pytest.mark.parametrize("subject", [s for s in OPS if s.made.name in REFERENCES], ids=lambda subject: subject.name)
@given(data=st.data())
def test_forward_equals_the_reference(subject: Subject, data: Any) -> None:
    call = data.draw(calls(subject, small=True))
    op = subject.made
    expected = np.asarray(REFERENCES[op.name](*call.inputs, **call.params), dtype=float)
    tracked = [Tensor(a, requires_grad=True) if a.dtype.kind == "f" else a for a in call.inputs]
    for result in (op.call(*tracked, **call.params).data, np.asarray(op.fn(*call.inputs, **call.params))):
        assert result.shape == expected.shape
        # A few roundings of the largest intermediate value, which is below 100 for all samples.
        np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("subject", HIDES, ids=lambda subject: subject.name)
@few
@given(data=st.data())
def test_under_a_mask(subject: Subject, data: Any) -> None:
    """A mask hides what is not taken and nothing else, at both orders: from where, item assignment and a choice."""
    call = data.draw(calls(subject, small=True))
    out = call.function(*call.floats)
    assume(not isinstance(out, tuple) and all(array.size for array in call.floats) and np.all(np.isfinite(out)))
    shape = np.shape(out)
    mask = data.draw(arrays(bool, shape))
    assume(mask.any())
    beside = np.random.default_rng(0).standard_normal(shape)
    index = data.draw(st.sampled_from(list(np.ndindex(*shape))))

    def by_where(*x: Any) -> Any:
        return np.where(mask, call.function(*x) * beside, beside)

    def by_assignment(*x: Any) -> Any:
        out = call.function(*x) * 1.0
        if isinstance(out, Tensor):
            out[index] = 0.0
        else:
            out = np.array(out)
            out[index] = 0.0
        return out

    def by_choice(*x: Any) -> Any:
        return call.function(*x)[mask]

    for fun in (by_where, by_assignment, by_choice):
        try:
            check_grads(fun, call.floats)
        except AssertionError as failure:
            if "vacuous" not in str(failure):
                raise


#: SciPy computes these in double precision whatever goes in, and so does np.polyder.
DOUBLE = {"polyval", "roots"}
NARROW = tuple(s for s in OPS if s.made.name not in DOUBLE and not of_scipy(s.made))


@pytest.mark.parametrize("subject", NARROW, ids=lambda subject: subject.name)
@given(data=st.data())
def test_rules_keep_float32(subject: Subject, data: Any) -> None:
    """What a rule returns, before the walk casts it back: a float64 scalar inside would show here."""
    call = data.draw(calls(subject, small=True))
    op = subject.made
    params = {**call.params, "dtype": np.float32} if "dtype" in call.params else call.params
    inputs = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in call.inputs]
    for i in call.chosen:
        inputs[i] = Tensor(inputs[i], requires_grad=True)
    out = outcome(op, *inputs, **params)
    entry = None if isinstance(out, Exception) else entry_of(out)
    # Some calls NumPy refuses, and a few functions widen by themselves, as float_power does.
    if entry is None or np.result_type(*np.ravel(entry.dtype)) not in (np.float32, np.complex64):
        return
    for _, rule, saved in entry.edges:
        values = () if rule.arity == 0 else (saved,) if rule.arity == 1 else saved
        ct = rule.pull(ones(entry), *values)
        # Of a complex one that reaches a real value, the walk keeps the real part.
        assert ct.real.dtype == np.float32


def entry_of(out: Any) -> Any:
    """Give the entry of an op's result, of several outputs the joint one."""
    if not isinstance(out, tuple):
        return out.entry
    parts = [part.entry for part in out if part.entry is not None]
    return parts[0].edges[0][0] if parts else None


def ones(entry: Any) -> Any:
    """Give a cotangent of ones, for each output that has a derivative."""
    if not isinstance(entry, Joint):
        return np.ones(entry.shape, dtype=entry.dtype)
    parts = zip(entry.shape, entry.dtype, strict=True)
    every = [(i, np.ones(n, d)) for i, (n, d) in enumerate(parts) if d.kind in "fc"]
    first, *rest = [entry.output(-1 - i).edges[0][1].pull(g, entry.shape, entry.dtype) for i, g in every]
    for bundle in rest:
        first = first + bundle
    return first


EMPTY = {
    1: [((0,),), ((2, 0),)],
    2: [((0,), (0,)), ((0, 3), (3,)), ((1, 0), (2, 1)), ((0,), ())],
    3: [((0, 2), (2,), ())],
}


@pytest.mark.parametrize(
    "op",
    [s.made for s in OPS if s.made.family == "elementwise" and not s.made.params and len(s.made.inputs) in EMPTY],
    ids=lambda op: op.name,
)
def test_elementwise_on_empty_arrays(op: Op) -> None:
    for shapes in EMPTY[len(op.inputs)]:
        leaves = [Tensor(np.ones(s), requires_grad=True) if rule else np.ones(s) if key in op.sample else np.ones(s) > 0
                  for s, key, rule in zip(shapes, op.inputs, op.rules, strict=True)]  # fmt: skip
        out = op(*leaves)
        assert out.shape == np.broadcast_shapes(*shapes)
        out.backward(np.ones(out.shape, dtype=out.dtype))
        for leaf in leaves:
            if isinstance(leaf, Tensor):
                # Sums over nothing are 0.
                np.testing.assert_array_equal(leaf.grad, np.zeros(leaf.shape))


REDUCED_EMPTY = [((0,), None), ((2, 0), 1), ((2, 0), 0), ((0, 3), (0, 1)), ((0, 3), 1)]


@pytest.mark.parametrize("op", [reduction.mean, reduction.var, reduction.std], ids=lambda op: op.name)
def test_averages_along_an_axis_of_an_empty_array(op: Op) -> None:
    x = Tensor(np.ones((0, 3)), requires_grad=True)
    out = op(x, axis=1)
    out.backward(np.ones(0))
    assert x.grad.shape == (0, 3)


@pytest.mark.parametrize("op", [reduction.sum, reduction.prod], ids=lambda op: op.name)
def test_reductions_over_nothing(op: Op) -> None:
    for shape_, axis in REDUCED_EMPTY:
        x = Tensor(np.ones(shape_), requires_grad=True)
        out = op(x, axis=axis)
        np.testing.assert_array_equal(out.data, op.fn(np.ones(shape_), axis=axis))
        out.backward(np.ones(out.shape))
        np.testing.assert_array_equal(x.grad, np.zeros(shape_))


def is_number_of(value: Any, array: Any) -> bool:
    """Tell whether a value is the number that a 0-d array holds, of its type."""
    same = isinstance(value, np.generic) and value.dtype == array.dtype
    return same and array.ndim == 0 and np.array_equal(value, array, equal_nan=True)


@every_op
@given(data=st.data())
def test_saved_is_named(subject: Subject, data: Any) -> None:
    """An entry holds the arrays that the rules of its tracked inputs name, and no others."""
    call = data.draw(calls(subject, small=True))
    op = subject.made
    for only in call.chosen:
        inputs = list(call.inputs)
        x = inputs[only] = Tensor(inputs[only], requires_grad=True)
        out = outcome(op, *inputs, **call.params)
        entry = None if isinstance(out, Exception) else entry_of(out)
        if entry is None:
            return
        ((parent, rule, saved),) = entry.edges
        assert parent is x.entry and rule.position == only
        values = () if rule.arity == 0 else (saved,) if rule.arity == 1 else saved
        everything = {i: a.data if isinstance(a, Tensor) else a for i, a in enumerate(inputs)}
        everything |= {-1 - k: part.data for k, part in enumerate(out if isinstance(out, tuple) else (out,))}
        for value, source in zip(values, rule.sources, strict=True):
            if source is not None:
                assert value is everything[source] or is_number_of(value, everything[source])
            else:
                assert not any(value is array for array in everything.values())
