"""Whatever a user does, the screen shows what a plain replay of the surviving edits gives, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from math import inf
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gd_tui.engine.engine import TRAIL
from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers import OPTIMIZERS, make_optimizer
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator, Snapshot

from ..engine.cases import OBJECTIVES, Frame, loop

Edit = tuple[int, str, Any]
"""The step at which something was changed, what, and its new value."""

OBJECTIVE = OBJECTIVES["explainer"]
RATES = (0.01, 0.05, 0.1, 0.19, 5.0)


@dataclass(frozen=True)
class Shown:
    """What there is to see at one step, and the weights that the next update gives."""

    frame: Frame
    lr: float
    optimizer: str
    following: Array


def replay(edits: tuple[Edit, ...]) -> Iterator[Shown]:
    """The run from its start, with every edit made when its step comes; ends where it diverges."""
    lr, name, w = 0.05, "sgd", OBJECTIVE.start.copy()
    state, k = make_optimizer(name, {}).init(w), 0
    while True:
        for step, what, value in edits:
            if step != k:
                continue
            if what == "rate":
                lr = value
            elif what == "weight":
                w = w.copy()
                w[value[0]] = value[1]
            else:
                name, state = value, make_optimizer(value, {}).init(w)
        here, there = islice(loop(OBJECTIVE, make_optimizer(name, {}), lr, w, state=state, first=k), 2)
        yield Shown(here, lr, name, there.w)
        if not here.finite:
            return
        w, state, k = there.w, there.state, k + 1


@cache
def run_of(edits: tuple[Edit, ...], count: int) -> list[Shown]:
    """The first steps of a replay, at most `count`."""
    return list(islice(replay(edits), count))


def upto(edits: tuple[Edit, ...], k: int) -> list[Shown]:
    """Steps 0..k, fewer if the run diverges before."""
    return run_of(edits, (k // 64 + 1) * 64)[: k + 1]


@dataclass
class Way:
    """One branch of the run."""

    edits: tuple[Edit, ...] = ()
    newest: int = 0


@dataclass
class Model:
    """Where the user stands."""

    way: Way = field(default_factory=Way)
    k: int = 0
    undo: list[tuple[Way, int]] = field(default_factory=list)
    redo: list[tuple[Way, int]] = field(default_factory=list)

    def forward(self, count: int) -> None:
        self.k = len(upto(self.way.edits, self.k + count)) - 1
        self.way.newest = max(self.way.newest, self.k)

    def replace(self, way: Way, k: int) -> None:
        self.undo.append((self.way, self.k))
        self.redo.clear()
        self.way, self.k = way, k

    def edit(self, what: str, value: object) -> None:
        kept = tuple(edit for edit in self.way.edits if edit[0] <= self.k)
        self.replace(Way((*kept, (self.k, what, value)), self.k), self.k)

    def swap(self, source: list[tuple[Way, int]], other: list[tuple[Way, int]]) -> bool:
        if not source:
            return False
        other.append((self.way, self.k))
        self.way, self.k = source.pop()
        return True


def lowest(steps: list[Shown]) -> tuple[float, int]:
    return min(((s.frame.loss, k) for k, s in enumerate(steps) if s.frame.loss < inf), default=(inf, 0))


def seen(snapshot: Snapshot) -> tuple[bytes, ...]:
    steps, losses = snapshot.history(0, 10**9, 5)
    arrays = (
        snapshot.weights,
        snapshot.gradient,
        snapshot.trail,
        snapshot.next_weights,
        snapshot.start,
        steps,
        losses,
    )
    return tuple(array.tobytes() for array in arrays)


class AnyRoute(RuleBasedStateMachine):
    """Steps, seeks, edits, undo and redo in any order."""

    @initialize()
    def begin(self) -> None:
        self.simulator, self.model = Simulator(Scenario(lr=0.05)), Model()
        self.kept: list[tuple[Snapshot, tuple[bytes, ...]]] = []

    @rule(count=st.integers(1, 70))
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
        self.model.edit("rate", lr)

    @rule(i=st.integers(0, 4), value=st.floats(-100, 100))
    def set_weight(self, i: int, value: float) -> None:
        self.simulator.set_weight(i, value)
        self.model.edit("weight", (i, value))

    @rule(name=st.sampled_from(list(OPTIMIZERS)))
    def set_optimizer(self, name: str) -> None:
        self.simulator.set_optimizer(name)
        self.model.edit("optimizer", name)

    @rule()
    def undo(self) -> None:
        assert self.simulator.undo() == self.model.swap(self.model.undo, self.model.redo)

    @rule()
    def redo(self) -> None:
        assert self.simulator.redo() == self.model.swap(self.model.redo, self.model.undo)

    @rule(i=st.integers(0, 4))
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
        k, snapshot = self.model.k, self.simulator.snapshot(self.model.k % 5)
        steps = upto(self.model.way.edits, k)
        here = steps[k]
        assert (snapshot.k, snapshot.newest) == (k, self.model.way.newest)
        assert (snapshot.lr, snapshot.scenario.lr, snapshot.scenario.optimizer) == (
            here.lr,
            here.lr,
            here.optimizer,
        )
        assert snapshot.weights.tobytes() == here.frame.w.tobytes()
        assert snapshot.gradient.tobytes() == here.frame.gradient.tobytes()
        assert snapshot.start.tobytes() == steps[0].frame.w.tobytes()
        assert np.array(snapshot.loss).tobytes() == np.array(here.frame.loss).tobytes()
        assert snapshot.next_weights.tobytes() == here.following.tobytes()
        assert np.array(snapshot.terms[-1].value).tobytes() == here.following[k % 5].tobytes()
        assert snapshot.trail.tolist() == [s.frame.w[k % 5] for s in steps[max(0, k - TRAIL) : k]]
        assert (snapshot.lowest, snapshot.lowest_at) == lowest(steps)
        assert (snapshot.status == "diverged") == (not here.frame.finite)
        if k:
            assert snapshot.change is not None
            assert snapshot.change.tobytes() == (here.frame.w - steps[k - 1].frame.w).tobytes()
            assert snapshot.previous_gradient is not None
            assert snapshot.previous_gradient.tobytes() == steps[k - 1].frame.gradient.tobytes()
            assert repr(snapshot.loss_change) == repr(here.frame.loss - steps[k - 1].frame.loss)
        else:
            assert (snapshot.change, snapshot.previous_gradient, snapshot.loss_change) == (None, None, None)
        ks, losses = snapshot.history(0, k, 2 * k + 40)
        assert ks.tolist() == list(range(k + 1))
        assert losses.tobytes() == np.array([s.frame.loss for s in steps]).tobytes()


TestAnyRoute = AnyRoute.TestCase
TestAnyRoute.settings = settings(max_examples=30, stateful_step_count=16, deadline=None)
