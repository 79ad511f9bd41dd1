"""When a picture is drawn: as soon as the terminal has shown the one before, and never a stale one."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.timer import Timer

from gd_tui.tui.gate import QUESTION, Gate

QUIET_S = 1.0
SHARE = 0.3
"""The share of its time that a run may spend on drawing."""


class Drawing(Protocol):
    """An app that can draw its present state."""

    def draw(self) -> None:
        """Make the picture of the present state."""


class Frames:
    """Draws the app's present state whenever it has changed and the terminal is ready for it."""

    def __init__(self, app: App[int], fps: float) -> None:
        self._app = app
        self._gate = Gate(fps)
        self._dirty = False
        self._timer: Timer | None = None
        self._not_before = 0.0
        self._then: Callable[[], None] | None = None

    def want(self, running: bool) -> None:
        """The state has changed. While `running`, frames keep their distance."""
        self._gate.want()
        self._dirty = True
        early = self._not_before - monotonic()
        if not running or early <= 0:
            self.draw()
        elif self._timer is None:  # the last change of a slow run has nothing after it that would draw it
            self._timer = self._app.set_timer(early, self.draw)

    def count_anew(self) -> None:
        """Begin a new count of frames, as at the start of a run."""
        self._gate.count_anew()

    @property
    def words(self) -> str:
        """What to say of a line too slow for all the frames: "12 of 40 frames"."""
        return f"{self._gate.frames_drawn} of {self._gate.frames_wanted} frames" if self._gate.slow else ""

    def acknowledged(self) -> None:
        """The terminal has shown the last frame."""
        self._gate.acknowledged(monotonic())
        if self._then is not None and not self._gate.waiting:
            self._then()
        if self._dirty and monotonic() >= self._not_before:
            self.draw()

    def forget(self) -> None:
        """No answer will come any more: while suspended, the terminal was somebody else's."""
        self._gate.forget()

    def when_quiet(self, then: Callable[[], None]) -> None:
        """Call `then` when no answer of the terminal is under way any more, or after a second.

        An answer that came after the program has gone would be typed into the shell.
        """
        if not self._gate.waiting:
            then()
            return
        self._then = then
        self._app.set_timer(QUIET_S, then)

    def draw(self) -> None:
        """Draw now if there is something to draw and the terminal is ready, else when it is."""
        now = monotonic()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self._dirty or not self._app.is_running:
            return
        self._gate.asks = not isinstance(self._app._driver, HeadlessDriver)
        delay = self._gate.delay(now, self._unsent())
        if delay > 0:
            self._timer = self._app.set_timer(delay, self.draw)
            return
        self._dirty = False
        self._gate.sent(now)
        self._app.draw()  # type: ignore[attr-defined]
        self._not_before = now + self._gate.interval(now)
        self.took(monotonic() - now)
        self._app.call_after_refresh(self._ask)

    def took(self, seconds: float) -> None:
        """Take note of how long a picture took, up to now: a run has the rest of the time."""
        self._not_before = max(self._not_before, monotonic() + seconds * (1 / SHARE - 1))

    def _ask(self) -> None:
        driver = self._app._driver
        if self._gate.asks and driver is not None:
            driver.write(QUESTION)
            driver.flush()

    def _unsent(self) -> int:
        """Writes that Textual has queued and the terminal has not taken yet."""
        writer = getattr(self._app._driver, "_writer_thread", None)
        queue = getattr(writer, "_queue", None)
        return queue.qsize() if queue is not None else 0
