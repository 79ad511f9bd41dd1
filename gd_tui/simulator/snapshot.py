"""Snapshot: all that a front end shows of one step."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from gd_tui.engine.analysis import euclidean_norm, slice_minimum
from gd_tui.engine.engine import Engine, Status
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Term, number
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator.branch import Branch
from gd_tui.simulator.events import Event, Flags
from gd_tui.simulator.run import Rival, Run

MOST_GHOSTS = 3
"""Ghosts that are shown; with more of them nobody could tell which is which."""

SLOW_POINT_S, MUCH_TOO_SLOW_S, LOOKS = 0.005, 0.05, 3
"""A curve has some hundred points: it is not drawn where one of them takes longer than the first of these."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The run at step k, frozen; arrays have shape (d,) unless said otherwise.

    Attributes:
        k, newest: the step shown, and the furthest one reached.
        status, reason: whether the run stands at or beyond its end, or where a condition stopped it, and why, in
            words ("" while active).
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
        is_slow: whether the loss takes so long that nobody would wait for a curve of it; it has no minimum then.
        data_units: names and weights in the data's own units, where w has others.
        full_loss: with mini-batches the loss over all rows, where `loss` is that of the next update's; else None.
        epoch: with mini-batches the epoch of the next update, from 0; else None.
        event: what happened at step k. edits: the commands that were given there.
        rivals: labels of the runs compared with, and the loss of each at step k (NaN where it has none).
        breakpoints: their texts, by number. marks: steps by the names given to them.
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
    is_slow: bool
    data_units: tuple[Sequence[str], Array] | None
    full_loss: float | None
    epoch: int | None
    event: Event
    edits: tuple[str, ...]
    rivals: tuple[tuple[str, float], ...]
    breakpoints: dict[int, str]
    marks: dict[str, int]
    run: int
    _branch: Branch
    _objective: Objective
    _ghosts: tuple[tuple[Branch, int], ...]
    _rivals: tuple[Rival, ...]

    def history(self, first: int, last: int, columns: int) -> tuple[Array, Array]:
        """Steps and losses of [first, last], at most two a column, no extreme value left out."""
        return self._branch.outline(first, min(last, self.newest), columns)

    def ghosts(self, first: int, last: int, columns: int) -> list[tuple[Array, Array]]:
        """The same of the futures that edits have replaced, from where each parts from the run."""
        shown = self._ghosts[-MOST_GHOSTS:]
        return [
            branch.outline(max(first, begin), min(last, branch.newest), columns)
            for branch, begin in shown
            if max(first, begin) <= min(last, branch.newest)
        ]

    @property
    def ghosts_reach(self) -> int:
        """The furthest step of the ghosts that are shown; 0 where there is none."""
        return max((branch.newest for branch, _ in self._ghosts[-MOST_GHOSTS:]), default=0)

    def rival_histories(self, first: int, last: int, columns: int) -> list[tuple[str, Array, Array]]:
        """The same of the runs compared with, as far as this one was made: label, steps and losses."""
        return [
            (rival.label, *rival.branch.outline(first, min(last, self.newest, rival.branch.newest), columns))
            for rival in self._rivals
        ]

    def events(self, first: int, last: int, columns: int) -> tuple[Array, Flags]:
        """Steps of [first, last] at which something happened, and what; about one a column at most."""
        return self._branch.marks(first, min(last, self.newest), columns)

    def slice(self, i: int, xs: Array) -> Array:
        """The loss where weight i takes the values xs, shape (m,), and the others stay."""
        try:
            return self._objective.slice(self.weights, i, xs, self.loss, float(self.gradient[i]))
        except InputError:  # a function of the user's own that fails there: it has no loss to draw
            return np.full(len(xs), np.nan)


def take(run: Run, selected: int, ghosts: tuple[tuple[Branch, int], ...], version: int) -> Snapshot:
    """All that is to be shown of the run's present step; `selected` is the weight to look at closely."""
    branch, engine = run.branch, run.engine
    trail = run.segment.trail()
    is_slow = _is_slow(engine, selected)
    lowest, lowest_at = branch.lowest(run.k)
    with np.errstate(all="ignore"):
        return Snapshot(
            scenario=run.scenario,
            k=run.k,
            newest=run.newest,
            status=run.status,
            reason=run.reason,
            converged=engine.converged,
            lr=engine.rate,
            names=run.names,
            weights=engine.w.copy(),
            gradient=engine.gradient.copy(),
            start=branch.segments[0].engine.keyframes.nearest(0)[1][: len(engine.w)],
            optimum=branch.objective.optimum,
            previous_gradient=run.segment.gradient_before(trail[-1]) if len(trail) else None,
            change=engine.w - trail[-1] if len(trail) else None,
            next_weights=engine.peek(),
            loss=engine.loss,
            loss_change=engine.loss - branch.loss(run.k - 1) if run.k else None,
            lowest=lowest,
            lowest_at=lowest_at,
            gradient_norm=euclidean_norm(engine.gradient),
            selected=selected,
            terms=_terms(engine, selected),
            trail=trail[:, selected].copy(),
            slice_minimum=None if is_slow else _slice_minimum(engine, selected),
            is_slow=is_slow,
            data_units=branch.objective.data_units(engine.w),
            full_loss=engine.full_loss() if engine.batches else None,
            epoch=engine.batches.epoch(run.k) if engine.batches else None,
            event=branch.event(run.k),
            edits=run.segment.edits if engine.first == run.k else (),
            rivals=tuple((rival.label, _loss_at(rival.branch, run.k)) for rival in run.rivals),
            breakpoints={number: condition.text for number, condition in run.breakpoints.items()},
            marks=dict(run.marks),
            run=version,
            _branch=branch,
            _objective=engine.present,
            _ghosts=ghosts,
            _rivals=run.rivals,
        )


def _loss_at(branch: Branch, k: int) -> float:
    return branch.loss(k) if k <= branch.newest else np.nan


def _is_slow(engine: Engine, i: int) -> bool:
    """Judged by the quickest of a few looks at one point, since the machine may have been busy at another."""
    for _ in range(LOOKS):
        begun = perf_counter()
        with suppress(InputError):
            engine.present.slice(engine.w, i, engine.w[i : i + 1], engine.loss, float(engine.gradient[i]))
        took = perf_counter() - begun
        if took < SLOW_POINT_S or took > MUCH_TOO_SLOW_S:
            break
    return took > SLOW_POINT_S


def _slice_minimum(engine: Engine, i: int) -> float | None:
    try:
        return slice_minimum(engine.present, engine.w, i, engine.loss, float(engine.gradient[i]))
    except InputError:  # a function of the user's own that fails somewhere along the slice
        return None


def _terms(engine: Engine, i: int) -> tuple[Term, ...]:
    lines = engine.present.terms(engine.w, i)
    gradient = engine.clipped()
    if gradient[i] != engine.gradient[i]:
        lines += (_clipped(float(engine.gradient[i]), float(gradient[i]), engine.clip or 0.0),)
    name = engine.objective.names[i]
    return lines + engine.optimizer.terms(i, name, engine.w, gradient, engine.state, engine.moment())


def _clipped(before: float, after: float, clip: float) -> Term:
    parts = (number("gradient", before), " × ", number("clip/norm", after / before))
    return Term("clipped", parts, after, f"all gradients shortened alike, to a norm of {clip:g}", "gradient")
