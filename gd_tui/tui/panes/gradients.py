"""The gradients: value, signed bar, and which way each weight will move."""

from __future__ import annotations

import numpy as np

from gd_tui.numerals import first_difference, fixed
from gd_tui.plots import bar_scale
from gd_tui.tui.bars import signed_bar, tick
from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.steadiness import Steady
from gd_tui.tui.text import Line, Run, title

WIDEST_BAR = 41


class GradientsPane(Pane):
    """The same rows as the weights, with one scrollbar for both at the right edge."""

    ID = "gradients"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._scale = Steady[float]()

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, view = shown.snapshot, shown.view
        largest = float(np.max(np.abs(snapshot.gradient), initial=0.0, where=np.isfinite(snapshot.gradient)))
        scale = self._scale.at(snapshot, 0, lambda before: bar_scale(before or 0.0, largest))
        value, decimals, gap, words = (11, 5, 2, width >= 52) if width >= 32 else (9, 4, 1, False)
        bar = min(WIDEST_BAR, width - value - gap - 3 - (5 if words else 0))
        bar = 0 if bar < 5 else bar - 1 + bar % 2
        compact = bar < 15
        right = f"{view.glyphs.plus_minus}{tick(scale)}" if compact else "by size" if view.by_size else ""
        window = shown.window(height - 2)
        thumb = _thumb(window, len(shown.order))
        lines = [
            title("gradients", "gradient", width, view.glyphs, right=right, focused=view.focus == self.ID),
            [
                ("slope".rjust(value) + " " * gap + _scale_heading(bar, scale, compact), "dim"),
                (" moves" if words else " w", "dim"),
            ],
        ]
        for y, row in enumerate(window):
            i = int(shown.order[row])
            band = " selected" if i == snapshot.selected else ""
            line = [*_slope(shown, i, value, decimals, band), (" " * gap, f"text{band}")]
            if bar:
                line += signed_bar(float(snapshot.gradient[i]), scale, bar, "gradient", band, view.glyphs)
            line += [(" ", f"text{band}"), *_move(shown, i, words, band, view.glyphs)]
            line.append((" " * (width - 1 - sum(len(text) for text, _ in line)), f"text{band}"))
            if thumb:
                line.append((view.glyphs.scrollbar, "dim") if y in thumb else (view.glyphs.scroll_track, "rule"))
            lines.append(line)
        return lines


def _scale_heading(bar: int, scale: float, compact: bool) -> str:
    """The labels above the bars: -10, 0, +10, or the zero alone."""
    low, high = (f"-{tick(scale)}", f"+{tick(scale)}")
    side = bar // 2
    if compact or len(low) > side - 1:
        return " " * side + "0" + " " * side if bar else ""
    return low.ljust(side) + "0" + high.rjust(side)


def _slope(shown: Shown, i: int, width: int, decimals: int, band: str) -> list[Run]:
    text = fixed(float(shown.snapshot.gradient[i]), width, decimals)
    before = shown.snapshot.previous_gradient
    if before is None:
        return [(text, f"gradient{band}")]
    at = first_difference(text, fixed(float(before[i]), width, decimals))
    return [(text[:at], f"gradient{band}"), (text[at:], f"gradient bold{band}")]


def _move(shown: Shown, i: int, words: bool, band: str, glyphs: Glyphs) -> list[Run]:
    """What the next update does to the weight, which need not be against the gradient."""
    move = float(shown.snapshot.next_weights[i]) - float(shown.snapshot.weights[i])
    arrow, word = (glyphs.up, "up") if move > 0 else (glyphs.down, "down") if move < 0 else (glyphs.still, "")
    return [(arrow, f"weight bold{band}"), (f" {word:<4}" if words else "", f"dim{band}")]


def _thumb(window: range, count: int) -> range:
    """The rows of the scrollbar's thumb; empty where everything is in view."""
    rows = len(window)
    if count <= rows:
        return range(0)
    length = max(1, round(rows * rows / count))
    begin = round((rows - length) * window.start / (count - rows))
    return range(begin, begin + length)
