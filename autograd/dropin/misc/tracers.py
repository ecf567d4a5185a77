"""Run a function from its recorded graph."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd.compiler.front import compile


def const_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """Record a function at its first call, and run the record from then on: `autograd.compile`.

    Parameters
    ----------
    fun : callable
    *args, **kwargs
        Arguments that stay what they are.
    """
    compiled = compile(partial(fun, *args, **kwargs))

    def replayed(*rest: Any) -> Any:
        # A number would be part of what was recorded.
        return compiled(*[np.asarray(x) if isinstance(x, (float, complex)) else x for x in rest])

    return replayed
