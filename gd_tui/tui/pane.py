"""The base of all panes: lines in, changed spans out."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.app import RenderResult
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, changed_spans, fit
from gd_tui.tui.theme import Palette


class Pane(Widget):
    """Draws a `Shown` as lines and repaints only the cells that changed.

    A pane knows nothing of the app or of other panes: it overrides `build`.
    """

    ID: ClassVar[str]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown: Shown | None = None
        self._lines: list[Line] = []
        self.palette: Palette | None = None

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        """The pane's lines for a size; they are cut and filled to fit."""
        raise NotImplementedError

    def show(self, shown: Shown) -> None:
        """Draw `shown`, repainting what differs from the picture before."""
        self._shown = shown
        before, self._lines = self._lines, self._fitted(shown)
        if len(before) != len(self._lines) or [sum(len(t) for t, _ in line) for line in before[:1]] != [
            self.size.width
        ]:
            self.refresh()
            return
        regions = [
            Region(begin, y, end - begin, 1)
            for y, (old, new) in enumerate(zip(before, self._lines, strict=True))
            if old != new
            for begin, end in changed_spans(old, new)
        ]
        if regions:
            self.refresh(*regions)

    def repaint(self, palette: Palette) -> None:
        """Draw everything again in other colours."""
        self.palette = palette
        self.refresh()

    def _fitted(self, shown: Shown) -> list[Line]:
        width, height = self.size
        if not (width and height):
            return []
        lines = self.build(shown, width, height)[:height]
        lines += [[] for _ in range(height - len(lines))]
        return [fit(line, width) for line in lines]

    def on_resize(self, event: Resize) -> None:
        if self._shown is not None:
            self._lines = self._fitted(self._shown)
            self.refresh()

    def render(self) -> RenderResult:
        return ""

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines) or self.palette is None:
            return Strip.blank(self.size.width)
        return Strip([Segment(text, self.palette[role]) for text, role in self._lines[y] if text], self.size.width)
