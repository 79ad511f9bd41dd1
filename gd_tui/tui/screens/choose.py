"""Choosing from a table: optimizers, problems, data."""

from __future__ import annotations

from contextlib import suppress

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.errors import InputError
from gd_tui.problems import PROBLEMS, build_objective
from gd_tui.scenario import Scenario
from gd_tui.table import dataset_description, datasets
from gd_tui.tui.glyphs import Glyphs

DATA_FOR = "data for "
TEXT_FOR = "text for "
LEADS_ON = {"data": DATA_FOR, "function": TEXT_FOR, "module": TEXT_FOR}
"""How a choice begins that leads to another one: of the data for a problem, or what the user types for it."""


def choices(what: str) -> list[tuple[str, str, str]]:
    """Command, name and description of everything there is to choose: optimizers, problems, or data for one."""
    if what == "optimizer":
        return [(f"optimizer {o.name}", o.name, o.description) for o in OPTIMIZERS.values()]
    if what.startswith(DATA_FOR):
        problem = what.removeprefix(DATA_FOR)
        return [(f"problem {problem} {data}", data, dataset_description(data)) for data in _data_for(problem)]
    return [
        (LEADS_ON.get(problem.needs, "problem ") + problem.name, problem.name, problem.description)
        for problem in PROBLEMS.values()
    ]


def _data_for(problem: str) -> list[str]:
    """The shipped datasets that the problem can use as they are."""
    fitting = []
    for data in datasets():
        with suppress(InputError):
            build_objective(Scenario(problem=problem, data=data))
            fitting.append(data)
    return fitting


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
            plain = self._glyphs.plain
            longest = max(len(name) for _, name, _ in listed)
            yield OptionList(
                *(
                    Option(
                        Text.assemble(
                            plain(f"{name:<{longest}}  "),
                            (plain(description), "dim"),
                            no_wrap=True,
                            overflow="ellipsis",
                        ),
                        id=command,
                    )
                    for command, name, description in listed
                ),
                classes="ascii" if self._glyphs.ascii else "",
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
