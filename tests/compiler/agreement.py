"""What a compiled function's results are held to."""

from __future__ import annotations

from typing import Any

import numpy as np


def same(found: Any, expected: Any, rtol: float = 1e-12) -> None:
    """Assert that two arrays agree to rounding, in shape and dtype too."""
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-14, strict=True)
