"""Where the panes stand, as a function of the terminal's size: nothing else places anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from textual.geometry import Offset, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

LEAST_WIDTH, LEAST_HEIGHT = 60, 16


class Scale(Enum):
    """How much room there is: the panes choose their columns and words by it."""

    TINY = "tiny"
    COMPACT = "compact"
    NORMAL = "normal"
    LARGE = "large"


@dataclass(frozen=True)
class Contents:
    """What the room is for: the number of weights and of lines of arithmetic."""

    weights: int = 5
    terms: int = 5


def scale_of(width: int, height: int) -> Scale:
    """The scale of a terminal of this size."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return Scale.TINY
    if width >= 180 and height >= 48:
        return Scale.LARGE
    return Scale.NORMAL if width >= 110 and height >= 32 else Scale.COMPACT


def arrange(width: int, height: int, contents: Contents) -> dict[str, Region]:
    """The region of every pane that is shown, by its id.

    The weights reach up to the gradients, so that the band of the selected row has no gap.
    """
    scale = scale_of(width, height)
    if scale is Scale.TINY:
        return {"small": Region(0, 0, width, height)}
    top = 1 if scale is Scale.COMPACT else 2
    band = _band_height(scale, height, contents.weights)
    below = top + band + (0 if scale is Scale.COMPACT else 1)
    lower = Region(0, below, width, height - below - 1)
    columns = _columns(scale, width)
    return {
        "header": Region(0, 0, width, 1),
        "weights": Region(0, top, columns.gradients_x, band),
        "gradients": Region(columns.gradients_x, top, columns.loss_x - 2 - columns.gradients_x, band),
        "loss": Region(columns.loss_x, top, width - columns.loss_x, band),
        "footer": Region(0, height - 1, width, 1),
        **_lower_panes(scale, lower, columns, contents.terms),
    }


@dataclass(frozen=True)
class _Columns:
    weights: int
    gradients_x: int
    loss_x: int
    left: int


def _columns(scale: Scale, width: int) -> _Columns:
    """Of the columns beyond the drawn sizes a quarter goes to the weights' bars and a quarter to the left plot."""
    if scale is Scale.COMPACT:
        if width < 78:
            return _Columns(22, 23, width - 19, width // 2)
        extra = (width - 80) // 4 if width > 80 else 0
        return _Columns(38 + extra, 39 + extra, width - 19 - 2 * extra, 38 + extra)
    least, weights, gradients = (120, 54, 34) if scale is Scale.NORMAL else (200, 84, 62)
    extra = width - least
    share = extra // 3
    weights += share if extra > 0 else extra // 2
    gradients += share if extra > 0 else 0
    return _Columns(weights, weights + 2, weights + 2 + gradients + 2, weights)


def _band_height(scale: Scale, height: int, weights: int) -> int:
    """Rows for the lists, heading included; a long list gets more where the terminal is high."""
    least, most = {Scale.COMPACT: (7, 7), Scale.NORMAL: (10, 13), Scale.LARGE: (10, 18)}[scale]
    if scale is Scale.COMPACT:
        most = max(7, 7 + (height - 24) // 2)
    return max(least, min(most, weights + 2))


def _lower_panes(scale: Scale, lower: Region, columns: _Columns, terms: int) -> dict[str, Region]:
    left = columns.left
    gap = 0 if scale is Scale.COMPACT else 1
    right = Region(left + 1 + gap, lower.y, lower.width - left - 1 - gap, lower.height)
    lines = 2 * terms if scale is Scale.LARGE else terms
    least_history = 5 if scale is Scale.COMPACT else 8
    update = min(1 + lines + gap, lower.height - least_history)
    if lower.height < 12:
        return {"update": Region(0, lower.y, left, lower.height), "curve": right}
    return {
        "update": Region(0, lower.y, left, update),
        "history": Region(0, lower.y + update, left, lower.height - update),
        "curve": right,
    }


class PaneLayout(Layout):
    """Textual's view of `arrange`: children without a region get no room."""

    name = "panes"

    def __init__(self) -> None:
        self.contents = Contents()

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        regions = arrange(size.width, size.height, self.contents)
        return [
            WidgetPlacement(regions.get(child.id or "", Region()), Offset(), Spacing(), child) for child in children
        ]
