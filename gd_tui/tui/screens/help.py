"""Help, made from the table of commands."""

from __future__ import annotations

from textwrap import wrap

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from gd_tui.commands import COMMANDS, VERBS
from gd_tui.simulator.events import Event
from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.happening import glyph_of
from gd_tui.tui.screens.scrolling import ScrollingScreen

WIDTH, MARGIN = 78, 6
"""Columns of a window, as in the style sheet, and what its edges and the scrollbar take of them."""


class HelpScreen(ScrollingScreen):
    """All keys and commands; j and k scroll."""

    BINDINGS = [  # noqa: RUF012
        ("question_mark,f1", "dismiss(None)", "close"),
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        with Vertical(classes="window tall"):
            yield Static("keys", classes="title")
            with VerticalScroll(can_focus=False, classes="ascii" if self._glyphs.ascii else ""):
                yield Static(self._text(min(WIDTH, int(0.96 * self.app.size.width)) - MARGIN))
            yield Static("j k scroll, Esc closes", classes="foot")

    def _text(self, room: int) -> Text:
        """Everything in lines of at most `room` columns."""
        text = Text()
        for group, rows in self._groups().items():
            text.append(f"{group}\n", "bold")
            width = max(14, *(len(self._glyphs.plain(key)) for key, _ in rows)) + 2
            for key, words in rows:
                text.append(f"  {self._glyphs.plain(key):<{width}}", "bold")
                lines = wrap(self._glyphs.plain(words), max(10, room - width - 2))
                text.append(f"\n{'':<{width + 2}}".join(lines) + "\n")
            text.append("\n")
        text.rstrip()
        return text

    def _groups(self) -> dict[str, list[tuple[str, str]]]:
        groups: dict[str, list[tuple[str, str]]] = {}
        for command in COMMANDS:
            groups.setdefault(command.group, []).append((command.shown, command.words))
        groups["above the loss history"] = [
            *((glyph_of(event, self._glyphs), event.words) for event in Event),
            ("a letter", "a step that you marked"),
        ]
        groups["commands, after :"] = [(verb.usage, verb.words) for verb in VERBS.values()]
        return groups
