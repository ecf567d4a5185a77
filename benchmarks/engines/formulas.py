"""The formulas that engines differentiate, written once: ``chain(np, x, repeats)``, ``black_scholes(np, erf, ...)``.

The first argument is the library's own namespace, so that each records its own functions for the same arithmetic.
"""

from collections.abc import Callable
from typing import Any


def chain(np: Any, x: Any, repeats: int) -> Any:
    """Return ``sum(h)`` after ``repeats`` times ``h = sin(h) * 1.01 + x * 0.1``, starting at ``x``."""
    h = x
    for _ in range(repeats):
        h = np.sin(h) * 1.01 + x * 0.1
    return h.sum()


def black_scholes(np: Any, erf: Callable[[Any], Any], S: Any, K: Any, t: Any, v: Any, r: float) -> Any:
    """Return the price of European calls (Black and Scholes 1973, eq. 13)."""
    root_t = np.sqrt(t)
    d1 = (np.log(S / K) + (r + 0.5 * v**2) * t) / (v * root_t)
    d2 = d1 - v * root_t
    return S * 0.5 * (1 + erf(d1 / 2**0.5)) - K * np.exp(-r * t) * 0.5 * (1 + erf(d2 / 2**0.5))
