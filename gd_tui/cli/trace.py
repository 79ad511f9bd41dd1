"""A run and what is printed of it: rows along the way, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gd_tui.engine.engine import Status
    from gd_tui.simulator import Simulator

LIMIT: Final = 1000
"""Updates after which a run without --steps gives up waiting for convergence."""


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


@dataclass(frozen=True, slots=True)
class Trace:
    """A run of exactly `steps` updates, ended only by divergence, or of at most LIMIT until it converges.

    Attributes:
        every: how many updates lie between two rows; the last row is that of the run's last step anyway.
    """

    simulator: Simulator
    steps: int | None = None
    every: int = 1

    @property
    def last(self) -> int:
        """The step that the run does not go beyond."""
        return LIMIT if self.steps is None else self.steps

    def rows(self) -> Iterator[Row]:
        """Make the run; each row is dropped before the next update, so that long runs need no memory."""
        simulator = self.simulator
        advance = simulator.run if self.steps is None else simulator.step
        yield _row(simulator)
        while simulator.k < self.last and advance(min(self.every, self.last - simulator.k)):
            yield _row(simulator)

    def ending(self) -> Ending:
        """How the run ended; to be asked once the rows are through."""
        from gd_tui.engine.engine import Status

        simulator = self.simulator
        status, reason = simulator.status, simulator.reason
        if status is Status.ACTIVE and self.steps is None:
            status, reason = Status.LIMIT, f"not converged after {LIMIT:,} updates; --steps N makes more"
        elif status is Status.ACTIVE:
            status, reason = Status.STOPPED, f"--steps {self.steps} done"
        units = simulator.branch.objective.data_units(simulator.engine.w)
        in_units = None if units is None else (list(units[0]), units[1].tolist())
        return Ending(simulator.k, status, reason, in_units)


def _row(simulator: Simulator) -> Row:
    from gd_tui.engine.analysis import euclidean_norm

    engine = simulator.engine
    return Row(
        step=simulator.k,
        loss=engine.full_loss(),
        lr=engine.rate,
        batch_loss=engine.loss if engine.batches else None,
        gradient_norm=euclidean_norm(engine.gradient),
        weights=engine.w.tolist(),
        gradient=engine.gradient.tolist(),
    )
