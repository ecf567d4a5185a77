"""What every program prints: ``finished`` writes one line of JSON that `benchmarks.training` reads."""

import json


def finished(loss: float, accuracy: float, seconds: list[float] | None = None) -> None:
    """Print the last loss and accuracy, and of each epoch the seconds, where that is what is measured."""
    print(json.dumps({"loss": float(loss), "accuracy": float(accuracy), "seconds": seconds}))
