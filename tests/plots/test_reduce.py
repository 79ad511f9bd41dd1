"""No spike is lost, nothing leaves the box, and what was inside stays."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_tui.plots import clip, reduce

finite = st.floats(-1e6, 1e6)
BOX = (-1.0, 2.0, 0.0, 1.0)


def finite_arrays(elements: st.SearchStrategy[float] = finite, most: int = 300) -> st.SearchStrategy[np.ndarray]:
    return st.integers(0, most).flatmap(lambda n: arrays(np.float64, n, elements=elements))


@settings(deadline=None)
@given(finite_arrays(), st.integers(1, 20))
def test_the_extremes_of_every_column_survive(y: np.ndarray, columns: int) -> None:
    x = np.arange(len(y), dtype=np.float64)
    kept_x, kept_y = reduce(x, y, columns)
    assert len(kept_x) <= max(2 * columns, 0)
    kept = kept_x.astype(int)
    assert np.array_equal(y[kept], kept_y)
    assert np.all(np.diff(kept) > 0)
    if len(y) > 2 * columns:
        edges = np.linspace(0, x[-1], columns + 1)
        for low, high in pairwise(edges):
            inside = (x > low + 1e-6) & (x < high - 1e-6)
            near = (kept_x > low - 1e-6) & (kept_x < high + 1e-6)
            if inside.any():
                assert kept_y[near].min() <= y[inside].min()
                assert kept_y[near].max() >= y[inside].max()


@settings(deadline=None)
@given(finite_arrays(finite | st.just(math.nan)), st.integers(1, 20))
def test_a_break_between_two_kept_points_stays_a_break(y: np.ndarray, columns: int) -> None:
    x = np.arange(len(y), dtype=np.float64)
    kept_x, kept_y = reduce(x, y, columns)
    points = [(int(i), bool(math.isnan(v))) for i, v in zip(kept_x, kept_y, strict=True)]
    if len(y) <= 2 * columns:
        return
    assert sum(not nan for _, nan in points) <= 2 * columns
    for (before, nan_before), (after, nan_after) in pairwise(points):
        if not nan_before and not nan_after:
            assert not np.isnan(y[before:after]).any()


def test_one_spike_among_a_hundred_thousand_points_survives() -> None:
    y = np.zeros(100_000)
    y[12_345] = 7.0
    kept_x, kept_y = reduce(np.arange(100_000.0), y, 50)
    assert len(kept_x) <= 100
    assert kept_x[kept_y == 7.0].tolist() == [12_345.0]


def test_few_points_and_equal_places_are_no_trouble() -> None:
    three = np.array([1.0, 2.0, 3.0])
    assert reduce(three, three, 2)[1].tolist() == [1.0, 2.0, 3.0]
    same = np.zeros(9)
    assert reduce(same, np.arange(9.0), 2)[1].tolist() == [0.0, 8.0]


@settings(deadline=None)
@given(finite_arrays(st.floats(), 40), finite_arrays(st.floats(), 40))
def test_nothing_leaves_the_box_whatever_the_numbers(x: np.ndarray, y: np.ndarray) -> None:
    n = min(len(x), len(y))
    kept_x, kept_y = clip(x[:n], y[:n], BOX)
    drawn = ~np.isnan(kept_x)
    assert np.array_equal(drawn, ~np.isnan(kept_y))
    assert np.all((kept_x[drawn] >= -1) & (kept_x[drawn] <= 2))
    assert np.all((kept_y[drawn] >= 0) & (kept_y[drawn] <= 1))


@settings(deadline=None)
@given(finite_arrays(st.floats(-3, 4), 40), finite_arrays(st.floats(-2, 3) | st.just(math.nan), 40))
def test_points_inside_stay_in_their_order(x: np.ndarray, y: np.ndarray) -> None:
    n = min(len(x), len(y))
    x, y = x[:n], y[:n]
    inside = (x >= -1) & (x <= 2) & (y >= 0) & (y <= 1)
    remaining = iter(zip(*clip(x, y, BOX), strict=True))
    assert all((px, py) in remaining for px, py in zip(x[inside], y[inside], strict=True))


@settings(deadline=None)
@given(st.tuples(*[st.floats(-5, 5)] * 4))
def test_a_clipped_segment_is_the_part_of_it_in_the_box(ends: tuple[float, float, float, float]) -> None:
    x, y = np.array(ends[:2]), np.array(ends[2:])
    kept_x, kept_y = clip(x, y, BOX)
    t = np.linspace(0, 1, 201)
    sampled_x, sampled_y = x[0] + t * (x[1] - x[0]), y[0] + t * (y[1] - y[0])
    seen = (sampled_x >= -1) & (sampled_x <= 2) & (sampled_y >= 0) & (sampled_y <= 1)
    if seen.sum() > 1:
        for whole, part in ((sampled_x[seen], kept_x), (sampled_y[seen], kept_y)):
            assert part.min() <= whole.min() + 1e-9
            assert part.max() >= whole.max() - 1e-9
    across = (kept_x - x[0]) * (y[1] - y[0]) - (kept_y - y[0]) * (x[1] - x[0])
    assert np.all(np.abs(across) < 1e-9)


@pytest.mark.parametrize(
    ("x", "y", "pieces"),
    [
        ([0, 1], [0.5, 0.5], [[(0, 0.5), (1, 0.5)]]),
        ([0, 0, 0], [-1, 0.5, 3], [[(0, 0), (0, 0.5), (0, 1)]]),
        ([0, 0.5, 1], [0.5, math.nan, 0.5], [[(0, 0.5)], [(1, 0.5)]]),
        ([0, 1, 2], [0.5, 5, 0.5], [[(0, 0.5), (1 / 9, 1)], [(17 / 9, 1), (2, 0.5)]]),
        ([-9, 9], [7, 7], []),
        ([0], [0.5], [[(0, 0.5)]]),
        ([], [], []),
        ([0, 0], [-1e300, 1e300], [[(0, 0), (0, 1)]]),
        ([0, 1], [0.5, math.inf], [[(0, 0.5)]]),
    ],
)
def test_pieces(x: list[float], y: list[float], pieces: list[list[tuple[float, float]]]) -> None:
    kept_x, kept_y = clip(np.array(x, dtype=float), np.array(y, dtype=float), BOX)
    found: list[list[tuple[float, float]]] = [[]]
    for px, py in zip(kept_x, kept_y, strict=True):
        if math.isnan(px):
            found.append([])
        else:
            found[-1].append((px, py))
    assert [piece for piece in found if piece] == [[pytest.approx(point) for point in piece] for piece in pieces]
