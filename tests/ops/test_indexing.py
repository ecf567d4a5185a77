"""Reading and writing by every form of index that NumPy takes: values, both modes, second order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import Tensor, check_grads, grad, jvp, vjp
from autograd.ops.indexing import getitem, scatter

RTOL = 1e-12


@st.composite
def advanced(draw: Any, size: int, common: tuple[int, ...]) -> Any:
    """Draw an integer array, a list, or a boolean mask along one axis."""
    if draw(st.integers(0, 3)) == 0:
        mask = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
        return mask.tolist() if draw(st.booleans()) and size else mask
    shape = tuple(draw(st.sampled_from([n, 1])) for n in common[draw(st.integers(0, len(common))) :])
    count = math.prod(shape)
    places = draw(st.lists(st.integers(-size, size - 1), min_size=count, max_size=count)) if size else [0] * count
    array = np.array(places, dtype=draw(st.sampled_from([np.int64, np.int32, np.int8]))).reshape(shape)
    forms = [lambda a: a, lambda a: a.tolist(), lambda a: Tensor(a)]
    return draw(st.sampled_from(forms))(array)


@st.composite
def slices(draw: Any, size: int) -> slice:
    """Draw a slice, also out of range, backwards and empty."""
    ends = st.none() | st.integers(-size - 2, size + 2)
    return slice(draw(ends), draw(ends), draw(st.none() | st.sampled_from([-3, -2, -1, 1, 2, 3])))


@st.composite
def indices(draw: Any, shape: tuple[int, ...]) -> Any:
    """Draw an index expression for an array of a shape."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        count = math.prod(shape)
        return np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool).reshape(shape)
    common = draw(st.sampled_from([(), (1,), (2,), (3,), (2, 2), (0,)]))
    items: list[Any] = []
    axis, stop = 0, draw(st.integers(0, len(shape)))
    while axis < stop:
        size = shape[axis]
        what = draw(st.integers(0, 5))
        if what == 0 and size:
            items.append(draw(st.integers(-size, size - 1)))
        elif what == 1 and size:
            items.append(np.array(draw(st.integers(-size, size - 1))))
        elif what == 2 and axis + 1 < stop:
            count = size * shape[axis + 1]
            mask = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool)
            items.append(mask.reshape(shape[axis : axis + 2]))
            axis += 1
        elif what == 3:
            items.append(draw(advanced(size, common)))
        else:
            items.append(draw(slices(size)))
        axis += 1
    if draw(st.booleans()):
        rest = draw(st.integers(0, len(items)))
        tail = [draw(slices(size)) for size in shape[stop:]]
        items = [*items[:rest], *([Ellipsis] if draw(st.booleans()) else []), *items[rest:]]
        items = items if Ellipsis in [i for i in items if i is Ellipsis] else [*items, *tail]
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), draw(st.sampled_from([None, None, True, np.True_])))
    return items[0] if len(items) == 1 and not isinstance(items[0], list) and draw(st.booleans()) else tuple(items)


def plain(index: Any) -> Any:
    """Give an index without Tensors."""
    if isinstance(index, tuple):
        return tuple(plain(i) for i in index)
    return index.data if isinstance(index, Tensor) else index


def numbers(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(0.5, 2, shape)


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def reads(draw: Any) -> tuple[Any, Any]:
    """Draw an array and an index that NumPy takes for it."""
    a = numbers(draw(shapes))
    index = draw(indices(a.shape))
    try:
        found = a[plain(index)]
    except IndexError:
        assume(False)
    assume(np.size(found) < 5000)
    return a, index


def added(shape: tuple[int, ...], index: Any, values: Any) -> Any:
    """Add at an index, one by one."""
    out = np.zeros(shape)
    np.add.at(out, plain(index), values)
    return out


@given(reads())
def test_reading(drawn: tuple[Any, Any]) -> None:
    a, index = drawn
    out, pullback = vjp(lambda x: x[index], a)
    expected = np.asarray(a[plain(index)])
    np.testing.assert_array_equal(out, expected, strict=True)
    w, t = numbers(expected.shape, 1), numbers(a.shape, 2)
    np.testing.assert_allclose(pullback(w)[0], added(a.shape, index, w), rtol=RTOL)
    np.testing.assert_array_equal(jvp(lambda x: x[index], (a,), (t,))[1], t[plain(index)])

    def cubes(x: Any) -> Any:
        return np.sum(w * x[index] ** 3)

    second = added(a.shape, index, 6 * w * expected * t[plain(index)])
    np.testing.assert_allclose(jvp(grad(cubes), (a,), (t,))[1], second, rtol=RTOL)
    np.testing.assert_allclose(grad(lambda x: np.sum(grad(cubes)(x) * t))(a), second, rtol=RTOL)


@st.composite
def writes(draw: Any) -> tuple[Any, Any, Any]:
    """Draw an array, an index, and a value that broadcasts to what the index names."""
    a, index = draw(reads())
    shape = np.shape(a[plain(index)])
    shape = shape[draw(st.integers(0, len(shape))) :]
    shape = tuple(draw(st.sampled_from([n, 1])) for n in shape)
    if draw(st.integers(0, 3)) == 0:
        shape = (1,) * draw(st.integers(1, 2)) + shape
    b = numbers(shape, 3)
    try:
        np.copy(a)[plain(index)] = b
    except (ValueError, IndexError, TypeError):
        assume(False)
    return a, index, b


@given(writes())
def test_writing(drawn: tuple[Any, Any, Any]) -> None:
    a, index, b = drawn

    def fun(x: Any, y: Any) -> Any:
        z = x * 1
        z[index] = y
        return z

    expected = np.copy(a)
    expected[plain(index)] = b
    # Of which element of b each element of the result is, or -1.
    origin = np.full(a.shape, -1)
    origin[plain(index)] = np.arange(b.size).reshape(b.shape)
    kept = origin < 0

    def to_b(g: Any) -> Any:
        return np.bincount(origin[~kept], g[~kept], minlength=b.size)[: b.size].reshape(b.shape)

    out, pullback = vjp(fun, a, b)
    np.testing.assert_array_equal(out, expected, strict=True)
    w = numbers(a.shape, 1)
    ga, gb = pullback(w)
    np.testing.assert_array_equal(ga, w * kept)
    np.testing.assert_allclose(gb, to_b(w), rtol=RTOL)
    t, u = numbers(a.shape, 4), numbers(b.shape, 5)
    pushed = np.copy(t)
    pushed[plain(index)] = u
    np.testing.assert_array_equal(jvp(fun, (a, b), (t, u))[1], pushed)

    def gradients(x: Any, y: Any) -> Any:
        return vjp(lambda x, y: np.sum(w * fun(x, y) ** 3), x, y)[1](1.0)

    by_a, by_b = jvp(gradients, (a, b), (t, u))[1]
    curved = 6 * w * expected * pushed
    np.testing.assert_allclose(by_a, curved * kept, rtol=RTOL)
    np.testing.assert_allclose(by_b, to_b(curved), rtol=RTOL)
    back = vjp(gradients, a, b)[1]((t, u))
    np.testing.assert_allclose(back[0], curved * kept, rtol=RTOL)
    np.testing.assert_allclose(back[1], to_b(curved), rtol=RTOL)


def test_a_tuple_within_an_index_is_an_array() -> None:
    x = np.arange(6.0).reshape(2, 3)
    found = grad(lambda x: np.sum(x[(0, 0, 1),] * np.array([[1.0], [2], [4]])))(x)
    np.testing.assert_array_equal(found, [[3] * 3, [4] * 3])
    found = grad(lambda x: np.sum(x[(0, 0), (1, 1)]))(x)
    np.testing.assert_array_equal(found, [[0, 2, 0], [0, 0, 0]])


def test_tensors_within_a_list_are_an_index() -> None:
    i = Tensor(np.array(1))
    found = grad(lambda x: np.sum(x[[i, 0, i]] ** 2))(np.array([1.0, 2, 3]))
    np.testing.assert_array_equal(found, [2, 8, 0])


@pytest.mark.parametrize("index", [1.0, [0.5], np.array([0.5]), "a", 7, [7], (0, 0), np.array([True])])
def test_what_numpy_does_not_take_is_an_index_error(index: Any) -> None:
    x = Tensor(np.arange(3.0), requires_grad=True)
    with pytest.raises(IndexError):
        x[index]
    with pytest.raises(IndexError):
        (x * 1)[index] = 0.0


def test_a_tensor_of_floats_is_no_index() -> None:
    x = Tensor(np.arange(3.0), requires_grad=True)
    with pytest.raises(TypeError, match="astype"):
        x[Tensor(1.0)]


def test_a_value_that_does_not_fit() -> None:
    y = Tensor(np.arange(3.0), requires_grad=True) * 1
    with pytest.raises(ValueError, match="shape"):
        y[:2] = np.ones(3)
    assert y.tolist() == [0.0, 1.0, 2.0]


# Sums at a repeated index, in each way in which they are taken: by the element, by rows, by rows named often.
LARGE = [
    ((3,), np.array([0, 2] * 50_000)),
    ((70_000,), np.array([[5, -1], [5, 0]])),
    ((300, 300), np.arange(300) // 2),
    ((300, 300), np.arange(300) // 3),
    ((2000, 40), np.concatenate([np.zeros(1500, int), np.arange(-2000, 0)])),
    ((50, 60, 40), (slice(None), np.array([3, -57, 3, 3, 0]))),
    ((50, 60, 40), (slice(None), np.arange(40) - 20)),
    ((40, 50, 60), (Ellipsis, np.arange(40) // 2 - 30)),
    ((300, 300), (np.arange(900) // 7 - 60, np.arange(900) // 5)),
    ((9, 10, 11), (np.arange(900) % 9 - 4, np.arange(900) % 7, np.arange(900) // 90 - 11)),
    ((40, 2000), (Ellipsis, np.array([[0, 1], [1, -1]]))),
    ((300, 300), (np.arange(300) // 7, np.arange(300) // 5)),
    ((300, 300), (slice(None), np.arange(300) // 2, None)),
    ((4000, 40), np.arange(4000, dtype=np.uint8) % 7),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "index"), LARGE, ids=[str(i) for i in range(len(LARGE))])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
def test_sums_at_a_repeated_index_of_large_arrays(shape: tuple[int, ...], index: Any, dtype: Any) -> None:
    a = np.empty(shape)[index]
    # Small integers, and so exact in any type.
    g = np.asfortranarray(np.random.default_rng(0).integers(0, 2, a.shape)).astype(dtype)
    expected = np.zeros(shape, np.complex128)
    np.add.at(expected, index, g)
    found = scatter(g, index=index, shape=shape)
    np.testing.assert_array_equal(found, (expected if found.dtype.kind == "c" else expected.real).astype(dtype))
    assert found.dtype == dtype


PARTS = [
    (0, slice(1, None)), (slice(1, None), slice(1, None)), (np.array([2, 0, 2]), 1), (1, np.array([2, 0, 2])),
    (np.array([True, False, True, True]), slice(None, None, 2)), ((Ellipsis, 0), (slice(None), slice(0, 1)), 3),
]  # fmt: skip


@pytest.mark.parametrize("indices", PARTS, ids=str)
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.complex128])
def test_gradients_of_parts_add_up(indices: tuple[Any, ...], whole: bool, dtype: Any) -> None:
    """Also where the array is used whole beside them: what adds up in place is an array of the walk's own."""
    x = np.arange(12.0).reshape(4, 3).astype(dtype)
    given = [np.random.default_rng(0).integers(1, 9, x[i].shape).astype(dtype) for i in indices]
    given += [np.full((4, 3), 3, dtype)] * 2 * whole
    held = [g.copy() for g in given]
    _, pull = vjp(lambda x: [x[i] for i in indices] + [x, x * 1] * whole, x)
    for _ in range(2):
        (found,) = pull(given)
        expected = np.zeros_like(x)
        for i, g in zip(indices, given, strict=False):
            np.add.at(expected, i, g)
        np.testing.assert_array_equal(found, expected + 6 * whole, strict=True)
    for g, before in zip(given, held, strict=True):
        np.testing.assert_array_equal(g, before)
    if dtype == np.float64:
        check_grads(lambda x: [x[i] * x[i] for i in indices], x, order=3)


def test_the_cotangent_of_a_part_makes_no_array_of_the_whole() -> None:
    x = np.zeros((1000, 1000))
    _, pull = vjp(lambda x: [x[i] for i in range(1000)], x)
    (found,) = pull([np.full(1000, float(i)) for i in range(1000)])
    np.testing.assert_array_equal(found, np.broadcast_to(np.arange(1000.0)[:, None], x.shape))
    made = []
    _, pull = vjp(lambda x: x[0] + x[1] + x[2], x)
    rule, record = getitem.rules[0], getitem.rules[0].pull
    try:
        rule.pull = lambda *args: made.append(1) or record(*args)
        pull(np.ones(1000))
    finally:
        rule.pull = record
    assert len(made) == 1


def test_take_is_numpys_in_what_it_refuses() -> None:
    x = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    for indices, options, error in (
        ([6], {}, IndexError),
        ([2], {"axis": 0}, IndexError),
        (np.array([1.5]), {}, TypeError),
        ([0], {"mode": "other"}, ValueError),
        ([0], {"axis": 2}, (IndexError, ValueError)),
    ):
        for a in (x, x.numpy()):
            with pytest.raises(error):
                np.take(a, indices, **options)
    with pytest.raises(IndexError):
        np.take(x[:, :0], [0], axis=1, mode="wrap")
    with pytest.raises(ValueError, match="ndim"):
        np.take_along_axis(x, np.array([0]), 1)
    with pytest.raises(IndexError):
        np.take_along_axis(x, np.array([[0.5]]), 1)


def test_take_into_a_tensor() -> None:
    x, out = Tensor(np.arange(3.0), requires_grad=True), Tensor(np.zeros(2))
    assert np.take(x, [4, 2], out=out, mode="clip") is out
    (out * np.array([1.0, 10])).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 11])
