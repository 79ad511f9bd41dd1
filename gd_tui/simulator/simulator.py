"""Simulator: stand at any step of a run, change something there, take it back."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec
import numpy as np

from gd_tui.engine.analysis import euclidean_norm, slice_minimum
from gd_tui.engine.engine import Engine, Status
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.engine.schedules import make_schedule
from gd_tui.engine.terms import Term, number
from gd_tui.errors import InputError
from gd_tui.numerals import exact
from gd_tui.problems import PROBLEMS, build_objective, start_weights
from gd_tui.scenario import Scenario
from gd_tui.simulator.branch import Branch, Segment
from gd_tui.simulator.snapshot import Snapshot

NOTCH = 10**0.1
"""One notch of the learning rate: ten of them make a factor of ten."""


class Simulator:
    """A run that can be stepped both ways and edited at any step.

    Attributes:
        branch: the run as it is now; edits replace it and keep the old one for `undo`.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Begin the scenario's run. Raises InputError if it names something that does not exist."""
        self.branch = _begin(scenario)
        self._undo: list[tuple[Branch, int]] = []
        self._redo: list[tuple[Branch, int]] = []
        self._run = 0
        self._active = 0

    @property
    def engine(self) -> Engine:
        """The engine of the present step."""
        return self.branch.segments[self._active].engine

    @property
    def k(self) -> int:
        """The present step."""
        return self.engine.k

    @property
    def newest(self) -> int:
        """The furthest step reached."""
        return self.branch.newest

    @property
    def status(self) -> Status:
        """Whether the present step is the end of the run."""
        return self.engine.status

    @property
    def scenario(self) -> Scenario:
        """What the run is a run of at the present step, with its learning rate spelt out."""
        return self.branch.segments[self._active].scenario

    @property
    def names(self) -> tuple[str, ...]:
        """The weights' names."""
        return self.branch.objective.names

    def step(self, count: int = 1) -> int:
        """Make `count` updates; returns how many there were to make before the run diverged."""
        return self._forward(count, to_convergence=False)

    def run(self, count: int) -> int:
        """Make up to `count` updates, fewer where the run converges or diverges; returns how many."""
        return self._forward(count, to_convergence=True)

    def back(self, count: int = 1) -> int:
        """Go `count` steps back, at most to step 0; returns how many."""
        begun = self.k
        self.seek(max(0, begun - count))
        return begun - self.k

    def goto(self, k: int) -> None:
        """Stand at step k, making new updates where it was not reached yet."""
        self.seek(min(k, self.newest))
        self.step(k - self.k)

    def seek(self, k: int) -> None:
        """Stand at step k, 0 <= k <= newest. Raises InputError outside that range."""
        if not 0 <= k <= self.newest:
            raise InputError(f"there is no step {k:,} yet: steps 0 to {self.newest:,} were made")
        self._active = self.branch.index(k)
        self.engine.seek(k)

    def set_rate(self, lr: float) -> None:
        """Go on with another learning rate; the optimizer's memory stays."""
        scenario = msgspec.structs.replace(self.scenario, lr=lr)
        self._edit(f"lr {exact(lr)}", scenario, self.engine.w, keep_memory=True)

    def nudge_rate(self, notches: int) -> float:
        """Raise or lower the learning rate by notches of 10^(1/10); returns the new one."""
        self.set_rate(float(f"{self.engine.lr * NOTCH**notches:.3g}"))
        return self.engine.lr

    def set_weight(self, i: int, value: float) -> None:
        """Give weight i another value; the optimizer's memory stays. At step 0 this moves the start."""
        if not isfinite(value):
            raise InputError(f"{self.names[i]} must be a finite number, not {value}")
        weights = self.engine.w.copy()
        weights[i] = value
        scenario = self.scenario
        if self.k == 0:
            scenario = msgspec.structs.replace(scenario, start=tuple(weights.tolist()))
        self._edit(f"w {self.names[i]} {exact(value)}", scenario, weights, keep_memory=True, moved={i: value})

    def set_optimizer(self, name: str, hyperparameters: dict[str, float | bool] | None = None) -> None:
        """Go on with another optimizer, whose memory begins afresh."""
        scenario = msgspec.structs.replace(self.scenario, optimizer=name, hyperparameters=hyperparameters or {})
        self._edit(f"optimizer {name}", scenario, self.engine.w, keep_memory=False)

    def reset(self, *, new_seed: bool = False) -> None:
        """Start again from step 0: from the same weights, or from random ones of the next seed."""
        scenario = self.scenario
        if new_seed:
            scenario = msgspec.structs.replace(scenario, start="random", seed=scenario.seed + 1)
        self._replace(_begin(scenario), 0)

    def open(self, scenario: Scenario) -> None:
        """Begin another scenario. Raises InputError, with nothing lost, if it names what does not exist."""
        self._replace(_begin(scenario), 0)

    def open_problem(self, name: str, needed: str | None = None) -> None:
        """Begin another problem with its own learning rate and start; optimizer and seed stay.

        `needed` is what the problem cannot be without: the name of its data, its function, or its module.
        """
        old = self.scenario
        field = PROBLEMS[name].needs if name in PROBLEMS else ""
        if needed is not None and not field:
            raise InputError(f"{name} needs nothing beside its name, so not {needed!r}")
        fields = {field: needed} if needed is not None else {}
        kept = {"optimizer": old.optimizer, "hyperparameters": old.hyperparameters, "seed": old.seed}
        self.open(Scenario(problem=name, **kept, **fields))  # type: ignore[arg-type]

    def undo(self) -> bool:
        """Take the last edit back; False if there was none."""
        return self._swap(self._undo, self._redo)

    def redo(self) -> bool:
        """Make the edit again that was last taken back; False if there was none."""
        return self._swap(self._redo, self._undo)

    def snapshot(self, selected: int = 0) -> Snapshot:
        """All that is to be shown of the present step; `selected` is the weight to look at closely."""
        engine, objective = self.engine, self.engine.present
        trail = self.branch.segments[self._active].trail()
        lowest, lowest_at = self.branch.lowest(self.k)
        with np.errstate(all="ignore"):
            return Snapshot(
                scenario=self.scenario,
                k=self.k,
                newest=self.newest,
                status=engine.status,
                reason=self.reason,
                converged=engine.converged,
                lr=engine.rate,
                names=self.names,
                weights=engine.w.copy(),
                gradient=engine.gradient.copy(),
                start=self.branch.segments[0].engine.keyframes.nearest(0)[1][: len(engine.w)],
                optimum=self.branch.objective.optimum,
                previous_gradient=engine.gradient_before(trail[-1]) if len(trail) else None,
                change=engine.w - trail[-1] if len(trail) else None,
                next_weights=engine.peek(),
                loss=engine.loss,
                loss_change=engine.loss - self.branch.loss(self.k - 1) if self.k else None,
                lowest=lowest,
                lowest_at=lowest_at,
                gradient_norm=euclidean_norm(engine.gradient),
                selected=selected,
                terms=self._terms(selected),
                trail=trail[:, selected].copy(),
                slice_minimum=self._slice_minimum(selected),
                data_units=self.branch.objective.data_units(engine.w),
                full_loss=engine.full_loss() if engine.batches else None,
                epoch=engine.batches.epoch(self.k) if engine.batches else None,
                run=self._run,
                _branch=self.branch,
                _objective=objective,
            )

    def _slice_minimum(self, i: int) -> float | None:
        engine = self.engine
        try:
            return slice_minimum(engine.present, engine.w, i, engine.loss, float(engine.gradient[i]))
        except InputError:  # a function of the user's own that fails somewhere along the slice
            return None

    def _terms(self, i: int) -> tuple[Term, ...]:
        engine = self.engine
        lines = engine.present.terms(engine.w, i)
        gradient = engine.clipped()
        if gradient[i] != engine.gradient[i]:
            lines += (_clipped(float(engine.gradient[i]), float(gradient[i]), engine.clip or 0.0),)
        after = engine.optimizer.terms(i, self.names[i], engine.w, gradient, engine.state, engine.moment())
        return lines + after

    @property
    def reason(self) -> str:
        """Why the run has ended here, in words; empty while it has not."""
        engine = self.engine
        if engine.status is Status.CONVERGED:
            return engine.tolerance.words
        if engine.status is not Status.DIVERGED:
            return ""
        broken = [name for name, w in zip(self.names, engine.w, strict=True) if not isfinite(w)]
        return f"loss is {engine.loss}" if not isfinite(engine.loss) else f"{broken[0]} is no longer finite"

    def _forward(self, count: int, *, to_convergence: bool) -> int:
        begun, target = self.k, self.k + count
        while self.k < target:
            last = self._active == len(self.branch.segments) - 1
            stop = target if last else min(target, self.branch.segments[self._active + 1].engine.first)
            made = self.engine.run(stop - self.k, to_convergence=to_convergence)
            if self.k == stop and not last:
                self.seek(stop)
            elif made == 0:
                break
        return self.k - begun

    def _edit(
        self,
        command: str,
        scenario: Scenario,
        weights: Array,
        *,
        keep_memory: bool,
        moved: dict[int, float] | None = None,
    ) -> None:
        """Go on from the present step with a new engine."""
        old, k, before = self.engine, self.k, self.branch.segments[self._active]
        same_step = old.first == k
        engine = _engine(
            self.branch.objective,
            scenario,
            weights,
            state=old.state if keep_memory and k else None,
            schedule_memory=old.schedule_memory if scenario.schedule == self.scenario.schedule else None,
            first=k,
            tolerance=self.branch.segments[0].engine.tolerance if k else None,
        )
        segment = Segment(
            scenario,
            engine,
            before.trail(),
            edits=(*before.edits * same_step, command),
            moved=(before.moved if same_step else {}) | (moved or {}),
            fresh=not keep_memory or k == 0 or (same_step and before.fresh),
        )
        kept = self.branch.segments[: self._active + (old.first < k)]
        self._replace(Branch(self.branch.objective, (*kept, segment)), k)

    def _replace(self, branch: Branch, k: int) -> None:
        self._undo.append((self.branch, self.k))
        self._redo.clear()
        self._show(branch, k)

    def _swap(self, source: list[tuple[Branch, int]], other: list[tuple[Branch, int]]) -> bool:
        if not source:
            return False
        other.append((self.branch, self.k))
        self._show(*source.pop())
        return True

    def _show(self, branch: Branch, k: int) -> None:
        self.branch = branch
        self._run += 1
        self.seek(k)


def _clipped(before: float, after: float, clip: float) -> Term:
    parts = (number("gradient", before), " × ", number("clip/norm", after / before))
    return Term("clipped", parts, after, f"all gradients shortened alike, to a norm of {clip:g}", "gradient")


def _begin(scenario: Scenario) -> Branch:
    """The scenario's run at step 0, with its learning rate spelt out."""
    objective = build_objective(scenario)
    if scenario.batch is not None and not objective.rows:
        raise InputError(f"{scenario.problem} has no rows of data, so --batch has nothing to choose from")
    if scenario.lr is None:
        scenario = msgspec.structs.replace(scenario, lr=objective.default_rate)
    start = start_weights(scenario, objective)
    return Branch(objective, (Segment(scenario, _engine(objective, scenario, start), np.empty((0, len(start)))),))


def _engine(objective: Objective, scenario: Scenario, weights: Array, **carried: Any) -> Engine:
    """The scenario's engine from these weights on; `carried` is what it takes over from the one before."""
    assert scenario.lr is not None
    return Engine(
        objective,
        make_optimizer(scenario.optimizer, scenario.hyperparameters),
        scenario.lr,
        weights,
        seed=scenario.seed,
        schedule=make_schedule(scenario.schedule, scenario.schedule_settings),
        clip=scenario.clip,
        batch=scenario.batch,
        **carried,
    )
