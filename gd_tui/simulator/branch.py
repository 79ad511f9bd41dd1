"""A branch of a run: engines one after the other, a new one from every edit on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gd_tui.engine.engine import TRAIL, Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.scenario import Scenario
from gd_tui.simulator.events import Event, Events, Flags


@dataclass(frozen=True, eq=False)
class Segment:
    """One engine between two edits, and its scenario.

    Attributes:
        events: what happened at its steps.
        before: the segment that it took over from; None at step 0.
        edits: the commands that were given at its first step; none at step 0, where they change the scenario.
        moved: the weights that were given another value there, by index.
        fresh: whether the optimizer's memory began anew there, after the weights were moved.
    """

    scenario: Scenario
    engine: Engine
    events: Events
    before: Segment | None = None
    edits: tuple[str, ...] = ()
    moved: Mapping[int, float] = field(default_factory=dict)
    fresh: bool = True

    @cached_property
    def past(self) -> Array:
        """The weights of the steps just before it, oldest first, shape (m, d)."""
        if self.before is None:
            return np.empty((0, len(self.engine.w)))
        self.before.engine.seek(self.engine.first)
        return self.before.trail()

    def trail(self) -> Array:
        """The weights of up to TRAIL steps before the engine's present step, oldest first, shape (m, d)."""
        own = self.engine.trail()
        return own if len(own) >= TRAIL else np.concatenate([self.past, own])[-TRAIL:]

    def gradient_before(self, w: Array) -> Array:
        """The gradient that led to the engine's present step, shape (d,), where w are the weights before it."""
        k = self.engine.k
        by = self.engine if self.before is None or k > self.engine.first else self.before.engine
        return by.gradient_at(k - 1, w)

    def event(self, k: int) -> Event:
        """What happened at step k."""
        engine = self.engine
        event = self.events.at(k)
        if k == engine.first and self.edits:
            event |= Event.EDIT
        if k == engine.converged and engine.batches is None:
            event |= Event.CONVERGED
        return event | Event.DIVERGED if k == engine.diverged else event

    def special(self) -> list[int]:
        """The steps at which there is an event that is no matter of losses or gradients."""
        engine = self.engine
        own = (engine.first if self.edits else None, engine.converged, engine.diverged)
        return sorted({k for k in own if k is not None})


@dataclass(frozen=True, eq=False)
class Branch:
    """One way the run went. Step k belongs to the last segment that begins at or before k."""

    objective: Objective
    segments: tuple[Segment, ...]

    @property
    def newest(self) -> int:
        """The furthest step that was reached."""
        return self.segments[-1].engine.newest

    def index(self, k: int) -> int:
        """Which segment step k belongs to."""
        return max(i for i, segment in enumerate(self.segments) if i == 0 or segment.engine.first <= k)

    def loss(self, k: int) -> float:
        """The loss at step k."""
        return self.segments[self.index(k)].engine.loss_at(k)

    def lowest(self, k: int) -> tuple[float, int]:
        """The least loss of steps 0..k and its step; (inf, 0) if none is a number."""
        best = (np.inf, 0)
        for segment, first, last in self._stretches(0, k):
            loss, at = segment.engine.losses.lowest(last - first + 1)
            best = min(best, (loss, first + at))
        return best

    def outline(self, first: int, last: int, columns: int) -> tuple[Array, Array]:
        """Steps and losses of [first, last], with at most two a column and no extreme value left out."""
        steps, losses = [], []
        for segment, begin, end in self._stretches(first, last):
            engine = segment.engine
            share = max(1, round(columns * (end - begin + 1) / (last - first + 1)))
            ks, values = engine.losses.outline(begin - engine.first, end - engine.first, share)
            steps.append(ks + engine.first)
            losses.append(values)
        if not steps:
            return np.empty(0), np.empty(0)
        return np.concatenate(steps), np.concatenate(losses)

    def event(self, k: int) -> Event:
        """What happened at step k."""
        return self.segments[self.index(k)].event(k)

    def next_event(self, k: int) -> int | None:
        """The first step after k at which something happened, or None."""
        for segment, first, last in self._stretches(k + 1, self.newest):
            found = [step for step in (segment.events.next_after(max(k, first - 1)), *segment.special()) if step]
            found = [step for step in found if first <= step <= last]
            if found:
                return min(found)
        return None

    def previous_event(self, k: int) -> int | None:
        """The last step before k at which something happened, or None."""
        for segment, first, last in reversed(self._stretches(0, k - 1)):
            found = [step for step in (segment.events.last_before(last + 1), *segment.special()) if step]
            found = [step for step in found if first <= step <= last]
            if found:
                return max(found)
        return None

    def marks(self, first: int, last: int, columns: int) -> tuple[Array, Flags]:
        """Steps of [first, last] at which something happened, and what, about one for each column at most."""
        happened: dict[float, int] = {}
        for segment, begin, end in self._stretches(first, last):
            share = max(1, round(columns * (end - begin + 1) / (last - first + 1)))
            ks, flags = segment.events.marks(begin, end, share)
            happened.update(zip(ks.tolist(), flags.tolist(), strict=True))
            for k in segment.special():
                if begin <= k <= end:
                    happened[float(k)] = int(segment.event(k))
        steps = sorted(happened)
        return np.array(steps), np.array([happened[step] for step in steps], dtype=np.uint8)

    def _stretches(self, first: int, last: int) -> list[tuple[Segment, int, int]]:
        """The segments of [first, last], each with the steps that it answers for."""
        ends = [segment.engine.first - 1 for segment in self.segments[1:]] + [self.newest]
        parts = [(s, max(first, s.engine.first), min(last, end)) for s, end in zip(self.segments, ends, strict=True)]
        return [part for part in parts if part[1] <= part[2]]
