"""Help, made from the table of commands."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from gd_tui.commands import COMMANDS, VERBS
from gd_tui.tui.glyphs import Glyphs


class HelpScreen(ModalScreen[None]):
    """All keys and commands; j and k scroll."""

    BINDINGS = [  # noqa: RUF012
        ("escape,q,question_mark,f1", "dismiss(None)", "close"),
        ("j,down", "scroll(1)", "down"),
        ("k,up", "scroll(-1)", "up"),
        ("space,pagedown", "scroll(15)", "page down"),
        ("pageup", "scroll(-15)", "page up"),
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield Static("keys", classes="title")
            with VerticalScroll(can_focus=False, classes="ascii" if self._glyphs.ascii else ""):
                yield Static(self._text())
            yield Static("j k scroll, Esc closes", classes="foot")

    def _text(self) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        groups: dict[str, list[tuple[str, str]]] = {}
        for command in COMMANDS:
            groups.setdefault(command.group, []).append((command.shown, command.words))
        groups["commands, after :"] = [(verb.usage, verb.words) for verb in VERBS.values()]
        for group, rows in groups.items():
            text.append(f"{group}\n", "bold")
            width = max(14, *(len(self._glyphs.plain(key)) for key, _ in rows)) + 2
            for key, words in rows:
                text.append(f"  {self._glyphs.plain(key):<{width}}", "bold")
                text.append(f"{self._glyphs.plain(words)}\n")
            text.append("\n")
        text.rstrip()
        return text

    def action_scroll(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
