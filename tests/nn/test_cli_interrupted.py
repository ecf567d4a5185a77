"""`gradtape train`, interrupted at any moment and started again, is bit for bit the run that was not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn import files
from nn.cli import main
from nn.trainer import Trainer

ROOT = Path(__file__).parent.parent.parent
SETTINGS = """
[data]
name = "spiral"
samples = 30
validation = 0.2
[model]
loss = { name = "CategoricalCrossentropy", from_logits = true }
optimizer = { name = "Adam", learning_rate = { name = "Cosine", learning_rate = 0.05, steps = 300 } }
metrics = ["accuracy"]
layers = [
    { name = "Dense", n_inputs = 2, n_neurons = 16, weight_regularizer = { name = "L2", strength = 1e-4 } },
    "relu",
    { name = "Dropout", rate = 0.1 },
    { name = "Dense", n_inputs = 16, n_neurons = 3 },
]
[train]
epochs = EPOCHS
batch_size = BATCH
csv = "log.csv"
checkpoint_seconds = SECONDS
early_stopping = { patience = 1000, restore_best = true }
"""
posix = pytest.mark.skipif(os.name != "posix", reason="signals and terminals are those of POSIX")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(epochs: int, batch: int, seconds: float) -> None:
    text = SETTINGS.replace("EPOCHS", str(epochs)).replace("BATCH", str(batch)).replace("SECONDS", str(seconds))
    Path("run.toml").write_text(text)


def uninterrupted() -> Any:
    """Train in one go, give all that is left behind, and take it away."""
    assert main(["train", "run.toml", "-q"]) == 0
    return left_behind()


def left_behind() -> Any:
    found = files.read("run.npz"), files.read("run.checkpoint.npz"), Path("log.csv").read_text()
    for name in ("run.npz", "run.checkpoint.npz", "log.csv"):
        Path(name).unlink()
    return found


def assert_equal(found: Any, expected: Any) -> None:
    """Hold parameters, optimizer, generators, history and log against each other, bit by bit."""
    assert found[2] == expected[2]
    for (arrays, description), (others, other) in zip(found[:2], expected[:2], strict=True):
        assert description == other
        assert arrays.keys() == others.keys()
        for name, array in arrays.items():
            assert array.tobytes() == others[name].tobytes(), name


def signals_at(monkeypatch: pytest.MonkeyPatch, steps: dict[int, Callable[[], None]]) -> list[int]:
    """Do something at the start of some steps, counted over all runs."""
    advance, count = Trainer.advance, [0]

    def noted(trainer: Trainer, *batch: Any, **given: Any) -> Any:
        count[0] += 1
        if count[0] in steps:
            steps[count[0]]()
        return advance(trainer, *batch, **given)

    monkeypatch.setattr(Trainer, "advance", noted)
    return count


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@posix
@pytest.mark.parametrize("seconds", [0, 1e9])
@pytest.mark.parametrize("batch", [72, 20])
def test_each_step_can_be_the_last_of_a_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], batch: int, seconds: float
) -> None:
    write(6, batch, seconds)
    expected = uninterrupted()
    steps = 6 * -(-72 // batch)
    for step in range(1, steps + 1, 1 if batch == 72 else 5):
        with monkeypatch.context() as patch:
            count = signals_at(patch, {step: interrupt})
            code = main(["train", "run.toml", "-q"])
            # The step is finished, and no other one begins; what is left of the last epoch's last one is not.
            assert code == (130 if step < steps else 0)
            assert count[0] == step
        if code == 130:
            whole = step // -(-72 // batch)
            assert Path("run.checkpoint.npz").exists() == (whole > 0)
            assert not Path("run.npz").exists()
            said = capsys.readouterr().err
            assert "gradtape train run.toml" in said
            assert (f"after {whole} of 6" if whole else "before the first epoch") in said
            assert main(["train", "run.toml", "-q"]) == 0
        assert_equal(left_behind(), expected)


@posix
def test_many_interruptions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(20, 20, 1e9)
    expected = uninterrupted()
    # With at least an epoch between them, as a run that is always interrupted in its first one never ends.
    signals_at(monkeypatch, {step: interrupt for step in range(6, 200, 11)})
    codes = []
    while not codes or codes[-1]:
        codes.append(main(["train", "run.toml", "-q"]))
    assert set(codes[:-1]) == {130} and len(codes) > 4
    assert_equal(left_behind(), expected)


@posix
def test_a_second_interruption_ends_it_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(6, 20, 0)
    expected = uninterrupted()
    with monkeypatch.context() as patch:
        count = signals_at(patch, {11: lambda: [interrupt(), interrupt()] and None})
        assert main(["train", "run.toml", "-q"]) == 130
        assert count[0] == 11
    assert files.read("run.checkpoint.npz")[1]["epoch"] == 2
    assert main(["train", "run.toml", "-q"]) == 0
    assert_equal(left_behind(), expected)


@posix
def test_asked_to_end(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write(6, 20, 1e9)
    expected = uninterrupted()
    capsys.readouterr()
    with monkeypatch.context() as patch:
        signals_at(patch, {7: lambda: signal.raise_signal(signal.SIGTERM)})
        assert main(["train", "run.toml", "--json"]) == 143
    found = json.loads(capsys.readouterr().out)
    assert (found["interrupted"], found["epoch"], found["code"], found["model"]) == (True, 1, 143, None)
    assert main(["train", "run.toml", "-q"]) == 0
    assert_equal(left_behind(), expected)


@posix
@pytest.mark.parametrize("batch", [72, 20])
def test_what_ends_a_run_by_itself_ends_it_also_when_interrupted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    write(20, batch, 1e9)
    # The loss does not rise: after the first epoch, and as many as it is patient for, it ends.
    Path("run.toml").write_text(Path("run.toml").read_text().replace("1000,", "3, monitor = 'loss', mode = 'max',"))
    expected = uninterrupted()
    epochs = expected[1][1]["epoch"]
    assert epochs < 20
    steps = -(-72 // batch)
    for step in range((epochs - 1) * steps, epochs * steps + 1):
        with monkeypatch.context() as patch:
            signals_at(patch, {step: interrupt})
            assert main(["train", "run.toml", "-q"]) == (0 if step == epochs * steps else 130)
        assert main(["train", "run.toml", "-q"]) == 0
        assert_equal(left_behind(), expected)


@posix
def test_signals_are_given_back(folder: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    write(1, 72, 0)
    assert main(["train", "run.toml", "-q"]) == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_error_in_a_step_keeps_the_last_whole_epoch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise MemoryError("no more of it")

    for batch, step in ((72, 4), (20, 15)):
        write(6, batch, 1e9)
        expected = uninterrupted()
        with monkeypatch.context() as patch:
            signals_at(patch, {step: broken})
            assert main(["train", "run.toml", "-q"]) == 1
        # Of one step alone nobody knows how far it came: then an older state is the one to go on from.
        assert Path("run.checkpoint.npz").exists() == (batch == 20)
        assert main(["train", "run.toml", "-q"]) == 0
        assert_equal(left_behind(), expected)


# In a process of its own


def command(*argv: str, **given: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "nn", *argv], env=environment, stderr=subprocess.PIPE, text=True,
        **{"stdout": subprocess.PIPE, **given},
    )  # fmt: skip


@posix
def test_ctrl_c_at_random_moments(folder: Path) -> None:
    write(500, 20, 0.05)
    start = time.monotonic()
    expected = uninterrupted()
    seconds = time.monotonic() - start
    chance = random.Random(7)
    codes = []
    while not codes or codes[-1]:
        with command("train", "run.toml", "-q") as process:
            assert process.stdout is not None
            # The table of the layers is out when training begins.
            process.stdout.readline()
            if len(codes) < 2:
                time.sleep(chance.uniform(0.05, 0.4) * seconds)
                process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        codes.append(process.returncode)
        assert process.returncode in (0, 130), said
        assert "Traceback" not in said
        assert process.returncode == 0 or "To go on: gradtape train run.toml" in said or "before the first" in said
        assert len(codes) < 9
    assert 130 in codes
    assert_equal(left_behind(), expected)


@posix
def test_nobody_reads_the_output(folder: Path) -> None:
    nn.Model([nn.Dense(2, 3)]).save("model.npz")
    np.save("X.npy", np.zeros((30000, 2)))
    for argv in (
        ("summary", "model.npz"),
        ("predict", "model.npz", "X.npy"),
        ("predict", "model.npz", "X.npy", "--json"),
    ):
        read, write = os.pipe()
        os.close(read)
        with command(*argv, stdout=write) as process:
            os.close(write)
            _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (141, "")


@posix
def test_styled_on_a_terminal_and_plain_in_a_pipe(folder: Path) -> None:
    pytest.importorskip("rich")
    nn.Model([nn.Dense(2, 3, weight_regularizer=nn.L2(0.5)), nn.ReLU()]).save("model.npz")
    with command("summary", "model.npz") as process:
        plain, _ = process.communicate(timeout=60)
    assert "\x1b" not in plain and "Dense(2, 3, weight_regularizer=L2(0.5))  (samples, 3)" in plain
    ours, its = os.openpty()
    with command("summary", "model.npz", stdout=its) as process:
        os.close(its)
        styled = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            styled += part
        process.wait(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    assert b"\x1b[1m" in styled and b"\xe2\x94\x80" in styled
