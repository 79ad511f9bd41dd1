"""Where tick labels stand in cells: whole, apart, and evenly spaced."""

from __future__ import annotations

import math
import unicodedata
from itertools import pairwise

from gd_tui.plots.chart import Axis
from gd_tui.plots.unit import EDGE, Limits, to_unit

MOST_TICKS = 30
LAST_KNOWN = 0xFFFF  # plotext has its own mind on the width of what comes after

Share = tuple[float, str]  # place of a tick as a share of its axis, and its label
Tick = tuple[int, str]  # cell where the label begins, and the label


def rows_for(height: int, intervals: int) -> int:
    """The most rows within `height` on which `intervals` equal intervals begin and end in whole rows."""
    if intervals < 1 or height - 1 < intervals:
        return height
    return (height - 1) // intervals * intervals + 1


def intervals_of(axis: Axis, limits: Limits) -> int:
    """The number of equal intervals that the ticks make from limit to limit; 0 where they make none."""
    shares = sorted(share for share, _ in _inside(axis, limits))
    count = len(shares) - 1
    even = all(abs(share - i / max(count, 1)) < 1e-6 for i, share in enumerate(shares))
    return count if even and count > 0 else 0


def x_ticks(axis: Axis, limits: Limits, columns: int, *, ascii_only: bool) -> list[Tick]:
    """Labels centred under their ticks, moved inward at the edges; every 2nd, 3rd ... where not all fit.

    Where only the last one does not fit, beside its neighbour, it alone is left out.
    """
    ticks = [
        (_start(share, len(label), columns), label)
        for share, label in _labelled(axis, limits, ascii_only)
        if len(label) <= columns
    ]
    for every in range(1, len(ticks) + 1):
        chosen = ticks[::every]
        if len(chosen) > 2 and _collide(chosen[-2:]):
            chosen.pop()
        if not _collide(chosen):
            return chosen
    return []


def y_ticks(axis: Axis, limits: Limits, rows: int, width: int, *, ascii_only: bool) -> list[Share]:
    """The ticks, one to a row; a label wider than `width` is left empty."""
    taken: set[int] = set()
    chosen = []
    for share, label in _inside(axis, limits, ascii_only):
        row = math.floor(share * (rows - 1) + 0.5)
        if row not in taken:
            taken.add(row)
            chosen.append((share, label if len(label) <= width else ""))
    return chosen


def _inside(axis: Axis, limits: Limits, ascii_only: bool = False) -> list[Share]:
    """Share of the axis and clean label of every tick inside it, in order."""
    count = min(len(axis.ticks), len(axis.labels), MOST_TICKS)
    shares = to_unit(axis.ticks[:count], limits).tolist()
    labels = [clean(label, ascii_only).strip() for label in axis.labels[:count]]
    pairs = zip(shares, labels, strict=True)
    return sorted((min(max(share, 0.0), 1.0), label) for share, label in pairs if -EDGE <= share <= 1 + EDGE)


def _labelled(axis: Axis, limits: Limits, ascii_only: bool) -> list[Share]:
    return [(share, label) for share, label in _inside(axis, limits, ascii_only) if label]


def _start(share: float, length: int, columns: int) -> int:
    centre = math.floor(share * (columns - 1) + 0.5)
    return min(max(centre - length // 2, 0), columns - length)


def _collide(ticks: list[Tick]) -> bool:
    return any(start + len(label) >= after for (start, label), (after, _) in pairwise(ticks))


def clean(text: str, ascii_only: bool) -> str:
    """The text with "?" for every character that is not exactly one cell wide, or not ASCII where asked."""
    return "".join(c if _one_cell(c) and (c.isascii() or not ascii_only) else "?" for c in text)


def _one_cell(character: str) -> bool:
    return (
        ord(character) <= LAST_KNOWN
        and unicodedata.category(character)[0] not in "CMZ"
        and unicodedata.east_asian_width(character) not in "WF"
    ) or character == " "
