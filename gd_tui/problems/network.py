"""A neural network with one hidden layer, on a table: outputs = W2 act(W1 x + b1) + b2.

Numbers are predicted by one linear output and the mean squared error; two classes by one logit, more by a
logit each, and the cross-entropy. The gradient is backpropagation: the slopes at the outputs go back through
W2, times the slope of the activation, to W1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.losses import BinaryCrossEntropy, Loss, Penalty, SoftmaxCrossEntropy, SquaredError, sigmoid
from gd_tui.engine.objective import Array
from gd_tui.engine.terms import Number, Term, given, number
from gd_tui.errors import unknown
from gd_tui.problems.columns import (
    Features,
    choose_loss,
    distinct,
    no_positive,
    open_table,
    read_classes,
    read_numbers,
    target_is_text,
    two_classes,
)
from gd_tui.problems.rows import Reduction, RowsObjective
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

SAMPLE = 1000
"""Rows that are enough to judge the curvature at the start by."""


@dataclass(frozen=True)
class Activation:
    """What a hidden unit makes of its weighted sum.

    `slope` and `slope_parts`, its derivative and the factors that formulas write for it, are told of the value.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    slope_parts: Callable[[Number], tuple[str | Number, ...]]
    spread: Callable[[int, int], float]


def glorot(inputs: int, outputs: int) -> float:
    """Half the width of Glorot's uniform initialisation (2010), which keeps signals of a size both ways."""
    return float(np.sqrt(6 / (inputs + outputs)))


def he(inputs: int, outputs: int) -> float:
    """Half the width of He's uniform initialisation (2015): a ReLU lets only half of the signal through."""
    return float(np.sqrt(6 / inputs))


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("tanh", np.tanh, lambda h: 1 - h * h, lambda h: (" × (1 - ", h, "²)"), glorot),
        Activation(
            "relu",
            lambda z: np.maximum(z, 0.0),
            lambda h: (h > 0).astype(np.float64),
            lambda h: (" × ", given("on", float(h.value > 0))),
            he,
        ),
        Activation("sigmoid", sigmoid, lambda h: h * (1 - h), lambda h: (" × ", h, " × (1 - ", h, ")"), glorot),
    )
}


class Network(RowsObjective):
    """One hidden layer; the weights are W1 [hidden][input], b1, W2 [output][hidden], b2, one after the other.

    Args:
        inputs: shape (n, p), `features` their names. targets, loss, reduction, l1, l2: see `RowsObjective`.
        outputs: the names of the outputs. hidden: how many units. bias: whether there are b1 and b2.
        seed: the start is drawn at random from it, biases 0.
    """

    def __init__(
        self,
        inputs: Array,
        targets: Array,
        features: tuple[str, ...],
        outputs: tuple[str, ...],
        loss: Loss,
        *,
        hidden: int = 8,
        activation: str = "tanh",
        bias: bool = True,
        reduction: Reduction = "mean",
        l1: float = 0.0,
        l2: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.activation = ACTIVATIONS[activation]
        p, k = len(features), len(outputs)
        self._shape = p, hidden, k
        sizes = (hidden * p, hidden * bias, k * hidden, k * bias)
        ends = np.cumsum(sizes).tolist()
        self._parts = tuple(slice(end - size, end) for end, size in zip(ends, sizes, strict=True))
        units = [f"h{j + 1}" for j in range(hidden)]
        names = [f"{feature}:{unit}" for unit in units for feature in features]
        names += [f"b:{unit}" for unit in units] * bias
        names += [f"{unit}:{output}" for output in outputs for unit in units]
        names += [f"b:{output}" for output in outputs] * bias
        on = np.r_[self._parts[0], self._parts[2]].astype(np.intp)
        penalty = Penalty(l1, l2, on) if l1 or l2 else None
        super().__init__(inputs, targets, distinct(names), loss, reduction=reduction, penalty=penalty)
        self.start = self.random_start(np.random.default_rng(seed))

    def _layers(self, weights: Array) -> tuple[Array, Array, Array, Array]:
        """W1 (..., hidden, p), b1 (..., hidden), W2 (..., K, hidden), b2 (..., K); no biases: shape (..., 0)."""
        p, hidden, k = self._shape
        w1, b1, w2, b2 = (weights[..., part] for part in self._parts)
        lead = weights.shape[:-1]
        return w1.reshape(*lead, hidden, p), b1, w2.reshape(*lead, k, hidden), b2

    def forward(self, weights: Array) -> tuple[Array, Array]:
        w1, b1, w2, b2 = self._layers(weights)
        sums = self._a @ w1.swapaxes(-1, -2)
        if b1.size:
            sums += b1[..., None, :]
        hidden = self.activation.value(sums)
        outputs = hidden @ w2.swapaxes(-1, -2)
        if b2.size:
            outputs += b2[..., None, :]
        return (outputs[..., 0] if self._y.ndim == 1 else outputs), hidden

    def backward(self, w: Array, activations: Array, slopes: Array, out: Array) -> None:
        slopes = slopes.reshape(len(slopes), -1)
        w2 = self._layers(w)[2]
        back = slopes @ w2
        back *= self.activation.slope(activations)
        g1, gb1, g2, gb2 = self._layers(out)
        np.matmul(back.T, self._a, out=g1)
        np.matmul(slopes.T, activations, out=g2)
        if gb1.size:
            back.sum(axis=0, out=gb1)
            slopes.sum(axis=0, out=gb2)

    @property
    def _cells(self) -> int:
        _, hidden, k = self._shape
        return hidden + k

    def hessian(self, w: Array) -> Array:
        """By central differences of the analytic gradient, 2d of them, and made symmetric: about 1e-9 exact."""
        columns = np.array([self._bend(w, np.eye(1, len(w), i)[0], abs(float(w[i]))) for i in range(len(w))])
        hessian: Array = (columns + columns.T) / 2
        return hessian

    def curvature(self, w: Array, i: int) -> float:
        """By a central difference of the analytic gradient, as `hessian`."""
        return float(self._bend(w, np.eye(1, len(w), i)[0], abs(float(w[i])))[i])

    def _bend(self, w: Array, direction: Array, size: float) -> Array:
        """The Hessian times a direction of length 1 along which w has this size."""
        h = float(np.finfo(np.float64).eps) ** (1 / 3) * max(1.0, size)
        above, below = np.empty_like(w), np.empty_like(w)
        with np.errstate(all="ignore"):
            self.loss_and_gradient(w + h * direction, above)
            self.loss_and_gradient(w - h * direction, below)
            bend: Array = (above - below) / (2 * h)
        return bend

    @property
    def default_rate(self) -> float:
        """1 / the largest curvature at the start, but 0.1 at most, for a network grows steeper on its way.

        The curvature is found by 20 power iterations on rows spread evenly over the table.
        """
        some, direction = self._sample(), np.full(len(self.start), len(self.start) ** -0.5)
        largest = 0.0
        for _ in range(20):
            bend = some._bend(self.start, direction, 1.0)
            largest = float(np.linalg.norm(bend))
            if not 0 < largest < np.inf:
                return 0.1
            direction = bend / largest
        # A mean is alike over some rows and over all; a sum grows with the rows.
        return min(0.1, 1 / (largest * (self._share * self.rows) / (some._share * some.rows)))

    def _sample(self) -> Network:
        return self if self.rows <= SAMPLE else self.restricted(np.linspace(0, self.rows - 1, SAMPLE).astype(np.intp))

    def restricted(self, rows: NDArray[np.intp]) -> Network:
        batch = super().restricted(rows)
        assert isinstance(batch, Network)
        return batch

    def random_start(self, generator: np.random.Generator) -> Array:
        """W1 and W2 uniform, as wide as suits the activation (`glorot`, `he`); biases 0."""
        p, hidden, k = self._shape
        start = np.zeros(len(self.names))
        for part, width in ((0, self.activation.spread(p, hidden)), (2, glorot(hidden, k))):
            w = start[self._parts[part]]
            w[:] = generator.uniform(-width, width, w.size)
        return start

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        p, hidden, _ = self._shape
        part = next(part for part, place in enumerate(self._parts) if place.start <= i < place.stop)
        at = i - self._parts[part].start
        with np.errstate(all="ignore"):
            outputs, activations = self.forward(w)
            slopes = self._loss.derivative(outputs, self._y).reshape(self.rows, -1) / self._loss.factor
            if part >= 2:
                k, unit = divmod(at, hidden) if part == 2 else (at, None)
                return self._output_terms(w, i, k, unit, outputs, activations, slopes[:, k])
            unit, feature = divmod(at, p) if part == 0 else (at, None)
            return self._hidden_terms(w, i, unit, feature, outputs, activations, slopes)

    def _output_terms(
        self, w: Array, i: int, k: int, unit: int | None, outputs: Array, activations: Array, signals: Array
    ) -> tuple[Term, ...]:
        """A weight of output k: as in a linear model, with a hidden unit (None: the bias) for the input."""
        column = np.ones(self.rows) if unit is None else activations[:, unit]
        x = None if unit is None else number("hidden", column[0])
        return (
            self.answer_term(i, w, x, float(outputs.reshape(self.rows, -1)[0, k])),
            *self._loss.terms(outputs[0], self._y[0], k),
            *self.gradient_terms(i, w, signals, column, "" if x is None else "hidden"),
        )

    def _hidden_terms(
        self, w: Array, i: int, unit: int, feature: int | None, outputs: Array, activations: Array, slopes: Array
    ) -> tuple[Term, ...]:
        """A weight of a hidden unit, of a feature or (None) its bias: the error comes back through W2."""
        w1, b1, w2, _ = self._layers(w)
        onward = w2[:, unit]
        back = slopes @ onward
        slope = back * self.activation.slope(activations[:, unit])
        column = np.ones(self.rows) if feature is None else self._a[:, feature]
        x = "" if feature is None else "x"
        whole = float(self._a[0] @ w1[unit]) + (float(b1[unit]) if b1.size else 0.0)
        own = float(w[i] * column[0])
        rest = number("rest", whole - own)
        times_x = (" × ", given(x, column[0])) if x else ()
        h = number("hidden", activations[0, unit])
        answer: tuple[Term, ...] = ()
        through: tuple[str | Number, ...] = (f"Σ {self._loss.signal} × weight",)
        if len(onward) == 1:
            answer = self._loss.terms(outputs[0], self._y[0])
            onward_name = self.names[self._parts[2].start + unit]
            through = (number(self._loss.signal, slopes[0, 0]), " × ", number(onward_name, onward[0]))
        return (
            Term(
                "hidden",
                (f"{self.activation.name}(", number(self.names[i], w[i]), *times_x, " + ", rest, ")"),
                h.value,
                f"what hidden unit {unit + 1} makes of the first row",
            ),
            *answer,
            Term("back", through, float(back[0]), "how much of the outputs' error comes back to this unit"),
            Term(
                "slope",
                (number("back", back[0]), *self.activation.slope_parts(h)),
                float(slope[0]),
                f"times the slope of {self.activation.name}",
            ),
            *self.gradient_terms(i, w, slope, column, x, "slope"),
        )


def build(scenario: Scenario, settings: Settings) -> Network:
    """A network on the scenario's table.

    The loss is by default the cross-entropy where the target is text, else mse: numbers are predicted.
    """
    if scenario.activation not in ACTIVATIONS:
        raise unknown("activation", scenario.activation, ACTIVATIONS)
    features, targets, outputs, loss = _task(scenario)
    return Network(
        features.values,
        targets,
        features.names,
        outputs,
        loss,
        hidden=scenario.hidden,
        activation=scenario.activation,
        bias=scenario.bias,
        reduction=scenario.reduction,
        l1=scenario.l1,
        l2=scenario.l2,
        seed=scenario.seed,
    )


def _task(scenario: Scenario) -> tuple[Features, Array, tuple[str, ...], Loss]:
    """Features, targets, the names of the outputs, and the loss."""
    squares: dict[str, Loss] = {"mse": SquaredError(), "cross-entropy": BinaryCrossEntropy()}
    table = open_table(scenario)
    if scenario.loss is None and target_is_text(scenario, table):
        squares.pop("mse")
    loss = choose_loss(scenario, squares)
    if isinstance(loss, SquaredError):
        features, targets = read_numbers(scenario, table)
        return features, targets, ("out",), loss
    features, classes = read_classes(scenario, table)
    if len(classes.names) == 2:
        return features, two_classes(scenario, classes).index.astype(np.float64), ("out",), loss
    no_positive(scenario, classes)
    return features, classes.one_hot(), classes.names, SoftmaxCrossEntropy()


PROBLEMS = (
    Problem(
        "network",
        "a neural network with one hidden layer, for numbers (mse) or classes (cross-entropy)",
        build,
        needs="data",
    ),
)
