"""What a run leaves in its file, and takes from it: interruptions, other data and callbacks, what cannot be written."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from test_callbacks import X, Y, equal, model

import nn
from nn import files
from nn.history import History
from nn.packing import pack, unpack


class At(nn.Callback):
    """Does something in the middle of an epoch."""

    def __init__(self, epoch, what, batch=2):
        self.at, self.what = (epoch, batch), what

    def end_batch(self, run):
        """Do it, once it is time."""
        if (run.epoch + 1, run.batch) == self.at:
            self.what()


def interrupt():
    signal.raise_signal(signal.SIGINT)


def epoch_of(path):
    return files.read(path)[1]["epoch"]


SETTINGS = {"batch_size": 16, "seed": 3, "validation_data": (X, Y)}


def test_the_best_parameters_are_arrays(tmp_path):
    path = tmp_path / "run.npz"
    stopping = nn.EarlyStopping(patience=50, restore_best=True)
    model().fit(X, Y, epochs=2, callbacks=[stopping, nn.Checkpoint(path)], **SETTINGS)
    arrays, description = files.read(path)
    best = [name for name in arrays if name.startswith("callbacks/EarlyStopping.0/")]
    assert len(best) == 4 and len(json.dumps(description)) < 6000
    again = nn.EarlyStopping(patience=50, restore_best=True)
    whole = model()
    kept = nn.EarlyStopping(patience=50, restore_best=True)
    whole.fit(X, Y, epochs=4, callbacks=[kept], **SETTINGS)
    part = model(seed=4)
    part.fit(X, Y, epochs=4, callbacks=[again, nn.Checkpoint(path)], **SETTINGS)
    assert equal(whole, part) and (again.best, again.best_epoch) == (kept.best, kept.best_epoch)


@pytest.mark.parametrize("stops_at", [3, 9])
def test_an_interruption_between_two_writes_leaves_the_last_whole_epoch(tmp_path, stops_at):
    path, log = tmp_path / "run.npz", tmp_path / "log.csv"
    part, stopping = model(), nn.EarlyStopping(patience=50)
    callbacks = [At(stops_at, interrupt), stopping, nn.CSVLog(log), nn.Checkpoint(path, every=5)]
    with pytest.raises(KeyboardInterrupt):
        part.fit(X, Y, epochs=12, callbacks=callbacks, **SETTINGS)
    assert epoch_of(path) == stops_at - 1 == len(part.history.epochs)
    whole, again = model(), model(seed=1)
    whole.fit(X, Y, epochs=12, **SETTINGS)
    callbacks = [nn.EarlyStopping(patience=50), nn.CSVLog(log), nn.Checkpoint(path, every=5)]
    again.fit(X, Y, epochs=12, callbacks=callbacks, **SETTINGS)
    assert equal(whole, again) and dict(whole.history) == dict(again.history)
    with log.open() as file:
        assert [float(row["loss"]) for row in csv.DictReader(file)] == whole.history["loss"]


@pytest.mark.parametrize("by_signal", [True, False])
def test_an_interruption_while_an_epoch_is_heard_of(tmp_path, by_signal):
    """Ctrl-C waits until all have heard of it. After an exception not all have: the epoch before is written."""
    path = tmp_path / "run.npz"

    class Break(nn.Callback):
        def end_epoch(self, run):
            if run.epoch == 4 and by_signal:
                interrupt()
            elif run.epoch == 4:
                raise KeyboardInterrupt

    whole, again = model(), model(seed=1)
    with pytest.raises(KeyboardInterrupt):
        model().fit(X, Y, epochs=7, callbacks=[Break(), nn.Checkpoint(path, every=3)], **SETTINGS)
    assert epoch_of(path) == (4 if by_signal else 3)
    whole.fit(X, Y, epochs=7, **SETTINGS)
    again.fit(X, Y, epochs=7, callbacks=[nn.Checkpoint(path, every=3)], **SETTINGS)
    assert equal(whole, again) and dict(whole.history) == dict(again.history)


_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import nn
from test_callbacks import X, Y, model
from test_resuming import SETTINGS
class Ready(nn.Callback):
    said = False
    def end_epoch(self, run):
        if not self.said:
            self.said = True
            print("ready", flush=True)

m = model(seed=int(sys.argv[3]))
try:
    m.fit(X, Y, epochs=100_000, callbacks=[Ready(), nn.Checkpoint(sys.argv[2], every=100_000)], **SETTINGS)
except KeyboardInterrupt:
    print(len(m.history.epochs), flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are POSIX's")
def test_ctrl_c_at_random_moments(tmp_path):
    path, moments, reached = tmp_path / "run.npz", random.Random(1), 0
    for seed in range(3):
        command = [sys.executable, "-c", _PROGRAM, os.path.dirname(__file__), str(path), str(seed)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        time.sleep(moments.uniform(0.05, 0.3))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert int(out) - 1 <= epoch_of(path) <= int(out) and epoch_of(path) >= reached
        reached = epoch_of(path)
    assert reached > 0
    whole, part = model(), model(seed=9)
    whole.fit(X, Y, epochs=reached + 2, **SETTINGS)
    part.fit(X, Y, epochs=reached + 2, callbacks=[nn.Checkpoint(path)], **SETTINGS)
    assert equal(whole, part) and dict(whole.history) == dict(part.history)


class Counting(nn.Callback):
    """Counts epochs over all runs."""

    def __init__(self):
        self.count = 0

    def end_epoch(self, run):
        """Count."""
        self.count += 1

    def state(self):
        """Keep the count, and an array."""
        return {"count": self.count, "array": np.full(3, self.count, np.float32)}

    def restore(self, state):
        """Take it back."""
        assert state["array"].dtype == np.float32 and (state["array"] == state["count"]).all()
        self.count = state["count"]


def test_an_interruption_after_an_epoch_of_nan_writes_nothing(tmp_path):
    path = tmp_path / "run.npz"

    class Loss(nn.MeanSquaredError):
        def samples(self, y_pred, y_true):
            return super().samples(y_pred, y_true) + float(state["add"])

    state = {"add": 0.0}

    class Switch(nn.Callback):
        def begin_epoch(self, run):
            state["add"] = np.inf if run.epoch == 2 else 0.0

    m = nn.Model([nn.Dense(2, 1)], loss=Loss(), optimizer=nn.SGD(0.01))
    callbacks = [Switch(), At(4, interrupt), nn.Checkpoint(path, every=2)]
    with pytest.raises(KeyboardInterrupt), pytest.warns(RuntimeWarning):
        m.fit(X, X[:, :1], epochs=9, batch_size=16, compiled=False, callbacks=callbacks)
    assert m.history["loss"][2] == np.inf and epoch_of(path) == 2


def test_early_stopping_is_not_held_up_by_a_run_that_failed(tmp_path):
    """What it was given for a run that never began does not count in the next."""
    path, stopping = tmp_path / "run.npz", nn.EarlyStopping("loss")
    model().fit(X, Y, epochs=2, callbacks=[nn.EarlyStopping("loss"), nn.Checkpoint(path)])
    with pytest.raises(FileNotFoundError):
        model().fit(X, Y, epochs=4, callbacks=[nn.CSVLog(tmp_path / "no" / "a.csv"), stopping, nn.Checkpoint(path)])
    model().fit(X, Y, epochs=1, callbacks=[stopping])
    assert stopping.best_epoch == 1


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_many_best_parameters_fit_in_a_file(tmp_path, suffix):
    path = tmp_path / f"run.{suffix}"
    m = nn.Model([nn.Dense(2, 400_000), nn.Dense(400_000, 1)], loss="mean_squared_error", optimizer=nn.SGD(1e-9))
    for epochs in (1, 2):
        stopping = nn.EarlyStopping("loss", restore_best=True)
        m.fit(X[:4], X[:4, :1], epochs=epochs, callbacks=[stopping, nn.Checkpoint(path)])
    assert stopping.best_epoch == 2


def test_callbacks_are_found_by_their_class_and_order(tmp_path):
    path = tmp_path / "run.npz"
    model().fit(X, Y, epochs=2, callbacks=[nn.EarlyStopping("loss"), Counting(), nn.Checkpoint(path)])
    counting, stopping = Counting(), nn.EarlyStopping("loss")
    model().fit(X, Y, epochs=3, callbacks=[nn.NaNStop(), counting, nn.Checkpoint(path), stopping])
    assert counting.count == 3 and stopping.best_epoch == 3
    with pytest.warns(UserWarning, match="it holds the state of Counting, which this run does not have"):
        model().fit(X, Y, epochs=4, callbacks=[nn.EarlyStopping("loss"), nn.Checkpoint(path)])
    with pytest.warns(UserWarning, match="it holds no state of Counting, which begins anew") as caught:
        model().fit(X, Y, epochs=5, callbacks=[nn.EarlyStopping("loss"), Counting(), nn.Checkpoint(path)])
    assert caught[0].filename == __file__
    stopping = nn.EarlyStopping("accuracy")
    with pytest.warns(UserWarning, match="of an EarlyStopping that watched 'loss'"):
        model().fit(X, Y, epochs=6, callbacks=[stopping, Counting(), nn.Checkpoint(path)])
    assert 0 < stopping.best <= 1


class Script(nn.Callback):
    """Puts values in the place of what was measured."""

    def __init__(self, *values):
        self.values = values

    def end_epoch(self, run):
        """Write the value."""
        run.logs["val_loss"] = self.values[run.epoch - 1]


@pytest.mark.parametrize(
    ("values", "ends", "best"),
    [
        ((np.nan,) * 9, 3, np.nan),
        ((np.nan, 5.0, np.nan, np.nan, np.nan, 1.0), 5, 5.0),
        ((np.nan, np.nan, 5.0, 4.0, 4.0, 4.0, 4.0), 7, 4.0),
        ((3.0, np.nan, np.nan, np.nan, 1.0), 4, 3.0),
    ],
)
def test_nan_is_worse_than_anything(values, ends, best):
    for stopping in (nn.EarlyStopping(patience=3), nn.EarlyStopping(patience=3, mode="max")):
        sign = 1 if stopping.mode == "min" else -1
        m = model()
        m.fit(X, Y, epochs=len(values), callbacks=[Script(*(sign * v for v in values)), stopping])
        assert m.history.epochs[-1] == ends
        np.testing.assert_equal(stopping.best, sign * best)


def schedule(steps):
    return 0.1


@pytest.mark.parametrize(
    ("callback", "kind", "said"),
    [
        (lambda folder: nn.Checkpoint(folder / "none" / "a.npz"), FileNotFoundError, "there is no folder .*none"),
        (lambda folder: nn.CSVLog(folder / "none" / "a.csv"), FileNotFoundError, "there is no folder .*none"),
        (lambda folder: nn.CSVLog(folder), IsADirectoryError, "is a folder"),
    ],
)
def test_what_cannot_be_written_is_found_before_training(tmp_path, callback, kind, said):
    m = model()
    before = m.get_parameters()
    with pytest.raises(kind, match=said):
        m.fit(X, Y, epochs=3, callbacks=[callback(tmp_path)])
    assert all(np.array_equal(before[name], array) for name, array in m.get_parameters().items())
    assert not m.history.epochs


def test_settings_that_cannot_be_written_are_found_before_training(tmp_path):
    m = nn.Model([nn.Dense(2, 3)], loss=nn.CategoricalCrossentropy(from_logits=True), optimizer=nn.Adam(schedule))
    log = tmp_path / "log.csv"
    log.write_text("of before\n")
    with pytest.raises(TypeError, match="schedule"):
        m.fit(X, Y, epochs=2, callbacks=[nn.CSVLog(log), nn.Checkpoint(tmp_path / "a.npz")])
    assert not m.history.epochs and log.read_text() == "of before\n"

    class Bad(nn.Callback):
        def begin(self, run):
            self.kept = {1, 2}

        def state(self):
            return self.kept

    m = model()
    with pytest.raises(TypeError, match=r"callbacks/Bad\.0: what is to be kept"):
        m.fit(X, Y, epochs=2, callbacks=[nn.Checkpoint(tmp_path / "a.npz"), Bad()])
    assert not m.history.epochs


def test_all_that_have_begun_hear_the_end():
    heard = []

    class Hear(nn.Callback):
        def __init__(self, name, fails=""):
            self.name, self.fails = name, fails

        def begin(self, run):
            if self.fails == "begin":
                raise RuntimeError(f"{self.name} begins")

        def end(self, run):
            heard.append(self.name)
            if self.fails == "end":
                raise RuntimeError(f"{self.name} ends")

    with pytest.raises(RuntimeError, match="a ends"):
        model().fit(X, Y, callbacks=[Hear("a", "end"), Hear("b"), Hear("c")])
    assert heard == ["a", "b", "c"]
    heard.clear()
    with pytest.raises(RuntimeError, match="b begins"):
        model().fit(X, Y, callbacks=[Hear("a"), Hear("b", "begin"), Hear("c")])
    assert heard == ["a"]


def test_other_data_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    model().fit(X, Y, epochs=2, callbacks=[nn.Checkpoint(path)])
    weight = np.ones(len(X))
    changed = X.copy()
    changed[-1, 0] += 1e-12
    for given, said in (
        ((changed, Y), "X has other values"),
        ((X, Y[::-1]), "y has other values"),
        ((X[:-1], Y[:-1]), r"X was float\d+ \(60, 2\) and is float\d+ \(59, 2\)"),
        ((X, Y, weight), r"sample_weight was nothing \(\) and is float64 \(60,\)"),
    ):
        m = model(seed=1)
        before = m.get_parameters()
        with pytest.raises(ValueError, match=f"run.npz is the checkpoint of a run with other data: {said}"):
            m.fit(*given[:2], epochs=4, sample_weight=(*given, None)[2], callbacks=[nn.Checkpoint(path)])
        assert all(np.array_equal(before[name], array) for name, array in m.get_parameters().items())
    # Nor has the next run anything of it.
    m.fit(X, Y, epochs=1, seed=0)
    fresh = model(seed=1)
    fresh.fit(X, Y, epochs=1, seed=0)
    assert equal(m, fresh)


def test_of_much_data_some_is_looked_at(tmp_path):
    rng = np.random.default_rng(0)
    big, labels = rng.standard_normal((200_000, 2)), np.zeros(200_000, int)
    one = nn.Loader(big, labels, None)
    same = nn.checkpoints.fingerprint(nn.Loader(big.copy(), labels, None))
    assert nn.checkpoints.fingerprint(one) == same
    assert nn.checkpoints.fingerprint(nn.Loader(big + 1, labels, None)) != same
    np.save(tmp_path / "X.npy", big)
    mapped = nn.Loader(np.load(tmp_path / "X.npy", mmap_mode="r"), labels, None)
    assert nn.checkpoints.fingerprint(mapped) == same


def test_a_trained_model_does_not_become_another_silently(tmp_path):
    path = tmp_path / "run.npz"
    m, other = model(), model(seed=1)
    m.fit(X, Y, epochs=2, seed=0, callbacks=[nn.Checkpoint(path)])
    m.fit(X, Y, epochs=3, seed=0, callbacks=[nn.Checkpoint(path)])  # It goes on from where it is.
    other.fit(X, Y, epochs=1, seed=0)
    with pytest.warns(
        UserWarning, match="was trained before, and goes on from epoch 3 of .*what it had learnt is gone"
    ):
        other.fit(X, Y, epochs=4, seed=0, callbacks=[nn.Checkpoint(path)])
    with pytest.warns(UserWarning, match="is at epoch 4 of 4: nothing is left to do") as caught:
        model(seed=2).fit(X, Y, epochs=4, seed=0, callbacks=[nn.Checkpoint(path)])
    assert len(caught) == 1 and caught[0].filename == __file__


class Narrow(nn.Metric):
    """Gives a float32."""

    name = "narrow"

    def sums(self, y_pred, y_true):
        """Count."""
        return (np.ones(()),)

    def result(self, sums):
        """Give a scalar of NumPy."""
        return np.float32(0.1) * np.float32(sums[0])


class Named(Narrow):
    """Has a name that is set."""


def test_measured_values_are_the_same_after_a_resumed_run(tmp_path):
    path, log = tmp_path / "run.npz", tmp_path / "log.csv"

    def made():
        m = model()
        return nn.Model(m.layers, loss=m.loss, optimizer=m.optimizer, metrics=["confusion_matrix", Narrow()])

    class Odd(nn.Callback):
        def end_epoch(self, run):
            run.history._values.setdefault('a "b", c', [None] * (run.epoch - 1)).append(run.epoch)

    whole = made()
    whole.fit(X, Y, epochs=4, callbacks=[])
    for epochs in (2, 4):
        part = made()
        part.fit(X, Y, epochs=epochs, callbacks=[nn.CSVLog(log), nn.Checkpoint(path)])
    for name, values in whole.history.items():
        assert [type(v) for v in part.history[name]] == [type(v) for v in values], name
        np.testing.assert_array_equal(part.history[name], values)
    assert type(part.history["narrow"][0]) is np.float32 and "narrow 0.1" in repr(part.history)
    assert "narrow 0.1" in nn.ProgressBar.text(part.history.last())
    part.history.draw(tmp_path / "a.png")
    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["narrow"]) for row in rows] == [float(np.float32(0.1))] * 4


def test_a_log_quotes_what_has_commas(tmp_path):
    path, log = tmp_path / "run.npz", tmp_path / "log.csv"

    class Odd(nn.Callback):
        def end_epoch(self, run):
            run.logs['a "b", c'] = 1.5

    for epochs in (1, 2):
        model().fit(X, Y, epochs=epochs, callbacks=[Odd(), nn.CSVLog(log), nn.Checkpoint(path)])
    with log.open(newline="") as file:
        assert [row['a "b", c'] for row in csv.DictReader(file)] == ["1.5", "1.5"]


@pytest.mark.parametrize("name", ["loss", "learning_rate", "data_loss", "epoch", "val_loss"])
def test_names_that_training_uses_are_refused(name):
    m = model()
    metric = Named()
    metric.name = name
    m = nn.Model(m.layers, loss=m.loss, optimizer=m.optimizer, metrics=[metric])
    with pytest.raises(ValueError, match=f"A metric cannot be named '{name}'"):
        m.fit(X, Y)


def test_nan_over_the_validation_data_ends_training(tmp_path):
    path = tmp_path / "run.npz"
    m = nn.Model([nn.Dense(2, 1, rng=np.random.default_rng(0))], loss="mean_squared_error", optimizer=nn.SGD(0.01))
    y, huge = X[:, :1], np.full((4, 2), 1e200)
    stop = nn.NaNStop()
    with np.errstate(all="ignore"):
        m.fit(X, y, epochs=9, validation_data=(huge, y[:4]), callbacks=[stop, nn.Checkpoint(path)])
    assert m.history.epochs == [1] and isinstance(stop.error, FloatingPointError)
    assert not path.exists()


def test_histories_come_back_to_the_last_bit():
    history = History()
    rng = np.random.default_rng(0)
    for epoch in range(1, 60):
        logs = {"loss": float(rng.standard_normal()), "steps": epoch, "narrow": np.float32(epoch / 7),
                "matrix": rng.integers(0, 9, (2, 2)), "odd": "text" if epoch % 2 else None,
                "bad": (np.nan, np.inf, -0.0)[epoch % 3]}  # fmt: skip
        if epoch > 20:
            logs["late"] = epoch / 3
        if epoch % 5:
            logs["now and then"] = np.full(2, epoch / 9)
        history.append(epoch, logs)
    for until in (None, 30, 1):
        arrays = {}
        state = json.loads(json.dumps(pack(history.state(until), "history", arrays)))
        again = History.from_state(unpack(state, arrays))
        assert again.epochs == history.epochs[:until] and list(again) == list(history)
        for name in history:
            for one, other in zip(history[name][:until], again[name], strict=True):
                assert type(one) is type(other)
                np.testing.assert_array_equal(one, other)
                assert not isinstance(one, float) or np.signbit(one) == np.signbit(other)


def test_a_long_history_is_written_as_arrays(tmp_path):
    m = nn.Model([nn.Dense(2, 3)], loss=nn.CategoricalCrossentropy(from_logits=True), optimizer="sgd")
    path = tmp_path / "run.npz"
    m.fit(X, Y, epochs=400, callbacks=[nn.Checkpoint(path, every=400)])
    assert len(json.dumps(files.read(path)[1])) < 4000


def test_a_damaged_checkpoint_is_a_value_error(tmp_path):
    path = tmp_path / "run.npz"
    model().fit(X, Y, epochs=2, callbacks=[nn.Checkpoint(path)])
    arrays, found = files.read(path)
    for name in ("epoch", "history", "generators", "loader", "callbacks", "data", "iterations"):
        for value in (None, [1], {"x": {"$array": "nowhere"}}):
            files.write(path, arrays, {**found, name: value})
            with pytest.raises(ValueError, match=r"run\.npz"):
                model().fit(X, Y, epochs=3, callbacks=[nn.Checkpoint(path)])


def test_only_plain_values_and_arrays_are_kept():
    for value in ({1: 2}, {"a": {1, 2}}, {"$array": "x"}, object()):
        with pytest.raises(TypeError, match="mine"):
            pack(value, "mine", {})


def test_frozen_parameters_are_part_of_a_checkpoint(tmp_path):
    path = tmp_path / "run.npz"
    given, again = model(), model(seed=1)
    for one in (given, again):
        one.layers[0].weights.requires_grad = False
    given.fit(X, Y, epochs=2, callbacks=[nn.Checkpoint(path)], **SETTINGS)
    found = nn.Model.load(path)
    assert equal(given, found) and not found.layers[0].weights.requires_grad
    again.fit(X, Y, epochs=3, callbacks=[nn.Checkpoint(path)], **SETTINGS)
    given.fit(X, Y, epochs=3, callbacks=[nn.Checkpoint(path, resume=False)], **SETTINGS)
    assert np.array_equal(again.layers[0].weights.data, given.layers[0].weights.data)


@pytest.mark.parametrize("other", [{"batch_size": 10}, {"shuffle": False}])
def test_other_batches_are_refused(tmp_path, other):
    path = tmp_path / "run.npz"
    model().fit(X, Y, epochs=2, callbacks=[nn.Checkpoint(path)], **SETTINGS)
    again = model()
    before = again.get_parameters()
    with pytest.raises(ValueError, match=r"is the checkpoint of a run with (batch_size|shuffle)="):
        again.fit(X, Y, epochs=3, callbacks=[nn.Checkpoint(path)], **{**SETTINGS, **other})
    assert all(np.array_equal(array, before[name]) for name, array in again.get_parameters().items())
