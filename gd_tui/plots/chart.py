"""What to draw: axes and series as plain values, free of any drawing library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """A range in data units, the ticks in it, and one label for each tick ("" leaves a tick bare).

    Where `origin` is a number, the labels are offsets from it: a label "+2e-8" stands at origin + 2e-8.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    origin: float | None = None


@dataclass(frozen=True, eq=False)
class Series:
    """One curve or one set of points: `x` and `y` of equal length, in data units.

    A value that is not finite breaks the line. `marker` is the one character drawn in a cell;
    None draws with braille dots, 2 x 4 to the cell. `role` names the meaning that gives the colour.
    """

    x: Floats
    y: Floats
    role: str
    style: Literal["line", "points"]
    marker: str | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """Two axes and the series between them, drawn in order: in a shared cell the later series wins.

    `label_width` is the number of columns kept for the labels of the y axis, their gap included.
    """

    x: Axis
    y: Axis
    series: tuple[Series, ...]
    grid: bool = False
    label_width: int = 6
