"""Callbacks: resuming bit for bit, whenever the process is killed; stopping early and at NaN; logs and progress."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from types import ModuleType

import numpy as np
import pytest

import nn

X, Y = nn.datasets.spiral(20, 3, seed=0)


def model(seed=0, learning_rate=0.05, momentum=False, generator=np.random.PCG64):
    rng = np.random.default_rng(seed)
    optimizer = nn.SGD(0.1, momentum=0.9) if momentum else nn.Adam(nn.schedules.Warmup(10, learning_rate), decay=1e-3)
    return nn.Model(
        [nn.Dense(2, 12, rng=rng), nn.ReLU(), nn.Dropout(0.2, rng=np.random.Generator(generator(7))),
         nn.Dense(12, 3, rng=rng)],
        loss=nn.CategoricalCrossentropy(from_logits=True), optimizer=optimizer, metrics=["accuracy"],
    )  # fmt: skip


def equal(one, other):
    found = other.get_parameters()
    return all(np.array_equal(array, found[name]) for name, array in one.get_parameters().items())


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
@pytest.mark.parametrize("generator", [np.random.PCG64, np.random.MT19937, np.random.Philox])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_resumed_run_is_the_uninterrupted_one(tmp_path, suffix, generator, compiled):
    path = tmp_path / f"run.{suffix}"
    settings = {"batch_size": 16, "seed": 3, "validation_data": (X, Y), "compiled": compiled}
    whole = model(generator=generator)
    whole.fit(X, Y, epochs=9, **settings)
    for epochs in (2, 3, 9):
        # But for the first, what it begins with does not count.
        part = model(seed=0 if epochs == 2 else epochs, generator=generator)
        stopping = nn.EarlyStopping(patience=100, restore_best=False)
        history = part.fit(X, Y, epochs=epochs, callbacks=[stopping, nn.Checkpoint(path)], **settings)
    assert equal(whole, part)
    assert dict(history) == dict(whole.history) and history.epochs == whole.history.epochs
    # There is nothing left to do.
    part = model(seed=5, generator=generator)
    with pytest.warns(UserWarning, match=r"nothing is left to do"):
        part.fit(X, Y, epochs=9, callbacks=[nn.EarlyStopping(patience=100), nn.Checkpoint(path)], **settings)
    assert equal(whole, part)


_PROGRAM = """
import sys, time
import numpy as np
sys.path.insert(0, sys.argv[2])
import nn
from test_callbacks import X, Y, model

class Slow(nn.Callback):
    def end_batch(self, run):
        time.sleep(0.004)

print("ready", flush=True)
m = model()
m.fit(X, Y, epochs=25, batch_size=16, seed=3, callbacks=[Slow(), nn.Checkpoint(sys.argv[1]), nn.CSVLog(sys.argv[3])])
m.save(sys.argv[4])
print("done", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX's")
def test_killed_at_random_moments(tmp_path):
    """At most the epoch that is under way is lost, and the rest is bit for bit what it would have been."""
    whole = model()
    whole.fit(X, Y, epochs=25, batch_size=16, seed=3)
    checkpoint, log, result = tmp_path / "run.npz", tmp_path / "log.csv", tmp_path / "end.npz"
    command = [sys.executable, "-c", _PROGRAM, str(checkpoint), os.path.dirname(__file__), str(log), str(result)]
    moments = random.Random(0)
    kills, epochs = 0, []
    while not result.exists():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        if kills < 4:
            time.sleep(moments.uniform(0.02, 0.5))
            process.send_signal(signal.SIGKILL)
            kills += 1
        _, err = process.communicate(timeout=120)
        assert process.returncode in (0, -signal.SIGKILL), err
        if checkpoint.exists():
            epochs.append(nn.files.read(checkpoint)[1]["epoch"])
    assert epochs == sorted(epochs) and epochs[-1] == 25 and kills == 4
    assert equal(whole, nn.Model.load(result))
    with log.open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, 26))
    assert [float(row["loss"]) for row in rows] == whole.history["loss"]


def test_checkpoints_of_something_else_change_nothing(tmp_path):
    path = tmp_path / "run.npz"
    model().fit(X, Y, epochs=1, callbacks=[nn.Checkpoint(path)])
    other = nn.Model([nn.Dense(2, 3)], loss=nn.CategoricalCrossentropy(from_logits=True), optimizer="sgd")
    before = other.get_parameters()
    with pytest.raises(ValueError, match="is the checkpoint of another model: other layers, optimizer, metrics"):
        other.fit(X, Y, callbacks=[nn.Checkpoint(path)])
    assert all(np.array_equal(array, before[name]) for name, array in other.get_parameters().items())
    model().save(path)
    with pytest.raises(ValueError, match="holds a model, and no checkpoint"):
        model().fit(X, Y, callbacks=[nn.Checkpoint(path)])
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="is no whole"):
        model().fit(X, Y, callbacks=[nn.Checkpoint(path)])
    fresh = model()
    fresh.fit(X, Y, epochs=2, callbacks=[nn.Checkpoint(path, resume=False)])
    assert len(fresh.history.epochs) == 2 and repr(nn.Model.load(path)) == repr(fresh)
    with pytest.raises(ValueError, match="every is at least 1"):
        nn.Checkpoint(path, every=0)
    with pytest.raises(ValueError, match="ends in"):
        nn.Checkpoint("run.pickle")


def test_an_exception_or_ctrl_c_leaves_the_last_whole_epoch(tmp_path):
    path = tmp_path / "run.npz"

    class Interrupt(nn.Callback):
        def __init__(self, at):
            self.at = at

        def end_batch(self, run):
            if run.epoch == 4 and run.batch == self.at:
                raise KeyboardInterrupt

    whole, part = model(), model()
    whole.fit(X, Y, epochs=8, batch_size=16, seed=3)
    with pytest.raises(KeyboardInterrupt):
        part.fit(X, Y, epochs=8, batch_size=16, seed=3, callbacks=[Interrupt(2), nn.Checkpoint(path)])
    assert len(part.history.epochs) == 4
    again = model(seed=2)
    again.fit(X, Y, epochs=8, batch_size=16, seed=3, callbacks=[nn.Checkpoint(path)])
    assert equal(whole, again)


def test_every_so_many_epochs_and_the_end(tmp_path):
    path, seen = tmp_path / "run.npz", []

    class Look(nn.Callback):
        def end_epoch(self, run):
            seen.append(nn.files.read(path)[1]["epoch"] if path.exists() else 0)

    model().fit(X, Y, epochs=7, callbacks=[nn.Checkpoint(path, every=3), Look()])
    # It is written after all others have heard of the epoch.
    assert [*seen, nn.files.read(path)[1]["epoch"]] == [0, 0, 0, 3, 3, 3, 6, 7]


class Script(nn.Callback):
    """Puts values in the place of what was measured."""

    def __init__(self, *values, name="val_loss"):
        self.values, self.name = values, name

    def end_epoch(self, run):
        """Write the value."""
        run.logs[self.name] = self.values[run.epoch - 1]


def test_early_stopping():
    losses = (5.0, 4.0, 4.0, 3.9, 4.5, 4.2, 1.0)
    for patience, least, ends in ((2, 0.0, 6), (1, 0.0, 3), (0, 0.0, 3), (2, 0.5, 4), (10, 0.0, 7)):
        m = model()
        m.fit(X, Y, epochs=7, callbacks=[Script(*losses), nn.EarlyStopping(patience=patience, min_delta=least)])
        assert m.history.epochs[-1] == ends, (patience, least)
    m = model()
    m.fit(X, Y, epochs=5, callbacks=[Script(0.1, 0.5, 0.4, 0.3, 0.2, name="accuracy"),
                                     nn.EarlyStopping("accuracy", patience=2)])  # fmt: skip
    assert m.history.epochs[-1] == 4
    with pytest.raises(ValueError, match=r"watches 'val_los', which is not measured\. Did you mean 'val_loss'"):
        model().fit(X, Y, validation_data=(X, Y), callbacks=[nn.EarlyStopping("val_los")])
    with pytest.raises(ValueError, match="at least 0"):
        nn.EarlyStopping(patience=-1)
    with pytest.raises(ValueError, match="mode is"):
        nn.EarlyStopping(mode="least")


def test_the_best_parameters_come_back(tmp_path):
    kept, path = {}, tmp_path / "run.npz"

    class Keep(nn.Callback):
        def end_epoch(self, run):
            kept[run.epoch] = run.model.get_parameters()

    def run(epochs):
        m = model()
        values = Script(3.0, 2.0, 1.0, 2.0, 2.0, 2.0)
        stopping = nn.EarlyStopping(patience=2, restore_best=True)
        m.fit(X, Y, epochs=epochs, callbacks=[values, Keep(), stopping, nn.Checkpoint(path)])
        return m

    run(4)
    m = run(6)
    assert m.history.epochs[-1] == 5
    for name, array in m.get_parameters().items():
        np.testing.assert_array_equal(array, kept[3][name])


@pytest.mark.parametrize("batch_size", [None, 16])
def test_nan_stop_names_the_op(batch_size):
    m = nn.Model([nn.Dense(2, 4), nn.Dense(4, 1)], loss="mean_squared_error", optimizer=nn.SGD(1e30))
    stop = nn.NaNStop()
    m.fit(X, Y[:, None].astype(float), epochs=50, batch_size=batch_size, seed=0, callbacks=[stop])
    assert isinstance(stop.error, FloatingPointError) and stop.error.kind in ("inf", "NaN")
    assert len(m.history.epochs) < 50 and not np.isfinite(m.history["loss"][-1])
    assert all(np.isfinite(array).all() for array in m.get_parameters().values())


def test_a_loss_that_is_not_finite_is_said_once():
    m = nn.Model([nn.Dense(2, 4), nn.Dense(4, 1)], loss="mean_squared_error", optimizer=nn.SGD(1e30))
    with pytest.warns(RuntimeWarning, match=r"callbacks=\[nn.NaNStop\(\)\]") as caught:
        m.fit(X, Y[:, None].astype(float), epochs=50)
    assert len(caught) == 1 and caught[0].filename == __file__


def test_csv_log(tmp_path):
    path = tmp_path / "log.csv"
    m = model()
    m.fit(X, Y, epochs=3, callbacks=[nn.CSVLog(path)])
    m.fit(X, Y, epochs=2, callbacks=[nn.CSVLog(path)])
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["loss"]) for row in rows] == m.history["loss"]


def test_progress_in_a_pipe(capsys):
    model().fit(X, Y, epochs=4, callbacks=[nn.ProgressBar(every=2)])
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 2/4", "epoch 4/4"] and "accuracy" in lines[0]


def test_progress_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    model().fit(X, Y, epochs=3, callbacks=[nn.ProgressBar()])
    assert "3/3" in capsys.readouterr().err


def test_progress_in_a_notebook(monkeypatch):
    """There tqdm.auto gives a widget: it is asked whenever a kernel is there."""
    bars = []

    class Bar:
        def __init__(self, total, initial, unit):
            self.total, self.made, self.text, self.closed = total, initial, "", False
            bars.append(self)

        def set_postfix_str(self, text, refresh):
            self.text = text

        def update(self):
            self.made += 1

        def close(self):
            self.closed = True

    auto = ModuleType("tqdm.auto")
    auto.tqdm = Bar
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    model().fit(X, Y, epochs=3, callbacks=[nn.ProgressBar()])
    (bar,) = bars
    assert (bar.total, bar.made, bar.closed) == (3, 3, True) and "accuracy" in bar.text


def test_callbacks_hear_in_order_and_see_the_model():
    heard, m = [], model()

    class Listen(nn.Callback):
        def begin(self, run):
            heard.append("begin")

        def begin_epoch(self, run):
            heard.append(f"epoch {run.epoch}")

        def end_batch(self, run):
            heard.append(f"batch {run.batch}")

        def end_epoch(self, run):
            heard.append(f"end {run.epoch}")
            expected = run.model.evaluate(X, Y)["accuracy"]
            assert expected == run.logs["val_accuracy"]

        def end(self, run):
            heard.append(f"over {run.stopped}")

    class Stop(nn.Callback):
        def end_epoch(self, run):
            run.stop("enough")

    m.fit(X, Y, epochs=9, batch_size=32, validation_data=(X, Y), callbacks=[Listen(), Stop()])
    assert heard == ["begin", "epoch 0", "batch 1", "batch 2", "end 1", "over enough"]


def test_parameters_that_a_callback_sets_count():
    class Reset(nn.Callback):
        def __init__(self, whole):
            self.whole, self.start = whole, None

        def begin(self, run):
            self.start = run.model.get_parameters()

        def end_epoch(self, run):
            if self.whole:
                run.model.set_parameters(self.start)
            else:
                run.model.layers[0].biases.data = self.start["layers.0.biases"].copy()

    for whole in (True, False):
        m = nn.Model([nn.Dense(2, 3, rng=np.random.default_rng(0)), nn.Dense(3, 3, rng=np.random.default_rng(1))],
                     loss=nn.CategoricalCrossentropy(from_logits=True), optimizer=nn.SGD(0.5))  # fmt: skip
        losses = m.fit(X, Y, epochs=3, callbacks=[Reset(whole)])["loss"]
        assert (losses[0] == losses[1] == losses[2]) is whole
        assert not m.get_parameters()["layers.0.biases"].any()


@pytest.mark.parametrize("first", [True, False])
def test_a_run_that_stopped_early_has_ended(tmp_path, first):
    """Started again by the same lines it makes no further epoch, in whichever order the callbacks are given."""
    path = tmp_path / "run.npz"

    def run():
        m = model()
        stopping, checkpoint = nn.EarlyStopping("loss", patience=2, min_delta=10.0), nn.Checkpoint(path)
        m.fit(X, Y, epochs=20, seed=0, callbacks=[checkpoint, stopping] if first else [stopping, checkpoint])
        return m

    once = run()
    assert once.history.epochs[-1] == 3
    again = run()
    assert again.history.epochs[-1] == 3 and equal(once, again)


def test_a_checkpoint_is_not_overwritten_by_nan(tmp_path):
    path = tmp_path / "run.npz"
    m = nn.Model([nn.Dense(2, 4), nn.Dense(4, 1)], loss="mean_squared_error", optimizer=nn.SGD(1e20))
    m.fit(X, Y[:, None].astype(float), epochs=50, callbacks=[nn.Checkpoint(path), nn.NaNStop()])
    arrays, found = nn.files.read(path)
    assert found["epoch"] == m.history.epochs[-1] - 1
    assert all(np.isfinite(array).all() for array in arrays.values())
