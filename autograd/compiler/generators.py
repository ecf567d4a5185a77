"""Random numbers in a program: each run draws anew, in the order in which the function draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.inference import throw_away
from autograd.compiler.program import Fn, Value, mapped
from autograd.compiler.symbol import Symbol, Trace
from autograd.compiler.where import unknown
from autograd.tensor import shell

_DRAWS = (
    "beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric integers "
    "laplace logistic lognormal logseries multinomial multivariate_hypergeometric multivariate_normal "
    "negative_binomial noncentral_chisquare noncentral_f normal pareto permutation permuted poisson power random "
    "rayleigh standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform "
    "vonmises wald weibull zipf"
).split()


class Recorded(np.random.Generator):
    """Stands for a generator while a function is recorded: a draw becomes part of the program."""

    def __init__(self, trace: Trace, source: Value) -> None:
        super().__init__(np.random.PCG64(0))
        self._recording = trace, source
        #: What was drawn, and where the next draw is in it: at its end, but where something is run again.
        self._drawn: list[Any] = []
        self.position = 0

    def shuffle(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: it works in place."""
        raise unknown("A shuffled array", "Write x = x[rng.permutation(len(x))].", self._recording[0])

    def spawn(self, n_children: int) -> Any:
        """Refuse: a program draws from the generators that it was given."""
        raise TypeError("A program draws from the generators it is given: call spawn before, and pass the children.")


def _drawing(name: str) -> Fn:
    plain = getattr(np.random.Generator, name)

    def draw(self: Recorded, *args: Any, **kwargs: Any) -> Any:
        if self.position < len(self._drawn):
            self.position += 1
            return self._drawn[self.position - 1]
        trace, source = self._recording
        out = kwargs.get("out")
        if out is not None:
            raise unknown("Drawing into an array", "Use the array that is returned.", trace)
        args, kwargs = trace.lowered(args), trace.lowered(kwargs)
        like = plain(np.random.default_rng(0), *mapped(args, throw_away), **mapped(kwargs, throw_away))
        if isinstance(like, (bytes, int)) and not isinstance(like, (np.generic, bool)):
            like = np.asarray(like)
        self._drawn.append(_as_tensor(trace.add(drawn, (source, name, *args), kwargs, like, ordered=True)))
        self.position += 1
        return self._drawn[-1]

    draw.__name__ = name
    return draw


def drawn(generator: np.random.Generator, name: str, *args: Any, **kwargs: Any) -> Any:
    """Draw from a generator."""
    return getattr(generator, name)(*args, **kwargs)


def _as_tensor(drawn: Any) -> Any:
    return shell(drawn, None) if isinstance(drawn, Symbol) else drawn


for _name in _DRAWS:
    setattr(Recorded, _name, _drawing(_name))
