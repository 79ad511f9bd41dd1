"""Choosing from a table: optimizers or problems."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.problems import PROBLEMS
from gd_tui.table import dataset_description, datasets, read_table
from gd_tui.tui.glyphs import Glyphs


def choices(what: str) -> list[tuple[str, str, str]]:
    """Command, name and description of everything there is to choose."""
    if what == "optimizer":
        return [(f"optimizer {o.name}", o.name, o.description) for o in OPTIMIZERS.values()]
    listed = []
    for problem in PROBLEMS.values():
        if not problem.needs_data:
            listed.append((f"problem {problem.name}", problem.name, problem.description))
            continue
        listed += [
            (f"problem {problem.name} {data}", f"{problem.name} {data}", dataset_description(data))
            for data in _with_numeric_target()
        ]
    return listed


def _with_numeric_target() -> list[str]:
    """The shipped datasets whose last column, the default target, holds numbers."""
    tables = {name: read_table(str(path)) for name, path in datasets().items()}
    return [name for name, table in tables.items() if table.names[-1] in table.numeric_names()]


class ChooseScreen(ModalScreen[str]):
    """A list to choose from; gives the command that does it, or "" if nothing was chosen."""

    BINDINGS = [  # noqa: RUF012
        ("escape,q", "dismiss('')", "close"),
        ("j", "move(1)", "down"),
        ("k", "move(-1)", "up"),
    ]

    def __init__(self, what: str, current: str, glyphs: Glyphs) -> None:
        super().__init__()
        self._what, self._current, self._glyphs = what, current, glyphs

    def compose(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield Static(f"choose the {self._what}", classes="title")
            listed = choices(self._what)
            longest = max(len(name) for _, name, _ in listed)
            yield OptionList(
                *(
                    Option(
                        Text.assemble(f"{name:<{longest}}  ", (description, "dim"), no_wrap=True, overflow="ellipsis"),
                        id=command,
                    )
                    for command, name, description in listed
                )
            )
            yield Static("enter chooses, Esc leaves everything as it is", classes="foot")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        for at, (_, name, _) in enumerate(choices(self._what)):
            if name.split()[0] == self._current:
                options.highlighted = at
                break
        options.focus()

    def action_move(self, by: int) -> None:
        """Up or down, as with the arrows."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if by > 0 else options.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id or "")
