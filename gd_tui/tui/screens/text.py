"""What a command says in more than one line."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.screens.scrolling import ScrollingScreen

TALL = 0.5
"""Texts of more lines than this share of the screen get a window as high as there is room for."""


class TextScreen(ScrollingScreen):
    """A text in a window; j and k scroll, c copies it to the terminal's clipboard."""

    BINDINGS = [  # noqa: RUF012
        ("enter", "dismiss(None)", "close"),
        ("c", "copy", "copy"),
    ]

    def __init__(self, text: str, glyphs: Glyphs) -> None:
        super().__init__()
        self._text, self._glyphs = glyphs.plain(text), glyphs

    def compose(self) -> ComposeResult:
        is_tall = self._text.count("\n") > TALL * self.app.size.height
        with Vertical(classes="window wide tall" if is_tall else "window wide"):
            with VerticalScroll(can_focus=False, classes="ascii" if self._glyphs.ascii else ""):
                yield Static(Text(self._text))
            yield Static("j k scroll, c copies, Esc closes", classes="foot")

    def action_copy(self) -> None:
        """Hand the text to the terminal's clipboard; not every terminal takes it."""
        self.app.copy_to_clipboard(self._text)
        self.query_one(".foot", Static).update("copied, if the terminal allows it; Esc closes")
