"""Data sets: the book's numbers bit for bit, files read exactly, what is said of missing, foreign and broken ones."""

import gzip
import hashlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import nn
from nn import datasets
from nn.datasets import idx

ROOT = Path(__file__).parent.parent.parent
SEEDS = (0, 1, 7, 2**32 - 1)
SIZES = ((1, 1), (2, 3), (100, 3), (57, 5))

# nnfs.init() replaces functions of NumPy, so all of it runs in a process of its own.
NNFS = f"""
import sys
import numpy as np
import nnfs
from nnfs.datasets import sine_data, spiral_data, vertical_data

from nn import datasets

found = {{}}
for form in ("plain", "init"):
    if form == "init":
        nnfs.init()
    for seed in {SEEDS}:
        for samples, classes in {SIZES}:
            for name, draw in (("spiral", spiral_data), ("vertical", vertical_data)):
                np.random.seed(seed)
                key = f"{{form}} {{name}} {{seed}} {{samples}} {{classes}}"
                found[key + " X"], found[key + " y"] = draw(samples, classes)
                # The global state goes on to the next set, as in the book, which draws its test data so.
                found[key + " next X"], found[key + " next y"] = draw(samples, classes)
                for dtype in ("float32", "float64"):
                    ours = getattr(datasets, name)
                    found[f"ours {{dtype}} {{key}} X"] = ours(samples, classes, seed=seed, dtype=dtype)[0]
                    np.random.seed(seed)
                    ours(samples, classes, dtype=dtype)
                    found[f"ours {{dtype}} {{key}} next X"] = ours(samples, classes, dtype=dtype)[0]
    for samples in (1, 10, 1000):
        found[f"{{form}} sine {{samples}} X"], found[f"{{form}} sine {{samples}} y"] = sine_data(samples)
np.savez(sys.argv[1], **found)
"""


def same(a, b):
    """Tell whether two arrays are equal in every bit."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.fixture(scope="module")
def nnfs(tmp_path_factory):
    path = tmp_path_factory.mktemp("nnfs") / "found.npz"
    subprocess.run([sys.executable, "-c", NNFS, str(path)], check=True, cwd=ROOT)
    with np.load(path) as found:
        return dict(found)


@pytest.mark.parametrize("name", ["spiral", "vertical"])
@pytest.mark.parametrize(("form", "dtype"), [("plain", "float64"), ("init", "float32")])
def test_the_books_sets_are_those_of_nnfs_bit_for_bit(nnfs, name, form, dtype):
    for seed in SEEDS:
        for samples, classes in SIZES:
            key = f"{form} {name} {seed} {samples} {classes}"
            X, y = getattr(datasets, name)(samples, classes, seed=seed, dtype=dtype)
            assert same(X, nnfs[f"{key} X"]), key
            assert same(y, nnfs[f"{key} y"]), key


@pytest.mark.parametrize("name", ["spiral", "vertical"])
def test_without_a_seed_the_global_state_is_drawn_from_as_nnfs_does(nnfs, name):
    for form, dtype in (("plain", "float64"), ("init", "float32")):
        for samples, classes in SIZES:
            key = f"{form} {name} 7 {samples} {classes}"
            assert same(nnfs[f"ours {dtype} {key} next X"], nnfs[f"{key} next X"]), key


@pytest.mark.parametrize("name", ["spiral", "vertical"])
def test_the_replacements_of_nnfs_change_nothing(nnfs, name):
    for dtype in ("float32", "float64"):
        for part in ("X", "next X"):
            key = f"{name} 1 57 5 {part}"
            assert same(nnfs[f"ours {dtype} init {key}"], nnfs[f"ours {dtype} plain {key}"])


def test_the_sine_is_that_of_nnfs_in_both_forms(nnfs):
    for samples in (1, 10, 1000):
        X, y = datasets.sine(samples)
        for form in ("plain", "init"):
            assert same(X, nnfs[f"{form} sine {samples} X"])
            assert same(y, nnfs[f"{form} sine {samples} y"])


def test_the_sine_in_float32_is_rounded_once():
    X, y = datasets.sine(10)
    rounded = datasets.sine(10, dtype=np.float32)
    assert same(rounded[0], X.astype(np.float32))
    assert same(rounded[1], y.astype(np.float32))


@pytest.mark.parametrize("draw", [datasets.spiral, datasets.vertical])
def test_a_seed_leaves_the_global_state_alone(draw):
    before = np.random.get_state()[1].tobytes(), np.random.get_state()[2]
    draw(10, 2, seed=3)
    assert (np.random.get_state()[1].tobytes(), np.random.get_state()[2]) == before


@pytest.mark.parametrize("draw", [datasets.spiral, datasets.vertical])
def test_labels_are_in_order_and_reach_256_classes(draw):
    X, y = draw(2, 256, seed=0)
    assert X.shape == (512, 2) and y.dtype == np.uint8
    assert (y == np.repeat(np.arange(256), 2)).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: datasets.spiral(0, 3, seed=0), ValueError, "spiral: samples is at least 1; met 0"),
        (
            lambda: datasets.spiral(3, 257, seed=0),
            ValueError,
            "classes is at most 256, as the labels are bytes; met 257",
        ),
        (lambda: datasets.vertical(3, -1, seed=0), ValueError, "vertical: classes is at least 1; met -1"),
        (lambda: datasets.vertical(3.0, 1, seed=0), TypeError, "samples is an integer; met 3.0"),
        (lambda: datasets.vertical(True, 1, seed=0), TypeError, "samples is an integer; met True"),
        (lambda: datasets.sine(10, dtype=int), TypeError, "sine: dtype is floating.*met int64"),
        (lambda: datasets.sine(0), ValueError, "sine: samples is at least 1; met 0"),
        (lambda: datasets.spiral(seed=-1), ValueError, "Seed must be between 0 and"),
    ],
)
def test_wrong_numbers_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_digits_are_those_of_scikit_learn(monkeypatch):
    pixels, labels = np.arange(128.0).reshape(2, 64) % 17, np.array([3, 8])
    package = SimpleNamespace(load_digits=lambda *, return_X_y: (pixels, labels) if return_X_y else None)
    monkeypatch.setitem(sys.modules, "sklearn", SimpleNamespace(datasets=package))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", package)
    X, y = datasets.digits(dtype=np.float32)
    assert X.dtype == np.float32
    assert (X == pixels).all() and (y == labels).all()
    with pytest.raises(TypeError, match="digits: dtype is floating"):
        datasets.digits(dtype=np.uint8)


@pytest.mark.parametrize(
    ("modules", "call", "extra"),
    [
        (["sklearn", "sklearn.datasets"], datasets.digits, "examples"),
        (["PIL", "PIL.Image"], lambda: datasets.image_folder("anywhere"), "nn"),
    ],
)
def test_a_missing_package_is_named_with_what_to_install(monkeypatch, modules, call, extra):
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install 'gradtape\[{extra}\]'"):
        call()


def encode(array, code):
    """Give an array as an idx file."""
    shape = b"".join(size.to_bytes(4) for size in array.shape)
    return bytes([0, 0, code, array.ndim]) + shape + array.tobytes()


TYPES = [(0x08, "u1"), (0x09, "i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]


@pytest.mark.parametrize(("code", "dtype"), TYPES)
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), (0, 3), ()])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_idx_file_of_every_type_is_read(tmp_path, code, dtype, shape, pack):
    array = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    path = tmp_path / "numbers"
    path.write_bytes(pack(encode(array, code)))
    found = datasets.read_idx(path)
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    assert found.shape == shape and found.flags.writeable
    assert (found == array).all()


WHOLE = encode(np.arange(12, dtype=np.uint8).reshape(3, 4), 0x08)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no idx file.*met an empty file"),
        (b"\0\0", "is no idx file.*met 00 00"),
        (b"\x93NUMPY", "is no idx file.*met 93 4e 55 4d"),
        (b"\0\0\x0a\1\0\0\0\0", "is no idx file.*met 00 00 0a 01"),
        (WHOLE[:7], "is truncated: its header of 12 bytes ends after 7"),
        (WHOLE[:-1], r"is truncated: its shape \(3, 4\) takes 12 bytes after the header; met 11"),
        (WHOLE[:12], "is truncated: .* takes 12 bytes after the header; met 0"),
        (WHOLE + b"\0", "is longer than it says.*takes 12 bytes.*met 13"),
        (b"\0\0\x08\4" + b"\xff" * 16 + b"\0" * 9, "is truncated"),
        (gzip.compress(WHOLE)[:-9], "is truncated or damaged"),
        (gzip.compress(WHOLE)[:-1], "is truncated or damaged"),
        (gzip.compress(WHOLE)[:20] + b"\xff\xff" + gzip.compress(WHOLE)[22:], "is truncated or damaged"),
        (gzip.compress(WHOLE[:-2]), "is truncated: .* takes 12 bytes after the header; met 10"),
    ],
)
def test_a_broken_idx_file_is_refused(tmp_path, content, message):
    path = tmp_path / "broken-file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"broken-file {message}"):
        datasets.read_idx(path)


def test_a_missing_idx_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        datasets.read_idx(tmp_path / "nothing")


ARRAYS = {
    "train-images-idx3-ubyte": np.random.default_rng(0).integers(0, 256, (6, 4, 3)).astype(np.uint8),
    "train-labels-idx1-ubyte": np.array([0, 9, 3, 3, 1, 2], np.uint8),
    "t10k-images-idx3-ubyte": np.random.default_rng(1).integers(0, 256, (2, 4, 3)).astype(np.uint8),
    "t10k-labels-idx1-ubyte": np.array([5, 7], np.uint8),
}
READERS = [datasets.mnist, datasets.fashion_mnist]


def write(folder, *, packed=(), **changed):
    """Write four small files with the official names."""
    for name, array in ARRAYS.items():
        content = encode(changed.get(name.replace("-", "_"), array), 0x08)
        if name in packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
        else:
            (folder / name).write_bytes(content)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("packed", [(), tuple(ARRAYS), ("t10k-labels-idx1-ubyte",)])
def test_the_four_files_are_read_packed_or_not(tmp_path, read, packed):
    write(tmp_path, packed=packed)
    for folder in (tmp_path, str(tmp_path)):
        found = read(folder, checksum=False)
        assert all(same(array, wanted) for array, wanted in zip(found, ARRAYS.values(), strict=True))


@pytest.mark.parametrize(("read", "title"), [(datasets.mnist, "MNIST"), (datasets.fashion_mnist, "Fashion-MNIST")])
def test_files_that_are_not_the_official_ones_are_refused(tmp_path, read, title):
    write(tmp_path)
    md5 = hashlib.md5((tmp_path / "train-images-idx3-ubyte").read_bytes()).hexdigest()
    with pytest.raises(
        ValueError, match=rf"train-images-idx3-ubyte is not the file of {title} .*MD5 is {md5}.*https://"
    ):
        read(tmp_path)
    with pytest.raises(ValueError, match="write checksum=False"):
        read(tmp_path)


def official(folder):
    return {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("packed", [(), tuple(ARRAYS)])
def test_checksums_of_ones_own(tmp_path, packed):
    write(tmp_path, packed=packed)
    sums = official(tmp_path)
    datasets.mnist(tmp_path, checksum=sums)
    datasets.mnist(tmp_path, checksum={name: md5.upper() for name, md5 in sums.items()})
    first = sorted(sums)[0]
    datasets.mnist(tmp_path, checksum={first: sums[first]})
    with pytest.raises(ValueError, match="is not the file"):
        datasets.mnist(tmp_path, checksum=sums | {first: "0" * 32})


def test_the_checksum_of_the_content_will_do_for_a_file_that_was_packed_anew(tmp_path):
    write(tmp_path)
    sums = official(tmp_path)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / "moved")
        Path(f"{path}.gz").write_bytes(gzip.compress((tmp_path / "moved").read_bytes(), 1))
        (tmp_path / "moved").unlink()
    datasets.mnist(tmp_path, checksum=sums)


def test_a_checksum_for_an_unknown_file_is_refused_and_the_nearest_suggested(tmp_path):
    with pytest.raises(
        ValueError, match=r"checksum names 'train-image-idx3-ubyte'.*Is train-images-idx3-ubyte meant\?"
    ):
        datasets.mnist(tmp_path, checksum={"train-image-idx3-ubyte": "0"})
    with pytest.raises(ValueError, match=r"checksum names 'x'.*\.gz\.$"):
        datasets.mnist(tmp_path, checksum={"x": "0"})


def test_the_other_sets_files_are_recognised(tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.setitem(idx._FASHION.md5, "train-images-idx3-ubyte", official(tmp_path)["train-images-idx3-ubyte"])
    with pytest.raises(ValueError, match=r"belongs to Fashion-MNIST: nn\.datasets\.fashion_mnist reads it"):
        datasets.mnist(tmp_path)


@pytest.mark.parametrize("which", [idx._MNIST, idx._FASHION])
def test_every_official_file_has_a_checksum_packed_and_not(which):
    assert set(which.md5) == {name + end for name in ARRAYS for end in ("", ".gz")}
    assert all(len(md5) == 32 and int(md5, 16) for md5 in which.md5.values())
    assert len(set(idx._MNIST.md5.values()) | set(idx._FASHION.md5.values())) == 16


def test_missing_files_are_named_with_where_they_were_looked_for(tmp_path):
    write(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        datasets.mnist(tmp_path)
    message = str(caught.value)
    assert "MNIST: t10k-labels-idx1-ubyte (with or without .gz) not found" in message
    assert str(tmp_path) in message and "https://ossci-datasets" in message and "train-images" not in message
    with pytest.raises(FileNotFoundError, match=r"train-images.*, which is not a folder\..*zalandoresearch"):
        datasets.fashion_mnist(tmp_path / "nowhere")
    (tmp_path / "train").mkdir()
    with pytest.raises(FileNotFoundError, match="image_folder reads it"):
        datasets.mnist(tmp_path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train_labels_idx1_ubyte": np.zeros(5, np.uint8)}, r"met \(6, 4, 3\) uint8 and \(5,\) uint8"),
        ({"train_images_idx3_ubyte": np.zeros(6, np.uint8)}, r"met \(6,\) uint8 and \(6,\) uint8"),
        ({"t10k_labels_idx1_ubyte": np.array([3, 10], np.uint8)}, "labels are 0 to 9; met 10 at sample 1"),
    ],
)
def test_images_and_labels_that_do_not_fit_are_refused(tmp_path, changed, message):
    write(tmp_path, **changed)
    with pytest.raises(ValueError, match=message):
        datasets.mnist(tmp_path, checksum=False)


def image(path, pixels, mode=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(path)


def test_images_in_folders_come_by_class_and_name(tmp_path):
    rng = np.random.default_rng(0)
    wanted = {}
    # 10 comes after 2, unlike in the order of names.
    for part, classes in (("train", (0, 2, 10)), ("test", (2,))):
        pixels = [(k, i, rng.integers(0, 256, (5, 3)).astype(np.uint8)) for k in classes for i in range(2)]
        for k, i, picture in reversed(pixels):
            image(tmp_path / part / str(k) / f"{i:04}.png", picture)
        wanted[part] = np.array([picture for *_, picture in pixels]), np.array([k for k, *_ in pixels], np.uint8)
    (tmp_path / "train" / "0" / "notes.txt").write_text("passed over")
    (tmp_path / "train" / ".hidden").mkdir()
    X, y, X_test, y_test = datasets.image_folder(tmp_path)
    assert same(X, wanted["train"][0]) and same(y, wanted["train"][1])
    assert same(X_test, wanted["test"][0]) and same(y_test, wanted["test"][1])


def test_images_of_colour_have_an_axis_for_it(tmp_path):
    for part in ("train", "test"):
        image(tmp_path / part / "0" / "a.png", np.full((2, 3, 3), 7, np.uint8))
    assert datasets.image_folder(tmp_path)[0].shape == (1, 2, 3, 3)


def spoil_folder(tmp_path):
    (tmp_path / "train" / "shirts").mkdir()


def spoil_size(tmp_path):
    image(tmp_path / "train" / "1" / "b.png", np.zeros((5, 4), np.uint8))


def spoil_kind(tmp_path):
    image(tmp_path / "train" / "1" / "b.png", np.zeros((5, 5), np.uint8), "P")


def spoil_file(tmp_path):
    path = tmp_path / "train" / "0" / "a.png"
    path.write_bytes(path.read_bytes()[:-30])


def spoil_start(tmp_path):
    (tmp_path / "train" / "0" / "a.png").write_bytes(b"no image at all")


def spoil_test(tmp_path):
    image(tmp_path / "test" / "0" / "a.png", np.zeros((2, 2), np.uint8))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_folder, "called by its class, 0 to 255; met .*shirts"),
        (spoil_size, r"b\.png has the shape \(5, 4\), .*a\.png the shape \(5, 5\)"),
        (spoil_kind, r"b\.png is an image of the mode P; those that are read are L, RGB, RGBA"),
        (spoil_file, r"a\.png cannot be read as an image"),
        (spoil_start, r"a\.png cannot be read as an image"),
        (spoil_test, r"train holds images of shape \(5, 5\), test of shape \(2, 2\)"),
    ],
)
def test_folders_that_are_not_right_are_refused(tmp_path, spoil, message):
    noise = np.random.default_rng(0).integers(0, 256, (5, 5)).astype(np.uint8)
    for part in ("train", "test"):
        image(tmp_path / part / "0" / "a.png", noise)
    spoil(tmp_path)
    with pytest.raises(ValueError, match=message):
        datasets.image_folder(tmp_path)


def test_missing_folders_and_empty_ones_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"folder .*train is missing.*https://nnfs\.io"):
        datasets.image_folder(tmp_path)
    (tmp_path / "train" / "0").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match=r"no images at CLASS/NAME\.png in .*train.*https://nnfs\.io"):
        datasets.image_folder(tmp_path)
    image(tmp_path / "train" / "0" / "a.png", np.zeros((2, 2), np.uint8))
    with pytest.raises(FileNotFoundError, match=r"folder .*test is missing"):
        datasets.image_folder(tmp_path)


def test_the_sets_come_with_nn_and_import_nothing_more():
    assert nn.datasets is datasets
    code = "import sys, nn; print([m for m in ('sklearn', 'PIL', 'nnfs', 'gzip') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
