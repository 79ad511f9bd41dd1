"""A run and what is printed of it: rows along the way, and how it ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gd_tui.engine.engine import Engine, Status
    from gd_tui.scenario import Scenario
    from gd_tui.simulator import Simulator
    from gd_tui.simulator.branch import Segment
    from gd_tui.simulator.conditions import Condition

LIMIT: Final = 1000
"""Updates after which a run without --steps gives up waiting for convergence."""
FURTHEST: Final = 1_000_000
"""Updates after which a run to a condition gives up."""


@dataclass(frozen=True, slots=True)
class Row:
    """The state after `step` updates, with the gradient and the learning rate of the update that follows.

    With mini-batches `loss` is that of all rows, and `batch_loss` and the gradient are those of the rows
    that the update uses; else `batch_loss` is None.
    """

    step: int
    loss: float
    lr: float
    batch_loss: float | None
    gradient_norm: float
    weights: list[float]
    gradient: list[float]


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the run stands where it stands; `data_units` as names and weights, where w has other units."""

    step: int
    status: Status
    reason: str
    data_units: tuple[list[str], list[float]] | None


@dataclass(frozen=True)
class Trace(ABC):
    """What the formats print: the rows of a simulator's run, then its ending.

    Attributes:
        scenario: what the run began as. edits: the commands that changed it, with their steps.
    """

    simulator: Simulator

    @property
    @abstractmethod
    def last(self) -> int:
        """The step that the run does not go beyond."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """The steps in their order; each row is dropped before the next, so that long runs need no memory."""

    @abstractmethod
    def ending(self) -> Ending:
        """How the run ended; to be asked once the rows are through."""

    @property
    def scenario(self) -> Scenario:
        return self.simulator.branch.segments[0].scenario

    @property
    def edits(self) -> list[tuple[int, tuple[str, ...]]]:
        return [(segment.engine.first, segment.edits) for segment in self._segments[1:]]

    @property
    def has_batches(self) -> bool:
        """Whether some update used a part of the data only."""
        return any(segment.scenario.batch is not None for segment in self._segments)

    @property
    def _segments(self) -> tuple[Segment, ...]:
        return tuple(s for s in self.simulator.branch.segments if s.engine.first <= self.last)

    def _row(self, engine: Engine) -> Row:
        """The engine's present step."""
        from gd_tui.engine.analysis import euclidean_norm

        return Row(
            step=engine.k,
            loss=engine.full_loss(),
            lr=engine.rate,
            batch_loss=engine.loss if self.has_batches else None,
            gradient_norm=euclidean_norm(engine.gradient),
            weights=engine.w.tolist(),
            gradient=engine.gradient.tolist(),
        )

    def _ending(self, if_active: tuple[Status, str]) -> Ending:
        """The present step as the end; `if_active` is what to say of a run that could go on."""
        from gd_tui.engine.engine import Status

        simulator = self.simulator
        status, reason = simulator.status, simulator.reason
        if status is Status.ACTIVE:
            status, reason = if_active
        units = simulator.branch.objective.data_units(simulator.engine.w)
        in_units = None if units is None else (list(units[0]), units[1].tolist())
        return Ending(simulator.k, status, reason, in_units)


@dataclass(frozen=True)
class NewRun(Trace):
    """A run of exactly `steps` updates, ended only by divergence, or of at most LIMIT until it converges.

    Attributes:
        every: how many updates lie between two rows; the last row is that of the run's last step anyway.
        until: a condition that ends the run as well, which then goes on to step FURTHEST if it must; or None.
    """

    steps: int | None = None
    every: int = 1
    until: Condition | None = None

    @property
    def last(self) -> int:
        if self.steps is not None:
            return self.steps
        return LIMIT if self.until is None else FURTHEST

    def rows(self) -> Iterator[Row]:
        simulator, until = self.simulator, [] if self.until is None else [self.until]
        yield self._row(simulator.engine)
        if self.until is not None and simulator.is_met(self.until):
            return
        to_convergence = self.steps is None
        while simulator.k < self.last and not simulator.stopped:
            part = min(self.every, self.last - simulator.k)
            if not simulator.advance(part, to_convergence=to_convergence, until=until):
                break
            yield self._row(simulator.engine)

    @property
    def _not_yet(self) -> str:
        return "not converged" if self.until is None else f"not met, {self.until.text},"

    def ending(self) -> Ending:
        from gd_tui.engine.engine import Status

        if self.steps is None:
            return self._ending((Status.LIMIT, f"{self._not_yet} after {self.last:,} updates; --steps N makes more"))
        return self._ending((Status.STOPPED, f"--steps {self.steps} done"))


@dataclass(frozen=True)
class PastRun(Trace):
    """The steps that a simulator has behind it, from 0 to the present one; it stands there again afterwards."""

    end: int

    @classmethod
    def of(cls, simulator: Simulator) -> PastRun:
        """The run up to the simulator's present step."""
        return cls(simulator, simulator.k)

    @property
    def last(self) -> int:
        return self.end

    def rows(self) -> Iterator[Row]:
        segments = self._segments
        ends = [segment.engine.first for segment in segments[1:]] + [self.last + 1]
        stood = [(segment.engine, segment.engine.k) for segment in segments]
        try:
            for segment, end in zip(segments, ends, strict=True):
                engine = segment.engine
                engine.seek(engine.first)
                for k in range(engine.first, end):
                    engine.run(k - engine.k)
                    yield self._row(engine)
        finally:
            for engine, k in stood:
                engine.seek(k)

    def ending(self) -> Ending:
        from gd_tui.engine.engine import Status

        return self._ending((Status.STOPPED, f"exported at step {self.last:,}"))
