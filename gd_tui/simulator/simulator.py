"""Simulator: a run that can be changed at any step, and every change taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

import msgspec

from gd_tui.engine.optimizers import OPTIMIZERS, make_optimizer
from gd_tui.engine.schedules import SCHEDULES, make_schedule
from gd_tui.engine.settings import Value
from gd_tui.errors import InputError, unknown
from gd_tui.numerals import exact
from gd_tui.problems import PROBLEMS
from gd_tui.scenario import Scenario
from gd_tui.simulator.branch import Branch
from gd_tui.simulator.building import begin, check_batch, first_segment, later_segment
from gd_tui.simulator.run import Notes, Rival, Run
from gd_tui.simulator.snapshot import Snapshot, take
from gd_tui.words import quoted

NOTCH = 10**0.1
"""One notch of the learning rate: ten of them make a factor of ten."""


@dataclass(frozen=True, eq=False)
class Ghost:
    """A future that an edit has replaced: the steps of `branch` from `first` on."""

    branch: Branch
    first: int


@dataclass(frozen=True, eq=False)
class Position:
    """A run, where one stood in it, and what there was to see beside it.

    Positions of the same problem share their notes: undoing an edit leaves breakpoints and marks alone, undoing a
    change of the problem brings those of the other problem back.
    """

    branch: Branch
    k: int
    ghosts: tuple[Ghost, ...] = ()
    rivals: tuple[Rival, ...] = ()
    notes: Notes = field(default_factory=Notes)


class Simulator(Run):
    """A run that can be stepped both ways and edited at any step.

    Attributes:
        ghosts: futures that edits have replaced, the last one at the end.
        done, undone: where one stood before each edit, and after each that was taken back, the last at the end.
        version: a number that changes with every edit.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Begin the scenario's run. Raises InputError if it names something that does not exist."""
        self._stand(Position(begin(scenario), 0), [], [])

    @classmethod
    def at(cls, position: Position, done: list[Position], undone: list[Position]) -> Simulator:
        """Take up a run at this position, with what undo and redo go back to."""
        simulator = cls.__new__(cls)
        simulator._stand(position, done, undone)
        return simulator

    def _stand(self, position: Position, done: list[Position], undone: list[Position]) -> None:
        super().__init__(position.branch)
        self.done, self.undone, self.version = done, undone, 0
        self.ghosts: tuple[Ghost, ...] = ()
        self._show(position)

    def snapshot(self, selected: int = 0) -> Snapshot:
        """All that is to be shown of the present step; `selected` is the weight to look at closely."""
        ghosts = tuple((ghost.branch, ghost.first) for ghost in self.ghosts)
        return take(self, selected, ghosts, self.version)

    # Edits

    def set_rate(self, lr: float) -> None:
        """Go on with another base learning rate; the memories of optimizer and schedule stay."""
        self._edit(f"lr {exact(lr)}", self._changed(lr=lr))

    def nudge_rate(self, notches: int) -> float:
        """Raise or lower the learning rate by notches of 10^(1/10); returns the new one."""
        self.set_rate(float(f"{self.engine.lr * NOTCH**notches:.3g}"))
        return self.engine.lr

    def set_weight(self, i: int, value: float) -> None:
        """Give weight i another value; the optimizer's memory stays. At step 0 this moves the start."""
        if not isfinite(value):
            raise InputError(f"{self.names[i]} must be a finite number, not {value}")
        scenario = self.scenario
        if self.k == 0:
            start = self.engine.w.tolist()
            start[i] = value
            scenario = self._changed(start=tuple(start))
        self._edit(f"w {quoted(self.names[i])} {exact(value)}", scenario, moved={i: value})

    def set_optimizer(self, name: str, hyperparameters: Mapping[str, float | bool] | None = None) -> None:
        """Go on with another optimizer, whose memory begins afresh."""
        scenario = self._changed(optimizer=name, hyperparameters=dict(hyperparameters or {}))
        make_optimizer(name, scenario.hyperparameters)
        settings = (f"set {key} {_spelt(value)}" for key, value in scenario.hyperparameters.items())
        self._edit("; ".join([f"optimizer {name}", *settings]), scenario, fresh=True)

    def set_schedule(self, name: str) -> None:
        """Go on with another schedule of the learning rate; its clock is the step, its memory begins afresh."""
        make_schedule(name, {})
        self._edit(f"schedule {name}", self._changed(schedule=name, schedule_settings={}))

    def set_setting(self, name: str, value: Value) -> None:
        """Give a hyperparameter of the optimizer, or a setting of the schedule, another value.

        The optimizer's memory stays, as in PyTorch. Raises InputError for a name that neither of them has.
        """
        scenario = self.scenario
        optimizer, schedule = OPTIMIZERS[scenario.optimizer], SCHEDULES[scenario.schedule]
        known = {**schedule.settings(), **optimizer.settings()}
        if name not in known:
            raise unknown(f"setting of {optimizer.name} and of the schedule {schedule.name}", name, known)
        if name in optimizer.settings():
            if isinstance(value, tuple):
                raise InputError(f"{optimizer.name}: {name} must be one value, not a list")
            scenario = self._changed(hyperparameters={**scenario.hyperparameters, name: value})
            make_optimizer(scenario.optimizer, scenario.hyperparameters)
        else:
            scenario = self._changed(schedule_settings={**scenario.schedule_settings, name: value})
            make_schedule(scenario.schedule, scenario.schedule_settings)
        self._edit(f"set {name} {_spelt(value)}", scenario)

    def set_batch(self, rows: int | None) -> None:
        """Go on with another number of rows for each update; None for all of them."""
        scenario = self._changed(batch=rows)
        check_batch(scenario, self.branch.objective)
        self._edit(f"batch {rows or 'all'}", scenario)

    def set_seed(self, seed: int) -> None:
        """Draw random numbers from another seed from here on; at step 0 also those of a random start."""
        scenario = self._changed(seed=seed)
        if self.k == 0:
            self._go_on(begin(scenario), 0, self._ghosts())
        else:
            self._edit(f"seed {seed}", scenario)

    def reset(self, *, new_seed: bool = False) -> None:
        """Start again from step 0: from the same weights, or from random ones of the next seed."""
        scenario = self.scenario
        if new_seed:
            scenario = self._changed(start="random", seed=scenario.seed + 1)
        rivals = () if new_seed else self.rivals
        self._go_on(begin(scenario), 0)
        self.rivals = rivals

    def open(self, scenario: Scenario) -> None:
        """Begin another scenario. Raises InputError, with nothing lost, if it names what does not exist."""
        self._go_on(begin(scenario), 0)
        self.rivals, self.notes = (), Notes()

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
        return self._swap(self.done, self.undone)

    def redo(self) -> bool:
        """Make the edit again that was last taken back; False if there was none."""
        return self._swap(self.undone, self.done)

    def drop_ghosts(self) -> int:
        """Show the futures that edits have replaced no longer; returns how many there were."""
        count, self.ghosts = len(self.ghosts), ()
        self.version += count > 0
        return count

    def compare(self, optimizer: str, lr: float | None = None) -> Rival:
        """Show another optimizer's run from the same start beside this one, with the same or another rate.

        Raises InputError for an optimizer or a rate that there is not.
        """
        origin = self.branch.segments[0]
        rate = self.engine.lr if lr is None else lr
        scenario = msgspec.structs.replace(origin.scenario, optimizer=optimizer, hyperparameters={}, lr=rate)
        start = origin.engine.keyframes.nearest(0)[1][: len(self.names)]
        segment = first_segment(self.branch.objective, scenario, start)
        rival = Rival(f"{optimizer} lr {rate:g}", Branch(self.branch.objective, (segment,)))
        self.rivals = (*(known for known in self.rivals if known.label != rival.label), rival)
        self.version += 1
        return rival

    def compare_none(self) -> None:
        """Show no other run beside this one."""
        self.rivals = ()
        self.version += 1

    def _changed(self, **fields: object) -> Scenario:
        return msgspec.structs.replace(self.scenario, **fields)

    def _edit(
        self, command: str, scenario: Scenario, *, moved: Mapping[int, float] | None = None, fresh: bool = False
    ) -> None:
        """Go on from the present step with a new engine; edits at the same step make one segment."""
        k, here, index, moved = self.k, self.segment, self._active, dict(moved or {})
        if k == 0:
            start = self.engine.w.copy()
            for i, value in moved.items():
                start[i] = value
            branch = Branch(self.branch.objective, (first_segment(self.branch.objective, scenario, start),))
            self._go_on(branch, 0, self._ghosts())
            return
        edits: tuple[str, ...] = (command,)
        if here.engine.first == k:
            index, edits = index - 1, _in_place(here.edits, command)
            moved, fresh = {**here.moved, **moved}, fresh or here.fresh
        before = self.branch.segments[index]
        before.engine.seek(k)
        segment = later_segment(self.branch, before, scenario, edits=edits, moved=moved, fresh=fresh)
        kept = self.branch.segments[: index + 1]
        self._go_on(Branch(self.branch.objective, (*kept, segment)), k, self._ghosts())

    def _ghosts(self) -> tuple[Ghost, ...]:
        """The ghosts once the present future is one of them."""
        return (*self.ghosts, Ghost(self.branch, self.k)) if self.newest > self.k else self.ghosts

    def _go_on(self, branch: Branch, k: int, ghosts: tuple[Ghost, ...] = ()) -> None:
        self.done.append(self.position())
        self.undone.clear()
        self._show(Position(branch, k, ghosts, self.rivals, self.notes))

    def position(self) -> Position:
        """Where one stands."""
        return Position(self.branch, self.k, self.ghosts, self.rivals, self.notes)

    def _swap(self, source: list[Position], other: list[Position]) -> bool:
        if not source:
            return False
        other.append(self.position())
        self._show(source.pop())
        return True

    def _show(self, position: Position) -> None:
        self.branch, self.ghosts, self.rivals = position.branch, position.ghosts, position.rivals
        self.notes = position.notes
        self.version += 1
        self.seek(position.k)


def _in_place(edits: tuple[str, ...], command: str) -> tuple[str, ...]:
    """The edits with one more, which takes the place of the last one if that was of the same thing."""
    if edits and _subject(edits[-1]) == _subject(command):
        edits = edits[:-1]
    return (*edits, command)


def _subject(command: str) -> list[str]:
    words = command.split()
    return words[:-1] if words[0] in ("w", "set") else words[:1]


def _spelt(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(exact, value)) if isinstance(value, tuple) else exact(value)
