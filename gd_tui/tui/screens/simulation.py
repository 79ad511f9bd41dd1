"""The simulation's screen: all panes, the prompt, and the keys of the table."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.segment import Segment, Segments
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

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

    def picture(self, title: str) -> str:
        """The panes as SVG, whatever is open above them."""
        width, height = self.size
        console = Console(width=width, file=StringIO(), force_terminal=True, color_system="truecolor", record=True)
        ground = Strip.blank(width, self.rich_style)
        panes = sorted((pane for pane in self.query(Pane) if pane.region), key=lambda pane: pane.region.x)
        segments: list[Segment] = []
        for y in range(height):
            line = ground
            for pane in panes:
                top, left, right = pane.region.y, pane.region.x, pane.region.right
                if top <= y < pane.region.bottom:
                    strip = pane.render_line(y - top)
                    line = Strip.join([line.crop(0, left), strip.crop(0, right - left), line.crop(right)])
            segments += [*line, Segment.line()]
        console.print(Segments(segments), end="")
        return console.export_svg(title=title)

    def repaint(self, palette: Palette) -> None:
        """Give every pane its colours."""
        for pane in self.query(Pane):
            pane.repaint(palette)

    @property
    def prompt(self) -> Prompt:
        """Where commands are typed."""
        return self.query_one(Prompt)

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            self.app.type_digit(event.character)  # type: ignore[attr-defined]
            event.stop()
