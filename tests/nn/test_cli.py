"""The command `gradtape`, called in this process: what it prints, writes, and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn import files
from nn.cli import main

SETTINGS = """
[data]
name = "spiral"
samples = 20
validation = 0.25

[model]
loss = { name = "CategoricalCrossentropy", from_logits = true }
optimizer = { name = "Adam", learning_rate = 0.02 }
metrics = ["accuracy", "confusion_matrix"]

[[model.layers]]
name = "Dense"
n_inputs = 2
n_neurons = 8

[[model.layers]]
name = "ReLU"

[[model.layers]]
name = "Dense"
n_inputs = 8
n_neurons = 3

[train]
epochs = 12
batch_size = 16
"""
Given = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def model(folder: Path) -> nn.Model:
    """Write a model, and inputs and labels for it."""
    made = nn.Model([nn.Dense(2, 3, rng=np.random.default_rng(0))], loss=nn.CategoricalCrossentropy(from_logits=True))
    made.save("model.npz")
    rng = np.random.default_rng(1)
    np.save("X.npy", rng.standard_normal((30, 2)))
    np.save("y.npy", rng.integers(0, 3, 30))
    return made


def told(capsys: Given, *argv: str, code: int = 0) -> dict[str, Any]:
    """Run with --json, and give the object that is all of the output."""
    capsys.readouterr()
    assert main([*argv, "--json"]) == code
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    found = json.loads(printed, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert isinstance(found, dict)
    return found


def failed(capsys: Given, *argv: str, code: int = 1) -> str:
    """Run what fails, and give what is said on the standard error, the only thing that is said."""
    capsys.readouterr()
    assert main(argv) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("gradtape: ")
    return printed.err


def with_nn() -> dict[str, str]:
    """Give an environment in which another process finds the package."""
    return {**os.environ, "PYTHONPATH": str(Path(nn.__file__).parent.parent)}


# train


def test_train_writes_what_fit_gives(folder: Path, capsys: Given) -> None:
    assert main(["train", "run.toml"]) == 0
    printed = capsys.readouterr()
    assert "After 12 of 12 epochs" in printed.out
    assert "The model is in run.npz" in printed.out
    assert "epoch 12/12" in printed.err
    X, y = nn.datasets.spiral(20, 3, seed=0)
    (X, y), held = nn.split(X, y, 0.75, seed=0, stratify=y)
    rng = np.random.default_rng(0)
    model = nn.Model(
        [nn.Dense(2, 8, rng=rng), nn.ReLU(), nn.Dense(8, 3, rng=rng)],
        loss=nn.CategoricalCrossentropy(from_logits=True),
        optimizer=nn.Adam(0.02),
        metrics=["accuracy", "confusion_matrix"],
    )
    history = model.fit(X, y, epochs=12, batch_size=16, validation_data=held, seed=0)
    found = nn.Model.load("run.npz")
    assert repr(found) == repr(model)
    for name, array in model.get_parameters().items():
        assert np.array_equal(found.get_parameters()[name], array)
    assert f"{history['val_loss'][-1]:.6g}" in printed.out


def test_train_as_json(folder: Path, capsys: Given) -> None:
    found = told(capsys, "train", "run.toml")
    assert (found["epoch"], found["epochs"], found["resumed_at"], found["stopped"]) == (12, 12, 0, "")
    assert found["interrupted"] is False
    assert found["model"] == "run.npz"
    assert np.shape(found["metrics"]["val_confusion_matrix"]) == (3, 3)


def test_a_second_train_has_nothing_to_do_and_with_more_epochs_goes_on(folder: Path, capsys: Given) -> None:
    assert main(["train", "run.toml"]) == 0
    first = Path("run.npz").read_bytes()
    capsys.readouterr()
    assert main(["train", "run.toml"]) == 0
    assert "Nothing was left to do" in capsys.readouterr().err
    assert nn.Model.load("run.npz").get_parameters().keys() and Path("run.npz").read_bytes() == first
    Path("run.toml").write_text(SETTINGS.replace("epochs = 12", "epochs = 15"))
    assert told(capsys, "train", "run.toml")["resumed_at"] == 12
    resumed = nn.Model.load("run.npz").get_parameters()
    assert told(capsys, "train", "run.toml", "--restart")["resumed_at"] == 0
    for name, array in nn.Model.load("run.npz").get_parameters().items():
        assert np.array_equal(array, resumed[name])


def test_fewer_epochs_than_the_checkpoint_holds(folder: Path, capsys: Given) -> None:
    first = told(capsys, "train", "run.toml")
    assert first["trained"] == 12 and "note" not in first
    Path("run.toml").write_text(SETTINGS.replace("epochs = 12", "epochs = 10"))
    found = told(capsys, "train", "run.toml")
    assert (found["trained"], found["epoch"], found["epochs"]) == (0, 12, 10)
    assert "Nothing was left to do" in found["note"] and "at epoch 12, and epochs is 10" in found["note"]
    assert main(["train", "run.toml"]) == 0
    printed = capsys.readouterr()
    assert "After 12 epochs\n" in printed.out and found["note"] in printed.err


def test_paths_are_seen_from_the_file(folder: Path, capsys: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    Path("run.toml").write_text(SETTINGS + 'csv = "log.csv"\npicture = "curves.png"\n')
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert main(["train", "../run.toml", "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert not list(Path().iterdir())
    names = {"run.toml", "run.npz", "run.checkpoint.npz", "log.csv", "curves.png", "elsewhere"}
    assert set(os.listdir(folder)) == names
    assert len((folder / "log.csv").read_text().splitlines()) == 13


def test_data_from_files(folder: Path, model: nn.Model, capsys: Given) -> None:
    data = '[data]\nX = "X.npy"\ny = "y.npy"\nX_validation = "X.npy"\ny_validation = "y.npy"\ndivide_by = 2\n'
    Path("run.toml").write_text(data + SETTINGS[SETTINGS.index("[model]") :])
    found = told(capsys, "train", "run.toml")
    assert found["metrics"]["val_loss"] > 0
    predicted = told(capsys, "predict", "run.npz", "X.npy", "--divide-by", "2")["outputs"]
    assert np.array_equal(predicted, nn.Model.load("run.npz").predict(np.load("X.npy") / 2))


def test_early_stopping_ends_a_run_for_good(folder: Path, capsys: Given) -> None:
    stopping = "\n[train.early_stopping]\nmonitor = 'loss'\nmode = 'max'\npatience = 3\nrestore_best = true\n"
    Path("run.toml").write_text(SETTINGS + stopping)
    found = told(capsys, "train", "run.toml")
    assert found["epoch"] < 12 and "has not become better" in found["stopped"]
    kept = Path("run.npz").read_bytes()
    again = told(capsys, "train", "run.toml")
    assert (again["epoch"], again["stopped"]) == (found["epoch"], found["stopped"])
    assert Path("run.npz").read_bytes() == kept
    Path("run.toml").write_text(SETTINGS + stopping.replace("= 3", "= 100"))
    assert told(capsys, "train", "run.toml")["epoch"] == 12


def test_a_loss_that_is_not_finite_fails_and_writes_no_model(folder: Path, capsys: Given) -> None:
    settings = SETTINGS.replace("0.02", "1e200").replace("Adam", "SGD")
    for more, said in (("", "is not finite any more"), ("nan_stop = false\n", "No model was written")):
        Path("run.toml").write_text(settings + more)
        found = told(capsys, "train", "run.toml", code=1)
        assert "loss" in found["error"] or said in found["error"]
        assert not Path("run.npz").exists()
        assert not any(value != value for value in found["metrics"] if isinstance(value, float))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("samples = 20", "samples = 21", "data"),
        ("batch_size = 16", "batch_size = 15", "batch_size"),
        ("epochs = 12", "epochs = 12\nseed = 1", "seed"),
        ("learning_rate = 0.02", "learning_rate = 0.03", "optimizer"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(
    folder: Path, capsys: Given, before: str, after: str, said: str
) -> None:
    assert main(["train", "run.toml", "-q"]) == 0
    kept = Path("run.npz").read_bytes(), Path("run.checkpoint.npz").read_bytes()
    Path("run.toml").write_text(SETTINGS.replace(before, after))
    found = told(capsys, "train", "run.toml", code=1)
    assert said in found["error"] and "checkpoint" in found["error"] and "--restart" in found["error"]
    assert kept == (Path("run.npz").read_bytes(), Path("run.checkpoint.npz").read_bytes())
    assert main(["train", "run.toml", "-q", "--restart"]) == 0


@pytest.mark.parametrize("content", [b"", b"PK\3\4 and no more", b"something else"])
def test_a_damaged_checkpoint_is_refused(folder: Path, capsys: Given, content: bytes) -> None:
    Path("run.checkpoint.npz").write_bytes(content)
    error = told(capsys, "train", "run.toml", code=1)["error"]
    assert error.startswith("run.checkpoint.npz") and error.endswith("gradtape train run.toml --restart")
    assert Path("run.checkpoint.npz").read_bytes() == content
    assert main(["train", "run.toml", "-q", "--restart"]) == 0


# demo


def test_demo(folder: Path, capsys: Given) -> None:
    pytest.importorskip("matplotlib")
    assert main(["demo", "--epochs", "30", "--draw", "a.png"]) == 0
    printed = capsys.readouterr()
    assert "another spiral" in printed.out and "layers.2.weights" in printed.out and "a.png" in printed.out
    assert Path("a.png").read_bytes()[:4] == b"\x89PNG"
    found = told(capsys, "demo", "--epochs", "3", "--no-draw")
    assert found["relative"] < 1e-8 and found["picture"] is None and os.listdir() != []


def test_demo_without_matplotlib_says_how_to_draw(folder: Path, capsys: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.cli.training.find_spec", lambda name: None)
    assert main(["demo", "--epochs", "2"]) == 0
    assert "gradtape[nn]" in capsys.readouterr().err
    assert not Path("gradtape-demo.png").exists()


# compare


def test_compare(folder: Path, model: nn.Model, capsys: Given) -> None:
    pytest.importorskip("matplotlib")
    for argv in (["run.toml"], ["model.npz", "X.npy", "y.npy"], ["model.npz", "run.toml"]):
        assert told(capsys, "compare", *argv)["relative"] < 1e-8
        assert main(["compare", *argv]) == 0
        assert capsys.readouterr().out.startswith("parameter ")
    assert main(["compare", "run.toml", "--draw", "heat.png", "--source"]) == 0
    assert Path("heat.png").exists()
    printed = capsys.readouterr().out
    assert "heat.png" in printed and "Dense" in printed
    assert main(["compare", "run.toml", "--tolerance", "1e-6"]) == 0
    capsys.readouterr()
    assert "differ by" in told(capsys, "compare", "run.toml", "--tolerance", "0", code=1)["error"]


@pytest.mark.parametrize("argv", [["model.npz"], ["model.npz", "X.npy"], ["run.toml", "X.npy", "y.npy"]])
def test_compare_needs_data_once(folder: Path, model: nn.Model, capsys: Given, argv: list[str]) -> None:
    assert "data" in failed(capsys, "compare", *argv, code=2)


# summary


def test_summary(folder: Path, model: nn.Model, capsys: Given) -> None:
    assert main(["summary", "model.npz"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("model.npz: a model, ") and model.summary() in printed
    found = told(capsys, "summary", "model.npz")
    assert found["parameters"] == 9 and found["model"] == model.config()
    assert main(["train", "run.toml", "-q"]) == 0
    found = told(capsys, "summary", "run.checkpoint.npz")
    assert (found["kind"], found["epoch"]) == ("checkpoint", 12) and found["metrics"]["loss"] > 0
    assert main(["summary", "run.checkpoint.npz"]) == 0
    assert "After 12 epochs" in capsys.readouterr().out


def bad_files(folder: Path) -> dict[str, str]:
    """Write files that hold no model, and give what is said of each."""
    good = Path("model.npz").read_bytes()
    Path("short.npz").write_bytes(good[: len(good) // 2])
    Path("empty.npz").write_bytes(b"")
    Path("array.npz").write_bytes(Path("X.npy").read_bytes())
    np.savez("foreign.npz", w=np.ones(2))
    Path("model.txt").write_bytes(good)
    Path("text.safetensors").write_bytes(b"no tensors")
    Path("folder.npz").mkdir()
    arrays, description = files.read("model.npz")
    files.write("none.npz", arrays, {"kind": "other"})
    files.write("layer.npz", arrays, {"model": {"name": "ReLU"}})
    files.write("own.npz", arrays, {"model": {"name": "Model", "layers": [{"name": "Dence"}]}})
    files.write("misfit.npz", {**arrays, "layers.0.biases": np.ones(4)}, description)
    newer, files.VERSION = files.VERSION, 99
    files.write("newer.npz", arrays, description)
    files.VERSION = newer
    return {
        "nowhere.npz": "no file", "short.npz": "no whole .npz", "empty.npz": "no whole .npz", "array.npz": "whole .npz",
        "foreign.npz": "not one that gradtape wrote", "model.txt": ".safetensors or .npz", "folder.npz": "no file",
        "text.safetensors": "no whole .safetensors", "none.npz": "no model", "layer.npz": "no model",
        "own.npz": "'Dense'", "misfit.npz": "biases", "newer.npz": "newer version",
    }  # fmt: skip


def test_files_that_hold_no_model(folder: Path, model: nn.Model, capsys: Given) -> None:
    pytest.importorskip("safetensors")
    for name, said in bad_files(folder).items():
        for argv in (["summary", name], ["predict", name, "X.npy"], ["compare", name, "X.npy", "y.npy"]):
            assert said in failed(capsys, *argv), argv
        assert said in told(capsys, "summary", name, code=1)["error"]


# predict


def test_predict(folder: Path, model: nn.Model, capsys: Given) -> None:
    outputs = model.predict(np.load("X.npy"))
    assert main(["predict", "model.npz", "X.npy"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert np.array_equal([[float(value) for value in line.split("\t")] for line in lines], outputs)
    assert np.array_equal(told(capsys, "predict", "model.npz", "X.npy")["outputs"], outputs)
    assert told(capsys, "predict", "model.npz", "X.npy", "--classes")["classes"] == outputs.argmax(axis=1).tolist()
    assert main(["predict", "model.npz", "X.npy", "-o", "out.npy"]) == 0
    assert np.array_equal(np.load("out.npy"), outputs)
    assert "out.npy" in capsys.readouterr().out
    for size in ("7", "1000"):
        found = told(capsys, "predict", "model.npz", "X.npy", "--batch-size", size)["outputs"]
        np.testing.assert_allclose(found, outputs, rtol=1e-14)


def test_what_is_not_finite_is_null_in_json(folder: Path, model: nn.Model, capsys: Given) -> None:
    np.save("X.npy", [[np.nan, 1.0]])
    assert told(capsys, "predict", "model.npz", "X.npy")["outputs"] == [[None] * 3]


def test_inputs_that_do_not_fit(folder: Path, model: nn.Model, capsys: Given) -> None:
    np.save("wide.npy", np.ones((4, 5)))
    np.save("empty.npy", np.ones((0, 2)))
    np.save("names.npy", np.array(["a", "b"]))
    np.save("objects.npy", np.array([{}, {}]), allow_pickle=True)
    np.savez("several.npz", a=np.ones(2))
    whole = Path("X.npy").read_bytes()
    Path("short.npy").write_bytes(whole[:-8])
    Path("text.npy").write_bytes(b"1 2 3")
    said = {
        "wide.npy": "(samples, 2); met shape", "empty.npy": "empty", "names.npy": "numbers", "objects.npy": "numbers",
        "several.npz": "no whole .npy", "short.npy": "no whole .npy", "text.npy": "no whole .npy",
        "nowhere.npy": "no file",
    }  # fmt: skip
    np.save("one.npy", np.float64(3))
    said["one.npy"] = "one.npy holds one number"
    assert said["one.npy"] in failed(capsys, "compare", "model.npz", "X.npy", "one.npy")
    for name, words in said.items():
        message = failed(capsys, "predict", "model.npz", name, "-o", "out.npy")
        assert words in message, message
    assert "Dense(2, 3)" in failed(capsys, "predict", "model.npz", "wide.npy")
    assert not Path("out.npy").exists()
    assert "(samples, 2)" in failed(capsys, "compare", "model.npz", "wide.npy", "y.npy")
    assert ".npy" in failed(capsys, "predict", "model.npz", "X.npy", "-o", "out.txt", code=2)


# The command itself


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "COMMAND"), (["tran"], "no command 'tran'. Did you mean 'train'?"),
        (["x"], "Known are compare, demo"), (["train"], "CONFIG.toml"), (["summary"], "FILE"),
        (["demo", "--epochs", "0"], "'0'"), (["demo", "--epochs", "many"], "'many'"),
        (["demo", "--seed", "-1"], "'-1'"), (["demo", "--draw", "a.txt"], "a.txt"),
        (["demo", "--draw", "no/a.png"], "no folder"),
        (["demo", "--seed", str(2**32)], "below 2³²"),
        (["predict", "a.npz", "X.npy", "--divide-by", "0"], "a finite number above 0; met '0'"),
        (["predict", "a.npz", "X.npy", "--divide-by", "-0.0"], "above 0"),
        (["predict", "a.npz", "X.npy", "--divide-by", "nan"], "above 0; met 'nan'"),
        (["predict", "a.npz", "X.npy", "--divide-by", "inf"], "above 0; met 'inf'"),
        (["compare", "a.toml", "--tolerance", "-1"], "of at least 0; met '-1'"),
        (["demo", "--epoch", "3"], "--epoch"), (["train", "nowhere.toml"], "there is no such file"),
    ],
)  # fmt: skip
def test_wrong_commands(folder: Path, capsys: Given, argv: list[str], said: str) -> None:
    assert said in failed(capsys, *argv, code=2)
    found = told(capsys, *argv, code=2)
    assert said in found["error"] and found["code"] == 2


def test_nn_loads_without_the_command() -> None:
    code = "import sys, nn; print([name for name in sys.modules if name.startswith(('nn.cli', 'argparse', 'rich'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=with_nn())
    assert done.stdout == "[]\n"


def test_help_and_version(capsys: Given) -> None:
    assert main(["--help"]) == 0
    assert "exit codes" in capsys.readouterr().out
    assert main(["train", "--help"]) == 0
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("gradtape ")


def test_an_interrupted_command_says_so(folder: Path, capsys: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nn.files.read", interrupted)
    assert "interrupted" in failed(capsys, "summary", "model.npz", code=130)


def test_an_import_can_be_interrupted(capsys: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("nn.cli.Output", interrupted)
        assert "interrupted" in failed(capsys, "summary", "model.npz", code=130)
    code = (
        "import builtins, runpy, sys, nn\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *rest, **more):\n"
        "    if name.startswith('nn.cli'): raise KeyboardInterrupt\n"
        "    return load(name, *rest, **more)\n"
        "builtins.__import__ = interrupted\n"
        "runpy.run_module('nn', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=with_nn())
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "gradtape: interrupted\n")


def test_streams_that_are_closed(folder: Path, model: nn.Model, capfd: pytest.CaptureFixture[str]) -> None:
    for closed in (("stdout",), ("stderr",), ("stdout", "stderr")):
        for argv, code in (["predict", "model.npz", "X.npy", "-o", "out.npy"], 0), (["summary", "no.npz", "--json"], 1):
            Path("out.npy").unlink(missing_ok=True)
            with pytest.MonkeyPatch.context() as patch:
                for name in closed:
                    patch.setattr(sys, name, None)
                assert main(argv) == code
                assert all(getattr(sys, name) is None for name in closed)
            printed = capfd.readouterr()
            assert Path("out.npy").exists() == (code == 0)
            assert bool(printed.out) == ("stdout" not in closed)
            assert bool(printed.err) == ("stderr" not in closed and code == 1)


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams is that of POSIX")
def test_a_shell_that_closes_the_output(folder: Path, model: nn.Model) -> None:
    command = f"'{sys.executable}' -m nn predict model.npz X.npy >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=with_nn())
    assert (done.returncode, done.stderr) == (0, "")
