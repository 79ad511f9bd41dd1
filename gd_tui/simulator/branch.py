"""A branch of a run: engines one after the other, a new one from every edit on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gd_tui.engine.engine import TRAIL, Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Segment:
    """One engine between two edits, its scenario, and the weights of the steps just before it, (m, d).

    Attributes:
        edits: the commands that were given at its first step. moved: the weights that got another value there,
            by index. fresh: whether the optimizer's memory began anew there.
    """

    scenario: Scenario
    engine: Engine
    past: Array
    edits: tuple[str, ...] = ()
    moved: dict[int, float] = field(default_factory=dict)
    fresh: bool = True

    def trail(self) -> Array:
        """The weights of up to TRAIL steps before the engine's present step, oldest first, shape (m, d)."""
        return np.concatenate([self.past, self.engine.trail()])[-TRAIL:]


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
        engine = self.segments[self.index(k)].engine
        return engine.losses[k - engine.first]

    def lowest(self, k: int) -> tuple[float, int]:
        """The least loss of steps 0..k and its step; (inf, 0) if none is a number."""
        best = (np.inf, 0)
        for engine, first, last in self._stretches(0, k):
            loss, at = engine.losses.lowest(last - first + 1)
            best = min(best, (loss, first + at))
        return best

    def outline(self, first: int, last: int, columns: int) -> tuple[Array, Array]:
        """Steps and losses of [first, last], with at most two a column and no extreme value left out."""
        steps, losses = [], []
        for engine, begin, end in self._stretches(first, last):
            share = max(1, round(columns * (end - begin + 1) / (last - first + 1)))
            ks, values = engine.losses.outline(begin - engine.first, end - engine.first, share)
            steps.append(ks + engine.first)
            losses.append(values)
        if not steps:
            return np.empty(0), np.empty(0)
        return np.concatenate(steps), np.concatenate(losses)

    def _stretches(self, first: int, last: int) -> list[tuple[Engine, int, int]]:
        """The engines of [first, last], each with the steps that it answers for."""
        ends = [segment.engine.first - 1 for segment in self.segments[1:]] + [self.newest]
        parts = [
            (s.engine, max(first, s.engine.first), min(last, end)) for s, end in zip(self.segments, ends, strict=True)
        ]
        return [part for part in parts if part[1] <= part[2]]
