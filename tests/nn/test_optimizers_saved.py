"""What an optimizer gives to a file: its settings, and a state from which the run goes on bit for bit."""

import json

import numpy as np
import pytest

import nn
from autograd import Tensor

OPTIMIZERS = [
    nn.SGD(0.1),
    nn.SGD(0.1, momentum=0.9, nesterov=True, clip_norm=2.0),
    nn.AdaGrad(0.1, decay=0.1),
    nn.RMSProp(0.01, clip_value=0.5),
    nn.Adam(nn.schedules.Warmup(3, nn.schedules.Step(0.1, every=2, factor=0.5))),
    nn.AdamW(0.01, weight_decay=0.1),
]


def fresh(optimizer):
    return eval(repr(optimizer), vars(nn).copy())


def parameters():
    return {
        "weights": Tensor(np.ones((2, 3)), requires_grad=True),
        "biases": Tensor(np.ones(3, np.float32), requires_grad=True),
        "scale": Tensor(np.array(1.0), requires_grad=True),
    }


def run(optimizer, params, steps):
    """Make steps whose gradients depend on the parameters alone."""
    for _ in range(steps):
        for param in params.values():
            param.grad = np.sin(3 * param.data).astype(param.dtype)
        optimizer.step(params.values())


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(optimizer):
    whole, params = fresh(optimizer), parameters()
    run(whole, params, 4)
    saved, values = whole.state_dict(params), {name: param.data.copy() for name, param in params.items()}
    run(whole, params, 5)
    for used in (False, True):
        again, resumed = fresh(optimizer), parameters()
        if used:
            run(again, resumed, 2)
        for name, param in resumed.items():
            param.data = values[name].copy()
        again.load_state_dict(saved, resumed)
        assert again.iterations == 4 and again.current_learning_rate == again.rate(3)
        run(again, resumed, 5)
        assert again.current_learning_rate == whole.current_learning_rate
        for name, param in params.items():
            np.testing.assert_array_equal(resumed[name].data, param.data)
        for key, value in whole.state_dict(params).items():
            np.testing.assert_array_equal(again.state_dict(resumed)[key], value)


def test_a_saved_state_is_plain_and_copied():
    adam, params = nn.Adam(), parameters()
    run(adam, params, 1)
    saved = adam.state_dict(params)
    assert list(saved) == [
        "iterations", "weights.0", "weights.1", "biases.0", "biases.1", "scale.0", "scale.1"
    ]  # fmt: skip
    assert type(saved["iterations"]) is int
    assert all(type(value) is np.ndarray for key, value in saved.items() if key != "iterations")
    assert saved["weights.1"].shape == (2, 3) and saved["biases.0"].dtype == np.float32
    again = nn.Adam()
    again.load_state_dict(saved, params)
    saved["weights.0"][...] = 9.0
    assert not (adam.state(params["weights"])[0] == 9.0).any()
    assert not (again.state(params["weights"])[0] == 9.0).any()


def test_a_state_before_the_first_step_and_of_a_model():
    model = nn.Sequential(nn.Dense(2, 3), nn.ReLU(), nn.Dense(3, 1))
    saved = nn.RMSProp().state_dict(model)
    assert saved["iterations"] == 0 and saved["layers.2.weights.0"].shape == (3, 1)
    rms = nn.RMSProp(0.5, decay=0.5)
    rms.load_state_dict(saved, model)
    assert rms.iterations == 0 and rms.current_learning_rate == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("iterations"), "Adam: the saved state has no 'iterations'"),
        (lambda s: s.pop("weights.1"), "Adam: the saved state has no 'weights.1'. It is of another model"),
        (lambda s: s.update({"other.0": np.zeros(3)}), "'other.0', which belongs to no parameter"),
        (
            lambda s: s.update({"weights.0": np.zeros((3, 2))}),
            r"'weights.0' has shape \(3, 2\) .* needs shape \(2, 3\)",
        ),
        (lambda s: s.update({"biases.0": np.zeros(3)}), "dtype float64; the parameter needs .* dtype float32"),
        (lambda s: s.update(iterations=-1), "the saved 'iterations' is a whole number of steps, 0 or more; met -1"),
        (lambda s: s.update(iterations=1.5), "the saved 'iterations' is a whole number of steps, 0 or more; met 1.5"),
        (
            lambda s: s.update(iterations=np.nan),
            "the saved 'iterations' is a whole number of steps, 0 or more; met nan",
        ),
        (
            lambda s: s.update(iterations=np.inf),
            "the saved 'iterations' is a whole number of steps, 0 or more; met inf",
        ),
        (lambda s: s.update(iterations=np.array([3])), r"a whole number of steps, 0 or more; met array\(\[3\]\)"),
        (lambda s: s.update(iterations="3"), "the saved 'iterations' is a whole number of steps, 0 or more; met '3'"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, message):
    adam, params = nn.Adam(), parameters()
    run(adam, params, 2)
    before = adam.state_dict(params)
    broken = dict(before)
    change(broken)
    with pytest.raises(ValueError, match=message):
        adam.load_state_dict(broken, params)
    assert adam.iterations == 2
    for key, value in adam.state_dict(params).items():
        np.testing.assert_array_equal(value, before[key])


def test_iterations_may_come_back_as_an_array():
    adam, params = nn.Adam(), parameters()
    adam.load_state_dict(adam.state_dict(params) | {"iterations": np.array(7.0)}, params)
    assert type(adam.iterations) is int and adam.iterations == 7


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_config_is_json_and_makes_it_again(optimizer):
    config = optimizer.config()
    assert json.loads(json.dumps(config)) == config

    def make(config):
        keys = {key: make(value) if isinstance(value, dict) else value for key, value in config.items()}
        name = keys.pop("name")
        return getattr(nn.schedules if hasattr(nn.schedules, name) else nn, name)(**keys)

    assert repr(make(config)) == repr(optimizer)


def test_a_function_cannot_be_written_to_a_file():
    def rate(n):
        return 0.1

    assert "learning_rate=<function" in repr(nn.SGD(rate))
    with pytest.raises(TypeError, match=r"SGD: learning_rate is <function .*>, for which there is no plain value"):
        nn.SGD(rate).config()
