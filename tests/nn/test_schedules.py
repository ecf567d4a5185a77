"""Schedules: each a pure function of the iteration, exact where it has corners, and the same for numbers and arrays."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, compile
from nn import schedules

SCHEDULES = [
    schedules.InverseTime(0.5, 0.01),
    schedules.Step(0.1, every=10, factor=0.5),
    schedules.Step(0.1, every=1, factor=1),
    schedules.Cosine(0.5, steps=30),
    schedules.Cosine(0.1, steps=7, final=0.3),
    schedules.Warmup(10, then=0.2),
    schedules.Warmup(1, then=0.2),
    schedules.Warmup(3, then=schedules.Cosine(0.5, steps=20, final=0.01)),
    schedules.Warmup(3, then=schedules.Warmup(4, then=schedules.InverseTime(1.0, 0.5))),
]


def by_hand(schedule, n):
    """Write each out with `if`."""
    if isinstance(schedule, schedules.InverseTime):
        return schedule.learning_rate / (1 + schedule.decay * n)
    if isinstance(schedule, schedules.Step):
        rate = schedule.learning_rate
        for _ in range(n // schedule.every):
            rate *= schedule.factor
        return rate
    if isinstance(schedule, schedules.Cosine):
        if n >= schedule.steps:
            return schedule.final
        return schedule.final + (schedule.learning_rate - schedule.final) * (1 + np.cos(np.pi * n / schedule.steps)) / 2
    then = schedule.then if callable(schedule.then) else lambda n: schedule.then
    if n < schedule.steps:
        return then(0) * (n + 1) / schedule.steps
    return then(n - schedule.steps)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_rates_are_those_written_out(schedule):
    steps = np.arange(60)
    expected = [by_hand(schedule, n) for n in range(60)]
    found = [schedule(n) for n in range(60)]
    assert all(type(rate) is float for rate in found)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    np.testing.assert_array_equal(schedule(steps), found)
    assert type(schedule(np.int64(3))) is float and schedule(np.int64(3)) == found[3]


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_one_program_serves_all_steps(schedule, backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
    compiled = compile(lambda n: schedule(n), backend=backend)
    for n in (0, 1, 2, 3, 9, 10, 29, 30, 31, 10**6):
        np.testing.assert_allclose(compiled(np.array(float(n))), schedule(n), rtol=1e-14, atol=1e-16)
    assert len(compiled.programs) == 1


@given(st.floats(0, 1e3), st.floats(0, 1e3), st.integers(1, 1000), st.integers(0, 10**9))
def test_a_cosine_meets_both_ends_and_stays_between(first, final, steps, more):
    schedule = schedules.Cosine(first, steps, final)
    assert schedule(0) == first and schedule(steps + more) == final
    low, high = sorted((first, final))
    rates = schedule(np.arange(steps))
    # Tiny rates lose the digits that subnormal numbers have not.
    assert (rates >= low * (1 - 1e-15) - 1e-300).all() and (rates <= high * (1 + 1e-15) + 1e-300).all()


@given(st.integers(1, 1000), st.floats(1e-3, 1e3))
def test_a_warmup_rises_to_the_rate_and_joins_without_a_jump(steps, rate):
    rates = schedules.Warmup(steps, then=rate)(np.arange(steps + 2))
    assert (np.diff(rates) >= 0).all() and rates[0] > 0
    assert rates[steps - 1] == rates[steps] == rates[steps + 1] == rate


def test_inverse_time_is_the_decay_of_every_optimizer():
    for n in range(10):
        assert nn.SGD(schedules.InverseTime(0.3, 0.07)).rate(n) == nn.SGD(0.3, decay=0.07).rate(n)


def test_decay_divides_the_rate_of_a_schedule_too():
    schedule = schedules.Step(0.4, every=2, factor=0.5)
    assert nn.Adam(schedule, decay=1.0).rate(3) == 0.2 / 4


def test_the_current_rate_is_that_of_the_latest_step():
    sgd = nn.SGD(schedules.Step(0.4, every=1, factor=0.5))
    seen, w = [sgd.current_learning_rate], Tensor([1.0], requires_grad=True)
    for _ in range(3):
        w.grad = np.array([1.0])
        sgd.step([w])
        seen.append(sgd.current_learning_rate)
    assert seen == [0.4, 0.4, 0.2, 0.1]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_repr_makes_it_again_and_config_is_json(schedule):
    again = eval(repr(schedule), vars(nn).copy())
    assert repr(again) == repr(schedule)
    np.testing.assert_array_equal(again(np.arange(40)), schedule(np.arange(40)))
    config = schedule.config()
    assert json.loads(json.dumps(config)) == config

    def make(config):
        keys = {key: make(value) if isinstance(value, dict) else value for key, value in config.items()}
        return getattr(schedules, keys.pop("name"))(**keys)

    assert repr(make(config)) == repr(schedule)


def test_a_schedule_of_the_users():
    class Triangle(schedules.Schedule):
        def __init__(self, top):
            self.top = top

        def rate(self, iteration):
            return self.top * np.abs(iteration % 4 - 2) / 2

    adam = nn.Adam(Triangle(0.5))
    assert repr(adam).startswith("Adam(learning_rate=Triangle(top=0.5), decay=0.0")
    assert adam.config()["learning_rate"] == {"name": "Triangle", "top": 0.5}
    assert [adam.rate(n) for n in range(4)] == [0.5, 0.25, 0.0, 0.25]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: schedules.Step(-1, 10, 0.5), ValueError, "Step: learning_rate is at least 0 and finite; met -1"),
        (lambda: schedules.Step(0.1, 0, 0.5), ValueError, "Step: every is a whole number of steps, 1 or more; met 0"),
        (lambda: schedules.Step(0.1, 2.5, 0.5), ValueError, "Step: every is a whole number .* met 2.5"),
        (lambda: schedules.Step(0.1, "ten", 0.5), ValueError, "Step: every is a whole number .* met 'ten'"),
        (lambda: schedules.Step(0.1, np.inf, 0.5), ValueError, "Step: every is a whole number .* met inf"),
        (lambda: schedules.Step(0.1, 10, 0), ValueError, "Step: factor is above 0 and finite; met 0"),
        (lambda: schedules.Step(0.1, 10, 10), ValueError, "Step: factor .* at most 1; met 10. .* write factor=1/10"),
        (lambda: schedules.Cosine(0.1, -5), ValueError, "Cosine: steps is a whole number .* met -5"),
        (lambda: schedules.Cosine(0.1, 5, final=np.nan), ValueError, "Cosine: final is at least 0 and finite; met nan"),
        (lambda: schedules.Warmup(0, 0.1), ValueError, "Warmup: steps is a whole number .* met 0"),
        (lambda: schedules.Warmup(5, "cosine"), TypeError, "Warmup: then is a number; met 'cosine'"),
        (lambda: schedules.InverseTime(0.1, -1), ValueError, "InverseTime: decay is at least 0 and finite; met -1"),
        (lambda: schedules.InverseTime(None, 1), TypeError, "InverseTime: learning_rate is a number; met None"),
    ],
)
def test_settings_out_of_range_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def choosing(n):
    return 0.1 if n < 10 else 0.01


@pytest.mark.parametrize("schedule", [choosing, lambda n: math.exp(-n), schedules.Warmup(2, then=choosing)])
def test_a_schedule_that_looks_at_the_iteration_is_named(schedule):
    x, y = np.ones((4, 1)), np.zeros((4, 1))
    model = nn.Model([nn.Dense(1, 1)], loss="mean_squared_error", optimizer=nn.SGD(schedule))
    with pytest.raises(TypeError, match=r"SGD: the schedule .*np.where\(n < 10, a, b\).*np.exp for math.exp") as met:
        model.fit(x, y)
    assert repr(schedule) in str(met.value)
    model.fit(x, y, compiled=False)
