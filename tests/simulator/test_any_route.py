"""Whatever a user does, the screen shows what a plain replay of the surviving edits gives, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from math import inf
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import gd_tui.engine.engine as engine_module
import gd_tui.engine.history as history_module
from gd_tui.engine.batches import Batches
from gd_tui.engine.engine import TRAIL
from gd_tui.engine.moment import Moment, clip_norm
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import OPTIMIZERS, State, make_optimizer
from gd_tui.engine.schedules import SCHEDULES, Memory, make_schedule
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario
from gd_tui.session.document import decode, encode
from gd_tui.session.reviving import revive
from gd_tui.session.saving import Recorder
from gd_tui.simulator import Simulator, Snapshot

Edit = tuple[int, str, Any]
"""The step at which something was changed, what, and its new value."""

RATES = (0.01, 0.05, 0.1, 0.19, 5.0)
SCENARIOS = {
    "explainer": Scenario(lr=0.05),
    "explainer-batches": Scenario(lr=0.05, batch=2, seed=3),
    "stackloss": Scenario(
        problem="linear", data="stackloss", standardize=True, lr=0.05, batch=4, optimizer="adam", clip=100.0
    ),
}
OBJECTIVES = {name: build_objective(scenario) for name, scenario in SCENARIOS.items()}


@dataclass(frozen=True)
class Shown:
    """What there is to see at one step, and the weights that the next update gives."""

    scenario: Scenario
    w: Array
    gradient: Array
    loss: float
    rate: float
    following: Array

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.loss) and np.isfinite(self.w).all())


@dataclass
class Plain:
    """A run by the plainest loop there is."""

    objective: Objective
    scenario: Scenario
    w: Array
    k: int = 0
    state: State = field(default_factory=dict)
    memory: Memory = field(default_factory=dict)

    def edit(self, edits: list[tuple[str, Any]]) -> None:
        """Everything that is changed at this step: the optimizer's memory goes on unless there is another one."""
        before, fresh, start = self.scenario, self.k == 0, list(self.w)
        for what, value in edits:
            if what == "weight":
                start[value[0]] = value[1]
            elif what == "optimizer":
                fresh = True
                self._change(optimizer=value, hyperparameters={})
            elif what == "set":
                self._change(hyperparameters={**self.scenario.hyperparameters, value[0]: value[1]})
            elif what == "schedule":
                self._change(schedule=value, schedule_settings={})
            else:
                self._change(**{what: value})
        self.w = np.array(start)
        begun = make_optimizer(self.scenario.optimizer, self.scenario.hyperparameters).init(self.w)
        kept = {} if fresh else {n: a for n, a in self.state.items() if n in begun and a.shape == begun[n].shape}
        self.state = begun | kept
        if self.k == 0 or self.scenario.schedule != before.schedule:
            self.memory = make_schedule(self.scenario.schedule, self.scenario.schedule_settings).init()

    def _change(self, **fields: object) -> None:
        self.scenario = msgspec.structs.replace(self.scenario, **fields)

    def update(self) -> Shown:
        """Show the present step and make one update."""
        scenario, k, gradient = self.scenario, self.k, np.empty_like(self.w)
        assert scenario.lr is not None
        objective = self.objective
        if scenario.batch is not None:
            objective = objective.restricted(Batches(objective.rows, scenario.batch, scenario.seed).rows_of(k))
        optimizer = make_optimizer(scenario.optimizer, scenario.hyperparameters)
        schedule = make_schedule(scenario.schedule, scenario.schedule_settings)
        at = Moment(objective, scenario.seed, schedule.rate(scenario.lr, k, self.memory))
        with np.errstate(all="ignore"):
            at.k, at.loss = k, objective.loss_and_gradient(self.w, gradient)
            shown, w = gradient.copy(), self.w.copy()
            if scenario.clip is not None:
                clip_norm(gradient, scenario.clip)
            optimizer.update(self.w, gradient, self.state, at)
            if schedule.watches:
                schedule.observe(at.loss, scenario.lr, self.memory)
        self.k += 1
        return Shown(scenario, w, shown, at.loss, at.lr, self.w.copy())


def replay(name: str, edits: tuple[Edit, ...]) -> Iterator[Shown]:
    """The run from its start, with every edit made when its step comes; ends where it diverges."""
    objective = OBJECTIVES[name]
    run = Plain(objective, SCENARIOS[name], objective.start.copy())
    while True:
        here = [(what, value) for step, what, value in edits if step == run.k]
        if here or run.k == 0:
            run.edit(here)
        shown = run.update()
        yield shown
        if not shown.finite:
            return


@cache
def run_of(name: str, edits: tuple[Edit, ...], count: int) -> list[Shown]:
    """The first steps of a replay, at most `count`."""
    return list(islice(replay(name, edits), count))


def upto(name: str, edits: tuple[Edit, ...], k: int) -> list[Shown]:
    """Steps 0..k, fewer if the run diverges before."""
    return run_of(name, edits, (k // 64 + 1) * 64)[: k + 1]


@dataclass
class Way:
    """One branch of the run."""

    edits: tuple[Edit, ...] = ()
    newest: int = 0


@dataclass
class Model:
    """Where the user stands."""

    name: str
    way: Way = field(default_factory=Way)
    k: int = 0
    undo: list[tuple[Way, int]] = field(default_factory=list)
    redo: list[tuple[Way, int]] = field(default_factory=list)

    def forward(self, count: int) -> None:
        self.k = len(upto(self.name, self.way.edits, self.k + count)) - 1
        self.way.newest = max(self.way.newest, self.k)

    def edit(self, what: str, value: object) -> None:
        kept = tuple(edit for edit in self.way.edits if edit[0] <= self.k)
        self.undo.append((self.way, self.k))
        self.redo.clear()
        self.way = Way((*kept, (self.k, what, value)), self.k)

    def swap(self, source: list[tuple[Way, int]], other: list[tuple[Way, int]]) -> bool:
        if not source:
            return False
        other.append((self.way, self.k))
        self.way, self.k = source.pop()
        return True


def lowest(steps: list[Shown]) -> tuple[float, int]:
    return min(((s.loss, k) for k, s in enumerate(steps) if s.loss < inf), default=(inf, 0))


def seen(snapshot: Snapshot) -> tuple[bytes, ...]:
    arrays = (snapshot.weights, snapshot.gradient, snapshot.trail, snapshot.next_weights, snapshot.start)
    return tuple(array.tobytes() for array in arrays)


class AnyRoute(RuleBasedStateMachine):
    """Steps, seeks, edits, undo, redo, and sessions that are saved and taken up again, in any order."""

    @initialize(name=st.sampled_from(list(SCENARIOS)))
    def begin(self, name: str) -> None:
        self.simulator, self.model = Simulator(SCENARIOS[name]), Model(name)
        self.kept: list[tuple[Snapshot, tuple[bytes, ...]]] = []

    @rule(count=st.integers(1, 150))
    def step(self, count: int) -> None:
        before = self.model.k
        self.model.forward(count)
        assert self.simulator.step(count) == self.model.k - before

    @rule(count=st.integers(1, 70))
    def run_(self, count: int) -> None:
        before = self.simulator.k
        made = self.simulator.run(count)
        assert made <= count
        assert self.simulator.k == before + made
        if made < count:
            assert self.simulator.status in ("converged", "diverged")
        self.model.forward(made)

    @rule(count=st.integers(1, 70))
    def back(self, count: int) -> None:
        self.model.k -= min(count, self.model.k)
        self.simulator.back(count)

    @rule(share=st.floats(0, 1.3))
    def goto(self, share: float) -> None:
        k = round(share * self.model.way.newest)
        self.model.k = min(k, self.model.way.newest)
        self.model.forward(k - self.model.k)
        self.simulator.goto(k)

    @rule(lr=st.sampled_from(RATES))
    def set_rate(self, lr: float) -> None:
        self.simulator.set_rate(lr)
        self.model.edit("lr", lr)

    @rule(i=st.integers(0, 3), value=st.floats(-100, 100))
    def set_weight(self, i: int, value: float) -> None:
        self.simulator.set_weight(i, value)
        self.model.edit("weight", (i, value))

    @rule(name=st.sampled_from(list(OPTIMIZERS)))
    def set_optimizer(self, name: str) -> None:
        self.simulator.set_optimizer(name)
        self.model.edit("optimizer", name)

    @rule(share=st.floats(0.1, 0.9))
    def set_hyperparameter(self, share: float) -> None:
        known = OPTIMIZERS[self.simulator.scenario.optimizer].settings()
        name = next(n for n in ("momentum", "beta1", "alpha", "rho", "weight_decay", "eta_minus", "high") if n in known)
        self.simulator.set_setting(name, share)
        self.model.edit("set", (name, share))

    @rule(name=st.sampled_from(list(SCHEDULES)))
    def set_schedule(self, name: str) -> None:
        self.simulator.set_schedule(name)
        self.model.edit("schedule", name)

    @rule(rows=st.sampled_from([None, 1, 2, 3, 50]))
    def set_batch(self, rows: int | None) -> None:
        self.simulator.set_batch(rows)
        self.model.edit("batch", rows)

    @rule(seed=st.integers(0, 9))
    def set_seed(self, seed: int) -> None:
        self.simulator.set_seed(seed)
        self.model.edit("seed", seed)

    @rule()
    def undo(self) -> None:
        assert self.simulator.undo() == self.model.swap(self.model.undo, self.model.redo)

    @rule()
    def redo(self) -> None:
        assert self.simulator.redo() == self.model.swap(self.model.redo, self.model.undo)

    @rule()
    def save_and_resume(self) -> None:
        content = encode(Recorder().document(self.simulator))
        self.simulator = revive(decode(content, "a session"), "a session")

    @rule(i=st.integers(0, 3))
    def look(self, i: int) -> None:
        snapshot = self.simulator.snapshot(i)
        self.kept = [*self.kept[-3:], (snapshot, seen(snapshot))]

    @invariant()
    def old_snapshots_stay(self) -> None:
        for snapshot, before in getattr(self, "kept", []):
            assert seen(snapshot) == before

    @invariant()
    def the_replay_is_shown(self) -> None:
        if not hasattr(self, "model"):
            return
        k, i = self.model.k, self.model.k % 4
        snapshot = self.simulator.snapshot(i)
        steps = upto(self.model.name, self.model.way.edits, k)
        here = steps[k]
        assert (snapshot.k, snapshot.newest) == (k, self.model.way.newest)
        shown, wanted = snapshot.scenario, here.scenario
        for what in ("lr", "optimizer", "hyperparameters", "schedule", "batch", "seed"):
            assert getattr(shown, what) == getattr(wanted, what)
        assert snapshot.lr == here.rate
        assert snapshot.weights.tobytes() == here.w.tobytes()
        assert snapshot.gradient.tobytes() == here.gradient.tobytes()
        assert snapshot.start.tobytes() == steps[0].w.tobytes()
        assert np.array(snapshot.loss).tobytes() == np.array(here.loss).tobytes()
        assert snapshot.next_weights.tobytes() == here.following.tobytes()
        assert np.array(snapshot.terms[-1].value).tobytes() == here.following[i].tobytes()
        assert snapshot.trail.tolist() == [s.w[i] for s in steps[max(0, k - TRAIL) : k]]
        assert (snapshot.lowest, snapshot.lowest_at) == lowest(steps)
        assert (snapshot.status == "diverged") == (not here.finite)
        if k:
            assert snapshot.change is not None
            assert snapshot.change.tobytes() == (here.w - steps[k - 1].w).tobytes()
            assert repr(snapshot.loss_change) == repr(here.loss - steps[k - 1].loss)
        else:
            assert (snapshot.change, snapshot.previous_gradient, snapshot.loss_change) == (None, None, None)
        self._history_is_the_replays(snapshot, steps)

    def _history_is_the_replays(self, snapshot: Snapshot, steps: list[Shown]) -> None:
        """All losses are shown, but for some that are behind a session that was taken up: none is shown wrong."""
        k = snapshot.k
        ks, losses = snapshot.history(0, k, 2 * k + 40)
        assert losses.tobytes() == np.array([steps[int(step)].loss for step in ks]).tobytes()
        known = set(ks.tolist())
        assert {0, k} <= known
        if not any(segment.engine.losses.has_gaps for segment in self.simulator.branch.segments):
            assert ks.tolist() == list(range(k + 1))


@pytest.mark.parametrize("losses_kept", [512, 2])
def test_any_route(losses_kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a session keeps so few losses that a run taken up again has gaps."""
    monkeypatch.setattr(engine_module, "KEPT_LOSSES", losses_kept)
    if losses_kept == 2:
        monkeypatch.setattr(history_module, "NEAR", 64)
        monkeypatch.setattr(engine_module, "KEPT_BYTES", 64)
    AnyRoute.TestCase.settings = settings(max_examples=30, stateful_step_count=16, deadline=None)
    AnyRoute.TestCase("runTest").runTest()
