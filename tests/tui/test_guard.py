"""What can be known of the terminal before Textual is imported; the guard at work is tested in a real pty."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gd_tui.tui.guard import (
    RESTORE,
    has_hung_up,
    is_in_background,
    locale_charset,
    needs_ascii,
    prepare_environment,
    why_not,
)

UTF8 = {"LANG": "de_DE.UTF-8", "TERM": "xterm"}


class Stream(io.TextIOWrapper):
    """A text stream that says it is a terminal, or not."""

    def __init__(self, terminal: bool = True, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="backslashreplace")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def written(self, text: str) -> bytes:
        self.write(text)
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def pty() -> Iterator[list[int]]:
    """Master and slave; a test that closes one takes it out of the list."""
    descriptors = list(os.openpty())
    yield descriptors
    for descriptor in descriptors:
        os.close(descriptor)


def test_a_terminal_is_accepted() -> None:
    assert why_not(UTF8, Stream(), Stream()) is None
    assert why_not({}, Stream(), Stream()) is None


@pytest.mark.parametrize(
    ("stdin", "stderr", "named"),
    [
        (Stream(False), Stream(), "stdin is"),
        (Stream(), Stream(False), "stderr is"),
        (Stream(False), Stream(False), "stdin and stderr is"),
        (None, Stream(), "stdin is"),
        (Stream(), None, "stderr is"),
    ],
)
def test_both_stdin_and_stderr_have_to_be_terminals(stdin: Stream | None, stderr: Stream | None, named: str) -> None:
    reason = why_not(UTF8, stdin, stderr)
    assert reason is not None
    assert named in reason
    assert "gd-tui run" in reason
    assert "gd-tui plain" in reason
    assert "\n" not in reason
    assert "ssh" not in reason


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Stream()
    stream.close()
    assert why_not(UTF8, stream, Stream()) is not None


def test_over_ssh_without_a_terminal_the_option_is_named() -> None:
    ssh = {**UTF8, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}
    reason = why_not(ssh, Stream(False), Stream(False))
    assert reason is not None
    assert "ssh -t" in reason
    with_terminal = why_not({**ssh, "SSH_TTY": "/dev/pts/1"}, Stream(False), Stream())
    assert with_terminal is not None
    assert "ssh -t" not in with_terminal


def test_a_dumb_terminal_is_refused() -> None:
    reason = why_not({"TERM": "dumb"}, Stream(), Stream())
    assert reason is not None
    assert "TERM=dumb" in reason


@pytest.mark.parametrize(
    ("environ", "encoding", "ascii_only"),
    [
        (UTF8, "utf-8", False),
        (UTF8, "ascii", False),  # PYTHONIOENCODING; the terminal can
        ({}, "utf-8", False),  # as over ssh
        ({"LANG": "C"}, "utf-8", False),
        ({"LANG": "C"}, "ascii", True),  # PYTHONUTF8=0
        ({"LANG": "de_DE"}, "iso8859-1", True),
        ({"LC_ALL": "en_US.ISO-8859-1"}, "iso8859-1", True),
        ({"LC_ALL": "en_US.ISO-8859-1"}, "utf-8", True),  # PYTHONUTF8=1; the terminal cannot
        ({"LANG": "en_US.ISO-8859-1", "LC_ALL": "en_US.utf8"}, "utf-8", False),
        ({"LANG": "de_DE.UTF-8", "LC_CTYPE": "de_DE.ISO-8859-15@euro"}, "utf-8", True),
        ({**UTF8, "TERM": "linux"}, "utf-8", True),
        ({**UTF8, "TERM": "vt100"}, "utf-8", True),
    ],
)
def test_where_only_ascii_may_be_drawn(environ: dict[str, str], encoding: str, ascii_only: bool) -> None:
    assert needs_ascii(environ, Stream(encoding=encoding)) is ascii_only


@pytest.mark.parametrize(
    ("environ", "charset"),
    [
        ({}, ""),
        ({"LANG": "C"}, ""),
        ({"LC_ALL": "", "LANG": "C.UTF-8"}, "UTF-8"),
        ({"LANG": "de_DE.ISO-8859-1@euro"}, "ISO-8859-1"),
    ],
)
def test_the_charset_of_the_locale(environ: dict[str, str], charset: str) -> None:
    assert locale_charset(environ) == charset


def test_exported_sizes_are_dropped() -> None:
    environ = {**UTF8, "COLUMNS": "50", "LINES": "12"}
    prepare_environment(environ, Stream())
    assert environ == UTF8


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"STY": "1.a", "TERM": "xterm"}, "256"),
        ({"TERM": "screen.xterm-256color"}, "256"),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, None),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "screen", "TEXTUAL_COLOR_SYSTEM": "standard"}, "standard"),
    ],
)
def test_gnu_screen_gets_256_colours(environ: dict[str, str], colours: str | None) -> None:
    prepare_environment(environ, Stream())
    assert environ.get("TEXTUAL_COLOR_SYSTEM") == colours


def test_a_terminal_that_can_show_utf8_is_sent_it() -> None:
    stderr = Stream(encoding="ascii")
    prepare_environment(dict(UTF8), stderr)
    assert stderr.written("│") == "│".encode()


def test_elsewhere_a_character_stays_one_character() -> None:
    stderr = Stream(encoding="ascii")
    prepare_environment({"LANG": "C", "TERM": "xterm"}, stderr)
    assert stderr.written("a│b") == b"a?b"


def test_a_terminal_hangs_up_when_its_other_end_is_closed(pty: list[int]) -> None:
    assert not has_hung_up(pty[1])
    os.close(pty.pop(0))
    assert has_hung_up(pty[0])


def test_a_pipe_hangs_up_when_nobody_reads_it() -> None:
    reading, writing = os.pipe()
    assert not has_hung_up(writing)
    os.close(reading)
    assert has_hung_up(writing)
    os.close(writing)


def test_a_terminal_that_is_not_ours_has_no_other_foreground(pty: list[int]) -> None:
    assert not is_in_background(pty[1])


def test_restoring_ends_a_cut_sequence_first_and_shows_the_cursor_last() -> None:
    assert RESTORE.startswith(b"\x18")
    assert RESTORE.endswith(b"\x1b[?25h")
    assert RESTORE.index(b"\x1b[<u") < RESTORE.index(b"\x1b[?1049l")


def test_it_is_imported_without_textual() -> None:
    code = "import sys, gd_tui.tui.guard, gd_tui.tui.gate; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_on_windows_it_is_imported_and_guards_nothing() -> None:
    code = """
import signal, sys
sys.platform = "win32"
sys.modules["termios"] = None
from gd_tui.tui.guard import Guard
before = signal.getsignal(signal.SIGTERM)
with Guard() as guard:
    assert signal.getsignal(signal.SIGTERM) is before
    guard.leave_within(0)
    guard.restore()
"""
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ended.stderr == ""
    assert ended.returncode == 0
