"""The worked example: five weights, five inputs, one wanted answer.

`L(w) = (1/n) sum_i (w_i x_i - y)^2`: each weight answers for a row of its own, so the curvature along
weight i is 2 x_i^2 / n and the optimum w_i = y / x_i, where the loss is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.objective import Array, QuadraticObjective
from gd_tui.engine.terms import Term, given, number
from gd_tui.errors import InputError
from gd_tui.problems.regression import LinearRegression, numbered
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

START = (4.2, 3.6, 1.5, 0.7, 0.1)


class WorkedExample(QuadraticObjective):
    """Squared error of n weights with a row each, mean or sum: x has shape (n,), y is wanted of every row."""

    minimum = 0.0
    taken = ("x", "y")

    def __init__(self, x: Array, y: float, start: Array, reduction: str = "mean") -> None:
        self.start, self.reduction = start, reduction
        self.names = numbered("w", len(x))
        self.optimum, self.rows = y / x, len(x)
        self._take(x, y)

    def _take(self, x: Array, y: float) -> None:
        """Everything that the numbers fix is set here."""
        self.x, self.y = x, y
        self._count = len(x) if self.reduction == "mean" else 1
        self._twice = 2 / self._count * x
        self._curvature = self._twice * x
        self._share = 1 / self._count
        self._error = np.empty_like(x)

    @property
    def default_rate(self) -> float:
        """0.05 for the mean; for the sum, which is as many times steeper as there are rows, so much less."""
        return 0.05 * self._count / len(self.x)

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        error = np.multiply(w, self.x, out=self._error)
        error -= self.y
        np.multiply(error, self._twice, out=out)
        loss: float = float(error.dot(error)) * self._share
        return loss

    def losses(self, weights: Array) -> Array:
        error = weights * self.x - self.y
        losses: Array = np.einsum("ij,ij->i", error, error) * self._share
        return losses

    def hessian(self, w: Array) -> Array:
        return np.diag(self._curvature)

    def curvature(self, w: Array, i: int) -> float:
        return float(self._curvature[i])

    def restricted(self, rows: NDArray[np.intp]) -> WorkedExample:
        return WorkedExampleBatch(self, rows)

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        n, x, name = self._count, float(self.x[i]), f"x{i + 1}"
        predicted = float(w[i]) * x
        error = predicted - self.y
        factor = ("2/", given("n", n)) if n > 1 else (given("2", 2),)
        return (
            Term(
                "predicted",
                (number(self.names[i], w[i]), " × ", given(name, x)),
                predicted,
                f"what the model answers for input {name} = {x:g}",
            ),
            Term(
                "error",
                (number("predicted", predicted), " - ", given("y", self.y)),
                error,
                f"how far from the wanted {self.y:g}; negative means too small",
            ),
            Term(
                "gradient",
                (*factor, " × ", number("error", error), " × ", given(name, x)),
                error * (2 / n * x),
                "the loss changes by about this much for each +1 of the weight",
                "gradient",
            ),
        )


class WorkedExampleBatch(WorkedExample):
    """The worked example on some of its rows: the other weights have no part in the loss."""

    def __init__(self, whole: WorkedExample, rows: NDArray[np.intp]) -> None:
        self.names, self.x, self.y, self.rows = whole.names, whole.x, whole.y, len(rows)
        self._part = np.zeros(len(whole.x))
        self._count = len(rows) if whole.reduction == "mean" else 1
        self._part[rows] = 1 / self._count
        self._twice = 2 * self._part * self.x
        self._curvature = self._twice * self.x

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        error = np.where(self._part > 0, w * self.x - self.y, 0.0)
        np.multiply(error, self._twice, out=out)
        return float((error * self._part).dot(error))

    def losses(self, weights: Array) -> Array:
        error = np.where(self._part > 0, weights * self.x - self.y, 0.0)
        losses: Array = np.einsum("ij,ij->i", error * self._part, error)
        return losses

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        if self._part[i] == 0:
            return (
                Term("gradient", (f"row {i + 1} is not in the batch",), 0.0, "it has no part in the loss", "gradient"),
            )
        return super().terms(w, i)


def _inputs(settings: Settings) -> tuple[Array, float]:
    x, y = settings["x"], settings["y"]
    if not isinstance(x, tuple) or not x or isinstance(y, tuple):
        raise InputError("the worked example takes a list for x and one number for y: x=1,2,3,4,5 and y=25")
    if 0.0 in x:
        raise InputError("the worked example needs every x to differ from 0: a weight of input 0 has no effect")
    return np.array(x), y


def _start(count: int) -> Array:
    return np.array(START) if count == len(START) else np.zeros(count)


def build_explainer(scenario: Scenario, settings: Settings) -> WorkedExample:
    x, y = _inputs(settings)
    return WorkedExample(x, y, _start(len(x)), scenario.reduction)


def build_sum(scenario: Scenario, settings: Settings) -> LinearRegression:
    """All weights answer together for one row: L(w) = (sum_i w_i x_i - y)^2, a whole hyperplane of answers."""
    x, y = _inputs(settings)
    return LinearRegression(
        x[None, :],
        np.array([y]),
        numbered("w", len(x)),
        numbered("x", len(x)),
        start=_start(len(x)),
        minimum=0.0,
        rate=0.005,
    )


def build_line(scenario: Scenario, settings: Settings) -> LinearRegression:
    """One weight answers for all rows: L(w) = (1/n) sum_i (w x_i - y)^2."""
    x, y = _inputs(settings)
    return LinearRegression(x[:, None], np.full(len(x), y), ("w",), ("x",), rate=0.02, reduction=scenario.reduction)


DEFAULTS: Settings = {"x": (1.0, 2.0, 3.0, 4.0, 5.0), "y": 25.0}

PROBLEMS = (
    Problem("explainer", "the worked example: five weights, a row of its own for each", build_explainer, DEFAULTS),
    Problem("explainer-sum", "the same numbers, all weights answering together for one row", build_sum, DEFAULTS),
    Problem("line", "the same numbers, one weight answering for all rows", build_line, DEFAULTS),
)
