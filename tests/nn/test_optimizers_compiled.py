"""Optimizers in a compiled step: every rule, schedule and clipping is what the eager loop does, and can be resumed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from nn import schedules

pytestmark = pytest.mark.usefixtures("each_backend")

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((20, 2)), RNG.integers(0, 3, 20)

RULES = {
    "sgd": lambda **keys: nn.SGD(**keys),
    "momentum": lambda **keys: nn.SGD(momentum=0.9, **keys),
    "nesterov": lambda **keys: nn.SGD(momentum=0.9, nesterov=True, **keys),
    "adagrad": lambda **keys: nn.AdaGrad(**keys),
    "rmsprop": lambda **keys: nn.RMSProp(**keys),
    "adam": lambda **keys: nn.Adam(**keys),
    "adamw": lambda **keys: nn.AdamW(weight_decay=0.1, **keys),
}
RATES: dict[str, dict[str, Any]] = {
    "constant": {"learning_rate": 0.1},
    "decay": {"learning_rate": 0.1, "decay": 0.1},
    "inverse": {"learning_rate": schedules.InverseTime(0.1, 0.1)},
    "step": {"learning_rate": schedules.Step(0.1, every=2, factor=0.5)},
    "cosine": {"learning_rate": schedules.Cosine(0.1, steps=3, final=0.01), "decay": 0.1},
    "warmup": {"learning_rate": schedules.Warmup(3, then=schedules.Step(0.1, every=1, factor=0.5))},
}
CLIPS: dict[str, dict[str, Any]] = {
    "unclipped": {},
    "value": {"clip_value": 0.01},
    "norm": {"clip_norm": 0.05},
    "both": {"clip_value": 0.05, "clip_norm": 0.05},
}


def network(dtype: Any = np.float64, hidden: int = 4) -> nn.Sequential:
    """Make a network with weights of order one, the same each time, so that its gradients are no rounding errors."""
    draw = np.random.default_rng(1)
    model = nn.Sequential(nn.Dense(2, hidden, dtype=dtype), nn.ReLU(), nn.Dense(hidden, 3, dtype=dtype))
    for param in model.parameters():
        param.data = draw.standard_normal(param.shape).astype(dtype)
    return model


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("rule", RULES)
def test_the_compiled_step_is_the_eager_one(rule: str, rate: str, clip: str) -> None:
    eager, optimizer = network(), RULES[rule](**RATES[rate], **CLIPS[clip])
    step = nn.make_step(network(), nn.softmax_cross_entropy, RULES[rule](**RATES[rate], **CLIPS[clip]))
    parameters, state = step.init()
    for _ in range(5):
        nn.softmax_cross_entropy(eager(X), Y).backward()
        optimizer.step(eager.parameters())
        _, _, parameters, state = step(parameters, state, (X, Y))
    for param, (name, array) in zip(eager.parameters(), parameters.items(), strict=True):
        np.testing.assert_allclose(array, param.data, rtol=1e-11, atol=1e-12, err_msg=name)
    assert len(step.compiled.programs) == 1


@pytest.mark.parametrize("rule", RULES)
def test_float32_stays_float32_and_agrees(rule: str) -> None:
    settings = RATES["warmup"] | CLIPS["both"]
    eager, optimizer = network(np.float32), RULES[rule](**settings)
    step = nn.make_step(network(np.float32), nn.softmax_cross_entropy, RULES[rule](**settings))
    parameters, state = step.init()
    inputs = X.astype(np.float32)
    for _ in range(5):
        nn.softmax_cross_entropy(eager(inputs), Y).backward()
        optimizer.step(eager.parameters())
        _, _, parameters, state = step(parameters, state, (inputs, Y))
        assert all(array.dtype == np.float32 for array in (*parameters.values(), *state.arrays))
    for param, array in zip(eager.parameters(), parameters.values(), strict=True):
        assert param.dtype == np.float32
        np.testing.assert_allclose(array, param.data, rtol=1e-4, atol=1e-5)


def test_the_norm_is_over_all_blocks_of_a_large_step() -> None:
    """The eager step goes block by block, and the norm is of all together."""
    eager, optimizer = network(hidden=4000), nn.SGD(0.1, clip_norm=0.5)
    step = nn.make_step(network(hidden=4000), nn.softmax_cross_entropy, nn.SGD(0.1, clip_norm=0.5))
    parameters, state = step.init()
    before = {name: array.copy() for name, array in parameters.items()}
    nn.softmax_cross_entropy(eager(X), Y).backward()
    optimizer.step(eager.parameters())
    _, _, parameters, state = step(parameters, state, (X, Y))
    length = np.sqrt(sum(np.sum((parameters[name] - before[name]) ** 2) for name in before))
    np.testing.assert_allclose(length, 0.1 * 0.5, rtol=1e-5)
    for param, array in zip(eager.parameters(), parameters.values(), strict=True):
        np.testing.assert_allclose(array, param.data, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(rule: str) -> None:
    def make() -> tuple[nn.Sequential, nn.Step]:
        model = network()
        return model, nn.make_step(model, nn.softmax_cross_entropy, RULES[rule](**RATES["warmup"], **CLIPS["norm"]))

    _, step = make()
    parameters, state = step.init()
    saved: Any = None
    for i in range(8):
        if i == 3:
            saved = {name: array.copy() for name, array in parameters.items()}, step.state_dict(state)
        _, _, parameters, state = step(parameters, state, (X, Y))
    _, again = make()
    resumed, resumed_state = saved[0], again.load_state_dict(saved[1])
    assert resumed_state.iteration == 3
    for _ in range(5):
        _, _, resumed, resumed_state = again(resumed, resumed_state, (X, Y))
    for name, array in parameters.items():
        np.testing.assert_array_equal(resumed[name], array)
    for mine, other in zip(resumed_state, state, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("rule", RULES)
def test_eager_and_compiled_read_each_others_state(rule: str) -> None:
    eager, optimizer = network(), RULES[rule](learning_rate=0.1)
    model = network()
    step = nn.make_step(model, nn.softmax_cross_entropy, RULES[rule](learning_rate=0.1))
    for _ in range(3):
        nn.softmax_cross_entropy(eager(X), Y).backward()
        optimizer.step(eager.parameters())
    saved = optimizer.state_dict(eager)
    state = step.load_state_dict(saved)
    found = step.state_dict(state)
    assert list(found) == list(saved) and found["iterations"] == 3
    for key, value in saved.items():
        np.testing.assert_array_equal(found[key], value)
    parameters = {name: param.data.copy() for name, param in nn.named_parameters(eager).items()}
    _, _, parameters, state = step(parameters, state, (X, Y))
    nn.softmax_cross_entropy(eager(X), Y).backward()
    optimizer.step(eager.parameters())
    for param, array in zip(eager.parameters(), parameters.values(), strict=True):
        np.testing.assert_allclose(array, param.data, rtol=1e-12, atol=1e-13)
    step.load(parameters)
    optimizer.load_state_dict(step.state_dict(state), model)
    assert optimizer.iterations == 4


def test_a_saved_state_is_a_copy() -> None:
    """The memory of the state is used again by the next step."""
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.Adam(0.1))
    parameters, state = step.init()
    _, _, parameters, state = step(parameters, state, (X, Y))
    saved = step.state_dict(state)
    copies = {key: np.copy(value) for key, value in saved.items()}
    loaded = step.load_state_dict(saved)
    _, _, parameters, state = step(parameters, loaded, (X, Y))
    for key, copy in copies.items():
        np.testing.assert_array_equal(saved[key], copy)


def test_a_state_that_does_not_fit_is_refused() -> None:
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.Adam(0.1))
    _, state = step.init()
    saved = step.state_dict(state)
    with pytest.raises(ValueError, match=r"Adam: the saved state has no 'layers\.0\.weights\.1'\. It is of another"):
        step.load_state_dict({key: value for key, value in saved.items() if key != "layers.0.weights.1"})
    with pytest.raises(ValueError, match=r"'layers\.9\.weights\.0', which belongs to no parameter"):
        step.load_state_dict(saved | {"layers.9.weights.0": np.zeros(3)})


@pytest.mark.parametrize("rule", RULES)
def test_a_rate_that_diverges_gives_nan_in_both(rule: str) -> None:
    for clip in CLIPS.values():
        with np.errstate(all="ignore"):
            eager, optimizer = network(), RULES[rule](learning_rate=1e300, **clip)
            step = nn.make_step(network(), nn.softmax_cross_entropy, RULES[rule](learning_rate=1e300, **clip))
            parameters, state = step.init()
            for _ in range(20):
                loss = nn.softmax_cross_entropy(eager(X), Y)
                loss.backward()
                optimizer.step(eager.parameters())
                found, _, parameters, state = step(parameters, state, (X, Y))
        assert not np.isfinite(loss.data) and not np.isfinite(found)


def test_a_function_of_the_users_is_a_schedule() -> None:
    def rate(n: Any) -> Any:
        return 0.1 * np.where(n < 2, 1.0, 0.5)

    eager, optimizer = network(), nn.Adam(rate)
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.Adam(rate))
    parameters, state = step.init()
    for i in range(4):
        nn.softmax_cross_entropy(eager(X), Y).backward()
        optimizer.step(eager.parameters())
        assert optimizer.current_learning_rate == (0.1 if i < 2 else 0.05)
        _, _, parameters, state = step(parameters, state, (X, Y))
    for param, array in zip(eager.parameters(), parameters.values(), strict=True):
        np.testing.assert_allclose(array, param.data, rtol=1e-11, atol=1e-12)
