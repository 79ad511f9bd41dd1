"""From a session file to a simulator that goes on where the session stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from gd_tui.engine.kept import Kept
from gd_tui.engine.objective import Array, Objective
from gd_tui.errors import InputError
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario
from gd_tui.session.document import Document, KeptEngine, KeptPosition, KeptSegment
from gd_tui.simulator import Simulator
from gd_tui.simulator.branch import Branch, Segment
from gd_tui.simulator.building import make_engine
from gd_tui.simulator.conditions import parse_condition
from gd_tui.simulator.events import Events, KeptEvents
from gd_tui.simulator.run import Notes, Rival
from gd_tui.simulator.simulator import Ghost, Position
from gd_tui.table import datasets

NOT_OF_THE_PROBLEM: dict[str, Any] = {
    "lr": None,
    "optimizer": "sgd",
    "hyperparameters": {},
    "schedule": "constant",
    "schedule_settings": {},
    "clip": None,
    "batch": None,
}
"""What a scenario may say and have the same objective."""


def revive(document: Document, source: str) -> Simulator:
    """The simulator of a session, at the step where it stood, to the last bit.

    This runs the user's module if the session is of one: whoever calls must have asked. Raises InputError that
    names the source if the session is damaged, or if the data are no longer those that it was made with.
    """
    reviver = _Reviver(document, source)
    try:
        with np.errstate(all="ignore"):
            return reviver.simulator()
    except InputError as error:
        message = str(error) if str(error).startswith(f"{source}: ") else f"{source}: {error}"
        raise InputError(f"{message}; the session is left as it is") from None
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
        raise InputError(f"{source}: the session is damaged ({error}); it is left as it is") from None


def at_home(scenario: Scenario, directory: str) -> Scenario:
    """The scenario with its files named from the directory where its session was saved."""
    if Path.cwd() == Path(directory):
        return scenario
    fields = {}
    if scenario.data is not None and scenario.data not in datasets():
        fields["data"] = str(Path(directory) / scenario.data)
    if scenario.module is not None:
        path, colon, name = scenario.module.rpartition(":")
        fields["module"] = str(Path(directory) / path) + colon + name
    return msgspec.structs.replace(scenario, **fields) if fields else scenario


class _Reviver:
    def __init__(self, document: Document, source: str) -> None:
        self._document, self._source = document, source
        self._objectives: dict[bytes, Objective] = {}
        self._segments: list[Segment] = []
        self._notes: dict[int, Notes] = {}

    def simulator(self) -> Simulator:
        document = self._document
        for i, kept in enumerate(document.segments):
            self._segments.append(self._segment(i, kept))
        simulator = Simulator.at(
            self._position(document.here),
            list(map(self._position, document.done)),
            list(map(self._position, document.undone)),
        )
        loss = simulator.engine.loss
        if document.loss is not None and loss != document.loss:
            raise self._changed(simulator.k, document.loss, loss)
        return simulator

    def _segment(self, i: int, kept: KeptSegment) -> Segment:
        if kept.before is not None and not 0 <= kept.before < i:
            raise ValueError(f"part {i} takes over from part {kept.before}")
        before = None if kept.before is None else self._segments[kept.before]
        reach = (0, 0) if before is None else (before.engine.first + 1, before.engine.newest)
        if not reach[0] <= kept.first <= reach[1] or kept.scenario.lr is None:
            raise ValueError(f"part {i} cannot begin at step {kept.first}")
        if not all(map(str.split, kept.edits)):
            raise ValueError(f"part {i} begins with an edit that is none")
        scenario = at_home(kept.scenario, self._document.directory)
        earlier = list(_chain(before))
        root = earlier[0] if earlier else None
        objective = self._objective(scenario) if root is None else root.engine.objective
        d = len(objective.names)
        frame = np.frombuffer(kept.engine.frame)
        frames = np.frombuffer(kept.engine.frames).reshape(-1, len(frame))
        engine = make_engine(
            objective,
            scenario,
            frames[0, :d].copy(),
            first=kept.first,
            tolerance=None if root is None else root.engine.tolerance,
        )
        if root is None:
            self._check_start(kept, engine.loss)
        engine.recall(_kept(kept.engine, frames, frame), self._standing(i, kept))
        events = Events(engine, Branch(objective, tuple(earlier)).lowest(kept.first - 1)[0] if earlier else np.inf)
        events.recall(KeptEvents(kept.engine.events, kept.engine.amid))
        moved = {range(d)[int(weight)]: value for weight, value in kept.moved.items()}
        return Segment(scenario, engine, events, before, kept.edits, moved, kept.fresh)

    def _standing(self, i: int, kept: KeptSegment) -> int:
        """The step at which a segment's engine is to stand: the present one if it is near, else where it began."""
        here = self._document.here
        active = max((j for j in here.run if self._document.segments[j].first <= here.k), default=0)
        return here.k if i == active else kept.first

    def _check_start(self, kept: KeptSegment, loss: float) -> None:
        steps, losses = np.frombuffer(kept.engine.steps, dtype=np.int64), np.frombuffer(kept.engine.losses)
        if len(steps) and steps[0] == 0 and losses[0] != loss:
            raise self._changed(0, float(losses[0]), loss)

    def _changed(self, k: int, saved: float, loss: float) -> InputError:
        scenario = self._document.scenario
        what = scenario.data or scenario.module or "numpy, or the machine,"
        return InputError(
            f"{self._source}: at step {k:,} the loss was {saved!r} and is {loss!r} now: {what} has changed since it "
            "was saved; bring the old one back, or begin a new run"
        )

    def _objective(self, scenario: Scenario) -> Objective:
        key = msgspec.json.encode(msgspec.structs.replace(scenario, **NOT_OF_THE_PROBLEM))
        if key not in self._objectives:
            self._objectives[key] = build_objective(scenario)
        return self._objectives[key]

    def _position(self, kept: KeptPosition) -> Position:
        ghosts = tuple(Ghost(self._branch(run), first) for run, first in kept.ghosts)
        rivals = tuple(Rival(label, self._branch((i,))) for label, i in kept.rivals)
        branch = self._branch(kept.run)
        steps = [(branch, kept.k), *((ghost.branch, ghost.first) for ghost in ghosts)]
        if not all(0 <= k <= run.newest for run, k in steps):
            raise ValueError(f"a run ends before the step {max(k for _, k in steps)} at which one stood")
        return Position(branch, kept.k, ghosts, rivals, self._notes_of(kept.notes, branch.objective.names))

    def _notes_of(self, i: int, names: Sequence[str]) -> Notes:
        if i not in self._notes:
            if i < 0:
                raise ValueError(f"there are no breakpoints {i}")
            kept = self._document.notes[i]
            conditions = {int(number): parse_condition(text, names) for number, text in kept.breakpoints.items()}
            if min(kept.marks.values(), default=0) < 0:
                raise ValueError("a step before the first one is marked")
            if min(kept.marks.values(), default=0) < 0:
                raise ValueError("a step before the first one is marked")
            self._notes[i] = Notes(conditions, dict(kept.marks))
        return self._notes[i]

    def _branch(self, run: tuple[int, ...]) -> Branch:
        segments = tuple(self._segments[i] for i in run)
        if min(run, default=-1) < 0 or [s.before for s in segments] != [None, *segments[:-1]]:
            raise ValueError("the parts of a run do not follow one another")
        return Branch(segments[0].engine.objective, segments)


def _chain(segment: Segment | None) -> Iterator[Segment]:
    """The segment and those that it took over from, the first at the beginning."""
    if segment is not None:
        yield from _chain(segment.before)
        yield segment


def _kept(engine: KeptEngine, frames: Array, frame: Array) -> Kept:
    return Kept(
        engine.newest,
        engine.diverged,
        engine.converged,
        engine.stride,
        frames,
        engine.near,
        frame,
        np.frombuffer(engine.steps, dtype=np.int64),
        np.frombuffer(engine.losses),
    )
