"""The loss history: every step so far, the future dimmed where one has stepped back."""

from __future__ import annotations

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.plots import Axis, Chart, Series, count_axis, draw, log_axis, nice_axis
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, title

GRID_WIDTH = 45
LEAST_STEPS = 10


class HistoryPane(Pane):
    """Loss over steps, drawn by plotext; from 0 upwards, or in decades."""

    ID = "history"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, view = shown.snapshot, shown.view
        first, last = _window(shown)
        right = "log" if view.log_loss else ""
        if first or last != max(snapshot.newest, LEAST_STEPS):
            right = f"{first:,} to {last:,}  {right}".rstrip()
        heading = title("loss history", "loss", width, view.glyphs, right=right, focused=view.focus == self.ID)
        if not view.plots:
            return [heading]
        label_width = 6 if width < 50 else 8
        steps, losses = snapshot.history(first, last, max(1, width - label_width - 1))
        if view.log_loss:
            with np.errstate(all="ignore"):
                losses = np.where(losses > 0, np.log10(losses), np.nan)
        known = losses[np.isfinite(losses)]
        if not len(known):
            return [heading, [], [(f" {'no loss above 0 to show' if view.log_loss else 'no finite loss'}", "dim")]]
        y = _loss_axis(known, height - 2, log=view.log_loss)
        chart = Chart(
            count_axis(first, last, width - label_width),
            y,
            tuple(_series(shown, steps, losses, y)),
            grid=width >= GRID_WIDTH and not view.glyphs.ascii,
            label_width=label_width,
        )
        return [heading, *(list(row) for row in draw(chart, width, height - 1, ascii=view.glyphs.ascii))]


def _window(shown: Shown) -> tuple[int, int]:
    """The steps in view: all of them, or half as many around the present one for every zoom."""
    snapshot, zoom = shown.snapshot, shown.view.history_zoom
    last = max(snapshot.newest, LEAST_STEPS)
    if not zoom:
        return 0, last
    length = max(LEAST_STEPS, last >> zoom)
    first = min(max(0, snapshot.k - length // 2), last - length)
    return first, first + length


def _loss_axis(known: Array, rows: int, *, log: bool) -> Axis:
    low, high = float(known.min()), float(known.max())
    if log:
        return log_axis(low, high, max(1, rows // 3))
    return nice_axis(min(0.0, low), max(high, 0.0), max(1, min(5, rows // 2 if rows < 15 else rows // 3)), 7)


def _series(shown: Shown, steps: Array, losses: Array, y: Axis) -> list[Series]:
    """The past, the future faded, and the present step on top."""
    snapshot, glyphs = shown.snapshot, shown.view.glyphs
    split = int(np.searchsorted(steps, snapshot.k, side="right"))
    series = [
        Series(steps[max(0, split - 1) :], losses[max(0, split - 1) :], "past", "line", glyphs.future),
        Series(steps[:split], losses[:split], "loss", "line"),
    ]
    loss = snapshot.loss
    if shown.view.log_loss:
        loss = float(np.log10(loss)) if loss > 0 else y.low
    here = np.array([float(snapshot.k)]), np.array([min(max(loss, y.low), y.high) if loss == loss else y.high])
    return [*series, Series(*here, "loss bold", "points", glyphs.here)]
