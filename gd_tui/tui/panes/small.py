"""What a terminal shows that is too small for anything else."""

from __future__ import annotations

from gd_tui.tui.layout import LEAST_HEIGHT, LEAST_WIDTH
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line


class SmallPane(Pane):
    """A plain message; the keys go on working."""

    ID = "small"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        words = [
            f"terminal too small: {width}x{height}",
            f"gd-tui needs {LEAST_WIDTH}x{LEAST_HEIGHT}",
            f"step {shown.snapshot.k:,}  loss {shown.snapshot.loss:.6g}",
            "q quits",
        ]
        above = max(0, (height - len(words)) // 2)
        return [[] for _ in range(above)] + [[(text.center(width)[:width], "text")] for text in words]
