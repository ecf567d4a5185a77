"""Prove a gradient: the tape against the function itself, in both modes and at any order.

What the tape gives is held against a complex step where the function can be continued to complex arguments, which is
exact to the last digits, and against differences elsewhere. The checker is made to fail: random cotangents, read-only
inputs, NaN and infinity anywhere are failures, and so is a check that could not have failed, because what it compares
is as small as its own error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.tree import flatten

if TYPE_CHECKING:
    from autograd.report import Report

Fn = Callable[..., Any]


def check_grads(
    fun: Fn,
    args: Any,
    *,
    order: int = 2,
    modes: Sequence[str] = ("rev", "fwd"),
    kinks: str = "between",
    tolerance: float | None = None,
    step: float | None = None,
    seed: int = 0,
) -> Report:
    """Check the derivatives of `fun` at `args` without the tape, and say how.

    Each floating leaf of the arguments is checked element by element, with a random cotangent for the outputs (reverse
    mode) and along random tangents (forward mode). Where all is real and the function can be continued to complex
    arguments, the derivative is Im f(x + ih) / h with h = 1e-150, exact to rounding; that the function is analytic is
    tried along a line first, and an element at which a complex step contradicts the tape has to be confirmed. Elsewhere
    differences of sixth order are taken in float64, whatever the dtype of the arguments is. Where they contradict
    the tape, or the slopes from above and below seem to differ, slopes are taken on either side at smaller and smaller
    steps: a kink near by does no harm, and one at the point itself is reported. At order 2 the same is done to the
    pullback and the pushforward as functions of primals and cotangents, and so on; what has a kink at one order jumps
    at the next and is left out there.

    Parameters
    ----------
    fun : callable
        Returns an array or a tree of them.
    args : tuple, or one argument
        Arrays, numbers, or trees. Integer and boolean leaves are held fixed.
    order : int
        The highest order checked.
    modes : sequence of "rev" and "fwd"
    kinks : "between", "fail" or "pass"
        What to do where the slopes from above and below differ: by default what the tape gives must lie between
        them (at the end of a domain, be the one slope there is). A NaN and a discontinuity fail in any case.
    tolerance : float, optional
        The relative error allowed. By default it follows from the coarsest dtype's epsilon: 450 epsilon against a
        complex step (1e-13 for float64, 5e-5 for float32), its square root against differences (1.5e-8, 3.5e-4). A
        function that computes in float32 inside shows by its rounding, and gets steps and tolerance to suit.
    step : float, optional
        h of the differences, multiplied by the power of two below |x| where that is above 1; by default 2^-11, near
        epsilon^(1/5).
    seed : int
        Draws the cotangents, tangents and elements.

    Returns
    -------
    Report
        By order and mode: the method, the number of elements, the worst relative error, and the kinks met. Printed, it
        is a table.

    Raises
    ------
    AssertionError
        With the method, and the worst elements: where, by the tape, by differences, and the relative error.
    ValueError
        If nothing in the arguments or the output can be differentiated, or an option is not known.

    Examples
    --------
    >>> print(check_grads(lambda x, y: np.sin(x) * y, (np.ones(3), 2.0), order=1))
    check_grads of <lambda>
      order  mode  method        elements   error
      1      rev   complex step         4  <1e-14
      1      fwd   complex step         3  <1e-14
    >>> check_grads(np.abs, np.array([0.0, 1.0]), order=1).kinks[0].between
    True
    >>> check_grads(np.abs, np.array([0.0, 1.0]), kinks="fail")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: check_grads of absolute, by central ... and one-sided differences, order 1, rev: 1 of 2 elements ...
      kink at index (0,) of argument 0: slope from below -1, from above 1, by the tape 0, between
    """
    for mode in modes:
        if mode not in ("rev", "fwd"):
            raise ValueError(f"modes are 'rev' and 'fwd', got {mode!r}")
    if kinks not in ("between", "fail", "pass"):
        raise ValueError(f"kinks is 'between', 'fail' or 'pass', got {kinks!r}")
    if not modes or order < 1:
        raise ValueError(f"check_grads with modes={modes!r} and order={order} would check nothing")
    leaves, rebuild = flatten(list(args) if isinstance(args, tuple) else [args])
    arrays = [np.asarray(leaf) for leaf in leaves]
    chosen = [i for i, array in enumerate(arrays) if array.dtype.kind in "fc"]
    if not chosen:
        raise ValueError("check_grads: no argument holds floats; integers and booleans have no derivative")

    def of_floats(*floats: Any) -> list[Any]:
        new = list(leaves)
        for i, value in zip(chosen, floats, strict=True):
            new[i] = value
        outs, _ = flatten(fun(*rebuild(new)))
        return [out for out in outs if getattr(out, "dtype", np.asarray(0.0).dtype).kind in "fc"]

    # Here, for most programs prove nothing.
    from autograd.proof import Proof

    name = getattr(fun, "__name__", repr(fun))
    proof = Proof(name, tuple(modes), kinks, tolerance, step, seed, np.random.default_rng(seed))
    return proof.of(of_floats, [arrays[i] for i in chosen], order)
