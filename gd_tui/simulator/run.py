"""A run that can be walked both ways, up to a step, an event, or a condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

import numpy as np

from gd_tui.engine.engine import Engine, Status
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator.branch import Branch, Segment
from gd_tui.simulator.conditions import Condition, Look, parse_condition
from gd_tui.simulator.slices import Clock, Sliced, Slices, finish
from gd_tui.simulator.watch import Watch, need_full

LOOK_BACK = 64, 4096
"""Steps that are gone over at once on the way back to a condition: at first, and at most."""


@dataclass(frozen=True, eq=False)
class Rival:
    """Another run from the same start, to be compared with."""

    label: str
    branch: Branch

    @property
    def engine(self) -> Engine:
        """Its one engine."""
        return self.branch.segments[0].engine


@dataclass(frozen=True, eq=False)
class Notes:
    """What the user set on a problem, whichever way its run goes.

    Attributes:
        breakpoints: conditions that a run stops at, by number. marks: steps by the names given to them.
    """

    breakpoints: dict[int, Condition] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)


class Run:
    """A branch of a run, and the step of it at which one stands.

    Attributes:
        branch: the way the run went. rivals: runs to be compared with, which are made as far as this one.
        notes: breakpoints and marks.
        stopped: why the last move ended where it did, if a condition ended it; else "".
    """

    def __init__(self, branch: Branch) -> None:
        self.branch = branch
        self.rivals: tuple[Rival, ...] = ()
        self.notes = Notes()
        self.stopped = ""
        self._active = 0

    @property
    def breakpoints(self) -> dict[int, Condition]:
        """Conditions that a run stops at, by number."""
        return self.notes.breakpoints

    @property
    def marks(self) -> dict[str, int]:
        """Steps by the names given to them."""
        return self.notes.marks

    @property
    def segment(self) -> Segment:
        """The part of the run that the present step belongs to."""
        return self.branch.segments[self._active]

    @property
    def engine(self) -> Engine:
        """The engine of the present step."""
        return self.segment.engine

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
        """Whether the present step is the end of the run, or where a condition stopped it."""
        status = self.engine.status
        return Status.STOPPED if status is Status.ACTIVE and self.stopped else status

    @property
    def scenario(self) -> Scenario:
        """What the run is a run of at the present step, with its learning rate spelt out."""
        return self.segment.scenario

    @property
    def names(self) -> tuple[str, ...]:
        """The weights' names."""
        return self.branch.objective.names

    @property
    def reason(self) -> str:
        """Why the run has ended or stopped here, in words; empty while it has not."""
        engine = self.engine
        if engine.status is Status.CONVERGED:
            return engine.tolerance.words
        if engine.status is not Status.DIVERGED:
            return self.stopped
        broken = [name for name, w in zip(self.names, engine.w, strict=True) if not isfinite(w)]
        return f"loss is {engine.loss}" if not isfinite(engine.loss) else f"{broken[0]} is no longer finite"

    # Moving

    def step(self, count: int = 1) -> int:
        """Make `count` updates; returns how many there were to make before the run diverged."""
        return self._advance(count, to_convergence=False)

    def run(self, count: int) -> int:
        """Make up to `count` updates, fewer where the run converges or diverges or comes to a breakpoint.

        Returns how many were made; `stopped` tells of a breakpoint.
        """
        return self.advance(count, to_convergence=True, until=list(self.breakpoints.values()))

    def advance(self, count: int, *, to_convergence: bool = False, until: Sequence[Condition] = ()) -> int:
        """Make up to `count` updates, fewer where a condition stops the run; returns how many were made."""
        return self._advance(count, to_convergence=to_convergence, watch=self._watch(until))

    def forward(
        self, count: int, *, to_convergence: bool = False, until: Sequence[Condition] = ()
    ) -> Sliced[Condition | None]:
        """Make up to `count` updates, in slices; the value is the condition of `until` that ended them, or None."""
        target, slices, watch = self.k + count, Slices(), self._watch(until)
        while self.k < target:
            part = min(slices.begin(), target - self.k)
            made = self._advance(part, to_convergence=to_convergence, watch=watch)
            slices.end()
            if watch is not None and watch.found is not None:
                return watch.found
            if made < part:
                return None
            yield
        return None

    def back(self, count: int = 1) -> int:
        """Go `count` steps back, at most to step 0; returns how many."""
        begun = self.k
        self.seek(max(0, begun - count))
        return begun - self.k

    def backward(self, until: Sequence[Condition], *, stops_only: bool) -> Sliced[Condition | None]:
        """Go back to the last step before this one at which a condition holds, in slices; stay where none does.

        With `stops_only` a condition that goes on holding counts at the first of those steps alone, where a run
        stops for it. The value is the condition that was found, or None.
        """
        found, length, clock = None, LOOK_BACK[0], Clock()
        target = end = self.k
        try:
            while end > 0 and found is None:
                first = max(0, end - length)
                for k, condition in self._tested(first, end, until, stops_only):
                    if condition is not None:
                        found, target = condition, k
                    if clock.is_up():
                        yield
                end, length = first, min(2 * length, LOOK_BACK[1])
        finally:
            self.seek(target)
        if found is not None:
            self.stopped = self._words_of(found)
        return found

    def goto(self, k: int) -> None:
        """Stand at step k, making new updates where it was not reached yet."""
        finish(self.going(k))

    def going(self, k: int) -> Sliced[None]:
        """As `goto`, in slices."""
        self.seek(min(k, self.newest))
        yield from self.forward(k - self.k)

    def seek(self, k: int) -> None:
        """Stand at step k, 0 <= k <= newest. Raises InputError outside that range."""
        if not 0 <= k <= self.newest:
            raise InputError(f"there is no step {k:,} yet: steps 0 to {self.newest:,} were made")
        self.stopped = ""
        self._active = self.branch.index(k)
        self.engine.seek(k)

    def seek_event(self, by: int) -> str:
        """Stand at the next (by = 1) or the previous (-1) step at which something happened, and say what.

        "" if there is none.
        """
        k = self.branch.next_event(self.k) if by > 0 else self.branch.previous_event(self.k)
        if k is None:
            return ""
        self.seek(k)
        return self.branch.event(k).words

    def _advance(self, count: int, *, to_convergence: bool, watch: Watch | None = None) -> int:
        """Make up to `count` updates and return how many were made."""
        begun, target = self.k, self.k + count
        self.stopped = ""
        while self.k < target and (watch is None or watch.found is None):
            if not self._forward(target - self.k if watch is None else 1, to_convergence=to_convergence):
                break
            if watch is not None and (found := watch.look_at(self._look(watch.full))):
                self.stopped = self._words_of(found)
        for rival in self.rivals:
            rival.engine.run(self.newest - rival.engine.k)
        return self.k - begun

    def accompany(self) -> Sliced[None]:
        """Make the runs to be compared with as far as this one, in slices."""
        for rival in self.rivals:
            slices = Slices()
            while (left := self.newest - rival.engine.k) > 0 and rival.engine.run(min(slices.begin(), left)):
                slices.end()
                yield

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

    # Conditions

    def condition(self, text: Any) -> Condition:
        """The condition that a text, or words, say of this run. Raises InputError."""
        return parse_condition(text, self.names)

    def holds(self, condition: Condition) -> bool:
        """Whether it is true of the present step."""
        full = condition.test.needs_full
        return condition.holds(self._look(full), self._look_before(full))

    def is_met(self, condition: Condition) -> bool:
        """Whether a run to this condition has nothing to do: it holds here, and is not about what happens.

        The run then counts as stopped by it.
        """
        if condition.is_event or not self.holds(condition):
            return False
        self.stopped = condition.text
        return True

    def add_breakpoint(self, condition: Condition) -> int:
        """Stop runs where the condition becomes true; returns the breakpoint's number."""
        number = max(self.breakpoints, default=0) + 1
        self.breakpoints[number] = condition
        return number

    def _tested(
        self, first: int, end: int, conditions: Sequence[Condition], stops_only: bool
    ) -> Iterator[tuple[int, Condition | None]]:
        """The steps of [first, end), each with a condition that holds there, or stops a run, or None."""
        full = need_full(conditions)
        self.seek(max(0, first - 1))
        held = [self.holds(condition) for condition in conditions] if first else [False] * len(conditions)
        before = self._look(full) if first else None
        for k in range(first, end):
            self.seek(k) if k == 0 else self._forward(k - self.k, to_convergence=False)
            here, found = self._look(full), None
            for i, condition in enumerate(conditions):
                if condition.stops(here, before, held[i]) if stops_only else condition.holds(here, before):
                    found = found or condition
                held[i] = condition.holds(here, before)
            before = here
            yield k, found

    def _words_of(self, condition: Condition) -> str:
        for number, known in self.breakpoints.items():
            if known is condition:
                return f"breakpoint {number}: {condition.text}"
        return condition.text

    def _watch(self, conditions: Sequence[Condition]) -> Watch | None:
        if not conditions:
            return None
        full = need_full(conditions)
        return Watch(conditions, self._look(full), self._look_before(full))

    def _look(self, full: bool) -> Look:
        engine = self.engine
        return Look(self.k, engine.loss, engine.w.copy(), engine.gradient.copy(), engine.full_loss() if full else nan)

    def _look_before(self, full: bool) -> Look | None:
        """The step before the present one, without going there; as it was before an edit made here."""
        if self.k == 0:
            return None
        w = self.segment.trail()[-1]
        with np.errstate(all="ignore"):
            loss = float(self.branch.objective.losses(w[None, :])[0]) if full else nan
        return Look(self.k - 1, self.branch.loss(self.k - 1), w, self.segment.gradient_before(w), loss)
