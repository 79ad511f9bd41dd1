"""Events, against a plain look at every loss and gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.simulator.events
from gd_tui.engine.history import LossSeries
from gd_tui.engine.turns import Turns
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.simulator.events import HARDLY, WINDOW, Event, Events, Flags, KeptEvents

from ..engine.cases import FEW

odd = st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1.0, 2.0])
levels = st.lists(st.tuples(st.one_of(odd, st.floats(-3, 3)), st.integers(1, 70)), min_size=1, max_size=8)
"""Losses that stay for a while, so that there are plateaus."""


class Steps:
    """As much of an engine as events need, fed with losses and gradients."""

    def __init__(self, losses: list[float], gradients: list[float], first: int = 0) -> None:
        self.first, self.loss = first, losses[0]
        self.losses, self.turns = LossSeries(), Turns()
        self.losses.extend(losses[:1])
        self._losses, self._gradients = losses, np.array(gradients)

    def go_to(self, count: int) -> None:
        begun, count = len(self.losses), max(len(self.losses), min(count, len(self._losses)))
        for k in range(begun, count):
            self.turns.begin(self._gradients[k - 1 : k])
            self.turns.note(self._gradients[k : k + 1].tobytes())
        self.losses.extend(self._losses[begun:count])


def expected(losses: list[float], gradients: list[float], best: float) -> list[int]:
    """The flag of every step."""
    flags, amid = [0], Event.BEST if losses[0] < best else Event(0)
    best = min(best, losses[0]) if losses[0] == losses[0] else best
    for k in range(1, len(losses)):
        now = Event(0)
        now |= Event.RISE if losses[k] > losses[k - 1] else Event(0)
        now |= Event.TURN if gradients[k] * gradients[k - 1] < 0 else Event(0)
        now |= Event.BEST if losses[k] < best else Event(0)
        if k >= WINDOW:
            then = losses[k - WINDOW]
            now |= Event.PLATEAU if abs(losses[k] - then) <= HARDLY * abs(then) else Event(0)
        best = min(best, losses[k]) if losses[k] == losses[k] else best
        flags.append(int(now & ~amid))
        amid = now
    return flags


def union(flags: Flags) -> int:
    return int(np.bitwise_or.reduce(flags, initial=0))


def events_of(steps: Any, best: float = np.inf) -> Events:
    return Events(steps, best)


@settings(FEW, max_examples=150)
@given(
    levels=levels,
    noise=st.sampled_from([0.0, 1e-6, 0.1]),
    seed=st.integers(0, 99),
    best=st.sampled_from([np.inf, 0.5, -9.0]),
    stops=st.lists(st.integers(0, 300), max_size=4),
    revived=st.booleans(),
)
def test_events_are_those_of_a_plain_look(
    levels: list[tuple[float, int]], noise: float, seed: int, best: float, stops: list[int], revived: bool
) -> None:
    rng = np.random.default_rng(seed)
    losses = [level + noise * rng.standard_normal() for level, count in levels for _ in range(count)]
    gradients = rng.integers(-1, 2, len(losses)).astype(float).tolist()
    with np.errstate(all="ignore"):
        flags = expected(losses, gradients, best)
        steps = Steps(losses, gradients)
        events = events_of(steps, best)
        for stop in [*stops, len(losses)]:
            steps.go_to(stop)
            seen = len(steps.losses)
            assert [int(events.at(k)) for k in range(seen)] == flags[:seen]
            if revived:
                kept, events = events.keep(), events_of(steps, best)
                events.recall(kept)
    happened = [k for k, flag in enumerate(flags) if flag]
    for k in range(-1, len(flags) + 1):
        assert events.next_after(k) == next((step for step in happened if step > k), None)
        assert events.last_before(k) == next((step for step in reversed(happened) if step < k), None)


@settings(FEW, max_examples=150)
@given(
    seed=st.integers(0, 999),
    count=st.integers(1, 400),
    often=st.sampled_from([0.0, 0.01, 0.2, 1.0]),
    block=st.sampled_from([2, 4, 1024]),
    first=st.integers(0, 50),
    window=st.tuples(st.floats(0, 1), st.floats(0, 1.2)),
    columns=st.integers(1, 30),
)
def test_marks_tell_of_every_event_within_the_window_and_of_no_other(
    seed: int, count: int, often: float, block: int, first: int, window: tuple[float, float], columns: int
) -> None:
    rng = np.random.default_rng(seed)
    gradients = np.where(rng.random(count) < often, -1.0, 1.0).cumprod().tolist()
    steps = Steps([1.0 + (k % 7 == 3) for k in range(count)], gradients, first)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gd_tui.simulator.events, "BLOCK", block)
        events = events_of(steps)
        steps.go_to(count)
        flags = {first + k: int(events.at(first + k)) for k in range(count)}
        begin = first + round(window[0] * (count - 1))
        last = max(begin, first + round(window[1] * count))
        marks, found = events.marks(begin, last, columns)
    within = {k: flag for k, flag in flags.items() if begin <= k <= last and flag}
    assert len(marks) == len(found) <= columns + 2 * (last - begin >= 8 * block * columns - 1)
    assert (np.diff(marks) > 0).all()
    assert set(marks.tolist()) <= set(within)
    assert found.all()
    assert union(found) == union(np.array([*within.values()], dtype=np.uint8))
    width = -(-(last - begin + 1) // columns) + 2 * block
    for k, flag in within.items():
        near = np.abs(marks - k) <= width
        assert union(found[near]) & flag == flag
    if columns > last - begin:
        assert dict(zip(marks.tolist(), found.tolist(), strict=True)) == within


def test_events_that_are_too_many_for_a_session_are_thinned_evenly() -> None:
    count = 400_000
    rng = np.random.default_rng(1)
    steps = Steps(rng.random(count).tolist(), [1.0] * count)
    events = events_of(steps)
    steps.losses.extend(rng.random(count - 1).tolist())
    steps.turns._found += bytes(count - 1)
    kept = events.keep()
    assert len(kept.flags) < 2**16
    again = events_of(steps)
    again.recall(kept)
    happened = [k for k in range(0, count, 1000) if again.next_after(k) is not None]
    assert len(happened) > 390
    k = again.next_after(200_000)
    assert k is not None
    assert again.at(k) == events.at(k)


@pytest.mark.parametrize("flags", [b"", b"no zlib", bytes(100)])
def test_flags_that_are_not_of_these_steps(flags: bytes) -> None:
    with pytest.raises(ValueError, match="events"):
        events_of(Steps([1.0] * 9, [1.0] * 9)).recall(KeptEvents(flags, 0))


def walked(simulator: Simulator, by: int) -> list[int]:
    found = []
    while said := simulator.seek_event(by):
        assert said == simulator.branch.event(simulator.k).words
        found.append(simulator.k)
    return found


def test_events_of_a_run_with_edits_are_visited_both_ways() -> None:
    simulator = Simulator(Scenario(optimizer="momentum", lr=0.05))
    simulator.step(30)
    simulator.set_rate(0.1)
    simulator.step(1)
    simulator.set_weight(0, -20.0)
    simulator.step(40)
    simulator.set_rate(9.0)
    simulator.step(500)
    end = simulator.k
    there = [k for k in range(1, end + 1) if simulator.branch.event(k)]
    assert {30, 31, 71, end} < set(there)
    assert Event.EDIT in simulator.branch.event(31)
    assert Event.DIVERGED in simulator.branch.event(end)
    simulator.seek(0)
    assert walked(simulator, 1) == there
    assert simulator.k == end
    assert walked(simulator, -1) == there[-2::-1]
    marks, flags = simulator.snapshot().events(0, end, end + 1)
    assert dict(zip(marks.tolist(), flags.tolist(), strict=True)) == {k: int(simulator.branch.event(k)) for k in there}
    assert simulator.snapshot().events(30, 31, 9)[0].tolist() == [30, 31]


def test_convergence_is_an_event_and_the_words_name_everything_that_happened() -> None:
    simulator = Simulator(Scenario(lr=0.19))
    simulator.run(1000)
    assert "converged" in simulator.branch.event(247).words.split(", ")
    assert (Event.RISE | Event.EDIT).words == "the loss rose, an edit"
    assert Event(0).words == ""
