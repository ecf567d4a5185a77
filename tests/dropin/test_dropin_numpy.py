"""`autograd.numpy` is NumPy, and sees the Tensors in lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.test_util import check_grads
from autograd.tracer import getval, isbox
from faces import X, close

import autograd
from autograd import Tensor, grad

pytestmark = pytest.mark.usefixtures("seeded")


@pytest.mark.parametrize(
    "fun",
    [
        lambda x, y: anp.array([[x, 1.0], [y, x * y]]),
        lambda x, y: anp.array([x, y], ndmin=2),
        lambda x, y: anp.asarray([x, (y)]),
        lambda x, y: anp.full((2, 3), x * y),
        lambda x, y: anp.full(2, [x, y]),
        lambda x, y: anp.r_[x, 1.0:3.0, y],
        lambda x, y: anp.c_[anp.array([x, y]), anp.array([y, 1.0])],
        lambda x, y: anp.concatenate([[x], [y, x]]),
        lambda x, y: anp.vstack([[x, y], [1.0, x]]),
        lambda x, y: anp.hstack([x, [y, x]]),
        lambda x, y: anp.sum([x, y * y]),
        lambda x, y: anp.mean((x, y)),
        lambda x, y: anp.std([x, y, 1.0]),
        lambda x, y: anp.max([x, y]),
        lambda x, y: anp.dot([x, y], [2.0, y]),
        lambda x, y: anp.diag([x, y]),
        lambda x, y: anp.linalg.norm([x, y]),
        lambda x, y: anp.where(np.array([True, False]), [x, y], 0.0),
        lambda x, y: anp.append([x], y),
        lambda x, y: anp.make_diagonal(anp.array([x, y]), 0, -1, -2),
    ],
)
def test_lists_in_which_tensors_stand(fun: Callable[..., Any]) -> None:
    check_grads(fun, (0, 1))(1.5, 0.5)
    assert not isinstance(fun(1.5, 0.5), Tensor)


def test_plain_calls_are_numpys() -> None:
    assert anp.exp is np.exp
    assert anp.pi == np.pi
    assert anp.bool_ is np.bool_
    assert type(anp.where(True, 1, 2)) is int
    assert anp.where([True, False], [1.0, 2.0], [3.0, 4.0]) == [1.0, 4.0]
    with pytest.raises(ValueError, match="both or neither"):
        anp.where(True, 1)
    with pytest.raises(NotImplementedError):
        anp.make_diagonal(X)
    np.testing.assert_array_equal(anp.r_[1:3, 5], np.r_[1:3, 5])


def test_boxes() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append((isinstance(x, ArrayBox), isbox(x), autograd.isinstance(x, float), autograd.type(x)))
        return getval(x) * x

    close(grad(f)(2.0), 2.0)
    assert seen == [(True, True, True, np.float64)]
    assert getval(2.0) == 2.0
    assert not isbox(2.0)


def test_containers_are_pythons() -> None:
    found = grad(lambda d: autograd.dict(a=d["a"], b=d["b"][0])["a"] ** 2)({"a": 3.0, "b": [1.0]})
    assert found == {"a": 6.0, "b": [0.0]}
