"""What every optimizer has in common: the rate, clipping, and the step over many parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from autograd import Tensor, is_compiling
from nn.optimizers import saved
from nn.optimizers.bundle import Array, Bundle, State
from nn.settings import Configured, number
from nn.walk import Apart, named_parameters

#: A learning rate, or a function that gives it from how many steps have been made.
Rate = float | Callable[[Any], Any]


class Optimizer(Configured, Apart, ABC):
    """What every optimizer has in common; a new one defines `init` and `update`.

    Parameters
    ----------
    learning_rate : float or callable
        The rate of the first step; or a schedule, one of `nn.schedules` or a function of how many steps have been made.
    decay : float
        After n steps the rate is divided by 1 + decay * n.
    clip_value : float, optional
        Every number of the gradients is brought to between -clip_value and clip_value.
    clip_norm : float, optional
        All gradients of a step are scaled down by one factor if their norm together is larger than this; see `clip`.

    Attributes
    ----------
    iterations : int
        How many steps have been made.
    current_learning_rate : float
        The rate of the latest step; before the first, the rate that it will have. The book prints it before the update
        of the same epoch, so what it prints is the rate of the update before.

    Raises
    ------
    ValueError, TypeError
        If a setting is out of its range, or no number.
    """

    def __init__(
        self,
        learning_rate: Rate,
        decay: float = 0.0,
        *,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        name = type(self).__name__
        self.learning_rate: Rate = learning_rate
        if callable(learning_rate):
            number(name, "learning_rate(0)", learning_rate(0))
        else:
            self.learning_rate = number(name, "learning_rate", learning_rate)
        self.decay = number(name, "decay", decay)
        self.clip_value = None if clip_value is None else number(name, "clip_value", clip_value, positive=True)
        self.clip_norm = None if clip_norm is None else number(name, "clip_norm", clip_norm, positive=True)
        self.iterations = 0
        self.current_learning_rate = self.rate(0)
        self._given: list[Tensor] = []
        self._bundles: list[Bundle] = []
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
            Of one shape and dtype; the gradient has been through `clip`.
        state : tuple of ndarray
            From `init`, or from the update before.
        iteration : int, or a 0-d array while a step is compiled
            How many steps the optimizer has made before, 0 at first; also for a parameter that joins late.

        Returns
        -------
        param : ndarray
        state : tuple of ndarray
        """

    def rate(self, iteration: Any) -> Any:
        """Give the learning rate of the step that follows `iteration` others.

        Examples
        --------
        >>> from nn import SGD
        >>> SGD(learning_rate=1.0, decay=0.5).rate(2)
        0.5
        """
        rate = self._scheduled(self.learning_rate, iteration) if callable(self.learning_rate) else self.learning_rate
        rate = rate / (1 + self.decay * iteration)
        return float(rate) if isinstance(iteration, (int, np.integer)) else rate

    def _scheduled(self, schedule: Callable[[Any], Any], iteration: Any) -> Any:
        try:
            return schedule(iteration)
        except TypeError as error:
            if not is_compiling():
                raise
            raise TypeError(
                f"{type(self).__name__}: the schedule {schedule!r} cannot be compiled into a step: {error} In a "
                "schedule write np.where(n < 10, a, b) where an `if` would be, and NumPy's functions for those of math "
                "(np.exp for math.exp); or train with compiled=False."
            ) from error

    def clip(self, gradients: list[Array]) -> list[Array]:
        """Give the gradients of one step as `update` gets them: clipped by value and then by norm, where that is set.

        With the norm N over all gradients together and c = `clip_norm`, each is multiplied by min(1, c / (N + 10⁻⁶)),
        as `torch.nn.utils.clip_grad_norm_` does. A NaN anywhere makes all of them NaN.

        Parameters
        ----------
        gradients : list of ndarray
            Not changed.

        Returns
        -------
        list of ndarray
            Of the same shapes and dtypes.

        Examples
        --------
        >>> from nn import SGD
        >>> SGD(clip_norm=1.0).clip([np.array([3.0, 0.0]), np.array([[4.0]])])[1].round(5)
        array([[0.8]])
        """
        value, most = self.clip_value, self.clip_norm
        if value is not None:
            gradients = [np.clip(gradient, -value, value) for gradient in gradients]
        if most is not None:
            norms = [_norm(gradient) for gradient in gradients]
            total = norms[0] if len(norms) == 1 else _norm(np.array(norms))
            scale = np.minimum(most / (total + 1e-6), 1.0)
            gradients = [gradient * scale.astype(gradient.dtype) for gradient in gradients]
        return gradients

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
        >>> from nn import SGD
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
        gradients = self.clip([bundle.gradient() for bundle in self._bundles])
        results = [
            bundle.updated(gradient, self.update, self.iterations)
            for bundle, gradient in zip(self._bundles, gradients, strict=True)
        ]
        for bundle, result in zip(self._bundles, results, strict=True):
            bundle.accept(*result)
        self.current_learning_rate = self.rate(self.iterations)
        self.iterations += 1

    def state(self, param: Tensor) -> State:
        """Give the state that `step` keeps for a parameter: arrays of its shape, not to be written to.

        Examples
        --------
        >>> from nn import Adam
        >>> w = Tensor([3.0, 4.0], requires_grad=True)
        >>> Adam().state(w)
        (array([0., 0.]), array([0., 0.]))
        """
        for bundle in self._bundles:
            for member, state in bundle.states():
                if member is param:
                    return state
        return self._resting[id(param)][1] if id(param) in self._resting else self.init(param.data)

    def state_dict(self, model: Any) -> dict[str, Any]:
        """Give all that is needed to go on later as if nothing had been in between: plain arrays and a number.

        Parameters
        ----------
        model : object
            Whose parameters are updated, as `named_parameters` takes it: a model, or a list or dict of Tensors.

        Returns
        -------
        dict
            Under "iterations" an int, and under "<parameter>.<i>" the i-th array of its state, copied. The settings
            are not part of it: see `config`.

        Examples
        --------
        >>> from nn import SGD
        >>> w = Tensor([3.0, 4.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> sgd = SGD(learning_rate=0.5, momentum=0.9)
        >>> sgd.step([w])
        >>> sgd.state_dict({"w": w})
        {'iterations': 1, 'w.0': array([-3., -4.])}
        """
        return saved.write(self.iterations, {name: self.state(p) for name, p in named_parameters(model).items()})

    def load_state_dict(self, state: Mapping[str, Any], model: Any) -> None:
        """Go on from a saved state: the next step is the one that would have come, bit for bit.

        Parameters
        ----------
        state : dict
            From `state_dict`, of this optimizer or of a compiled step with one of the same settings.
        model : object
            As `state_dict` takes it; its parameters have been restored by other means.

        Raises
        ------
        ValueError
            If the state does not fit the parameters; then nothing is changed.
        """
        params = named_parameters(model)
        data = {name: param.data for name, param in params.items()}
        iterations, states = saved.read(type(self).__name__, self.init, data, state)
        self._rest()
        self._resting.update((id(param), (param, states[name])) for name, param in params.items())
        self.iterations = iterations
        self.current_learning_rate = self.rate(max(iterations - 1, 0))

    def _rest(self) -> None:
        """Take the bundles apart; each parameter keeps its state."""
        # The parameter is kept beside its state: its id cannot pass to another one.
        for bundle in self._bundles:
            self._resting.update((id(param), (param, state)) for param, state in bundle.states())
        self._bundles, self._given = [], []

    def _bundle(self, given: list[Tensor]) -> None:
        """Lay the parameters of each dtype, and their states, end to end."""
        self._rest()
        by_dtype: dict[Any, dict[int, Tensor]] = {}
        for param in given:
            by_dtype.setdefault(param.dtype, {})[id(param)] = param
        self._bundles = [
            Bundle(list(members.values()), [self.state(param) for param in members.values()])
            for members in by_dtype.values()
        ]
        self._given = given


def _norm(array: Array) -> Any:
    """Give the Euclidean norm in float64: of huge numbers and of tiny ones too, whose squares are not finite or 0."""
    largest = np.max(np.abs(array), initial=0.0)
    unit = np.where((largest > 0) & (largest < np.inf), largest, 1.0).astype(array.dtype)
    scaled = array / unit
    return unit.astype(np.float64) * np.sqrt(np.sum(scaled * scaled)).astype(np.float64)
