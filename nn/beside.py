"""Set the formulas derived by hand beside the NumPy source that the engine derives for the same layers."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import derive, grad, vjp
from autograd.extend import standing_in
from nn import analytic, byhand
from nn.layers import Dense, Dropout
from nn.mode import training

Array = NDArray[Any]


def beside(layers: Sequence[Any], loss: Any, start: byhand.Start, X: Array, targets: Array) -> str:
    """Give, for each kind of layer, regulariser and the loss, the formula beside the derived source.

    Parameters
    ----------
    layers : sequence
        In their order.
    loss, start
        The loss, and where the way back starts.
    X, targets : ndarray
        What is compared; only shapes and dtypes matter.

    Returns
    -------
    str
        Blocks of two columns, the formula on the left, from the last layer to the first as the way back goes.

    Examples
    --------
    >>> from nn import MeanSquaredError, Tanh
    >>> mse = MeanSquaredError()
    >>> text = beside([Tanh()], mse, byhand.start_of(mse), np.ones((4, 2)), np.zeros((4, 2)))
    >>> print(text[text.index("Tanh") :])
    Tanh()
      Go back through a hyperbolic tangent: dX = D · (1 - A²).
      nn.analytic.tanh                            |  derived from the tape
      def tanh(dvalues, outputs):                 |  def backward(dvalues, inputs):
          dinputs = dvalues * (1 - outputs ** 2)  |      t1 = np.tanh(inputs)
          return dinputs                          |      d_inputs = dvalues * (1 - (t1 * t1))
                                                  |      return d_inputs
    """
    return "\n".join(line for block in _blocks(layers, loss, start, X, targets) for line in ("", *block))


def _blocks(layers: Sequence[Any], loss: Any, start: byhand.Start, X: Array, targets: Array) -> Iterator[list[str]]:
    inputs = [X]
    with training(False):
        for layer in layers:
            inputs.append(np.asarray(layer(inputs[-1]).numpy()))
    yield _block(getattr(loss, "__name__", repr(loss)), start.formula, _of_loss(loss, inputs[-1], targets))
    seen = set()
    for layer, x, output in zip(reversed(layers), reversed(inputs[:-1]), reversed(inputs[1:]), strict=True):
        way = byhand.way_of(layer)
        assert way is not None
        if way.formula not in seen:
            seen.add(way.formula)
            yield _block(repr(layer), way.formula, _of_layer(layer, x, output))
        for part in _regularizers(layer):
            formula = type(part).__name__.lower()
            if formula not in seen:
                seen.add(formula)
                yield _block(repr(part), formula, _of_regularizer(part, layer.weights.data))


def _of_loss(loss: Any, predictions: Array, y_true: Array) -> str:
    def backward(predictions: Any, y_true: Any) -> Any:
        return grad(lambda predictions: loss(predictions, y_true))(predictions)

    return derive(backward, predictions, y_true)


def _of_layer(layer: Any, x: Array, output: Array) -> str:
    if isinstance(layer, Dense):

        def dense(dvalues: Any, inputs: Any, weights: Any, biases: Any) -> Any:
            def forward(inputs: Any, weights: Any, biases: Any) -> Any:
                with standing_in([layer.weights, layer.biases], [weights, biases]):
                    return layer(inputs)

            return vjp(forward, inputs, weights, biases)[1](dvalues)

        return derive(_named(dense), output, x, layer.weights.data, layer.biases.data)
    if isinstance(layer, Dropout):

        def dropout(dvalues: Any, inputs: Any, mask: Any) -> Any:
            masked = copy.copy(layer)
            vars(masked)["mask"] = lambda *_: mask
            return vjp(masked, inputs)[1](dvalues)[0]

        with training():
            return derive(_named(dropout), output, x, np.ones_like(x))

    def backward(dvalues: Any, inputs: Any) -> Any:
        return vjp(layer, inputs)[1](dvalues)[0]

    return derive(backward, output, x)


def _of_regularizer(regularizer: Any, param: Array) -> str:
    def backward(param: Any) -> Any:
        return grad(regularizer)(param)

    return derive(backward, param)


def _named(function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = "backward"
    return function


def _regularizers(layer: Any) -> list[Any]:
    if not isinstance(layer, Dense):
        return []
    return byhand.parts_of(layer.weight_regularizer) + byhand.parts_of(layer.bias_regularizer)


def _block(title: str, formula: str, derived: str) -> list[str]:
    """Give one block: title, and two columns."""
    function = getattr(analytic, formula)
    left = [f"nn.analytic.{formula}", *_body(function)]
    right = ["derived from the tape", *_function(derived)]
    width = max(map(len, left))
    lines = [f"  {a.ljust(width)}  |  {b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]
    told = (inspect.getdoc(function) or "").partition("\nParameters\n")[0].partition("\nExamples\n")[0]
    return [title, *(f"  {line}" for line in _plain(told.splitlines())), *lines]


def _body(function: Any) -> list[str]:
    """Give a function's source without docstring and annotations."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    return _plain(ast.unparse(_Bare().visit(definition)).splitlines())


def _function(source: str) -> list[str]:
    """Give the function in a derived source: helpers stay out, and from which op a line came."""
    lines = source[source.rindex("\ndef ") + 1 :].splitlines()
    return [line.partition("  # ")[0] for line in lines if line.strip()]


def _plain(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]


class _Bare(ast.NodeTransformer):
    """Takes out docstrings and annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.generic_visit(node)
        node.body = node.body[1:]
        node.returns = None
        for argument in node.args.args:
            argument.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        assert node.value is not None
        return ast.copy_location(ast.Assign([node.target], node.value), node)
