"""Run a function from its recorded graph."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.compiler.front import compile


def const_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """Record a function at its first call, and run the record from then on: `autograd.compile`.

    Parameters
    ----------
    fun : callable
    *args, **kwargs
        Arguments that stay what they are.
    """
    return compile(partial(fun, *args, **kwargs))
