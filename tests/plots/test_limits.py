"""Limits are 1-2-5, hold what they must, and hold still."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_tui.plots import bar_scale, count_axis, hold, log_axis, nice_axis, nice_limits, nice_step

numbers = st.floats(-1e290, 1e290).filter(lambda v: v == 0 or abs(v) > 1e-290)
anything = st.floats()
intervals = st.integers(1, 12)


def is_one_two_five(value: float) -> bool:
    digits = repr(value).split("e")[0].replace(".", "").strip("0")
    return digits in {"1", "2", "5"}


def label_value(label: str) -> Fraction:
    return Fraction(label.removeprefix("+"))


@settings(deadline=None)
@given(st.floats(1e-290, 1e290), intervals)
def test_nice_step_is_the_smallest_one_two_five_number_that_covers_the_span(span: float, n: int) -> None:
    step = nice_step(span, n)
    assert is_one_two_five(step)
    assert step >= span / n
    assert step / 2.6 < span / n


@settings(deadline=None)
@given(numbers, numbers, intervals)
def test_nice_axis_contains_the_range_and_is_stable(low: float, high: float, n: int) -> None:
    low, high = min(low, high), max(low, high)
    axis = nice_axis(low, high, n)
    assert axis.low <= low <= high <= axis.high
    assert axis.low < axis.high
    assert nice_limits(axis.low, axis.high, n) == (axis.low, axis.high)
    assert len(axis.ticks) - 1 <= max(n, 2)


@settings(deadline=None)
@given(numbers, st.floats(1e-6, 1e6), intervals)
def test_nice_ticks_are_evenly_spaced_by_a_one_two_five_step(low: float, share: float, n: int) -> None:
    axis = nice_axis(low, low + abs(low) * share + 1e-290, n)
    exact = [Fraction(repr(tick)) for tick in axis.ticks]
    steps = {after - before for before, after in pairwise(exact)}
    assert len(steps) == 1
    assert is_one_two_five(float(steps.pop()))
    assert (axis.ticks[0], axis.ticks[-1]) == (axis.low, axis.high)


@settings(deadline=None)
@given(numbers, st.floats(1e-12, 1e6), intervals, st.integers(1, 9))
def test_labels_tell_the_exact_tick_and_never_exceed_their_width(low: float, share: float, n: int, width: int) -> None:
    axis = nice_axis(low, low + abs(low) * share, n, width)
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        assert len(label) <= width
        if label:
            origin = Fraction(repr(axis.origin)) if axis.origin is not None else 0
            assert float(origin + label_value(label)) == tick


@settings(deadline=None)
@given(numbers, st.floats(1e-12, 1e6), intervals)
def test_labels_rise_and_differ_where_there_is_room(low: float, share: float, n: int) -> None:
    values = [label_value(label) for label in nice_axis(low, low + abs(low) * share, n, width=40).labels]
    assert values == sorted(set(values))


@settings(deadline=None)
@given(anything, anything, st.integers(-3, 40), st.integers(-3, 40))
def test_every_axis_is_finite_whatever_it_is_asked(low: float, high: float, n: int, width: int) -> None:
    for axis in (nice_axis(low, high, n, width), count_axis(low, high, width), log_axis(low, high, n)):
        assert math.isfinite(axis.low)
        assert math.isfinite(axis.high)
        assert axis.low < axis.high
        assert list(axis.ticks) == sorted(set(axis.ticks))
        assert len(axis.ticks) == len(axis.labels)


@pytest.mark.parametrize(
    ("low", "high", "n", "width", "labels"),
    [
        (0, 92, 3, 5, "0 50 100"),
        (122.3, 131.5, 5, 5, "122 124 126 128 130 132"),
        (4.4, 7.1, 7, 5, "4.0 4.5 5.0 5.5 6.0 6.5 7.0 7.5"),
        (-1425, 2150, 6, 7, "-2000 -1000 0 1000 2000 3000"),
        (0, 2.3e7, 5, 7, "0 5e6 1e7 1.5e7 2e7 2.5e7"),
        (0, 2e-15, 4, 7, "0 5e-16 1e-15 1.5e-15 2e-15"),
        (0, 0.002, 4, 6, "0 0.0005 0.0010 0.0015 0.0020"),
        (0, 99_000, 2, 7, "0 5e4 1e5"),
    ],
)
def test_labels_read_as_on_the_screen(low: float, high: float, n: int, width: int, labels: str) -> None:
    axis = nice_axis(low, high, n, width)
    assert " ".join(axis.labels) == labels


def test_labels_become_offsets_where_ticks_would_read_alike() -> None:
    axis = nice_axis(25 - 6e-8, 25, 4)
    assert axis.origin == 25
    assert axis.labels == ("-6e-8", "-4e-8", "-2e-8", "0")
    assert nice_axis(24.9, 25.0, 4).origin is None


def test_an_empty_range_opens_around_its_value() -> None:
    assert nice_axis(5, 5, 4).labels == ("4.5", "5.0", "5.5")
    assert (nice_axis(0, 0, 4).low, nice_axis(0, 0, 4).high) == (0, 1)


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(10, 200))
def test_count_axis_has_whole_ticks_and_room_for_each_label(first: int, last: int, width: int) -> None:
    axis = count_axis(min(first, last), max(first, last), width)
    assert axis.low <= min(first, last) <= max(first, last) <= axis.high
    assert all(tick == int(tick) for tick in axis.ticks)
    assert [float(label) for label in axis.labels] == list(axis.ticks)
    longest = max(map(len, axis.labels))
    assert len(axis.ticks) <= 3 or longest < (width - 1) / (len(axis.ticks) - 1)


@pytest.mark.parametrize(
    ("last", "width", "labels"),
    [(12, 32, "0 5 10 15"), (12, 76, "0 2 4 6 8 10 12"), (966, 40, "0 500 1000"), (1, 40, "0 1")],
)
def test_count_labels_read_as_on_the_screen(last: int, width: int, labels: str) -> None:
    assert " ".join(count_axis(0, last, width).labels) == labels


@settings(deadline=None)
@given(st.floats(-320, 308), st.floats(0, 90), intervals)
def test_log_axis_has_whole_decades_labelled_with_their_power(low: float, span: float, n: int) -> None:
    axis = log_axis(low, low + span, n)
    assert axis.low <= low <= low + span <= axis.high
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        assert label == ("1" if tick == 0 else f"1e{int(tick)}")
    assert log_axis(axis.low, axis.high, n) == axis


def test_log_axis_skips_decades_in_one_two_five_strides() -> None:
    assert log_axis(-15.2, 2.6, 4).labels == ("1e-20", "1e-10", "1", "1e10")
    assert log_axis(2, 7.2, 4).labels == ("1e2", "1e4", "1e6", "1e8")


@settings(deadline=None)
@given(st.none() | st.tuples(numbers, numbers), st.tuples(numbers, numbers), st.tuples(numbers, numbers))
def test_hold_contains_what_is_needed_and_settles_at_once(
    previous: tuple[float, float] | None, wanted: tuple[float, float], needed: tuple[float, float]
) -> None:
    held = hold(previous, wanted, needed)
    assert held[0] <= min(needed) <= max(needed) <= held[1]
    assert hold(held, wanted, needed) == held


@settings(deadline=None)
@given(st.floats(-100, 100), st.floats(0.01, 100), st.lists(st.floats(-0.01, 0.01), min_size=10, max_size=10))
def test_hold_does_not_flip_while_the_needed_range_trembles(centre: float, span: float, moves: list[float]) -> None:
    held, seen = None, []
    for move in moves * 3:
        low, high = centre - span / 2 + move * span, centre + span / 2 + move * span
        held = hold(held, (low - span, high + span), (low, high))
        seen.append(held)
    changes = sum(before != after for before, after in pairwise(seen))
    assert changes <= 2
    assert seen[10:20] == seen[20:]


def test_hold_keeps_a_range_until_something_leaves_it_or_it_is_much_too_wide() -> None:
    held = hold(None, (0, 92), (1, 90))
    assert held == (0, 100)
    assert hold(held, (0, 70), (1, 40)) == held
    assert hold(held, (0, 40), (1, 30)) == (0, 40)
    assert hold(held, (0, 108), (1, 101)) == (0, 150)


@settings(deadline=None)
@given(anything, anything, anything)
def test_hold_bears_any_number(a: float, b: float, c: float) -> None:
    low, high = hold((a, b), (b, c), (c, a))
    assert low < high


@settings(deadline=None)
@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_bar_scale_is_one_two_five_covers_the_largest_and_settles(previous: float, largest: float) -> None:
    scale = bar_scale(previous, largest)
    assert is_one_two_five(scale)
    assert scale >= largest
    assert bar_scale(scale, largest) == scale


@settings(deadline=None)
@given(anything, anything)
def test_bar_scale_bears_any_number(previous: float, largest: float) -> None:
    assert 1e-300 <= bar_scale(previous, largest) <= 1e300


def test_bar_scale_grows_at_once_and_shrinks_late() -> None:
    assert bar_scale(10, 11) == 20
    assert bar_scale(10, -11) == 20
    assert bar_scale(10, 2.1) == 10
    assert bar_scale(10, 1.9) == 2
    assert bar_scale(10, 0) == 10
    assert bar_scale(math.nan, 6.5) == 10
