"""A small Textual app inside the guard: what the tests of the guard drive."""

from __future__ import annotations

import os
import sys
from typing import ClassVar

from gd_tui.tui.guard import Guard, prepare_environment, why_not

if (reason := why_not(os.environ, sys.__stdin__, sys.__stderr__)) is not None:
    print(reason, file=sys.stderr)
    sys.exit(2)
assert sys.__stderr__ is not None
prepare_environment(os.environ, sys.__stderr__)

from textual import on  # noqa: E402
from textual.app import App, ComposeResult  # noqa: E402
from textual.binding import Binding, BindingType  # noqa: E402
from textual.events import Resize  # noqa: E402
from textual.widgets import Static  # noqa: E402


class GuardedApp(App[None]):
    """Fills its screen with a number that a key, or the timer of a run, counts up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "count"),
        Binding("space", "run"),
        Binding("x", "fail"),
        Binding("w", "break_writer"),
        Binding("q", "leave"),
        Binding("ctrl+z", "suspend_process"),
    ]

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self.guard = guard
        self.number = 0

    def compose(self) -> ComposeResult:
        yield Static(self.picture())

    def picture(self) -> str:
        line = (f"number {self.number} " * self.size.width)[: self.size.width]
        return "\n".join([line] * self.size.height)

    @on(Resize)
    def fill(self) -> None:
        # The app learns its new size only after this event.
        self.call_after_refresh(lambda: self.query_one(Static).update(self.picture()))

    def action_count(self) -> None:
        self.number += 1
        self.query_one(Static).update(self.picture())

    def action_run(self) -> None:
        self.set_interval(1 / 30, self.action_count)

    def action_fail(self) -> None:
        raise RuntimeError("the app failed")

    def action_break_writer(self) -> None:
        assert self._driver is not None
        self._driver.write(None.__class__)  # type: ignore[arg-type]  # the writer thread dies of it

    def action_leave(self) -> None:
        self.guard.leave_within(1.0)
        self.exit()


with Guard() as guard:
    app = GuardedApp(guard)
    if "--fail-outside" in sys.argv:
        raise RuntimeError("failed around the app")
    app.run()
sys.exit(app.return_code)
