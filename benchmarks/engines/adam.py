"""Adam over NumPy arrays, for libraries that bring gradients but no optimizer: ``Adam(params, data).step(grads)``."""

from collections.abc import Sequence

import numpy as np

from benchmarks.workloads import Training


class Adam:
    """The book's Adam, one parameter after the other, in place.

    Parameters
    ----------
    params : sequence of ndarray
        Arrays to update; the caller keeps using them.
    data : Training
        Holds the constants.
    """

    def __init__(self, params: Sequence[np.ndarray], data: Training) -> None:
        self.params, self.data, self.iterations = params, data, 0
        self.momentums = [np.zeros_like(param) for param in params]
        self.caches = [np.zeros_like(param) for param in params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Update every parameter from its gradient."""
        data, steps = self.data, self.iterations + 1
        learning_rate = data.learning_rate / (1 + data.decay * self.iterations)
        for param, grad, m, v in zip(self.params, grads, self.momentums, self.caches, strict=True):
            m *= data.beta_1
            m += (1 - data.beta_1) * grad
            v *= data.beta_2
            v += (1 - data.beta_2) * grad**2
            corrected = m / (1 - data.beta_1**steps)
            param -= learning_rate * corrected / (np.sqrt(v / (1 - data.beta_2**steps)) + data.eps)
        self.iterations = steps
