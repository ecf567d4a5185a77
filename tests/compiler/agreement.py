"""What a compiled function's results are held to, and arguments to call it with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.tree import flatten


def same(found: Any, expected: Any, rtol: float = 1e-12) -> None:
    """Assert that two arrays agree to rounding, in shape and dtype too."""
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-14, strict=True)


def agree(found: Any, expected: Any) -> None:
    """Assert that two trees of arrays agree to rounding, in shape and dtype too."""
    ours, eagers = flatten(found)[0], flatten(expected)[0]
    assert len(ours) == len(eagers) and type(found) is type(expected)
    for one, other in zip(ours, eagers, strict=True):
        other = np.asarray(other)
        if other.dtype.kind not in "fc":
            assert one == other
            continue
        # Sums of a few dozen terms of size `scale`, in another order.
        scale = float(np.max(np.abs(other), initial=0))
        tolerance = 64 * np.finfo(other.dtype).eps
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale, strict=True)


def differ(one: Any, other: Any) -> bool:
    """Tell whether some array in one tree is clearly another one in the other."""
    pairs = zip(flatten(one)[0], flatten(other)[0], strict=True)
    return any(not np.allclose(a, b, rtol=1e-3) for a, b in pairs if np.asarray(a).dtype.kind in "fc")


def arguments(seed: int, count: int, dtype: Any = float) -> list[Any]:
    """Draw arrays of three numbers."""
    return [np.random.default_rng([seed, i]).uniform(0.2, 1.2, 3).astype(dtype) for i in range(count)]


def summed(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Make the function that sums what another one returns."""
    return lambda x: np.sum(fn(x))
