"""`Model.fit` called again and again, as with a horizon that grows or to look at the model in between."""

from __future__ import annotations

import numpy as np
import pytest

import nn

X, Y = nn.datasets.sine(20)


def model(*metrics: nn.Metric | str) -> nn.Model:
    rng = np.random.default_rng(0)
    layers = [nn.Dense(1, 4, rng=rng), nn.Tanh(), nn.Dense(4, 1, rng=rng)]
    return nn.Model(layers, loss="mean_squared_error", optimizer=nn.Adam(0.01), metrics=metrics)


@pytest.mark.parametrize("metrics", [(), ("r2",), ("regression_accuracy",), (nn.RegressionAccuracy(0.5), nn.R2())])
def test_the_step_is_compiled_once(metrics: tuple[nn.Metric | str, ...]) -> None:
    """Warnings are errors here, and the compiler warns of a function that is compiled again and again."""
    trained, at_once = model(*metrics), model(*metrics)
    for _ in range(12):
        history = trained.fit(X, Y, epochs=2, validation_data=(X, Y))
    assert len(trained._trainer.step.programs) == len(trained._trainer.measure.programs) == 1
    assert history.last() == at_once.fit(X, Y, epochs=24, validation_data=(X, Y)).last()


def test_metrics_follow_the_data_of_each_call() -> None:
    trained = model("r2", "regression_accuracy")
    trained.fit(X, Y)
    trained.fit(X, 3 * Y + 100)
    fresh = model(nn.R2(), nn.RegressionAccuracy())
    fresh.set_parameters(trained.get_parameters())
    measured, expected = trained.fit(X, 3 * Y + 100), fresh.fit(X, 3 * Y + 100)
    assert measured["r2"] == expected["r2"] and measured["regression_accuracy"] == expected["regression_accuracy"]


def test_metrics_may_be_exchanged_between_calls() -> None:
    trained = model("r2")
    trained.fit(X, Y)
    trained.metrics = [nn.RegressionAccuracy(10.0)]
    assert trained.fit(X, Y)["regression_accuracy"] == [1.0]
    trained.metrics = []
    assert set(trained.fit(X, Y)) == {"loss", "learning_rate"}


def test_a_metric_with_settings_that_cannot_be_compared_is_taken_anew() -> None:
    class Worst(nn.Metric):
        name = "worst"

        def __init__(self, scale: np.ndarray) -> None:
            self.scale = scale

        def prepare(self, y_true: np.ndarray) -> Worst:
            return Worst(np.abs(y_true).max(axis=0))

        def sums(self, y_pred: np.ndarray, y_true: np.ndarray) -> tuple[object, ...]:
            return (np.sum(np.abs(y_pred - y_true) / self.scale),)

        def result(self, sums: tuple[np.ndarray, ...]) -> float:
            return float(sums[0])

    trained = model(Worst(np.ones(1)))
    first = trained.fit(X, Y)["worst"][0]
    trained.set_parameters(model().get_parameters())
    assert first == pytest.approx(np.sum(np.abs(model().predict(X) - Y)) / np.abs(Y).max())
    assert trained.fit(X, Y)["worst"][0] == pytest.approx(first)
