"""Gradients of linear algebra at its edges: singular matrices, equal eigenvalues, one triangle, nothing at all."""

from __future__ import annotations

import numpy as np
from special_values import INF, row

from autograd import Tensor

la = np.linalg
ALTERNATING = [[1.0, -1], [-1, 1]]


def weighted_vectors(a: Tensor) -> Tensor:
    """Ask for vectors that are a matter of choice."""
    return la.eigh(a)[1] * np.arange(1.0, 5).reshape(2, 2)


ROWS = (
    row("det of a singular matrix, the adjugate", la.det, [[1.0, 2], [2, 4]], [[4.0, -2], [-2, 1]], ALTERNATING),
    row("det of rank n - 2, 0, but not its second", la.det, np.zeros((2, 2)), np.zeros((2, 2)), ALTERNATING),
    row("det of diag(2, 3, 0)", la.det, np.diag([2.0, 3, 0]), np.diag([0.0, 0, 6])),
    row("det of diag(2, 0, 0)", la.det, np.diag([2.0, 0, 0]), np.zeros((3, 3)), [[0.0, 0, 0], [0, 2, -2], [0, -2, 2]]),
    row("det of a large matrix of rank n - 1", la.det, np.diag([0.0, *[1.0] * 19]), np.diag([1.0, *[0.0] * 19])),
    row("det of numbers, one of them 0", la.det, np.reshape([3.0, 0], (2, 1, 1)), np.ones((2, 1, 1))),
    row("det of no rows", la.det, np.zeros((2, 0, 0)), np.zeros((2, 0, 0))),
    row("slogdet of a singular matrix, infinite", lambda a: la.slogdet(a)[1], np.ones((2, 2)), INF, infinite=True),
    row("sign of a determinant, 0", lambda a: la.slogdet(a)[0], np.diag([1.0, -2]), 0, 0),
    row("pinv of zeros, 0", la.pinv, np.zeros((2, 3)), 0),
    row("cholesky, of the lower triangle only", la.cholesky, [[4.0, 9], [2, 5]], [[0.1875, 0], [0.25, 0.25]]),
    row("eigvalsh, of the lower triangle only", lambda a: la.eigvalsh(a)[1], [[0.0, 9], [7, 0]], [[0.5, 0], [1, 0.5]]),
    row("eigvalsh, of the upper if asked", lambda a: la.eigvalsh(a, "U")[0], [[0.0, 7], [9, 0]], [[0.5, -1], [0, 0.5]]),
    row("eigvalsh, the sum of equal ones", lambda a: la.eigvalsh(a).sum(), np.eye(2), np.eye(2)),
    row("eigvalsh, equal ones share", lambda a: la.eigvalsh(a)[-1], np.eye(2), np.eye(2) / 2),
    row("eigh, vectors of equal eigenvalues, 0", weighted_vectors, np.eye(2), 0),
    row("eigvals, the sum of equal ones", lambda a: la.eigvals(a).sum(), np.eye(2), np.eye(2)),
    row("svdvals of zeros, 0", lambda a: la.svdvals(a).sum(), np.zeros((2, 3)), 0),
    row("svdvals, equal ones share", lambda a: la.svdvals(a)[0], np.eye(2), np.eye(2) / 2),
    row("svdvals, the zero one counts as a kink", la.svdvals, np.diag([2.0, 0]), np.diag([1.0, 0])),
    row("svd, vectors of zeros, 0", lambda a: la.svd(a)[0], np.zeros((2, 2)), 0),
    row("lstsq with nothing to fit", lambda a: la.lstsq(a, np.zeros(0))[0], np.zeros((0, 2)), np.zeros((0, 2))),
)
