"""A Textual app that runs at 30 frames a second through the gate, as the gate's docstring shows."""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import ClassVar

from gd_tui.tui.gate import QUESTION, Gate
from gd_tui.tui.guard import Guard, prepare_environment

assert sys.__stderr__ is not None
prepare_environment(os.environ, sys.__stderr__)

from textual import events  # noqa: E402
from textual.app import App, ComposeResult  # noqa: E402
from textual.binding import Binding, BindingType  # noqa: E402
from textual.timer import Timer  # noqa: E402
from textual.widgets import Static  # noqa: E402


class GatedApp(App[None]):
    """Every frame changes the whole screen; the number is the model's, the last line says whether it runs."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "run"), Binding("q", "quit")]

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()
        self.number = 0
        self.dirty = False
        self.run_timer: Timer | None = None
        self.look_again: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("ready")

    def on_mount(self) -> None:
        self.gate.asked(monotonic())
        self.ask()

    def action_run(self) -> None:
        if self.run_timer is None:
            self.run_timer = self.set_interval(1 / 30, self.step)
        else:
            self.run_timer.stop()
            self.run_timer = None
            self.mark_dirty()

    def step(self) -> None:
        self.number += 1
        self.mark_dirty()

    def mark_dirty(self) -> None:
        self.gate.want()
        self.dirty = True
        self.draw()

    def draw(self) -> None:
        now = monotonic()
        if self.look_again is not None:
            self.look_again.stop()
        if not self.dirty:
            return
        if not self.gate.open(now, self.unsent):
            self.look_again = self.set_timer(self.gate.delay(now, self.unsent), self.draw)
            return
        self.dirty = False
        self.gate.sent(now)
        filling = "".join(chr(33 + (self.number * 7 + i) % 90) for i in range(80))
        state = "idle" if self.run_timer is None else "running"
        said = f"{self.gate.frames_drawn} of {self.gate.frames_wanted} frames"
        text = "\n".join([*[filling] * 22, f"{state} at {self.number}, {said}"])
        self.query_one(Static).update(text.replace("[", "("))
        self.call_after_refresh(self.ask)

    def ask(self) -> None:
        assert self._driver is not None
        self._driver.write(QUESTION)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        self.gate.acknowledged(monotonic())
        self.draw()

    @property
    def unsent(self) -> int:
        writer = getattr(self._driver, "_writer_thread", None)
        return 0 if writer is None else writer._queue.qsize()


with Guard():
    app = GatedApp()
    app.run()
sys.exit(app.return_code)
