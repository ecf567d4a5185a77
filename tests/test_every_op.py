"""Every op and every composite, from its declaration: NumPy's own value, true derivatives, whatever goes in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gauges import GAUGES
from hypothesis import given
from hypothesis import strategies as st
from properties import agrees_with_double, derivatives_are_true, forward_is_numpys, gradients_fit
from strategies import COMPLEX, FLOATS, LAYOUTS, Call, Subject, calls, plain_calls, subjects

SUBJECTS = subjects()
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@contextmanager
def as_numpy_warns(call: Call) -> Iterator[None]:
    """Let warn what NumPy itself warns of at a point (a mean of nothing): the rest must not."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            call.function(*call.floats)
        except (RuntimeWarning, FloatingPointError):
            warnings.simplefilter("ignore")
        yield


@every_subject
@given(data=st.data())
def test_values_and_derivatives(subject: Subject, data: Any) -> None:
    """In double precision, real and complex: the value bit for bit, both modes, transposes, second order."""
    call = data.draw(calls(subject, complex_=data.draw(st.booleans())))
    if forward_is_numpys(call) is not None:
        call = GAUGES.get(subject.name, lambda same: same)(call)
        with as_numpy_warns(call):
            derivatives_are_true(call)


@every_subject
def test_plain_calls(subject: Subject) -> None:
    """Every case that the declaration names, and the plainest calls: what is drawn may miss them."""
    for call in plain_calls(subject):
        if forward_is_numpys(call) is not None:
            gauged = GAUGES.get(subject.name, lambda same: same)(call)
            with as_numpy_warns(gauged):
                derivatives_are_true(gauged)


@every_subject
@given(data=st.data())
def test_any_dtype_and_layout(subject: Subject, data: Any) -> None:
    """In any dtype and layout: the value bit for bit, derivatives of the input's dtype, and true to its precision."""
    complex_ = data.draw(st.booleans())
    call = data.draw(calls(subject, complex_=complex_))
    kinds = COMPLEX if complex_ else FLOATS
    call = call.with_inputs(
        lambda array: data.draw(st.sampled_from(LAYOUTS))(array.astype(data.draw(st.sampled_from(kinds))))
    )
    if forward_is_numpys(call) is not None:
        with as_numpy_warns(call):
            gradients_fit(call)
            agrees_with_double(GAUGES.get(subject.name, lambda same: same)(call))
