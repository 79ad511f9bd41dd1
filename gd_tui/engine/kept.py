"""What is kept of an engine, so that a session goes on where it stopped without its run being made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.objective import Array

KEPT_BYTES: Final = 2**15
"""What the keyframes that `Engine.keep` keeps take; more where a jump would go over more than KEPT_STRIDE updates."""
KEPT_STRIDE: Final = 2**13
KEPT_BYTES_AT_MOST: Final = 2**20
KEPT_LOSSES: Final = 512
"""Stretches of the loss series of which `Engine.keep` keeps the extremes, about."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What brings an engine back without making its run again (`Engine.keep`, `Engine.recall`).

    Attributes:
        newest: the furthest step. diverged, converged: see `Engine`.
        stride, frames: keyframes, shape (m, size). near, frame: a step just before the present one, and the
            memory there, shape (size,).
        steps, losses: steps counted from the engine's first, and the loss of each, shape (m,).
    """

    newest: int
    diverged: int | None
    converged: int | None
    stride: int
    frames: Array
    near: int
    frame: Array
    steps: NDArray[np.int64]
    losses: Array
