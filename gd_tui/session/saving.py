"""From a simulator to a session file."""

from __future__ import annotations

from pathlib import Path
from time import time

import numpy as np

from gd_tui.atomic import replacing
from gd_tui.session.document import Document, KeptEngine, KeptNotes, KeptPosition, KeptSegment, encode
from gd_tui.simulator import Simulator
from gd_tui.simulator.branch import Branch, Segment
from gd_tui.simulator.run import Notes
from gd_tui.simulator.simulator import Position


def save(simulator: Simulator, path: Path) -> None:
    """Write the session to a file, whole or not at all. Raises InputError if it cannot be written."""
    content = encode(Recorder().document(simulator))
    with replacing(path, f"save {path}") as file:
        file.write(content)


State = tuple[int, int, int | None, tuple[int, ...]]
"""All of a segment that may change."""


class Recorder:
    """Makes documents of a simulator; what has not changed since the last one is taken from there."""

    def __init__(self) -> None:
        self._known: dict[Segment, tuple[State, KeptSegment]] = {}

    def document(self, simulator: Simulator, speed: float | None = None) -> Document:
        """The session as it is now; `speed` is what it runs at by itself, in updates a second."""
        pool: dict[Segment, int] = {}
        notes: dict[Notes, int] = {}
        here = simulator.position()
        kept = [_position(position, pool, notes) for position in (here, *simulator.done, *simulator.undone)]
        done = 1 + len(simulator.done)
        cuts: dict[Segment, list[int]] = {segment: [] for segment in pool}
        for segment in pool:
            if segment.before is not None:
                cuts[segment.before].append(segment.engine.first)
        segments = tuple(self._segment(segment, pool, tuple(cuts[segment])) for segment in pool)
        self._known = {segment: self._known[segment] for segment in pool}
        loss = simulator.engine.loss
        return Document(
            saved=time(),
            directory=str(Path.cwd()),
            loss=loss if np.isfinite(loss) else None,
            segments=segments,
            here=kept[0],
            done=tuple(kept[1:done]),
            undone=tuple(kept[done:]),
            notes=tuple(map(_notes, notes)),
            speed=speed if speed is not None and np.isfinite(speed) else None,
        )

    def _segment(self, segment: Segment, pool: dict[Segment, int], cuts: tuple[int, ...]) -> KeptSegment:
        engine = segment.engine
        before = None if segment.before is None else pool[segment.before]
        state = engine.newest, engine.k, before, cuts
        if segment not in self._known or self._known[segment][0] != state:
            moved = {str(i): value for i, value in segment.moved.items()}
            kept = KeptSegment(
                segment.scenario, engine.first, _engine(segment, cuts), before, segment.edits, moved, segment.fresh
            )
            self._known[segment] = state, kept
        return self._known[segment][1]


def _engine(segment: Segment, cuts: tuple[int, ...]) -> KeptEngine:
    kept, events = segment.engine.keep(cuts), segment.events.keep()
    return KeptEngine(
        kept.newest,
        kept.diverged,
        kept.converged,
        kept.stride,
        kept.frames.tobytes(),
        kept.near,
        kept.frame.tobytes(),
        kept.steps.tobytes(),
        kept.losses.tobytes(),
        events.flags,
        events.amid,
    )


def _notes(notes: Notes) -> KeptNotes:
    return KeptNotes({str(number): condition.text for number, condition in notes.breakpoints.items()}, notes.marks)


def _position(position: Position, pool: dict[Segment, int], notes: dict[Notes, int]) -> KeptPosition:
    return KeptPosition(
        _run(position.branch, pool),
        position.k,
        tuple((_run(ghost.branch, pool), ghost.first) for ghost in position.ghosts),
        tuple((rival.label, _run(rival.branch, pool)[0]) for rival in position.rivals),
        notes.setdefault(position.notes, len(notes)),
    )


def _run(branch: Branch, pool: dict[Segment, int]) -> tuple[int, ...]:
    """The indices of its segments in the pool, where each stands behind the one that it took over from."""
    return tuple(_index(segment, pool) for segment in branch.segments)


def _index(segment: Segment, pool: dict[Segment, int]) -> int:
    if segment not in pool:
        if segment.before is not None:
            _index(segment.before, pool)
        pool[segment] = len(pool)
    return pool[segment]
