"""Classification on a table, by models linear in the features: logistic for two classes, softmax for more.

Logistic: one logit z = a . w, probability of class 1 sigmoid(z). Softmax: a logit for each class,
probabilities e^(z_c) / sum e^z. With the cross-entropy dL/dz is probability minus 1 or 0, what was wanted.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from gd_tui.engine.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredProbabilityError, softmax
from gd_tui.engine.objective import Array
from gd_tui.engine.terms import Term, given
from gd_tui.errors import InputError
from gd_tui.problems.columns import choose_loss, distinct, no_positive, open_table, read_classes, two_classes
from gd_tui.problems.rows import CELLS_AT_ONCE, LinearModel
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario


class Softmax(LinearModel):
    """Cross-entropy of K classes, each with a linear model: weight f K + c is that of column f for class c."""

    def forward(self, weights: Array) -> tuple[Array, Array]:
        return self._a @ weights.reshape(*weights.shape[:-1], self._a.shape[1], -1), self._a

    def backward(self, w: Array, activations: Array, slopes: Array, out: Array) -> None:
        np.matmul(activations.T, slopes, out=out.reshape(activations.shape[1], -1))

    def hessian(self, w: Array) -> Array:
        p, k = self._a.shape[1], self._y.shape[1]
        hessian = np.zeros((p, k, p, k))
        at_once = max(1, CELLS_AT_ONCE // (k * k))
        with np.errstate(all="ignore"):
            for begin in range(0, self.rows, at_once):
                a = self._a[begin : begin + at_once]
                bend = self._share * self._loss.curvature(a @ w.reshape(p, k), self._y[begin : begin + at_once])
                for c, other in product(range(k), repeat=2):
                    hessian[:, c, :, other] += (a.T * bend[:, c, other]) @ a
        square = hessian.reshape(p * k, p * k)
        square[np.diag_indices(p * k)] += self._penalty_curvature()
        return square

    def curvature(self, w: Array, i: int) -> float:
        f, c = divmod(i, self._y.shape[1])
        with np.errstate(all="ignore"):
            p = softmax(self.forward(w)[0])[:, c]
            return float((self._share * p * (1 - p) * self._a[:, f]).dot(self._a[:, f]) + self._penalty_curvature()[i])

    def _start_curvature(self) -> Array:
        """At w = 0 all K probabilities are 1/K, and the Hessian is A^T A share / K times (I - 1 1^T / K)."""
        k = self._y.shape[1]
        hessian: Array = (self._share / k) * (self._a.T @ self._a)
        return hessian + np.diag(self._penalty_curvature()[::k])

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        f, c = divmod(i, self._y.shape[1])
        with np.errstate(all="ignore"):
            outputs = self.forward(w)[0]
            signals = self._loss.derivative(outputs, self._y)[:, c]
            x, column = self.inputs[f], self._a[:, f]
            return (
                self.answer_term(i, w, given(x, column[0]) if x else None, float(outputs[0, c])),
                *self._loss.terms(outputs[0], self._y[0], c),
                *self.gradient_terms(i, w, signals, column, x),
            )


def build_logistic(scenario: Scenario, settings: Settings) -> LinearModel:
    """The logistic model of the scenario's table: a weight for each feature, then the bias `b`.

    Of the two classes, sorted, the second is class 1, or the one that `--positive` names.
    """
    features, classes = read_classes(scenario, open_table(scenario))
    if len(classes.names) > 2:
        raise InputError(
            f"{features.source}: column {classes.column!r} has {len(classes.names)} classes "
            f"({', '.join(classes.names[:4])}{', ...' * (len(classes.names) > 4)}), and logistic tells two apart: "
            "use softmax"
        )
    classes = two_classes(scenario, classes)
    loss = choose_loss(scenario, {"cross-entropy": BinaryCrossEntropy(), "mse": SquaredProbabilityError()})
    matrix, names, inputs = features.with_bias(scenario.bias)
    return LinearModel(
        matrix,
        classes.index.astype(np.float64),
        distinct(names),
        inputs,
        loss,
        reduction=scenario.reduction,
        l1=scenario.l1,
        l2=scenario.l2,
        units=features.units(scenario.bias),
    )


def build_softmax(scenario: Scenario, settings: Settings) -> Softmax:
    """The softmax model of the scenario's table: for each feature a weight of every class, then the biases."""
    features, classes = read_classes(scenario, open_table(scenario))
    no_positive(scenario, classes)
    loss = choose_loss(scenario, {"cross-entropy": SoftmaxCrossEntropy()})
    matrix, columns, inputs = features.with_bias(scenario.bias)
    units = features.units(scenario.bias)
    return Softmax(
        matrix,
        classes.one_hot(),
        _of_each(columns, classes.names),
        inputs,
        loss,
        reduction=scenario.reduction,
        l1=scenario.l1,
        l2=scenario.l2,
        units=None if units is None else (_of_each(units[0], classes.names), units[1]),
    )


def _of_each(columns: tuple[str, ...], classes: tuple[str, ...]) -> tuple[str, ...]:
    return distinct([f"{column}:{name}" for column, name in product(columns, classes)])


PROBLEMS = (
    Problem(
        "logistic",
        "logistic regression: two classes told apart by the sigmoid of a weighted sum",
        build_logistic,
        needs="data",
    ),
    Problem(
        "softmax",
        "softmax regression: several classes, each with a weight per feature and a bias",
        build_softmax,
        needs="data",
    ),
)
