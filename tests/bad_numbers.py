"""What the tests of `debug` share: rules that are wrong, and how the error and the line are caught."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, debug
from autograd.extend import elementwise
from autograd.watch import NonFinite

A = np.array([1.0, 2.0, 3.0])
NEGATIVE = np.array([1.0, -2.0, 3.0])

wrong = elementwise(lambda x: x + 0.0, name="wrong", x=lambda g: g * np.nan)
large = elementwise(lambda x: x + 0.0, name="large", x=lambda g: g / np.zeros_like(g))
second = elementwise(lambda x: x * x, name="second", x=lambda g, x: g * wrong(2 * x))


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def caught(run: Callable[[], Any], inf: bool = False) -> NonFinite:
    with pytest.raises(NonFinite) as found, debug(inf=inf):
        run()
    return found.value


def here(offset: int = 0) -> int:
    return sys._getframe(1).f_lineno + offset
