"""The optimizers of the book, chapter 10: each the rule of `nn.optimizers`, called as the book calls it."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn.optimizers
from nn.book.parts import Described
from nn.settings import number


class _Optimizer(Described):
    """What the book's optimizers have in common.

    Attributes
    ----------
    current_learning_rate : float
        `learning_rate / (1 + decay * iterations)`, set by `pre_update_params`.
    iterations : int
        How often `post_update_params` was called.
    """

    def __init__(self, learning_rate: float, decay: float) -> None:
        self.learning_rate = self.current_learning_rate = learning_rate
        self.decay = number(type(self).__name__, "decay", decay)
        self.iterations = 0

    def _rule(self) -> nn.optimizers.Optimizer:
        """Give the rule for the settings as they are now."""
        raise NotImplementedError

    def _checked(self) -> nn.optimizers.Optimizer:
        """Give the rule, or say under this class's name which setting is wrong."""
        try:
            return self._rule()
        except (TypeError, ValueError) as error:
            _, _, said = str(error).partition(":")
            raise type(error)(f"{type(self).__name__}:{said}") from None

    def _kept(self) -> tuple[str, ...]:
        """Tell what the rule keeps of each parameter, as the book names it: `layer.weight_cache`, say."""
        raise NotImplementedError

    def pre_update_params(self) -> None:
        """Set the learning rate; to be called once before any parameters are updated."""
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1.0 / (1.0 + self.decay * self.iterations))

    def update_params(self, layer: Any) -> None:
        """Update a layer's `weights` and `biases` by its `dweights` and `dbiases`.

        They are replaced by new arrays. What the rule keeps is kept in attributes of the layer.

        Raises
        ------
        RuntimeError
            If `layer.backward` was not called.
        """
        rule = self._checked()
        for params, what in (("weights", "weight"), ("biases", "bias")):
            param = np.asarray(getattr(layer, params))
            gradient = getattr(layer, f"d{params}", None)
            if gradient is None:
                raise RuntimeError(f"{type(self).__name__}.update_params: call {type(layer).__name__}.backward first.")
            names = [f"{what}_{name}" for name in self._kept()]
            if names and not hasattr(layer, names[0]):
                state = rule.init(param)
            else:
                state = tuple(getattr(layer, name) for name in names)
            updated, state = rule.update(param, np.asarray(gradient, param.dtype), state, self.iterations)
            setattr(layer, params, updated)
            for name, array in zip(names, state, strict=True):
                setattr(layer, name, array)

    def post_update_params(self) -> None:
        """Count the step; to be called once after all parameters are updated."""
        self.iterations += 1


class Optimizer_SGD(_Optimizer):
    """Stochastic gradient descent, with momentum if wanted: see `nn.SGD`.

    Parameters
    ----------
    learning_rate, decay, momentum : float

    Raises
    ------
    ValueError, TypeError
        If a setting is no number, or out of its range.

    Examples
    --------
    >>> from nn.book import Layer_Dense
    >>> layer, optimizer = Layer_Dense(1, 1), Optimizer_SGD(learning_rate=0.5)
    >>> layer.weights, layer.dweights, layer.dbiases = np.array([[3.0]]), np.array([[2.0]]), np.array([[1.0]])
    >>> optimizer.pre_update_params()
    >>> optimizer.update_params(layer)
    >>> optimizer.post_update_params()
    >>> layer.weights, layer.biases, optimizer.iterations
    (array([[2.]]), array([[-0.5]]), 1)
    """

    def __init__(self, learning_rate: float = 1.0, decay: float = 0.0, momentum: float = 0.0) -> None:
        super().__init__(learning_rate, decay)
        self.momentum = momentum
        self._checked()

    def _kept(self) -> tuple[str, ...]:
        return ("momentums",) if self.momentum else ()

    def _rule(self) -> nn.optimizers.Optimizer:
        return nn.optimizers.SGD(self.current_learning_rate, momentum=self.momentum)


class Optimizer_Adagrad(_Optimizer):
    """AdaGrad: see `nn.AdaGrad`.

    Parameters
    ----------
    learning_rate, decay, epsilon : float

    Raises
    ------
    ValueError, TypeError
        If a setting is no number, or out of its range.

    Examples
    --------
    >>> Optimizer_Adagrad(decay=1e-4)
    Optimizer_Adagrad(decay=0.0001)
    """

    def __init__(self, learning_rate: float = 1.0, decay: float = 0.0, epsilon: float = 1e-7) -> None:
        super().__init__(learning_rate, decay)
        self.epsilon = epsilon
        self._checked()

    def _kept(self) -> tuple[str, ...]:
        return ("cache",)

    def _rule(self) -> nn.optimizers.Optimizer:
        return nn.optimizers.AdaGrad(self.current_learning_rate, epsilon=self.epsilon)


class Optimizer_RMSprop(_Optimizer):
    """RMSProp: see `nn.RMSProp`.

    Parameters
    ----------
    learning_rate, decay, epsilon, rho : float

    Raises
    ------
    ValueError, TypeError
        If a setting is no number, or out of its range.

    Examples
    --------
    >>> Optimizer_RMSprop(learning_rate=0.02, decay=1e-5, rho=0.999)
    Optimizer_RMSprop(learning_rate=0.02, decay=1e-05, rho=0.999)
    """

    def __init__(
        self, learning_rate: float = 0.001, decay: float = 0.0, epsilon: float = 1e-7, rho: float = 0.9
    ) -> None:
        super().__init__(learning_rate, decay)
        self.epsilon, self.rho = epsilon, rho
        self._checked()

    def _kept(self) -> tuple[str, ...]:
        return ("cache",)

    def _rule(self) -> nn.optimizers.Optimizer:
        return nn.optimizers.RMSProp(self.current_learning_rate, epsilon=self.epsilon, rho=self.rho)


class Optimizer_Adam(_Optimizer):
    """Adam: see `nn.Adam`.

    Parameters
    ----------
    learning_rate, decay, epsilon, beta_1, beta_2 : float

    Raises
    ------
    ValueError, TypeError
        If a setting is no number, or out of its range.

    Examples
    --------
    >>> Optimizer_Adam(learning_rate=0.05, decay=5e-7)
    Optimizer_Adam(learning_rate=0.05, decay=5e-07)
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
        self.epsilon, self.beta_1, self.beta_2 = epsilon, beta_1, beta_2
        self._checked()

    def _kept(self) -> tuple[str, ...]:
        return ("momentums", "cache")

    def _rule(self) -> nn.optimizers.Optimizer:
        return nn.optimizers.Adam(
            self.current_learning_rate, epsilon=self.epsilon, beta_1=self.beta_1, beta_2=self.beta_2
        )
