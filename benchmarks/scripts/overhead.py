"""What `fit` takes beyond its compiled step: epochs of one batch, and the step alone, by turns."""

import json
import sys
import time

from data import spiral
from gradtape import model

import nn

#: So many that what a call of `fit` takes once does not count.
_EPOCHS = 4000


def main(rounds):
    """Print the seconds of an epoch and of a step, a pair for each round."""
    X, y = spiral()
    made = model((2, 64, 3), nn.Adam(0.05, decay=5e-7), "book")
    made.fit(X, y, epochs=_EPOCHS)
    trainer = made._trainer
    pairs = []
    for _ in range(rounds):
        start = time.perf_counter()
        made.fit(X, y, epochs=_EPOCHS)
        between = time.perf_counter()
        flat, arrays, iteration = trainer.flat, trainer.arrays, trainer.iteration
        for _ in range(_EPOCHS):
            flat, arrays, iteration, _sums = trainer.step(flat, arrays, iteration, X, y)
        end = time.perf_counter()
        trainer.restore((flat, arrays, iteration))
        trainer.give()
        pairs.append([(between - start) / _EPOCHS, (end - between) / _EPOCHS])
    print(json.dumps({"pairs": pairs}))


main(int(sys.argv[2]))
