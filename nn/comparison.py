"""Hold the tape against the formulas derived by hand, parameter by parameter: `nn.compare(model, X, y)`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn import byhand
from nn.activations import Softmax
from nn.layers import Dense, Dropout, Sequential
from nn.losses import CLIP, BinaryCrossentropy, CategoricalCrossentropy, MeanAbsoluteError, softmax_cross_entropy
from nn.mode import training
from nn.regularizers import L1, regularization_loss
from nn.table import aligned
from nn.walk import named_parameters

Array = NDArray[Any]

_ROUNDS = 7


@dataclass(frozen=True)
class Difference:
    """How far tape and formula are apart in one parameter.

    Attributes
    ----------
    parameter : str
        Its name, as `nn.named_parameters` gives it.
    shape : tuple of int
    absolute : float
        The largest difference of two elements.
    relative : float
        The same, divided by the largest element of the formula's gradient. So small elements beside large ones do not
        blow it up, and a gradient that is small as a whole does not hide it. If the formula's gradient is all zeros it
        is 0 where the tape's is too, and infinite otherwise.
    tape, formula : ndarray
        The two gradients.
    """

    parameter: str
    shape: tuple[int, ...]
    absolute: float
    relative: float
    tape: Array = field(repr=False, compare=False)
    formula: Array = field(repr=False, compare=False)


@dataclass(frozen=True)
class Comparison:
    """The result of `nn.compare`; as text an aligned table.

    Attributes
    ----------
    rows : tuple of Difference
        One for each parameter.
    time_tape, time_formula : float
        Seconds for forward and backward pass together, the median of a few rounds.
    notes : tuple of str
        Where the book's formula is not the derivative, as far as these data come there.
    sources : str
        Formulas beside what the tape derives, if that was asked for.
    """

    rows: tuple[Difference, ...]
    time_tape: float
    time_formula: float
    notes: tuple[str, ...] = ()
    sources: str = field(default="", repr=False)

    @property
    def relative(self) -> float:
        """The largest relative difference of all parameters, NaN if there is one."""
        return float(np.max([row.relative for row in self.rows]))

    def cells(self) -> list[tuple[str, ...]]:
        """Give the table's cells, the names of the columns first and all parameters together last."""
        lines: list[tuple[str, ...]] = [
            ("parameter", "shape", "max abs diff", "max rel diff", "time tape", "time formula")
        ]
        lines += [(r.parameter, str(r.shape), f"{r.absolute:.1e}", f"{r.relative:.1e}", "", "") for r in self.rows]
        absolute = float(np.max([row.absolute for row in self.rows]))
        times = (f"{seconds * 1e6:,.0f} µs" for seconds in (self.time_tape, self.time_formula))
        lines.append(("all", "", f"{absolute:.1e}", f"{self.relative:.1e}", *times))
        return lines

    def __str__(self) -> str:
        """Give the table."""
        return "\n".join(
            [
                aligned(self.cells(), left=2),
                *(f"note: {note}" for note in self.notes),
                *([self.sources] if self.sources else []),
            ]
        )

    def draw(self, path: str | PathLike[str]) -> None:
        """Draw how far each element of each parameter is off, as a heat map: see `nn.heatmap`.

        Parameters
        ----------
        path : str or path-like
            Where the picture goes; its ending says of which kind it is.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        from nn.heatmap import drawn

        drawn(self.rows, path)


def compare(model: Any, X: Any, y: Any, loss: Any = None, *, source: bool = False) -> Comparison:
    """Compute the gradients of the loss by tape and by hand-derived formula; print and return a table.

    Layers are in training mode, and `Dropout` draws the same masks on both sides. What regularisers ask is added to the
    loss. A softmax or sigmoid goes through a formula of its own, and that of the loss follows; of scores (a loss with
    `from_logits=True`) the two are combined. The model is left as it was, gradients and generators included.

    In five places the book's formula is not the derivative (docs/conventions.md). Where the data come to one, the
    difference shows, and a note below the table tells why.

    Parameters
    ----------
    model : Sequential
        Of the layers and activations of `nn`; or what has a list of them as `layers`, and maybe a `loss`.
    X : array_like
        Inputs, shape (samples, features), or what the first layer takes.
    y : array_like
        Targets, as the loss takes them.
    loss : Loss, optional
        One of `nn`. By default `CategoricalCrossentropy` if the last layer is a `Softmax`, else
        `softmax_cross_entropy`.
    source : bool
        Whether to set, for each kind of layer in the model, the formula beside the NumPy source that `autograd.derive`
        gives for it.

    Returns
    -------
    Comparison
        `rows` has the differences as numbers, `str()` the table, and `draw("file.png")` draws them.

    Raises
    ------
    TypeError
        If there is no formula for a layer or the loss, or targets are of a wrong kind.
    ValueError
        If inputs or parameters are NaN or infinite (says where), there is no parameter, or targets do not fit.

    Examples
    --------
    >>> from nn import Dense, ReLU, Sequential
    >>> model = Sequential(Dense(2, 4, rng=np.random.default_rng(0)), ReLU(), Dense(4, 3, rng=np.random.default_rng(1)))
    >>> table = compare(model, np.random.default_rng(2).standard_normal((10, 2)), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    ... # doctest: +ELLIPSIS
    parameter         shape   max abs diff  max rel diff  time tape  time formula
    layers.0.weights  (2, 4)  ...
    >>> table.relative < 1e-12
    True
    """
    layers = _layers(model)
    loss, start = _loss(model, layers, loss)
    names = named_parameters({"layers": model.layers})
    if not names:
        raise ValueError("nn.compare: the model has no parameter with requires_grad=True; there is nothing to compare.")
    X = _inputs(X)
    for name, array in {"the inputs": X, **{name: param.data for name, param in names.items()}}.items():
        _finite(name, array)
    forward = Sequential(*layers)
    with training(False):
        shape = forward(X).shape
    targets = byhand.targets(loss, y, shape)
    same_masks = _generators(layers)
    params = list(names.values())

    def tape() -> byhand.Gradients:
        with same_masks(), training():
            return _by_tape(forward, loss, params, X, targets)

    def formula() -> tuple[byhand.Gradients, Array]:
        with same_masks():
            return byhand.gradients(layers, start, X, targets)

    (expected, outputs), found = formula(), tape()
    rows = tuple(_difference(name, found[id(param)], expected[id(param)]) for name, param in names.items())
    times = [(_seconds(tape), _seconds(formula)) for _ in range(_ROUNDS)]
    sources = ""
    if source:
        from nn.beside import beside

        sources = beside(layers, loss, start, X, targets)
    notes = tuple(_notes(layers, loss, outputs, targets))
    time_tape, time_formula = np.median(times, axis=0).tolist()
    table = Comparison(rows, time_tape, time_formula, notes, sources)
    print(table)
    return table


def _layers(model: Any) -> list[Any]:
    """Give the layers in their order, those of a `Sequential` within it too, if there is a formula for each."""
    if isinstance(model, Sequential):
        fits = type(model) is Sequential
    else:
        fits = isinstance(getattr(model, "layers", None), (list, tuple))
    if not fits:
        raise TypeError(f"nn.compare takes a Sequential; met {type(model).__name__}. Write nn.Sequential(layer, ...).")
    flat: list[Any] = []
    stack = list(reversed(model.layers))
    while stack:
        layer = stack.pop()
        if type(layer) is Sequential:
            stack.extend(reversed(layer.layers))
        else:
            flat.append(layer)
    for i, layer in enumerate(flat):
        if byhand.way_of(layer) is None:
            known = ", ".join([kind.__name__ for kind in byhand.WAYS] + ["GELU"])
            raise TypeError(f"nn.compare has no formula for layer {i}, {layer!r}; it knows {known}.")
    return flat


def _loss(model: Any, layers: Sequence[Any], loss: Any) -> tuple[Any, byhand.Start]:
    """Give the loss, and where the way back starts."""
    if loss is None:
        loss = getattr(model, "loss", None)
    if loss is None:
        separate = bool(layers) and type(layers[-1]) is Softmax
        loss = CategoricalCrossentropy() if separate else softmax_cross_entropy
    start = byhand.start_of(loss)
    if start is None:
        raise TypeError(
            f"nn.compare has no formula for the loss {loss!r}; it knows CategoricalCrossentropy, BinaryCrossentropy, "
            "MeanSquaredError, MeanAbsoluteError, Huber, and softmax_cross_entropy."
        )
    return loss, start


def _inputs(X: Any) -> Array:
    X = X.numpy() if isinstance(X, Tensor) else np.asarray(X)
    if X.dtype.kind not in "biuf":
        raise TypeError(f"nn.compare: inputs are real numbers; met dtype {X.dtype}.")
    if X.ndim < 2:
        raise ValueError(f"nn.compare: inputs have the shape (samples, features); met shape {X.shape}.")
    given: Array = X if X.dtype.kind == "f" else X.astype(np.float64)
    return given


def _finite(name: str, array: Array) -> None:
    wrong = ~np.isfinite(array)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"nn.compare: {name} must be finite; met {array[at]} at {list(at)} "
            f"({wrong.sum()} of {array.size} elements are NaN or infinite)."
        )


def _generators(layers: Sequence[Any]) -> Callable[[], Any]:
    """Give a context in which every generator starts from where it is now, and after which it is there again."""
    generators = [layer.rng for layer in layers if isinstance(layer, Dropout)]
    states = [generator.bit_generator.state for generator in generators]

    @contextmanager
    def from_here() -> Iterator[None]:
        try:
            yield
        finally:
            for generator, state in zip(generators, states, strict=True):
                generator.bit_generator.state = state

    return from_here


def _by_tape(model: Any, loss: Any, params: list[Tensor], X: Array, targets: Array) -> byhand.Gradients:
    """Take the gradients that `backward` leaves, and put back those that were there."""
    before = [param.grad for param in params]
    try:
        for param in params:
            param.grad = None
        penalty = regularization_loss(model)
        total = loss(model(X), targets)
        (total if isinstance(penalty, float) else total + penalty).backward()
        return {id(param): np.zeros_like(param.data) if param.grad is None else param.grad for param in params}
    finally:
        for param, grad in zip(params, before, strict=True):
            param.grad = grad


def _notes(layers: Sequence[Any], loss: Any, outputs: Array, targets: Array) -> Iterator[str]:
    """Say at which of the five places these data are; their numbers are those of docs/conventions.md."""
    clipped = (outputs < CLIP) | (outputs > 1 - CLIP)
    if type(loss) is CategoricalCrossentropy and not loss.from_logits:
        if clipped[np.arange(len(targets)), targets].any():
            yield "the loss clips probabilities at 1e-7, where its derivative is 0; the book's formula does not (1)."
        if (outputs == 0).any():
            yield "the book's formula divides by probabilities that are 0, also of classes with y = 0: 0/0 (2)."
    if type(loss) is BinaryCrossentropy and not loss.from_logits and clipped.any():
        yield "the loss clips probabilities at 1e-7, where its derivative is 0; the book's formula is not (3)."
    zeros = (
        (param.data == 0).any()
        for layer in layers if isinstance(layer, Dense)
        for regularizer, param in ((layer.weight_regularizer, layer.weights), (layer.bias_regularizer, layer.biases))
        if any(isinstance(part, L1) and part.strength for part in byhand.parts_of(regularizer))
    )  # fmt: skip
    if any(zeros):
        yield "of L1 at 0 the book takes +1, where the tape takes 0 (4)."
    if type(loss) is MeanAbsoluteError:
        yield "the book's formula of the mean absolute error has the opposite sign (5)."


def _difference(name: str, found: Array, expected: Array) -> Difference:
    absolute = float(np.max(np.abs(found - expected)))
    scale = float(np.max(np.abs(expected)))
    # Written so that NaN on either side comes out as NaN.
    relative = absolute / scale if scale != 0 else (0.0 if absolute == 0 else absolute * np.inf)
    return Difference(name, found.shape, absolute, relative, found, expected)


def _seconds(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
