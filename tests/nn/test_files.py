"""Files of models: what comes back, and what is said of files that are truncated, foreign, newer or do not fit."""

import json
import os
import stat
import subprocess
import sys

import numpy as np
import pytest

import nn
from nn import files

X, Y = nn.datasets.spiral(20, 3, seed=0)
SUFFIXES = ["npz", "safetensors"]


def model(seed=0, width=8):
    rng = np.random.default_rng(seed)
    return nn.Model(
        [nn.Dense(2, width, rng=rng, weight_regularizer=nn.L1(0.1) + nn.L2(0.2)), nn.LeakyReLU(0.2), nn.Dropout(0.3),
         nn.Dense(width, 3, rng=rng, dtype=np.float64), nn.Softmax()],
        loss="categorical_crossentropy", optimizer=nn.Adam(nn.schedules.Cosine(0.1, 100), clip_norm=1.0),
        metrics=["accuracy"],
    )  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_model_comes_back_whole(tmp_path, suffix):
    path, given = tmp_path / f"model.{suffix}", model()
    given.fit(X, Y, epochs=2)
    given.save(path)
    found = nn.Model.load(path)
    assert repr(found) == repr(given) and found.config() == given.config()
    np.testing.assert_array_equal(found.predict(X), given.predict(X))
    other = model(1)
    other.load_parameters(path)
    np.testing.assert_array_equal(other.predict(X), given.predict(X))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_in_a_file_is_code(tmp_path, suffix):
    path = tmp_path / f"model.{suffix}"
    model().save(path)
    if suffix == "npz":
        with np.load(path, allow_pickle=False) as file:
            assert json.loads(file["gradtape"].tobytes())["version"] == files.VERSION
    else:
        import safetensors

        with safetensors.safe_open(path, framework="numpy") as file:
            assert json.loads(file.metadata()["gradtape"])["description"]["model"]["name"] == "Model"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_truncated(tmp_path, suffix, part):
    path, victim = tmp_path / f"model.{suffix}", model(1)
    model().save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    before = victim.get_parameters()
    for read in (nn.Model.load, victim.load_parameters):
        with pytest.raises(ValueError, match=r"is no whole \.|model file|cannot be read"):
            read(path)
    for name, array in victim.get_parameters().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_foreign(tmp_path, suffix):
    path = tmp_path / f"other.{suffix}"
    if suffix == "npz":
        np.savez(path, a=np.ones(3))
    else:
        import safetensors.numpy

        safetensors.numpy.save_file({"a": np.ones(3)}, path)
    with pytest.raises(ValueError, match="not one that gradtape wrote"):
        nn.Model.load(path)
    path.write_bytes(b"hello, this is no such file at all" * 10)
    with pytest.raises(ValueError, match="is no whole"):
        nn.Model.load(path)


def test_pickles_are_never_opened(tmp_path):
    path = tmp_path / "evil.npz"
    np.savez(path, gradtape=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="is no whole"):
        nn.Model.load(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_newer(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"new.{suffix}"
    monkeypatch.setattr(files, "VERSION", files.VERSION + 1)
    model().save(path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"by a newer version of gradtape \(format 2; this one reads up to 1\)"):
        nn.Model.load(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_wrong_shapes_change_nothing(tmp_path, suffix):
    path, victim = tmp_path / f"wide.{suffix}", model(1)
    model(width=9).save(path)
    before = victim.get_parameters()
    with pytest.raises(ValueError, match=r"layers.0.weights has shape \(2, 8\).*met shape \(2, 9\)"):
        victim.load_parameters(path)
    for name, array in victim.get_parameters().items():
        np.testing.assert_array_equal(array, before[name])


def test_arrays_that_do_not_fit_their_own_architecture(tmp_path):
    path, given = tmp_path / "bent.npz", model()
    files.write(path, {"layers.0.weights": np.ones(300)}, {"kind": "model", "model": given.config()})
    with pytest.raises(ValueError, match="missing"):
        nn.Model.load(path)
    files.write(path, given.get_parameters(), {"kind": "model", "model": {**given.config(), "loss": "nonsense"}})
    with pytest.raises(ValueError, match="nonsense"):
        nn.Model.load(path)
    files.write(path, {}, {"kind": "something"})
    with pytest.raises(ValueError, match="holds no model"):
        nn.Model.load(path)


def test_names_of_files(tmp_path):
    with pytest.raises(ValueError, match=r"model.h5: a model's file ends in .safetensors or .npz"):
        model().save(tmp_path / "model.h5")
    with pytest.raises(FileNotFoundError, match="There is no file"):
        nn.Model.load(tmp_path / "none.npz")
    with pytest.raises(OSError):
        model().save(tmp_path / "no" / "such" / "folder.npz")


def test_what_cannot_be_written_down_is_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "model.npz"
    given = nn.Model([nn.Dense(2, 2, weight_initializer=lambda rng, shape: np.ones(shape))])
    with pytest.raises(TypeError, match=r"weight_initializer is .*no plain value"):
        given.save(path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failed_write_leaves_the_old_file(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"model.{suffix}"
    given = model()
    given.save(path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        model(1).save(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are POSIX's")
def test_a_full_disk(tmp_path):
    """A process that may write no file beyond 2 kB: the system refuses in the middle of the write."""
    path = tmp_path / "model.npz"
    model(width=2).save(path)
    before = path.read_bytes()
    program = (
        "import resource, signal, sys, numpy as np, nn\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n"
        "    nn.Model([nn.Dense(100, 100)]).save(sys.argv[1])\n"
        "except OSError as error:\n"
        "    print('refused:', error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("refused:"), done.stderr
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [path.name]
    assert nn.Model.load(path).layers


def test_permissions_are_those_of_other_files(tmp_path):
    path, plain = tmp_path / "model.npz", tmp_path / "plain"
    plain.write_text("")
    model().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    path.chmod(0o640)
    model().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_layers_of_ones_own(tmp_path):
    class Twice(nn.Configurable):
        def __call__(self, x):
            return 2 * x

    path, given = tmp_path / "own.npz", nn.Model([nn.Dense(2, 2), Twice()])
    given.save(path)
    np.testing.assert_array_equal(nn.Model.load(path, classes=[Twice]).predict(X), given.predict(X))
    with pytest.raises(ValueError, match=r"own.npz: .*layers.1: there is no layer 'Twice'.*classes=\[Twice\]"):
        nn.Model.load(path)
