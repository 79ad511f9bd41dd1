"""Snapshot: all that a front end shows of one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gd_tui.engine.engine import Status
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Term
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator.branch import Branch


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The run at step k, frozen; arrays have shape (d,) unless said otherwise.

    Attributes:
        k, newest: the step shown, and the furthest one reached.
        status, reason: whether the run stands at or beyond its end, and why, in words ("" while active).
        converged: the first step that was close enough to the optimum, or None.
        lr: the learning rate of the update from k to k + 1.
        names, weights, gradient, start: by weight; optimum where it is known, else None.
        previous_gradient: the gradient one step before; None at the first step.
        change: what the last update did to the weights; None at the first step.
        next_weights: what the next update will make of them.
        loss, loss_change (None at the first step), lowest, lowest_at: the loss and the least so far.
        gradient_norm: the Euclidean norm of the gradient.
        selected: the weight that the next fields are about.
        terms: the arithmetic of its next update. trail: its last values, oldest first, shape (m,).
        slice_minimum: where along it the loss is least, the others fixed; None if nowhere.
        data_units: names and weights in the data's own units, where w has others.
        full_loss: with mini-batches the loss over all rows, where `loss` is that of the next update's; else None.
        epoch: with mini-batches the epoch of the next update, from 0; else None.
        run: a number that changes with every edit, so that what was drawn of another run is not mixed up.
    """

    scenario: Scenario
    k: int
    newest: int
    status: Status
    reason: str
    converged: int | None
    lr: float
    names: tuple[str, ...]
    weights: Array
    gradient: Array
    start: Array
    optimum: Array | None
    previous_gradient: Array | None
    change: Array | None
    next_weights: Array
    loss: float
    loss_change: float | None
    lowest: float
    lowest_at: int
    gradient_norm: float
    selected: int
    terms: tuple[Term, ...]
    trail: Array
    slice_minimum: float | None
    data_units: tuple[Sequence[str], Array] | None
    full_loss: float | None
    epoch: int | None
    run: int
    _branch: Branch
    _objective: Objective

    def history(self, first: int, last: int, columns: int) -> tuple[Array, Array]:
        """Steps and losses of [first, last], at most two a column, no extreme value left out."""
        return self._branch.outline(first, min(last, self.newest), columns)

    def slice(self, i: int, xs: Array) -> Array:
        """The loss where weight i takes the values xs, shape (m,), and the others stay."""
        try:
            return self._objective.slice(self.weights, i, xs, self.loss, float(self.gradient[i]))
        except InputError:  # a function of the user's own that fails there: it has no loss to draw
            return np.full(len(xs), np.nan)
