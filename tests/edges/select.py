"""Gradients at the edges of choosing and of writing: what is not taken, what is written twice, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from special_values import row


def writing(function: Any, *before: Any, last: Any = (), **options: Any) -> Callable[..., Any]:
    """Make the function that writes `b` into a copy of `a` and weights the elements 1, 10, 100, ..."""

    def fun(a: Any, b: Any) -> Any:
        y = a * 1
        function(y, *before, b, *last, **options)
        return y * 10.0 ** np.arange(y.size).reshape(y.shape)

    return fun


def filled(a: Any) -> Any:
    y = a * 1
    np.copyto(y, 2.0, where=[True, False])
    return y


A, B = np.array([True, False, True]), np.array([True, True, False])
ROWS = (
    row("select, singular where not taken", lambda x: np.select([x > 0], [np.log(x)], x), [-1.0, 0, 2], [1, 1, 0.5],
        [0, 0, -0.25], warns=True),
    row("select, the first that holds", lambda x: np.select([A, B], [x**2, 1 / x]), [3.0, 0.5, 0], [6, -4, 0],
        [2, 16, 2], warns=True),
    row("select, none holds", lambda x: np.select([x > 9], [x], 0.0), [1.0, 2], [0, 0]),
    row("select, the default", lambda x, d: np.select([A], [x], d), ([1.0, 2, 3], 5.0), ([1, 0, 1], 1)),
    row("choose, singular where not taken", lambda x: np.choose([0, 1, 2], [x, np.log(x), 1 / x]), [0.0, 2, 1],
        [1, 0.5, -1], [0, -0.25, 2], warns=True),
    row("choose, never the first", lambda x: np.choose([1, 1], [np.sqrt(-x), x]), [1.0, 0], [1, 1], warns=True),
    row("choose of one", lambda x: np.choose([0, 0], [x]), 3.0, 2),
    row("compress, singular where not taken", lambda x: np.compress(x > 0, np.log(x)), [-1.0, 0, 2], [0, 0, 0.5],
        [0, 0, -0.25], warns=True),
    row("compress to nothing", lambda x: np.compress([False, False], x), [1.0, 2], [0, 0]),
    row("extract, singular where not taken", lambda x: np.extract(x > 0, 1 / x), [[0.0, 2]], [[0, -0.25]], [[0, 0.25]],
        warns=True),
    row("delete what is singular", lambda x: np.delete(np.log(x), 0), [0.0, 2], [0, 0.5], [0, -0.25], warns=True),
    row("delete one twice", lambda x: np.delete(x, [1, 1]), [1.0, 2, 3], [1, 0, 1]),
    row("delete everything", lambda x: np.delete(x, slice(None)), [1.0, 2], [0, 0]),
    row("insert of itself", lambda x: np.insert(x, 1, x * x), [3.0, 4], [7, 9], [2, 2]),
    row("insert, one value in many places", lambda x, v: np.insert(x, [0, 1, 2], v), ([3.0, 4], 1.0), ([1, 1], 3)),
    row("insert nothing", lambda x, v: np.insert(x, [], v), ([3.0, 4], np.ones(0)), ([1, 1], np.ones(0))),
    row("insert into nothing", lambda x, v: np.insert(x, 0, v), (np.ones(0), [3.0, 4]), (np.ones(0), [1, 1])),
    row("ix_ of the same", lambda x: np.multiply(*np.ix_(x, x)), [3.0, 4], [14, 14], [4, 4]),
    row("piecewise, singular outside", lambda x: np.piecewise(x, [x > 0], [np.log]), [-1.0, 0, 2], [0, 0, 0.5],
        [0, 0, -0.25]),
    row("piecewise, overflow outside", lambda x: np.piecewise(x, [x < 9], [np.exp, np.square]), [0.0, 1e4], [1, 2e4],
        [1, 2]),
    row("piecewise, two conditions hold: the last", lambda x: np.piecewise(x, [A, B], [np.square, np.negative]),
        [3.0, 4, 5], [-1, -1, 10], [0, 0, 2]),
    row("piecewise constant", lambda x: np.piecewise(x, [x > 0], [1.0, 2.0]), [-1.0, 0, 2], [0, 0, 0], [0, 0, 0]),
    row("piecewise at infinity", lambda x: np.piecewise(x, [x > 0], [1.0, np.square]), [np.inf, -1], [0, -2], [0, 2]),
    row("copyto", writing(np.copyto), (np.zeros(2), np.ones(2)), ([0, 0], [1, 10])),
    row("copyto, one for all", writing(np.copyto), (np.zeros(2), 1.0), ([0, 0], 11)),
    row("copyto, where", writing(np.copyto, where=[True, False]), (np.zeros(2), np.ones(2)), ([0, 10], [1, 0])),
    row("copyto, where nowhere", writing(np.copyto, where=False), (np.zeros(2), np.ones(2)), ([1, 10], [0, 0])),
    row("copyto over what is singular", lambda x: filled(np.log(x)), [0.0, 2], [0, 0.5], [0, -0.25], warns=True),
    row("put", writing(np.put, [2, 0]), (np.zeros(3), np.ones(2)), ([0, 10, 0], [100, 1])),
    row("put, repeated: the last wins", writing(np.put, [1, -2]), (np.zeros(3), np.ones(2)), ([1, 0, 100], [0, 10])),
    row("put, from the first again", writing(np.put, [0, 1, 2]), (np.zeros(3), np.ones(2)), ([0, 0, 0], [101, 10])),
    row("put, more than wanted", writing(np.put, [1]), (np.zeros(2), np.ones(2)), ([1, 0], [10, 0])),
    row("put, wrap", writing(np.put, [5], last=("wrap",)), (np.zeros(3), np.ones(1)), ([1, 10, 0], [100])),
    row("put, clip", writing(np.put, [-5, 9], last=("clip",)), (np.zeros(3), np.ones(2)), ([0, 10, 0], [1, 100])),
    row("put into a matrix", writing(np.put, [3]), (np.zeros((2, 2)), np.ones(1)), ([[1, 10], [100, 0]], [1000])),
    row("put into 0-d", writing(np.put, [0, 0]), (0.0, np.ones(2)), (0, [0, 1])),
    row("put nothing", writing(np.put, []), (np.zeros(2), np.ones(1)), ([1, 10], [0])),
    row("putmask", writing(np.putmask, [False, True, True]), (np.zeros(3), np.ones(3)), ([1, 0, 0], [0, 10, 100])),
    row("putmask, by place from the first again", writing(np.putmask, [False, True, True]), (np.zeros(3), np.ones(2)),
        ([1, 0, 0], [100, 10])),
    row("place, in order from the first again", writing(np.place, [True, False, True, True]), (np.zeros(4), np.ones(2)),
        ([0, 10, 0, 0], [1001, 100])),
    row("place nothing", writing(np.place, [False, False]), (np.zeros(2), np.ones(0)), ([1, 10], np.ones(0))),
    row("put_along_axis", writing(np.put_along_axis, np.array([[1], [0]]), last=(1,)),
        (np.zeros((2, 2)), np.ones((2, 1))), ([[1, 0], [0, 1000]], [[10], [100]])),
    row("put_along_axis, one for all", writing(np.put_along_axis, np.array([[1, 0]]), last=(0,)),
        (np.zeros((2, 2)), 1.0), ([[1, 0], [0, 1000]], 110)),
    row("put_along_axis, repeated: the last wins", writing(np.put_along_axis, np.array([1, -1]), last=(None,)),
        (np.zeros(2), np.ones(2)), ([1, 0], [0, 10])),
    row("fill_diagonal", writing(np.fill_diagonal), (np.zeros((2, 2)), 1.0), ([[0, 10], [100, 0]], 1001)),
    row("fill_diagonal, one by one", writing(np.fill_diagonal), (np.zeros((2, 3)), np.ones(2)),
        ([[0, 10, 100], [1e3, 0, 1e5]], [1, 1e4])),
    row("fill_diagonal, tall", writing(np.fill_diagonal), (np.zeros((3, 1)), 1.0), ([[0], [10], [100]], 1)),
    row("fill_diagonal, tall, wrapped", writing(np.fill_diagonal, wrap=True), (np.zeros((3, 1)), 1.0),
        ([[0], [10], [0]], 101)),
    row("fill_diagonal of a cube", writing(np.fill_diagonal), (np.zeros((1, 1, 1)), 1.0), ([[[0]]], 1)),
)  # fmt: skip
