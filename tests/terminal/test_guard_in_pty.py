"""Whatever ends the program, the terminal is given back: a Textual app within `Guard` in a real pty."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pty_session import Session

pytestmark = pytest.mark.terminal
COMMAND = [sys.executable, str(Path(__file__).with_name("guarded_app.py"))]
SLEEPER = [
    sys.executable,
    "-c",
    "import threading; from gd_tui.tui.guard import Guard\n"
    "with Guard(): print('guarded', flush=True); threading.Event().wait()",
]


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(COMMAND) as session:
        session.wait_for("number 0")
        session.settle()
        yield session


def test_quitting_restores(session: Session) -> None:
    session.send("n")
    session.wait_for("number 1")
    session.send("q")
    assert session.finish() == (0, True, [])


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_restores_and_then_kills(session: Session, name: str) -> None:
    number = getattr(signal, name)
    session.signal(number)
    assert session.finish() == (-number, True, [])


def test_an_interrupt_from_outside_restores_and_exits_with_130(session: Session) -> None:
    session.signal(signal.SIGINT)
    assert session.finish() == (130, True, [])


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_frames_are_piled_up_before_a_stopped_terminal(session: Session, name: str) -> None:
    session.rate = 0
    session.send("space")
    # The event loop is blocked in the writer's full queue when the program has no more to do.
    wait_until_asleep(session)
    session.signal(getattr(signal, name))
    assert session.finish() == (130 if name == "SIGINT" else -signal.SIGTERM, True, [])
    assert session.text().strip() == ""  # no rest of a frame on the main screen


def test_quitting_before_a_stopped_terminal() -> None:
    with Session(COMMAND, size=(200, 60)) as session:
        session.wait_for("number 0")
        session.settle()
        session.rate = 0
        # Three frames of 12 kB: more than a pty holds, so the writer blocks, but the event loop does not.
        for _ in range(3):
            session.send("n")
            wait_until_asleep(session)
        session.send("q")
        assert session.finish() == (0, True, [])


def test_a_signal_that_nobody_needs_does_not_kill(session: Session) -> None:
    session.signal(signal.SIGUSR1)
    session.send("n")
    session.wait_for("number 1")


@pytest.mark.parametrize("ignoring", [(), ("SIGHUP",)], ids=["", "as under nohup"])
@pytest.mark.parametrize("running", [False, True], ids=["idle", "running"])
def test_a_terminal_that_hangs_up_ends_the_program(ignoring: tuple[str, ...], running: bool) -> None:
    with Session(COMMAND, ignoring=ignoring) as session:
        session.wait_for("number 0")
        if running:
            session.send("space")
            session.wait_for("number 9")
        session.hang_up()
        code = session.finish().returncode
    # Where the signal is not ignored, it and the watch race each other.
    assert code in ((129,) if ignoring else (129, -signal.SIGHUP))


def test_the_watch_ends_a_program_that_neither_reads_nor_writes() -> None:
    with Session(SLEEPER, ignoring=("SIGHUP",)) as session:
        session.wait_for("guarded")
        session.hang_up()
        assert session.finish().returncode == 129


def test_the_watch_costs_nothing() -> None:
    with Session(SLEEPER) as session:
        session.wait_for("guarded")
        before = session.cpu_seconds()
        assert session.silent_for(1.0)
        assert session.cpu_seconds() == before


def test_an_error_in_the_app(session: Session) -> None:
    session.send("x")
    ending = session.finish()
    assert ending == (1, True, [])
    assert "the app failed" in session.text()


def test_an_error_around_the_app_is_told_on_the_restored_terminal() -> None:
    with Session([*COMMAND, "--fail-outside"]) as session:
        assert session.finish() == (1, True, [])
        assert "failed around the app" in session.text()


def test_a_dead_writer_ends_the_program(session: Session) -> None:
    session.send("w")
    assert session.finish() == (1, True, [])
    assert "cannot write to the terminal" in session.text()


def test_ignored_signals_stay_ignored() -> None:
    with Session(COMMAND, ignoring=("SIGINT",)) as session:
        session.wait_for("number 0")
        session.signal(signal.SIGINT)
        session.send("n")
        session.wait_for("number 1")


def test_idle_sends_nothing_and_uses_no_processor(session: Session) -> None:
    before = session.cpu_seconds()
    assert session.silent_for(2.0)
    # Textual's own input thread wakes ten times a second.
    assert session.cpu_seconds() - before <= 0.1


def test_the_size_follows_the_terminal_though_lines_and_columns_are_exported() -> None:
    with Session(COMMAND, env={"COLUMNS": "50", "LINES": "12"}) as session:
        session.wait_for("number 0")
        session.resize(100, 30)
        session.wait_for(lambda: max(map(len, session.text().splitlines())) > 90)


def test_in_gnu_screen_only_256_colours_are_used() -> None:
    with Session(COMMAND, env={"STY": "1.x"}) as session:
        session.wait_for("number 0")
        session.settle()
        written = session.bytes_since(0)
    assert b"38;5;" in written
    assert b"38;2;" not in written


def test_a_dumb_terminal_is_refused_without_a_single_escape() -> None:
    with Session(COMMAND, env={"TERM": "dumb"}) as session:
        assert session.finish() == (2, True, [])
        assert "gd-tui plain" in session.text()
        assert b"\x1b" not in session.bytes_since(0)


@pytest.mark.parametrize("redirection", ["</dev/null", "2>/dev/null"])
def test_without_a_terminal_on_stdin_or_stderr_it_refuses(redirection: str) -> None:
    with Session(["sh", "-c", f'"$@" {redirection}', "sh", *COMMAND]) as session:
        assert session.finish() == (2, True, [])
        assert b"\x1b" not in session.bytes_since(0)


def wait_until_asleep(session: Session) -> None:
    """Wait until the program has used no processor time for a third of a second."""

    def asleep() -> bool:
        before = session.cpu_seconds()
        session.silent_for(1 / 3)
        return session.cpu_seconds() - before < 0.02

    session.wait_for(asleep)
