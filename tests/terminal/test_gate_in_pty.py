"""Frames drawn through the gate on a fast, a slow and a mute terminal."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest

from .pty_session import Session

pytestmark = pytest.mark.terminal
COMMAND = [sys.executable, str(Path(__file__).with_name("gated_app.py"))]
STATE = re.compile(r"(idle|running) at (\d+), (\d+) of (\d+) frames")


def state(session: Session) -> tuple[str, int, int, int]:
    """Whether it runs, the model's number, the frames drawn and wanted, as the screen says."""
    found = STATE.search(session.text())
    assert found is not None
    return found[1], int(found[2]), int(found[3]), int(found[4])


def test_on_a_fast_terminal_nearly_every_frame_is_drawn() -> None:
    with Session(COMMAND) as session:
        session.wait_for("ready")
        session.send("space")
        session.wait_for("running at [6-9][0-9],")
        session.send("space")
        session.wait_for("idle at")
        _, _, drawn, wanted = state(session)
        session.send("q")
        assert session.finish() == (0, True, [])
    assert drawn > wanted / 2  # a busy machine may drop some


def test_on_a_slow_line_a_stop_is_soon_seen() -> None:
    with Session(COMMAND, rate=5_000) as session:
        session.wait_for("ready")
        session.send("space")
        session.wait_for("running at")
        session.wait_for(lambda: state(session)[1] > 60)
        _, _, drawn, wanted = state(session)
        session.send("space")
        stopped = time.monotonic()
        session.wait_for("idle at")
        seen_after = time.monotonic() - stopped
        assert drawn < wanted / 3
        # A frame takes 0.4 s here; without the gate thirty of them would come first.
        assert seen_after < 4
        session.settle()
        session.send("q")
        assert session.finish() == (0, True, [])


def test_a_mute_terminal_does_not_freeze() -> None:
    with Session(COMMAND, mute=True) as session:
        session.wait_for("ready")
        session.send("space")
        session.wait_for(lambda: "frames" in session.text() and state(session)[2] > 8)
        session.send("space")
        session.wait_for("idle at")
        session.send("q")
        assert session.finish() == (0, True, [])


def test_nothing_is_sent_when_idle_after_a_run() -> None:
    with Session(COMMAND) as session:
        session.wait_for("ready")
        session.send("space")
        session.wait_for("running at")
        session.send("space")
        session.wait_for("idle at")
        session.settle()
        assert session.silent_for(1.0)
