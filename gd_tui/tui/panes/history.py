"""The loss history: every step so far, the future dimmed where one has stepped back, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.plots import Axis, Chart, Series, count_axis, draw, log_axis, nice_axis, rows_for
from gd_tui.tui.happening import glyph_of, quiet_marks, role_of, words_of
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, title

NAME = "loss history"
GRID_WIDTH = 45
LEAST_STEPS = 10
GHOST_REACH = 4
"""Old futures are shown up to this many times as far as the run has come, so that it is not squeezed to the left."""
DIGITS = "123456789"
"""What runs that are compared with are called in the plot; of more, the first ones are shown."""

END_GAP = 16
"""Two names at the ends of lines stand apart by one part in so many of the line."""


@dataclass(frozen=True, eq=False)
class Compared:
    """A run that is compared with: the digit it is called by, its label, and its steps and losses, shape (n,)."""

    digit: str
    label: str
    steps: Array
    losses: Array


class HistoryPane(Pane):
    """Loss over steps, drawn by plotext; from 0 upwards, or in decades."""

    ID = "history"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, view = shown.snapshot, shown.view
        remark = _remark(shown, width - len(NAME) - 5)
        heading = title(NAME, "loss", width, view.glyphs, right=remark, focused=view.focus == self.ID)
        if not view.plots:
            return [heading]
        above = [heading, *_legend(shown, width)]
        label_width = 6 if width < 50 else 8
        columns = max(1, width - label_width)
        first, last = _window(shown)
        steps, losses = snapshot.history(first, last, columns)
        losses = _scaled(losses, log=view.log_loss)
        known = losses[np.isfinite(losses)]
        if not len(known):
            return [*above, [], [(f" {'no loss above 0 to show' if view.log_loss else 'no finite loss'}", "dim")]]
        rivals = _compared(shown, first, last, columns)
        x = count_axis(first, last, columns)
        y = _loss_axis(known, rivals, height - len(above) - 1, log=view.log_loss)
        series = [
            *_ghosts(shown, first, last, columns),
            *(Series(r.steps, r.losses, "text", "line", view.glyphs.rival) for r in rivals),
            *_run(shown, steps, losses),
            *_events(shown, x, y, columns),
            *_marks(shown, y),
            *_digits(rivals, y),
            _here(shown, y),
        ]
        grid = width >= GRID_WIDTH and not view.glyphs.ascii
        chart = Chart(x, y, tuple(series), grid=grid, label_width=label_width)
        picture = draw(chart, width, height - len(above), ascii=view.glyphs.ascii)
        return [*above, *(list(row) for row in picture)]


def _remark(shown: Shown, room: int) -> str:
    """What happened at this step, and how one looks at the history, as far as there is room for it."""
    snapshot, view = shown.snapshot, shown.view
    notes = []
    if view.history_zoom:
        first, last = _window(shown)
        notes.append(f"{first:,} to {last:,}")
    if view.log_loss:
        notes.append("log")
    if snapshot.ghosts_reach:
        notes.append(f"{view.glyphs.ghost} old future")
    wordings = [wording for said in words_of(snapshot, view.glyphs) for wording in ([said, *notes], [said])]
    choices = ["  ".join(wording) for wording in (*wordings, notes, notes[:-1])]
    return next((choice for choice in choices if len(view.glyphs.plain(choice)) <= room), "")


def _window(shown: Shown) -> tuple[int, int]:
    """The steps in view: all of them, or half as many around the present one for every zoom."""
    snapshot, zoom = shown.snapshot, shown.view.history_zoom
    newest = max(snapshot.newest, LEAST_STEPS)
    last = max(newest, min(snapshot.ghosts_reach, GHOST_REACH * newest))
    if not zoom:
        return 0, last
    length = max(LEAST_STEPS, last >> zoom)
    first = min(max(0, snapshot.k - length // 2), last - length)
    return first, first + length


def _scaled(losses: Array, *, log: bool) -> Array:
    """Losses as they stand on the axis; NaN for what has no place on it."""
    if not log:
        return losses
    with np.errstate(all="ignore"):
        return np.where(losses > 0, np.log10(losses), np.nan)


def _compared(shown: Shown, first: int, last: int, columns: int) -> list[Compared]:
    histories = shown.snapshot.rival_histories(first, last, columns)
    return [
        Compared(digit, label, steps, _scaled(losses, log=shown.view.log_loss))
        for digit, (label, steps, losses) in zip(DIGITS, histories, strict=False)
    ]


def _loss_axis(known: Array, rivals: list[Compared], rows: int, *, log: bool) -> Axis:
    """The axis that the run itself needs; in decades also the low losses of the runs that it is compared with.

    What diverges beside it leaves through the top.
    """
    low, high = float(known.min()), float(known.max())
    if log:
        lows = (float(np.min(r.losses, initial=low, where=np.isfinite(r.losses))) for r in rivals)
        return log_axis(min([low, *lows]), high, max(1, rows // 3))
    most = max(1, min(5, rows // 2 if rows < 15 else rows // 3))
    intervals = max(range(1, most + 1), key=lambda count: (rows_for(rows, count), count))
    return nice_axis(min(0.0, low), max(high, 0.0), intervals, 7)


def _ghosts(shown: Shown, first: int, last: int, columns: int) -> list[Series]:
    """The futures that edits have replaced."""
    glyph = shown.view.glyphs.ghost
    return [
        Series(steps, _scaled(losses, log=shown.view.log_loss), "ghost", "line", glyph)
        for steps, losses in shown.snapshot.ghosts(first, last, columns)
    ]


def _run(shown: Shown, steps: Array, losses: Array) -> list[Series]:
    """The past over the future, which is faded."""
    split = int(np.searchsorted(steps, shown.snapshot.k, side="right"))
    future = slice(max(0, split - 1), None)
    return [
        Series(steps[future], losses[future], "past", "line", shown.view.glyphs.future),
        Series(steps[:split], losses[:split], "loss", "line"),
    ]


def _events(shown: Shown, x: Axis, y: Axis, columns: int) -> list[Series]:
    """Marks along the top, above the steps at which something happened."""
    snapshot, glyphs = shown.snapshot, shown.view.glyphs
    steps, flags = snapshot.events(int(x.low), int(x.high), columns)
    span = x.high - x.low
    at = np.round((steps - x.low) / span * (columns - 1)).astype(np.intp)
    return [
        _at_top(x.low + marked / max(1, columns - 1) * span, y, role_of(event), glyph_of(event, glyphs))
        for event, marked in quiet_marks(at, flags, columns).items()
    ]


def _marks(shown: Shown, y: Axis) -> Iterator[Series]:
    """The user's own marks: the first letter of each."""
    for name, k in shown.snapshot.marks.items():
        yield _at_top(np.array([float(k)]), y, "bright bold", name[0])


def _at_top(x: Array, y: Axis, role: str, glyph: str) -> Series:
    return Series(x, np.full(len(x), y.high), role, "points", glyph)


def _digits(rivals: list[Compared], y: Axis) -> Iterator[Series]:
    """The name of each run on its line: near its end, and along the way, at places of its own."""
    for number, rival in enumerate(rivals, 1):
        seen = np.flatnonzero((rival.losses >= y.low) & (rival.losses <= y.high))
        if len(seen):
            last = len(seen) - 1
            at = seen[[number * last // (len(rivals) + 1), max(0, last - (number - 1) * (1 + last // END_GAP))]]
            yield Series(rival.steps[at], rival.losses[at], "text bold", "points", rival.digit)


def _here(shown: Shown, y: Axis) -> Series:
    """The present step, held within the axis where its loss is beyond it."""
    loss = shown.snapshot.loss
    if shown.view.log_loss:
        loss = float(np.log10(loss)) if loss > 0 else y.low
    at = min(max(loss, y.low), y.high) if loss == loss else y.high
    glyph = shown.view.glyphs.here
    return Series(np.array([float(shown.snapshot.k)]), np.array([at]), "loss bold", "points", glyph)


def _legend(shown: Shown, width: int) -> list[Line]:
    """Which run is which, with the loss of each at this step; nothing where there is only one."""
    snapshot, glyphs = shown.snapshot, shown.view.glyphs
    if not snapshot.rivals:
        return []
    known = list(zip(DIGITS, snapshot.rivals, strict=False))
    wordings = [
        [_entry(glyphs.here, "loss bold", own, snapshot.loss), *(_entry(d, "text bold", *run) for d, run in known)]
        for own in ("this run", "")
    ]
    wordings.append([_entry(digit, "text bold", label) for digit, (label, _) in known])
    lines = [[run for entry in wording for run in entry] for wording in wordings]
    fitting = next((line for line in lines if _length(line) - 1 <= width), lines[-1])  # but for the last blank
    return [[(glyphs.plain(text), role) for text, role in fitting]]


def _entry(mark: str, role: str, label: str, loss: float | None = None) -> Line:
    said = "" if loss is None else "ended" if loss != loss else f"{loss:.4g}"
    return [
        (f" {mark}", role),
        (f" {label}" if label else "", "dim"),
        (f" {said}" if said else "", "text"),
        (" ", "text"),
    ]


def _length(line: Line) -> int:
    return sum(len(text) for text, _ in line)
