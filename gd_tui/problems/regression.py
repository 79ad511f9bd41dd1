"""Linear regression by mean squared error, on any table.

`L(w) = (1/n) sum_j (a_j . w - y_j)^2` with a row a_j of the design matrix for each row of data;
`dL/dw = (2/n) A^T (A w - y)`; Hessian `(2/n) A^T A`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from gd_tui.engine.objective import Array, QuadraticObjective
from gd_tui.engine.terms import Number, Term, given, number
from gd_tui.errors import InputError
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario
from gd_tui.table import design, read_table

CELLS_AT_ONCE = 2**22
"""Predictions held at once when the losses of many weight vectors are computed (32 MiB)."""


def numbered(letter: str, count: int) -> tuple[str, ...]:
    """w1, w2, ..., wn."""
    return tuple(f"{letter}{i + 1}" for i in range(count))


class LinearRegression(QuadraticObjective):
    """Mean squared error of a linear model.

    Args:
        design_matrix: shape (n, d); a last column of ones makes the last weight a bias.
        target: shape (n,).
        names: of the d weights. inputs: of the d columns, as they appear in formulas.
        start: shape (d,), zeros by default.
        minimum: the least loss, where it is known exactly.
        rate: the learning rate to offer, by default 1 / the largest curvature.
        scaling: mean and population deviation of each feature, shape (2, features), where the design
            matrix holds standardized features.
    """

    def __init__(
        self,
        design_matrix: Array,
        target: Array,
        names: tuple[str, ...],
        inputs: tuple[str, ...],
        *,
        start: Array | None = None,
        minimum: float | None = None,
        rate: float | None = None,
        scaling: Array | None = None,
    ) -> None:
        rows, columns = design_matrix.shape
        self.names, self.inputs = names, inputs
        self.start = np.zeros(columns) if start is None else start
        self.minimum, self._rate = minimum, rate
        self._a, self._y, self._scaling = np.ascontiguousarray(design_matrix), target, scaling
        self._twice = np.ascontiguousarray((2 / rows) * design_matrix.T)
        self._share = 1 / rows
        self._error = np.empty(rows)

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        error = self._a.dot(w, out=self._error)
        error -= self._y
        self._twice.dot(error, out=out)
        loss: float = float(error.dot(error)) * self._share
        return loss

    def losses(self, weights: Array) -> Array:
        at_once = max(1, CELLS_AT_ONCE // len(self._y))
        parts = [self._losses(weights[i : i + at_once]) for i in range(0, len(weights), at_once)]
        return np.concatenate(parts)

    def _losses(self, weights: Array) -> Array:
        error = weights @ self._a.T - self._y
        losses: Array = np.einsum("ij,ij->i", error, error) * self._share
        return losses

    def hessian(self, w: Array) -> Array:
        return self._hessian

    @cached_property
    def _hessian(self) -> Array:
        return self._twice @ self._a

    @cached_property
    def _curvature(self) -> Array:
        diagonal: Array = np.einsum("ij,ji->i", self._twice, self._a)
        return diagonal

    def curvature(self, w: Array, i: int) -> float:
        return float(self._curvature[i])

    @cached_property
    def optimum(self) -> Array | None:  # type: ignore[override]
        """The least-squares weights, where they are unique."""
        solution, _, rank, _ = np.linalg.lstsq(self._a, self._y)
        return np.asarray(solution, dtype=np.float64) if rank == len(self.names) else None

    @property
    def default_rate(self) -> float:
        """1 / the largest curvature, the longest step that overshoots in no direction, if no other was set."""
        if self._rate is not None:
            return self._rate
        largest = float(np.linalg.eigvalsh(self._hessian)[-1])
        return 1 / largest if largest > 0 else 0.1

    def data_units(self, w: Array) -> tuple[tuple[str, ...], Array] | None:
        if self._scaling is None:
            return None
        mean, deviation = self._scaling
        features = len(mean)
        units = w.copy()
        units[:features] /= deviation
        if len(w) > features:
            units[features] -= units[:features].dot(mean)
        return self.names, units

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        with np.errstate(all="ignore"):
            error = self._a.dot(w) - self._y
        return (*self._first_row(w, i, error), *self._gradient_terms(i, error))

    def _first_row(self, w: Array, i: int, error: Array) -> tuple[Term, Term]:
        """The model's answer for the first row: what weight i adds, and all the rest."""
        n, wanted = len(self._y), float(self._y[0])
        own = float(w[i] * self._a[0, i])
        predicted = float(error[0]) + wanted
        parts: list[str | Number] = [number(self.names[i], w[i])]
        if self.inputs[i]:
            parts += [" × ", given(self.inputs[i], self._a[0, i])]
        if len(w) > 1:
            parts += [" + ", number("rest", predicted - own)]
        return (
            Term(
                "predicted",
                tuple(parts),
                predicted,
                "what the model answers" + ("" if n == 1 else f" for the first of {n:,} rows"),
            ),
            Term(
                "error",
                (number("predicted", predicted), " - ", given("y", wanted)),
                float(error[0]),
                f"how far from the wanted {wanted:g}; negative means too small",
            ),
        )

    def _gradient_terms(self, i: int, error: Array) -> tuple[Term, ...]:
        n, column, x = len(error), self._a[:, i], self.inputs[i]
        meaning = "the loss changes by about this much for each +1 of the weight"
        times_x = f" × {x}" if x else ""
        if n == 1:
            parts = (given("2", 2), " × ", number("error", error[0]), " × ", given(x, column[0]))
            return (Term("gradient", parts, 2 * float(error[0] * column[0]), meaning, "gradient"),)
        with np.errstate(all="ignore"):
            total = float(error.dot(column))
        return (
            Term("sum", ("Σ error × x" if x else "Σ error",), total, f"error{times_x}, added up over all {n:,} rows"),
            Term(
                "gradient",
                (given("2", 2), "/", given("n", n), " × ", number("sum", total)),
                2 / n * total,
                meaning,
                "gradient",
            ),
        )


def build(scenario: Scenario, settings: Settings) -> LinearRegression:
    """The linear model of the scenario's table: a weight for each feature, then the bias `b`."""
    if scenario.data is None:
        raise InputError("the linear problem needs data: --data with a CSV file or one of `gd-tui list datasets`")
    table = read_table(scenario.data, drop_missing=scenario.drop_missing)
    features, target, names, _ = design(table, scenario.target, scenario.features or None)
    scaling = None
    if scenario.standardize:
        with np.errstate(over="ignore"):
            scaling = np.stack([features.mean(axis=0), features.std(axis=0)])
        if not np.isfinite(scaling).all():
            raise InputError(f"{table.source}: numbers too large to standardize; use --raw or rescale the column")
        constant = [name for name, deviation in zip(names, scaling[1], strict=True) if deviation == 0]
        if constant:
            raise InputError(
                f"{table.source}: column {constant[0]!r} is constant and cannot be standardized; "
                "leave it out with --features"
            )
        features = (features - scaling[0]) / scaling[1]
    if not scenario.bias:
        return LinearRegression(features, target, tuple(names), tuple(names), scaling=scaling)
    taken = "b" if "b" not in names else "bias"
    with_ones = np.column_stack([features, np.ones(len(target))])
    return LinearRegression(with_ones, target, (*names, taken), (*names, ""), scaling=scaling)


PROBLEMS = (
    Problem("linear", "linear regression on a CSV file: one weight per feature, and a bias", build, needs_data=True),
)
