"""The gate against simulated lines: fast, slow, mute, and losing answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gd_tui.tui.gate import MUTE_INTERVAL_S, TIMEOUT_S, Gate


@dataclass
class Line:
    """A terminal behind a line of `rate` bytes a second; it answers `latency` seconds after reading."""

    rate: float
    latency: float = 0.001
    free_at: float = 0.0
    answers: deque[float] = field(default_factory=deque)
    most_under_way: int = 0

    def send(self, now: float, size: int) -> None:
        self.free_at = max(self.free_at, now) + size / self.rate
        self.answers.append(self.free_at + self.latency)
        self.most_under_way = max(self.most_under_way, len(self.answers))


def run(gate: Gate, line: Line, *, start: float, seconds: float, size: int) -> float:
    """A run that always wants a frame, drawn as the gate's docstring shows; returns the time of its end."""
    now, tick, end = start, start, start + seconds
    dirty = False
    while now < end:
        if line.answers and line.answers[0] <= now:
            line.answers.popleft()
            gate.acknowledged(now)
        if now >= tick:
            gate.want()
            dirty, tick = True, now + gate.interval(now)
        if dirty and gate.open(now):
            gate.sent(now)
            line.send(now, size)
            dirty = False
        moments = [tick, *list(line.answers)[:1]]
        if dirty:
            moments.append(now + gate.delay(now))
        now = max(now + 1e-6, min(moments))
    return now


def test_a_fast_terminal_is_not_slowed() -> None:
    gate = Gate(fps=30)
    run(gate, Line(rate=1e8), start=0, seconds=10, size=10_000)
    assert gate.frames_drawn == gate.frames_wanted == pytest.approx(300, abs=2)
    assert not gate.slow


def test_a_slow_line_carries_one_frame_at_a_time_without_pause() -> None:
    gate, line = Gate(fps=30), Line(rate=10_000)
    gate.asked(-1)
    gate.acknowledged(-0.9)
    run(gate, line, start=0, seconds=20, size=10_000)
    assert line.most_under_way == 1
    assert 18 <= gate.frames_drawn <= 20
    assert gate.slow
    assert gate.round_trip == pytest.approx(1, abs=0.1)


def test_it_says_how_many_of_the_wanted_frames_were_drawn() -> None:
    gate = Gate()
    for _ in range(40):
        gate.want()
    gate.asked(0)
    gate.acknowledged(0)
    gate.sent(0)
    assert (gate.frames_drawn, gate.frames_wanted) == (1, 40)
    gate.count_anew()
    assert (gate.frames_drawn, gate.frames_wanted) == (0, 0)


def test_a_mute_terminal_gets_five_frames_a_second_after_three_timeouts() -> None:
    gate = Gate(fps=30)
    now = 0.0
    for _ in range(3):
        gate.sent(now)
        assert not gate.open(now + 0.99)
        now += 1.0
        assert gate.open(now)
    gate.sent(now)
    assert gate.mute
    assert gate.interval(now) == MUTE_INTERVAL_S
    assert not gate.open(now + 0.19)
    assert gate.open(now + 0.21)


def test_one_answer_ends_muteness() -> None:
    gate = Gate()
    for now in range(5):
        gate.sent(now)
    assert gate.mute
    gate.acknowledged(5)
    assert not gate.mute


def test_a_terminal_that_has_answered_is_never_mute_but_waited_for_longer() -> None:
    gate = Gate()
    gate.sent(0)
    gate.acknowledged(0.1)
    now, waits = 1.0, []
    for _ in range(5):
        gate.sent(now)
        waits.append(gate.delay(now))
        now += gate.delay(now)
    assert waits == pytest.approx([2, 4, 8, 8, 8])
    assert not gate.mute


def test_the_timeout_follows_the_round_trip() -> None:
    gate = Gate()
    gate.sent(0)
    gate.acknowledged(3)
    gate.sent(3)
    assert gate.delay(3) == pytest.approx(12)


def test_nothing_is_drawn_while_the_program_itself_has_something_to_send() -> None:
    gate = Gate()
    assert gate.open(0)
    assert not gate.open(0, unsent=1)
    assert gate.delay(0, unsent=1) > 0


def test_a_frame_drawn_past_the_closed_gate_is_no_timeout() -> None:
    gate = Gate()
    for _ in range(5):
        gate.sent(0.0)  # as on a resize
    assert not gate.mute


def test_after_a_suspension_no_old_answer_is_awaited() -> None:
    gate = Gate()
    gate.sent(0)
    assert not gate.open(0.5)
    gate.forget()
    assert gate.open(0.5)


def test_waiting_tells_whether_an_answer_may_still_come() -> None:
    gate = Gate()
    assert not gate.waiting
    gate.sent(0)
    assert gate.waiting
    gate.acknowledged(0.1)
    assert not gate.waiting


def test_without_a_terminal_to_ask_the_gate_is_always_open() -> None:
    gate = Gate(fps=30, asks=False)
    for _ in range(5):
        gate.sent(0)
        assert gate.open(0, unsent=9)
    assert not gate.slow
    assert not gate.waiting
    assert gate.interval(100) == pytest.approx(1 / 30)


def test_an_answer_that_nobody_asked_for_changes_nothing() -> None:
    gate = Gate()
    gate.acknowledged(1)
    assert gate.round_trip is None
    assert gate.open(1)


@settings(deadline=None, max_examples=50)
@example(rate=960.0, latency=0.25, size=8417, first=1920)
@given(
    rate=st.floats(960, 1e7),
    latency=st.floats(0.0001, 1.5),
    size=st.integers(50, 20_000),
    first=st.integers(50, 30_000),
)
def test_on_every_line_one_frame_is_under_way_and_the_line_does_not_rest(
    rate: float, latency: float, size: int, first: int
) -> None:
    gate, line = Gate(), Line(rate, latency)
    gate.asked(0)
    line.send(0, 4)
    gate.sent(0)
    line.send(0, first)
    now = run(gate, line, start=0, seconds=300, size=size)
    # Whatever was sent before the line was known to be slow, it is over now.
    line.most_under_way = len(line.answers)
    drawn = gate.frames_drawn
    run(gate, line, start=now, seconds=200, size=size)
    assert line.most_under_way <= 1
    assert gate.frames_drawn - drawn >= 200 / (size / rate + latency + 1 / 30) * 0.8 - 2


@given(st.lists(st.tuples(st.sampled_from(["sent", "answer", "nothing"]), st.floats(0, 20))))
def test_the_gate_opens_by_itself_after_its_delay(story: list[tuple[str, float]]) -> None:
    gate, now = Gate(), 0.0
    for happened, seconds in story:
        now += seconds
        if happened == "sent" and gate.open(now):
            gate.sent(now)
        elif happened == "answer":
            gate.acknowledged(now)
        assert gate.open(now + gate.delay(now) + 1e-6)
        assert gate.open(now) == (gate.delay(now) == 0)


@given(st.lists(st.booleans(), max_size=30))
def test_lost_answers_do_not_slow_a_fast_terminal_for_ever(lost: list[bool]) -> None:
    gate, now = Gate(), 0.0
    gate.sent(now)
    gate.acknowledged(now)
    for answer_lost in [*lost, *[False] * 5]:
        now += gate.delay(now) + 0.001
        gate.sent(now)
        if not answer_lost:
            now += 0.01
            gate.acknowledged(now)
    assert gate.open(now)
    assert gate.interval(now) == pytest.approx(1 / 30)
    gate.sent(now)
    assert gate.delay(now) == pytest.approx(TIMEOUT_S)
