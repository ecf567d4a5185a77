"""`nn.make_step`: the compiled step is the eager one, and its memory is used again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import grad

pytestmark = pytest.mark.usefixtures("each_backend")

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 2)), RNG.integers(0, 3, 40)


def network(dtype: Any = np.float64) -> nn.Sequential:
    """Make a small network, the same each time."""
    rng = np.random.default_rng(1)
    return nn.Sequential(nn.Dense(2, 5, rng=rng, dtype=dtype), nn.ReLU(), nn.Dense(5, 3, rng=rng, dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "make",
    [lambda: nn.SGD(0.3), lambda: nn.SGD(0.3, decay=0.1, momentum=0.9), lambda: nn.Adam(0.05, decay=1e-3)],
    ids=["sgd", "momentum", "adam"],
)
def test_steps_are_those_of_the_eager_loop(make: Any, dtype: Any) -> None:
    eager, compiled = network(dtype), network(dtype)
    optimizer, params = make(), eager.parameters()
    step = nn.make_step(compiled, nn.softmax_cross_entropy, make())
    parameters, state = step.init()
    inputs = X.astype(dtype)
    for _ in range(5):
        loss = nn.softmax_cross_entropy(scores := eager(inputs), Y)
        loss.backward()
        optimizer.step(params)
        found, outputs, parameters, state = step(parameters, state, (inputs, Y))
        tolerance = 1e-12 if dtype is np.float64 else 1e-4
        np.testing.assert_allclose(found, loss.data, rtol=tolerance)
        np.testing.assert_allclose(outputs, scores.data, rtol=tolerance, atol=tolerance)
        for param, (name, array) in zip(params, parameters.items(), strict=True):
            assert array.dtype == dtype, name
            np.testing.assert_allclose(array, param.data, rtol=tolerance, atol=tolerance * 10, err_msg=name)
    assert state.iteration == 5 and len(step.compiled.programs) == 1
    before = [param.data.copy() for param in compiled.parameters()]
    step.load(parameters)
    assert not np.array_equal(before[0], compiled.parameters()[0].data)
    np.testing.assert_array_equal(compiled.parameters()[0].data, parameters[step.names[0]])


def test_parameters_and_state_are_donated() -> None:
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.Adam())
    parameters, state = step.init()
    base, first = parameters[step.names[0]].base, state.arrays[0]
    for _ in range(3):
        _, _, parameters, state = step(parameters, state, (X, Y))
    assert parameters[step.names[0]].base is base and state.arrays[0] is first


def test_parameters_that_were_changed_in_between_are_taken() -> None:
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.SGD(0.5))
    parameters, state = step.init()
    _, _, parameters, state = step(parameters, state, (X, Y))
    parameters = {name: np.zeros_like(array) for name, array in parameters.items()}
    loss, outputs, _, _ = step(parameters, state, (X, Y))
    np.testing.assert_allclose(loss, np.log(3))
    np.testing.assert_array_equal(outputs, np.zeros((40, 3)))


def test_the_loss_is_a_function_of_the_parameters() -> None:
    model = network()
    step = nn.make_step(model, nn.softmax_cross_entropy, nn.SGD())
    parameters, _ = step.init()
    found = grad(step.loss)(parameters, (X, Y))
    nn.softmax_cross_entropy(model(X), Y).backward()
    for param, gradient in zip(model.parameters(), found.values(), strict=True):
        np.testing.assert_allclose(gradient, param.grad, rtol=1e-12, atol=1e-15)


def test_a_batch_of_another_size_and_one_hot_labels() -> None:
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.SGD(0.1))
    parameters, state = step.init()
    _, outputs, parameters, state = step(parameters, state, (X, Y))
    _, outputs, parameters, state = step(parameters, state, (X[:7], np.eye(3)[Y[:7]]))
    assert outputs.shape == (7, 3)
    assert "went from" in step.compiled.programs[1].reason


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="no parameters"):
        nn.make_step(nn.ReLU(), nn.softmax_cross_entropy, nn.SGD())
    with pytest.raises(TypeError, match="optimizer"):
        nn.make_step(network(), nn.softmax_cross_entropy, None)  # type: ignore[arg-type]
    mixed = nn.Sequential(nn.Dense(2, 3), nn.Dense(3, 3, dtype=np.float32))
    with pytest.raises(TypeError, match="one dtype"):
        nn.make_step(mixed, nn.softmax_cross_entropy, nn.SGD())
    step = nn.make_step(network(), nn.softmax_cross_entropy, nn.SGD())
    parameters, state = step.init()
    with pytest.raises(IndexError, match="out of bounds"):
        step(parameters, state, (X, np.full(40, 3)))
    with pytest.raises(KeyError):
        step({}, state, (X, Y))
    parameters, state = step.init()
    with pytest.raises(ValueError, match=r"layers\.0\.weights has shape \(2, 5\).*met shape \(5, 2\)"):
        step({**parameters, "layers.0.weights": parameters["layers.0.weights"].T}, state, (X, Y))
