"""Regression on a table: linear in the features, or a polynomial in one, by mse, mae or Huber's loss.

With a row a_j of the design matrix for each row of data the model answers `a_j . w`. For the mean squared
error `L(w) = (1/n) sum_j (a_j . w - y_j)^2`, `dL/dw = (2/n) A^T (A w - y)`, and the Hessian is `(2/n) A^T A`.
"""

from __future__ import annotations

from math import comb

import numpy as np

from gd_tui.engine.losses import AbsoluteError, Huber, SquaredError
from gd_tui.engine.objective import Array, QuadraticObjective
from gd_tui.errors import InputError
from gd_tui.problems.columns import Features, choose_loss, distinct, open_table, read_numbers
from gd_tui.problems.rows import LinearModel, Reduction, rate_of_curvature
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

Units = tuple[tuple[str, ...], Array]


def numbered(letter: str, count: int) -> tuple[str, ...]:
    """w1, w2, ..., wn."""
    return tuple(f"{letter}{i + 1}" for i in range(count))


class Regression(LinearModel):
    """A linear model under any loss of its error."""

    @property
    def default_rate(self) -> float:
        """As of every linear model, but where the curvature at the start tells nothing.

        Huber's loss is taken as bent in every row, which it is at most. The mean absolute error does not bend:
        a hundred steps of the rate L / (100 |gradient|^2) would bring a straight loss to 0.
        """
        if isinstance(self._loss, Huber):
            bent = (self._a.T * self._share) @ self._a
            return rate_of_curvature(bent + np.diag(self._penalty_curvature()))
        if not isinstance(self._loss, AbsoluteError):
            return super().default_rate
        gradient = np.empty_like(self.start)
        with np.errstate(all="ignore"):
            rate = self.loss_and_gradient(self.start, gradient) / (100 * gradient.dot(gradient))
        return float(rate) if 0 < rate < np.inf else 0.1


class LinearRegression(QuadraticObjective, Regression):
    """Mean squared error of a linear model, with `l2 * sum w^2` if asked: a quadratic.

    Args:
        design_matrix: shape (n, d); a last column of ones makes the last weight a bias.
        target: shape (n,).
        names: of the d weights. inputs: of the d columns, as they appear in formulas ("": of ones).
        minimum: the least loss, where it is known exactly.
        start, rate, reduction, l2, units: see `LinearModel`.
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
        reduction: Reduction = "mean",
        l2: float = 0.0,
        units: Units | None = None,
    ) -> None:
        self.minimum = minimum
        super().__init__(
            design_matrix,
            target,
            names,
            inputs,
            SquaredError(),
            start=start,
            rate=rate,
            reduction=reduction,
            l2=l2,
            units=units,
        )

    def _take(self, inputs: Array, targets: Array) -> None:
        super()._take(inputs, targets)
        self._twice = np.ascontiguousarray((2 * self._share) * inputs.T)
        self._error = np.empty(len(inputs))
        # Worked out when first asked for. (cached_property would do, but turns every attribute slow.)
        self._hessian: Array | None = None
        self._optimum: tuple[Array | None] | None = None

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        error = self._a.dot(w, out=self._error)
        error -= self._y
        self._twice.dot(error, out=out)
        loss: float = float(error.dot(error)) * self._share
        return loss if self._penalty is None else loss + self._add_penalty(w, out)

    def hessian(self, w: Array) -> Array:
        if self._hessian is None:
            self._hessian = self._twice @ self._a + np.diag(self._penalty_curvature())
        return self._hessian

    def curvature(self, w: Array, i: int) -> float:
        return float(self.hessian(w)[i, i])

    @property
    def optimum(self) -> Array | None:  # type: ignore[override]
        """The least-squares weights, where they are unique."""
        if self._optimum is None:
            self._optimum = (self._least_squares(),)
        return self._optimum[0]

    def _least_squares(self) -> Array | None:
        """`l2 w_i^2` is the square of one more error, that of an input of sqrt(l2) and a wanted 0."""
        more = np.diag(np.sqrt(self._penalty_curvature() / (2 * self._share)))
        more = more[more.any(axis=1)]
        a, y = np.concatenate([self._a, more]), np.concatenate([self._y, np.zeros(len(more))])
        solution, _, rank, _ = np.linalg.lstsq(a, y)
        return np.asarray(solution, dtype=np.float64) if rank == len(self.names) else None


def build_linear(scenario: Scenario, settings: Settings) -> Regression:
    """The linear model of the scenario's table: a weight for each feature, then the bias `b`."""
    features, target = read_numbers(scenario, open_table(scenario))
    matrix, names, inputs = features.with_bias(scenario.bias)
    return _regression(scenario, matrix, target, distinct(names), inputs, features.units(scenario.bias))


def build_polynomial(scenario: Scenario, settings: Settings) -> Regression:
    """c0 + c1 x + ... + cN x^N of one feature; `--no-bias` leaves c0 out.

    `--standardize` scales x itself, before its powers are taken, so that they stay of a size; the data's own
    units have the polynomial multiplied out again, in powers of the x of the table.
    """
    features, target = read_numbers(scenario, open_table(scenario))
    if len(features.names) != 1:
        raise InputError(
            f"{features.source}: a polynomial takes one feature, not {len(features.names)} "
            f"({', '.join(features.names[:6])}{', ...' * (len(features.names) > 6)}): pick it with --features"
        )
    first = 0 if scenario.bias else 1
    powers = range(first, scenario.degree + 1)
    if not powers:
        raise InputError("a polynomial of degree 0 without its bias has no weights: raise --degree")
    with np.errstate(over="ignore"):
        matrix = features.values ** np.array(powers)
    if not np.isfinite(matrix).all():
        raise InputError(
            f"{features.source}: column {features.names[0]!r} to the power of {scenario.degree} is too large: "
            "use --standardize or a lower --degree"
        )
    inputs = tuple("" if k == 0 else "x" if k == 1 else f"x{'²³⁴'[k - 2]}" if k <= 4 else f"x^{k}" for k in powers)
    names = tuple(f"c{k}" for k in powers)
    return _regression(scenario, matrix, target, names, inputs, _polynomial_units(features, powers))


def _polynomial_units(features: Features, powers: range) -> Units | None:
    """sum_k c_k ((x - mean) / deviation)^k in powers of x, by the binomial theorem."""
    if features.mean is None or features.deviation is None:
        return None
    mean, deviation, degree = float(features.mean[0]), float(features.deviation[0]), powers[-1]
    matrix = np.zeros((degree + 1, len(powers)))
    for column, k in enumerate(powers):
        for j in range(k + 1):
            matrix[j, column] = comb(k, j) * (-mean / deviation) ** (k - j) / deviation**j
    return tuple(f"c{j}" for j in range(degree + 1)), matrix


def _regression(
    scenario: Scenario,
    matrix: Array,
    target: Array,
    names: tuple[str, ...],
    inputs: tuple[str, ...],
    units: Units | None,
) -> Regression:
    losses = {"mse": SquaredError(), "mae": AbsoluteError(), "huber": Huber(scenario.delta)}
    loss = choose_loss(scenario, losses)
    reduction, l1, l2 = scenario.reduction, scenario.l1, scenario.l2
    if isinstance(loss, SquaredError) and not l1:
        return LinearRegression(matrix, target, names, inputs, reduction=reduction, l2=l2, units=units)
    return Regression(matrix, target, names, inputs, loss, reduction=reduction, l1=l1, l2=l2, units=units)


PROBLEMS = (
    Problem(
        "linear", "linear regression on a CSV file: one weight per feature, and a bias", build_linear, needs="data"
    ),
    Problem(
        "polynomial",
        "a polynomial of --degree in one feature: c0 + c1 x + c2 x^2 ...",
        build_polynomial,
        needs="data",
    ),
)
