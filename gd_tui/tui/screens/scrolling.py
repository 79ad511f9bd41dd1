"""A window over the simulation with more text than may fit; j and k scroll it."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.screen import ModalScreen


class ScrollingScreen(ModalScreen[None]):
    """Whoever derives from it composes one VerticalScroll."""

    BINDINGS = [  # noqa: RUF012
        ("escape,q", "dismiss(None)", "close"),
        ("j,down", "scroll(1)", "down"),
        ("k,up", "scroll(-1)", "up"),
        ("space,pagedown", "scroll(15)", "page down"),
        ("pageup", "scroll(-15)", "page up"),
    ]

    def action_scroll(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
