"""Optimizers: pure functions of a parameter, its gradient and a state, and a step that applies them to many.

`update` is the formula, on one array, changing nothing it is given. `step` is the convenience: it takes the gradients
that `backward` left, updates every parameter, and clears the gradients for the next pass.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor

Array = NDArray[Any]
State = tuple[Array, ...]
#: How many elements are updated at once: a dozen arrays of them stay in the processor's cache, and each is smaller than
#: what the C library maps anew each time (128 kB).
BLOCK = 8192


class Optimizer(ABC):
    """What every optimizer has in common; a new one defines `init` and `update`.

    Parameters
    ----------
    learning_rate : float
        The rate of the first step.
    decay : float
        After n steps the rate is `learning_rate / (1 + decay * n)`.

    Attributes
    ----------
    iterations : int
        How many steps have been made.
    current_learning_rate : float
        The rate of the latest step.
    """

    def __init__(self, learning_rate: float, decay: float) -> None:
        name = type(self).__name__
        self.learning_rate = _number(name, "learning_rate", learning_rate)
        self.decay = _number(name, "decay", decay)
        self.current_learning_rate = self.learning_rate
        self.iterations = 0
        self._given: list[Tensor] = []
        self._bundles: list[_Bundle] = []
        self._resting: dict[int, tuple[Tensor, State]] = {}

    @abstractmethod
    def init(self, param: Array) -> State:
        """Give the state of a parameter that has not been updated: arrays of its shape and dtype, maybe none."""

    @abstractmethod
    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and state, element by element, and change nothing that is given.

        Parameters
        ----------
        param, gradient : ndarray
            Of one shape and dtype.
        state : tuple of ndarray
            From `init`, or from the update before.
        iteration : int, or a 0-d array while a step is compiled
            How many steps the optimizer has made before, 0 at first; also for a parameter that joins late.

        Returns
        -------
        param : ndarray
        state : tuple of ndarray
        """

    def rate(self, iteration: int) -> float:
        """Give the learning rate of the step that follows `iteration` others.

        Examples
        --------
        >>> SGD(learning_rate=1.0, decay=0.5).rate(2)
        0.5
        """
        return self.learning_rate / (1 + self.decay * iteration)

    def step(self, parameters: Iterable[Tensor]) -> None:
        """Update every parameter that has a gradient, and clear the gradient.

        A parameter whose `grad` is None stays as it is; if that is so for all, nothing happens. The new values are new
        arrays: what `param.data` was before is not written to.

        Parameters
        ----------
        parameters : iterable of Tensor
            `model.parameters()`. They may differ from step to step: each keeps its own state.

        Raises
        ------
        TypeError
            If something else than Tensors is given; then nothing is updated.

        Examples
        --------
        >>> w = Tensor([3.0, 4.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> SGD(learning_rate=0.1).step([w])
        >>> w
        Tensor([2.4, 3.2], dtype=float64, requires_grad=True)
        """
        try:
            if isinstance(parameters, Tensor):
                raise TypeError("its rows are no parameters")
            given = [param for param in parameters if param.grad is not None]
        except (AttributeError, TypeError) as error:
            raise TypeError(
                f"{type(self).__name__}.step takes a list of Tensors; met {parameters!r}. "
                "Write optimizer.step(model.parameters())."
            ) from error
        if not given:
            return
        if len(given) != len(self._given) or any(a is not b for a, b in zip(given, self._given, strict=True)):
            self._bundle(given)
        results = [bundle.updated(self) for bundle in self._bundles]
        for bundle, result in zip(self._bundles, results, strict=True):
            bundle.accept(*result)
        self.current_learning_rate = self.rate(self.iterations)
        self.iterations += 1

    def state(self, param: Tensor) -> State:
        """Give the state that `step` keeps for a parameter: arrays of its shape, not to be written to.

        Examples
        --------
        >>> w = Tensor([3.0, 4.0], requires_grad=True)
        >>> Adam().state(w)
        (array([0., 0.]), array([0., 0.]))
        """
        for bundle in self._bundles:
            for member, state in bundle.states():
                if member is param:
                    return state
        return self._resting[id(param)][1] if id(param) in self._resting else self.init(param.data)

    def _bundle(self, given: list[Tensor]) -> None:
        """Lay the parameters of each dtype, and their states, end to end."""
        # The parameter is kept beside its state: its id cannot pass to another one.
        for bundle in self._bundles:
            self._resting.update((id(param), (param, state)) for param, state in bundle.states())
        by_dtype: dict[Any, dict[int, Tensor]] = {}
        for param in given:
            by_dtype.setdefault(param.dtype, {})[id(param)] = param
        self._bundles = [
            _Bundle(list(members.values()), [self.state(param) for param in members.values()])
            for members in by_dtype.values()
        ]
        self._given = given


class _Bundle:
    """Parameters of one dtype as a single flat array: ten NumPy calls a step instead of ten for each parameter.

    That is the same arithmetic, because an update works element by element.
    """

    def __init__(self, params: list[Tensor], states: list[State]) -> None:
        self.params = params
        self.shapes = [param.shape for param in params]
        ends = np.cumsum([param.size for param in params]).tolist()
        self.slices = [slice(end - param.size, end) for end, param in zip(ends, params, strict=True)]
        self.state = tuple(np.concatenate(arrays, axis=None) for arrays in zip(*states, strict=True))
        self.flat: Array | None = None
        #: The parts of `flat` that were handed out as the parameters' data.
        self.views: list[Array] = []

    def states(self) -> list[tuple[Tensor, State]]:
        """Give each parameter with its part of the state."""
        parts = [self._parts(array) for array in self.state]
        return [(param, tuple(part[i] for part in parts)) for i, param in enumerate(self.params)]

    def updated(self, optimizer: Optimizer) -> tuple[Array, State]:
        """Compute the new values and the new state; nothing changes yet."""
        params, flat = self.params, self.flat
        if flat is None or any(p.data is not view for p, view in zip(params, self.views, strict=True)):
            flat = np.concatenate([p.data for p in params], axis=None)
        gradient = np.concatenate([p.grad for p in params], axis=None)
        if flat.size <= BLOCK:
            return optimizer.update(flat, gradient, self.state, optimizer.iterations)
        # Block by block, what is computed in between stays in the cache.
        new, state = np.empty_like(flat), tuple(np.empty_like(array) for array in self.state)
        for start in range(0, flat.size, BLOCK):
            at = slice(start, start + BLOCK)
            parts = tuple(array[at] for array in self.state)
            new[at], changed = optimizer.update(flat[at], gradient[at], parts, optimizer.iterations)
            for whole, part in zip(state, changed, strict=True):
                whole[at] = part
        return new, state

    def accept(self, flat: Array, state: State) -> None:
        """Hand the new values out, and clear the gradients."""
        self.flat, self.state, self.views = flat, state, self._parts(flat)
        for param, view in zip(self.params, self.views, strict=True):
            param.data = view
            param.grad = None

    def _parts(self, flat: Array) -> list[Array]:
        return [flat[at].reshape(shape) for at, shape in zip(self.slices, self.shapes, strict=True)]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted.

    With rate r, gradient g and momentum μ: m ← μ m - r g, then w ← w + m. Without momentum w ← w - r g. From *Neural
    Networks from Scratch in Python* (Kinsley and Kukieła, chapter 10).

    Parameters
    ----------
    learning_rate : float
        The rate of the first step.
    decay : float
        After n steps the rate is `learning_rate / (1 + decay * n)`.
    momentum : float
        The part of the step before that is repeated, from 0 (none) to below 1.

    Raises
    ------
    ValueError
        If a number is negative or not finite, or `momentum` not below 1.

    Examples
    --------
    >>> SGD(learning_rate=0.1).update(np.array([3.0]), np.array([6.0]), (), 0)
    (array([2.4]), ())
    """

    def __init__(self, learning_rate: float = 1.0, decay: float = 0.0, momentum: float = 0.0) -> None:
        super().__init__(learning_rate, decay)
        self.momentum = _number("SGD", "momentum", momentum, below=1)

    def init(self, param: Array) -> State:
        """Give the initial momentum, zeros; nothing if there is no momentum."""
        return (np.zeros_like(param),) if self.momentum else ()

    def update(self, param: Array, gradient: Array, state: State, iteration: int) -> tuple[Array, State]:
        """Give a parameter's new value and momentum; see the class for the formula and `Optimizer.update`."""
        change = gradient * _like(param, -self.rate(iteration))
        if not self.momentum:
            return param + change, ()
        change += self.momentum * state[0]
        return param + change, (change,)

    def __repr__(self) -> str:
        """Show the settings."""
        return f"SGD(learning_rate={self.learning_rate}, decay={self.decay}, momentum={self.momentum})"


class Adam(Optimizer):
    """Adam: momentum, divided by a running root mean square of the gradient.

    With rate r, gradient g and step number t, from 1: m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g², and then
    w ← w - r m̂ / (√v̂ + ε) with the corrected m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ). From Kingma and Ba (2015), with the
    constants of *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 10).

    Parameters
    ----------
    learning_rate : float
        The rate of the first step.
    decay : float
        After n steps the rate is `learning_rate / (1 + decay * n)`.
    epsilon : float
        ε, above 0: keeps the division finite where no gradient has been.
    beta_1, beta_2 : float
        β₁ and β₂, from 0 to below 1: how much of the two averages is kept at each step.

    Raises
    ------
    ValueError
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
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
    ) -> None:
        super().__init__(learning_rate, decay)
        self.epsilon = _number("Adam", "epsilon", epsilon)
        if not self.epsilon:
            raise ValueError("Adam: epsilon is above 0; met 0. Where no gradient has been, 0/0 would follow.")
        self.beta_1 = _number("Adam", "beta_1", beta_1, below=1)
        self.beta_2 = _number("Adam", "beta_2", beta_2, below=1)

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

    def __repr__(self) -> str:
        """Show the settings."""
        return (
            f"Adam(learning_rate={self.learning_rate}, decay={self.decay}, epsilon={self.epsilon}, "
            f"beta_1={self.beta_1}, beta_2={self.beta_2})"
        )


def _like(param: Any, number: Any) -> Any:
    """Give a number that does not change the dtype of what it is multiplied with, also where it is an array."""
    return number.astype(param.dtype) if hasattr(number, "astype") else number


def _number(name: str, key: str, value: float, below: float = math.inf) -> float:
    """Check a setting, and give it as a Python float, which does not change the dtype of what it is multiplied with."""
    value = float(value)
    if not 0 <= value < below:
        limit = f"below {below}" if below < math.inf else "finite"
        raise ValueError(f"{name}: {key} is at least 0 and {limit}; met {value}.")
    return value
