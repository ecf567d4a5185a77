"""Every op, from its declaration: against references, against differences, and what must hold of all.

One table drives it: the ops as they are declared. What they are compared with is written by hand in `references.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from references import REFERENCES
from strategies import Call, calls

from autograd import Tensor, check_grads, jvp, vjp
from autograd.op import Op
from autograd.ops import elementwise, indexing, linalg, reduction, shape, special

ROOMS = (elementwise, indexing, linalg, reduction, shape, special)
OPS = sorted(
    {value for room in ROOMS for value in vars(room).values() if isinstance(value, Op)}, key=lambda op: op.name
)
#: Gradient 0 everywhere: nothing for the differences to see.
FLAT = {"ceil", "floor", "floor_divide", "imag", "rint", "round", "sign", "trunc"}
CURVED = [op for op in OPS if op.name not in FLAT]

every_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
curved_op = pytest.mark.parametrize("op", CURVED, ids=lambda op: op.name)


def frozen(call: Call) -> tuple[Any, ...]:
    arrays = tuple(np.array(array) for array in call.arrays)
    for array in arrays:
        array.flags.writeable = False
    return arrays


def test_every_op_has_a_reference() -> None:
    assert {op.name for op in OPS} == set(REFERENCES)


@every_op
@given(data=st.data())
def test_forward_equals_the_reference(op: Op, data: Any) -> None:
    call = data.draw(calls(op))
    arrays = frozen(call)
    expected = np.asarray(REFERENCES[op.name](*arrays, **call.params), dtype=float)
    tracked = [Tensor(a, requires_grad=True) if a.dtype.kind == "f" else a for a in arrays]
    for result in (op.call(*tracked, **call.params).data, np.asarray(op.fn(*arrays, **call.params))):
        assert result.shape == expected.shape
        # A few roundings of the largest intermediate value, which is below 100 for all samples.
        np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-13)


@curved_op
@given(data=st.data())
def test_both_modes_and_second_order_against_differences(op: Op, data: Any) -> None:
    call = data.draw(calls(op))
    if any(array.size == 0 for array in call.floats) or np.size(call.op.fn(*call.arrays, **call.params)) == 0:
        return
    try:
        check_grads(call.function, call.floats)
    except AssertionError as failure:
        # A relu of negative numbers only. Were an op flat at every point drawn, Hypothesis would say so.
        assume("vacuous" not in str(failure))
        raise


@curved_op
@given(data=st.data())
def test_under_a_mask(op: Op, data: Any) -> None:
    """A mask hides what is not taken and nothing else, at both orders: from where, item assignment and a choice."""
    call = data.draw(calls(op))
    shape = np.shape(op.fn(*call.arrays, **call.params))
    mask = data.draw(arrays(bool, shape))
    if not mask.any() or any(array.size == 0 for array in call.floats):
        return
    rng = np.random.default_rng(0)
    beside = rng.standard_normal(shape)
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


@every_op
@given(data=st.data())
def test_pullback_is_the_transpose_of_pushforward(op: Op, data: Any) -> None:
    call = data.draw(calls(op))
    rng = np.random.default_rng(0)
    tangents = tuple(rng.standard_normal(array.shape) for array in call.floats)
    out, pullback = vjp(call.function, *call.floats)
    _, pushed = jvp(call.function, call.floats, tangents)
    g = rng.standard_normal(out.shape)
    forth = np.sum(g * pushed)
    back = sum(np.sum(ct * t) for ct, t in zip(pullback(g), tangents, strict=True))
    size = np.sum(np.abs(g * pushed)) + 1
    assert abs(forth - back) <= 1e-13 * size


@pytest.mark.parametrize("op", [op for op in OPS if op.name in FLAT], ids=lambda op: op.name)
@given(data=st.data())
def test_piecewise_constant_ops_stay_connected_with_gradient_0(op: Op, data: Any) -> None:
    call = data.draw(calls(op))
    leaves = [Tensor(array, requires_grad=True) for array in call.floats]
    out = call.function(*leaves)
    out.backward(np.ones(out.shape))
    for leaf in leaves:
        np.testing.assert_array_equal(leaf.grad, np.zeros(leaf.shape))


@every_op
@given(data=st.data(), dtypes=st.tuples(*[st.sampled_from([np.float32, np.float64])] * 3))
def test_gradient_has_the_inputs_shape_and_dtype(op: Op, data: Any, dtypes: Any) -> None:
    call = data.draw(calls(op))
    dtypes = dtypes * 2
    leaves = [Tensor(a.astype(dtypes[i]), requires_grad=True) for i, a in enumerate(call.floats)]
    out = call.function(*leaves)
    if op.name != "astype":
        assert out.dtype == np.result_type(*[leaf.dtype for leaf in leaves]) or op.name == "put"
    out.backward(np.ones(out.shape, dtype=out.dtype))
    for leaf in leaves:
        assert type(leaf.grad) is np.ndarray
        assert (leaf.grad.shape, leaf.grad.dtype) == (leaf.shape, leaf.dtype)
    primals = tuple(leaf.data for leaf in leaves)
    value, tangent = jvp(call.function, primals, tuple(np.ones_like(p) for p in primals))
    assert (tangent.shape, tangent.dtype) == (value.shape, value.dtype)


@every_op
@given(data=st.data())
def test_rules_keep_float32(op: Op, data: Any) -> None:
    """What a rule returns, before the walk casts it back: a float64 scalar inside would show here."""
    call = data.draw(calls(op))
    leaves = [Tensor(a.astype(np.float32), requires_grad=True) for a in call.floats]
    params = {**call.params, "dtype": np.float32} if "dtype" in call.params else call.params
    arrays = list(call.arrays)
    for i, leaf in zip(call.chosen, leaves, strict=True):
        arrays[i] = leaf
    entry = op(*arrays, **params).entry
    g = np.ones(entry.shape, dtype=np.float32)
    for _, rule, saved in entry.edges:
        values = () if rule.arity == 0 else (saved,) if rule.arity == 1 else saved
        real = rule.pull(g, *values)
        assert real.dtype == np.float32 or (op.name == "imag" and real.dtype == np.complex64)


@every_op
@given(data=st.data())
def test_layout_of_the_inputs_does_not_matter(op: Op, data: Any) -> None:
    """Transposed, reversed and strided inputs give the same gradients, and stay as they are."""
    call = data.draw(calls(op))
    plain = [Tensor(a.copy(), requires_grad=True) for a in call.floats]
    out = call.function(*plain)
    g = np.cos(np.arange(out.size)).reshape(out.shape)
    out.backward(g)
    for relaid in (fortran, backwards, strided):
        arrays = [relaid(a) for a in call.floats]
        leaves = [Tensor(a, requires_grad=True) for a in arrays]
        call.function(*leaves).backward(relaid(g))
        for leaf, same, array, before in zip(leaves, plain, arrays, call.floats, strict=True):
            np.testing.assert_allclose(leaf.grad, same.grad, rtol=1e-13, atol=1e-14)
            np.testing.assert_array_equal(array, before)
            assert not array.flags.writeable


def fortran(array: Any) -> Any:
    return read_only(np.array(array, order="F"))


def backwards(array: Any) -> Any:
    flipped = (..., *[slice(None, None, -1)] * array.ndim)
    return read_only(array[flipped].copy()[flipped])


def strided(array: Any) -> Any:
    wide = np.full([2 * n for n in array.shape], np.nan)
    every_second = (..., *[slice(None, None, 2)] * array.ndim)
    wide[every_second] = array
    return read_only(wide[every_second])


def read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array


EMPTY = {
    1: [((0,),), ((2, 0),)],
    2: [((0,), (0,)), ((0, 3), (3,)), ((1, 0), (2, 1)), ((0,), ())],
    3: [((0, 2), (2,), ())],
}


@pytest.mark.parametrize("op", [op for op in OPS if op.family == "elementwise"], ids=lambda op: op.name)
def test_elementwise_on_empty_arrays(op: Op) -> None:
    for shapes in EMPTY[len(op.inputs)]:
        leaves = [Tensor(np.ones(s), requires_grad=True) if rule else np.ones(s) > 0
                  for s, rule in zip(shapes, op.rules, strict=True)]  # fmt: skip
        out = op(*leaves)
        assert out.shape == np.broadcast_shapes(*shapes)
        out.backward(np.ones(out.shape))
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


@every_op
@given(data=st.data())
def test_saved_is_named(op: Op, data: Any) -> None:
    """An entry holds the arrays that the rules of its tracked inputs name, and no others."""
    call = data.draw(calls(op))
    for only in call.chosen:
        arrays = list(frozen(call))
        x = arrays[only] = Tensor(arrays[only], requires_grad=True)
        out = op(*arrays, **call.params)
        ((parent, rule, saved),) = out.entry.edges
        assert parent is x.entry and rule.position == only
        values = () if rule.arity == 0 else (saved,) if rule.arity == 1 else saved
        everything = {**{i: a.data if isinstance(a, Tensor) else a for i, a in enumerate(arrays)}, -1: out.data}
        for value, source in zip(values, rule.sources, strict=True):
            if source is not None:
                assert value is everything[source]
            else:
                assert not any(value is array for array in everything.values())
