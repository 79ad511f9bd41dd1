"""A program in a real pseudo-terminal, with a screen to read and keys to press.

`Session` plays the terminal: a thread reads what the program writes (as slowly as told) and answers the
queries a modern xterm answers; pyte draws the screen, lazily, so that its slowness never enters the traffic.

    with Session([sys.executable, "-m", "gd_tui"]) as session:
        session.wait_for("step 0")
        session.send("n")
        session.wait_for("step 1")
        session.send("q")
        assert session.finish() == (0, True, [])
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from .screens import Screens

ROOT = Path(__file__).resolve().parents[2]
LONG_S = 30.0  # for a machine that is busy with other tests

# The child takes the terminal as its controlling one: a session leader's first open does that. No preexec_fn,
# because forking a process that has threads is not safe.
LAUNCHER = """
import os, resource, signal, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
os.tcsetpgrp(0, os.getpgrp())
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
for name in filter(None, sys.argv[1].split(",")):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
os.execvp(sys.argv[2], sys.argv[2:])
"""

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "escape": "\x1b",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
}

QUERY = re.compile(rb"\x1b\[(?:0?c|>0?c|>0?q|[56]n|\?\d+\$p)|\x1b\]1[01];\?(?:\x07|\x1b\\)")


class Cell(NamedTuple):
    """One character of the screen; colours as pyte names them ('default', 'red', 'ff8700')."""

    char: str
    fg: str
    bg: str
    bold: bool


class Ending(NamedTuple):
    """How the program ended; `returncode` is -n after death by signal n, None if it had to be killed."""

    returncode: int | None
    restored: bool
    problems: list[str]


class Session:
    """A command in a pseudo-terminal of its own.

    `env` changes a small fixed environment (None removes a name). A `mute` terminal answers no query. `rate`
    is how many bytes a second the terminal reads (None: as they come; 0: none) and may be set at any time.
    `ignoring` names the signals ignored when the command starts, as under nohup.
    """

    def __init__(
        self,
        command: list[str],
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        *,
        mute: bool = False,
        rate: float | None = None,
        ignoring: tuple[str, ...] = (),
    ) -> None:
        self.mute = mute
        self.rate = rate
        self._screens = Screens(*size)
        self._received = bytearray()
        self._drawn = 0  # bytes the screens have seen
        self._queries_seen = 0  # bytes searched for queries
        self._news = threading.Condition()
        self._master, self._slave = os.openpty()
        self._set_size(*size)
        self._settings = termios.tcgetattr(self._slave)
        self._stop, self._stopping = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, ",".join(ignoring), *command],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environment(env or {}),
            cwd=ROOT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    # What the user does

    def send(self, *keys: str) -> None:
        """Press keys: one character, a name in KEYS, or ctrl+ and a letter."""
        os.write(self._master, b"".join(key_bytes(key) for key in keys))

    def resize(self, columns: int, rows: int) -> None:
        with self._news:
            self._draw_received()
            self._screens.resize(columns, rows)
        self._set_size(columns, rows)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal's window."""
        self._stop_reading()
        os.close(self._master)
        self._master = -1

    # What the user sees

    def text(self) -> str:
        with self._news:
            self._draw_received()
            return "\n".join(line.rstrip() for line in self._screens.shown.display)

    def cells(self) -> list[list[Cell]]:
        """Rows of cells, top to bottom."""
        with self._news:
            self._draw_received()
            screen = self._screens.shown
            rows = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
        return [[Cell(cell.data, cell.fg, cell.bg, cell.bold) for cell in row] for row in rows]

    def wait_for(self, wanted: str | Callable[[], bool], timeout: float = LONG_S) -> None:
        """Wait until the screen's text matches the regular expression, or until the condition holds.

        Raises:
            TimeoutError: it did not; the message shows the screen.
        """
        if isinstance(wanted, str):
            pattern = re.compile(wanted)
            holds: Callable[[], bool] = lambda: pattern.search(self.text()) is not None  # noqa: E731
        else:
            holds = wanted
        end = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"{wanted!r} not within {timeout} s; the screen shows:\n{self.text()}")
            with self._news:
                self._news.wait(0.05)

    @property
    def received(self) -> int:
        """Bytes written by the program so far: a mark for `bytes_since`."""
        return len(self._received)

    def bytes_since(self, mark: int) -> bytes:
        with self._news:
            return bytes(self._received[mark:])

    def silent_for(self, seconds: float) -> bool:
        """Whether the program writes nothing during that time; returns at the first byte."""
        mark = self.received
        with self._news:
            return not self._news.wait_for(lambda: self.received > mark, seconds)

    def settle(self, seconds: float = 0.5, timeout: float = LONG_S) -> None:
        """Wait until the program has been silent for a while."""
        self.wait_for(lambda: self.silent_for(seconds), timeout)

    def cpu_seconds(self) -> float:
        """Processor time the program has used (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # The end

    def finish(self, timeout: float = LONG_S) -> Ending:
        """Wait for the program's end and look at the terminal it leaves; kills it after the timeout."""
        problems = []
        returncode: int | None = None
        try:
            returncode = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            problems.append(f"still running after {timeout} s")
            self._kill()
        self._stop_reading()
        if self._master >= 0:
            settings = termios.tcgetattr(self._slave)
            self._read_to_the_end()
            self._draw_received()
            problems += self._screens.left_behind() + settings_changed(self._settings, settings)
        self.close()
        return Ending(returncode, not problems, problems)

    def close(self) -> None:
        """Kill the program if it still runs; close the terminal."""
        if self._process.poll() is None:
            self._kill()
        self._stop_reading()
        for name in ("_master", "_slave", "_stop", "_stopping"):
            if (descriptor := getattr(self, name)) >= 0:
                os.close(descriptor)
                setattr(self, name, -1)

    def _kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The terminal

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        """Read until told to stop."""
        while True:
            paused = self.rate == 0
            watched = [self._stop] if paused else [self._stop, self._master]
            ready, _, _ = select.select(watched, [], [], 0.05 if paused else None)
            if self._stop in ready:
                return
            if self._master in ready and self.rate != 0:  # it may have been set while waiting
                self._take(self.rate)

    def _read_to_the_end(self) -> None:
        """Take what is left; only when nobody has the other side open does the kernel say that it is all."""
        os.close(self._slave)
        self._slave = -1
        with suppress(OSError):
            while select.select([self._master], [], [], 1.0)[0] and self._take(None):
                pass

    def _take(self, rate: float | None) -> int:
        """Read once; returns the number of bytes."""
        data = os.read(self._master, 65536 if rate is None else max(1, int(rate / 20)))
        with self._news:
            self._received += data
            answers = self._answers()
            self._news.notify_all()
        if answers:
            os.write(self._master, answers)
        if rate is not None:
            select.select([self._stop], [], [], len(data) / rate)
        return len(data)

    def _answers(self) -> bytes:
        """The answers to the queries in what has newly come."""
        found = list(QUERY.finditer(self._received, self._queries_seen))
        # A query may have been cut in two by the reading; none is longer than 16 bytes.
        keep = max(found[-1].end() if found else 0, len(self._received) - 16)
        self._queries_seen = max(self._queries_seen, keep)
        return b"" if self.mute else b"".join(answer(query[0]) for query in found)

    def _draw_received(self) -> None:
        self._screens.feed(bytes(self._received[self._drawn :]))
        self._drawn = len(self._received)

    def _stop_reading(self) -> None:
        if self._reader.is_alive():
            os.write(self._stopping, b"x")
            self._reader.join()


def environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    base: dict[str, str | None] = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def key_bytes(key: str) -> bytes:
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[5].upper()) & 0x1F])
    if len(key) > 1 and key not in KEYS:
        raise KeyError(key)
    return KEYS.get(key, key).encode()


def answer(query: bytes) -> bytes:
    """What a modern xterm answers, save that the cursor is always said to be in the first cell."""
    if query.endswith(b"$p"):
        number = query[3:-2]
        return b"\x1b[?%b;%b$y" % (number, b"2" if number == b"2026" else b"0")
    if query.startswith(b"\x1b]"):
        return query[:5] + b"rgb:0000/0000/0000\x1b\\"
    return {
        b"6n": b"\x1b[1;1R",
        b"5n": b"\x1b[0n",
        b">c": b"\x1b[>41;380;0c",
        b">q": b"\x1bP>|XTerm(380)\x1b\\",
        b"c": b"\x1b[?64;1;2;6;22c",
    }.get(query[2:].replace(b"0", b""), b"")


def settings_changed(before: list[object], after: list[object]) -> list[str]:
    names = ("input", "output", "control", "local", "input speed", "output speed", "characters")
    return [f"termios: {name} changed" for name, a, b in zip(names, before, after, strict=True) if a != b]
