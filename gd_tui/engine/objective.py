"""What gradient descent lowers: a loss of a weight vector, with everything the simulator asks of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.terms import Term

Array = NDArray[np.float64]


class Objective(ABC):
    """A loss L(w) of d weights.

    Attributes:
        names: the d weights' names, in the order of the vector.
        start: where descent begins, shape (d,).
        minimum: the least value of L, where it is known exactly (then a run has converged when the loss
            is within 1e-15 of it), else None.
        optimum: the weights of that least value, shape (d,), where they are known and unique, else None.
        minima: the lowest points within the view where they are several, shape (m, d), or None; for plots.
        quadratic: whether L is a polynomial of degree two, so that its curvature is the same everywhere.
        rows: how many rows of data the loss is taken over; 0 where there are none.
        view: for each weight the range worth looking at, shape (d, 2), or None.
        taken: the attributes that hold the arguments of its method `_take`, which sets all that follows from them;
            () where it has no such method.
    """

    names: tuple[str, ...]
    start: Array
    minimum: float | None = None
    optimum: Array | None = None
    minima: Array | None = None
    quadratic: bool = False
    rows: int = 0
    view: Array | None = None
    taken: ClassVar[tuple[str, ...]] = ()

    @property
    def default_rate(self) -> float:
        """The learning rate used where the user gives none."""
        return 0.1

    @abstractmethod
    def loss_and_gradient(self, w: Array, out: Array) -> float:
        """L(w); its gradient, shape (d,), is written into `out`."""

    @abstractmethod
    def losses(self, weights: Array) -> Array:
        """L of each row of `weights`, shape (m, d) -> (m,)."""

    @abstractmethod
    def hessian(self, w: Array) -> Array:
        """The second derivatives of L at w, shape (d, d)."""

    @abstractmethod
    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        """The arithmetic that leads to dL/dw_i at w; the last line is the gradient itself."""

    def curvature(self, w: Array, i: int) -> float:
        """The second derivative of L along weight i at w."""
        return float(self.hessian(w)[i, i])

    def slice(self, w: Array, i: int, xs: Array, loss: float, slope: float) -> Array:
        """L where weight i takes the values `xs`, shape (m,), and the others stay as they are in w.

        `loss` and `slope` are L and dL/dw_i at w, which whoever asks has at hand.
        """
        weights = np.repeat(w[None, :], len(xs), axis=0)
        weights[:, i] = xs
        with np.errstate(all="ignore"):
            return self.losses(weights)

    def restricted(self, rows: NDArray[np.intp]) -> Objective:
        """The same objective over these rows of the data alone, as a mini-batch has it.

        Raises ValueError where there are no rows.
        """
        raise ValueError("this objective has no rows of data to choose from")

    def random_start(self, generator: np.random.Generator) -> Array:
        """Start weights drawn at random: uniform in the view where there is one, else standard normal."""
        if self.view is None:
            return generator.standard_normal(len(self.names))
        return generator.uniform(self.view[:, 0], self.view[:, 1])

    def data_units(self, w: Array) -> tuple[Sequence[str], Array] | None:
        """Names and values of the weights in the units of the user's data, where w has others."""
        return None


class QuadraticObjective(Objective):
    """An objective of degree two: a slice of it is its own Taylor polynomial, exact at any distance."""

    quadratic = True

    def slice(self, w: Array, i: int, xs: Array, loss: float, slope: float) -> Array:
        with np.errstate(all="ignore"):
            step: Array = xs - w[i]
            losses: Array = loss + step * (slope + 0.5 * self.curvature(w, i) * step)
        return losses
