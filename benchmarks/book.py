"""``python -m benchmarks.book``: the runs that *Neural Networks from Scratch* publishes, again, and twenty times.

After ``nnfs.init()``, in single precision as the book's, each is made with the classes of ``nn.book`` and with the
book's own, written by hand; and for twenty seeds by ``nn.make_step``, compiled, in double precision. The table goes
into ``docs/book.md``. One core.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.text import table

PAGE = Path(__file__).parent.parent / "docs" / "book.md"
MEASURES = ("accuracy", "loss", "validation accuracy", "validation loss")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
#: How near an accuracy is to the book's that meets it, and of which part of it a loss may differ.
NEAR_ACCURACY, NEAR = 0.02, 0.10
Numbers = dict[str, float]
#: With the classes of `nn.book`, with those written by hand, and compiled.
HOW = ("tape", "hand", "seeds")


@dataclass(frozen=True)
class Chapter:
    """What a chapter trains, and what it prints at epoch 10,000: a number, or a band where one was asked for."""

    title: str
    adam: dict[str, float]
    book: tuple[Any, ...]
    samples: int = 100
    classes: int = 3
    l2: float = 0.0
    dropout: float = 0.0

    @property
    def binary(self) -> bool:
        """Whether the last layer is one sigmoid."""
        return self.classes == 2


CHAPTERS = {
    "10-11": Chapter("10 and 11", {"learning_rate": 0.05, "decay": 5e-7}, ((0.95, 0.99), (0.06, 0.13), 0.80, None)),
    "14": Chapter("14", {"learning_rate": 0.02, "decay": 5e-7}, (0.947, 0.217, 0.830, None), l2=5e-4),
    "15": Chapter(
        "15",
        {"learning_rate": 0.05, "decay": 5e-5},
        (0.69, 0.73, 0.757, 0.712),
        samples=1000,
        l2=5e-4,
        dropout=0.1,
    ),
    "16": Chapter("16", {"decay": 5e-7}, (0.965, 0.219, 0.945, None), classes=2, l2=5e-4),
}


def by_the_book(chapter: Chapter, book: Any, epochs: int) -> Numbers:
    """Return the numbers of the chapter's script after ``nnfs.init()``, with the classes of a library."""
    import nnfs
    from nnfs.datasets import spiral_data

    nnfs.init()

    def data() -> tuple[Any, Any]:
        X, y = spiral_data(samples=chapter.samples, classes=chapter.classes)
        return X, y.reshape(-1, 1) if chapter.binary else y

    X, y = data()
    dense1 = book.Layer_Dense(2, 64, weight_regularizer_l2=chapter.l2, bias_regularizer_l2=chapter.l2)
    relu, dropout = book.Activation_ReLU(), book.Layer_Dropout(chapter.dropout)
    dense2 = book.Layer_Dense(64, 1 if chapter.binary else chapter.classes)
    if chapter.binary:
        last: Any = book.Activation_Sigmoid()
        loss: Any = book.Loss_BinaryCrossentropy()
    else:
        last = book.Activation_Softmax_Loss_CategoricalCrossentropy()
        loss = last.loss
    optimizer = book.Optimizer_Adam(**chapter.adam)
    accuracy = book.Accuracy_Categorical(binary=chapter.binary)

    def forward(X: Any, y: Any, training: bool) -> tuple[float, float]:
        dense1.forward(X)
        relu.forward(dense1.output)
        hidden = relu
        if training and chapter.dropout:
            dropout.forward(relu.output)
            hidden = dropout
        dense2.forward(hidden.output)
        if chapter.binary:
            last.forward(dense2.output)
            data_loss = loss.calculate(last.output, y)
            predictions = last.predictions(last.output)
        else:
            data_loss = last.forward(dense2.output, y)
            predictions = last.activation.predictions(last.output)
        return accuracy.calculate(predictions, y), data_loss

    for _ in range(epochs):
        right, data_loss = forward(X, y, training=True)
        total = data_loss + loss.regularization_loss(dense1) + loss.regularization_loss(dense2)
        if chapter.binary:
            loss.backward(last.output, y)
            last.backward(loss.dinputs)
        else:
            last.backward(last.output, y)
        dense2.backward(last.dinputs)
        dvalues = dense2.dinputs
        if chapter.dropout:
            dropout.backward(dvalues)
            dvalues = dropout.dinputs
        relu.backward(dvalues)
        dense1.backward(relu.dinputs)
        optimizer.pre_update_params()
        optimizer.update_params(dense1)
        optimizer.update_params(dense2)
        optimizer.post_update_params()
    return dict(zip(MEASURES, map(float, (right, total, *forward(*data(), training=False))), strict=True))


def compiled(chapter: Chapter, seed: int, epochs: int) -> Numbers:
    """Return the numbers of the same run from another seed, by one compiled step."""
    import nn

    # Data and weights come in the book's order from the stream that it uses.
    np.random.seed(seed)
    X, y = nn.datasets.spiral(chapter.samples, chapter.classes)
    price = nn.L2(chapter.l2) if chapter.l2 else None

    def book_weights(rng: Any, shape: tuple[int, ...]) -> Any:
        return 0.01 * np.random.standard_normal(shape)

    outputs = 1 if chapter.binary else chapter.classes
    model = nn.Sequential(
        nn.Dense(2, 64, weight_initializer=book_weights, weight_regularizer=price, bias_regularizer=price),
        nn.ReLU(),
        nn.Dropout(chapter.dropout, rng=np.random.default_rng(seed)),
        nn.Dense(64, outputs, weight_initializer=book_weights),
    )
    data_loss: Any = nn.BinaryCrossentropy(from_logits=True) if chapter.binary else nn.softmax_cross_entropy

    def loss_of(scores: Any, y: Any) -> Any:
        return data_loss(scores, y) + nn.regularization_loss(model) if chapter.l2 else data_loss(scores, y)

    step = nn.make_step(model, loss_of, nn.Adam(**chapter.adam))
    parameters, state = step.init()
    with nn.training():
        for _ in range(epochs):
            loss, scores, parameters, state = step(parameters, state, (X, y))
    step.load(parameters)
    found = [nn.accuracy(scores, y, from_logits=True), float(loss)]
    # Those are of before the last update, as the book prints them; the validation comes after it.
    X, y = nn.datasets.spiral(chapter.samples, chapter.classes)
    probabilities = nn.Sigmoid()(model(X)) if chapter.binary else nn.Softmax()(model(X))
    of_probabilities: Any = nn.BinaryCrossentropy() if chapter.binary else nn.CategoricalCrossentropy()
    found += [nn.accuracy(probabilities, y), float(of_probabilities(probabilities, y).item())]
    return dict(zip(MEASURES, found, strict=True))


def measured(chapter: Chapter, how: str, seeds: int, epochs: int) -> dict[str, Any]:
    """Return the numbers of each run, and how long all took, in seconds."""
    import autograd
    from benchmarks import book_by_hand
    from nn import book

    autograd.set_num_threads(1)
    start = time.perf_counter()
    if how == "seeds":
        runs = [compiled(chapter, seed, epochs) for seed in range(seeds)]
    else:
        runs = [by_the_book(chapter, {"tape": book, "hand": book_by_hand}[how], epochs)]
    return {"runs": runs, "seconds": time.perf_counter() - start}


def in_a_process(name: str, how: str, seeds: int, epochs: int) -> dict[str, Any]:
    """Measure in a process of its own, as ``nnfs.init()`` changes NumPy, on one core."""
    command = [sys.executable, "-m", "benchmarks.book", "--run", name, how, f"--seeds={seeds}", f"--epochs={epochs}"]
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    done = subprocess.run(command, env=environment, cwd=PAGE.parents[1], stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows(chapter: Chapter, found: dict[str, Any]) -> list[list[str]]:
    """Return the chapter's rows of the table."""
    lines = []
    for measure, book in zip(MEASURES, chapter.book, strict=True):
        values = np.array([run[measure] for run in found["seeds"]["runs"]])
        mean, spread = values.mean(), values.std(ddof=1)
        tape, hand = (found[how]["runs"][0][measure] for how in ("tape", "hand"))
        seeds = f"{mean:.3f} ± {spread:.3f} <sub>{values.min():.3f} to {values.max():.3f}</sub>"
        shown = "" if book is None else f"{book[0]} to {book[1]}" if isinstance(book, tuple) else f"{book:g}"
        met = "" if book is None else "yes" if meets(measure, book, tape) else "**no**"
        lines.append([f"{chapter.title}: {measure}", shown, f"{tape:.3f}", met, f"{hand:.3f}", seeds])
    return lines


def meets(measure: str, book: Any, value: float) -> bool:
    """Tell whether a run ends where the book's does: within a band that was asked for, or near the number it prints."""
    if isinstance(book, tuple):
        return bool(book[0] <= value <= book[1])
    # Rounded, as both are to three digits.
    return round(abs(value - book), 6) <= (NEAR * book if measure.endswith("loss") else NEAR_ACCURACY)


def page(found: dict[str, Any], seeds: int, epochs: int) -> str:
    """Return the table, and how it was measured."""
    head = ["chapter", "the book", "`nn.book`, seed 0", "meets it", "by hand, seed 0", f"{seeds} seeds, float64"]
    lines = [row for name, of in found.items() for row in rows(CHAPTERS[name], of)]
    taken = "; ".join(
        f"{CHAPTERS[name].title}: " + ", ".join(f"{of[how]['seconds']:.0f} s" for how in HOW)
        for name, of in found.items()
    )
    total = sum(of[how]["seconds"] for of in found.values() for how in HOW)
    return (
        f"{table(head, lines)}\n\nAt epoch {epochs - 1:,}; of the seeds mean ± standard deviation, and least to "
        f"largest. Run time {total / 60:.1f} minutes on one core ({_processor()}, NumPy {np.__version__}); by chapter, "
        f"of `nn.book`, by hand, and of the {seeds} seeds: {taken}.\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def write(text: str) -> None:
    """Put the table into the page."""
    start, end = "<!-- runs -->\n", "<!-- end -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(start)
    PAGE.write_text(before + start + text + end + rest.split(end, 1)[1], encoding="utf-8")


def main(say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)) -> int:
    """Measure, and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.book", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many (20)")
    parser.add_argument("--epochs", type=int, default=10_001, help="how many (10,001, as the book)")
    parser.add_argument("--show", action="store_true", help="print the table instead of writing it into the page")
    parser.add_argument("--run", nargs=2, metavar=("CHAPTER", "HOW"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        name, how = asked.run
        print(json.dumps(measured(CHAPTERS[name], how, asked.seeds, asked.epochs)))
        return 0
    found: dict[str, Any] = {}
    for name in CHAPTERS:
        found[name] = {how: in_a_process(name, how, asked.seeds, asked.epochs) for how in HOW}
        say(f"chapter {name}: {found[name]}")
    text = page(found, asked.seeds, asked.epochs)
    if asked.show:
        print(text)
    else:
        write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
