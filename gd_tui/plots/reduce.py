"""Fewer and tamer points: two points a column are all a plot can show, and nothing may leave its box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gd_tui.plots.chart import Floats

LARGEST = 4e307  # differences of two such numbers still do not overflow

Indices = NDArray[np.int64]
Box = tuple[float, float, float, float]


def reduce(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """Keep the lowest and the highest point of each of `columns` equal parts of the x range, in their order.

    x: shape (n,), finite, not decreasing. y: shape (n,); a NaN breaks the line, and the result holds
    one NaN wherever a break lay between two kept points. Up to 2 * columns points come back unchanged.
    """
    if len(x) <= 2 * columns or columns < 1:
        return x, y
    column = _columns_of(x, columns)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(x)))
    kept = np.union1d(
        _first_equal(y, np.fmin.reduceat(y, starts), group),
        _first_equal(y, np.fmax.reduceat(y, starts), group),
    )
    broken = np.flatnonzero(np.diff(np.cumsum(np.isnan(y))[kept])) + 1
    kept_x, kept_y = x[kept], y[kept]
    return np.insert(kept_x, broken, kept_x[broken]), np.insert(kept_y, broken, np.nan)


def _columns_of(x: Floats, columns: int) -> Indices:
    half_span = x[-1] / 2 - x[0] / 2
    if half_span <= 0:
        return np.zeros(len(x), dtype=np.int64)
    share = (x / 2 - x[0] / 2) / half_span
    column: Indices = np.minimum(share * columns, columns - 1).astype(np.int64)
    return column


def _first_equal(y: Floats, extremes: Floats, group: Indices) -> Indices:
    hits = np.flatnonzero(y == extremes[group])
    return hits[np.flatnonzero(np.diff(group[hits], prepend=-1))]


def clip(x: Floats, y: Floats, box: Box) -> tuple[Floats, Floats]:
    """Cut a polyline to `box` = (x low, x high, y low, y high); NaN rows part the pieces that remain.

    x, y: shape (n,). A point that is not finite breaks the line; a point without finite neighbours stays
    if it lies inside. Points inside come back unchanged (up to magnitudes of 4e307, where they are held).
    Liang and Barsky, "A New Concept and Method for Line Clipping", ACM Trans. Graphics 3 (1984).
    """
    box = (max(box[0], -LARGEST), min(box[1], LARGEST), max(box[2], -LARGEST), min(box[3], LARGEST))
    start, end = _segments(np.isfinite(x) & np.isfinite(y))
    x, y = np.clip(x, -LARGEST, LARGEST), np.clip(y, -LARGEST, LARGEST)
    across = _inside_part(x[start], x[end] - x[start], box[0], box[1])
    along = _inside_part(y[start], y[end] - y[start], box[2], box[3])
    part = np.array([np.maximum(across[0], along[0]), np.minimum(across[1], along[1])])
    seen = np.flatnonzero(part[0] <= part[1])
    start, end, part = start[seen], end[seen], part[:, seen]
    joined = np.zeros(len(seen), dtype=bool)
    joined[1:] = (end[:-1] == start[1:]) & (part[1, :-1] == 1) & (part[0, 1:] == 0)
    rows = np.column_stack([~joined, ~joined & (start != end), np.ones(len(seen), dtype=bool)])
    return (
        _ends(x[start], x[end], part, across[:, seen], box[0], box[1])[rows][1:],
        _ends(y[start], y[end], part, along[:, seen], box[2], box[3])[rows][1:],
    )


def _segments(
    finite: NDArray[np.bool_],
) -> tuple[Indices, Indices]:
    """First and last index of each segment; a lone finite point is a segment from itself to itself."""
    padded = np.concatenate([[False], finite, [False]])
    pairs = np.flatnonzero(finite[:-1] & finite[1:])
    lone = np.flatnonzero(finite & ~padded[:-2] & ~padded[2:])
    start, end = np.concatenate([pairs, lone]), np.concatenate([pairs + 1, lone])
    order = np.argsort(start)
    return start[order], end[order]


def _inside_part(origin: Floats, delta: Floats, low: float, high: float) -> Floats:
    """Shape (2, n): the t in [0, 1] at which origin + t * delta enters and leaves low..high.

    Where it never is inside, enter > leave.
    """
    with np.errstate(all="ignore"):
        at_low, at_high = (low - origin) / delta, (high - origin) / delta
    inside = (low <= origin) & (origin <= high)
    beside = (np.maximum(origin, origin + delta) < low) | (np.minimum(origin, origin + delta) > high)
    enter = np.where(delta > 0, at_low, at_high)
    leave = np.where(delta > 0, at_high, at_low)
    enter = np.where(delta == 0, np.where(inside, 0.0, 2.0), np.where(beside, 2.0, enter))
    leave = np.where(delta == 0, 1.0, leave)
    return np.array([np.maximum(enter, 0.0), np.minimum(leave, 1.0)])


def _ends(first: Floats, last: Floats, part: Floats, own: Floats, low: float, high: float) -> Floats:
    """Rows of (break, first, last) point of each segment's visible part, in one coordinate.

    Where this coordinate's own edge did the cut, the point lies on the edge: a sum of far larger numbers
    would have lost it.
    """
    delta = last - first
    start_edge, end_edge = np.where(delta > 0, low, high), np.where(delta > 0, high, low)
    begin = np.where(part[0] == own[0], start_edge, np.clip(first + part[0] * delta, low, high))
    finish = np.where(part[1] == own[1], end_edge, np.clip(first + part[1] * delta, low, high))
    begin = np.where(part[0] == 0, np.clip(first, low, high), begin)
    finish = np.where(part[1] == 1, np.clip(last, low, high), finish)
    return np.column_stack([np.full(len(first), np.nan), begin, finish])
