"""The simulation's screen: all panes, the prompt, and the keys of the table."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen

from gd_tui.commands import COMMANDS
from gd_tui.tui.layout import Contents, PaneLayout
from gd_tui.tui.pane import Pane
from gd_tui.tui.panes import PANES
from gd_tui.tui.screens.prompt import Prompt
from gd_tui.tui.shown import Shown
from gd_tui.tui.spans import SpanCompositor
from gd_tui.tui.theme import Palette


class Board(Container):
    """Holds the panes where `layout` puts them."""

    def __init__(self, *panes: Pane) -> None:
        super().__init__(*panes, id="board")
        self.pane_layout = PaneLayout()

    @property
    def layout(self) -> PaneLayout:
        return self.pane_layout


class SimulationScreen(Screen[None]):
    """Shows what it is given and passes keys on to the app."""

    class Ready(Message):
        """The panes stand and can show something."""

    AUTO_FOCUS = ""
    BINDINGS = [  # noqa: RUF012
        Binding(",".join(command.keys), f"app.do('{command.id}')", command.words, id=command.id) for command in COMMANDS
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._compositor = SpanCompositor()

    def compose(self) -> ComposeResult:
        yield Board(*(pane(id=pane.ID) for pane in PANES))
        yield Prompt(id="prompt")

    def on_mount(self) -> None:
        self.post_message(self.Ready())

    def show(self, shown: Shown) -> None:
        """Hand what is shown to every pane; make room if it has more lines than before."""
        board = self.query_one(Board)
        contents = Contents(len(shown.snapshot.names), len(shown.snapshot.terms))
        if contents != board.pane_layout.contents:
            board.pane_layout.contents = contents
            # A child's refresh makes its parent arrange anew; the parent's own keeps its old arrangement.
            board.children[0].refresh(layout=True)
        for pane in self.query(Pane):
            pane.show(shown)

    def repaint(self, palette: Palette) -> None:
        """Give every pane its colours."""
        for pane in self.query(Pane):
            pane.repaint(palette)

    def ask(self, label: str, command: str, value: str) -> None:
        """Open the prompt; what is typed takes the place of {} in `command`."""
        self.query_one(Prompt).ask(label, command, value)

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            self.app.type_digit(event.character)  # type: ignore[attr-defined]
            event.stop()
