"""The door to the compiler, which is loaded when it is first used: `import autograd` costs nothing for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Fn = Callable[..., Any]


def compile(
    fn: Fn | None = None,
    *,
    static: str | int | Sequence[str | int] = (),
    donate: str | int | Sequence[str | int] = (),
    backend: str = "auto",
) -> Any:
    """Make a function that records `fn` once for each kind of arguments, and then runs what it did as a flat program.

    Parameters
    ----------
    fn : callable
        Written in NumPy, on arrays and trees of arrays. It may call `grad`, `vjp`, `jvp`, to any order, and other
        compiled functions. It returns a tree of arrays. Without it, `compile` is a decorator with options.
    static : names or positions
        Arguments that decide what is computed: a program is made for each value. They must be hashable.
    donate : names or positions
        Arguments whose arrays the program may overwrite with results: the caller gives them up.
    backend : str
        "numpy", "native" (machine code by llvmlite), or "auto": what the environment variable `GRADTAPE_BACKEND` names,
        else native where llvmlite is installed.

    Returns
    -------
    Compiled
        A callable that takes the arguments of `fn` and returns arrays where `fn` returns Tensors or arrays. Results are
        the caller's to keep. On tracked Tensors it is recorded as one op, and can be differentiated to any order. It
        has `programs`, `program(...)`, `source`, `explain()`, `memory` and `flops`.

    Raises
    ------
    TypeError
        When called: for an argument that is neither an array nor hashable, a function that asks for values (a
        condition on an array, `float(x)`), and one that returns something else than arrays and numbers.
    ValueError
        If `static` or `donate` names no parameter, or `backend` no backend.
    ImportError
        If the backend is "native" and llvmlite is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> slope = compile(grad(lambda x: np.sum(np.tanh(x) ** 2)))
    >>> slope(np.array([0.0, 1.0]))
    array([0.        , 0.63970001])
    >>> len(slope.programs)
    1
    """
    from autograd.compiler.compiled import Compiled

    if fn is None:
        return lambda fn: Compiled(fn, static, donate, backend)
    return Compiled(fn, static, donate, backend)


def derive(fn: Fn, *example: Any, **keywords: Any) -> str:
    """Write down, as NumPy source, what a function computes: derivatives and all.

    Parameters
    ----------
    fn : callable
        As for `compile`; for instance `grad(loss)`.
    *example, **keywords
        Arguments of the shapes and dtypes that it is wanted for.

    Returns
    -------
    str
        The source of one function, that runs with `import numpy as np` alone. Its parameters are the arrays in the
        arguments in order, and then those that the function reads from outside.

    Raises
    ------
    TypeError
        As `compile` does when it is called.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> print(derive(grad(lambda x: np.sum(np.exp(x))), np.ones(3)))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def grad_of_lambda(x):
        d_x = np.exp(x)
        return d_x
    <BLANKLINE>
    """
    from autograd.compiler.signature import Parameters
    from autograd.compiler.source import rendered

    return rendered(fn, Parameters(fn, (), ()), example, keywords)
