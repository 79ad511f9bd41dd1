"""The loss curve of the selected weight: where it stands, where it goes, where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from textwrap import wrap

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.plots import Axis, Chart, Series, draw, hold, nice_axis
from gd_tui.simulator import Snapshot
from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.steadiness import Steady
from gd_tui.tui.text import Line, narrow, title

GRID_WIDTH = 45
ROOM_LEFT, ROOM_RIGHT = 0.70, 0.66
"""How far the x range reaches from the middle of {now, next, lowest}, as shares of their span."""
HEADROOM = 1.65
"""The y range ends this many times as high above the lowest point as the present one stands."""
TANGENT = 0.3
"""How far the tangent reaches to each side, as a share of the x range."""
FURTHEST = 1e150
"""No axis goes beyond this: twice as far squared would overflow."""
FINEST_X, FINEST_Y = 1e-12, 1e-10
"""Spans below these shares of the value are rounding, and no reason to look closer."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """The ranges of both axes."""

    x: Range
    y: Range


class CurvePane(Pane):
    """The slice of the loss along one weight, drawn by plotext, with the other weights fixed."""

    ID = "curve"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._box = Steady[Box]()

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, view = shown.snapshot, shown.view
        name = narrow(snapshot.names[snapshot.selected], 12)
        focused = view.focus == self.ID
        wide = width >= 50
        here, there = snapshot.weights[snapshot.selected], snapshot.next_weights[snapshot.selected]
        if missing := _why_no_curve(snapshot, name):
            heading = title(f"loss curve of {name}", "loss", width, view.glyphs, focused=focused)
            said = wrap(missing, max(1, width - 2))
            above: list[Line] = [[] for _ in range((height - len(said)) // 2 - 1)]
            return [heading, *above, *([(row.center(width), "dim")] for row in said)]
        if not view.plots:
            return [title(f"loss curve of {name}", "loss", width, view.glyphs, focused=focused)]
        label_width = 6 if width < 50 else 9
        rows = height - 2
        ticks = max(2, min(12, (width - label_width) // 10)), max(2, min(5, (rows - 1) // 4))
        key = (snapshot.selected, width, height, view.zoom)
        with np.errstate(all="ignore"):
            box = self._box.at(snapshot, key, lambda before: _box(snapshot, before, view.zoom, ticks))
            x, y = nice_axis(*box.x, ticks[0]), nice_axis(*box.y, ticks[1], label_width - 1)
            series = tuple(_series(shown, x, y, width - label_width))
        right = "others fixed" if not wide else "other weights fixed"
        right = f"from {x.origin:.15g}" if x.origin is not None else right
        chart = Chart(
            x,
            y,
            series,
            label_width=label_width,
            grid=width >= GRID_WIDTH and not view.glyphs.ascii,
        )
        picture = [list(row) for row in draw(chart, width, rows, ascii=view.glyphs.ascii)]
        heading = title(f"loss curve of {name}", "loss", width, view.glyphs, right=right, focused=focused)
        return [heading, _legend(shown, float(here), float(there), width), *picture]


def _why_no_curve(snapshot: Snapshot, name: str) -> str:
    """What there is to say in the place of a curve that cannot be drawn; "" if it can."""
    if not isfinite(snapshot.weights[snapshot.selected]):
        return f"{name} has left every axis at step {snapshot.k:,}"
    if not isfinite(snapshot.loss):
        return f"the loss is {snapshot.loss} at step {snapshot.k:,}: no curve to draw"
    return "the loss takes too long to compute for a curve of many points" if snapshot.is_slow else ""


def _box(snapshot: Snapshot, before: Box | None, zoom: int, ticks: tuple[int, int]) -> Box:
    """The ranges for this step: those of the step before while everything fits and is large enough."""
    x = _x_range(snapshot, before.x if before else None, zoom, ticks[0])
    return Box(x, _y_range(snapshot, before.y if before else None, zoom, ticks[1]))


def _points(snapshot: Snapshot) -> list[float]:
    """Now, next and lowest, as far as they are numbers."""
    i = snapshot.selected
    points = [float(snapshot.weights[i]), float(snapshot.next_weights[i])]
    if snapshot.slice_minimum is not None:
        points.append(snapshot.slice_minimum)
    return [min(max(p, -FURTHEST), FURTHEST) for p in points if isfinite(p)]


def _x_range(snapshot: Snapshot, before: Range | None, zoom: int, ticks: int) -> Range:
    points = _points(snapshot)
    low, high = min(points), max(points)
    span, scale = high - low, max(abs(low), abs(high), 1e-300)
    now = float(snapshot.weights[snapshot.selected])
    if span <= FINEST_X * scale or _is_rounding(snapshot):
        if before is not None and before[0] <= low <= high <= before[1]:
            return before
        span, middle = max(1.0, scale), now
    else:
        middle = (low + high) / 2
    wanted = middle - ROOM_LEFT * span, middle + ROOM_RIGHT * span
    if zoom:
        half = (wanted[1] - wanted[0]) / 2 / 2.0**zoom
        wanted, (low, high) = (now - half, now + half), (now, now)
        if before is not None and before[0] <= now <= before[1]:
            return before
    return hold(before, wanted, (low, high), ticks)


def _is_rounding(snapshot: Snapshot) -> bool:
    """Whether the loss above the slice's lowest point is lost in the loss of the other weights."""
    if snapshot.slice_minimum is None:
        return False
    depth = snapshot.loss - _floor(snapshot)
    return depth <= FINEST_Y * abs(snapshot.loss)


def _floor(snapshot: Snapshot) -> float:
    """The least loss among now, next and lowest."""
    losses = snapshot.slice(snapshot.selected, np.array(_points(snapshot)))
    known: list[float] = losses[np.isfinite(losses)].tolist()
    return min([snapshot.loss, *known])


def _y_range(snapshot: Snapshot, before: Range | None, zoom: int, ticks: int) -> Range:
    floor, now = _floor(snapshot), snapshot.loss
    depth = now - floor
    if depth <= FINEST_Y * abs(now):
        if before is not None and before[0] <= floor <= now <= before[1]:
            return before
        depth = max(abs(now), 1e-300) / 2
    if zoom:
        depth /= 2.0**zoom
        floor = max(floor, now - depth)
    top = max(floor + HEADROOM * depth, now)
    bottom = 0.0 if 0 <= floor < top / 2 else floor - 0.1 * depth
    return hold(before, (bottom, top), (floor, now), ticks)


def _series(shown: Shown, x: Axis, y: Axis, columns: int) -> list[Series]:
    """Tangent, curve, footprints, lowest, next, now: the later ones win a shared cell."""
    snapshot, glyphs = shown.snapshot, shown.view.glyphs
    i = snapshot.selected
    now, loss, slope = float(snapshot.weights[i]), snapshot.loss, float(snapshot.gradient[i])
    xs = np.linspace(x.low, x.high, 2 * max(1, columns) + 1)
    series = [Series(xs, snapshot.slice(i, xs), "loss", "line")]
    if isfinite(slope):
        reach = TANGENT * (x.high - x.low)
        ends = np.array([now - reach, now + reach])
        series.insert(0, Series(ends, loss + slope * (ends - now), "gradient", "line", glyphs.tangent))
    series += _footprints(snapshot, x, columns, glyphs)
    for point, role, marker in (
        (snapshot.slice_minimum, "bright bold", glyphs.lowest),
        (float(snapshot.next_weights[i]), "weight", glyphs.next),
    ):
        if point is not None and isfinite(point):
            at = np.array([point])
            series.append(Series(at, snapshot.slice(i, at), role, "points", marker))
    return [*series, Series(np.array([now]), np.array([loss]), "weight bold", "points", glyphs.here)]


def _footprints(snapshot: Snapshot, x: Axis, columns: int, glyphs: Glyphs) -> list[Series]:
    """Where the weight was, on the present slice: dots of the curve, or marks where the steps are wide."""
    trail = snapshot.trail[np.isfinite(snapshot.trail)]
    if not len(trail):
        return []
    heights = snapshot.slice(snapshot.selected, trail)
    steps: Array = np.abs(np.diff(np.append(trail, snapshot.weights[snapshot.selected])))
    far = steps >= 2 * (x.high - x.low) / max(1, columns)
    return [
        Series(trail[~far], heights[~far], "weight", "points", glyphs.trail),
        Series(trail[far], heights[far], "weight", "points", glyphs.footprint),
    ]


def _legend(shown: Shown, now: float, there: float, width: int) -> Line:
    """The markers with their values: it still tells the truth when they share a cell."""
    snapshot, glyphs = shown.snapshot, shown.view.glyphs
    marks = [(glyphs.here, "weight bold", "now", now), (glyphs.next, "weight", "next", there)]
    if snapshot.slice_minimum is not None:
        marks.append((glyphs.lowest, "bright bold", "lowest here", snapshot.slice_minimum))
    line: Line = []
    for digits, gap, short in ((6, "  ", False), (4, " ", False), (4, " ", True), (3, "", True)):
        line = [run for mark in marks for run in _mark(*mark, digits, gap, short=short)]
        if _length(line) - len(gap) <= width:
            break
    else:
        line = [run for glyph, role, _, value in marks for run in _mark(glyph, role, "", value, 3, "")]
        while _length(line) > width and len(line) > 2:
            line = line[:-2]
    if width >= 90:
        line += [
            (" " + glyphs.footprint * 3, "weight"),
            (" before   ", "dim"),
            ("/" if glyphs.ascii else "⠤⠒⠉", "gradient"),
            (f" slope {float(snapshot.gradient[snapshot.selected]):.6g}", "dim"),
        ]
    return line


def _mark(glyph: str, role: str, word: str, value: float, digits: int, gap: str, *, short: bool = False) -> Line:
    if short and " " in word:
        word = "min"
    return [(f" {glyph}", role), (f" {word} {value:.{digits}g}{gap}".replace("  ", " ", 1 if not word else 0), "text")]


def _length(line: Line) -> int:
    return sum(len(text) for text, _ in line)
