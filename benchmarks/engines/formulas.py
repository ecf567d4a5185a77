"""The formulas that engines differentiate, written once: ``chain(np, data, x)``, ``black_scholes(np, erf, ...)``.

The first argument is the library's own namespace, so that each records its own functions for the same arithmetic.
"""

from collections.abc import Callable
from typing import Any

from benchmarks.workloads import Chain


def link(np: Any, h: Any, x: Any, share: float) -> Any:
    """Return ``sin(h) * 1.01 + x * share``, or ``sin(h) * 1.01`` where there is no share."""
    h = np.sin(h) * 1.01
    return h + x * share if share else h


def chain(np: Any, data: Chain, x: Any) -> Any:
    """Return the sum of ``h`` after that many links, starting at ``x``; of one number the number itself."""
    h = x
    for _ in range(data.repeats):
        h = link(np, h, x, data.share)
    return h.sum() if h.shape else h


def black_scholes(np: Any, erf: Callable[[Any], Any], S: Any, K: Any, t: Any, v: Any, r: float) -> Any:
    """Return the price of European calls (Black and Scholes 1973, eq. 13)."""
    root_t = np.sqrt(t)
    d1 = (np.log(S / K) + (r + 0.5 * v**2) * t) / (v * root_t)
    d2 = d1 - v * root_t
    return S * 0.5 * (1 + erf(d1 / 2**0.5)) - K * np.exp(-r * t) * 0.5 * (1 + erf(d2 / 2**0.5))
