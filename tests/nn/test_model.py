"""Models: compiled and eager training agree, data that do not fit are named, and what is looked at."""

import copy
import signal
import threading

import numpy as np
import pytest

import nn

X, Y = nn.datasets.spiral(30, 3, seed=0)
T = np.c_[np.sin(3 * X[:, :1]), X[:, 1:] ** 2]


def classifier(dropout=0.0, seed=0, optimizer=None, dtype=np.float64, **settings):
    rng = np.random.default_rng(seed)
    layers = [
        nn.Dense(2, 16, rng=rng, weight_regularizer=nn.L2(1e-3), bias_regularizer=nn.L1(1e-3), dtype=dtype),
        nn.ReLU(),
        *([nn.Dropout(dropout, rng=np.random.default_rng(5))] if dropout else []),
        nn.Dense(16, 3, rng=rng, dtype=dtype),
    ]
    settings = {"loss": nn.CategoricalCrossentropy(from_logits=True), "metrics": ["accuracy"], **settings}
    return nn.Model(layers, optimizer=optimizer or nn.Adam(0.05, decay=1e-3), **settings)


def regressor(loss="mean_squared_error", metrics=("r2", "regression_accuracy")):
    rng = np.random.default_rng(0)
    return nn.Model(
        [nn.Dense(2, 8, rng=rng), nn.Tanh(), nn.Dense(8, 2, rng=rng)], loss=loss, optimizer=nn.SGD(0.1, momentum=0.9),
        metrics=metrics,
    )  # fmt: skip


def same_parameters(one, other, rtol=0.0):
    mine, others = one.get_parameters(), other.get_parameters()
    assert mine.keys() == others.keys()
    for name, array in mine.items():
        np.testing.assert_allclose(array, others[name], rtol=rtol, atol=rtol, err_msg=name)


@pytest.mark.parametrize("batch_size", [None, 90, 32, 7])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_compiled_training_is_eager_training(batch_size, dropout):
    """To rounding; the last short batch included."""
    runs = []
    for compiled in (True, False):
        model = classifier(dropout)
        model.fit(X, Y, epochs=6, batch_size=batch_size, seed=1, validation_data=(X, Y), compiled=compiled)
        runs.append(model)
    same_parameters(*runs, rtol=1e-9)
    compiled, eager = (model.history for model in runs)
    assert list(compiled) == list(eager) and compiled.epochs == [1, 2, 3, 4, 5, 6]
    for name in compiled:
        np.testing.assert_allclose(compiled[name], eager[name], rtol=1e-9)


def test_a_run_by_hand():
    """Two epochs of full batches: the values are those from before each update, the validation's from after."""
    model, other = classifier(), classifier()
    history = model.fit(X, Y, epochs=2, validation_data=(X, Y))
    loss_of = nn.CategoricalCrossentropy(from_logits=True)
    for epoch in range(2):
        data, penalty = loss_of(other(X), Y), nn.regularization_loss(other.network)
        (data + penalty).backward()
        np.testing.assert_allclose(history["loss"][epoch], (data + penalty).item(), rtol=1e-12)
        np.testing.assert_allclose(history["data_loss"][epoch], data.item(), rtol=1e-12)
        np.testing.assert_allclose(history["regularization_loss"][epoch], penalty.item(), rtol=1e-12)
        assert history["accuracy"][epoch] == nn.accuracy(other(X), Y)
        other.optimizer.step(other.parameters())
        np.testing.assert_allclose(history["val_data_loss"][epoch], loss_of(other(X), Y).item(), rtol=1e-9)
        assert history["learning_rate"][epoch] == other.optimizer.current_learning_rate
    same_parameters(model, other, rtol=1e-11)


def test_epochs_weigh_batches_by_their_samples():
    model = classifier(optimizer=nn.SGD(0.0))
    history = model.fit(X, Y, epochs=1, batch_size=64)
    np.testing.assert_allclose(history["loss"][0], model.evaluate(X, Y)["loss"], rtol=1e-12)
    assert history["accuracy"][0] == model.evaluate(X, Y, batch_size=7)["accuracy"]


def test_a_second_fit_goes_on():
    once, twice = classifier(), classifier()
    once.fit(X, Y, epochs=5)
    twice.fit(X, Y, epochs=2)
    history = twice.fit(X, Y, epochs=3)
    same_parameters(once, twice)
    assert history["loss"] == once.history["loss"][2:]
    assert history["learning_rate"] == once.history["learning_rate"][2:]


def test_parameters_set_between_two_fits_count():
    model = classifier(optimizer=nn.SGD(0.0))
    model.fit(X, Y, epochs=1)
    model.set_parameters({name: np.zeros_like(a) for name, a in model.get_parameters().items()})
    np.testing.assert_allclose(model.fit(X, Y, epochs=1)["loss"], [np.log(3)])


def test_sample_weights():
    weights = np.where(Y == 0, 0.0, 1.0)
    weighted, fewer = classifier(), classifier()
    weighted.fit(X, Y, epochs=3, sample_weight=weights)
    fewer.fit(X[Y != 0], Y[Y != 0], epochs=3)
    same_parameters(weighted, fewer, rtol=1e-11)
    for name in ("loss", "data_loss"):
        np.testing.assert_allclose(weighted.history[name], fewer.history[name], rtol=1e-11)
    np.testing.assert_allclose(
        weighted.evaluate(X, Y, sample_weight=weights)["loss"], weighted.evaluate(X[Y != 0], Y[Y != 0])["loss"]
    )
    # A batch without weight makes no step.
    model = classifier()
    model.fit(X, Y, epochs=1, batch_size=30, shuffle=False, sample_weight=weights)
    other = classifier()
    other.fit(X[30:], Y[30:], epochs=1, batch_size=30, shuffle=False)
    same_parameters(model, other, rtol=1e-11)


def test_loaders():
    by_loader, plain = classifier(), classifier()
    loader = nn.Loader(X, Y, 16, shuffle=True, seed=3, drop_last=True)
    by_loader.fit(loader, epochs=2)
    plain.fit(X, Y, epochs=2, batch_size=16, seed=3)
    assert by_loader._trainer.iteration == 2 * 5 and plain._trainer.iteration == 2 * 6
    with pytest.raises(TypeError, match="a Loader has y, batch_size, shuffle, seed and sample_weight"):
        by_loader.fit(loader, Y)


def test_seeds_and_shuffling():
    runs = []
    for seed, shuffle in ((1, True), (1, True), (2, True), (1, False)):
        model = classifier()
        model.fit(X, Y, epochs=2, batch_size=16, seed=seed, shuffle=shuffle)
        runs.append(model.get_parameters()["layers.0.weights"])
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2]) and not np.array_equal(runs[0], runs[3])


def test_single_precision_stays():
    model = classifier(dtype=np.float32)
    model.fit(X.astype(np.float32), Y, epochs=2, batch_size=32)
    assert {a.dtype for a in model.get_parameters().values()} == {np.dtype(np.float32)}
    assert model.predict(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber"])
def test_regression_learns(loss):
    model = regressor(loss)
    history = model.fit(X, T, epochs=300, batch_size=30, seed=0)
    assert history["loss"][-1] < 0.3 * history["loss"][0] and history["r2"][-1] > 0.4
    assert set(history) == {"loss", "r2", "regression_accuracy", "learning_rate"}


def test_binary_classification_learns():
    rng = np.random.default_rng(0)
    y = (X[:, :1] > 0).astype(int)
    model = nn.Model(
        [nn.Dense(2, 8, rng=rng), nn.ReLU(), nn.Dense(8, 1, rng=rng), nn.Sigmoid()], loss="binary_crossentropy",
        optimizer=nn.Adam(0.05), metrics=["accuracy", "confusion_matrix"],
    )  # fmt: skip
    history = model.fit(X, y, epochs=200)
    assert history["accuracy"][-1] > 0.95
    assert history["confusion_matrix"][-1].sum() == len(X)


def test_predictions_come_in_batches_and_follow_the_parameters():
    model = classifier(0.5)
    whole = model.predict(X)
    np.testing.assert_allclose(model.predict(X, batch_size=7), whole, rtol=1e-12)
    np.testing.assert_allclose(model.predict(np.tile(X, (30, 1)))[-90:], whole, rtol=1e-12)
    for size in (1, 89, 90, 1024, 2000):
        many = np.resize(X, (size, 2))
        np.testing.assert_array_equal(model.predict(many), model.predict(many))
    np.testing.assert_allclose(model(X).numpy(), whole, rtol=1e-12)
    model.fit(X, Y, epochs=3)
    assert not np.allclose(model.predict(X), whole)


def test_layers_and_the_rest_by_name():
    model = nn.Model(
        [{"name": "Dense", "n_inputs": 2, "n_neurons": 3}, "softmax"], loss="categorical_crossentropy", optimizer="adam"
    )
    assert repr(model.layers) == "[Dense(2, 3), Softmax()]"
    assert type(model.optimizer) is nn.Adam and type(model.loss) is nn.CategoricalCrossentropy
    again = nn.from_config(model.config())
    assert repr(again) == repr(model)


def test_mapped_files(tmp_path):
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", Y)
    mapped, plain = classifier(), classifier()
    mapped.fit(np.load(tmp_path / "X.npy", mmap_mode="r"), np.load(tmp_path / "y.npy", mmap_mode="r"), epochs=2,
               batch_size=16, seed=0)  # fmt: skip
    plain.fit(X, Y, epochs=2, batch_size=16, seed=0)
    same_parameters(mapped, plain)


def test_summary():
    table = classifier(0.1).summary().splitlines()
    assert len(table) == 6 and table[-1].split() == ["all", "99", "792", "B"]
    assert table[3].split()[-6:] == ["Dropout(0.1)", "(samples,", "16)", "0", "0", "B"]
    shared = nn.Dense(2, 2)
    assert nn.Model([shared, shared]).summary().splitlines()[2].split()[-3:] == ["0", "0", "B"]
    images = nn.Model([nn.Flatten(), nn.Dense(6, 2)])
    assert "?" in images.summary() and "(samples, 6)" in images.summary((2, 3))


def test_history_draws_itself(tmp_path):
    model = classifier()
    model.fit(X, Y, epochs=3, validation_data=(X, Y))
    model.history.draw(tmp_path / "history.png")
    assert (tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")
    assert model.history._repr_png_().startswith(b"\x89PNG")
    assert "3 epochs" in repr(model.history)
    with pytest.raises(ValueError, match="nothing to draw"):
        nn.History().draw(tmp_path / "none.png")


def test_compare_takes_a_model():
    model = classifier(0.2)
    # Away from 0, where the book's derivative of L1 is another.
    model.set_parameters({name: array + 0.01 for name, array in model.get_parameters().items()})
    assert nn.compare(model, X, Y).relative < 1e-10


# Loaders


def test_a_loader_that_drops_the_rest_drops_it_also_of_one_batch():
    model = classifier(metrics=["confusion_matrix"])
    history = model.fit(nn.Loader(X, Y, 60, drop_last=True))
    assert history["confusion_matrix"][0].sum() == 60


@pytest.mark.parametrize("labels", [Y.astype(np.uint8), Y.astype(np.intp), np.eye(3)[Y]])
def test_a_loaders_generator_and_its_own_batches_are_used(labels):
    class Noisy(nn.Loader):
        calls = 0

        def __iter__(self):
            type(self).calls += 1
            for inputs, y in super().__iter__():
                yield inputs + 1e5, y

    loader = Noisy(X, labels, 30, shuffle=True, seed=np.random.Generator(np.random.Philox(0)))
    before = loader.state
    model = classifier(optimizer=nn.SGD(0.0))
    model.fit(loader, epochs=2)
    assert Noisy.calls == 2 and repr(loader.state) != repr(before)
    assert model.history["loss"][0] > 2 * model.evaluate(X, Y)["loss"]
    assert loader.y is labels or np.array_equal(loader.y, labels)
    whole = Noisy(X, labels, None)
    model.fit(whole)
    assert Noisy.calls == 3


def test_validation_with_weights_and_by_loader():
    weights = np.where(Y == 0, 0.0, 1.0)
    model = classifier(optimizer=nn.SGD(0.0))
    for data in ((X, Y, weights), nn.Loader(X, Y, 16, sample_weight=weights)):
        history = model.fit(X, Y, validation_data=data)
        np.testing.assert_allclose(history["val_loss"], [model.evaluate(X, Y, sample_weight=weights)["loss"]])
    assert model.evaluate(nn.Loader(X, Y, 7)) == pytest.approx(model.evaluate(X, Y))


# What others do to the parameters


def test_parameters_written_into_between_two_fits_count():
    model = classifier(optimizer=nn.SGD(0.0))
    model.fit(X, Y, epochs=2)
    for param in model.parameters():
        param.data[...] = 0
    np.testing.assert_allclose(model.fit(X, Y)["data_loss"], [np.log(3)])


def test_the_model_itself_follows_while_it_is_trained():
    model, seen = classifier(), []

    class Look(nn.Callback):
        def end_epoch(self, run):
            seen.append(model.evaluate(X, Y)["loss"])
            np.testing.assert_allclose(model.predict(X), run.model.predict(X))

    history = model.fit(X, Y, epochs=3, validation_data=(X, Y), callbacks=[Look()])
    np.testing.assert_allclose(seen, history["val_loss"], rtol=1e-12)


@pytest.mark.parametrize("when", ["begin", "begin_epoch"])
def test_parameters_set_as_something_begins_count(when):
    model = classifier(optimizer=nn.SGD(0.0))

    class Reset(nn.Callback):
        pass

    def reset(self, run):
        run.model.set_parameters({name: 0 * array for name, array in run.model.get_parameters().items()})

    setattr(Reset, when, reset)
    np.testing.assert_allclose(model.fit(X, Y, callbacks=[Reset()])["data_loss"], [np.log(3)])


def test_the_optimizer_goes_on_with_another_way_of_training():
    once, twice = classifier(), classifier()
    once.fit(X, Y, epochs=4)
    twice.fit(X, Y, epochs=2)
    twice.fit(X, Y, epochs=2, compiled=False)
    same_parameters(once, twice, rtol=1e-9)


def test_the_optimizer_knows_of_the_run():
    model, by_hand = classifier(), classifier()
    model.fit(X, Y, epochs=3)
    assert model.optimizer.iterations == 3
    assert model.optimizer.current_learning_rate == model.history["learning_rate"][-1]
    loss_of = nn.CategoricalCrossentropy(from_logits=True)
    for _ in range(3):
        (loss_of(by_hand(X), Y) + nn.regularization_loss(by_hand.network)).backward()
        by_hand.optimizer.step(by_hand.parameters())
    expected = by_hand.optimizer.state_dict(by_hand.network)
    for name, array in model.optimizer.state_dict(model.network).items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_an_interrupt_within_a_step_leaves_whole_parameters(compiled):
    """Ctrl-C at any moment: the parameters are those of after some step, all of them."""
    record = classifier()
    trajectory = [record.get_parameters()]

    class Keep(nn.Callback):
        def end_epoch(self, run):
            trajectory.append(run.model.get_parameters())

    record.fit(X, Y, epochs=400, callbacks=[Keep()], compiled=compiled)
    assert len(trajectory) == 401
    first = np.array([one["layers.0.weights"] for one in trajectory])
    for wait in np.random.default_rng(0).uniform(0.0005, 0.01, 12):
        model = classifier()
        timer = threading.Timer(wait, signal.raise_signal, [signal.SIGINT])
        timer.start()
        try:
            model.fit(X, Y, epochs=400, compiled=compiled)
        except KeyboardInterrupt:
            pass
        finally:
            timer.join()
        found = model.get_parameters()
        at = int(np.argmin(np.abs(first - found["layers.0.weights"]).max(axis=(1, 2))))
        for name, array in found.items():
            np.testing.assert_allclose(array, trajectory[at][name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_an_exception_within_a_step_goes_back_to_what_was_whole():
    model = classifier()
    model.fit(X, Y, epochs=3)
    before, trainer = model.get_parameters(), model._trainer
    whole = trainer.step

    def broken(flat, arrays, iteration, *batch):
        flat[: flat.size // 2] = np.nan
        raise MemoryError

    trainer.step = broken
    with pytest.raises(MemoryError):
        model.fit(X, Y)
    trainer.step = whole
    for name, array in model.get_parameters().items():
        np.testing.assert_array_equal(array, before[name])
    assert np.isfinite(model.fit(X, Y)["loss"]).all()


# Metrics


def test_accuracy_reads_outputs_as_the_loss_does():
    model = nn.Model(
        [nn.Dense(1, 1, weight_initializer=lambda rng, shape: np.ones(shape))],
        loss=nn.BinaryCrossentropy(from_logits=True), optimizer=nn.SGD(0.0), metrics=["accuracy"],
    )  # fmt: skip
    inputs, target = np.array([[0.2], [0.3]]), np.array([[1], [1]])
    assert model.evaluate(inputs, target)["accuracy"] == 1.0 == model.fit(inputs, target)["accuracy"][0]


@pytest.mark.parametrize("compiled", [True, False])
def test_targets_that_a_metric_cannot_read_are_named(compiled):
    several = (np.random.default_rng(0).random((90, 3)) > 0.5) * 1.0
    model = classifier(loss=nn.BinaryCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match="one-hot row"):
        model.fit(X, several, compiled=compiled)


def test_the_precision_found_in_training_stays():
    model = regressor(metrics=["regression_accuracy"])
    history = model.fit(X, T, epochs=200, validation_data=(X[:10], T[:10]))
    assert model.evaluate(X[:10], T[:10])["regression_accuracy"] == history["val_regression_accuracy"][-1]
    model.evaluate(X[:1], T[:1])


def test_batches_without_weight_are_measured_and_not_counted():
    weights = np.where(np.arange(90) < 60, 0.0, 1.0)
    model = classifier(optimizer=nn.SGD(1.0, decay=1.0))
    whole = model.evaluate(X, Y, sample_weight=weights)
    assert model.evaluate(X, Y, sample_weight=weights, batch_size=30) == pytest.approx(whole)
    history = model.fit(X, Y, batch_size=30, shuffle=False, sample_weight=weights)
    assert history["learning_rate"] == [1.0] and model.optimizer.iterations == 1


def test_a_penalty_of_zero_is_told():
    model = nn.Model(
        [nn.Dense(2, 3, bias_regularizer=nn.L2(0.1))], loss=nn.CategoricalCrossentropy(from_logits=True),
        optimizer="sgd",
    )  # fmt: skip
    history = model.fit(X, Y, epochs=2)
    assert history["regularization_loss"][0] == 0.0 and None not in history["regularization_loss"]


# Other uses


def test_another_network_and_copies():
    model = classifier()
    for _ in range(3):
        model.predict(X)
    model.network = nn.Sequential(nn.Dense(2, 3, weight_initializer="zeros"))
    assert not model.predict(X).any()
    model = classifier()
    model.fit(X, Y, epochs=2)
    twin = copy.deepcopy(model)
    twin.fit(X, Y, epochs=1)
    assert len(model.history.epochs) == 2
    with pytest.raises(AssertionError):
        same_parameters(model, twin, rtol=1e-9)
    np.testing.assert_array_equal(copy.deepcopy(model).predict(X), model.predict(X))


# Bad input


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda m: m.fit(np.ones((90, 3)), Y), ValueError, r"Dense\(2, 16.* takes inputs of shape \(samples, 2\); met"),
        (lambda m: m.fit(X, Y + 1), ValueError, "With 3 classes the labels are 0 to 2; met 3 at sample 60"),
        (lambda m: m.fit(X, np.where(Y == 0, np.nan, Y)), ValueError, "y .*NaN"),
        (lambda m: m.fit(X, Y[:-1]), ValueError, "X has 90 samples and y has 89"),
        (lambda m: m.fit(X[:0], Y[:0]), ValueError, "no samples|at least one"),
        (lambda m: m.fit(X, Y, batch_size=91), ValueError, "a batch of 91 samples is larger than the data, 90"),
        (lambda m: m.fit(X, Y, batch_size=0), ValueError, "batch_size"),
        (lambda m: m.fit(X, Y, epochs=0), ValueError, "epochs is a whole number, 1 or more; met 0"),
        (lambda m: m.fit(X), TypeError, "takes inputs and targets"),
        (lambda m: m.fit(X, Y, validation_data=(np.ones((4, 5)), Y[:4])), ValueError, r"met shape \(1, 5\)"),
        (lambda m: m.fit(X, Y, validation_data=(X, Y[:5])), ValueError, "validation_data: X has 90 samples and y has"),
        (lambda m: m.fit(X, Y, callbacks=[print]), TypeError, "callbacks is a list of what derives from nn.Callback"),
        (lambda m: m.fit(X, Y, callbacks=nn.ProgressBar()), TypeError, r"Write callbacks=\[nn.ProgressBar\(\)\]"),
        (lambda m: m.fit(X, Y, sample_weight=-np.ones(90)), ValueError, "weight"),
        (lambda m: m.fit(X, Y, validation_data=X), TypeError, r"is \(X, y\).*met an array of shape \(90, 2\)"),
        (lambda m: m.fit(X, Y, validation_data=(X,)), TypeError, "validation_data is"),
        (lambda m: m.fit(X, Y, validation_data=(X, Y + 1)), ValueError, "validation_data: With 3 classes"),
        (lambda m: m.fit(X + 0j, Y), TypeError, "inputs are real numbers; met dtype complex128"),
        (lambda m: m.fit(X, Y, seed="a"), TypeError, "seed is a whole number or a Generator"),
        (lambda m: m.fit(X, Y, shuffle="no"), TypeError, "shuffle is True or False"),
        (lambda m: m.fit(nn.Loader(X, Y, 30), seed=1), TypeError, "a Loader has y"),
        (lambda m: m.predict(nn.Loader(X, Y, 30)), TypeError, r"model.predict\(loader.X"),
        (lambda m: m.evaluate(X), TypeError, "evaluate takes inputs and targets"),
        (lambda m: m.predict(np.ones((300, 3))), ValueError, r"layer 0 of 3: .*The inputs have shape \(300, 3\)"),
        (lambda m: m.predict(np.ones((4, 7))), ValueError, r"met shape \(1, 7\)"),
        (lambda m: m.predict(np.ones((0, 2))), ValueError, "no samples|at least one"),
        (lambda m: m.evaluate(X, Y - 1), ValueError, "labels are 0 to 2"),
        (lambda m: m.set_parameters({"w": X}), ValueError, "missing and w unknown; nothing was changed"),
        (lambda m: m.set_parameters({k: a[:1] for k, a in m.get_parameters().items()}), ValueError,
         r"layers.0.weights has shape \(2, 16\).*met shape \(1, 16\)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_and_changes_nothing(call, kind, text):
    model = classifier()
    before = model.get_parameters()
    with pytest.raises(kind, match=text):
        call(model)
    for name, array in model.get_parameters().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: nn.Model([nn.Dense(2, 3)], loss="mean_squared_eror"), ValueError, "Did you mean 'MeanSquaredError'"),
        (lambda: nn.Model([nn.Dense(2, 3)], optimizer="adamm"), ValueError, "Did you mean 'Adam'"),
        (lambda: nn.Model([nn.Dense(2, 3)], metrics=["acuracy"]), ValueError, "Did you mean 'Accuracy'"),
        (lambda: nn.Model([nn.Dense(2, 3)], metrics="accuracy"), TypeError, r"metrics=\['accuracy'\]"),
        (lambda: nn.Model([nn.Dense(2, 3)], metrics=["accuracy", nn.Accuracy()]), ValueError, "measured once"),
        (lambda: nn.Model([nn.Dense(2, 3)], loss=nn.Adam()), TypeError, "loss is a Loss of nn"),
        (lambda: nn.Model("relu"), TypeError, "takes a list of layers"),
        (lambda: nn.Model([nn.Dense(2, 3), nn.ReLU]), TypeError, r"layer 1 is the class ReLU; write ReLU\(\)"),
        (lambda: nn.Model([3]), TypeError, "layer 0 cannot be called"),
        (lambda: nn.Model([nn.Dense(2, 3)], loss="nonsense").fit, ValueError, "'nonsense'"),
        (lambda: nn.Model([nn.Dense(2, 3)]).fit(X, Y), TypeError, "the model has no loss"),
        (lambda: nn.Model([nn.Dense(2, 3)], loss="huber").fit(X, Y), TypeError, "the model has no optimizer"),
        (lambda: nn.Model([nn.ReLU()], loss="huber", optimizer="sgd").fit(X, X), ValueError, "has no parameters"),
        (lambda: nn.Model([nn.Dense(2, 2), nn.Dense(2, 2, dtype=np.float32)], loss="huber", optimizer="sgd").fit(X, X),
         TypeError, "of one dtype"),
    ],
)  # fmt: skip
def test_models_that_cannot_be(make, kind, text):
    with pytest.raises(kind, match=text):
        make()
