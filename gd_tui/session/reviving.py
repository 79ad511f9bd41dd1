"""From a session file to a simulator that goes on where the session stopped."""

from __future__ import annotations

from collections.abc import Iterator
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
from gd_tui.simulator.events import Events, KeptEvents
from gd_tui.simulator.run import Rival
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
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{source}: the session is damaged ({error}); it is left as it is") from None


class _Reviver:
    def __init__(self, document: Document, source: str) -> None:
        self._document, self._source = document, source
        self._objectives: dict[bytes, Objective] = {}
        self._segments: list[Segment] = []

    def simulator(self) -> Simulator:
        document = self._document
        for i, kept in enumerate(document.segments):
            self._segments.append(self._segment(i, kept))
        simulator = Simulator.at(
            self._position(document.here),
            list(map(self._position, document.done)),
            list(map(self._position, document.undone)),
        )
        simulator.marks = dict(document.marks)
        simulator.breakpoints = {int(n): simulator.condition(text) for n, text in document.breakpoints.items()}
        loss = simulator.engine.loss
        if document.loss is not None and loss != document.loss:
            raise self._changed(simulator.k, document.loss, loss)
        return simulator

    def _segment(self, i: int, kept: KeptSegment) -> Segment:
        if kept.before is not None and not 0 <= kept.before < i:
            raise ValueError(f"part {i} takes over from part {kept.before}")
        before = None if kept.before is None else self._segments[kept.before]
        scenario = self._at_home(kept.scenario)
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
        moved = {int(weight): value for weight, value in kept.moved.items()}
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
            "was saved; bring the old one back, or begin a new run. The session is left as it is"
        )

    def _at_home(self, scenario: Scenario) -> Scenario:
        """The scenario with its files named from where the session was saved."""
        fields = {}
        if scenario.data is not None and scenario.data not in datasets():
            fields["data"] = self._found(scenario.data)
        if scenario.module is not None:
            path, colon, name = scenario.module.rpartition(":")
            fields["module"] = self._found(path) + colon + name
        return msgspec.structs.replace(scenario, **fields) if fields else scenario

    def _found(self, name: str) -> str:
        """The file's name as it was given if that leads to it, else its whole path."""
        return name if Path.cwd() == Path(self._document.directory) else str(Path(self._document.directory) / name)

    def _objective(self, scenario: Scenario) -> Objective:
        key = msgspec.json.encode(msgspec.structs.replace(scenario, **NOT_OF_THE_PROBLEM))
        if key not in self._objectives:
            self._objectives[key] = build_objective(scenario)
        return self._objectives[key]

    def _position(self, kept: KeptPosition) -> Position:
        ghosts = tuple(Ghost(self._branch(run), first) for run, first in kept.ghosts)
        rivals = tuple(Rival(label, self._branch((i,))) for label, i in kept.rivals)
        return Position(self._branch(kept.run), kept.k, ghosts, rivals)

    def _branch(self, run: tuple[int, ...]) -> Branch:
        segments = tuple(self._segments[i] for i in run)
        firsts = [segment.engine.first for segment in segments]
        if not segments or firsts[0] != 0 or firsts != sorted(set(firsts)):
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
