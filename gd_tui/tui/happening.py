"""How events are shown: a mark for each kind, few enough marks to stay quiet, and words for the present step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.turns import turned
from gd_tui.simulator import Snapshot
from gd_tui.simulator.events import Event, Flags
from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.text import narrow

Columns = NDArray[np.intp]

MOST_SHARE = 0.5
"""Frequent kinds are left out where the marks would fill more than this share of the columns."""
MOST_NAMES = 3
"""Names that are spelt out; of more weights only their number is said."""
ALWAYS = Event.EDIT | Event.CONVERGED | Event.DIVERGED


def glyph_of(event: Event, glyphs: Glyphs) -> str:
    """The mark of one kind of event."""
    return {
        Event.RISE: glyphs.rise,
        Event.TURN: glyphs.turn,
        Event.BEST: glyphs.best,
        Event.PLATEAU: glyphs.plateau,
        Event.EDIT: glyphs.edit,
        Event.CONVERGED: glyphs.converged,
        Event.DIVERGED: glyphs.diverged,
    }[event]


def role_of(event: Event) -> str:
    """The colour of its mark."""
    return {Event.EDIT: "bright bold", Event.CONVERGED: "bright bold", Event.DIVERGED: "danger bold"}.get(event, "dim")


def quiet_marks(columns: Columns, flags: Flags, room: int) -> dict[Event, Columns]:
    """Which of `room` columns to mark with what: at most one mark a column, the rarest kind first.

    columns, flags: shape (n,), where something happened, and what.
    """
    found = {event: np.unique(columns[(flags & event.value) > 0]) for event in Event}
    marks: dict[Event, Columns] = {}
    taken: Columns = np.empty(0, dtype=np.intp)
    for event in sorted(found, key=lambda event: (not event & ALWAYS, len(found[event]))):
        new = np.setdiff1d(found[event], taken)
        if not len(new) or (not event & ALWAYS and len(taken) + len(new) > MOST_SHARE * room):
            continue
        marks[event] = new
        taken = np.union1d(taken, new)
    return marks


def words_of(snapshot: Snapshot, glyphs: Glyphs) -> list[str]:
    """What happened at the present step, in much room and in less; empty if nothing did.

    How the run ended is said elsewhere, all the time.
    """
    told = [event for event in Event if event in snapshot.event and event not in (Event.CONVERGED, Event.DIVERGED)]
    if not told:
        return []
    mark = "".join(glyph_of(event, glyphs) for event in told)
    both = [_words(event, snapshot) for event in told]
    long, short = (", ".join(words) for words in zip(*both, strict=True))
    return [f"{mark} {long}", f"{mark} {short}", mark]


def _words(event: Event, snapshot: Snapshot) -> tuple[str, str]:
    if event is Event.EDIT:
        edits = "; ".join(snapshot.edits)
        return f"edit: {edits}", edits
    if event is Event.TURN:
        return _turned(snapshot)
    short = {Event.RISE: "loss rose", Event.BEST: "lowest again", Event.PLATEAU: "plateau"}[event]
    return event.words, short


def _turned(snapshot: Snapshot) -> tuple[str, str]:
    """Whose gradient has the other sign than one step before."""
    before, here = snapshot.previous_gradient, snapshot.gradient
    names = [] if before is None else [narrow(snapshot.names[i], 8) for i in np.flatnonzero(turned(before, here))]
    if not names:
        return Event.TURN.words, "a gradient turned"
    if len(names) == 1:
        return f"{names[0]}'s gradient changed its sign", f"{names[0]} turned"
    if len(names) > MOST_NAMES:
        return f"{len(names)} gradients changed their signs", f"{len(names)} turned"
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return f"the gradients of {listed} changed their signs", f"{', '.join(names)} turned"
