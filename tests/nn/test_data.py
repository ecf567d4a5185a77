"""Batches, scales, one-hot rows and parts of data: each property by itself, from memory and from files."""

import json
import os
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from nn import data
from nn.samples import mapping

X = np.arange(22.0).reshape(11, 2)
Y = np.arange(11)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def all_of(loader):
    return [(X.copy(), y.copy()) for X, y in loader]


@pytest.fixture
def files(tmp_path):
    np.save(tmp_path / "X.npy", X.astype(np.float32))
    np.save(tmp_path / "y.npy", Y)
    return tmp_path / "X.npy", tmp_path / "y.npy"


# The Loader.


@given(st.integers(1, 40), st.data())
def test_an_epoch_has_every_sample_once(samples, draw):
    size = draw.draw(st.none() | st.integers(1, samples))
    shuffle, drop_last = draw.draw(st.booleans()), draw.draw(st.booleans())
    loader = nn.Loader(np.arange(samples) * 2, np.arange(samples), size, shuffle=shuffle, drop_last=drop_last, seed=0)
    batches = all_of(loader)
    assert len(batches) == len(loader)
    sizes = [len(y) for _, y in batches]
    assert 0 not in sizes
    assert all(met == loader.batch_size for met in sizes[: -1 if not drop_last else None])
    assert all((X == 2 * y).all() for X, y in batches)
    met = np.concatenate([y for _, y in batches])
    left_out = samples % loader.batch_size if drop_last else 0
    assert len(met) == samples - left_out and len(set(met.tolist())) == len(met)
    if not shuffle:
        assert (met == np.arange(len(met))).all()


def test_each_epoch_has_an_order_of_its_own_and_a_seed_gives_the_same_ones():
    loader, other = (nn.Loader(X, Y, 4, shuffle=True, seed=seed) for seed in (5, np.random.default_rng(5)))
    epochs = [np.concatenate([y for _, y in loader]).tolist() for _ in range(3)]
    assert len({tuple(order) for order in epochs}) == 3
    assert [np.concatenate([y for _, y in other]).tolist() for _ in range(3)] == epochs


def test_the_state_leads_to_the_same_epochs_and_can_be_written_as_json():
    loader = nn.Loader(X, Y, 3, shuffle=True, seed=1)
    all_of(loader)
    state = json.loads(json.dumps(loader.state))
    expected = [all_of(loader) for _ in range(3)]
    resumed = nn.Loader(X, Y, 3, shuffle=True, seed=99)
    resumed.state = state
    for epoch in expected:
        for met, wanted in zip(all_of(resumed), epoch, strict=True):
            assert same(met[0], wanted[0]) and same(met[1], wanted[1])
    assert loader.state == resumed.state


def test_the_state_changes_once_an_epoch_when_it_begins():
    loader = nn.Loader(X, Y, 3, shuffle=True, seed=1)
    before = loader.state
    epoch = iter(loader)
    begun = loader.state
    assert begun != before
    assert len(list(epoch)) == 4
    assert loader.state == begun
    plain = nn.Loader(X, Y, 3, seed=1)
    all_of(plain)
    assert plain.state == before


def test_two_epochs_at_once_do_not_disturb_each_other():
    loader = nn.Loader(X, Y, 3, shuffle=True, seed=1)
    expected = [[y.tolist() for _, y in loader] for _ in range(2)]
    loader = nn.Loader(X, Y, 3, shuffle=True, seed=1)
    pairs = list(zip(loader, loader, strict=True))
    assert [[y.tolist() for (_, y), _ in pairs], [y.tolist() for _, (_, y) in pairs]] == expected


@pytest.mark.parametrize("state", [{}, None, {"bit_generator": "MT19937", "state": {}}, "x"])
def test_a_foreign_state_is_refused(state):
    loader = nn.Loader(X, Y, 3, shuffle=True, seed=1)
    before = loader.state
    with pytest.raises(ValueError, match=r"Loader\.state takes what it gave, the state of a PCG64; met"):
        loader.state = state
    assert loader.state == before


def test_a_batch_never_lets_the_data_be_changed():
    for X_batch, y_batch in nn.Loader(X, Y, 4):
        with pytest.raises(ValueError, match="read-only"):
            X_batch[0] = 1
        assert np.shares_memory(X_batch, X) and np.shares_memory(y_batch, Y)
    assert X.flags.writeable
    for X_batch, _ in nn.Loader(X, Y, 4, shuffle=True, seed=0):
        X_batch[:] = -1
    assert X.min() == 0


def test_lists_tensors_and_images_are_data_too():
    (X_batch, y_batch), *_ = nn.Loader(Tensor(np.ones((4, 2))), [0, 1, 0, 1], 2)
    assert type(X_batch) is np.ndarray and X_batch.shape == (2, 2) and y_batch.tolist() == [0, 1]
    images = np.zeros((5, 2, 3, 1), np.uint8)
    assert next(iter(nn.Loader(images, np.zeros((5, 4), np.float32), 2, shuffle=True)))[0].shape == (2, 2, 3, 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Loader(X, Y, 12), ValueError, "a batch of 12 samples is larger than the data, 11 samples"),
        (lambda: nn.Loader(X, Y, 0), ValueError, "batch_size is at least 1; met 0"),
        (lambda: nn.Loader(X, Y, 2.0), TypeError, "batch_size is an integer; met 2.0"),
        (lambda: nn.Loader(X, Y, True), TypeError, "batch_size is an integer; met True"),
        (lambda: nn.Loader(X, Y[:-1], 2), ValueError, "X has 11 samples and y has 10"),
        (lambda: nn.Loader(X[:0], Y[:0], 1), ValueError, r"X is empty, of shape \(0, 2\)"),
        (lambda: nn.Loader(X, [], 1), ValueError, "y is empty"),
        (lambda: nn.Loader(X, 3, 1), ValueError, "the first axis of y counts the samples; met a single number, 3"),
        (lambda: nn.Loader([[1.0], [2.0]], [1.0, np.nan], 1), ValueError, "Loader: y is NaN at sample 1"),
        (lambda: nn.Loader([[1.0], [2.0]], [[1, 2], [np.nan, 0]], 1), ValueError, "y is NaN at sample 1"),
        (lambda: nn.Loader([1, 2], ["cat", "dog"], 1), TypeError, r"y holds numbers; met dtype <U3\. .*return_inverse"),
        (lambda: nn.Loader([None, 2], [1, 2], 1), TypeError, "X holds numbers; met dtype object"),
        (lambda: nn.Loader(X, Y, 2, seed=-1), ValueError, "non-negative"),
    ],
)
def test_a_loader_refuses_what_it_cannot_go_through(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_nan_is_found_in_whichever_block(monkeypatch):
    monkeypatch.setattr("nn.samples._BLOCK", 64)
    for at in (0, 7, 8, 99):
        y = np.zeros(100)
        y[at:] = np.nan
        with pytest.raises(ValueError, match=f"y is NaN at sample {at}"):
            nn.Loader(np.zeros(100), y, 1)


def test_repr_shows_shapes_and_settings():
    assert repr(nn.Loader(X, Y, 4, drop_last=True)) == (
        "<Loader: X (11, 2) float64, y (11,) int64, batch_size=4, shuffle=False, drop_last=True>"
    )


# Files.


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("resident", [0, 1 << 28])
def test_batches_from_files_are_those_from_memory_bit_for_bit(files, shuffle, resident, monkeypatch):
    monkeypatch.setattr(data, "RESIDENT", resident)
    memory = nn.Loader(X.astype(np.float32), Y, 4, shuffle=shuffle, seed=3)
    mapped = nn.Loader(np.load(files[0], mmap_mode="r"), np.load(files[1], mmap_mode="r"), 4, shuffle=shuffle, seed=3)
    opened = nn.Loader.from_files(*map(str, files), 4, shuffle=shuffle, seed=3)
    for _ in range(2):
        for wanted, *met in zip(memory, mapped, opened, strict=True):
            for batch in met:
                assert same(batch[0], wanted[0]) and same(batch[1], wanted[1])
                assert type(batch[0]) is np.ndarray and batch[0].flags.writeable and batch[0].flags.c_contiguous


def test_a_part_of_a_file_stays_mapped_and_a_file_opened_for_writing_is_not_given_back(files):
    part = np.asarray(np.load(files[0], mmap_mode="r")[3:])[::2]
    assert mapping(part) is not None
    assert mapping(X[3:]) is None
    # What was written to a private copy of the file would be lost.
    for mode in ("c", "r+"):
        private = np.load(files[0], mmap_mode=mode)
        private[0] = 77
        assert mapping(private) is None
        assert next(iter(nn.Loader(private, Y, 2)))[0][0].tolist() == [77, 77]


def test_files_in_fortran_order_and_of_bytes(tmp_path):
    images = np.asfortranarray(np.arange(24, dtype=np.uint8).reshape(6, 2, 2))
    np.save(tmp_path / "X.npy", images)
    np.save(tmp_path / "y.npy", np.arange(6.0))
    for X, y in nn.Loader.from_files(tmp_path / "X.npy", tmp_path / "y.npy", 4, shuffle=True, seed=0):
        assert same(X, np.ascontiguousarray(images[y.astype(int)]))


def resident():
    """Give the bytes of memory that the process holds, mapped files included, or 0 where that cannot be known."""
    if not sys.platform.startswith("linux"):
        return 0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_file_is_never_in_memory_as_a_whole(tmp_path, monkeypatch, shuffle):
    # 64 MB of inputs, 32 of labels, and at most 8 of them allowed to stay.
    monkeypatch.setattr(data, "RESIDENT", 8 << 20)
    for name, width in (("X", 1024), ("y", 512)):
        array = np.lib.format.open_memmap(tmp_path / f"{name}.npy", "w+", np.float32, (16384, width))
        for start in range(0, 16384, 1024):
            array[start : start + 1024] = start
        array.flush()
        del array
    before, most = resident(), 0
    tracemalloc.start()
    try:
        loader = nn.Loader.from_files(tmp_path / "X.npy", tmp_path / "y.npy", 64, shuffle=shuffle, seed=0)
        most = resident()
        for X, y in loader:
            assert (X[:, 0] == y[:, -1]).all()
            most = max(most, resident())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # A batch has 0.4 MB; the labels are looked through for NaN in blocks of 4 MB.
    assert peak < 8 << 20
    assert most - before < 32 << 20


def broken(path, kind):
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:-8])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "foreign":
        path.write_bytes(b"PK\3\4" + b"\0" * 60)
    elif kind == "objects":
        np.save(path, np.array([{}], dtype=object))


@pytest.mark.parametrize("kind", ["truncated", "empty", "foreign", "objects"])
@pytest.mark.parametrize("which", [0, 1])
def test_broken_files_are_named(files, kind, which):
    broken(files[which], kind)
    with pytest.raises(ValueError, match=rf"from_files: .*{files[which].name} is no whole \.npy file of numbers"):
        nn.Loader.from_files(*files, 2)


def test_missing_and_empty_files_are_named(files):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*Z\.npy"):
        nn.Loader.from_files(files[0].with_name("Z.npy"), files[1], 2)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        nn.Loader.from_files(files[0].parent, files[1], 2)
    np.save(files[0], np.zeros((0, 3)))
    with pytest.raises(ValueError, match="X is empty"):
        nn.Loader.from_files(*files, 2)


# Scales.


def scalers():
    return [nn.Standardizer(), nn.MinMax(), nn.MinMax(-1, 1), nn.MinMax(0.1, 0.7)]


@pytest.mark.parametrize("scaler", scalers(), ids=repr)
@pytest.mark.parametrize("shape", [(50, 3), (50,), (50, 2, 2), (1, 3)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_scales_keep_shape_and_dtype_and_are_inverted(scaler, shape, dtype):
    values = np.random.default_rng(0).normal(3, 2, shape).astype(dtype)
    values.flags.writeable = False
    scaled = scaler.fit(values).transform(values)
    assert scaled.dtype == dtype and scaled.shape == shape
    back = scaler.inverse(scaled)
    assert back.dtype == dtype
    # A few roundings, of numbers up to the feature's largest.
    np.testing.assert_allclose(back, values, rtol=0, atol=8 * float(np.finfo(dtype).eps) * np.abs(values).max())


@given(st.integers(0, 2**32), st.integers(2, 60), st.sampled_from([0.0, 1.0, 1e6]), st.sampled_from([1e-3, 1.0, 1e4]))
def test_a_standardized_feature_has_mean_0_and_deviation_1(seed, samples, mean, spread):
    values = np.random.default_rng(seed).normal(mean, spread, (samples, 4))
    scaler = nn.Standardizer().fit(values)
    # The feature itself is known to an ulp of its mean.
    known = np.finfo(float).eps * (4 + 4 * (abs(mean) + spread) / values.std(axis=0).min())
    np.testing.assert_allclose(scaler.offset, values.mean(axis=0), rtol=8 * np.finfo(float).eps, atol=known * spread)
    np.testing.assert_allclose(scaler.scale, values.std(axis=0), rtol=samples * known)
    scaled = scaler.transform(values)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=8 * known)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=samples * known)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_blocks_give_what_the_whole_gives(monkeypatch, dtype):
    values = np.random.default_rng(0).normal(100, 20, (97, 3)).astype(dtype)
    for whole, blocks in zip(scalers(), scalers(), strict=True):
        whole.fit(values)
        with monkeypatch.context() as patch:
            patch.setattr("nn.samples._BLOCK", 100)
            blocks.fit(values)
        np.testing.assert_allclose(blocks.offset, whole.offset, rtol=1e-15)
        np.testing.assert_allclose(blocks.scale, whole.scale, rtol=1e-14)
        assert whole.offset.dtype == whole.scale.dtype == np.float64


def test_a_small_spread_far_from_0_is_not_lost():
    values = np.float32(16_000_000) + np.arange(4, dtype=np.float32)[:, np.newaxis]
    scaled = nn.Standardizer().fit(values).transform(values)
    np.testing.assert_allclose(scaled.ravel(), (np.arange(4) - 1.5) / np.sqrt(1.25), rtol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e300, -7.0, 1e-310])
def test_a_constant_feature_is_moved_and_comes_back(constant):
    values = np.full((7, 1), constant)
    for scaler, wanted in zip(scalers(), [0.0, 0.0, -1.0, 0.1], strict=True):
        assert (scaler.fit(values).transform(values) == wanted).all()
        assert (scaler.scale == 1).all()
        assert (scaler.inverse(np.full((2, 1), wanted)) == constant).all()


@given(st.integers(0, 2**32), st.sampled_from([(0, 1), (-1, 1), (-1, 0.1), (-3.3, 1e5)]))
def test_min_max_meets_both_ends_exactly(seed, ends):
    values = np.random.default_rng(seed).normal(0, 10, (20, 3))
    scaled = nn.MinMax(*ends).fit(values).transform(values)
    assert (scaled.min(axis=0) == ends[0]).all() and (scaled.max(axis=0) == ends[1]).all()


def test_others_are_scaled_as_the_training_data_was():
    assert nn.MinMax().fit([[0], [10]]).transform([[20], [-5]]).tolist() == [[2.0], [-0.5]]
    assert nn.Standardizer().fit([[0], [10]]).transform([[20]]).tolist() == [[3.0]]


def test_fitting_again_forgets():
    scaler = nn.MinMax().fit([[0], [10]]).fit([[0, 0], [2, 4]])
    assert scaler.transform([[1, 1]]).tolist() == [[0.5, 0.25]]


def test_integers_become_float64():
    for scaler in scalers():
        assert scaler.fit(np.arange(6, dtype=np.uint8).reshape(3, 2)).transform([[1, 2]]).dtype == np.float64


def test_a_file_is_measured_in_blocks(files):
    scaler = nn.Standardizer().fit(np.load(files[0], mmap_mode="r"))
    np.testing.assert_allclose(scaler.offset, [10, 11])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [0, 2])
def test_a_feature_without_a_scale_is_named(bad, row):
    values = np.zeros((3, 2))
    values[row, 1] = bad
    for scaler in scalers():
        with pytest.raises(ValueError, match=r"\.fit: the feature at 1 has no finite scale"):
            scaler.fit(values)
        assert scaler.offset is None
    with pytest.raises(ValueError, match=r"the feature at \(0, 1\)"):
        nn.MinMax().fit(values[:, np.newaxis])
    with pytest.raises(ValueError, match="too large a number"):
        nn.MinMax().fit([[-1e308], [1e308]])


@pytest.mark.parametrize("scaler", scalers(), ids=repr)
def test_scalers_say_what_is_wrong(scaler):
    for call in (scaler.transform, scaler.inverse):
        with pytest.raises(ValueError, match=r"has seen no data yet: write scaler\.fit\(X_train\) first"):
            call(X)
    scaler.fit(X)
    for call in (scaler.transform, scaler.inverse):
        with pytest.raises(ValueError, match=r"was fitted to samples of shape \(2,\); met samples of shape \(3,\)"):
            call(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="X is empty"):
        scaler.fit(X[:0])
    with pytest.raises(TypeError, match="X holds real numbers; met dtype complex128"):
        scaler.fit(X * 1j)
    with pytest.raises(TypeError, match="X holds numbers; met dtype <U1"):
        scaler.fit([["a"]])


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (0, np.inf), (np.nan, 1)])
def test_min_max_refuses_a_range_that_is_none(ends):
    with pytest.raises(ValueError, match="MinMax: low is below high, both finite; met"):
        nn.MinMax(*ends)


def test_scalers_are_shown_as_the_call_that_makes_them():
    for scaler in scalers():
        assert repr(eval(repr(scaler), vars(nn))) == repr(scaler)


# One-hot rows.


@given(st.lists(st.integers(0, 9), min_size=1), st.sampled_from(["i1", "u1", "i8", "u8", ">i4"]))
def test_one_hot_rows_give_back_the_labels(labels, dtype):
    rows = nn.one_hot(np.array(labels, dtype), 10)
    assert rows.dtype == np.float64 and rows.shape == (len(labels), 10)
    assert (rows.sum(axis=1) == 1).all() and set(np.unique(rows)) <= {0, 1}
    assert rows.argmax(axis=1).tolist() == labels
    assert nn.one_hot(labels).shape == (len(labels), max(labels) + 1)
    assert nn.one_hot(labels, 10, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("labels", "classes", "error", "message"),
    [
        ([0, 3], 3, ValueError, "With 3 classes the labels are 0 to 2; met 3 at sample 1"),
        ([0, -1], None, ValueError, "met -1 at sample 1"),
        ([-2, -1], None, ValueError, "classes is at least 1"),
        ([0.0, np.nan], None, ValueError, "one_hot: labels is NaN at sample 1"),
        ([0.0, 1.0], None, TypeError, r"Class numbers are integers.*write y\.astype\(int\)"),
        ([], None, ValueError, "labels is empty"),
        ([[0], [1]], None, ValueError, r"met shape \(2, 1\)\. Write labels\.ravel\(\)"),
        ([[0, 1], [1, 0]], None, ValueError, r"met shape \(2, 2\)\.$"),
        (["a"], None, TypeError, "labels holds numbers"),
        ([0], 0, ValueError, "classes is at least 1; met 0"),
        ([0], 1.5, TypeError, "classes is an integer; met 1.5"),
    ],
)
def test_one_hot_refuses_what_is_no_label(labels, classes, error, message):
    with pytest.raises(error, match=message):
        nn.one_hot(labels, classes)


# Parts.

FRACTIONS = [(0.8,), (0.5, 0.5), (0.7, 0.2, 0.1), (0.6, 0.2), (1 / 3, 1 / 3, 1 / 3), (0.25, 0.25)]


@given(st.integers(12, 200), st.sampled_from(FRACTIONS), st.integers(0, 2**32), st.sampled_from([None, 1, 4]))
def test_parts_are_the_whole_in_the_sizes_asked_for(samples, fractions, seed, classes):
    y = np.arange(samples)
    labels = None if classes is None else np.random.default_rng(seed).integers(0, classes, samples)
    parts = nn.split(y[:, np.newaxis] * 10, y, *fractions, seed=seed, stratify=labels)
    shares = [*fractions, 1 - sum(fractions)] if sum(fractions) < 1 - 1e-9 else list(fractions)
    assert len(parts) == len(shares)
    met = np.concatenate([part[1] for part in parts])
    assert (np.sort(met) == y).all()
    within = 1 if len(shares) == 2 else 2
    for (X_part, y_part), share in zip(parts, shares, strict=True):
        assert (X_part[:, 0] == 10 * y_part).all()
        assert abs(len(y_part) - share * samples) <= 1
        for number in range(classes or 0):
            of_class = labels == number
            assert abs(of_class[y_part].sum() - share * of_class.sum()) < within + 1e-9
    again = nn.split(y, y, *fractions, seed=seed, stratify=labels)
    assert all((part[1] == other[1]).all() for part, other in zip(parts, again, strict=True))


def test_a_part_is_in_random_order_and_a_copy():
    y = np.repeat([0, 1, 2], 40)
    for (X_part, y_part), _ in (nn.split(y, y, 0.5, seed=0), nn.split(y, y, 0.5, seed=0, stratify=y)):
        assert (np.diff(y_part) != 0).sum() > 20
        assert not np.shares_memory(X_part, y)
    first, second = (nn.split(y, np.arange(120), 0.5, seed=seed)[0][1].tolist() for seed in (0, 1))
    assert first != second


def test_many_small_classes_still_give_parts_of_their_sizes():
    y = np.arange(100)
    assert [len(part[1]) for part in nn.split(y, y, 0.8, 0.1, seed=0, stratify=y)] == [80, 10, 10]


def test_labels_to_stratify_by_may_be_names_or_numbers():
    names = np.array(["cat", "dog"] * 10)
    for labels in (names, names.tolist(), names == "cat", np.linspace(0, 1, 20)):
        (_, test), _ = nn.split(np.arange(20), np.arange(20), 0.5, seed=0, stratify=labels)
        assert len(test) == 10


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.split(X, Y), ValueError, r"such as split\(X, y, 0\.8\); met none"),
        (lambda: nn.split(X, Y, 1.0), ValueError, r"a fraction between 0 and 1.*met \[1\.0\]"),
        (lambda: nn.split(X, Y, 0.8, 0.0), ValueError, "between 0 and 1"),
        (lambda: nn.split(X, Y, float("nan")), ValueError, "between 0 and 1"),
        (lambda: nn.split(X, Y, 0.8, 0.3), ValueError, r"add up to 1\.1, which is more than 1"),
        (lambda: nn.split(X, Y, 0.99), ValueError, r"of 11 samples .*make parts of \[11, 0\]; one is empty"),
        (lambda: nn.split(X, Y[1:], 0.5), ValueError, "split: X has 11 samples and y has 10"),
        (lambda: nn.split([], [], 0.5), ValueError, "X is empty"),
        (lambda: nn.split([1, 2], [np.nan, 1], 0.5), ValueError, "y is NaN at sample 0"),
        (lambda: nn.split(X, Y, 0.5, stratify=True), ValueError, "met shape .*Write stratify=y"),
        (lambda: nn.split(X, Y, 0.5, stratify=np.eye(11)), ValueError, r"write stratify=y\.argmax\(axis=1\)"),
        (lambda: nn.split(X, Y, 0.5, stratify=Y[1:]), ValueError, r"shape \(11,\); met shape \(10,\)"),
        (lambda: nn.split(X, Y, 0.5, stratify=[None] * 11), TypeError, "stratify holds labels"),
        (lambda: nn.split([1, 2], [1, 2], 0.5, stratify=[np.nan, 1]), ValueError, "stratify is NaN at sample 0"),
        (lambda: nn.k_fold(5, 6), ValueError, "at least 2 and at most the samples, of which there are 5; met 6"),
        (lambda: nn.k_fold(5, 1), ValueError, "folds are at least 2.*met 1"),
        (lambda: nn.k_fold(5, 2.0), TypeError, "folds is an integer; met 2.0"),
        (lambda: nn.k_fold(0, 2), ValueError, "samples is at least 1; met 0"),
        (lambda: nn.k_fold(5.0, 2), ValueError, "met a single number, 5.0"),
        (lambda: nn.k_fold([], 2), ValueError, "samples is empty"),
        (lambda: nn.k_fold(5, 2, stratify=[0, 1]), ValueError, "k_fold: stratify .*met shape"),
    ],
)
def test_parts_that_cannot_be_made_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@given(st.integers(2, 60), st.integers(0, 2**32), st.sampled_from([None, 1, 5]), st.data())
def test_every_sample_is_tested_in_one_fold(samples, seed, classes, draw):
    folds = draw.draw(st.integers(2, samples))
    labels = None if classes is None else np.random.default_rng(seed).integers(0, classes, samples)
    found = nn.k_fold(samples, folds, seed=seed, stratify=labels)
    assert len(found) == folds
    assert sorted(np.concatenate([test for _, test in found]).tolist()) == list(range(samples))
    sizes = [len(test) for _, test in found]
    assert max(sizes) - min(sizes) <= 1
    for train, test in found:
        assert sorted([*train, *test]) == list(range(samples))
    for number in range(classes or 0):
        counts = [(labels[test] == number).sum() for _, test in found]
        assert max(counts) - min(counts) <= 1
    again = nn.k_fold(np.zeros((samples, 3)), folds, seed=np.random.default_rng(seed), stratify=labels)
    assert all((a == b).all() for one, other in zip(found, again, strict=True) for a, b in zip(one, other, strict=True))


def test_chance_is_never_taken_from_the_global_state():
    before = np.random.get_state()[1].tobytes()
    nn.split(X, Y, 0.5)
    nn.k_fold(5, 2)
    all_of(nn.Loader(X, Y, 2, shuffle=True))
    assert np.random.get_state()[1].tobytes() == before
