"""The loss of a row: what a model's answer costs, with both derivatives beside it, and penalties on weights.

`outputs` are a model's answers as they leave it: numbers for regression, logits (before sigmoid or softmax)
for classes. All but softmax work element by element on any shape. Logits of any size are safe: exponentials
are taken of negative numbers only, and where a probability is next to 0 or 1 nothing cancels.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.terms import Number, Term, given, number

Array = NDArray[np.float64]


class Loss(ABC):
    """A loss of one row.

    Attributes:
        name, description: its line in the table.
        answer: what an output is called. signal, factor: the derivative is `factor` times the number that
            the arithmetic calls `signal`.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    answer: ClassVar[str] = "predicted"
    signal: ClassVar[str] = "error"
    factor: ClassVar[int] = 1

    @abstractmethod
    def value(self, outputs: Array, targets: Array) -> Array:
        """The loss of each row."""

    @abstractmethod
    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Its derivative by each output, of the shape of `outputs`."""

    @abstractmethod
    def curvature(self, outputs: Array, targets: Array) -> Array:
        """Its second derivative by each output, of the shape of `outputs`."""

    @abstractmethod
    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        """The arithmetic from one row's output to its signal, by the name of `signal`, the last line.

        `c` picks one of several outputs.
        """


class SquaredError(Loss):
    """(p - y)^2, without the half that some textbooks put before it."""

    name = "mse"
    description = "mean squared error, (predicted - y)^2: far-off rows weigh most"
    factor = 2

    def value(self, outputs: Array, targets: Array) -> Array:
        error = outputs - targets
        squares: Array = error * error
        return squares

    def derivative(self, outputs: Array, targets: Array) -> Array:
        return 2 * (outputs - targets)

    def curvature(self, outputs: Array, targets: Array) -> Array:
        return np.full_like(outputs, 2.0)

    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        return (_error("predicted", float(output), float(target)),)


class AbsoluteError(Loss):
    """|p - y|; at 0, where it has no slope, 0 is taken as the sub-gradient."""

    name = "mae"
    description = "mean absolute error, |predicted - y|: every row pulls alike, however far off"
    signal = "sign"

    def value(self, outputs: Array, targets: Array) -> Array:
        return np.abs(outputs - targets)

    def derivative(self, outputs: Array, targets: Array) -> Array:
        return np.sign(outputs - targets)

    def curvature(self, outputs: Array, targets: Array) -> Array:
        return np.zeros_like(outputs)

    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        sign = float(np.sign(output - target))
        meaning = "which way the answer is off: every row counts alike"
        return (
            _error("predicted", float(output), float(target)),
            Term("sign", ("sign of error",), sign, meaning),
        )


@dataclass(frozen=True)
class Huber(Loss):
    """r^2 / 2 for |r| <= delta, else delta (|r| - delta / 2), with r = p - y (torch's huber_loss)."""

    delta: float = 1.0

    name = "huber"
    description = "Huber's loss, error^2 / 2 within --delta, straight beyond: outliers pull with a bounded force"
    signal = "clipped"

    def value(self, outputs: Array, targets: Array) -> Array:
        size = np.abs(outputs - targets)
        inside = np.minimum(size, self.delta)
        # Both branches in one: (size - inside) is 0 within delta.
        bent: Array = inside * (0.5 * inside + (size - inside))
        return bent

    def derivative(self, outputs: Array, targets: Array) -> Array:
        return np.clip(outputs - targets, -self.delta, self.delta)

    def curvature(self, outputs: Array, targets: Array) -> Array:
        return (np.abs(outputs - targets) <= self.delta).astype(np.float64)

    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        error = _error("predicted", float(output), float(target))
        clipped = float(self.derivative(output, target))
        if abs(error.value) <= self.delta:
            within = f"the error is within delta = {self.delta:g}, and counts as it is"
            return error, Term("clipped", (number("error", error.value),), clipped, within)
        beyond = f"the error is beyond delta = {self.delta:g}, and counts as delta"
        sign = "-" if clipped < 0 else ""
        return error, Term("clipped", (given(f"{sign}delta", clipped),), clipped, beyond)


def sigmoid(logits: Array) -> Array:
    """1 / (1 + e^-z), in every element."""
    small = np.exp(-np.abs(logits))
    probabilities: Array = np.where(logits >= 0, 1.0, small) / (1.0 + small)
    return probabilities


class BinaryCrossEntropy(Loss):
    """-log of the probability that sigmoid(z) gives to the class y, 0 or 1: log(1 + e^z) - y z.

    It is written as log(1 + e^(s z)) with s = 1 - 2y, whose derivative s sigmoid(s z) equals sigmoid(z) - y.
    """

    name = "cross-entropy"
    description = "-log of the probability given to the true class (one logit for two classes, else softmax)"
    answer = "logit"

    def value(self, outputs: Array, targets: Array) -> Array:
        return np.logaddexp(0.0, (1 - 2 * targets) * outputs)

    def derivative(self, outputs: Array, targets: Array) -> Array:
        sign = 1 - 2 * targets
        slopes: Array = sign * sigmoid(sign * outputs)
        return slopes

    def curvature(self, outputs: Array, targets: Array) -> Array:
        return _sigmoid_slope(outputs)

    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        return _probability_terms(float(output), float(target))


class SquaredProbabilityError(Loss):
    """(sigmoid(z) - y)^2: where the probability is certain, right or wrong, its slope vanishes."""

    name = "mse"
    description = "squared error of the probability: the slope vanishes where the model is sure and wrong"
    answer = "logit"
    signal = "slope"

    def value(self, outputs: Array, targets: Array) -> Array:
        error = self._error(outputs, targets)
        squares: Array = error * error
        return squares

    def derivative(self, outputs: Array, targets: Array) -> Array:
        slopes: Array = 2 * self._error(outputs, targets) * _sigmoid_slope(outputs)
        return slopes

    def curvature(self, outputs: Array, targets: Array) -> Array:
        bend = _sigmoid_slope(outputs)
        # The second derivative of the sigmoid is p (1 - p) (1 - 2p), and 1 - 2p = -tanh(z / 2).
        curvatures: Array = 2 * bend * (bend - self._error(outputs, targets) * np.tanh(outputs / 2))
        return curvatures

    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        probability, error = _probability_terms(float(output), float(target))
        p, e = number("probability", probability.value), number("error", error.value)
        return (
            probability,
            error,
            Term(
                "slope",
                ("2 × ", e, " × ", p, " × (1 - ", p, ")"),
                2 * error.value * probability.value * (1 - probability.value),
                "how the row's loss changes with the logit; next to nothing where the probability is near 0 or 1",
            ),
        )

    @staticmethod
    def _error(outputs: Array, targets: Array) -> Array:
        sign = 1 - 2 * targets
        error: Array = sign * sigmoid(sign * outputs)
        return error


class SoftmaxCrossEntropy(Loss):
    """-log of the probability that softmax(z) gives to the true class: log sum_c e^(z_c) - z_true.

    The last axis of `outputs` (..., n, K) runs over the K classes; `targets`, shape (n, K), hold 1 in the
    column of the true class and 0 elsewhere. `curvature` has shape (..., n, K, K).
    """

    name = "cross-entropy"
    description = BinaryCrossEntropy.description
    answer = "logit"

    def value(self, outputs: Array, targets: Array) -> Array:
        behind = outputs - (outputs * targets).sum(axis=-1, keepdims=True)
        losses: Array = np.logaddexp.reduce(behind, axis=-1)
        return losses

    def derivative(self, outputs: Array, targets: Array) -> Array:
        others = softmax(outputs) * (1 - targets)
        slopes: Array = others - targets * others.sum(axis=-1, keepdims=True)
        return slopes

    def curvature(self, outputs: Array, targets: Array) -> Array:
        p = softmax(outputs)
        curvatures: Array = p[..., None] * (np.eye(p.shape[-1]) - p[..., None, :])
        return curvatures

    def terms(self, output: Array, target: Array, c: int = 0) -> tuple[Term, ...]:
        logit, total = float(output[c]), float(np.logaddexp.reduce(output))
        probability = float(softmax(output)[c])
        return (
            Term("log sum", ("log Σ exp(logits)",), total, "what makes the probabilities of all classes add up to 1"),
            Term(
                "probability",
                ("exp(", number("logit", logit), " - ", number("log sum", total), ")"),
                probability,
                "the probability given to this class",
            ),
            _error("probability", probability, float(target[c])),
        )


def softmax(logits: Array) -> Array:
    """e^(z_c) / sum of e^z, along the last axis."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities


def _sigmoid_slope(logits: Array) -> Array:
    small = np.exp(-np.abs(logits))
    slopes: Array = small / (1.0 + small) ** 2
    return slopes


def _error(of: str, value: float, wanted: float) -> Term:
    meaning = f"how far from the wanted {wanted:g}; negative means too small"
    return Term("error", (number(of, value), " - ", given("y", wanted)), value - wanted, meaning)


def _probability_terms(logit: float, wanted: float) -> tuple[Term, Term]:
    probability = float(sigmoid(np.float64(logit)))  # type: ignore[arg-type]
    meaning = "the logit squeezed between 0 and 1: the probability given to class 1"
    squeezed = Term("probability", ("sigmoid(", number("logit", logit), ")"), probability, meaning)
    return squeezed, _error("probability", probability, wanted)


LOSSES: dict[str, type[Loss]] = {loss.name: loss for loss in (SquaredError, AbsoluteError, Huber, BinaryCrossEntropy)}
"""The names that `--loss` takes."""


@dataclass(frozen=True, eq=False)
class Penalty:
    """l2 sum w^2 + l1 sum |w| over the weights at the indices `on`; the others, the biases, are free."""

    l1: float
    l2: float
    on: NDArray[np.intp]

    def value(self, weights: Array) -> Array:
        """The penalty of each weight vector, shape (..., d) -> (...)."""
        w = weights[..., self.on]
        penalties: Array = self.l2 * (w * w).sum(axis=-1) + self.l1 * np.abs(w).sum(axis=-1)
        return penalties

    def add_derivative(self, w: Array, out: Array) -> None:
        """Add its gradient at w, shape (d,), to `out`; the sub-gradient of |w| at 0 is 0."""
        on = w[self.on]
        out[self.on] += 2 * self.l2 * on + self.l1 * np.sign(on)

    def curvature(self, d: int) -> Array:
        """Its second derivative along each of d weights (the Hessian is diagonal)."""
        diagonal = np.zeros(d)
        diagonal[self.on] = 2 * self.l2
        return diagonal

    def terms(self, name: str, w: Array, i: int) -> tuple[Term, ...]:
        """Its part of dL/dw_i; nothing where weight i is free."""
        if i not in self.on:
            return ()
        sign, value = float(np.sign(w[i])), float(w[i])
        parts: list[str | Number] = []
        if self.l2:
            parts += ["2 × ", given("l2", self.l2), " × ", number(name, value)]
        if self.l1:
            parts += [" + "] * bool(parts) + [given("l1", self.l1), " × ", given(f"sign {name}", sign)]
        meaning = "what the penalty on large weights adds to the slope"
        return (Term("penalty", tuple(parts), 2 * self.l2 * value + self.l1 * sign, meaning),)
