"""Where the panes stand: inside the screen, apart from each other, and side by side."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.tui.layout import LEAST_HEIGHT, LEAST_WIDTH, Contents, Scale, arrange, scale_of
from gd_tui.tui.panes import PANES

sizes = st.tuples(st.integers(1, 300), st.integers(1, 100))
contents = st.builds(Contents, st.integers(1, 2000), st.integers(1, 14))


@given(sizes, contents)
def test_panes_lie_inside_the_screen_and_apart(size: tuple[int, int], contents: Contents) -> None:
    regions = arrange(*size, contents)
    for region in regions.values():
        assert region.width > 0
        assert region.height > 0
        assert region.x >= 0
        assert region.y >= 0
        assert region.right <= size[0]
        assert region.bottom <= size[1]
    for (a, one), (b, other) in combinations(regions.items(), 2):
        assert not one.overlaps(other), (a, b)


@given(sizes, contents)
def test_below_60x16_there_is_only_the_message(size: tuple[int, int], contents: Contents) -> None:
    small = size[0] < LEAST_WIDTH or size[1] < LEAST_HEIGHT
    assert (set(arrange(*size, contents)) == {"small"}) == small
    assert (LEAST_WIDTH, LEAST_HEIGHT) == (60, 16)


@given(st.integers(60, 300), st.integers(16, 100), contents)
def test_what_is_never_dropped(width: int, height: int, contents: Contents) -> None:
    regions = arrange(width, height, contents)
    assert (
        {"header", "weights", "gradients", "loss", "update", "curve", "footer"}
        <= set(regions)
        <= {pane.ID for pane in PANES}
    )
    assert regions["header"].y == 0
    assert regions["footer"].bottom == height
    assert regions["header"].width == regions["footer"].width == width


@given(st.integers(60, 300), st.integers(16, 100), contents)
def test_panes_stand_side_by_side(width: int, height: int, contents: Contents) -> None:
    regions = arrange(width, height, contents)
    weights, gradients, loss = (regions[name] for name in ("weights", "gradients", "loss"))
    assert weights.y == gradients.y == loss.y
    assert weights.height == gradients.height == loss.height
    assert weights.right == gradients.x  # one selection band through both
    assert gradients.right < loss.x
    assert loss.right == width
    if width >= 78:
        assert regions["curve"].x == gradients.x
    assert regions["curve"].right == width
    assert regions["update"].right < regions["curve"].x
    assert regions["update"].y == regions["curve"].y
    if "history" in regions:
        assert regions["history"].bottom == regions["curve"].bottom == height - 1
        assert regions["history"].width == regions["update"].width


@given(st.integers(60, 300), st.integers(16, 100))
def test_there_is_room_for_five_weights_and_their_numbers(width: int, height: int) -> None:
    regions = arrange(width, height, Contents())
    assert regions["weights"].height >= 7
    assert regions["weights"].width >= 1 + 2 + 1 + 9
    assert regions["gradients"].width >= 9 + 2
    assert regions["loss"].width >= 18
    assert regions["curve"].width >= 16


@given(st.integers(60, 299), st.integers(16, 99))
def test_more_room_never_means_fewer_panes(width: int, height: int) -> None:
    here = set(arrange(width, height, Contents()))
    assert here <= set(arrange(width + 1, height, Contents()))


@pytest.mark.parametrize(
    ("size", "scale"),
    [
        ((80, 24), Scale.COMPACT),
        ((109, 60), Scale.COMPACT),
        ((110, 31), Scale.COMPACT),
        ((110, 32), Scale.NORMAL),
        ((120, 40), Scale.NORMAL),
        ((180, 47), Scale.NORMAL),
        ((180, 48), Scale.LARGE),
        ((200, 60), Scale.LARGE),
        ((59, 24), Scale.TINY),
        ((80, 15), Scale.TINY),
    ],
)
def test_scales(size: tuple[int, int], scale: Scale) -> None:
    assert scale_of(*size) is scale


@pytest.mark.parametrize(
    ("size", "places"),
    [
        (
            (80, 24),
            {
                "gradients": (39, 1, 20, 7),
                "loss": (61, 1, 19, 7),
                "update": (0, 8, 38, 6),
                "history": (0, 14, 38, 9),
                "curve": (39, 8, 41, 15),
            },
        ),
        (
            (120, 40),
            {
                "gradients": (56, 2, 34, 10),
                "loss": (92, 2, 28, 10),
                "update": (0, 13, 54, 7),
                "history": (0, 20, 54, 19),
                "curve": (56, 13, 64, 26),
            },
        ),
        (
            (200, 60),
            {
                "gradients": (86, 2, 62, 10),
                "loss": (150, 2, 50, 10),
                "update": (0, 13, 84, 12),
                "history": (0, 25, 84, 34),
                "curve": (86, 13, 114, 46),
            },
        ),
    ],
)
def test_the_drawn_sizes(size: tuple[int, int], places: dict[str, tuple[int, int, int, int]]) -> None:
    regions = arrange(*size, Contents())
    assert {name: tuple(regions[name]) for name in places} == places
