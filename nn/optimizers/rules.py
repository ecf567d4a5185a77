"""The rules: `SGD`, `AdaGrad`, `RMSProp`, `Adam`, `AdamW`, each a formula on one array.

Before every rule the gradient may be clipped, and the rate may follow a schedule: see `Optimizer`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.optimizers.base import Optimizer, Rate
from nn.optimizers.bundle import Array, State
from nn.settings import number


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted.

    With rate r, gradient g and momentum μ: m ← μ m - r g, then w ← w + m. Without momentum w ← w - r g. From *Neural
    Networks from Scratch in Python* (Kinsley and Kukieła, chapter 10).

    With Nesterov's momentum w ← w + μ m - r g, with the new m. That is the method of Sutskever et al. (2013, equations
    3 and 4) for the point at which it takes the gradient (Bengio et al. 2013, equation 7). PyTorch's is the same while
    the rate is; when the rate changes, PyTorch rescales the momentum with it.

    Parameters
    ----------
    learning_rate : float or callable
        The rate of the first step, or a schedule.
    decay : float
        After n steps the rate is divided by 1 + decay * n.
    momentum : float
        The part of the step before that is repeated, from 0 (none) to below 1.
    nesterov : bool
        Whether the momentum is Nesterov's.
    clip_value, clip_norm : float, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a number is not finite or not in its range, or `nesterov` is without momentum.

    Examples
    --------
    >>> SGD(learning_rate=0.1).update(np.array([3.0]), np.array([6.0]), (), 0)
    (array([2.4]), ())
    """

    def __init__(
        self,
        learning_rate: Rate = 1.0,
        decay: float = 0.0,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, decay, clip_value=clip_value, clip_norm=clip_norm)
        self.momentum = number("SGD", "momentum", momentum, below=1)
        self.nesterov = bool(nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError("SGD: nesterov=True is a kind of momentum; met momentum 0. Write momentum=0.9, say.")

    def init(self, param: Array) -> State:
        """Give the initial momentum, zeros; nothing if there is no momentum."""
        return (np.zeros_like(param),) if self.momentum else ()

    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and momentum; see the class for the formula and `Optimizer.update`."""
        change = gradient * _like(param, -self.rate(iteration))
        if not self.momentum:
            return param + change, ()
        moment = self.momentum * state[0]
        moment += change
        if self.nesterov:
            change += self.momentum * moment
            return param + change, (moment,)
        return param + moment, (moment,)


class AdaGrad(Optimizer):
    """AdaGrad: each number has a rate of its own, divided by the root of all its squared gradients so far.

    With rate r and gradient g: c ← c + g², then w ← w - r g / (√c + ε). From Duchi, Hazan and Singer (2011), with the
    constants of *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 10).

    Parameters
    ----------
    learning_rate : float or callable
        The rate of the first step, or a schedule.
    decay : float
        After n steps the rate is divided by 1 + decay * n.
    epsilon : float
        ε, above 0: keeps the division finite where no gradient has been.
    clip_value, clip_norm : float, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a number is not finite or not in its range.

    Examples
    --------
    The first step is as long as the learning rate, the second at the same gradient shorter by √2.

    >>> param, state = np.array([3.0]), AdaGrad().init(np.array([3.0]))
    >>> for iteration in range(2):
    ...     param, state = AdaGrad(learning_rate=0.5).update(param, np.array([100.0]), state, iteration)
    ...     print(param.round(4))
    [2.5]
    [2.1464]
    """

    def __init__(
        self,
        learning_rate: Rate = 1.0,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        *,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, decay, clip_value=clip_value, clip_norm=clip_norm)
        self.epsilon = number("AdaGrad", "epsilon", epsilon, positive=True)

    def init(self, param: Array) -> State:
        """Give the initial sum of squared gradients, zeros."""
        return (np.zeros_like(param),)

    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and sum; see the class for the formula and `Optimizer.update`."""
        cache = state[0] + gradient * gradient
        return param - _like(param, self.rate(iteration)) * gradient / (np.sqrt(cache) + self.epsilon), (cache,)


class RMSProp(Optimizer):
    """RMSProp: each number has a rate of its own, divided by a running root mean square of its gradient.

    With rate r and gradient g: c ← κ c + (1 - κ) g², then w ← w - r g / (√c + ε). From Hinton (2012), *Neural Networks
    for Machine Learning*, lecture 6, with the constants of *Neural Networks from Scratch in Python* (Kinsley and
    Kukieła, chapter 10).

    Parameters
    ----------
    learning_rate : float or callable
        The rate of the first step, or a schedule.
    decay : float
        After n steps the rate is divided by 1 + decay * n.
    epsilon : float
        ε, above 0: keeps the division finite where no gradient has been.
    rho : float
        κ, from 0 to below 1: how much of the mean square is kept at each step.
    clip_value, clip_norm : float, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a number is not finite or not in its range.

    Examples
    --------
    The mean square begins at 0, so the first step is 1/√(1 - κ) times as long as the learning rate.

    >>> param = np.array([3.0])
    >>> rms = RMSProp(learning_rate=0.1, rho=0.75)
    >>> rms.update(param, np.array([100.0]), rms.init(param), 0)[0].round(4)
    array([2.8])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        rho: float = 0.9,
        *,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, decay, clip_value=clip_value, clip_norm=clip_norm)
        self.epsilon = number("RMSProp", "epsilon", epsilon, positive=True)
        self.rho = number("RMSProp", "rho", rho, below=1)

    def init(self, param: Array) -> State:
        """Give the initial mean square of the gradient, zeros."""
        return (np.zeros_like(param),)

    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and mean square; see the class for the formula and `Optimizer.update`."""
        cache = self.rho * state[0] + (1 - self.rho) * (gradient * gradient)
        return param - _like(param, self.rate(iteration)) * gradient / (np.sqrt(cache) + self.epsilon), (cache,)


class Adam(Optimizer):
    """Adam: momentum, divided by a running root mean square of the gradient.

    With rate r, gradient g and step number t, from 1: m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g², and then
    w ← w - r m̂ / (√v̂ + ε) with the corrected m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ). From Kingma and Ba (2015), with the
    constants of *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 10).

    Parameters
    ----------
    learning_rate : float or callable
        The rate of the first step, or a schedule.
    decay : float
        After n steps the rate is divided by 1 + decay * n.
    epsilon : float
        ε, above 0: keeps the division finite where no gradient has been.
    beta_1, beta_2 : float
        β₁ and β₂, from 0 to below 1: how much of the two averages is kept at each step.
    clip_value, clip_norm : float, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a number is not finite or not in its range.

    Examples
    --------
    The first step is as long as the learning rate, whatever the gradient.

    >>> param, state = np.array([3.0, 3.0]), Adam().init(np.array([3.0, 3.0]))
    >>> param, state = Adam(learning_rate=0.5).update(param, np.array([100.0, -0.01]), state, 0)
    >>> param.round(3)
    array([2.5, 3.5])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        *,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, decay, clip_value=clip_value, clip_norm=clip_norm)
        name = type(self).__name__
        self.epsilon = number(name, "epsilon", epsilon, positive=True)
        self.beta_1 = number(name, "beta_1", beta_1, below=1)
        self.beta_2 = number(name, "beta_2", beta_2, below=1)

    def init(self, param: Array) -> State:
        """Give the initial averages of the gradient and of its square, zeros."""
        return np.zeros_like(param), np.zeros_like(param)

    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and averages; see the class for the formula and `Optimizer.update`."""
        beta_1, beta_2 = self.beta_1, self.beta_2
        momentum, cache = state
        momentum = beta_1 * momentum + (1 - beta_1) * gradient
        cache = beta_2 * cache + (1 - beta_2) * (gradient * gradient)
        # The corrections are numbers; as factors of the rate and of ε they cost no pass over the arrays.
        root = (1 - beta_2 ** (iteration + 1)) ** 0.5
        rate = _like(param, self.rate(iteration) * root / (1 - beta_1 ** (iteration + 1)))
        return param - rate * momentum / (np.sqrt(cache) + _like(param, self.epsilon * root)), (momentum, cache)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: w ← (1 - r λ) w, and then Adam's step.

    With rate r and weight decay λ. Adam alone would divide the gradient of an L2 penalty by the root mean square, so
    that weights with large gradients decay less. From Loshchilov and Hutter (2019), *Decoupled Weight Decay
    Regularization*, in the form and with the λ of PyTorch's `AdamW`; Adam's constants are the book's.

    Parameters
    ----------
    learning_rate, decay, epsilon, beta_1, beta_2 : float
        As `Adam` takes them.
    weight_decay : float
        λ. Biases decay as weights do.
    clip_value, clip_norm : float, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a number is not finite or not in its range.

    Examples
    --------
    Where there is no gradient, only the decay is left.

    >>> param = np.array([3.0])
    >>> adamw = AdamW(learning_rate=0.5, weight_decay=0.5)
    >>> adamw.update(param, np.array([0.0]), adamw.init(param), 0)[0]
    array([2.25])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        weight_decay: float = 0.01,
        *,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        super().__init__(learning_rate, decay, epsilon, beta_1, beta_2, clip_value=clip_value, clip_norm=clip_norm)
        self.weight_decay = number("AdamW", "weight_decay", weight_decay)

    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and averages; see the class for the formula and `Optimizer.update`."""
        kept = _like(param, 1 - self.rate(iteration) * self.weight_decay)
        return super().update(param * kept, gradient, state, iteration)


def _like(param: Any, number: Any) -> Any:
    """Give a number that does not change the dtype of what it is multiplied with, also where it is an array."""
    return number.astype(param.dtype) if hasattr(number, "astype") else number
