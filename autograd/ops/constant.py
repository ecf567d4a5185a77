"""Functions without a derivative: what they return is a plain array, never on the tape.

Comparisons, tests, positions, and what only asks for shape or type.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.op import constants, creations

COMPARES = "compares or tests each element"
SEARCHES = "a position or a count"
ASKS = "asks for shape, type or text only"

GROUPS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (COMPARES, (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)),
    (COMPARES, (np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_and, np.logical_or, np.logical_not)),
    (COMPARES, (np.logical_xor, np.isclose, np.allclose, np.array_equal, np.array_equiv, np.iscomplex, np.isreal)),
    (COMPARES, (np.all, np.any)),
    (SEARCHES, (np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero)),
    (SEARCHES, (np.searchsorted,)),
    (ASKS, (np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.min_scalar_type, np.common_type)),
    (ASKS, (np.array_repr, np.array_str, np.array2string, np.may_share_memory, np.shares_memory)),
    (ASKS, (np.iscomplexobj, np.isrealobj)),
)
for reason, group in GROUPS:
    constants.update(dict.fromkeys(group, reason))

LIKE: tuple[Any, ...] = (np.zeros_like, np.ones_like, np.empty_like)
creations.update(dict.fromkeys(LIKE, "an array of the Tensor's shape and type"))
