"""What NumPy hands to a Tensor: functions with an op, without one, without a derivative; ufunc methods and keywords."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor

A = np.arange(1.0, 5.0)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found, expected, strict=True)


# NumPy functions without an op

WITHOUT: dict[str, Callable[[Tensor], Any]] = {
    "np.fft.fft": np.fft.fft,
    "np.linalg.svd": lambda t: np.linalg.svd(t.reshape(2, 2)),
    "np.linalg.norm": np.linalg.norm,
    "np.cumsum": np.cumsum,
    "np.sort": np.sort,
    "np.interp": lambda t: np.interp(t, A, A),
    "np.hstack": lambda t: np.hstack([t, t]),
    "np.tile": lambda t: np.tile(t, 2),
    "np.linspace": lambda t: np.linspace(0.0, t[0], 3),
    "np.average": lambda t: np.average(A, weights=t),
    "np.hypot": lambda t: np.hypot(1.0, t),
    "np.nan_to_num": np.nan_to_num,
    "np.modf": np.modf,
    "np.divmod": lambda t: np.divmod(t, 2.0),
    "np.add.accumulate": np.add.accumulate,
    "np.add.reduceat": lambda t: np.add.reduceat(t, [0, 2]),
    "np.add.at": lambda t: np.add.at(np.zeros(4), [0], t[0]),
    "np.subtract.reduce": np.subtract.reduce,
    "np.logaddexp.reduce": np.logaddexp.reduce,
    "np.put": lambda t: np.put(np.zeros(4), [0], t),
    "np.copyto": lambda t: np.copyto(np.zeros(4), t),
    "np.save": lambda t: np.save("nowhere", t),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_a_function_without_an_op_is_named(name: str, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    x = leaf()
    plain = re.escape(name)
    with pytest.raises(TypeError, match=rf"^{plain} has no op here.*autograd\.extend.*leave the tape: {plain}\("):
        WITHOUT[name](x)
    same(x.data, A)
    assert list(tmp_path.iterdir()) == []


def test_functions_without_an_op_take_constants() -> None:
    same(np.cumsum(Tensor(A)), np.cumsum(A))
    same(np.fft.fft(Tensor(A)), np.fft.fft(A))
    same(np.add.accumulate(Tensor(A)), np.add.accumulate(A))
    same(np.sort(leaf(A[::-1]).detach()), A)


def test_functions_without_a_derivative_give_plain_arrays() -> None:
    x = leaf()
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((4,), 1, 4)
    for fun in (np.argmax, np.isnan, np.zeros_like, np.ones_like, np.argsort, np.signbit, np.all, np.nonzero):
        found = fun(x)
        assert not isinstance(found, Tensor)
        same(found, fun(A))
    assert np.allclose(x, A) and np.array_equal(x, A)


# Ufunc methods and keywords


def test_ufunc_reduce_and_outer() -> None:
    x = leaf(A.reshape(2, 2))
    same(np.add.reduce(x).data, np.add.reduce(x.data))
    same(np.add.reduce(x, axis=1, keepdims=True).data, np.add.reduce(x.data, axis=1, keepdims=True))
    same(np.multiply.reduce(x, axis=None).data, np.multiply.reduce(x.data, axis=None, keepdims=False)[...])
    same(np.maximum.reduce(x).data, np.maximum.reduce(x.data))
    same(np.subtract.outer(A, x).data, np.subtract.outer(A, x.data))
    np.add.reduce(x).sum().backward()
    same(x.grad, np.ones((2, 2)))


def test_keywords_that_change_the_meaning_are_refused_by_name() -> None:
    x, mask = leaf(), np.array([True, False, True, False])
    for attempt, text in (
        (lambda: np.add(x, 1.0, where=mask), r"np\.add\(\.\.\., where=\).*np\.where\(mask"),
        (lambda: np.sum(x, where=mask), r"sum\(\.\.\., where=\) has no gradient"),
        (lambda: np.sum(x, initial=1.0), r"sum\(\.\.\., initial=\) has no gradient"),
        (lambda: np.max(x, initial=1.0), r"max\(\.\.\., initial=\) has no gradient"),
        (lambda: np.add.reduce(x, where=mask), r"where"),
        (lambda: np.sum(x, nonsense=1), r"nonsense"),
    ):
        with pytest.raises(TypeError, match=text):
            attempt()
    same(np.add(Tensor(A), 1.0, where=mask, out=np.zeros(4)), np.array([2.0, 0, 4, 0]))


def test_keywords_at_their_defaults_are_taken() -> None:
    x = leaf()
    same(np.sum(x, axis=None, dtype=None, out=None, keepdims=False).data, np.array(10.0))
    same(np.add(x, 1.0, where=True, casting="same_kind").data, A + 1)
    same(np.sum(x, dtype=np.float32).data, np.array(10, np.float32))
    same(np.add(x, 1, dtype=np.float32).data, (A + 1).astype(np.float32))
    same(np.concatenate([x, A], axis=0, dtype=np.float32).data, np.concatenate([A, A]).astype(np.float32))
