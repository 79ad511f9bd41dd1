"""The harness itself: it has to notice what it is there to notice."""

from __future__ import annotations

import signal
import sys
import time

import pytest

from .pty_session import Session

pytestmark = pytest.mark.terminal


def python(*lines: str, **options: object) -> Session:
    """A session with a few lines of Python, in which `put` writes and `out` is the terminal's descriptor."""
    start = "import os, sys, termios, tty; put = lambda text: os.write(1, text.encode())"
    return Session([sys.executable, "-c", "\n".join([start, *lines])], **options)  # type: ignore[arg-type]


def test_text_and_cells() -> None:
    with python(r"put('plain \x1b[1;31;48;5;208mred\x1b[0m é')") as session:
        assert session.finish() == (0, True, [])
        assert session.text().splitlines()[0] == "plain red é"
        red = session.cells()[0][6]
        assert (red.char, red.fg, red.bg, red.bold) == ("r", "red", "ff8700", True)
        assert not session.cells()[0][0].bold


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (r"\x1b[?1049h", "alternate screen left on"),
        (r"\x1b[?25l", "cursor left hidden"),
        (r"\x1b[?7l", "wrapping left off"),
        (r"\x1b[?1000;1006h\x1b[?1000l", "SGR mouse left on"),
        (r"\x1b[?1004h", "focus reports left on"),
        (r"\x1b[?2004h", "bracketed paste left on"),
        (r"\x1b[>25u", "kitty keyboard flags left pushed"),
        (r"\x1b[", r"output ends within the sequence '\x1b['"),
    ],
)
def test_a_mode_left_behind_is_noticed(written: str, problem: str) -> None:
    with python(f"put('{written}')") as session:
        assert session.finish() == (0, False, [problem])


def test_changed_settings_are_noticed() -> None:
    with python("tty.setcbreak(0)") as session:
        returncode, restored, problems = session.finish()
    assert (returncode, restored) == (0, False)
    assert "termios: local changed" in problems


def test_the_alternate_screen_hides_the_main_one_until_it_is_left() -> None:
    with python(r"put('main\x1b[?1049h\x1b[Hother')", "sys.stdin.readline()", r"put('\x1b[?1049l')") as session:
        session.wait_for("other")
        assert "main" not in session.text()
        session.send("enter")
        assert session.finish() == (0, True, [])
        assert "main" in session.text()


def test_keys() -> None:
    with python("tty.setraw(0); put('go')", "put(repr(os.read(0, 99)))", "tty.setcbreak(0)") as session:
        session.wait_for("go")
        session.send("n", "enter", "up", "ctrl+c")
        session.wait_for(r"b'n\\r\\x1b\[A\\x03'")
    with pytest.raises(KeyError):
        session.send("nonsense")


ASK = (r"tty.setcbreak(0); put('\x1b[6n')", "put(ascii(os.read(0, 99)))")


def test_a_query_is_answered() -> None:
    with python(*ASK) as session:
        session.wait_for(r"\\x1b\[1;1R")


def test_a_query_cut_in_two_is_answered_once() -> None:
    cut = (r"tty.setcbreak(0); put('a\x1b[')", "os.read(0, 1)", "put('6nb')")
    with python(*cut, "put(ascii(os.read(0, 99)) + '.')", "put(ascii(os.read(0, 99)))") as session:
        session.wait_for("a")
        session.send("n")
        session.wait_for(r"1R'\.")
        assert session.silent_for(0.3)


def test_a_mute_terminal_answers_nothing() -> None:
    with python(*ASK, mute=True) as session:
        session.wait_for(lambda: session.received > 3)
        assert session.silent_for(0.3)
        session.send("n")
        session.wait_for("b'n'")


def test_a_slow_terminal_reads_slowly() -> None:
    with python("put('x' * 3000)", "put('end')", rate=2_000) as session:
        start = time.monotonic()
        session.wait_for("end")
        assert time.monotonic() - start > 1


def test_resizing_is_noticed_by_the_program() -> None:
    report = "signal.signal(signal.SIGWINCH, lambda *_: put(str(os.get_terminal_size(0))))"
    with python(f"import signal; {report}; put('go')", "while True: signal.pause()") as session:
        session.wait_for("go")
        session.resize(100, 30)
        session.wait_for("columns=100, lines=30")
        assert len(session.cells()) == 30
        assert len(session.cells()[0]) == 100


def test_bytes_since_a_mark() -> None:
    with python("put('one')", "os.read(0, 9)", "put('two')") as session:
        session.wait_for("one")
        mark = session.received
        session.send("enter")
        session.finish()
        assert session.bytes_since(mark).endswith(b"two")
        assert b"one" not in session.bytes_since(mark)


def test_death_by_a_signal_and_by_a_hang_up() -> None:
    with python("put('go')", "os.read(0, 9)") as session:
        session.wait_for("go")
        session.signal(signal.SIGTERM)
        assert session.finish().returncode == -signal.SIGTERM
    with python("put('go')", "os.read(0, 9)") as session:
        session.wait_for("go")
        session.hang_up()
        assert session.finish().returncode == -signal.SIGHUP


def test_a_program_that_does_not_end_is_killed_and_reported() -> None:
    with python("put('go')", "os.read(0, 9)") as session:
        session.wait_for("go")
        assert session.finish(0.1) == (None, False, ["still running after 0.1 s"])


def test_waiting_in_vain_shows_the_screen() -> None:
    with python("put('something else')", "os.read(0, 9)") as session:
        session.wait_for("else")
        with pytest.raises(TimeoutError, match="something else"):
            session.wait_for("something new", timeout=0.1)
