"""What NumPy hands to a Tensor: functions with an op, without one, without a derivative; ufunc methods and keywords."""

from __future__ import annotations

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


def no_op(x: Any) -> Any:
    """Be a function that a library of the future might have."""
    return x


future = np._core.overrides.array_function_dispatch(lambda x: (x,), module="numpy", verify=False)(no_op)


def test_a_function_without_an_op_is_named() -> None:
    x = leaf()
    with pytest.raises(TypeError, match=r"^np\.no_op has no op here.*autograd\.extend.*leave the tape: np\.no_op\("):
        future(x)
    same(future(Tensor(A)), A)
    same(future(x.detach()), A)


def test_a_ufunc_without_an_op_is_named() -> None:
    x = leaf()
    odd = np.frompyfunc(lambda a: a, 1, 1)
    with pytest.raises(TypeError, match=r"has no op here.*autograd\.extend.*leave the tape: .*t\.detach\(\)"):
        odd(x)
    same(odd(Tensor(A)).astype(float), A)


def test_what_is_refused_says_why(tmp_path: Any) -> None:
    x = leaf()
    with pytest.raises(TypeError, match=r"np\.save does not take a Tensor that is on the tape: .*t\.detach\(\)"):
        np.save(tmp_path / "nowhere", x)
    assert list(tmp_path.iterdir()) == []
    np.save(tmp_path / "here.npy", x.detach())
    same(np.load(tmp_path / "here.npy"), A)


def test_functions_without_a_derivative_give_plain_arrays() -> None:
    x = leaf()
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((4,), 1, 4)
    for fun in (np.argmax, np.isnan, np.zeros_like, np.ones_like, np.argsort, np.signbit, np.all, np.nonzero):
        found = fun(x)
        assert not isinstance(found, Tensor)
        same(found, fun(A))
    assert np.allclose(x, A) and np.array_equal(x, A)
