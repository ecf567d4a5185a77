"""Every op and every composite, compiled: the products with its Hessian that eager code gives, in both orders."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from properties import leaves_of
from strategies import Subject, subjects
from test_every_op_compiled import REFUSED, agree, calls_of

from autograd import compile, grad, hvp, vjp
from autograd.tree import flatten


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_compiled_is_eager(subject: Subject) -> None:
    """Rules that look at values are called when the program runs, and differentiated there."""
    for call in calls_of(subject)[:1]:
        arrays, function = leaves_of(call)
        every = tuple(range(len(arrays)))

        def loss(*xs: Any, function: Any = function) -> Any:
            outs = [out for out in flatten(function(*xs))[0] if getattr(out, "dtype", np.dtype(int)).kind in "fc"]
            return sum(np.sum(np.real(np.sin(out))) for out in outs)

        def second(*xs: Any, loss: Any = loss, every: Any = every) -> Any:
            ones = tuple(np.ones_like(x) for x in xs)
            return hvp(loss, every)(*xs, ones), vjp(grad(loss, every), *xs)[1](ones)

        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected = flatten(second(*arrays))[0] if arrays else []
            except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
                continue
            if not arrays:
                continue
            try:
                found = flatten(compile(second, backend="numpy")(*arrays))[0]
            except TypeError as error:
                assert subject.name.rpartition(".")[2] in REFUSED, f"{call}: {error}"
                continue
        for ours, eager in zip(found, expected, strict=True):
            agree(np.asarray(ours), np.asarray(eager), str(call))
