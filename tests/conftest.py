"""What holds for every test: a Hypothesis profile, and that no test leaves a switch of the process changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from autograd import Tensor, is_compiling
from autograd.compiler import backends

# The suite is quick and says the same each time; the thorough profile goes looking.
settings.register_profile("fast", max_examples=16, derandomize=True, deadline=None, database=None)
settings.register_profile(
    "thorough",
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

#: Functions that programs for the book replace process-wide.
REPLACED = ((np, "dot"), (np, "zeros"), (np, "eye"), (np.random, "randn"))


@pytest.fixture(scope="module", params=["numpy", "native"])
def each_backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a module's tests with each backend as the one that is taken where none is named."""
    if request.param == "native" and backends.missing():
        pytest.skip(backends.missing())
    with mock.patch.dict(os.environ, {backends.VARIABLE: request.param}):
        yield request.param


def switches() -> dict[str, Any]:
    """Take down what a test may not leave changed, each as something that can be compared."""
    kind, keys, *rest = np.random.get_state()
    return {
        "np.geterr()": np.geterr(),
        "np.geterrcall()": np.geterrcall(),
        **{f"{module.__name__}.{name}": getattr(module, name) for module, name in REPLACED},
        "the state of np.random": (kind, keys.tobytes(), *rest),
        "recording": (Tensor(1.0, requires_grad=True) * 1.0).requires_grad,
        "compiling": is_compiling(),
        "print options": np.get_printoptions(),
    }


@pytest.fixture(autouse=True)
def nothing_global_is_changed() -> Iterator[None]:
    before, state = switches(), np.random.get_state()
    yield
    after = switches()
    changed = [name for name in before if before[name] != after[name]]
    # Put back what can be put back, so that only the culprit fails.
    np.seterr(**before["np.geterr()"])
    np.seterrcall(before["np.geterrcall()"])
    np.random.set_state(state)
    for module, name in REPLACED:
        setattr(module, name, before[f"{module.__name__}.{name}"])
    if changed:
        pytest.fail(f"the test left changed: {', '.join(changed)}")


@pytest.fixture
def seeded(nothing_global_is_changed: None) -> Iterator[None]:
    """Seed NumPy's global generator, from which the checkers of the drop-in draw as HIPS autograd's do."""
    state = np.random.get_state()
    np.random.seed(0)
    yield
    np.random.set_state(state)
