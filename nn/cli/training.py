"""`gradtape train` and `gradtape demo`: train as a file of settings says, or the book's spiral."""

from __future__ import annotations

import math
import sys
import time
import warnings
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from nn import datasets
from nn.activations import ReLU
from nn.callbacks import Callback, CSVLog, NaNStop, ProgressBar, ResumeWarning
from nn.cli.keeping import Interruption, Keeper
from nn.cli.output import Output, UsageError, measured
from nn.cli.plan import Plan, plan_of
from nn.cli.showing import quiet_comparison, show_comparison, show_layers
from nn.layers import Dense
from nn.losses import CategoricalCrossentropy
from nn.model import Model
from nn.optimizers import Adam


def train(given: Namespace, out: Output) -> int:
    """Train as a file says, and go on from its checkpoint where there is one."""
    if given.example:
        from nn.cli.example import EXAMPLE

        out.found.update(command="train", example=EXAMPLE)
        out.text(EXAMPLE.rstrip("\n"))
        return 0
    if given.config is None:
        raise UsageError(
            "train needs a file of settings: gradtape train CONFIG.toml. One to begin with is written by "
            "gradtape train --example > spiral.toml"
        )
    plan = plan_of(given.config)
    keeper = Keeper(plan.checkpoint, plan.checkpoint_seconds, plan.about, plan.early_stopping)
    keeper.resume = not given.restart
    show_layers(plan.model, out, tuple(plan.data.X.shape[1:]))
    if keeper.resume and plan.checkpoint.exists():
        out.aside(f"Going on from {plan.checkpoint}")
    sys.stdout.flush()
    start = time.perf_counter()
    with Interruption(keeper) as interruption:
        try:
            _fit(plan, keeper, interruption, quiet=given.quiet or out.as_json)
        except ValueError as error:
            if interruption.run is None and str(error).startswith(str(plan.checkpoint)):
                raise ValueError(f"{error} To begin anew: gradtape train {given.config} --restart") from error
            raise
    history = plan.model.history
    last = history.last()
    out.found.update(
        command="train", config=given.config, epoch=len(history.epochs), epochs=plan.epochs,
        resumed_at=keeper.began_at, seconds=time.perf_counter() - start, interrupted=interruption.ended_it,
        stopped=interruption.why, metrics=last, model=None,
        trained=len(history.epochs) - keeper.began_at,
        checkpoint=plan.checkpoint if plan.checkpoint.exists() else None,
    )  # fmt: skip
    if interruption.ended_it:
        return _interrupted(given, plan, interruption, out)
    if not math.isfinite(last["loss"]):
        out.failed(interruption.why or f"the loss is {last['loss']}. No model was written.")
        return 1
    plan.model.save(plan.saved)
    out.found.update(model=plan.saved)
    _report(given, plan, keeper, interruption.why, out)
    return 0


def _fit(plan: Plan, keeper: Keeper, interruption: Interruption, *, quiet: bool) -> None:
    callbacks: list[Callback] = [keeper, *([plan.early_stopping] if plan.early_stopping else []), interruption]
    callbacks += [CSVLog(plan.csv)] if plan.csv else []
    callbacks += [NaNStop()] if plan.nan_stop else []
    callbacks += [] if quiet else [ProgressBar()]
    # A loss that is not finite is told once, and by more than that there was an overflow.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", ResumeWarning)
        plan.model.fit(
            plan.data.X, plan.data.y, epochs=plan.epochs, batch_size=plan.batch_size, callbacks=callbacks,
            validation_data=plan.data.validation, shuffle=plan.shuffle, seed=plan.seed, compiled=plan.compiled,
        )  # fmt: skip


def _interrupted(given: Namespace, plan: Plan, interruption: Interruption, out: Output) -> int:
    done = len(plan.model.history.epochs)
    if done:
        out.aside(f"Interrupted after {done:,} of {plan.epochs:,} epochs; their state is in {plan.checkpoint}")
    else:
        out.aside("Interrupted before the first epoch was done.")
    out.aside(f"To go on: gradtape train {given.config}" if done else f"To begin again: gradtape train {given.config}")
    return 128 + interruption.signal


def _report(given: Namespace, plan: Plan, keeper: Keeper, why: str, out: Output) -> None:
    history = plan.model.history
    done = len(history.epochs)
    out.heading(f"After {done:,} of {plan.epochs:,} epochs" if done <= plan.epochs else f"After {done:,} epochs")
    out.table([("measured", "value"), *measured(history.last())])
    if why:
        out.text(f"Ended: {why}")
    elif keeper.began_at >= plan.epochs:
        note = (
            f"Nothing was left to do: the run in {plan.checkpoint} is at epoch {done:,}, and epochs is "
            f"{plan.epochs:,}. With more epochs in {given.config} it goes on."
        )
        out.found.update(note=note)
        out.aside(note)
    out.text(f"The model is in {plan.saved}")
    if plan.picture is not None:
        history.draw(plan.picture)
        out.found.update(picture=plan.picture)
        out.text(f"The curves are in {plan.picture}")


def demo(given: Namespace, out: Output) -> int:
    """Train the book's spiral, and hold the tape against the formulas."""
    X, y = datasets.spiral(100, 3, seed=given.seed)
    X_test, y_test = datasets.spiral(100, 3, seed=given.seed + 1)
    rng = np.random.default_rng(given.seed)
    model = Model(
        [Dense(2, 64, rng=rng), ReLU(), Dense(64, 3, rng=rng)],
        loss=CategoricalCrossentropy(from_logits=True), optimizer=Adam(0.05, decay=5e-7), metrics=["accuracy"],
    )  # fmt: skip
    out.heading("The book's spiral: 300 points in 3 arms, and a network to tell them apart")
    show_layers(model, out)
    sys.stdout.flush()
    start = time.perf_counter()
    callbacks = [] if given.quiet or out.as_json else [ProgressBar()]
    history = model.fit(X, y, epochs=given.epochs, callbacks=callbacks)
    seconds = time.perf_counter() - start
    tested = model.evaluate(X_test, y_test)
    out.found.update(
        command="demo", epochs=given.epochs, seconds=seconds, metrics=history.last(), test=tested, picture=None
    )
    out.heading(f"After {given.epochs:,} epochs, {seconds:.1f} s")
    last = history.last()
    rows = [(name, f"{last[name]:.4g}", f"{tested[name]:.4g}") for name in ("loss", "accuracy")]
    out.table([("", "training", "another spiral"), *rows])
    out.heading("Gradients by the tape, and by the book's formulas")
    show_comparison(quiet_comparison(model, X, y), out)
    if given.draw is not None:
        _draw(model, X, y, Path(given.draw), out)
    return 0


def _draw(model: Model, X: np.ndarray, y: np.ndarray, path: Path, out: Output) -> None:
    if find_spec("matplotlib") is None:
        out.aside("Without matplotlib there is no picture: pip install 'gradtape[nn]'")
        return
    from nn.cli.picture import draw

    draw(model, X, y, path)
    out.found.update(picture=path)
    out.text(f"The picture is {path}")
