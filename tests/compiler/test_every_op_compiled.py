"""Every op and every composite, compiled: the value and both derivatives that eager code gives."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from properties import leaves_of
from strategies import Call, Subject, plain_calls, subjects

from autograd import compile, jvp, vjp
from autograd.tree import flatten

pytestmark = pytest.mark.usefixtures("each_backend")

#: Functions whose result has a shape or a dtype that depends on values: they are refused, with the reason.
REFUSED = {
    *"unique unique_all unique_counts unique_inverse unique_values union1d intersect1d setdiff1d setxor1d trim_zeros "
    "extract real_if_close roots bincount histogram_bin_edges quotient polydiv".split(),
    # Complex numbers come out where a real function ends.
    *"arccos arcsin arctanh log log2 log10 logn power sqrt".split(),
}
TOLERANCE = {8: 1e-9, 16: 1e-9, 4: 1e-4}


def calls_of(subject: Subject) -> list[Call]:
    """Give the calls with float arrays that eager code differentiates."""
    calls = [call for call in plain_calls(subject) if all(isinstance(x, np.ndarray) for x in leaves_of(call)[0])]
    # Plain numbers among the results, of which eager code asks no derivative: a program returns arrays.
    return [call for call in calls if not (call.params.get("retstep") or call.params.get("full"))]


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_compiled_is_eager(subject: Subject) -> None:
    for call in calls_of(subject):
        arrays, function = leaves_of(call)

        def derivatives(*xs: Any, function: Any = function) -> Any:
            out, pullback = vjp(function, *xs)
            tangents = jvp(function, xs, [np.ones_like(x) for x in xs])[1]
            return out, pullback([0.5 * np.ones_like(part) for part in out]), tangents

        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected = flatten(derivatives(*arrays))[0] if arrays else []
            except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
                continue
            if not arrays:
                continue
            try:
                found = flatten(compile(derivatives)(*arrays))[0]
            except TypeError as error:
                short = subject.name.rpartition(".")[2]
                refused = short in REFUSED and ("scimath" in subject.name or short not in ("power", "sqrt", "log"))
                assert refused, f"{call}: {error}"
                continue
        for ours, eager in zip(found, expected, strict=True):
            agree(np.asarray(ours), np.asarray(eager), str(call))


def agree(found: Any, expected: Any, what: str) -> None:
    """Assert that two arrays agree to rounding; eigenvalues may be complex where all are real."""
    assert found.shape == expected.shape, what
    assert found.dtype == np.result_type(found.dtype, expected.dtype), what
    tolerance = TOLERANCE.get(expected.dtype.itemsize, 0)
    scale = max(1.0, float(np.max(np.abs(expected), initial=0, where=np.isfinite(expected))))
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale, err_msg=what)
