"""What the tests of the drop-in share: a vector, a matrix, and when two results are the same."""

from __future__ import annotations

from typing import Any

import numpy as np

X = np.array([0.3, -0.7, 1.1])
A = np.random.default_rng(0).normal(size=(3, 3)) + 3 * np.eye(3)


def close(found: Any, expected: Any, rtol: float = 1e-9) -> None:
    """Assert that two results agree to rounding."""
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-12)
