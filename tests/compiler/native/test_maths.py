"""The elementary functions of kernels: near the truth everywhere, exact where they can be, the same in every lane."""

from __future__ import annotations

import itertools
import math
import os
from typing import Any

import numpy as np
import pytest
from points import (
    CIRCULAR,
    ELEMENTARY,
    arity,
    beside,
    every_exponent,
    hardest_of_circle,
    judged,
    numpys,
    points,
    random_bits,
    unsigned,
)
from vectorised import evaluate, ulps

from autograd.compiler.native.maths import FUNCTIONS, rounding

#: Points of each kind, and how many of all are judged by mpmath.
SIZE, COUNT = (200_000, 30_000) if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else (10_000, 2_000)

inf, nan, pi = math.inf, math.nan, math.pi

names = pytest.mark.parametrize("name", list(FUNCTIONS))
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])


def seeded() -> Any:
    return np.random.default_rng(7)


def bits(x: Any) -> Any:
    """Give what must be the same: all bits, but NaN's are one."""
    return np.where(np.isnan(x), np.nan, x).astype(x.dtype).view(unsigned(x.dtype))


def same_bits(found: Any, expected: Any, *arrays: Any) -> None:
    wrong = np.flatnonzero(bits(found) != bits(np.asarray(expected, found.dtype)))
    told = [(*[float(x[i]) for x in arrays], float(found[i]), float(expected[i])) for i in wrong[:5]]
    assert wrong.size == 0, f"{wrong.size} differ, such as (arguments, found, expected) {told}"


def agrees(numpys_own: Any, expected: Any) -> None:
    """Compare what NumPy gives: finite numbers may be off by some units."""
    np.testing.assert_allclose(numpys_own, expected, rtol=4 * float(np.finfo(expected.dtype).eps), atol=0)
    number = ~np.isnan(expected)
    assert np.array_equal(np.signbit(numpys_own[number]), np.signbit(expected[number]))


def within(name: str, arrays: tuple[Any, ...], count: int) -> None:
    errors, where = judged(name, arrays, count)
    worst = int(np.argmax(errors))
    at = ", ".join(repr(float(x[worst])) for x in where)
    assert errors[worst] <= ELEMENTARY[name].bound, f"{name}({at}) is off by {errors[worst]:.3f} ulp"


def grid(dtype: Any, *numbers: float) -> tuple[Any, Any]:
    """Give all pairs."""
    x, y = np.array(list(itertools.product(numbers, numbers)), dtype).T
    return x.copy(), y.copy()


# Accuracy


def test_every_function_has_a_bound() -> None:
    assert set(ELEMENTARY) == set(FUNCTIONS)


@dtypes
@names
def test_the_error_is_within_the_bound(name: str, dtype: Any) -> None:
    within(name, points(name, dtype, SIZE, seeded()), COUNT)


@dtypes
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if arity(name) == 1])
def test_the_error_is_within_the_bound_at_every_exponent(name: str, dtype: Any) -> None:
    x = every_exponent(dtype, seeded())
    within(name, (x,), x.size)


@dtypes
@pytest.mark.parametrize("name", CIRCULAR)
def test_the_error_is_within_the_bound_at_the_numbers_nearest_to_multiples_of_half_pi(name: str, dtype: Any) -> None:
    x = hardest_of_circle(dtype)
    # The hardest of all (Muller 2016).
    assert (6381956970095103 * 2.0**797 if dtype is np.float64 else 16367173 * 2.0**72) in x
    within(name, (x,), x.size)


@pytest.mark.parametrize(("dtype", "low", "high"), [(np.float64, 25.0, 27.3), (np.float32, 8.0, 10.1)])
def test_the_tail_of_erfc_is_right_down_to_the_last_subnormal_number(dtype: Any, low: float, high: float) -> None:
    x = np.linspace(low, high, COUNT // 3, dtype=dtype)
    within("erfc", (x,), x.size)
    tail = evaluate(FUNCTIONS["erfc"], x)
    assert tail[-1] == 0
    assert np.min(tail[tail > 0]) < 100 * np.finfo(dtype).smallest_subnormal


@dtypes
def test_the_judge_tells_one_unit_from_none(dtype: Any) -> None:
    x = seeded().uniform(-3, 3, 50).astype(dtype)
    rounded = np.exp(x.astype(np.longdouble)).astype(dtype)
    exact = ELEMENTARY["exp"].exact
    # Double rounding may cost a trifle.
    assert np.max(ulps(rounded, exact, x)) <= 0.501
    assert np.min(ulps(np.nextafter(rounded, dtype(9e9)), exact, x)) >= 0.499
    assert ulps(np.array([inf], dtype), exact, np.array([1.0])) == inf


# Results that have no error


@dtypes
@pytest.mark.parametrize("name", ["rint", "floor", "ceil", "trunc"])
def test_a_rounding_is_numpys_bit_for_bit(name: str, dtype: Any) -> None:
    (x,) = points(name, dtype, SIZE, seeded())
    with np.errstate(invalid="ignore"):  # some of the NaN signal
        expected = numpys(name)(x)
    same_bits(evaluate(FUNCTIONS[name], x), expected, x)


#: Argument and result; with NaN every function gives NaN.
SPECIAL: dict[str, list[tuple[float, float]]] = {
    "exp": [(0.0, 1), (-0.0, 1), (inf, inf), (-inf, 0.0), (1e4, inf), (-1e4, 0.0)],
    "exp2": [(0.0, 1), (-0.0, 1), (inf, inf), (-inf, 0.0), (1e4, inf), (-1e4, 0.0), (1, 2), (-3, 0.125)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1), (1e4, inf), (-1e4, -1)],
    "log": [(0.0, -inf), (-0.0, -inf), (1, 0.0), (inf, inf), (-inf, nan), (-1, nan), (-1e-40, nan)],
    "log2": [(0.0, -inf), (-0.0, -inf), (1, 0.0), (inf, inf), (-inf, nan), (-1, nan), (8, 3), (0.25, -2)],
    "log10": [(0.0, -inf), (-0.0, -inf), (1, 0.0), (inf, inf), (-inf, nan), (-1, nan), (1000, 3)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1, -inf), (inf, inf), (-inf, nan), (-1.5, nan)],
    "cbrt": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (-1, -1), (27, 3)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (1e4, inf), (-1e4, -inf)],
    "cosh": [(0.0, 1), (-0.0, 1), (inf, inf), (-inf, inf), (-1e4, inf)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (inf, 1), (-inf, -1), (1e4, 1), (-1e4, -1)],
    "arcsinh": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf)],
    "arccosh": [(1, 0.0), (inf, inf), (0.5, nan), (0.0, nan), (-1, nan), (-inf, nan)],
    "arctanh": [(0.0, 0.0), (-0.0, -0.0), (1, inf), (-1, -inf), (1.5, nan), (inf, nan), (-inf, nan)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (inf, nan), (-inf, nan)],
    "cos": [(0.0, 1), (-0.0, 1), (inf, nan), (-inf, nan)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (inf, nan), (-inf, nan)],
    "arcsin": [(0.0, 0.0), (-0.0, -0.0), (1, pi / 2), (-1, -pi / 2), (1.5, nan), (-inf, nan)],
    "arccos": [(1, 0.0), (0.0, pi / 2), (-0.0, pi / 2), (-1, pi), (-1.5, nan), (inf, nan)],
    "arctan": [(0.0, 0.0), (-0.0, -0.0), (inf, pi / 2), (-inf, -pi / 2), (1, pi / 4)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (inf, 1), (-inf, -1), (1e4, 1), (-1e4, -1)],
    "erfc": [(0.0, 1), (-0.0, 1), (inf, 0.0), (-inf, 2), (1e4, 0.0), (-1e4, 2)],
    "rint": [(-0.0, -0.0), (-0.5, -0.0), (0.5, 0.0), (1.5, 2), (2.5, 2), (inf, inf), (-inf, -inf)],
    "floor": [(-0.0, -0.0), (0.5, 0.0), (-0.5, -1), (inf, inf), (-inf, -inf)],
    "ceil": [(-0.0, -0.0), (-0.5, -0.0), (0.5, 1), (inf, inf), (-inf, -inf)],
    "trunc": [(-0.0, -0.0), (-0.5, -0.0), (-1.5, -1), (1.5, 1), (inf, inf), (-inf, -inf)],
}


@dtypes
@pytest.mark.parametrize("name", SPECIAL)
def test_special_values_are_exact(name: str, dtype: Any) -> None:
    x, expected = np.array([*SPECIAL[name], (nan, nan)], dtype).T.copy()
    same_bits(evaluate(FUNCTIONS[name], x), expected, x)


@dtypes
@pytest.mark.parametrize("name", SPECIAL)
def test_special_values_are_numpys(name: str, dtype: Any) -> None:
    x, expected = np.array([*SPECIAL[name], (nan, nan)], dtype).T.copy()
    with np.errstate(all="ignore"):
        agrees(numpys(name)(x), expected)


def test_every_function_of_one_argument_has_special_values() -> None:
    assert set(SPECIAL) == {name for name in FUNCTIONS if arity(name) == 1}


ODD = (
    "cbrt", "sinh", "tanh", "arcsinh", "arctanh", "sin", "tan", "arcsin", "arctan", "erf", "rint", "trunc",
)  # fmt: skip


@dtypes
@pytest.mark.parametrize("name", ODD)
def test_an_odd_function_is_odd_to_the_bit(name: str, dtype: Any) -> None:
    (x,) = points(name, dtype, SIZE // 10, seeded())
    same_bits(evaluate(FUNCTIONS[name], -x), -evaluate(FUNCTIONS[name], x), x)


@dtypes
@pytest.mark.parametrize("name", ["cosh", "cos"])
def test_an_even_function_is_even_to_the_bit(name: str, dtype: Any) -> None:
    (x,) = points(name, dtype, SIZE // 10, seeded())
    same_bits(evaluate(FUNCTIONS[name], -x), evaluate(FUNCTIONS[name], x), x)


@dtypes
@pytest.mark.parametrize(
    "name", ["expm1", "log1p", "sinh", "tanh", "arcsinh", "arctanh", "sin", "tan", "arcsin", "arctan"]
)
def test_a_function_with_derivative_1_keeps_small_arguments(name: str, dtype: Any) -> None:
    x = every_exponent(dtype, seeded())
    x = x[np.abs(x) < np.finfo(dtype).eps / 4]
    same_bits(evaluate(FUNCTIONS[name], x), x, x)


@dtypes
def test_powers_of_2_and_their_logarithms_are_exact(dtype: Any) -> None:
    info = np.finfo(dtype)
    k = np.arange(info.minexp - info.nmant, info.maxexp).astype(dtype)
    powers = np.ldexp(dtype(1), k.astype(int)).astype(dtype)
    same_bits(evaluate(FUNCTIONS["exp2"], k), powers, k)
    same_bits(evaluate(FUNCTIONS["log2"], powers), k, powers)
    same_bits(evaluate(FUNCTIONS["power"], np.full_like(k, 2), k), powers, k)


@dtypes
def test_roots_of_cubes_are_exact(dtype: Any) -> None:
    top = int(np.cbrt(2.0 / np.finfo(dtype).eps))
    k = np.arange(-min(top, 5000), min(top, 5000) + 1).astype(dtype)
    same_bits(evaluate(FUNCTIONS["cbrt"], k**3), k, k)


# Powers and angles


@dtypes
def test_the_first_power_is_the_base(dtype: Any) -> None:
    x = np.concatenate([every_exponent(dtype, seeded()), random_bits(dtype, SIZE, seeded())])
    same_bits(evaluate(FUNCTIONS["power"], x, np.ones_like(x)), x, x)


@dtypes
def test_powers_of_small_whole_numbers_are_exact(dtype: Any) -> None:
    x, y = grid(dtype, *range(-20, 21))
    keep = (np.abs(x) > 1) & (y > 0) & (y * np.log2(np.maximum(np.abs(x), 1)) < np.finfo(dtype).nmant)
    x, y = x[keep], y[keep]
    expected = np.array([int(a) ** int(b) for a, b in zip(x, y, strict=True)], dtype)
    same_bits(evaluate(FUNCTIONS["power"], x, y), expected, x, y)


#: C99, F.9.4.4.
POWERS = [
    *[(zero, y, math.copysign(inf, zero)) for zero in (0.0, -0.0) for y in (-1.0, -3.0)],
    *[(zero, y, inf) for zero in (0.0, -0.0) for y in (-2.0, -0.5, -1.5, -1e30, -inf)],
    *[(zero, y, zero) for zero in (0.0, -0.0) for y in (1.0, 3.0)],
    *[(zero, y, 0.0) for zero in (0.0, -0.0) for y in (2.0, 0.5, 1.5, 1e30, inf)],
    *[(-1.0, y, 1.0) for y in (inf, -inf, 2.0, 1e30)],
    *[(-1.0, y, -1.0) for y in (1.0, -3.0)],
    *[(1.0, y, 1.0) for y in (0.0, -0.0, 0.5, -7.0, 1e30, inf, -inf, nan)],
    *[(x, zero, 1.0) for x in (0.0, -0.0, 0.5, -7.0, 1e30, inf, -inf, nan) for zero in (0.0, -0.0)],
    *[(x, y, nan) for x in (-2.0, -0.5, -1e30, -1e-40) for y in (0.5, -0.5, 1.5)],
    *[(x, -inf, inf) for x in (0.5, -0.5, 0.0, -0.0)],
    *[(x, inf, 0.0) for x in (0.5, -0.5, 0.0, -0.0)],
    *[(x, -inf, 0.0) for x in (2.0, -2.0, inf, -inf)],
    *[(x, inf, inf) for x in (2.0, -2.0, inf, -inf)],
    *[(-inf, y, -0.0) for y in (-1.0, -3.0)],
    *[(-inf, y, 0.0) for y in (-2.0, -0.5, -1.5)],
    *[(-inf, y, -inf) for y in (1.0, 3.0)],
    *[(-inf, y, inf) for y in (2.0, 0.5, 1.5)],
    *[(inf, y, 0.0) for y in (-1.0, -2.0, -0.5)],
    *[(inf, y, inf) for y in (1.0, 2.0, 0.5)],
    *[(nan, y, nan) for y in (1.0, -2.0, inf, nan)],
    *[(x, nan, nan) for x in (0.0, -1.0, 2.0, inf, -inf)],
    # What overflows and underflows keeps the sign.
    (-10.0, 401.0, -inf), (-10.0, 400.0, inf), (-10.0, -401.0, -0.0), (-10.0, -400.0, 0.0),
]  # fmt: skip


@dtypes
def test_special_powers_are_c99s(dtype: Any) -> None:
    x, y, expected = np.array(POWERS, dtype).T.copy()
    same_bits(evaluate(FUNCTIONS["power"], x, y), expected, x, y)


@dtypes
def test_powers_that_are_0_or_infinite_or_no_number_are_numpys(dtype: Any) -> None:
    info = np.finfo(dtype)
    last = 2.0 ** (info.nmant + 1)
    sizes = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 1e10, inf, nan, 1 - info.epsneg, 1 + info.eps, info.max, info.tiny,
             info.smallest_subnormal, last / 4 + 0.5, last / 2, last / 2 + 1, last - 1, last, last + 2)  # fmt: skip
    x, y = grid(dtype, *[sign * float(size) for size in sizes for sign in (1, -1)])
    found = evaluate(FUNCTIONS["power"], x, y)
    with np.errstate(all="ignore"):
        expected = np.power(x, y)
    plain = np.isfinite(expected) & (expected != 0)
    same_bits(found[~plain], expected[~plain], x[~plain], y[~plain])
    assert np.array_equal(np.signbit(found[plain]), np.signbit(expected[plain]))
    assert np.all(np.isfinite(found[plain]))


#: C99, F.9.1.4, for heights that are not negative: height, width, angle.
ANGLES = [
    *[(0.0, x, 0.0) for x in (0.0, 1.0, 1e-40, inf)],
    *[(0.0, x, pi) for x in (-0.0, -1.0, -1e-40, -inf)],
    *[(y, x, pi / 2) for y in (1.0, 1e-40) for x in (0.0, -0.0)],
    *[(y, inf, 0.0) for y in (1.0, 1e30)],
    *[(y, -inf, pi) for y in (1.0, 1e30)],
    *[(inf, x, pi / 2) for x in (0.0, -0.0, 1.0, -1.0, 1e30)],
    (inf, inf, pi / 4), (inf, -inf, 3 * pi / 4), (1.0, 1.0, pi / 4), (1.0, -1.0, 3 * pi / 4),
    *[(nan, x, nan) for x in (0.0, 1.0, inf, nan)],
    *[(y, nan, nan) for y in (0.0, 1.0, inf)],
]  # fmt: skip


@dtypes
def test_special_angles_are_c99s(dtype: Any) -> None:
    y, x, expected = np.array(ANGLES, dtype).T.copy()
    same_bits(evaluate(FUNCTIONS["arctan2"], y, x), expected, y, x)
    same_bits(evaluate(FUNCTIONS["arctan2"], -y, x), -expected, -y, x)
    agrees(np.arctan2(y, x), expected)


@dtypes
def test_a_negative_height_negates_the_angle_to_the_bit(dtype: Any) -> None:
    y, x = points("arctan2", dtype, SIZE // 10, seeded())
    same_bits(evaluate(FUNCTIONS["arctan2"], -y, x), -evaluate(FUNCTIONS["arctan2"], y, x), y, x)


# Larger and smaller


@dtypes
@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_of_two_numbers_the_larger_or_smaller_is_numpys(name: str, dtype: Any) -> None:
    x, y = random_bits(dtype, SIZE, seeded()), np.random.default_rng(8).permutation(beside(dtype, 0.5, inf, nan, 1.0))
    pairs = np.concatenate([x, np.repeat(y, y.size)]), np.concatenate([x[::-1], np.tile(y, y.size)])
    same_bits(evaluate(getattr(rounding, name), *pairs), getattr(np, name)(*pairs), *pairs)


@dtypes
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("maximum", (nan, nan, nan, 2.0, 2.0, inf)),
        ("minimum", (nan, nan, nan, 1.0, 1.0, 1.0)),
        ("fmax", (1.0, 1.0, nan, 2.0, 2.0, inf)),
        ("fmin", (1.0, 1.0, nan, 1.0, 1.0, 1.0)),
    ],
)
def test_nan_wins_or_yields(name: str, expected: Any, dtype: Any) -> None:
    x, y = np.array([(nan, 1.0), (1.0, nan), (nan, nan), (1.0, 2.0), (2.0, 1.0), (1.0, inf)], dtype).T.copy()
    same_bits(evaluate(getattr(rounding, name), x, y), np.array(expected, dtype), x, y)


@dtypes
@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_of_two_zeros_the_second_is_given(name: str, dtype: Any) -> None:
    x, y = grid(dtype, 0.0, -0.0)
    same_bits(evaluate(getattr(rounding, name), x, y), y, x, y)


# Kernels


@dtypes
@names
def test_the_number_of_lanes_changes_no_bit(name: str, dtype: Any) -> None:
    arrays = points(name, dtype, 500, seeded())
    expected = evaluate(FUNCTIONS[name], *arrays)
    for lanes in (1, 4, 8, 16):
        same_bits(evaluate(FUNCTIONS[name], *arrays, lanes=lanes), expected, *arrays)


@dtypes
def test_a_lane_does_not_depend_on_its_neighbours(dtype: Any) -> None:
    far, near = dtype(1e30), np.linspace(0.1, 1.0, 64).astype(dtype)
    mixed = np.stack([near, np.full_like(near, far)], 1).ravel()
    for name in CIRCULAR:
        found = evaluate(FUNCTIONS[name], mixed)
        same_bits(found[::2], evaluate(FUNCTIONS[name], near), near)
        same_bits(found[1::2], evaluate(FUNCTIONS[name], mixed[1::2]), mixed[1::2])


@dtypes
@pytest.mark.parametrize("lanes", [1, 8])
def test_several_circular_functions_live_in_one_kernel(lanes: int, dtype: Any) -> None:
    sin, cos, tan = (FUNCTIONS[name] for name in CIRCULAR)
    x = np.concatenate([seeded().uniform(-9, 9, 200), [1e22, -1e30, 3e9, 0.0]]).astype(dtype)

    def several(x: Any) -> Any:
        return sin(x) + cos(sin(x) * 1e9) * tan(x) + sin(x)

    sine = evaluate(sin, x)
    expected = sine + evaluate(cos, sine * dtype(1e9)) * evaluate(tan, x) + sine
    same_bits(evaluate(several, x, lanes=lanes), expected, x)
