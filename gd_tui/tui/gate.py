"""Acknowledged frames: nothing new is drawn before the terminal has shown what it was sent.

A slow line hides how much is under way: over ssh a megabyte fits into windows and buffers, and what the
user sees is then minutes old. So after every frame the terminal is asked where its cursor is (ESC[6n). It
reads in order, hence its answer says that the frame before the question was shown. Until then the model may
go on, and the next frame shows its newest state.

How the app uses it: every change of the model, by key or by a run, ends in `mark_dirty`.

    def mark_dirty(self) -> None:
        self.gate.want()
        self.dirty = True
        self.draw()

    def draw(self) -> None:
        now = monotonic()
        if not self.dirty:
            return
        if not self.gate.open(now, unsent=queued_writes):
            self.draw_later.reset(self.gate.delay(now))  # one timer, for answers that never come
            return
        self.dirty = False
        self.gate.sent(now)
        with self.batch_update():
            self.snapshot = self.simulator.snapshot()
        self.call_after_refresh(self.driver.write, QUESTION)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        self.gate.acknowledged(monotonic())
        self.draw()

Ask once before the first frame (`asked`, then QUESTION): it shows early that the terminal answers, and the
first frame is the largest. After a suspension call `forget`. On quitting wait until nothing is `waiting`, a
second at most: an answer that arrives after the program has gone is typed into the shell.
"""

from __future__ import annotations

from collections import deque

QUESTION = "\x1b[6n"

FIRST_TIMEOUT_S = 1.0  # for a terminal that has never answered
TIMEOUT_S = 2.0
TIMEOUT_ROUND_TRIPS = 4
MUTE_AFTER = 3  # timeouts in a row
MUTE_INTERVAL_S = 0.2
RETRY_S = 0.02  # while the program itself still has something to send


class Gate:
    """Says when the next frame may be drawn. All times are seconds of one monotonic clock.

    A terminal that never answers is taken for mute after three timeouts and gets five frames a second. One
    that has answered is never mute: it is slow, so each timeout doubles the next, up to four times.

    Args:
        fps: the most frames a second a run may have.
        asks: False where there is no terminal to ask, as in headless tests: the gate is then always open.
    """

    def __init__(self, fps: float = 30.0, *, asks: bool = True) -> None:
        self.fps = fps
        self.asks = asks
        self.frames_wanted = 0
        self.frames_drawn = 0
        self.round_trip: float | None = None  # seconds, of the last answer
        self._unanswered: deque[float] = deque(maxlen=100)  # when each was sent
        self._timeouts = 0  # in a row
        self._gaps = 0  # in a row: answers that stayed away after others had come
        self._last_sent = float("-inf")
        self._last_answer = float("-inf")

    def want(self) -> None:
        """The model has changed: a frame is wanted, whether or not it can be drawn."""
        self.frames_wanted += 1

    def count_anew(self) -> None:
        """Begin a new count of frames, as at the start of a run."""
        self.frames_wanted = self.frames_drawn = 0

    def open(self, now: float, unsent: int = 0) -> bool:
        """Whether a frame may be drawn now; `unsent` counts the writes not yet handed to the terminal."""
        return self.delay(now, unsent) <= 0

    def delay(self, now: float, unsent: int = 0) -> float:
        """Seconds after which to look again if no answer comes; 0 when open."""
        if not self.asks:
            return 0.0
        if unsent:
            return RETRY_S
        if self.mute:
            return max(0.0, self._last_sent + MUTE_INTERVAL_S - now)
        return max(0.0, self._patience_ends - now) if self._unanswered else 0.0

    def sent(self, now: float) -> None:
        """A frame was drawn, and the question is written behind it."""
        self.frames_drawn += 1
        self.asked(now)

    def asked(self, now: float) -> None:
        """The question is written, without a frame before it."""
        if self._unanswered and now >= self._patience_ends:
            self._give_up()
        self._unanswered.append(now)
        self._last_sent = now

    def acknowledged(self, now: float) -> None:
        """The terminal has answered. An answer nobody waits for only shows that it is alive."""
        self._timeouts = 0
        self._last_answer = now
        if self._unanswered:
            self.round_trip = now - self._unanswered.popleft()
        if not self._unanswered:
            self._gaps = 0

    def forget(self) -> None:
        """The answers under way will not be heard, as when the program was suspended: await them no more."""
        self._unanswered.clear()
        self._gaps = 0

    def interval(self, now: float) -> float:
        """Seconds between the frames of a run: 1/fps, or the time the terminal takes if that is longer."""
        if not self.asks:
            return 1 / self.fps
        if self.mute:
            return max(1 / self.fps, MUTE_INTERVAL_S)
        under_way = now - self._last_sent if self._unanswered else 0.0
        return max(1 / self.fps, self.round_trip or 0.0, under_way)

    @property
    def mute(self) -> bool:
        """Whether the terminal seems to answer nothing."""
        return self.round_trip is None and self._timeouts >= MUTE_AFTER

    @property
    def slow(self) -> bool:
        """Whether the line shows fewer frames than wanted: then the screen should say how many."""
        return self.asks and (self.mute or (self.round_trip or 0.0) > 1 / self.fps)

    @property
    def waiting(self) -> bool:
        """Whether an answer may still come."""
        return self.asks and bool(self._unanswered)

    @property
    def _patience_ends(self) -> float:
        """When the terminal is taken to answer no more."""
        if self.round_trip is None:
            timeout = FIRST_TIMEOUT_S
        else:
            timeout = max(TIMEOUT_S, TIMEOUT_ROUND_TRIPS * self.round_trip) * 2 ** min(self._timeouts + self._gaps, 2)
        return max(self._last_sent, self._last_answer) + timeout

    def _give_up(self) -> None:
        """No answer in time. It may be late, and is still counted on; but one that stays away twice while
        others come was lost, and must not keep the gate shut for ever.
        """
        if self._last_answer < self._last_sent:
            self._timeouts += 1
        elif self._gaps:
            self.forget()
        else:
            self._gaps = 1
