"""What problems on a table share: a model's answer for every row, a loss of each, and penalties on weights.

`L(w) = share * sum_j loss(f(a_j; w), y_j) + penalty(w)` with share 1/n for the mean over n rows, 1 for the
sum. A family of models says how its outputs come from the weights (`forward`) and how slopes go back to the
weights (`backward`); the rest is here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from copy import copy
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.losses import Loss, Penalty
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Number, Term, given, number

Reduction = Literal["mean", "sum"]

CELLS_AT_ONCE = 2**22
"""Numbers held at once when the losses of many weight vectors are computed (32 MiB)."""


class RowsObjective(Objective):
    """A loss over the rows of a table.

    Args:
        inputs: shape (n, p). targets: shape (n,), or (n, K) for K classes, as `loss` wants them.
        names: of the d weights. loss: of a row. reduction: how rows are put together.
        penalty: on the weights. start: shape (d,), zeros by default.
    """

    taken = ("_a", "_y")

    def __init__(
        self,
        inputs: Array,
        targets: Array,
        names: tuple[str, ...],
        loss: Loss,
        *,
        reduction: Reduction = "mean",
        penalty: Penalty | None = None,
        start: Array | None = None,
    ) -> None:
        self.names, self._loss, self._penalty = names, loss, penalty
        self.start = np.zeros(len(names)) if start is None else start
        self._mean = reduction == "mean"
        self._take(np.ascontiguousarray(inputs), targets)

    def _take(self, inputs: Array, targets: Array) -> None:
        """Stand on these rows: everything that depends on them is set here."""
        self._a, self._y = inputs, targets
        self.rows = len(inputs)
        self._share = 1 / self.rows if self._mean else 1.0

    def restricted(self, rows: NDArray[np.intp]) -> RowsObjective:
        batch = copy(self)
        batch._take(self._a[rows], self._y[rows])
        return batch

    @abstractmethod
    def forward(self, weights: Array) -> tuple[Array, Array]:
        """The outputs for every row, and the activations that they are linear in.

        Weights (..., d) -> outputs (..., n), or (..., n, K) for K classes; the activations are what
        `backward` wants back.
        """

    @abstractmethod
    def backward(self, w: Array, activations: Array, slopes: Array, out: Array) -> None:
        """Write into `out`, shape (d,), the gradient that the slopes dL/doutput make."""

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        outputs, activations = self.forward(w)
        slopes = self._loss.derivative(outputs, self._y)
        slopes *= self._share
        self.backward(w, activations, slopes, out)
        loss = float(self._loss.value(outputs, self._y).sum()) * self._share
        return loss if self._penalty is None else loss + self._add_penalty(w, out)

    def _add_penalty(self, w: Array, out: Array) -> float:
        """The penalty at w; its gradient is added to `out`."""
        assert self._penalty is not None
        self._penalty.add_derivative(w, out)
        return float(self._penalty.value(w))

    def losses(self, weights: Array) -> Array:
        at_once = max(1, CELLS_AT_ONCE // (self.rows * self._cells))
        with np.errstate(all="ignore"):
            parts = [self._losses(weights[i : i + at_once]) for i in range(0, len(weights), at_once)]
        return np.concatenate(parts)

    @property
    def _cells(self) -> int:
        """Numbers that the answer for one row takes while it is computed."""
        return int(self._y[0].size)

    def _losses(self, weights: Array) -> Array:
        losses: Array = self._loss.value(self.forward(weights)[0], self._y).sum(axis=-1) * self._share
        return losses if self._penalty is None else losses + self._penalty.value(weights)

    def _penalty_curvature(self) -> Array:
        """What the penalty adds to the diagonal of the Hessian, shape (d,)."""
        d = len(self.names)
        return np.zeros(d) if self._penalty is None else self._penalty.curvature(d)

    def answer_term(self, i: int, w: Array, x: Number | None, answer: float) -> Term:
        """What the model answers for the first row: what weight i adds (times x), and all the rest."""
        own = float(w[i]) if x is None else float(w[i]) * x.value
        parts: list[str | Number] = [number(self.names[i], w[i])]
        if x is not None:
            parts += [" × ", x]
        if len(w) > 1:
            parts += [" + ", number("rest", answer - own)]
        which = "" if self.rows == 1 else f" for the first of {self.rows:,} rows"
        return Term(self._loss.answer, tuple(parts), answer, "what the model answers" + which)

    def gradient_terms(
        self, i: int, w: Array, signals: Array, column: Array, x: str, signal: str | None = None
    ) -> tuple[Term, ...]:
        """From the signals of all rows, shape (n,), to dL/dw_i: the last lines of the arithmetic.

        `column`, shape (n,), is what weight i multiplies in every row, and `x` its name, "" for a bias.
        """
        signal = signal or self._loss.signal
        lines: tuple[Term, ...] = ()
        parts: tuple[str | Number, ...]
        if self.rows == 1:
            value = float(self._loss.factor * signals[0] * column[0])
            times_x = (" × ", given(x, column[0])) if x else ()
            parts = (number(signal, signals[0]), *times_x)
            if self._loss.factor != 1:
                parts = (given(f"{self._loss.factor}", self._loss.factor), " × ", *parts)
        else:
            total = float(signals.dot(column))
            product = f"{signal} × {x}" if x else signal
            lines = (Term("sum", (f"Σ {product}",), total, f"{product}, added up over all {self.rows:,} rows"),)
            value = self._loss.factor * self._share * total
            parts = self._average(total)
        penalty = () if self._penalty is None else self._penalty.terms(self.names[i], w, i)
        meaning = "the loss changes by about this much for each +1 of the weight"
        if not penalty:
            return (*lines, Term("gradient", parts, value, meaning, "gradient"))
        both = (number("data slope", value), " + ", number("penalty", penalty[0].value))
        return (
            *lines,
            Term("data slope", parts, value, "the slope of the rows' losses, without the penalty"),
            *penalty,
            Term("gradient", both, value + penalty[0].value, meaning, "gradient"),
        )

    def _average(self, total: float) -> tuple[str | Number, ...]:
        """`factor / n × sum`, or as much of it as there is."""
        factor, n = self._loss.factor, given("n", self.rows)
        if factor != 1:
            lead = given(f"{factor}", factor)
            return (lead, "/", n, " × ", number("sum", total)) if self._mean else (lead, " × ", number("sum", total))
        return (number("sum", total), " / ", n) if self._mean else (number("sum", total),)


class LinearModel(RowsObjective):
    """A model whose outputs are linear in the weights: `A w`, one output for each row.

    Args:
        design: shape (n, d). names: of the d weights. inputs: of the d columns, as formulas show them,
            "" for the column of ones; penalties leave its weight alone.
        loss, reduction, l1, l2, start: see `RowsObjective` and `Penalty`.
        rate: the learning rate to offer, by default 1 / the largest curvature at the start.
        units: names of weights in the units of the data, and the matrix, shape (names, d), that makes them
            of the weights, where the columns of `design` are in other units.
    """

    def __init__(
        self,
        design: Array,
        targets: Array,
        names: tuple[str, ...],
        inputs: tuple[str, ...],
        loss: Loss,
        *,
        reduction: Reduction = "mean",
        l1: float = 0.0,
        l2: float = 0.0,
        start: Array | None = None,
        rate: float | None = None,
        units: tuple[tuple[str, ...], Array] | None = None,
    ) -> None:
        self.inputs, self._rate, self._units = inputs, rate, units
        each = len(names) // len(inputs)
        on = np.array([i for i in range(len(names)) if inputs[i // each]], dtype=np.intp)
        penalty = Penalty(l1, l2, on) if l1 or l2 else None
        super().__init__(design, targets, names, loss, reduction=reduction, penalty=penalty, start=start)

    def forward(self, weights: Array) -> tuple[Array, Array]:
        return weights @ self._a.T, self._a

    def backward(self, w: Array, activations: Array, slopes: Array, out: Array) -> None:
        activations.T.dot(slopes, out=out)

    def hessian(self, w: Array) -> Array:
        with np.errstate(all="ignore"):
            bend = self._loss.curvature(self.forward(w)[0], self._y) * self._share
            hessian: Array = (self._a.T * bend) @ self._a
        hessian[np.diag_indices(len(w))] += self._penalty_curvature()
        return hessian

    def curvature(self, w: Array, i: int) -> float:
        column = self._a[:, i]
        with np.errstate(all="ignore"):
            bend = self._loss.curvature(self.forward(w)[0], self._y) * self._share
            return float((bend * column).dot(column) + self._penalty_curvature()[i])

    @property
    def default_rate(self) -> float:
        """1 / the largest curvature at the start, the longest step that overshoots in no direction there."""
        return self._rate if self._rate is not None else rate_of_curvature(self._start_curvature())

    def _start_curvature(self) -> Array:
        """A symmetric matrix whose largest eigenvalue is the largest curvature at the start."""
        return self.hessian(self.start)

    def random_start(self, generator: np.random.Generator) -> Array:
        """Standard normal, divided by the size of the column that each weight multiplies."""
        draws = generator.standard_normal(len(self.names))
        sizes = np.sqrt((self._a * self._a).mean(axis=0))
        sizes[~((sizes > 0) & np.isfinite(sizes))] = 1
        start: Array = draws / np.repeat(sizes, len(draws) // len(sizes))
        return start

    def data_units(self, w: Array) -> tuple[Sequence[str], Array] | None:
        if self._units is None:
            return None
        names, matrix = self._units
        with np.errstate(all="ignore"):
            return names, (matrix @ w.reshape(len(self.inputs), -1)).ravel()

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        with np.errstate(all="ignore"):
            outputs = self.forward(w)[0]
            signals = self._loss.derivative(outputs, self._y) / self._loss.factor
            x, column = self.inputs[i], self._a[:, i]
            return (
                self.answer_term(i, w, given(x, column[0]) if x else None, float(outputs[0])),
                *self._loss.terms(outputs[0], self._y[0]),
                *self.gradient_terms(i, w, signals, column, x),
            )


def rate_of_curvature(hessian: Array) -> float:
    """1 / the largest eigenvalue of a symmetric matrix; 0.1 where that is no use."""
    if not np.isfinite(hessian).all():
        return 0.1
    largest = float(np.linalg.eigvalsh(hessian)[-1])
    return 1 / largest if largest > 0 else 0.1
