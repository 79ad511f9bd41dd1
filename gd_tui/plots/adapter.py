"""Charts drawn by plotext; the only importer of it, and only at the first draw (it takes 0.25 s).

plotext keeps one figure for the whole process and crashes when two threads use it: draw from one thread
only, and not while another computes, since each of its thousand kernel calls gives up the interpreter lock.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Any

import numpy as np

from gd_tui.plots import ticks, unit
from gd_tui.plots.chart import Axis, Chart, Series

Row = tuple[tuple[str, str], ...]

LEAST_COLUMNS, LEAST_ROWS = 4, 2  # of the canvas: below, nothing can be told from a picture
MOST_COLUMNS, MOST_ROWS = 500, 300
SEAL = 77  # third part of each colour: it says that the first two are the number of a role
BARE = "\ue000"  # plotext refuses empty labels; this stands for one until the picture is read
COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
SPACES = re.compile(r"( +)")


def draw(chart: Chart, width: int, height: int, *, ascii: bool = False) -> tuple[Row, ...]:
    """The chart in `height` rows of exactly `width` cells, each a tuple of runs of (text, role).

    Roles are those of the series, "dim" for tick labels, "rule" for the grid and "" for empty cells.
    The rows of the canvas are as many as put every y tick on a whole row; spare rows stay blank on top.
    With `ascii`, every character is in 0x20..0x7e and there is no grid. Any numbers and sizes are allowed;
    where there is no room for a picture, the rows are blank.
    """
    room = min(width, MOST_COLUMNS)
    margin = min(max(chart.label_width, 0), room)
    columns, rows = room - margin, min(height, MOST_ROWS) - 1
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return (_blank(width),) * max(height, 0)
    rows = ticks.rows_for(rows, ticks.intervals_of(chart.y, unit.limits_of(chart.y)))
    roles = ["rule", *dict.fromkeys(series.role for series in chart.series)]
    picture = _picture(chart, margin, columns, rows, roles, ascii)
    drawn = tuple(_padded(_runs(line, roles), width) for line in picture)
    return (_blank(width),) * (height - len(drawn)) + drawn


def warm_up() -> None:
    """Import plotext and draw once, so that the first picture in front of a user comes at full speed."""
    axis = Axis(0.0, 1.0, (0.0, 1.0), ("0", "1"))
    corner = np.array([0.0, 1.0])
    draw(Chart(axis, axis, (Series(corner, corner, "", "line"),), grid=True), 20, 5)


def _picture(chart: Chart, margin: int, columns: int, rows: int, roles: list[str], ascii: bool) -> list[str]:
    """plotext's rows, colour codes and all; the last one holds the x labels."""
    import plotext  # here, because it is slow to import

    x_limits, y_limits = unit.limits_of(chart.x), unit.limits_of(chart.y)
    x_ticks = ticks.x_ticks(chart.x, x_limits, columns, ascii_only=ascii)
    y_ticks = ticks.y_ticks(chart.y, y_limits, rows, margin - 1, ascii_only=ascii) if margin else []
    figure = _empty_figure(plotext, columns + (margin if y_ticks else 0), rows + bool(x_ticks))
    # A tick at c / (columns - 1) falls into cell c, and left alignment begins its label there.
    figure.ruler("x").alignment(tick="left")
    figure.ruler("x").ticks([start / (columns - 1) for start, _ in x_ticks], [label for _, label in x_ticks])
    figure.ruler("y").ticks(
        [share for share, _ in y_ticks], [(label or BARE).rjust(margin - 1) + " " for _, label in y_ticks]
    )
    if chart.grid and not ascii:
        figure.ruler("y").grid(True, "dotted", _pixel(plotext, roles.index("rule")))
    for series in chart.series:
        _add(plotext, figure, series, (x_limits, y_limits), (columns, rows), roles, ascii)
    lines = figure.build().string().split("\n")[: rows + bool(x_ticks)]
    indent = "" if y_ticks else " " * margin
    return [indent + line for line in lines] + ([] if x_ticks else [""])


def _empty_figure(plotext: Any, width: int, height: int) -> Any:
    """The figure without frame and colours, its axes from 0 to 1."""
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    figure.axes(False)
    figure.ruler("x").lim(0, 1)
    figure.ruler("y").lim(0, 1)
    return figure


def _add(
    plotext: Any,
    figure: Any,
    series: Series,
    limits: tuple[unit.Limits, unit.Limits],
    cells: tuple[int, int],
    roles: list[str],
    ascii: bool,
) -> None:
    columns, rows = cells
    if series.style == "line":
        x, y = unit.line(series, *limits, columns)
    else:
        x, y = unit.points(series, *limits, columns, rows)
    drawn = np.flatnonzero(~np.isnan(x))
    if len(drawn) == 0:
        return
    marker = plotext.marker(_glyph(series, ascii), _pixel(plotext, roles.index(series.role)))
    signal = figure.signal(x[drawn].tolist(), y[drawn].tolist(), marker=marker)
    if series.style == "line":
        signal.lines()
        for i in np.flatnonzero(np.diff(drawn) > 1).tolist():
            signal.line(i + 1, False)
    # plotext asks each point for its colour only to choose other colours for later series; ours are
    # all given. This halves the time of a picture, and where the name means nothing it does nothing.
    signal._get_unique_pixels = list
    figure.draw(signal)


def _glyph(series: Series, ascii: bool) -> str:
    marker = unicodedata.normalize("NFC", series.marker or "")
    if len(marker) == 1 and marker not in " ?" and ticks.clean(marker, ascii) == marker:
        return marker
    if not ascii:
        return "braille"
    return "." if series.role == "gradient" and series.style == "line" else "*"


def _pixel(plotext: Any, number: int) -> Any:
    return plotext.pixel((number // 256, number % 256, SEAL))


def _runs(line: str, roles: list[str]) -> list[tuple[str, str]]:
    """Runs of (text, role) of one row of plotext's output, neighbours of the same role joined."""
    texts, codes = COLOUR.split(line)[::2], ["", *COLOUR.split(line)[1::2]]
    runs = [run for text, code in zip(texts, codes, strict=True) for run in _named(text, code, roles)]
    by_role = groupby(runs, key=lambda run: run[1])
    return [("".join(text for text, _ in group), role) for role, group in by_role]


def _named(text: str, code: str, roles: list[str]) -> list[tuple[str, str]]:
    if not text:
        return []
    if code.startswith("38;2;"):
        high, low = code.split(";")[2:4]
        return [(text, roles[int(high) * 256 + int(low)])]
    # Only tick labels and empty cells have no colour.
    parts = SPACES.split(text.replace(BARE, " "))
    return [(part, "" if part.isspace() else "dim") for part in parts if part]


def _padded(runs: list[tuple[str, str]], width: int) -> Row:
    missing = width - sum(len(text) for text, _ in runs)
    if missing <= 0:
        return tuple(runs)
    if runs and runs[-1][1] == "":
        return (*runs[:-1], (runs[-1][0] + " " * missing, ""))
    return (*runs, (" " * missing, ""))


def _blank(width: int) -> Row:
    return ((" " * width, ""),) if width > 0 else ()
