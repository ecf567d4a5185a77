"""`gradtape summary`, `compare` and `predict`: look at a model, hold its gradients against the formulas, and use it."""

from __future__ import annotations

import io
from argparse import Namespace
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn import files, summary
from nn.checkpoints import history_in
from nn.cli.output import Output, UsageError, measured
from nn.cli.plan import plan_of
from nn.cli.sources import opened
from nn.comparison import Comparison, compare
from nn.model import Model

#: How many samples are shown on a terminal.
_SHOWN = 20


def summarize(given: Namespace, out: Output) -> int:
    """Show what a file holds: the layers, how they were trained, and of a checkpoint how far."""
    path = Path(given.file)
    arrays, description = files.read(path)
    model = Model.load(path)
    kind = description.get("kind", "model")
    size = path.stat().st_size
    out.found.update(
        command="summary", file=path, kind=kind, bytes=size, model=model.config(),
        parameters=sum(param.data.size for param in model.parameters()),
    )  # fmt: skip
    out.heading(f"{path}: a {kind}, {size:,} bytes")
    show_layers(model, out)
    for name, part in (("loss", model.loss), ("optimizer", model.optimizer), ("metrics", model.metrics)):
        if part:
            out.text(f"{name}: {part!r}")
    if kind == "checkpoint":
        last = history_in(path, arrays, description).last()
        out.found.update(epoch=description["epoch"], metrics=last)
        out.heading(f"After {description['epoch']:,} epochs")
        out.table([("measured", "value"), *measured(last)])
    return 0


def show_layers(model: Model, out: Output, input_shape: tuple[int, ...] | None = None) -> None:
    """Show the table of a model's layers."""
    out.table(summary.rows(model.network, input_shape), left=2, total=True)


def compare_with_formulas(given: Namespace, out: Output) -> int:
    """Show how far the tape's gradients are from those of the formulas."""
    model, X, y = _model_and_data(given)
    found = quiet_comparison(model, X, y, source=given.source)
    out.found.update(command="compare", model=model.config(), samples=len(X))
    show_comparison(found, out)
    if given.draw is not None:
        found.draw(given.draw)
        out.found.update(picture=given.draw)
        out.text(f"The differences are drawn in {given.draw}.")
    if given.tolerance is not None and not found.relative <= given.tolerance:
        out.failed(f"tape and formulas differ by {found.relative:.1e}, more than {given.tolerance:g}")
        return 1
    return 0


def quiet_comparison(model: Model, X: Any, y: Any, *, source: bool = False) -> Comparison:
    """Compare, and leave it to others to print."""
    with redirect_stdout(io.StringIO()):
        return compare(model, X, y, source=source)


def show_comparison(found: Comparison, out: Output) -> None:
    """Show a comparison's table, and what stands below it."""
    out.found.update(
        relative=found.relative, seconds_tape=found.time_tape, seconds_formula=found.time_formula, notes=found.notes,
        parameters=[
            {"name": row.parameter, "shape": row.shape, "absolute": row.absolute, "relative": row.relative}
            for row in found.rows
        ],
    )  # fmt: skip
    out.table(found.cells(), left=2, total=True)
    for note in found.notes:
        out.text(f"note: {note}")
    if found.sources:
        out.found.update(sources=found.sources)
        out.text(found.sources)


def _model_and_data(given: Namespace) -> tuple[Model, NDArray[Any], NDArray[Any]]:
    """Read a model and data: both from a file of settings, or the model from its file."""
    target, data = given.target, given.data
    if target.endswith(".toml"):
        if data:
            raise UsageError(f"compare {target} has its data from that file; met {' '.join(data)} beside it.")
        plan = plan_of(target)
        return plan.model, plan.data.X, plan.data.y
    if len(data) == 1 and data[0].endswith(".toml"):
        model = Model.load(target)
        plan = plan_of(data[0])
        return model, plan.data.X, plan.data.y
    if len(data) != 2:
        raise UsageError(
            f"beside a model's file stand its data: compare {target} X.npy y.npy, or compare {target} CONFIG.toml; met "
            f"{' '.join(data) or 'none'}."
        )
    return Model.load(target), opened(Path(data[0])), opened(Path(data[1]))


def predict(given: Namespace, out: Output) -> int:
    """Give a model's outputs for the samples of a file."""
    if given.output is not None and Path(given.output).suffix != ".npy":
        raise UsageError(f"--output ends in .npy; met {given.output}.")
    model = Model.load(given.file)
    X = opened(Path(given.input))
    outputs = model.predict(X / given.divide_by if given.divide_by != 1 else X, batch_size=_batch(given, len(X)))
    found, what = (outputs.argmax(axis=-1), "classes") if _by_class(given, model, outputs) else (outputs, "outputs")
    out.found.update(command="predict", file=given.file, input=given.input, samples=len(found))
    if given.output is not None:
        content = io.BytesIO()
        np.save(content, found, allow_pickle=False)
        files.write_whole(Path(given.output), content.getvalue())
        out.found.update(output=given.output, shape=found.shape)
        out.text(f"The {what} of {len(found):,} samples are {given.output}, of shape {found.shape}.")
        return 0
    out.found[what] = found
    if out.styled:
        _show(found, what, out)
    else:
        for row in found.reshape(len(found), -1).tolist():
            out.text("\t".join(map(repr, row)))
    return 0


def _batch(given: Namespace, samples: int) -> int | None:
    return None if given.batch_size is None else max(1, min(given.batch_size, samples))


def _by_class(given: Namespace, model: Model, outputs: NDArray[Any]) -> bool:
    if given.classes and outputs.ndim != 2:
        raise UsageError(f"--classes is for outputs of shape (samples, classes); met {outputs.shape}.")
    return bool(given.classes)


def _show(found: NDArray[Any], what: str, out: Output) -> None:
    """Show the first samples as a table."""
    flat = found.reshape(len(found), -1)
    names = ("class",) if what == "classes" else tuple(f"output {i}" for i in range(flat.shape[1]))
    rows = [(str(i), *(f"{value:.6g}" for value in row)) for i, row in enumerate(flat[:_SHOWN])]
    out.table([("sample", *names), *rows], left=0)
    if len(flat) > _SHOWN:
        out.text(f"{len(flat) - _SHOWN:,} more; --output OUT.npy writes all, and so does a pipe.")
