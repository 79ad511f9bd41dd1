"""The weights: value, last change, optimum, and a bar that says how far along each one is."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from gd_tui.numerals import first_difference, fixed
from gd_tui.plots import bar_scale
from gd_tui.tui.bars import signed_bar, tick
from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.steadiness import Steady
from gd_tui.tui.text import Line, Run, narrow, title

LONGEST_NAME = 8
WIDE = 54
HARDLY = 1e-3
"""A change below this is written with an exponent, and dim: the weight hardly moved."""


@dataclass(frozen=True)
class Columns:
    """Widths of the columns, from the pane's width; 0 for a column that is left out."""

    name: int
    value: int
    decimals: int
    change: int
    optimum: int
    gap: int
    bar: int


def columns(width: int, longest_name: int, optimum_known: bool) -> Columns:
    """The columns that fit. The optimum's number goes first, then the bar, then the change."""
    name = min(max(2, longest_name), LONGEST_NAME)
    wide = width >= WIDE
    value, decimals, change, optimum, gap = (11, 5, 10, 9, 3) if wide else (9, 4, 8, 7, 1)
    left = width - 1 - name - 1 - value
    if left < change + 1:
        return Columns(name, value, decimals, 0, 0, 0, 0)
    left -= change + 1
    with_optimum = optimum_known and (wide or name <= 3) and left - optimum - 1 - gap >= 5
    left -= optimum + 1 if with_optimum else 0
    bar = left - gap if left - gap >= 5 else 0
    return Columns(name, value, decimals, change, optimum if with_optimum else 0, gap, min(bar, 48))


class WeightsPane(Pane):
    """One row a weight; with the gradients it makes one list of the same rows."""

    ID = "weights"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._scale = Steady[float]()

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, view = shown.snapshot, shown.view
        room = width - (2 if width >= WIDE else 1)
        names = [view.glyphs.plain(narrow(name, LONGEST_NAME)) for name in snapshot.names]
        cols = columns(room, max(map(len, names)), snapshot.optimum is not None)
        largest = float(np.max(np.abs(snapshot.weights), initial=0.0, where=np.isfinite(snapshot.weights)))
        scale = self._scale.at(snapshot, 0, lambda before: bar_scale(before or 0.0, largest))
        rows = shown.window(height - 2)
        at = int(np.flatnonzero(shown.order == snapshot.selected)[0]) + 1
        right = f"{at:,} of {len(names):,}" if len(rows) < len(names) else ""
        heading = title("weights", "weight", room, view.glyphs, right=right, focused=view.focus == self.ID)
        return [
            heading,
            _headings(cols, snapshot.optimum is not None, scale, view.glyphs),
            *(self._row(shown, int(shown.order[row]), names, cols, scale, width) for row in rows),
        ]

    def _row(self, shown: Shown, i: int, names: list[str], cols: Columns, scale: float, width: int) -> Line:
        snapshot, glyphs = shown.snapshot, shown.view.glyphs
        band = " selected" if i == snapshot.selected else ""
        line: Line = [
            (glyphs.cursor if band else " ", f"weight{band}"),
            (names[i].ljust(cols.name) + " ", f"weight{' bold' if band else ''}{band}"),
            *_value(shown, i, cols, band),
        ]
        if cols.change:
            line += [(" ", f"text{band}"), _change(shown, i, cols.change, cols.decimals, band)]
        if cols.optimum:
            assert snapshot.optimum is not None
            line.append((" " + fixed(snapshot.optimum[i], cols.optimum, 4), f"dim{band}"))
        if cols.bar:
            line.append((" " * cols.gap, f"text{band}"))
            line += _bar(shown, i, cols.bar, scale, band, glyphs)
        used = sum(len(text) for text, _ in line)
        return [*line, (" " * (width - used), f"text{band}")]


def _headings(cols: Columns, optimum_known: bool, scale: float, glyphs: Glyphs) -> Line:
    text = " " * (1 + cols.name + 1) + "value".rjust(cols.value)
    if cols.change:
        text += " " + "change".rjust(cols.change)
    if cols.optimum:
        text += " " + "optimum".rjust(cols.optimum)
    if cols.bar:
        label = f"{glyphs.plus_minus}{tick(scale)}"
        if optimum_known:
            label = "start" + "opt".rjust(cols.bar - 5) if cols.bar >= 12 else "done"
        text += " " * cols.gap + label[: cols.bar].ljust(cols.bar)
    return [(text, "dim")]


def _value(shown: Shown, i: int, cols: Columns, band: str) -> list[Run]:
    """The value; the digits that the last update moved are bold."""
    snapshot = shown.snapshot
    value = float(snapshot.weights[i])
    text = fixed(value, cols.value, cols.decimals)
    if not isfinite(value):
        return [(text, f"danger bold{band}")]
    if snapshot.change is None or snapshot.change[i] == 0:
        return [(text, f"text{band}")]
    at = first_difference(text, fixed(value - float(snapshot.change[i]), cols.value, cols.decimals))
    return [(text[:at], f"text{band}"), (text[at:], f"bright bold{band}")]


def _change(shown: Shown, i: int, width: int, decimals: int, band: str) -> Run:
    change = shown.snapshot.change
    if change is None:
        return shown.view.glyphs.nothing.rjust(width), f"dim{band}"
    moved = float(change[i])
    return fixed(moved, width, decimals, signed=True), f"{'dim' if abs(moved) < HARDLY else 'text'}{band}"


def _bar(shown: Shown, i: int, width: int, scale: float, band: str, glyphs: Glyphs) -> list[Run]:
    snapshot = shown.snapshot
    value = float(snapshot.weights[i])
    if snapshot.optimum is None:
        return signed_bar(value, scale, width | 1 if width % 2 else width - 1, "weight", band, glyphs)
    start, optimum = float(snapshot.start[i]), float(snapshot.optimum[i])
    share = 1.0 if value == optimum else (value - start) / (optimum - start) if optimum != start else np.inf
    return _progress(share, width, band, glyphs)


def _progress(share: float, width: int, band: str, glyphs: Glyphs) -> list[Run]:
    """The share of the way from start to optimum, with half-cell steps; arrows beyond either end."""
    room = width - 1
    end = (glyphs.optimum, f"dim{band}")
    if share != share:
        return [(glyphs.track * room, f"rule{band}"), end]
    if share > 1 + 0.5 / room:
        return [(glyphs.bar * room, f"weight{band}"), (glyphs.past_right, f"weight bold{band}")]
    if share < -0.5 / room:
        return [(glyphs.past_left, f"weight bold{band}"), (glyphs.track * (room - 1), f"rule{band}"), end]
    halves = max(0, min(2 * room, round(share * 2 * room)))
    filled = glyphs.bar * (halves // 2) + glyphs.half_left * (halves % 2)
    return [(filled, f"weight{band}"), (glyphs.track * (room - len(filled)), f"rule{band}"), end]
