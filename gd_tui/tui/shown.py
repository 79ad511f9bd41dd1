"""What the panes are given to show: a Snapshot, and how the user wants to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from gd_tui.simulator import Snapshot
from gd_tui.tui.glyphs import UNICODE, Glyphs

NORMAL_SPEED = 10.0


@dataclass(frozen=True)
class View:
    """How the user looks at the run; nothing of it changes a number.

    Attributes:
        speed: updates per second, inf for as many as the machine makes.
        zoom: halvings of the loss curve's range; history_zoom likewise of the history's.
        focus: the id of the focused pane. frames: "12 of 40" drawn on a slow line, "" otherwise.
        message: the last thing said, shown in the footer until the next key; error says it was refused.
        plots: whether the plots are drawn yet; at the very first their library is still being loaded.
        count: digits typed so far before a key. pending: what the next letter is for, "mark" or "goto".
    """

    running: bool = False
    speed: float = NORMAL_SPEED
    log_loss: bool = False
    zoom: int = 0
    history_zoom: int = 0
    by_size: bool = False
    focus: str = "weights"
    frames: str = ""
    plots: bool = True
    message: str = ""
    error: bool = False
    count: str = ""
    pending: str = ""
    glyphs: Glyphs = UNICODE

    @property
    def speed_words(self) -> str:
        """The speed as the header says it."""
        return "max" if self.speed == inf else f"{self.speed:g}/s"


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture: the only thing that panes draw from.

    `order` lists the weights in the order of their rows, shape (d,).
    """

    snapshot: Snapshot
    view: View
    order: np.ndarray[tuple[int], np.dtype[np.intp]]

    def window(self, rows: int) -> range:
        """The rows of the list that are in view: the selected weight stands in the middle where it can."""
        count = len(self.order)
        if count <= rows:
            return range(count)
        at = int(np.flatnonzero(self.order == self.snapshot.selected)[0])
        begin = min(max(0, at - rows // 2), count - rows)
        return range(begin, begin + rows)
