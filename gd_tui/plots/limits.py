"""Ranges that end on 1-2-5 ticks, and that hold still while they can."""

from __future__ import annotations

import math

from gd_tui.plots.chart import Axis
from gd_tui.plots.labels import offset_labels, tick_labels

LARGEST = 1e300
SMALLEST = 1e-300
LARGEST_COUNT = 1e15  # beyond, float64 skips whole numbers
FINEST = 1e-13  # the narrowest span, as a share of the magnitude: some ten ticks apart in float64
FILLED = 0.35  # a held range must be filled to this share, or a narrower one is tried
NARROWER = 0.8  # and the narrower one must be narrower by this factor to be worth the jump
SHRINK = 0.4  # a bar scale shrinks below this share of the next smaller scale
CELLS_PER_COUNT = 8
DECADES = 400  # float64 knows powers of ten from -324 to 308

Step = tuple[int, int]  # mantissa 1, 2 or 5, and exponent of ten
Range = tuple[float, float]


def nice_step(span: float, intervals: int) -> float:
    """The smallest 1-2-5 number of which `intervals` cover `span`; 1 where span is not positive or finite."""
    if not (math.isfinite(span) and span > 0):
        return 1.0
    return _value(1, _step_at_least(span / max(intervals, 1)))


def nice_limits(low: float, high: float, intervals: int) -> Range:
    """The range moved out to 1-2-5 ticks; see nice_axis."""
    step, first, last = _grid(low, high, intervals)
    return _value(first, step), _value(last, step)


def nice_axis(low: float, high: float, intervals: int, width: int = 7) -> Axis:
    """An axis around low..high that ends on 1-2-5 ticks, with at most `intervals` intervals (2 across zero).

    Labels have at most `width` characters. Where the step is below 1e-4 of the magnitude, or more labels
    fit so, they are offsets from the roundest tick, told by `origin`. An empty range is widened by a tenth,
    infinities are held at 1e300, NaN gives 0..1. Limits it made come back unchanged.
    """
    step, first, last = _grid(low, high, intervals)
    mantissa, exponent = step
    ticks = tuple(_value(i, step) for i in range(first, last + 1))
    digits = [i * mantissa for i in range(first, last + 1)]
    labels = tick_labels(digits, exponent, width)
    fine = _value(1, step) < 1e-4 * max(abs(ticks[0]), abs(ticks[-1]))
    if (fine or "" in labels) and 0 not in digits:
        origin, offsets = offset_labels(digits, exponent, width)
        if fine or offsets.count("") < labels.count(""):
            return Axis(ticks[0], ticks[-1], ticks, offsets, origin)
    return Axis(ticks[0], ticks[-1], ticks, labels)


def count_axis(low: float, high: float, width: int) -> Axis:
    """An axis of whole numbers, as of step counts, with ticks as dense as `width` cells allow."""
    first, last = _whole(low, high, LARGEST_COUNT)
    step = _step_at_least((last - first) * CELLS_PER_COUNT / max(width, 1))
    step = step if step[1] >= 0 else (1, 0)
    while True:
        indices = _multiples(first, last, step)
        labels = tick_labels([i * step[0] for i in indices], step[1], max(width, 1))
        cells = max(max(map(len, labels)) + 2, CELLS_PER_COUNT)
        if (len(indices) - 1) * cells < width or _coarsest(indices):
            ticks = tuple(_value(i, step) for i in indices)
            return Axis(ticks[0], ticks[-1], ticks, labels)
        step = _next(step)


def log_axis(low10: float, high10: float, intervals: int) -> Axis:
    """An axis for data given as log10: whole decades around low10..high10, or every 2nd, 5th, 10th ..."""
    first, last = _whole(low10, high10, DECADES)
    step = (1, 0)
    indices = _multiples(first, last, step)
    while len(indices) - 1 > max(intervals, 1) and not _coarsest(indices):
        step = _next(step)
        indices = _multiples(first, last, step)
    decades = [i * step[0] * 10 ** step[1] for i in indices]
    labels = tuple("1" if decade == 0 else f"1e{decade}" for decade in decades)
    return Axis(float(decades[0]), float(decades[-1]), tuple(map(float, decades)), labels)


def hold(previous: Range | None, wanted: Range, needed: Range, intervals: int = 5) -> Range:
    """The previous range while `needed` fits and fills over 35 % of it; else `wanted`, out to 1-2-5 limits.

    The new range always holds `needed`. A range filled less is kept all the same unless the new one is
    clearly narrower, so that a small move back and forth changes the range at most once.
    """
    low, high = _usable(*needed)
    wanted_low, wanted_high = _usable(*wanted)
    fresh = nice_limits(min(wanted_low, low), max(wanted_high, high), intervals)
    if previous is None or not previous[0] <= low <= high <= previous[1]:
        return fresh
    span = previous[1] - previous[0]
    if span == 0:
        return fresh
    if high - low > FILLED * span or fresh[1] - fresh[0] > NARROWER * span:
        return previous
    return fresh


def bar_scale(previous: float, largest: float) -> float:
    """The next 1-2-5 number at or above `largest`, from 1e-300 to 1e300, for bars that hold still.

    It grows at once and shrinks only when `largest` is under 40 % of the next smaller scale.
    Where one of the two says nothing, being 0 or not finite, the other decides; where both, it is 1.
    """
    known = math.isfinite(previous) and previous > 0
    if not math.isfinite(largest) or largest == 0:
        return _value(1, _step_at_least(previous)) if known else 1.0
    fresh = _step_at_least(abs(largest))
    if not known:
        return _value(1, fresh)
    scale = _step_at_least(previous)
    smaller = _value(1, _before(scale))
    kept = SHRINK * smaller <= abs(largest) <= _value(1, scale)
    return _value(1, scale if kept else fresh)


def _value(index: int, step: Step) -> float:
    """index * step, correctly rounded: 3 steps of 1e-1 are 0.3."""
    return float(f"{index * step[0]}e{step[1]}")


def _step_at_least(value: float) -> Step:
    value = min(max(value, SMALLEST), LARGEST)
    step = (1, math.floor(math.log10(value)) - 1)
    while _value(1, step) < value:
        step = _next(step)
    return step


def _next(step: Step) -> Step:
    mantissa, exponent = step
    return (1, exponent + 1) if mantissa == 5 else (2 if mantissa == 1 else 5, exponent)


def _before(step: Step) -> Step:
    mantissa, exponent = step
    return (5, exponent - 1) if mantissa == 1 else (1 if mantissa == 2 else 2, exponent)


def _usable(low: float, high: float) -> Range:
    """A finite range in order."""
    if math.isnan(low) or math.isnan(high):
        return 0.0, 1.0
    low, high = sorted((min(max(low, -LARGEST), LARGEST), min(max(high, -LARGEST), LARGEST)))
    return low, high


def _widened(low: float, high: float) -> Range:
    """A range wide enough that ten ticks in it are different numbers."""
    magnitude = max(abs(low), abs(high))
    if magnitude == 0:
        return 0.0, 1.0
    if magnitude < SMALLEST:
        return (-SMALLEST if low < 0 else 0.0), (SMALLEST if high > 0 else 0.0)
    pad = magnitude / 10 if low == high else max(FINEST * magnitude - (high - low), 0.0) / 2
    return low - pad, high + pad


def _grid(low: float, high: float, intervals: int) -> tuple[Step, int, int]:
    """The step, and the indices of the first and last tick."""
    low, high = _widened(*_usable(low, high))
    intervals = max(intervals, 2 if low < 0 < high else 1)
    step = _step_at_least(0.9 * (high - low) / intervals)  # from just below: the ticks decide, not rounding
    while True:
        first, last = _last_below(low, step), -_last_below(-high, step)
        if last - first <= intervals:
            return step, first, last
        step = _next(step)


def _last_below(value: float, step: Step) -> int:
    """Largest index whose tick is at or below value, judged by the ticks as floats, so limits are stable."""
    index = math.floor(value / _value(1, step))
    while _value(index, step) > value:
        index -= 1
    while _value(index + 1, step) <= value:
        index += 1
    return index


def _whole(low: float, high: float, largest: float) -> tuple[int, int]:
    low, high = _usable(low, high)
    first = math.floor(min(max(low, -largest), largest))
    return first, max(math.ceil(min(high, largest)), first + 1)


def _multiples(first: int, last: int, step: Step) -> range:
    """Indices of the multiples of a whole step from at or below `first` to at or above `last`."""
    size = step[0] * 10 ** step[1]
    return range(first // size, -(-last // size) + 1)


def _coarsest(indices: range) -> bool:
    """Whether no larger step makes fewer intervals: one is left, or one on each side of zero."""
    return len(indices) == 2 or (indices[0] == -1 and indices[-1] == 1)
