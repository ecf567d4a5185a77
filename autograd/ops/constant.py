"""Functions without a derivative: what they return is a plain array, never on the tape.

Comparisons, tests, positions, and what only asks for shape or type.
"""

from __future__ import annotations

import numpy as np

from autograd.op import constants

for group in (
    # Comparisons and tests of each element
    (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
    (np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_and, np.logical_or, np.logical_not, np.logical_xor),
    (np.isclose, np.allclose, np.array_equal, np.array_equiv, np.iscomplex, np.isreal, np.iscomplexobj, np.isrealobj),
    # Positions and counts
    (np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted),
    (np.all, np.any),
    # Shape, type and printing
    (np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.min_scalar_type, np.common_type),
    (np.array_repr, np.array_str, np.array2string, np.may_share_memory, np.shares_memory),
    # Arrays made after the shape and type of another
    (np.zeros_like, np.ones_like, np.empty_like),
):
    constants.update(group)
