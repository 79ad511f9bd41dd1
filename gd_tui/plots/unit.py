"""Data brought into the unit square, where no magnitude can hurt the drawing library.

plotext draws a line point by point before it cuts it, and dies of a NaN: what leaves this module
is finite, inside 0..1, and a few points a column at most.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gd_tui.plots.chart import Axis, Floats, Series
from gd_tui.plots.reduce import clip, reduce

LARGEST = 1e300
NEAREST = 1e-300  # limits closer than this are moved apart
EDGE = 1e-9  # a point this far outside its axis is rounding, and drawn on the edge
FAR = 1e150
MOST_POINTS = 4000  # of a line that runs back and forth; 15 us each in plotext
DOTS = (2, 4)  # braille dots in a cell, across and down

Limits = tuple[float, float]


def limits_of(axis: Axis) -> Limits:
    """The axis's limits, finite, in order and apart."""
    low, high = float(axis.low), float(axis.high)
    if math.isnan(low) or math.isnan(high):
        return 0.0, 1.0
    low, high = sorted((min(max(low, -LARGEST), LARGEST), min(max(high, -LARGEST), LARGEST)))
    least = max(NEAREST, 1e-15 * max(abs(low), abs(high)))
    return (low, high) if high - low >= least else (low - least, high + least)


def to_unit(values: ArrayLike, limits: Limits) -> Floats:
    """Values as shares of the limits, held within 1e150; what was not finite is NaN."""
    data = np.asarray(values, dtype=np.float64).ravel()
    low, high = limits
    with np.errstate(all="ignore"):
        share = (data / 2 - low / 2) / (high / 2 - low / 2)
    return np.where(np.isfinite(data), np.clip(share, -FAR, FAR), np.nan)


def line(series: Series, x_limits: Limits, y_limits: Limits, columns: int) -> tuple[Floats, Floats]:
    """The line's points inside the unit square; NaN rows part its pieces."""
    x, y = _pairs(series, x_limits, y_limits)
    x, y = _unbroken(x, y)
    if np.all(np.diff(x) >= 0):
        x, y = _reduced(x, y, columns)
    elif len(x) > MOST_POINTS:
        every = -(-len(x) // MOST_POINTS)
        x, y = x[::every], y[::every]
    x, y = clip(x, y, (-EDGE, 1 + EDGE, -EDGE, 1 + EDGE))
    return np.clip(x, 0, 1), np.clip(y, 0, 1)


def points(series: Series, x_limits: Limits, y_limits: Limits, columns: int, rows: int) -> tuple[Floats, Floats]:
    """The points inside the unit square, one for each braille dot that any of them hits."""
    x, y = _pairs(series, x_limits, y_limits)
    inside = (x >= -EDGE) & (x <= 1 + EDGE) & (y >= -EDGE) & (y <= 1 + EDGE)
    x, y = np.clip(x[inside], 0, 1), np.clip(y[inside], 0, 1)
    if len(x) <= columns:
        return x, y
    dots = np.round(x * DOTS[0] * columns) * (DOTS[1] * rows + 1) + np.round(y * DOTS[1] * rows)
    kept = np.sort(np.unique(dots, return_index=True)[1])
    return x[kept], y[kept]


def _pairs(series: Series, x_limits: Limits, y_limits: Limits) -> tuple[Floats, Floats]:
    x, y = to_unit(series.x, x_limits), to_unit(series.y, y_limits)
    count = min(len(x), len(y))
    return x[:count], y[:count]


def _unbroken(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """All finite points, and one row with a NaN y wherever others lay between them."""
    bad = np.isnan(x) | np.isnan(y)
    kept = np.flatnonzero(~bad)
    gaps = np.flatnonzero(np.diff(kept) > 1) + 1
    return np.insert(x[kept], gaps, x[kept][gaps]), np.insert(y[kept], gaps, np.nan)


def _reduced(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """Reduce the part in view, and keep a neighbour on each side so that the line runs out of the picture."""
    first, last = np.searchsorted(x, -EDGE, "left"), np.searchsorted(x, 1 + EDGE, "right")
    before, after = max(first - 1, 0), last + 1
    middle_x, middle_y = reduce(x[first:last], y[first:last], columns)
    return (
        np.concatenate([x[before:first], middle_x, x[last:after]]),
        np.concatenate([y[before:first], middle_y, y[last:after]]),
    )
