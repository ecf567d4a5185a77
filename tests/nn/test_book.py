"""`nn.book`: its classes against the book's formulas, the five places where they part, files, and what is refused."""

import copy
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from benchmarks import book as published
from benchmarks import book_by_hand as hand
from nn import analytic, book
from nn.book.parts import Part

RNG = np.random.default_rng
EPS = np.finfo(np.float64).eps


def normal(seed, *shape):
    return RNG(seed).standard_normal(shape)


def probabilities(seed, *shape):
    e = np.exp(3 * normal(seed, *shape))
    return e / e.sum(axis=1, keepdims=True)


def close(ours, by_hand, what="", *, ulps=1000):
    scale = max(1.0, float(np.max(np.abs(by_hand), initial=0.0)))
    assert ours.dtype == by_hand.dtype, what
    np.testing.assert_allclose(ours, by_hand, rtol=0, atol=ulps * EPS * scale, err_msg=what)


def dense(library, n_inputs, n_neurons, seed=0, **settings):
    """Give a layer of given weights; nothing is drawn from the global state but what is put back."""
    state = np.random.get_state()
    layer = library.Layer_Dense(n_inputs, n_neurons, **settings)
    np.random.set_state(state)
    layer.weights, layer.biases = normal(seed, n_inputs, n_neurons), normal(seed + 1, 1, n_neurons)
    return layer


sizes = st.integers(1, 7)
seeds = st.integers(0, 2**32 - 1)


@given(seeds, sizes, sizes, sizes, st.tuples(*[st.sampled_from([0, 5e-4, 0.25])] * 4))
def test_dense_is_the_books(seed, samples, n_inputs, n_neurons, strengths):
    names = ("weight_regularizer_l1", "weight_regularizer_l2", "bias_regularizer_l1", "bias_regularizer_l2")
    settings = dict(zip(names, strengths, strict=True))
    pair = [dense(library, n_inputs, n_neurons, seed, **settings) for library in (book, hand)]
    for layer in pair:
        layer.forward(normal(seed + 2, samples, n_inputs))
        layer.backward(normal(seed + 3, samples, n_neurons))
    ours, by_hand = pair
    for name in ("output", "dinputs", "dweights", "dbiases"):
        close(getattr(ours, name), getattr(by_hand, name), name)
    penalty, by_hand_penalty = (
        library.Loss().regularization_loss(one) for library, one in ((book, ours), (hand, by_hand))
    )
    np.testing.assert_allclose(penalty, by_hand_penalty, rtol=1e-13)


@pytest.mark.parametrize("name", ["ReLU", "Softmax", "Sigmoid", "Linear"])
@given(seeds, sizes, sizes)
def test_activations_are_the_books(name, seed, samples, outputs):
    pair = [getattr(library, f"Activation_{name}")() for library in (book, hand)]
    x, g = 5 * normal(seed, samples, outputs), normal(seed + 1, samples, outputs)
    x[0, 0] = 0.0
    for activation in pair:
        activation.forward(x)
        activation.backward(g)
    ours, by_hand = pair
    for what in ("output", "dinputs"):
        close(getattr(ours, what), getattr(by_hand, what), what)
    np.testing.assert_array_equal(ours.predictions(ours.output), by_hand.predictions(by_hand.output))


@pytest.mark.parametrize("name", ["ReLU", "Softmax", "Sigmoid", "Linear"])
@pytest.mark.parametrize("way", ["the output set", "not in training", "twice", "in half precision"])
def test_backward_needs_no_recording_before(name, way):
    cls = getattr(book, f"Activation_{name}")
    x, g = normal(0, 4, 3), normal(1, 4, 3)
    activation, plain = cls(), cls()
    activation.forward(x)
    activation.backward(g)
    if way == "the output set":
        # After a forward of something else, too.
        plain.forward(normal(5, 2, 3))
        plain.output = activation.output.copy()
    elif way == "not in training":
        plain.forward(x, training=False)
    elif way == "in half precision":
        plain.forward(x.astype(np.float16))
        assert plain.output.dtype == np.float16
        plain.backward(g.astype(np.float16))
        np.testing.assert_allclose(plain.dinputs, activation.dinputs, atol=4e-3)
        assert plain.dinputs.dtype == np.float16
        return
    else:
        plain.forward(x)
        plain.backward(10 * g)
    plain.backward(g)
    np.testing.assert_allclose(plain.dinputs, activation.dinputs, rtol=0, atol=1e-14)


def test_derivatives_are_the_tapes(monkeypatch):
    def refused(*args, **kwargs):
        raise AssertionError("a formula written by hand was asked for")

    for name in [name for name, found in vars(analytic).items() if callable(found)]:
        monkeypatch.setattr(analytic, name, refused)

    class Cube(Part):
        def compute(self, inputs):
            return inputs**3

    cube = Cube()
    cube.forward(np.array([[2.0]]))
    cube.backward(np.array([[1.0]]))
    assert cube.dinputs.tolist() == [[12.0]]
    one = model()
    one.backward(one.forward(X, training=True), Y)
    with pytest.raises(AssertionError, match="by hand"):
        book.Loss_MeanSquaredError(formula="book").backward(np.ones((2, 1)), np.ones(2))


def test_a_derivative_is_memory_of_its_own():
    linear, dvalues = book.Activation_Linear(), np.ones((1, 2))
    linear.forward(np.ones((1, 2)))
    linear.backward(dvalues)
    layer = dense(book, 2, 2)
    layer.forward(np.ones((1, 2)))
    layer.backward(dvalues)
    linear.dinputs *= 2
    layer.dbiases *= 2
    assert dvalues.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(
    ("name", "one_hot"),
    [
        ("CategoricalCrossentropy", False),
        ("CategoricalCrossentropy", True),
        ("BinaryCrossentropy", None),
        ("MeanSquaredError", None),
    ],
)
@pytest.mark.parametrize("formula", ["derivative", "book"])
@given(seeds, sizes, st.integers(2, 5))
def test_losses_are_the_books(name, one_hot, formula, seed, samples, outputs):
    y_pred, y = probabilities(seed, samples, outputs), RNG(seed).integers(0, 2, (samples, outputs))
    if one_hot is not None:
        labels = RNG(seed).integers(0, outputs, samples)
        y = np.eye(outputs)[labels] if one_hot else labels
    ours, by_hand = getattr(book, f"Loss_{name}")(formula=formula), getattr(hand, f"Loss_{name}")()
    for loss in (ours, by_hand):
        loss.backward(y_pred, y)
    np.testing.assert_allclose(ours.calculate(y_pred, y), by_hand.calculate(y_pred, y), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(ours.forward(y_pred, y), by_hand.forward(y_pred, y), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(ours.dinputs, by_hand.dinputs, rtol=1e-10, atol=1e-14)
    assert ours.calculate_accumulated() == pytest.approx(by_hand.calculate_accumulated())


@pytest.mark.parametrize("formula", ["derivative", "book"])
@pytest.mark.parametrize("way", ["forward", "a model's", "probabilities alone", "other labels"])
@given(seeds, sizes, st.integers(2, 5), st.booleans())
def test_softmax_and_crossentropy_in_one_are_the_books(formula, way, seed, samples, classes, one_hot):
    scores, labels = 3 * normal(seed, samples, classes), RNG(seed).integers(0, classes, samples)
    y = np.eye(classes)[labels] if one_hot else labels
    ours = book.Activation_Softmax_Loss_CategoricalCrossentropy(formula=formula)
    by_hand = hand.Activation_Softmax_Loss_CategoricalCrossentropy()
    loss = by_hand.forward(scores, y)
    by_hand.backward(by_hand.output, y)
    if way == "a model's":
        ours.activation.forward(scores, training=False)
        output = ours.activation.output
    elif way == "probabilities alone":
        output = by_hand.output
    else:
        wrong = (labels + 1) % classes
        assert way == "other labels" or ours.forward(scores, y) == pytest.approx(loss, rel=1e-12)
        if way == "other labels":
            ours.forward(scores, wrong)
        output = ours.output
    ours.backward(output, y)
    np.testing.assert_allclose(ours.dinputs, by_hand.dinputs, rtol=0, atol=1e-14)


def test_what_is_wrong_beyond_doubt_is_learnt_from():
    # The probability of the true class is 0: the loss that is shown is clipped, the way back is not.
    both = book.Activation_Softmax_Loss_CategoricalCrossentropy()
    assert both.forward(np.array([[1000.0, 0.0]]), np.array([1])) == pytest.approx(-np.log(1e-7))
    both.backward(both.output, np.array([1]))
    assert both.dinputs.tolist() == [[1.0, -1.0]]
    both.backward(np.array([[1.0, 0.0]]), np.array([1]))
    assert both.dinputs.tolist() == [[1.0, -1.0]]


# Where the book's formula is not the derivative: `formula` chooses.


def found_by(name, y_pred, y):
    both = []
    for formula in ("derivative", "book"):
        loss = getattr(book, f"Loss_{name}")(formula=formula)
        with np.errstate(invalid="ignore"):
            loss.backward(np.array(y_pred), np.array(y))
        both.append(loss.dinputs.tolist())
    return both


def test_1_and_2_crossentropy():
    derivative, written = found_by("CategoricalCrossentropy", [[1e-8, 1 - 1e-8]], [0])
    assert derivative == [[0.0, 0.0]] and written == [[-1e8, 0.0]]
    derivative, written = found_by("CategoricalCrossentropy", [[0.0, 1.0]], [1])
    assert derivative == [[0.0, 0.0]] and np.isnan(written[0][0]) and written[0][1] == -1.0


def test_3_binary_crossentropy():
    derivative, written = found_by("BinaryCrossentropy", [[1e-9]], [[1]])
    assert derivative == [[0.0]] and written[0][0] == pytest.approx(-1e7)


@pytest.mark.parametrize("l2", [0, 0.125])
def test_4_l1_at_0(l2):
    found = {}
    for formula in ("derivative", "book"):
        layer = dense(
            book,
            1,
            3,
            weight_regularizer_l1=0.5,
            weight_regularizer_l2=l2,
            bias_regularizer_l1=0.25,
            formula=formula,
        )
        layer.weights, layer.biases = np.array([[-2.0, 0.0, 2.0]]), np.zeros((1, 3))
        layer.forward(np.zeros((1, 1)))
        layer.backward(np.zeros((1, 3)))
        found[formula] = (layer.dweights - 2 * l2 * layer.weights).tolist(), layer.dbiases.tolist()
    assert found["derivative"] == ([[-0.5, 0.0, 0.5]], [[0.0, 0.0, 0.0]])
    assert found["book"] == ([[-0.5, 0.5, 0.5]], [[0.25, 0.25, 0.25]])


def test_5_mean_absolute_error():
    derivative, written = found_by("MeanAbsoluteError", [[1.0, 5.0]], [[3.0, 5.0]])
    assert derivative == [[-0.5, 0.0]] and written == [[0.5, 0.0]]


@pytest.mark.parametrize("make", [book.Loss_MeanSquaredError, lambda **k: book.Layer_Dense(1, 1, **k)])
def test_another_formula_is_refused(make):
    with pytest.raises(ValueError, match=r"formula is 'derivative' or 'book'; met 'books'. Did you mean 'book'\?"):
        make(formula="books")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {}),
        ("SGD", {"learning_rate": 0.5, "decay": 0.1}),
        ("SGD", {"momentum": 0.9, "decay": 1e-3}),
        ("Adagrad", {"decay": 1e-4}),
        ("RMSprop", {"learning_rate": 0.02, "decay": 1e-5, "rho": 0.999}),
        ("Adam", {"learning_rate": 0.05, "decay": 5e-7}),
    ],
)
@given(seeds)
def test_optimizers_are_the_books(name, settings, seed):
    pair = []
    for library in (book, hand):
        layer, optimizer = dense(library, 3, 2, seed), getattr(library, f"Optimizer_{name}")(**settings)
        for i in range(5):
            layer.dweights, layer.dbiases = normal(seed + i, 3, 2), normal(seed + i, 1, 2)
            optimizer.pre_update_params()
            optimizer.update_params(layer)
            optimizer.post_update_params()
        pair.append((layer, optimizer))
    (ours, optimizer), (by_hand, other) = pair
    assert optimizer.current_learning_rate == other.current_learning_rate and optimizer.iterations == 5
    for what in ("weights", "biases", *(f"{p}_{k}" for p in ("weight", "bias") for k in other.kept)):
        close(getattr(ours, what), getattr(by_hand, what), what)


def test_a_learning_rate_that_is_set_holds():
    layer, optimizer = dense(book, 1, 1), book.Optimizer_SGD(learning_rate=1.0)
    layer.weights, layer.dweights, layer.dbiases = np.array([[3.0]]), np.array([[1.0]]), np.array([[0.0]])
    # Without pre_update_params, as the chapter begins; and by hand.
    optimizer.update_params(layer)
    optimizer.current_learning_rate = 0.25
    optimizer.update_params(layer)
    assert layer.weights.tolist() == [[1.75]]


def test_dropout_draws_the_books_masks():
    state = np.random.get_state()
    x, g = normal(0, 20, 10), normal(1, 20, 10)
    pair = []
    for library in (book, hand):
        np.random.seed(7)
        layer = library.Layer_Dropout(0.3)
        layer.forward(x)
        layer.backward(g)
        pair.append(layer)
    np.random.set_state(state)
    for what in ("rate", "binary_mask", "output", "dinputs"):
        np.testing.assert_array_equal(getattr(pair[0], what), getattr(pair[1], what))
    pair[0].forward(x, training=False)
    assert (pair[0].output == x).all() and pair[0].output is not x
    pair[0].backward(g)
    assert (pair[0].dinputs == g).all()


def test_derivatives_of_a_higher_precision_keep_it():
    # As the book's after a dropout, or of targets in double precision: dbiases is a sum over all samples.
    x, w, g = normal(0, 3000, 2).astype(np.float32), normal(1, 2, 4).astype(np.float32), normal(2, 3000, 4)
    ours, by_hand = (library.Layer_Dropout(0.0) for library in (book, hand))
    state = np.random.get_state()
    for layer in (ours, by_hand):
        layer.forward(x)
        layer.backward(g[:, :2])
    np.random.set_state(state)
    assert ours.dinputs.dtype == by_hand.dinputs.dtype == np.float64
    pair = [dense(library, 2, 4, weight_regularizer_l2=0.5) for library in (book, hand)]
    for layer in pair:
        layer.weights, layer.biases = w, np.zeros((1, 4), np.float32)
        layer.forward(x)
        layer.backward(g)
    for name in ("output", "dinputs", "dweights", "dbiases"):
        ours, by_hand = (getattr(layer, name) for layer in pair)
        assert ours.dtype == by_hand.dtype
        # The penalty is in single precision, of numbers up to 3.
        np.testing.assert_allclose(ours, by_hand, rtol=1e-12, atol=2e-6 if name == "dweights" else 1e-10)
    relu, loss, by_hand_loss = book.Activation_ReLU(), book.Loss_MeanSquaredError(), hand.Loss_MeanSquaredError()
    relu.forward(x)
    relu.backward(g[:, :2])
    assert relu.output.dtype == np.float32 and relu.dinputs.dtype == np.float64
    for one in (loss, by_hand_loss):
        one.backward(x, g[:, :2])
    assert loss.dinputs.dtype == by_hand_loss.dinputs.dtype == loss.calculate(x, g[:, :2]).dtype == np.float64
    np.testing.assert_allclose(loss.dinputs, by_hand_loss.dinputs, rtol=1e-12)


def test_integers_and_lists_are_inputs_too():
    layer = dense(book, 2, 1)
    layer.weights, layer.biases = np.array([[2], [3]]), np.zeros((1, 1))
    layer.forward([[1, 1]])
    layer.backward([[1]])
    assert layer.output.tolist() == [[5.0]] and layer.dweights.tolist() == [[1.0], [1.0]]
    relu = book.Activation_ReLU()
    relu.forward([[1, -2]])
    relu.backward([[3, 4]])
    assert relu.dinputs.tolist() == [[3.0, 0.0]]


def test_within_no_grad_only_forward():
    relu = book.Activation_ReLU()
    with autograd.no_grad():
        relu.forward(np.array([[1.0, -1.0]]))
    assert relu.output.tolist() == [[1.0, 0.0]]
    relu_of_before = book.Activation_ReLU()
    with autograd.no_grad(), pytest.raises(RuntimeError, match="no_grad"):
        relu_of_before.forward(np.array([[1.0]]))
        relu_of_before.backward(np.array([[1.0]]))


def test_a_loss_without_a_gradient_has_zeros():
    class Constant(book.Loss):
        def forward(self, y_pred, y_true):
            return autograd.Tensor(np.zeros(len(y_pred)))

    loss = Constant()
    loss.backward(np.ones((2, 3)), None)
    assert loss.dinputs.tolist() == np.zeros((2, 3)).tolist()


MISTAKES = [
    (
        lambda: dense(book, 2, 3).forward(np.ones((4, 5))),
        ValueError,
        r"Layer_Dense\(n_inputs=2, n_neurons=3\).*\(4, 5\)",
    ),
    (lambda: dense(book, 2, 3).backward(np.ones((4, 3))), RuntimeError, "forward before backward"),
    (lambda: book.Activation_ReLU().backward(np.ones((4, 3))), RuntimeError, "forward before backward"),
    (lambda: forth(dense(book, 2, 3)).backward(np.ones((4, 2))), ValueError, r"\(4, 3\); met shape \(4, 2\)"),
    (lambda: forth(book.Activation_ReLU()).backward(np.ones(3)), ValueError, r"\(4, 2\); met shape \(3,\)"),
    (
        lambda: dense(book, 2, 3).set_parameters(np.ones((3, 2)), np.ones((1, 3))),
        ValueError,
        r"\(2, 3\); met.*\(3, 2\)",
    ),
    (lambda: book.Layer_Dropout(1), ValueError, "from 0 to below 1; met 1"),
    (lambda: book.Layer_Dense(2, 3, weight_regularizer_l2=-1), ValueError, "at least 0"),
    (lambda: book.Optimizer_Adam(beta_1=1.0), ValueError, "beta_1"),
    (lambda: book.Optimizer_SGD(decay=-1), ValueError, "decay"),
    (lambda: book.Optimizer_SGD().update_params(dense(book, 2, 3)), RuntimeError, "backward first"),
    (lambda: book.Loss().regularization_loss(), RuntimeError, "remember_trainable_layers"),
    (lambda: book.Loss().calculate([], []), NotImplementedError, "forward"),
    (lambda: book.Loss_MeanSquaredError().calculate_accumulated(), RuntimeError, "no calculate before"),
    (lambda: book.Loss_CategoricalCrossentropy().calculate(np.ones((2, 3)) / 3, np.array([0, 3])), ValueError, "met 3"),
    (lambda: book.Accuracy_Regression().calculate(np.ones(2), np.ones(2)), RuntimeError, "init"),
    (lambda: book.Accuracy_Categorical(binary=True).calculate(np.ones((3, 2)), np.ones(3)), ValueError, r"\(3, 2\)"),
    (lambda: book.Model().finalize(), RuntimeError, "no layers"),
    (lambda: book.Model().predict(np.ones((1, 2))), RuntimeError, "finalize first"),
    (lambda: book.Model().set(loss=book.Loss_MeanSquaredError), TypeError, "brackets"),
    (lambda: model(loss=None).train(np.ones((2, 2)), np.ones(2)), RuntimeError, "no loss"),
    (lambda: model().train(np.ones((2, 2)), np.zeros(3, int)), ValueError, "2 samples and y has 3"),
    (lambda: model().train(np.ones((0, 2)), np.zeros(0, int)), ValueError, "no samples"),
    (lambda: model().train(np.ones((2, 2)), np.zeros(2, int), batch_size=0), ValueError, "batch_size"),
    (lambda: train(batch_size=2.5), ValueError, r"Model\.train: batch_size is a whole number, 1 or more; met 2\.5"),
    (lambda: train(batch_size=True), ValueError, "batch_size is a whole number"),
    (lambda: train(print_every=0), ValueError, r"Model\.train: print_every is a whole number, 1 or more; met 0\."),
    (lambda: train(epochs=0), ValueError, "epochs is a whole number, 1 or more; met 0"),
    (lambda: train(epochs=-1), ValueError, "epochs.*met -1"),
    (lambda: train(epochs=1e3), ValueError, r"epochs.*met 1000\.0"),
    (lambda: model().predict(X, batch_size="8"), ValueError, r"Model\.predict: batch_size.*met '8'"),
    (lambda: train(validation_data=(X[:, :1], Y)), ValueError, r"validation_data has samples of shape \(1,\).*\(2,\)"),
    (lambda: train(validation_data=(X, Y[:-1])), ValueError, "validation_data: X has 30 samples and y has 29"),
    (lambda: train(validation_data=(X[:0], Y[:0])), ValueError, "validation_data: there are no samples"),
    (lambda: train(validation_data=X), ValueError, r"is a pair, \(X_val, y_val\); met ndarray"),
    (lambda: train(validation_data=(X, Y, Y)), ValueError, "is a pair.*met 3 of them"),
    (lambda: book.Accuracy_Regression().init(np.ones((0, 1))), ValueError, r"Accuracy_Regression\.init.*\(0, 1\)"),
    (lambda: model().set_parameters([(np.ones((2, 4)), np.ones((1, 4)))]), ValueError, "shapes"),
]


def train(**settings):
    """Train a model that must not have moved when that is refused."""
    one = model()
    before = one.get_parameters()
    try:
        one.train(X, Y, **settings)
    finally:
        assert all(a is b for x, y in zip(before, one.get_parameters(), strict=True) for a, b in zip(x, y, strict=True))


def forth(part):
    part.forward(np.ones((4, 2)))
    return part


@pytest.mark.parametrize(("mistake", "error", "said"), MISTAKES)
def test_mistakes_are_named(mistake, error, said):
    state = np.random.get_state()
    with pytest.raises(error, match=said):
        mistake()
    np.random.set_state(state)


def model(loss=book.Loss_CategoricalCrossentropy, seed=0, optimizer=None):
    made = book.Model()
    made.add(dense(book, 2, 5, seed, weight_regularizer_l2=5e-4, bias_regularizer_l1=1e-3))
    made.add(book.Activation_ReLU())
    made.add(dense(book, 5, 3, seed + 1))
    made.add(book.Activation_Softmax())
    made.set(
        loss=loss and loss(),
        optimizer=optimizer or book.Optimizer_Adam(learning_rate=0.01, decay=1e-3),
        accuracy=book.Accuracy_Categorical(),
    )
    made.finalize()
    return made


X, Y = normal(3, 30, 2), RNG(4).integers(0, 3, 30)


@pytest.mark.parametrize("name", ["fashion_mnist.model", "model", "m.npz", "m.safetensors", "m.pickle"])
def test_a_model_goes_on_as_if_it_had_not_been_saved(tmp_path, name, capsys):
    first = model()
    first.train(X, Y, epochs=3, batch_size=8)
    state = np.random.get_state()[1].tobytes()
    first.save(tmp_path / name)
    second = book.Model.load(tmp_path / name)
    assert np.random.get_state()[1].tobytes() == state, "nothing was drawn"
    assert repr(second) == repr(first) and repr(second.optimizer) == repr(first.optimizer)
    np.testing.assert_array_equal(second.predict(X, batch_size=7), first.predict(X, batch_size=7))
    capsys.readouterr()
    printed = []
    for one in (first, second):
        one.train(X, Y, epochs=3, batch_size=8)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    for a, b in zip(first.get_parameters(), second.get_parameters(), strict=True):
        assert all((x == y).all() and x.dtype == y.dtype for x, y in zip(a, b, strict=True))


def test_settings_of_every_class_are_kept(tmp_path):
    one = book.Model()
    one.add(dense(book, 1, 2, formula="book", weight_regularizer_l1=0.5))
    one.add(book.Layer_Dropout(0.1))
    one.add(book.Activation_Sigmoid())
    one.add(dense(book, 2, 1))
    one.add(book.Activation_Linear())
    one.set(
        loss=book.Loss_MeanAbsoluteError(formula="book"),
        optimizer=book.Optimizer_SGD(0.5, momentum=0.75),
        accuracy=book.Accuracy_Regression(),
    )
    one.finalize()
    one.accuracy.init(np.array([[0.0], [1.0]]))
    one.save(tmp_path / "m")
    other = book.Model.load(tmp_path / "m")
    assert repr(other) == repr(one)
    assert (repr(other.loss), repr(other.optimizer)) == (repr(one.loss), repr(one.optimizer))
    assert other.accuracy.precision == one.accuracy.precision == 0.002


@pytest.mark.parametrize("name", ["fashion_mnist.parms", "p.safetensors"])
def test_parameters_are_kept(tmp_path, name):
    first, second = model(), model(seed=9)
    first.save_parameters(tmp_path / name)
    second.load_parameters(tmp_path / name)
    np.testing.assert_array_equal(first.predict(X), second.predict(X))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_and_not_opened(tmp_path, protocol):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "run"), "w"))

    for content in (Evil(), [Evil()], model().get_parameters(), {"a": Evil()}):
        (tmp_path / "m.model").write_bytes(pickle.dumps(content, protocol))
        for read in (book.Model.load, model().load_parameters):
            with pytest.raises(ValueError, match=r"is a pickle, which is not read here.*set_parameters"):
                read(tmp_path / "m.model")
    assert not (tmp_path / "run").exists()


def test_files_of_something_else_are_refused_and_nothing_is_changed(tmp_path):
    one = model()
    before = one.get_parameters()
    one.save(tmp_path / "model")
    one.save_parameters(tmp_path / "parameters")
    np.savez(tmp_path / "foreign.npz", a=np.ones(2))
    np.save(tmp_path / "one.npy", np.ones(2))
    (tmp_path / "empty").touch()
    (tmp_path / "short").write_bytes((tmp_path / "model").read_bytes()[:-30])
    wide = book.Model()
    wide.add(dense(book, 2, 4))
    wide.finalize()
    wide.save_parameters(tmp_path / "wide")
    for name, read, said in (
        ("parameters", book.Model.load, "load_parameters reads it"),
        ("model", one.load_parameters, "Model.load reads it"),
        ("foreign.npz", book.Model.load, "not one that gradtape wrote"),
        ("one.npy", book.Model.load, "holds one array"),
        ("empty", book.Model.load, "no whole"),
        ("short", book.Model.load, "no whole"),
        ("short", one.load_parameters, "no whole"),
        ("wide", one.load_parameters, "shapes"),
    ):
        with pytest.raises(ValueError, match=said):
            read(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        one.load_parameters(tmp_path / "nothing")
    assert all(a is b for x, y in zip(before, one.get_parameters(), strict=True) for a, b in zip(x, y, strict=True))


def test_a_file_names_no_class_but_the_books(tmp_path):
    from nn import files

    one = model()
    one.save(tmp_path / "m")
    arrays, described = files.read(tmp_path / "m", kind=".npz")
    for name in ("Optimizer_SGD", "eval", "Model"):
        described["layers"][0]["class"] = name
        files.write(tmp_path / "bad", arrays, described, kind=".npz")
        with pytest.raises(ValueError, match="does not describe"):
            book.Model.load(tmp_path / "bad")


def test_a_class_of_ones_own_is_not_saved(tmp_path):
    class Own(book.Loss_MeanSquaredError):
        pass

    with pytest.raises(TypeError, match=r"Own\(\).*save_parameters"):
        model(loss=Own).save(tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_a_layer_of_ones_own_takes_part():
    class Doubled:
        def forward(self, inputs, training):
            self.output = 2 * inputs

        def backward(self, dvalues):
            self.dinputs = 2 * dvalues

    one = book.Model()
    for layer in (dense(book, 2, 3), Doubled(), book.Activation_Softmax()):
        one.add(layer)
    one.set(
        loss=book.Loss_CategoricalCrossentropy(), optimizer=book.Optimizer_SGD(), accuracy=book.Accuracy_Categorical()
    )
    one.finalize()
    before = one.loss.calculate(one.forward(X, training=False), Y)
    for _ in range(20):
        one.backward(one.forward(X, training=True), Y)
        one.optimizer.update_params(one.layers[0])
    assert one.loss.calculate(one.forward(X, training=False), Y) < before


def test_the_scores_of_a_model_go_back_whole():
    one = model()
    one.layers[2].biases = np.array([[1000.0, 0.0, 0.0]])
    output = one.forward(X, training=True)
    one.backward(output, np.ones(30, int))
    np.testing.assert_allclose(one.layers[2].dbiases, [[1.0, -1.0, 0.0]], atol=1e-12)


def test_reprs_are_the_calls():
    for text in (
        "Layer_Dense(n_inputs=2, n_neurons=3, bias_regularizer_l2=0.5, formula='book')",
        "Layer_Dropout(rate=0.1)",
        "Layer_Input()",
        "Activation_Softmax()",
        "Loss_BinaryCrossentropy(formula='book')",
        "Activation_Softmax_Loss_CategoricalCrossentropy()",
        "Optimizer_RMSprop(rho=0.5)",
        "Accuracy_Categorical(binary=True)",
        "Accuracy_Regression()",
    ):
        state = np.random.get_state()
        assert repr(eval(text, vars(book).copy())) == text
        np.random.set_state(state)


def test_a_class_of_ones_own_shows_what_it_can():
    class Own(book.Loss):
        def __init__(self, part, power=4):
            self._part, self.power = part, power

    assert repr(Own(1, 2)) == "Own(power=2)"


def test_all_gives_the_books_names_and_no_modules():
    assert sorted(book.__all__) == sorted(hand.__all__)
    code = "import sys, nn.book; print([m for m in ('nnfs', 'pickle', 'safetensors', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "nnfs" not in done.stdout and "safetensors" not in done.stdout and "scipy" not in done.stdout


CHANGES = {
    "weights": lambda layer: setattr(layer, "weights", layer.weights * 10),
    "weights in place": lambda layer: layer.weights.__imul__(10),
    "biases": lambda layer: setattr(layer, "biases", layer.biases - 5),
    "biases in place": lambda layer: layer.biases.__isub__(5),
    "inputs": lambda layer: setattr(layer, "inputs", layer.inputs + 1),
    "inputs in place": lambda layer: layer.inputs.__iadd__(1),
    "set_parameters": lambda layer: layer.set_parameters(-layer.weights, 2 * layer.biases),
    "weight_regularizer_l1": lambda layer: setattr(layer, "weight_regularizer_l1", 0.5),
    "weight_regularizer_l2": lambda layer: setattr(layer, "weight_regularizer_l2", 0.5),
    "bias_regularizer_l1": lambda layer: setattr(layer, "bias_regularizer_l1", 0.5),
    "bias_regularizer_l2 to 0": lambda layer: setattr(layer, "bias_regularizer_l2", 0),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("formula", ["derivative", "book"])
def test_backward_is_of_the_layer_as_it_is_then(change, dtype, formula):
    settings = {"weight_regularizer_l1": 0.25, "weight_regularizer_l2": 0.125, "bias_regularizer_l2": 0.25}
    pair = [dense(book, 3, 2, **settings, formula=formula), dense(hand, 3, 2, **settings)]
    for layer in pair:
        # Something to be taken back before, too.
        layer.weights, layer.biases = layer.weights.astype(dtype), layer.biases.astype(dtype)
        layer.forward(normal(5, 4, 3).astype(dtype))
        layer.backward(normal(6, 4, 2).astype(dtype))
        if change == "set_parameters" and not hasattr(layer, "set_parameters"):
            layer.weights, layer.biases = -layer.weights, 2 * layer.biases
        else:
            CHANGES[change](layer)
        layer.backward(normal(6, 4, 2).astype(dtype))
    for name in ("dinputs", "dweights", "dbiases"):
        ours, by_hand = (getattr(layer, name) for layer in pair)
        assert ours.dtype == by_hand.dtype == dtype
        np.testing.assert_allclose(ours, by_hand, rtol=0, atol=1000 * np.finfo(dtype).eps, err_msg=name)


@pytest.fixture
def drawn():
    """Let a test draw from the global state, which is put back."""
    state = np.random.get_state()
    yield
    np.random.set_state(state)


def test_an_unchanged_layer_is_recorded_once(monkeypatch, drawn):
    layer, drop = dense(book, 3, 2, weight_regularizer_l2=0.5), book.Layer_Dropout(0.0)
    layer.forward(normal(0, 4, 3))
    drop.forward(normal(0, 4, 2))
    monkeypatch.setattr(book.Layer_Dense, "_record", None)
    monkeypatch.setattr(book.Layer_Dropout, "_record", None)
    for part in (layer, drop, layer, drop):
        part.backward(normal(1, 4, 2))


@pytest.mark.parametrize("way", ["set", "in place"])
def test_dropout_goes_back_by_the_mask_it_has(way, drawn):
    layer = book.Layer_Dropout(0.0)
    layer.forward(np.ones((2, 2)))
    mask = np.array([[2.0, 0.0], [0.0, 2.0]])
    if way == "set":
        layer.binary_mask = mask
    else:
        layer.binary_mask[...] = mask
    layer.backward(np.ones((2, 2)))
    assert layer.dinputs.tolist() == mask.tolist()


def trained(**settings):
    one = model()
    one.layers.insert(2, book.Layer_Dropout(0.25))
    one.finalize()
    with np.errstate(all="raise"):
        one.train(X, Y, epochs=2, batch_size=16, **settings)
    return one


def saved_by_the_book(one):
    """Make what `Model.save` of chapter 21 dumps."""
    one = copy.deepcopy(one)
    one.loss.new_pass()
    one.accuracy.new_pass()
    one.input_layer.__dict__.pop("output", None)
    one.loss.__dict__.pop("dinputs", None)
    for layer in one.layers:
        for name in ("inputs", "output", "dinputs", "dweights", "dbiases"):
            layer.__dict__.pop(name, None)
    return pickle.dumps(one)


@pytest.mark.parametrize("way", ["deepcopy", "pickle", "the book's save"])
def test_a_trained_model_is_copied_and_goes_on(way, capsys, drawn):
    first = trained()
    second = {
        "deepcopy": copy.deepcopy,
        "pickle": lambda one: pickle.loads(pickle.dumps(one)),
        "the book's save": lambda one: pickle.loads(saved_by_the_book(one)),
    }[way](first)
    capsys.readouterr()
    printed = []
    for one in (first, second):
        np.random.seed(3)
        one.train(X, Y, epochs=2, batch_size=16)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    for a, b in zip(first.get_parameters(), second.get_parameters(), strict=True):
        assert all((x == y).all() and x is not y for x, y in zip(a, b, strict=True))


def test_the_books_file_has_no_outputs_in_it(drawn):
    one = trained()
    large, y = normal(0, 5000, 2), np.zeros(5000, int)
    one.loss.calculate(one.forward(large, training=True), y)
    one.backward(one.layers[-1].output, y)
    one.forward(large, training=True)
    one.softmax_classifier_output = None
    for layer in one.layers:
        layer.__dict__.pop("binary_mask", None)
    assert len(saved_by_the_book(one)) < 20_000


class _Cube(Part):
    def compute(self, inputs):
        return inputs**3


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda part: pickle.loads(pickle.dumps(part))])
@pytest.mark.parametrize(
    "make",
    [
        lambda: dense(book, 2, 2, weight_regularizer_l1=0.5),
        book.Activation_ReLU,
        book.Activation_Softmax,
        book.Activation_Sigmoid,
        lambda: book.Layer_Dropout(0.0),
        _Cube,
    ],
)
def test_a_part_between_forward_and_backward_is_copied(make, copied, drawn):
    part = make()
    part.forward(normal(0, 4, 2))
    other = copied(part)
    for one in (part, other):
        one.backward(normal(1, 4, 2))
    np.testing.assert_array_equal(part.dinputs, other.dinputs)


def test_softmax_and_crossentropy_between_forward_and_backward_is_copied():
    one = book.Activation_Softmax_Loss_CategoricalCrossentropy()
    one.forward(normal(0, 4, 3), np.array([0, 1, 2, 0]))
    other = pickle.loads(pickle.dumps(one))
    for both in (one, other):
        both.backward(both.output, np.array([0, 1, 2, 0]))
    np.testing.assert_allclose(other.dinputs, one.dinputs, rtol=0, atol=1e-16)


@pytest.mark.parametrize("rate", [0.5, 0.1, 0.3, 1.0, 1e-3])
def test_a_rate_that_is_set_is_kept(tmp_path, rate, drawn):
    one = book.Model()
    one.add(dense(book, 1, 2))
    one.add(book.Layer_Dropout(0.1))
    one.finalize()
    assert one.layers[1].rate == 0.9
    one.layers[1].rate = rate
    one.save(tmp_path / "m")
    other = book.Model.load(tmp_path / "m").layers[1]
    for layer in (one.layers[1], other, copy.deepcopy(one.layers[1])):
        assert layer.rate == rate
        assert eval(repr(layer), vars(book).copy()).rate == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize("rate", [0.0, -0.5, 1.5, np.nan, 1e-20])
def test_a_rate_out_of_range_is_refused(rate):
    layer = book.Layer_Dropout(0.1)
    with pytest.raises(ValueError, match=r"Layer_Dropout\.rate, the part that is kept, is above 0 and at most 1; met"):
        layer.rate = rate
    assert layer.rate == 0.9 and repr(layer) == "Layer_Dropout(rate=0.1)"


def test_a_batch_larger_than_the_data_is_one_batch(capsys):
    first, second = model(), model()
    first.train(X, Y, batch_size=30)
    second.train(X, Y, batch_size=np.int64(128), validation_data=(X[:5], Y[:5]))
    np.testing.assert_array_equal(first.predict(X), second.predict(X, batch_size=1000))


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam"])
@pytest.mark.parametrize(
    ("setting", "value", "error"), [("learning_rate", -1.0, ValueError), ("learning_rate", "fast", TypeError)]
)
def test_an_optimizers_mistakes_bear_its_name(name, setting, value, error):
    with pytest.raises(error, match=rf"^Optimizer_{name}: {setting} is "):
        getattr(book, f"Optimizer_{name}")(**{setting: value})
    layer, optimizer = dense(book, 1, 1), getattr(book, f"Optimizer_{name}")()
    layer.dweights, layer.dbiases = np.ones((1, 1)), np.ones((1, 1))
    optimizer.current_learning_rate = value
    with pytest.raises(error, match=rf"^Optimizer_{name}: {setting} is "):
        optimizer.update_params(layer)


@pytest.mark.parametrize(
    ("name", "setting"), [("SGD", "momentum"), ("RMSprop", "rho"), ("Adam", "beta_2"), ("Adagrad", "epsilon")]
)
def test_other_settings_of_optimizers_too(name, setting):
    with pytest.raises(ValueError, match=rf"^Optimizer_{name}: {setting} is .*met -1\.0"):
        getattr(book, f"Optimizer_{name}")(**{setting: -1.0})


@pytest.mark.parametrize("name", ["m.npz", "m.safetensors"])
def test_files_of_nn_and_of_nn_book_name_each_others_readers(tmp_path, name):
    of_book, of_nn = model(), nn.Model([nn.Dense(2, 3)])
    for write, readers, said in (
        (of_book.save, (nn.Model.load, of_nn.load_parameters), r"model of nn\.book: nn\.book\.Model\.load reads it"),
        (
            of_book.save_parameters,
            (nn.Model.load, of_nn.load_parameters),
            "load_parameters of an nn.book.Model",
        ),
        (of_nn.save, (book.Model.load, of_book.load_parameters), r"not of nn\.book\. nn\.Model\.load reads it"),
    ):
        write(tmp_path / name)
        for read in readers:
            with pytest.raises(ValueError, match=said):
                read(tmp_path / name)


@pytest.mark.parametrize(
    ("measure", "value_of_the_book", "value", "met"),
    [
        ("accuracy", (0.95, 0.99), 0.99, True),
        ("accuracy", (0.95, 0.99), 0.991, False),
        ("validation accuracy", 0.945, 0.925, True),
        ("validation accuracy", 0.945, 0.924, False),
        ("accuracy", 0.965, 0.905, False),
        ("loss", 0.2, 0.22, True),
        ("loss", 0.2, 0.179, False),
        ("validation loss", 0.219, 0.297, False),
    ],
)
def test_a_published_run_is_met_near_its_numbers_only(measure, value_of_the_book, value, met):
    assert published.meets(measure, value_of_the_book, value) == met


def test_the_page_of_published_runs_says_what_its_numbers_do():
    rows = dict(re.findall(r"^\| ([\d and]+: [\w ]+) \|(.*)$", published.PAGE.read_text(encoding="utf-8"), re.M))
    for chapter in published.CHAPTERS.values():
        for measure, value in zip(published.MEASURES, chapter.book, strict=True):
            _, run, met, *_ = (cell.strip() for cell in rows[f"{chapter.title}: {measure}"].split("|"))
            expected = "" if value is None else "yes" if published.meets(measure, value, float(run)) else "**no**"
            assert met == expected, (chapter.title, measure)


def test_a_batch_of_all_prints_as_the_books_final_listing(capsys):
    model().train(X, Y, batch_size=len(X))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch: 1", "step: 0", "training"]
