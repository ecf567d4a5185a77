"""Writing into a Tensor by index, out of one into plain arrays, and copies."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, no_grad

A = np.arange(1.0, 5.0)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found, expected, strict=True)


# Item assignment: Tensors are values


def test_a_read_is_a_snapshot_of_before_the_write() -> None:
    x = leaf()
    y = x * 1
    before = y[0]
    view = y[:2]
    y[0] = 10 * x[3]
    assert (before.item(), view.tolist(), y[0].item()) == (1.0, [1.0, 2.0], 40.0)
    (before + y[0] + y[1]).backward()
    same(x.grad, np.array([1.0, 1, 0, 10]))


def test_a_write_to_what_was_read_does_not_reach_back() -> None:
    x = leaf()
    y = x * 1
    part = y[:2]
    part[0] = 100.0
    assert y.tolist() == A.tolist() and x.tolist() == A.tolist()
    assert part.tolist() == [100.0, 2.0]
    (y.sum() + part.sum()).backward()
    same(x.grad, np.array([1.0, 2, 1, 1]))


def test_what_was_written_is_a_snapshot_too() -> None:
    x, y = leaf(), Tensor(np.zeros(4))
    value = x * 1
    y[:] = value
    value[0] = 50.0
    y[1] = 60.0
    assert y.tolist() == [1.0, 60.0, 3.0, 4.0] and value.tolist() == [50.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("make", [lambda a: Tensor(a), lambda a: Tensor(a, requires_grad=True) * 1])
def test_the_array_that_a_tensor_was_made_of_is_not_written_to(make: Callable[[Any], Tensor]) -> None:
    a = A.copy()
    y = make(a)
    y[0] = 9.0
    same(a, A)
    assert y[0].item() == 9.0


def test_reshapes_and_transposes_are_snapshots() -> None:
    y = leaf(np.zeros((2, 2))) * 1
    flat, turned = y.reshape(-1), y.T
    y[0, 1] = 5.0
    flat[3] = 7.0
    assert (y.tolist(), flat.tolist(), turned.tolist()) == ([[0, 5], [0, 0]], [0, 0, 0, 7], [[0, 0], [0, 0]])


def test_two_names_for_one_tensor_see_the_same_write() -> None:
    y = leaf() * 1
    z = y
    z[0] = 7.0
    assert y[0].item() == 7.0
    other = copy.copy(y)
    other[0] = 8.0
    assert y[0].item() == 7.0


def test_an_augmented_assignment_rebinds() -> None:
    x = leaf()
    y = x
    y += 1
    assert y is not x and x.tolist() == A.tolist() and x.is_leaf and not y.is_leaf
    y *= x
    y -= 0.5
    y /= 2
    y **= 1
    y.sum().backward()
    same(x.grad, (2 * A + 1) / 2)


def test_an_augmented_assignment_by_index() -> None:
    x = leaf()
    y = x * 1
    y[1:] *= x[:-1]
    y[0] += 10
    same(y.data, np.array([11.0, 2, 6, 12]))
    y.sum().backward()
    same(x.grad, np.array([1.0 + 2, 1 + 3, 2 + 4, 3]))


def test_a_constant_buffer_becomes_tracked() -> None:
    x, buf = leaf(), Tensor(np.zeros(6))
    assert not buf.requires_grad
    buf[1:-1] = x
    buf[0] = x[0] * 2
    assert buf.requires_grad
    (buf * np.arange(6.0)).sum().backward()
    same(x.grad, np.array([1.0, 2, 3, 4]))


def test_filling_a_buffer_in_a_loop() -> None:
    def recurrence(x: Any) -> Any:
        h = Tensor(np.zeros(5))
        h[0] = x
        for i in range(4):
            h[i + 1] = h[i] * x
        return h[4]

    assert grad(recurrence)(2.0) == 5 * 2.0**4


def test_assignment_under_no_grad_is_a_constant() -> None:
    x, buf = leaf(), Tensor(np.zeros(4))
    with no_grad():
        buf[:] = x
    assert not buf.requires_grad and buf.tolist() == A.tolist()


def test_assignment_into_a_leaf() -> None:
    x = leaf()
    for attempt in (lambda: x.__setitem__(0, 1.0), lambda: x.__setitem__(slice(None), leaf())):
        with pytest.raises(RuntimeError, match=r"leaf that requires its gradient.*y = x\.copy\(\).*x\.data\[i\] = v"):
            attempt()
    same(x.data, A)
    x.data[0] = 5.0
    assert x[0].item() == 5.0


@pytest.mark.parametrize("dtype", [int, bool])
def test_a_tracked_value_into_integers(dtype: Any) -> None:
    target = Tensor(np.zeros(3, dtype))
    with pytest.raises(TypeError, match=r"would cut its gradient; make the target floating first: .*astype"):
        target[0] = leaf(1.0)
    assert not target.data.any() and not target.requires_grad
    target[0] = 1
    assert target.data[0] == 1


def test_a_write_casts_to_the_target_and_its_gradient_back() -> None:
    x = leaf(np.array([1.0, 2.0]))
    y = Tensor(np.zeros(2, np.float32))
    y[:] = x
    assert y.dtype == np.float32
    y.sum().backward()
    same(x.grad, np.ones(2))


def test_a_write_that_does_not_fit_changes_nothing() -> None:
    y = leaf() * 1
    entry = y.entry
    with pytest.raises(ValueError, match=r"put: could not broadcast .*\(3,\).*\(2,\)"):
        y[:2] = np.ones(3)
    with pytest.raises(IndexError):
        y[9] = 1.0
    with pytest.raises(TypeError, match="computes with numbers; met str"):
        y[0] = "x"
    same(y.data, A)
    assert y.entry is entry


# Out of the tape into plain arrays

ADVICE = r"gradient would be lost"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda t: np.asarray(t),
        lambda t: np.array(t),
        lambda t: np.array([t, t]),
        lambda t: np.array([t[0], 1.0]),
        lambda t: np.array(t, dtype=np.float32),
        lambda t: np.ascontiguousarray(t),
        lambda t: np.full(4, t),
        lambda t: np.random.default_rng(0).normal(t),
    ],
)
def test_a_tracked_tensor_does_not_become_an_array_by_itself(attempt: Callable[[Tensor], Any]) -> None:
    x = leaf()
    with pytest.raises(TypeError, match=ADVICE + r".*t\.detach\(\).*np\.stack"):
        attempt(x * 2)
    with pytest.raises(TypeError, match=ADVICE):
        attempt(x)
    (x * 2).sum().backward()
    same(x.grad, np.full(4, 2.0))


def one_slice(buf: Any, t: Any) -> None:
    buf[1:-1] = t[1:3]


def one_element(buf: Any, t: Any) -> None:
    buf[0] = t[0]


def several_at_once(buf: Any, t: Any) -> None:
    buf[0], buf[1] = t[0], t[1]


def by_mask(buf: Any, t: Any) -> None:
    buf[buf > 5] = t


def by_list(buf: Any, t: Any) -> None:
    buf[:] = [t[0], t[1], t[2], t[3]]


def element_augmented(buf: Any, t: Any) -> None:
    buf[0] += t[0]


def augmented(buf: Any, t: Any) -> None:
    buf += t


def slice_augmented(buf: Any, t: Any) -> None:
    buf[:2] *= t[:2]


def in_a_loop(buf: Any, t: Any) -> None:
    for i, value in enumerate(t):
        buf[i] = value


def out_argument(buf: Any, t: Any) -> None:
    np.add(t, 1.0, out=buf)


def out_of_a_unary(buf: Any, t: Any) -> None:
    np.exp(t, out=buf)


def out_of_a_product(buf: Any, t: Any) -> None:
    np.matmul(np.eye(4), t, out=buf)


def out_of_a_function(buf: Any, t: Any) -> None:
    np.concatenate([t[:2], t[2:]], out=buf)


def out_of_clip(buf: Any, t: Any) -> None:
    np.clip(t, 0, 1, out=buf)


def out_of_a_method(buf: Any, t: Any) -> None:
    t.sum(out=buf[0, ...])


def copyto(buf: Any, t: Any) -> None:
    np.copyto(buf, t)


WRITES = [one_slice, one_element, several_at_once, by_mask, by_list, element_augmented, augmented, slice_augmented,
          in_a_loop, out_argument, out_of_a_unary, out_of_a_product, out_of_a_function, out_of_clip, out_of_a_method,
          copyto]  # fmt: skip


def reasons(error: BaseException | None) -> str:
    """Join what the whole traceback says: NumPy puts a ValueError of its own around what an element says."""
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return " / ".join(texts)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_writing_into_a_plain_array_is_refused_on_the_tape(write: Callable[[Any, Any], None]) -> None:
    for t in (leaf(), leaf() * 1):
        buf = np.full(4, 9.0)
        with pytest.raises((TypeError, ValueError)) as failure:
            write(buf, t)
        assert "gradient would be lost" in reasons(failure.value) or "np.copyto has no op" in str(failure.value)
        assert "t.detach()" in reasons(failure.value)
        same(buf, np.full(4, 9.0))
        same(t.data, A)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_writing_a_constant_into_a_plain_array_is_as_in_numpy(write: Callable[[Any, Any], None]) -> None:
    found, expected = np.full(4, 9.0), np.full(4, 9.0)
    write(found, Tensor(A))
    write(expected, A)
    same(found, expected)


def test_writing_through_flat_is_refused_too() -> None:
    buf = np.full(4, 9.0)
    # NumPy says that it failed, and not why.
    with pytest.raises(ValueError, match="single item"):
        buf.flat[0] = leaf(1.0)
    same(buf, np.full(4, 9.0))
    buf.flat[0] = Tensor(1.0)
    assert buf[0] == 1.0


def test_a_number_taken_out_on_purpose_is_written() -> None:
    x, buf, log = leaf(), np.zeros(2), {}
    buf[0] = float(x[1])
    buf[1] = x[2].item()
    log["loss"] = float(x[3])
    same(buf, np.array([2.0, 3.0]))
    assert log == {"loss": 4.0}
    cells = [None]
    cells[0] = x[0]
    assert cells[0].requires_grad


def test_an_array_of_constants() -> None:
    same(np.array([Tensor(1.0), Tensor(2.0)]), np.array([1.0, 2.0]))
    same(np.asarray(Tensor(A), dtype=np.float32), A.astype(np.float32))
    assert np.asarray(Tensor(A)) is not None and np.shares_memory(np.asarray(Tensor(A), copy=False), A)
    assert not np.shares_memory(np.array(Tensor(A)), A)


def test_a_tensor_given_as_out_receives_the_result_as_assignment_does() -> None:
    x, buffer = leaf(), Tensor(np.zeros(A.shape))
    assert np.multiply(x, x, out=buffer) is buffer
    same(buffer.data, A * A)
    np.sum(buffer).backward()
    same(x.grad, 2 * A)
    total = Tensor(np.zeros(()))
    assert np.sum(x, out=total) is total
    assert total.requires_grad and total.data == A.sum()


def test_a_leaf_is_no_output() -> None:
    t = leaf()
    with pytest.raises(RuntimeError, match="Assignment into a leaf"):
        np.add(A, 1.0, out=t)
    same(t.data, A)
    total = leaf(0.0)
    with pytest.raises(RuntimeError, match="Assignment into a leaf"):
        np.sum(A, out=total)
    assert total.data == 0


def test_an_output_that_does_not_fit_is_refused_as_numpy_does() -> None:
    x = leaf()
    for out, error in ((Tensor(np.zeros(A.size + 1)), ValueError), (Tensor(np.zeros(A.size, int)), TypeError)):
        before = out.data.copy()
        with pytest.raises(error):
            np.add(x, 1.0, out=out)
        same(out.data, before)
        assert not out.requires_grad
    plain = A.copy()
    with pytest.raises(TypeError, match="cannot be written into a plain array"):
        np.add(x, 1.0, out=plain)
    same(plain, A)


# Copies


def test_copy_stays_on_the_tape_and_shares_nothing() -> None:
    x = leaf()
    for y in (copy.copy(x), x.copy(), np.copy(x)):
        assert not np.shares_memory(y.data, x.data)
        assert y.requires_grad
    copy.copy(x).sum().backward()
    np.testing.assert_array_equal(x.grad, np.ones(4))


def test_deepcopy_makes_a_leaf_of_a_leaf() -> None:
    x = leaf()
    model = copy.deepcopy({"w": x, "c": Tensor(A)})
    assert model["w"].is_leaf and not model["c"].requires_grad
    assert not np.shares_memory(model["w"].data, x.data)
    (model["w"] * 2).sum().backward()
    assert x.grad is None


def test_deepcopy_of_what_was_computed_stays_on_the_tape() -> None:
    x = leaf()
    y = copy.deepcopy({"y": x * 2})["y"]
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, np.full(x.shape, 2.0))
    np.testing.assert_array_equal(grad(lambda x: np.sum(copy.deepcopy(x) ** 2))(A), 2 * A)


@pytest.mark.parametrize("make", [leaf, lambda: leaf() * 1, lambda: Tensor(A)])
def test_pickle_is_refused(make: Any) -> None:
    with pytest.raises(TypeError, match=r"not pickled; save t\.numpy\(\) with np\.save"):
        pickle.dumps(make())
