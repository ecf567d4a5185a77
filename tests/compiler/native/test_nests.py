"""Loop nests alone: any shapes, strides and dtypes, each address in its array, against NumPy's own calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import same
from hypothesis import given
from hypothesis import strategies as st

from autograd import compile, value_and_grad
from autograd.compiler import backends
from autograd.compiler.native import nest as nests
from autograd.compiler.native.generate import generated
from autograd.compiler.native.nest import Access, Fixed, Kernel, Nest, Step
from autograd.compiler.state import checked

pytestmark = pytest.mark.skipif(bool(backends.missing()), reason=backends.missing())

RNG = np.random.default_rng(7)
#: Nothing, one, primes, multiples of vectors and one beside, more than a vector, more than a piece.
SIZES = st.sampled_from([0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 19, 31, 32, 33, 37, 64, 65, 127])


def layouts(array: Any) -> list[Any]:
    """Give the same array as it may lie."""
    wide = np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array
    back = np.flip(np.flip(array).copy()) if array.ndim else array
    return [array, np.asfortranarray(array), wide, back, np.moveaxis(np.moveaxis(array, 0, -1).copy(), -1, 0)]


def run(fn: Any, *arrays: Any, backend: str = "native") -> Any:
    """Compile and run twice: what a run leaves behind is not read by the next."""
    made = compile(fn, backend=backend)
    with np.errstate(all="ignore"):
        made(*arrays)
        return made(*arrays)


def agrees(fn: Any, *arrays: Any) -> None:
    """Assert that kernels which check themselves, those that do not, and NumPy give the same."""
    expected = run(fn, *arrays, backend="numpy")
    with checked():
        safe = run(fn, *arrays)
    quick = run(fn, *arrays)
    rtol = 1e-12 if arrays[0].dtype == np.float64 else 2e-5
    for ours, quickly, theirs in zip(safe, quick, expected, strict=True):
        np.testing.assert_array_equal(quickly, ours, strict=True)
        scale = float(np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0)) if theirs.dtype.kind == "f" else 0
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * max(scale, 1), strict=True)


def normalised(x: Any, scale: Any, shift: Any) -> list[Any]:
    """Layer norm, softmax, sums over each axis and over both, products, the largest and the smallest."""
    centred = x - np.mean(x, axis=-1, keepdims=True)
    deviation = np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + 1e-3)
    y = centred / deviation * scale + shift
    weights = np.exp(y - np.max(y, axis=-1, keepdims=True))
    shares = weights / np.sum(weights, axis=-1, keepdims=True)
    return [y, shares, np.sum(shares, axis=0), np.sum(y), np.max(y, axis=0), np.min(y), np.prod(shares + 0.5, axis=-1)]


@given(rows=SIZES.filter(bool), width=SIZES.filter(bool), dtype=st.sampled_from([np.float64, np.float32]),
       layout=st.integers(0, 4), seed=st.integers(0, 99))  # fmt: skip
def test_rows_and_lanes(rows: int, width: int, dtype: Any, layout: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, scale, shift = (rng.standard_normal(shape).astype(dtype) for shape in ((rows, width), width, (1, width)))
    agrees(normalised, layouts(x)[layout], layouts(scale)[layout], layouts(shift)[layout])


@given(m=SIZES, k=SIZES, n=SIZES, dtype=st.sampled_from([np.float64, np.float32]), layout=st.integers(0, 4))
def test_products_with_a_short_axis(m: int, k: int, n: int, dtype: Any, layout: int) -> None:
    """Layer, activation, layer, and all gradients: products over short and long axes, rows summed up."""
    x, w, v = (RNG.standard_normal(shape).astype(dtype) for shape in ((m, k), (k, n), (n, 3)))

    def fn(x: Any, w: Any, v: Any) -> Any:
        return list(value_and_grad(lambda wv: np.sum(np.maximum(x @ wv[0], 0) @ wv[1]))([w, v])[1])

    agrees(fn, layouts(x)[layout] if m else x, w, v)


@given(shape=st.tuples(SIZES, SIZES), axes=st.permutations([0, 1, 2]), dtype=st.sampled_from([np.float64, np.float32]))
def test_three_axes_in_any_order(shape: tuple[int, int], axes: Any, dtype: Any) -> None:
    x = RNG.standard_normal((2, *shape)).astype(dtype).transpose(axes)
    row, column = np.ones(x.shape[-1], dtype), RNG.standard_normal((x.shape[1], 1)).astype(dtype)
    agrees(lambda x, row, column: [np.tanh(x * column) + row, np.sum(x * row, axis=(0, 1)), x.swapaxes(0, 1) * 2.0],
           x, row, column)  # fmt: skip


@given(rows=SIZES.filter(bool), classes=SIZES.filter(lambda n: n > 1), kind=st.sampled_from([np.int64, np.int32]))
def test_labels(rows: int, classes: int, kind: Any) -> None:
    x, y = RNG.standard_normal((rows, classes)), RNG.integers(-classes, classes, rows).astype(kind)

    def loss(x: Any, y: Any) -> Any:
        z = x - np.max(x, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(rows), y])

    agrees(lambda x, y: list(value_and_grad(lambda x: loss(x, y))(x)), x, y)
    made = compile(lambda x, y: value_and_grad(lambda x: loss(x, y))(x), backend="native")
    wrong = y.copy()
    wrong[rows // 2] = classes
    with pytest.raises(IndexError, match=f"index {classes} is out of bounds for axis 1 with size {classes}"):
        made(x, wrong)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int32, np.bool_])
@pytest.mark.parametrize("size", [1, 5, 8, 100])
def test_kinds_meet_as_they_do_in_numpy(dtype: Any, size: int) -> None:
    x = RNG.integers(-3, 4, size)
    a, b = x.astype(dtype), RNG.standard_normal(size)

    def fn(a: Any, b: Any) -> list[Any]:
        less = a < b
        return [
            a + b,
            a * np.float32(2),
            less,
            np.where(less & (a == a), b, 1.0),
            a.astype(np.float64),
            np.where(less, a, b),
        ]

    for ours, theirs in zip(run(fn, a, b), run(fn, a, b, backend="numpy"), strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)


SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e308, -1e308, 0.5])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "fn",
    [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.greater, np.greater_equal, np.less,
     np.less_equal, np.equal, np.not_equal, np.copysign],
    ids=lambda fn: fn.__name__,
)  # fmt: skip
def test_two_numbers_give_numpys_bits(fn: Any, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        x, y = (part.ravel().astype(dtype) for part in np.meshgrid(SPECIAL, SPECIAL))
        ours, theirs = run(lambda x, y: fn(x, y), x, y), fn(x, y)
    np.testing.assert_array_equal(ours, theirs, strict=True)
    if ours.dtype.kind == "f":
        numbers = ~np.isnan(theirs)
        np.testing.assert_array_equal(np.signbit(ours[numbers]), np.signbit(theirs[numbers]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "fn",
    [np.negative, np.square, np.reciprocal, np.sqrt, np.absolute, np.fabs, np.sign, np.isnan, np.isinf, np.isfinite,
     np.signbit, np.floor, np.ceil, np.trunc, np.rint, np.positive, np.logical_not],
    ids=lambda fn: fn.__name__,
)  # fmt: skip
def test_one_number_gives_numpys_bits(fn: Any, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        x = SPECIAL.astype(dtype)
        ours, theirs = run(lambda x: fn(x), x), fn(x)
    np.testing.assert_array_equal(ours, theirs, strict=True)
    if ours.dtype.kind == "f":
        numbers = ~np.isnan(theirs)
        np.testing.assert_array_equal(np.signbit(ours[numbers]), np.signbit(theirs[numbers]))


# Sums


@pytest.mark.parametrize("size", [10, 1000, 99_999, 300_000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sums_are_no_worse_than_numpys(size: int, dtype: Any) -> None:
    rng = np.random.default_rng(size)
    x = (rng.standard_normal(size) * 10.0 ** rng.uniform(-6, 6, size)).astype(dtype)
    exact = float(sum(map(np.longdouble, x.tolist()), np.longdouble(0)))
    ours, theirs = float(run(lambda x: np.sum(x * 1.0 + 0.0), x)), float(np.sum(x))
    assert abs(ours - exact) <= abs(theirs - exact) + np.spacing(dtype(abs(exact)))


@pytest.mark.parametrize("special", [np.inf, -np.inf, np.nan])
def test_sums_of_what_is_not_finite(special: float) -> None:
    x = np.ones((40, 50))
    x[3, 7] = special
    for axis in (None, 0, 1):
        same(run(lambda x, axis=axis: np.sum(x * 2.0, axis=axis), x), np.sum(x * 2.0, axis=axis))
        same(run(lambda x, axis=axis: np.max(x * 2.0, axis=axis), x), np.max(x * 2.0, axis=axis))


# The text of a nest


def doubled(bounds: Any = ()) -> Nest:
    """Make the nest of 2 x over 100 rows."""
    access = Access("f64", ((0, 8),))
    step = Step("multiply", (nests.Cell(0), Fixed.of(2.0)), ("f64", "f64"), "f64", "r")
    return Nest(None, (access,), (step,), ((1, access),), bounds=bounds).shaped(100, 64)


def test_an_address_outside_its_array_is_found() -> None:
    from autograd.compiler.native.jit import kernel
    from autograd.compiler.native.runner import Call, runner

    x, out = np.ones(100), np.empty(100)
    places = [x.ctypes.data, out.ctypes.data]
    for bounds, found in ((((0, 800), (0, 800)), None), (((0, 792), (0, 800)), True), (((0, 800), (8, 800)), True)):
        assert runner([Call(kernel(doubled(bounds)), places, 100)])() is found
    assert "ptrtoint" in generated(doubled(((0, 800), (0, 800))), "k")
    assert "ptrtoint" not in generated(doubled(), "k")


def test_nests_of_one_structure_are_one_kernel() -> None:
    from autograd.compiler.native import jit

    def fn(x: Any) -> Any:
        return np.tanh(x * 1.7) + 0.3

    run(fn, np.ones(1000))
    before = len(jit._kernels)
    run(fn, np.ones(2000))
    run(lambda y: np.tanh(y * 1.7) + 0.3, np.ones((40, 25)))
    assert len(jit._kernels) == before


def test_a_kernel_is_no_function_of_arrays() -> None:
    made = compile(lambda x: np.exp(x) * 2, backend="native")
    made(np.ones(3))
    (node,) = made.programs[0].lowered.nodes
    assert isinstance(node.fn, Kernel) and node.fn.calls == "exp, multiply"
    with pytest.raises(NotImplementedError, match="within the program"):
        node.fn(np.ones(3))


@pytest.mark.parametrize("shape", [(2, 2, 3), (3, 4, 5), (2, 2, 30), (3, 4, 40)])
def test_rows_in_another_order(shape: tuple[int, ...]) -> None:
    """Equal row axes that change places are not the same rows."""
    column = np.ones((1, 1, shape[2]))

    def fn(x: Any) -> list[Any]:
        y = np.exp(x)
        turned = y.transpose(1, 0, 2) * 3.0
        return [y, turned, y.swapaxes(0, 1) + column, np.sum(turned, axis=-1), np.sum(turned, axis=(0, 1))]

    agrees(fn, RNG.standard_normal(shape))


@pytest.mark.parametrize(
    "shapes", [((2, 4, 3), (2, 1, 3)), ((4, 1), (2, 1, 3)), ((5, 1, 7, 2), (6, 1, 1)), ((3, 1, 40), (9, 1))]
)
def test_rows_that_do_not_lie_in_one_line(shapes: Any) -> None:
    x, y = (RNG.standard_normal(shape) for shape in shapes)
    agrees(lambda x, y: [x * y, np.sum(x * y), np.where(x > y, x, y * 2.0)], x, y)
