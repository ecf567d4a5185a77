"""Optimizers: the book's formulas, purity, and a step that is the same arithmetic for many parameters at once."""

import numpy as np
import pytest

import nn
from autograd import Tensor

#: Twenty steps of a dozen roundings each, of values of order one.
ATOL = 20 * 12 * np.finfo(float).eps

OPTIMIZERS = [
    nn.SGD(),
    nn.SGD(learning_rate=0.1, decay=0.01),
    nn.SGD(learning_rate=0.1, decay=0.01, momentum=0.9),
    nn.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    nn.AdaGrad(),
    nn.AdaGrad(learning_rate=0.1, decay=0.01, epsilon=1e-3),
    nn.RMSProp(),
    nn.RMSProp(learning_rate=0.02, decay=0.01, epsilon=1e-3, rho=0.5),
    nn.Adam(),
    nn.Adam(learning_rate=0.05, decay=0.01, epsilon=1e-3, beta_1=0.5, beta_2=0.9),
    nn.AdamW(),
    nn.AdamW(learning_rate=0.05, decay=0.01, weight_decay=0.1, clip_value=0.5),
    nn.Adam(learning_rate=nn.schedules.Warmup(5, nn.schedules.Cosine(0.1, 10)), decay=0.1),
]


def fresh(optimizer):
    """Make another one with the same settings."""
    return eval(repr(optimizer), vars(nn).copy())


def rng():
    return np.random.default_rng(0)


def leaf(array):
    return Tensor(np.array(array), requires_grad=True)


def book_sgd(self, p, g, state, current, i):
    """Do the book's SGD, line by line, and in place."""
    if self.momentum:
        updates = self.momentum * state.setdefault("momentums", np.zeros_like(p)) - current * g
        state["momentums"] = updates
    else:
        updates = -current * g
    p += updates


def book_adagrad(self, p, g, state, current, i):
    """Do the book's AdaGrad."""
    state["cache"] = state.get("cache", np.zeros_like(p)) + g**2
    p += -current * g / (np.sqrt(state["cache"]) + self.epsilon)


def book_rmsprop(self, p, g, state, current, i):
    """Do the book's RMSProp."""
    state["cache"] = self.rho * state.get("cache", np.zeros_like(p)) + (1 - self.rho) * g**2
    p += -current * g / (np.sqrt(state["cache"]) + self.epsilon)


def book_adam(self, p, g, state, current, i):
    """Do the book's Adam."""
    state["momentums"] = self.beta_1 * state.get("momentums", np.zeros_like(p)) + (1 - self.beta_1) * g
    corrected = state["momentums"] / (1 - self.beta_1 ** (i + 1))
    state["cache"] = self.beta_2 * state.get("cache", np.zeros_like(p)) + (1 - self.beta_2) * g**2
    cache_corrected = state["cache"] / (1 - self.beta_2 ** (i + 1))
    p += -current * corrected / (np.sqrt(cache_corrected) + self.epsilon)


def pytorch_nesterov(self, p, g, state, current, i):
    """Do what torch.optim.SGD documents, with nesterov=True and the rate held."""
    state["b"] = self.momentum * state["b"] + g if "b" in state else g
    p -= current * (g + self.momentum * state["b"])


def pytorch_adamw(self, p, g, state, current, i):
    """Do what torch.optim.AdamW documents."""
    p -= current * self.weight_decay * p
    state["m"] = self.beta_1 * state.get("m", 0) + (1 - self.beta_1) * g
    state["v"] = self.beta_2 * state.get("v", 0) + (1 - self.beta_2) * g**2
    p -= (
        current
        * (state["m"] / (1 - self.beta_1 ** (i + 1)))
        / (np.sqrt(state["v"] / (1 - self.beta_2 ** (i + 1))) + self.epsilon)
    )


def written_out(optimizer):
    """Give the rule as the book or PyTorch writes it."""
    if getattr(optimizer, "nesterov", False):
        return pytorch_nesterov
    rules = {nn.SGD: book_sgd, nn.AdaGrad: book_adagrad, nn.RMSProp: book_rmsprop, nn.Adam: book_adam}
    return rules.get(type(optimizer), pytorch_adamw)


def rate_by_hand(optimizer, i):
    """Give the book's current_learning_rate; of a schedule, the rate that it stands for."""
    base = optimizer.learning_rate
    if callable(base):
        base = 0.1 * min(1, (i + 1) / 5) * (1 + np.cos(np.pi * min(max(i - 5, 0), 10) / 10)) / 2
    return base * (1.0 / (1.0 + optimizer.decay * i))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_steps_are_the_books(optimizer):
    """Or PyTorch's, for what the book does not have."""
    optimizer = fresh(optimizer)
    rule = written_out(optimizer)
    start = [rng().standard_normal(shape) for shape in ((2, 3), (1, 3), ())]
    gradients = [[rng().standard_normal(p.shape) * (i - 7) for p in start] for i in range(20)]
    expected = [p.copy() for p in start]
    states = [{} for _ in start]
    for i in range(20):
        for p, g, state in zip(expected, gradients[i], states, strict=True):
            if optimizer.clip_value:
                g = np.minimum(np.maximum(g, -optimizer.clip_value), optimizer.clip_value)
            rule(optimizer, p, g, state, rate_by_hand(optimizer, i), i)
    params = [leaf(p) for p in start]
    for i in range(20):
        for param, gradient in zip(params, gradients[i], strict=True):
            param.grad = gradient
        optimizer.step(params)
        assert optimizer.current_learning_rate == pytest.approx(rate_by_hand(optimizer, i), rel=1e-14)
        assert all(param.grad is None for param in params)
    scale = 1 + max(np.abs(p).max() for p in expected)
    for param, value in zip(params, expected, strict=True):
        assert param.shape == value.shape
        np.testing.assert_allclose(param.data, value, rtol=0, atol=ATOL * scale)


def test_nesterov_is_sutskevers_from_the_point_ahead():
    """Sutskever et al. (2013) keep θ and take the gradient at θ + μ v; here that point is the parameter.

    Also when the rate changes, where PyTorch's differs.
    """
    matrix, theta, v, mu = np.diag([1.0, 5.0, 20.0]), np.ones(3), np.zeros(3), 0.9
    sgd = nn.SGD(learning_rate=0.04, decay=0.1, momentum=mu, nesterov=True)
    w = leaf(theta)
    for i in range(20):
        v = mu * v - 0.04 / (1 + 0.1 * i) * (matrix @ (theta + mu * v))
        theta = theta + v
        w.grad = matrix @ w.data
        sgd.step([w])
        np.testing.assert_allclose(w.data, theta + mu * v, rtol=0, atol=ATOL)


def test_the_books_constants_are_the_defaults():
    assert nn.SGD().config() == {
        "name": "SGD", "learning_rate": 1.0, "decay": 0.0, "momentum": 0.0, "nesterov": False
    }  # fmt: skip
    assert nn.AdaGrad().config() == {"name": "AdaGrad", "learning_rate": 1.0, "decay": 0.0, "epsilon": 1e-7}
    assert nn.RMSProp().config() == {
        "name": "RMSProp", "learning_rate": 0.001, "decay": 0.0, "epsilon": 1e-7, "rho": 0.9
    }  # fmt: skip
    adam = {"learning_rate": 0.001, "decay": 0.0, "epsilon": 1e-7, "beta_1": 0.9, "beta_2": 0.999}
    assert nn.Adam().config() == {"name": "Adam"} | adam
    assert nn.AdamW().config() == {"name": "AdamW"} | adam | {"weight_decay": 0.01}


def test_a_step_by_hand():
    w = leaf([1.0])
    w.grad = np.array([4.0])
    sgd = nn.SGD(learning_rate=0.5, momentum=0.5)
    sgd.step([w])
    assert w.data == [-1.0]
    w.grad = np.array([2.0])
    sgd.step([w])
    assert w.data == [-1.0 - 1.0 - 1.0]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_update_changes_nothing_it_is_given(optimizer):
    param, gradient = rng().standard_normal(5), rng().standard_normal(5)
    state = optimizer.init(param)
    for iteration in range(3):
        for array in (param, gradient, *state):
            array.setflags(write=False)
        before = [array.copy() for array in (param, gradient, *state)]
        new_param, new_state = optimizer.update(param, gradient, state, iteration)
        for array, copy in zip((param, gradient, *state), before, strict=True):
            np.testing.assert_array_equal(array, copy)
        assert not np.shares_memory(new_param, param)
        assert len(new_state) == len(state)
        param, state = new_param, new_state
    assert optimizer.iterations == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("sizes", [(3, 5), (8192,), (1, 5000, 20_000)])
def test_step_is_update_bit_for_bit(optimizer, sizes):
    """Also where data types are mixed."""
    optimizer = fresh(optimizer)
    draw = rng()
    params = [leaf(draw.standard_normal(n).astype(dtype)) for n in sizes for dtype in (np.float64, np.float32)]
    values = [param.data for param in params]
    states = [optimizer.init(value) for value in values]
    for iteration in range(4):
        for i, param in enumerate(params):
            gradient = draw.standard_normal(param.shape).astype(param.dtype)
            param.grad = gradient
            (gradient,) = optimizer.clip([gradient])
            values[i], states[i] = optimizer.update(values[i], gradient, states[i], iteration)
        optimizer.step(params)
        for param, value, state in zip(params, values, states, strict=True):
            assert param.dtype == value.dtype
            np.testing.assert_array_equal(param.data, value)
            for mine, pure in zip(optimizer.state(param), state, strict=True):
                assert mine.dtype == pure.dtype
                np.testing.assert_array_equal(mine, pure)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_each_parameter_keeps_its_state_whoever_takes_part(optimizer):
    """Parameters come, go, change order and shape their neighbours: each goes its own way."""
    optimizer = fresh(optimizer)
    draw = rng()
    params = [leaf(draw.standard_normal(shape)) for shape in ((2, 3), (6,), (3, 2), (1,))]
    values = [param.data for param in params]
    states = [optimizer.init(value) for value in values]
    for iteration, members in enumerate([(0, 1), (0, 1), (1, 0), (2,), (0, 1, 2, 3), (3, 1), (), (0, 2), (0, 1, 2, 3)]):
        for i in members:
            gradient = draw.standard_normal(params[i].shape)
            params[i].grad = gradient
            (gradient,) = optimizer.clip([gradient])
            # The step in which nobody takes part, the seventh, is not counted.
            values[i], states[i] = optimizer.update(values[i], gradient, states[i], iteration - (iteration > 6))
        # Those without a gradient are given too, in another order.
        optimizer.step(params if iteration % 2 else [params[i] for i in members])
        for param, value in zip(params, values, strict=True):
            np.testing.assert_array_equal(param.data, value)
    assert optimizer.iterations == 8


def test_parameter_without_a_gradient_is_left_alone():
    used, unused = leaf([1.0]), leaf([2.0])
    data = unused.data
    used.grad = np.array([1.0])
    nn.Adam().step([used, unused])
    assert unused.data is data and unused.grad is None and used.data != [1.0]


def test_parameter_given_twice_makes_one_step():
    w = leaf([1.0])
    w.grad = np.array([1.0])
    nn.SGD(learning_rate=0.5).step([w, w])
    assert w.data == [0.5]


def test_data_set_by_hand_between_steps_counts():
    w, v = leaf([1.0]), leaf([1.0])
    sgd = nn.SGD(learning_rate=0.5)
    for start in (1.0, 10.0):
        w.data = np.array([start])
        w.grad = v.grad = np.array([1.0])
        sgd.step([w, v])
        assert w.data == [start - 0.5]
    w.data[0] = 100.0
    w.grad = np.array([1.0])
    sgd.step([w])
    assert w.data == [99.5] and v.data == [0.0]


def test_arrays_that_others_hold_are_not_written_to():
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    w = Tensor(array.T, requires_grad=True)
    adam, seen = nn.Adam(learning_rate=0.5), []
    for _ in range(3):
        seen.append((w.data, w.data.copy()))
        w.grad = np.array([[1.0, 2.0], [3.0, 4.0]])
        adam.step([w])
    for held, copy in seen:
        np.testing.assert_array_equal(held, copy)
    np.testing.assert_array_equal(array, [[1, 2], [3, 4]])


def test_rate_decays_as_in_the_book():
    w, sgd = leaf([0.0]), nn.SGD(learning_rate=1.0, decay=0.5)
    assert sgd.current_learning_rate == 1.0 and sgd.iterations == 0
    for steps, rate in enumerate([1.0, 1 / 1.5, 0.5], start=1):
        w.grad = np.array([1.0])
        sgd.step([w])
        assert sgd.current_learning_rate == rate and sgd.iterations == steps


def test_adam_where_no_gradient_has_been_stays_put():
    w = leaf([1.0, 1.0])
    w.grad = np.array([0.0, 1.0])
    nn.Adam(learning_rate=0.5).step([w])
    assert w.data[0] == 1.0 and w.data[1] == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize(
    "optimizer", [*OPTIMIZERS, nn.SGD(momentum=0.5, clip_norm=0.1), nn.Adam(clip_norm=0.1, clip_value=0.5)], ids=repr
)
def test_float32_and_single_numbers_keep_dtype_and_shape(optimizer):
    optimizer = fresh(optimizer)
    w = leaf(np.float32(1.0))
    w.grad = np.asarray(np.float32(1.0))
    optimizer.step([w])
    assert w.dtype == np.float32 and w.shape == ()
    assert all(array.dtype == np.float32 and array.shape == () for array in optimizer.state(w))


@pytest.mark.parametrize(
    "given", [nn.Sequential(nn.Dense(2, 3)), [np.ones(3)], nn.Dense(2, 3), leaf([[1.0]]), {"w": 1}, None]
)
def test_step_on_what_are_no_tensors_names_the_way_out(given):
    with pytest.raises(
        TypeError, match=r"SGD.step takes a list of Tensors; met .* Write optimizer.step\(model.parameters\(\)\)"
    ):
        nn.SGD().step(given)


def test_a_failed_step_updates_nothing():
    w, sgd = leaf([1.0]), nn.SGD()
    w.grad = np.array([1.0])
    with pytest.raises(TypeError):
        sgd.step([w, "not a tensor"])
    assert w.data == [1.0] and w.grad == [1.0] and sgd.iterations == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.SGD(learning_rate=-1), "SGD: learning_rate is at least 0 and finite; met -1.0"),
        (lambda: nn.SGD(learning_rate=np.nan), "SGD: learning_rate is at least 0 and finite; met nan"),
        (lambda: nn.SGD(decay=np.inf), "SGD: decay is at least 0 and finite; met inf"),
        (lambda: nn.SGD(momentum=1.0), "SGD: momentum is at least 0 and below 1; met 1.0"),
        (lambda: nn.Adam(beta_1=1.0), "Adam: beta_1 is at least 0 and below 1; met 1.0"),
        (lambda: nn.Adam(beta_2=-0.1), "Adam: beta_2 is at least 0 and below 1; met -0.1"),
        (lambda: nn.Adam(epsilon=0), "Adam: epsilon is above 0 and finite; met 0"),
        (lambda: nn.AdaGrad(epsilon=0), "AdaGrad: epsilon is above 0 and finite; met 0"),
        (lambda: nn.RMSProp(epsilon=-1), "RMSProp: epsilon is above 0 and finite; met -1"),
        (lambda: nn.RMSProp(rho=1), "RMSProp: rho is at least 0 and below 1; met 1"),
        (lambda: nn.AdamW(beta_1=1.0), "AdamW: beta_1 is at least 0 and below 1; met 1"),
        (lambda: nn.AdamW(weight_decay=np.inf), "AdamW: weight_decay is at least 0 and finite; met inf"),
        (lambda: nn.SGD(nesterov=True), "SGD: nesterov=True is a kind of momentum; met momentum 0"),
        (lambda: nn.SGD(clip_value=0), "SGD: clip_value is above 0 and finite; met 0"),
        (lambda: nn.Adam(clip_norm=-1), "Adam: clip_norm is above 0 and finite; met -1"),
        (lambda: nn.Adam(clip_norm=np.nan), "Adam: clip_norm is above 0 and finite; met nan"),
        (lambda: nn.SGD(lambda n: -0.1), r"SGD: learning_rate\(0\) is at least 0 and finite; met -0.1"),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", [lambda: nn.SGD("fast"), lambda: nn.SGD(None), lambda: nn.SGD(lambda n: "fast")])
def test_rates_that_are_no_numbers_are_named(make):
    with pytest.raises(TypeError, match=r"SGD: learning_rate(\(0\))? is a number; met ('fast'|None)"):
        make()


@pytest.mark.parametrize(
    "optimizer",
    [
        nn.SGD(learning_rate=0.5),
        nn.SGD(learning_rate=0.5, momentum=0.5, nesterov=True),
        nn.AdaGrad(learning_rate=0.2),
        nn.RMSProp(learning_rate=0.01),
        nn.Adam(learning_rate=0.05),
        nn.AdamW(learning_rate=0.05),
    ],
    ids=repr,
)
def test_training_reduces_the_loss(optimizer):
    optimizer = fresh(optimizer)
    draw = rng()
    X = draw.standard_normal((30, 2))
    y = (X[:, 0] > X[:, 1]).astype(int)
    model = nn.Sequential(nn.Dense(2, 8, rng=draw), nn.ReLU(), nn.Dense(8, 2, rng=draw))
    for _ in range(200):
        loss = nn.softmax_cross_entropy(model(X), y)
        loss.backward()
        optimizer.step(model.parameters())
    assert nn.accuracy(model(X), y) >= 0.95
