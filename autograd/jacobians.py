"""Jacobians and Hessians as a whole: one recording, and a walk for each seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.argnums import Argnum, Chosen
from autograd.transforms import Run, named, run_chosen
from autograd.tree import flatten

Fn = Callable[..., Any]


def jacobian(fun: Fn, argnum: Argnum = 0, has_aux: bool = False, mode: str | None = None) -> Fn:
    """Make the function that gives ∂f_i/∂x_j, of shape (*output, *argument).

    Parameters
    ----------
    fun : callable
        Returns a tree of arrays; the result is then a tree like it, in which trees like the argument stand.
    argnum : int, str, or sequence of these
        Several give a tuple in the place of one argument.
    has_aux : bool
        Whether `fun` returns a pair, of which the second part is not differentiated: then a pair is given.
    mode : "reverse", "forward" or None
        One walk for each element of the output, or of the argument; None takes what needs fewer, and "reverse" for
        complex numbers, whose convention is that of `grad`.

    Raises
    ------
    TypeError
        As `grad` does, but for the scalar.
    ValueError
        For another mode.

    Warns
    -----
    UserWarning
        If the output does not depend on the arguments.

    Examples
    --------
    >>> import numpy as np
    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    if mode not in (None, "reverse", "forward"):
        raise ValueError(f"mode is 'reverse', 'forward' or None; met {mode!r}")
    return _jacobian(fun, argnum, has_aux, mode, warn=True)


def _jacobian(fun: Fn, argnum: Argnum, has_aux: bool, mode: str | None, warn: bool) -> Fn:
    chosen = Chosen(fun, argnum)

    @named(fun, "jacobian")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        run, held = run_chosen(chosen, args, kwargs, has_aux)
        if warn:
            run.warn_unused()
        outputs, inputs = sum(y.size for y in run.arrays), sum(x.size for x in run.inputs)
        is_complex = any(x.dtype.kind == "c" for x in (*run.arrays, *run.inputs))
        reverse = mode == "reverse" or (mode is None and (outputs <= inputs or is_complex))
        blocks = _by_rows(run) if reverse else _by_columns(run)
        found = run.rebuild_out([chosen.alone(run.rebuild(row)) for row in blocks])
        return (found, run.given(held[0])) if has_aux else found

    return of_arguments


def _seeds(arrays: Sequence[Any], at: int) -> Any:
    """Give, for each element of one array, arrays that are 1 there and 0 everywhere else."""
    for index in np.ndindex(*arrays[at].shape):
        one = np.zeros(arrays[at].shape, arrays[at].dtype)
        one[index] = 1
        yield [one if i == at else np.zeros(a.shape, a.dtype) for i, a in enumerate(arrays)]


def _by_rows(run: Run) -> list[list[Any]]:
    """Give the blocks of a Jacobian, for each output and each input, by a walk back for each element of the outputs."""
    blocks = []
    for at, out in enumerate(run.arrays):
        rows = [flatten(run.pullback(seed, release=False))[0] for seed in _seeds(run.arrays, at)]
        blocks.append([_stacked([row[i] for row in rows], out.shape, x.shape, x) for i, x in enumerate(run.inputs)])
    return blocks


def _by_columns(run: Run) -> list[list[Any]]:
    """Give the blocks of a Jacobian by a walk forth for each element of the inputs."""
    columns = []
    for at, x in enumerate(run.inputs):
        found = [flatten(run.pushforward(seed))[0] for seed in _seeds(run.inputs, at)]
        columns.append([_stacked([one[i] for one in found], x.shape, y.shape, y) for i, y in enumerate(run.arrays)])
    return [[_turned(columns[i][k], len(x.shape)) for i, x in enumerate(run.inputs)] for k in range(len(run.arrays))]


def _stacked(parts: list[Any], first: tuple[int, ...], then: tuple[int, ...], like: Any) -> Any:
    if not parts:
        return np.zeros((*first, *then), like.dtype)
    return np.reshape(np.stack(parts), (*first, *then))


def _turned(block: Any, count: int) -> Any:
    """Put the first `count` axes last."""
    ndim = len(block.shape)
    return np.transpose(block, (*range(count, ndim), *range(count)))


def hessian(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives the second derivatives, of shape (*output, *argument, *argument).

    Of a scalar by one recorded gradient and a walk forth for each element of the argument; of anything else as the
    Jacobian of the Jacobian.

    Parameters
    ----------
    fun, argnum, has_aux
        As of `jacobian`.

    Examples
    --------
    >>> import numpy as np
    >>> hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    inner = jacobian(fun, argnum, has_aux)
    # That a second derivative is zero is no news: of a linear function it is.
    outer = _jacobian(inner, argnum, has_aux, "forward", warn=False)
    chosen = Chosen(fun, argnum)

    @named(fun, "hessian")
    def of_arguments(*args: Any, **kwargs: Any) -> Any:
        # What is wrong with the arguments is said of the function that was written.
        chosen.split(args, kwargs)
        return outer(*args, **kwargs)

    return of_arguments
