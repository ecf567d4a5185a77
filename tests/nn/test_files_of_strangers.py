"""Files of unusual models, of strangers, and in unusual places: kept whole, or refused with the file's name."""

import errno
import os
import time
import zipfile

import numpy as np
import pytest

import nn
from nn import files

X, Y = nn.datasets.spiral(20, 3, seed=0)
SUFFIXES = ["npz", "safetensors"]


def model(seed=0):
    rng = np.random.default_rng(seed)
    layers = [nn.Dense(2, 8, rng=rng), nn.ReLU(), nn.Dense(8, 3, rng=rng)]
    return nn.Model(layers, loss=nn.CategoricalCrossentropy(from_logits=True), optimizer="adam", metrics=["accuracy"])


class Named(nn.Sequential):
    """A network of one's own."""

    def __call__(self, x):
        """Give one more."""
        return super().__call__(x) + 1


class Wide(nn.Sequential):
    """One that is not made of its layers."""

    def __init__(self, width):
        super().__init__(nn.Dense(2, width), nn.Dense(width, 3))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_layer_that_stands_twice_is_one_layer_again(tmp_path, suffix):
    path, twice, relu = tmp_path / f"shared.{suffix}", nn.Dense(8, 8), nn.ReLU()
    inner = nn.Sequential(twice, relu)
    given = nn.Model([nn.Dense(2, 8), twice, relu, inner, twice, inner, nn.Sequential(inner, relu), nn.Dense(8, 3)])
    given.save(path)
    found = nn.Model.load(path)
    np.testing.assert_array_equal(found.predict(X), given.predict(X))
    _, first, relu, inner, again, inner_again, outer, _ = found.layers
    assert first is again is inner.layers[0] and inner is inner_again is outer.layers[0]
    assert relu is inner.layers[1] is outer.layers[1]
    assert len(found.parameters()) == len(given.parameters()) == 6 and found.config() == given.config()


def test_a_layer_is_the_same_as_one_before():
    with pytest.raises(ValueError, match=r"layers.0: it is to be the same as 'layers.1', where no layer stands yet"):
        nn.from_config({"name": "Sequential", "layers": [{"same_as": "layers.1"}, "relu"]})
    deep = {"name": "Sequential", "layers": ["relu"]}
    for _ in range(40):
        deep = {"name": "Sequential", "layers": [deep]}
    assert nn.from_config(deep).config()["name"] == "Sequential"


def test_different_layers_that_share_a_parameter_are_refused(tmp_path):
    first, second = nn.Dense(2, 2), nn.Dense(2, 2)
    second.weights = first.weights
    given = nn.Model([first, nn.ReLU(), nn.Sequential(second)])
    with pytest.raises(ValueError, match=r"layers.2.layers.0.weights is also layers.0.weights.*same layer stand"):
        given.save(tmp_path / "tied.npz")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frozen_parameters_are_kept_and_stay_frozen(tmp_path, suffix):
    path, given = tmp_path / f"frozen.{suffix}", model()
    given.layers[0].weights.requires_grad = False
    given.save(path)
    found = nn.Model.load(path)
    np.testing.assert_array_equal(found.predict(X), given.predict(X))
    assert [p.shape for p in found.parameters()] == [p.shape for p in given.parameters()]
    assert not found.layers[0].weights.requires_grad and found.layers[0].biases.requires_grad
    # Into models that are frozen in other places.
    for other in (model(1), found):
        other.load_parameters(path)
        other.set_parameters(given.get_parameters())
        np.testing.assert_array_equal(other.predict(X), given.predict(X))
    trained = {name: array for name, array in given.get_parameters().items() if name != "layers.0.weights"}
    found.set_parameters(trained)
    with pytest.raises(ValueError, match=r"layers.0.weights missing"):
        model(1).set_parameters(trained)
    found.fit(X, Y)
    np.testing.assert_array_equal(found.layers[0].weights.data, given.layers[0].weights.data)


def test_a_network_of_ones_own(tmp_path):
    path, given = tmp_path / "own.npz", nn.Model(Named(nn.Dense(2, 3), Named(nn.ReLU())))
    given.save(path)
    found = nn.Model.load(path, classes=[Named])
    assert type(found.network) is type(found.layers[1]) is Named
    np.testing.assert_array_equal(found.predict(X), given.predict(X))
    with pytest.raises(ValueError, match=r"there is no .*classes=\[Named\]|nothing .*classes=\[Named\]"):
        nn.Model.load(path)
    with pytest.raises(TypeError, match=r"Wide is made of something else than its layers.*config\(\)"):
        nn.Model(Wide(4)).save(path)


def deep(levels):
    found = {"name": "Sequential", "layers": []}
    for _ in range(levels):
        found = {"name": "Sequential", "layers": [found]}
    return {"name": "Model", "layers": [found]}


DEEP = deep(450)


@pytest.mark.parametrize(
    "described",
    [None, 3, [], {}, "Model", "relu", {"name": "Model"}, {"name": "Model", "layers": 3},
     {"name": "Model", "layers": [3]}, {"name": "Model", "layers": [{"name": "Dense"}]},
     {"name": "Model", "layers": [{"name": 3}]}, {"name": "Model", "layers": {"a": 1}},
     {"name": "Model", "layers": [{"same_as": []}]}, {"name": "Model", "layers": [], "metrics": 3},
     {"name": "Model", "layers": [], "optimizer": {"name": "Adam", "learning_rate": {"name": "Cosine"}}},
     {"name": "Model", "layers": [], "loss": "relu"}, {"name": "Sequential", "layers": []},
     {"name": "Model", "layers": [{"name": "Dense", "n_inputs": 10**7, "n_neurons": 10**7}]},
     {"name": "Model", "layers": [{"name": "Dense", "n_inputs": 10**30, "n_neurons": 1}]},
     {"name": "Model", "layers": [{"name": "Dense", "n_inputs": 1, "n_neurons": 1, "dtype": "nonsense"}]},
     {"name": "Model", "layers": [{"name": "Dense", "n_inputs": 1, "n_neurons": 1, "weight_regularizer": "l2"}]},
     DEEP],
    ids=lambda described: str(described)[:60] if described is not DEEP else "deep",
)  # fmt: skip
def test_a_strangers_description(tmp_path, described):
    path = tmp_path / "strange.npz"
    try:
        files.write(path, {"layers.0.weights": np.ones((2, 2))}, {"model": described})
    except RecursionError:
        pytest.skip("it cannot even be written")
    with pytest.raises(ValueError, match=r"strange\.npz"):
        nn.Model.load(path)
    files.write(path, {"layers.0.weights": np.ones((2, 2))}, described)
    with pytest.raises(ValueError, match=r"strange\.npz"):
        nn.Model.load(path)


def test_networks_nested_deeply_come_back(tmp_path):
    path = tmp_path / "deep.npz"
    given = nn.from_config(deep(200))
    given.save(path)
    assert nn.Model.load(path).config() == given.config()


def test_what_is_frozen_is_there(tmp_path):
    path, given = tmp_path / "strange.npz", model()
    for frozen in (["nothing"], [3]):
        files.write(path, given.get_parameters(), {"model": given.config(), "frozen": frozen})
        with pytest.raises(ValueError, match=r"strange.npz: .* is to be frozen, and is no parameter"):
            nn.Model.load(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_byte_may_be_damaged(tmp_path, suffix):
    path = tmp_path / f"model.{suffix}"
    nn.Model([nn.Dense(2, 2), nn.ReLU()]).save(path)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.choice(len(content), min(len(content), 150), replace=False):
        path.write_bytes(content[:at] + bytes([content[at] ^ int(rng.integers(1, 256))]) + content[at + 1 :])
        try:
            nn.Model.load(path)
        except ValueError as error:
            assert path.name in str(error)


def test_a_compression_that_is_unknown(tmp_path):
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.npy", b"hello")
    path.write_bytes(
        path.read_bytes().replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63\x00"
        )
    )
    with pytest.raises(ValueError, match="is no whole"):
        nn.Model.load(path)


def test_a_link_stays_and_the_file_behind_it_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    link, real = tmp_path / "latest.npz", tmp_path / "real" / "run.npz"
    link.symlink_to(real)
    for seed in (0, 1):
        model(seed).save(link)
        assert link.is_symlink() and not real.is_symlink()
        np.testing.assert_array_equal(nn.Model.load(real).predict(X), model(seed).predict(X))
    assert [p.name for p in real.parent.iterdir()] == ["run.npz"]


def test_names_as_long_as_can_be(tmp_path):
    path = tmp_path / ("n" * 251 + ".npz")
    model().save(path)
    assert nn.Model.load(path).layers
    with pytest.raises(OSError) as met:
        model().save(tmp_path / ("n" * 252 + ".npz"))
    assert met.value.errno == errno.ENAMETOOLONG and ".tmp" not in str(met.value)


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*no.*/no/model.npz"):
        model().save(tmp_path / "no" / "model.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(IsADirectoryError, match=r"where a folder is.*folder.npz'$"):
        model().save(tmp_path / "folder.npz")
    with pytest.raises(FileNotFoundError):
        nn.Model.load(tmp_path / "folder.npz")


def test_what_killed_writes_left_is_removed_when_it_is_old(tmp_path, monkeypatch):
    def killed(*_):
        raise OSError(errno.EIO, "killed")

    path, other = tmp_path / "a.npz", tmp_path / "b.npz"
    monkeypatch.setattr(os, "replace", killed)
    left = []
    monkeypatch.setattr(files.Path, "unlink", lambda self, missing_ok=False: left.append(self))
    for each in (path, path, other):
        with pytest.raises(OSError):
            model().save(each)
    monkeypatch.undo()
    assert len(left) == 3 and all(one.exists() for one in left)
    old = time.time() - 2 * 3600
    for one in left[::2]:
        os.utime(one, (old, old))
    model().save(path)
    # One is young, and may be at work; the other is of another file.
    assert [one.exists() for one in left] == [False, True, True]


def test_initializers_of_nn_can_be_written_down(tmp_path):
    path = tmp_path / "model.npz"
    given = nn.Dense(2, 3, weight_initializer=nn.initializers.he_normal, bias_initializer=nn.initializers.zeros)
    assert repr(given) == "Dense(2, 3, weight_initializer='he_normal')"
    nn.Model([given]).save(path)
    assert nn.Model.load(path).layers[0].config() == given.config()


def test_an_initializer_of_ones_own_says_what_to_do(tmp_path):
    path, given = tmp_path / "model.npz", nn.Dense(2, 3, weight_initializer=lambda rng, shape: np.ones(shape))
    with pytest.raises(TypeError, match=r"drawn already: before you save, write layer.weight_initializer = 'book'"):
        nn.Model([given]).save(path)
    given.weight_initializer = "book"
    nn.Model([given]).save(path)
    np.testing.assert_array_equal(nn.Model.load(path).layers[0].weights.data, np.ones((2, 3)))


def test_numbers_that_safetensors_does_not_have(tmp_path):
    if np.dtype(np.longdouble) == np.float64:
        pytest.skip("here they are the same")
    given = nn.Model([nn.Dense(2, 3, dtype=np.longdouble)])
    with pytest.raises(ValueError, match=r"model.safetensors: .*float128 \(layers.0.*\). A .npz file holds"):
        given.save(tmp_path / "model.safetensors")
    given.save(tmp_path / "model.npz")
    assert nn.Model.load(tmp_path / "model.npz").layers[0].weights.dtype == np.longdouble


def test_suggestions_are_of_the_kind_that_is_wanted():
    for short, name in (("mse", "MeanSquaredError"), ("MAE", "MeanAbsoluteError"), ("bce", "BinaryCrossentropy"),
                        ("cce", "CategoricalCrossentropy")):  # fmt: skip
        assert type(nn.from_config(short, kind="loss")).__name__ == name
    with pytest.raises(ValueError, match=r"there is no loss 'xyz'. Known are BinaryC.*, MeanSquaredError\.$"):
        nn.from_config("xyz", kind="loss")
    with pytest.raises(TypeError, match=r"ReLU is no optimizer. Known are AdaGrad"):
        nn.from_config("relu", kind="optimizer")
    with pytest.raises(ValueError, match=r"Of the kind layer there are Dense.* Of the kind metric there are Accuracy"):
        nn.from_config("xyz")
    with pytest.raises(ValueError, match=r"layers.0: there is no layer 'Adamm'. Known are Dense"):
        nn.from_config({"name": "Sequential", "layers": ["Adamm"]})
