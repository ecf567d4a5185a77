"""Schedules: learning rates that change from step to step, given to an optimizer as its `learning_rate`.

Each is a pure function of how many steps have been made. A training step that is compiled holds it as NumPy calls, so
one program serves all steps.

>>> import nn
>>> nn.Adam(learning_rate=nn.schedules.Warmup(100, then=nn.schedules.Cosine(0.05, steps=900))).rate(99)
0.05
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from nn.settings import Configured, count, number


class Schedule(Configured, ABC):
    """What every schedule has in common; a new one defines `rate`, and keeps its arguments under their own names."""

    def __call__(self, iteration: Any) -> Any:
        """Give the learning rate of the step that follows `iteration` others.

        Parameters
        ----------
        iteration : int or ndarray
            At least 0. An array gives the rates of many steps, to draw them.

        Returns
        -------
        float, or ndarray of float64

        Examples
        --------
        >>> Step(0.1, every=2, factor=0.5)(np.arange(5))
        array([0.1  , 0.1  , 0.05 , 0.05 , 0.025])
        """
        rate = self.rate(iteration)
        return float(rate) if isinstance(iteration, (int, np.integer)) else rate

    @abstractmethod
    def rate(self, iteration: Any) -> Any:
        """Give the rate by NumPy functions and without `if`: while a step is compiled, `iteration` has no value."""

    def __repr__(self) -> str:
        """Show the call that makes an equal schedule, with the names of `nn`."""
        return ("schedules." if type(self).__module__ == __name__ else "") + super().__repr__()


class InverseTime(Schedule):
    """A rate that falls as 1/t: learning_rate / (1 + decay n) after n steps.

    This is what `decay=` of every optimizer does. From *Neural Networks from Scratch in Python* (Kinsley and Kukieła,
    chapter 10).

    Parameters
    ----------
    learning_rate : float
        The rate of the first step.
    decay : float
        1/decay is the number of steps after which the rate is half.

    Raises
    ------
    ValueError, TypeError
        If a setting is negative, not finite, or no number.

    Examples
    --------
    >>> InverseTime(1.0, decay=0.5)(2)
    0.5
    """

    def __init__(self, learning_rate: float, decay: float) -> None:
        self.learning_rate = number("InverseTime", "learning_rate", learning_rate)
        self.decay = number("InverseTime", "decay", decay)

    def rate(self, iteration: Any) -> Any:
        """Give learning_rate / (1 + decay n)."""
        return self.learning_rate / (1 + self.decay * iteration)


class Step(Schedule):
    """A rate that is multiplied by `factor` after every `every` steps: learning_rate · factor^⌊n / every⌋.

    As PyTorch's `StepLR`, counted in optimizer steps.

    Parameters
    ----------
    learning_rate : float
        The rate of the first steps.
    every : int
        How many steps have one rate.
    factor : float
        Above 0, at most 1.

    Raises
    ------
    ValueError, TypeError
        If a setting is out of its range, or no number.

    Examples
    --------
    >>> schedule = Step(0.1, every=1000, factor=0.5)
    >>> schedule(999), schedule(1000)
    (0.1, 0.05)
    """

    def __init__(self, learning_rate: float, every: int, factor: float) -> None:
        self.learning_rate = number("Step", "learning_rate", learning_rate)
        self.every = count("Step", "every", every)
        self.factor = number("Step", "factor", factor, positive=True)
        if self.factor > 1:
            raise ValueError(
                f"Step: factor multiplies the rate and is at most 1; met {self.factor:g}. To divide by it, write "
                f"factor=1/{self.factor:g}."
            )

    def rate(self, iteration: Any) -> Any:
        """Give learning_rate · factor^⌊n / every⌋."""
        return self.learning_rate * self.factor ** np.floor_divide(iteration, self.every)


class Cosine(Schedule):
    """A rate that falls along half a cosine from `learning_rate` to `final`, and stays there.

    After n steps: final + (learning_rate - final) (1 + cos(π min(n, steps) / steps)) / 2. From Loshchilov and Hutter
    (2017), *SGDR*, equation 5, without restarts.

    Parameters
    ----------
    learning_rate : float
        The rate of the first step.
    steps : int
        After so many steps the rate is `final`.
    final : float

    Raises
    ------
    ValueError, TypeError
        If a setting is out of its range, or no number.

    Examples
    --------
    >>> schedule = Cosine(0.5, steps=100, final=0.125)
    >>> schedule(0), schedule(50), schedule(100), schedule(1000)
    (0.5, 0.3125, 0.125, 0.125)
    """

    def __init__(self, learning_rate: float, steps: int, final: float = 0.0) -> None:
        self.learning_rate = number("Cosine", "learning_rate", learning_rate)
        self.steps = count("Cosine", "steps", steps)
        self.final = number("Cosine", "final", final)

    def rate(self, iteration: Any) -> Any:
        """Give the mean of both rates, weighted so that each end is met exactly."""
        part = (1 + np.cos(np.pi * np.minimum(iteration, self.steps) / self.steps)) / 2
        return self.learning_rate * part + self.final * (1 - part)


class Warmup(Schedule):
    """A rate that grows linearly to that of another schedule, and then follows it.

    After n steps: min(1, (n + 1) / steps) · then(max(0, n - steps)): the first step has 1/steps of the rate, the last
    of the warm-up all of it. From Goyal et al. (2017), *Accurate, Large Minibatch SGD*, section 2.2.

    Parameters
    ----------
    steps : int
        How long the warm-up is.
    then : callable or float
        A schedule, which begins where the warm-up ends, or a rate that stays.

    Raises
    ------
    ValueError, TypeError
        If a setting is out of its range, or no number.

    Examples
    --------
    >>> schedule = Warmup(4, then=InverseTime(1.0, decay=1.0))
    >>> [schedule(n) for n in range(7)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.5, 0.3333333333333333]
    """

    def __init__(self, steps: int, then: Callable[[Any], Any] | float) -> None:
        self.steps = count("Warmup", "steps", steps)
        self.then = then if callable(then) else number("Warmup", "then", then)

    def rate(self, iteration: Any) -> Any:
        """Give the part that the warm-up has reached of what comes then."""
        then = self.then(np.maximum(iteration - self.steps, 0)) if callable(self.then) else self.then
        return np.minimum((iteration + 1) / self.steps, 1.0) * then
