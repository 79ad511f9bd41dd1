"""The terminal is given back whatever ends the program.

Imports nothing of Textual: `why_not` and `prepare_environment` have to act before Textual is imported,
because it reads the environment at import, and a refusal should cost nothing. Textual writes to stderr and
reads stdin, so those two are the terminal; stdout may go anywhere.

    if (reason := why_not(os.environ, sys.__stdin__, sys.__stderr__)) is not None:
        print(reason, file=sys.stderr); sys.exit(2)
    prepare_environment(os.environ, sys.__stderr__)
    with Guard():
        app.run()

On Windows everything can be imported and `Guard` does nothing.
"""

from __future__ import annotations

import io
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, TextIO

if sys.platform != "win32":
    import termios

REMEDY = "use `gd-tui run` for the results or `gd-tui plain` for text without a screen"

# The name Textual gives to its thread that writes to the terminal (textual/drivers/_writer_thread.py).
WRITER = "textual-output"

# The order matters: end a half-written sequence first, and pop the keyboard flags before leaving the
# alternate screen, because each screen has its own stack of them.
RESTORE = (
    b"\x18\x1b\\"  # CAN and ST end a sequence or string that was cut short
    b"\x1b[?2026l"  # synchronised update
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    b"\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # reports of focus, paste and size
    b"\x1b[<u"  # kitty keyboard
    b"\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"  # wrapping, colours, main screen, cursor
)
PATIENCE_S = 0.5  # for a terminal that takes no byte while it is being restored


def why_not(environ: Mapping[str, str], stdin: TextIO | None, stderr: TextIO | None) -> str | None:
    """One line saying why the screen cannot be shown here, or None when it can."""
    missing = [name for name, stream in (("stdin", stdin), ("stderr", stderr)) if not is_terminal(stream)]
    if missing:
        over_ssh = "SSH_CONNECTION" in environ and "SSH_TTY" not in environ
        hint = ", or `ssh -t` to get a terminal over ssh" if over_ssh else ""
        return f"gd-tui needs a terminal, and {' and '.join(missing)} is not one: {REMEDY}{hint}."
    if environ.get("TERM") == "dumb":
        return f"gd-tui cannot draw on a terminal with TERM=dumb: {REMEDY}."
    return None


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is open on a terminal; Python has no stream at all for a closed descriptor."""
    return stream is not None and not stream.closed and stream.isatty()


def needs_ascii(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Whether only the characters 0x20-0x7e may be drawn.

    So it is on the Linux console and VT terminals, whose fonts have no braille, where the locale names
    another charset than UTF-8, and where it names none and Python did not settle on UTF-8. A missing locale
    is no sign of an old terminal: ssh does not pass it on, and Python then takes UTF-8.
    """
    if environ.get("TERM", "").startswith(("linux", "vt")):
        return True
    charset = locale_charset(environ) or stream.encoding
    return not is_utf8(charset)


def locale_charset(environ: Mapping[str, str]) -> str:
    """The charset the POSIX locale variables name, as ISO-8859-1 in LANG=de_DE.ISO-8859-1@euro, or ''."""
    names = (environ.get(variable, "") for variable in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next(filter(None, names), "")
    return locale.partition(".")[2].partition("@")[0]


def is_utf8(charset: str) -> bool:
    return charset.lower().replace("-", "").replace("_", "") == "utf8"


def prepare_environment(environ: MutableMapping[str, str], stderr: TextIO) -> None:
    """Mend what would mislead Textual; call it before Textual is imported.

    COLUMNS and LINES would pin the size through every resize. GNU screen shows truecolor wrongly, while tmux,
    which also calls itself screen, does not. Python escapes what stderr cannot encode, and `\\u2502` in place
    of one cell destroys the layout.
    """
    environ.pop("COLUMNS", None)
    environ.pop("LINES", None)
    if "STY" in environ or (environ.get("TERM", "").startswith("screen") and "TMUX" not in environ):
        environ.setdefault("TEXTUAL_COLOR_SYSTEM", "256")
    if isinstance(stderr, io.TextIOWrapper) and not is_utf8(stderr.encoding):
        if needs_ascii(environ, stderr):
            stderr.reconfigure(errors="replace")
        else:
            stderr.reconfigure(encoding="utf-8")


class Guard:
    """Context manager around `app.run()`: gives the terminal back when a signal, hang-up or error ends it.

    SIGTERM, SIGHUP and SIGQUIT restore the terminal and then kill the process as they would have; SIGINT
    from outside (the key is no signal in Textual) restores it and exits with 130. Ignored signals stay so.
    A terminal that is gone ends the process with 129 even where SIGHUP is ignored, and a writer thread that
    died, without which the event loop would block for good, ends it with 1.

    Raises:
        termios.error: stdin is not a terminal (ask `why_not` first).
    """

    def __enter__(self) -> Guard:
        if sys.platform == "win32":
            return self
        self._stdin, self._stderr = 0, 2
        self._settings = termios.tcgetattr(self._stdin)
        self._kept_stderr = os.dup(self._stderr)
        self._terminal = open_without_blocking(self._stderr)
        self._null = os.open(os.devnull, os.O_WRONLY)
        self._stop_watch, self._stopping = os.pipe()
        self._restoring = threading.RLock()  # reentrant: a second signal may interrupt the first's handler
        self._restored = False
        self._deadline: threading.Timer | None = None
        self._thread_hook = threading.excepthook
        threading.excepthook = self._on_thread_exception
        self._handlers = self._take_signals()
        self._poller = self._what_to_watch()
        self._watcher = threading.Thread(target=self._watch, name="terminal-watch", daemon=True)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.platform == "win32":
            return
        os.write(self._stopping, b"x")
        self._watcher.join()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline.join()  # if its time has come it is restoring, with the descriptors closed below
        if kind is not None:
            self.restore()
            os.dup2(self._kept_stderr, self._stderr)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        threading.excepthook = self._thread_hook
        for descriptor in (self._kept_stderr, self._terminal, self._null, self._stop_watch, self._stopping):
            os.close(descriptor)

    def leave_within(self, seconds: float) -> None:
        """Call it on quitting: Textual first sends all it has queued, which a stopped terminal never takes.

        When the time is over the terminal is restored and the process exits with 0.
        """
        if sys.platform == "win32" or self._deadline is not None:
            return
        self._deadline = threading.Timer(seconds, self._end, [0])
        self._deadline.daemon = True
        self._deadline.start()

    def restore(self) -> None:
        """Put the terminal back, once, in bounded time; what is written to stderr later goes nowhere."""
        if sys.platform == "win32":
            return
        with self._restoring:
            if self._restored:
                return
            # A writer blocked in write(2) holds the terminal's lock and sleeps through a flush. With stderr
            # turned to /dev/null, a signal makes it try again there.
            os.dup2(self._null, self._stderr)
            # In the background it was restored when it was stopped, and now belongs to the shell.
            if not is_in_background(self._stdin):
                self._restore_modes()
                self._restore_settings()
            self._restored = True

    def _restore_modes(self) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not self._wrote_restore() and time.monotonic() < give_up:
            time.sleep(0.01)

    def _restore_settings(self) -> None:
        with suppress(termios.error):
            termios.tcsetattr(self._stdin, termios.TCSANOW, self._settings)
            # Answers and mouse reports still under way would be typed into the shell.
            termios.tcflush(self._stdin, termios.TCIFLUSH)

    def _wrote_restore(self) -> bool:
        """One attempt at writing RESTORE; False when the terminal has no room yet."""
        interrupt_writer()
        try:
            termios.tcflush(self._terminal, termios.TCOFLUSH)
            os.write(self._terminal, RESTORE)
        except BlockingIOError:
            return False
        except (termios.error, OSError):
            return True  # the terminal is gone
        return True

    def _take_signals(self) -> dict[int, Any]:
        """Install the handlers; returns those they replace.

        Not `loop.add_signal_handler`: the loop may be blocked in the writer's full queue, where a Python
        handler still runs.
        """
        taken: dict[int, Any] = {}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                taken[number] = signal.signal(number, self._on_signal)
        # Only there to interrupt a blocked write; its default would kill.
        taken[signal.SIGUSR1] = signal.signal(signal.SIGUSR1, lambda number, frame: None)
        return taken

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            self._end(128 + number)
        self.restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.thread is None or args.thread.name != WRITER:
            self._thread_hook(args)
            return
        self.restore()
        with suppress(OSError):
            os.write(self._terminal, f"gd-tui: cannot write to the terminal: {args.exc_value!r}\n".encode())
        self._end(129 if has_hung_up(self._stdin) else 1)

    def _what_to_watch(self) -> select.poll:
        poller = select.poll()
        poller.register(self._stop_watch, select.POLLIN)
        for descriptor in (self._stdin, self._stderr):
            if not has_hung_up(descriptor):  # macOS cannot poll every terminal and says so at once
                poller.register(descriptor, 0)
        return poller

    def _watch(self) -> None:
        """Sleep until the terminal hangs up or the guard ends; costs nothing meanwhile."""
        if all(descriptor != self._stop_watch for descriptor, _ in self._poller.poll()):
            self._end(129)

    def _end(self, code: int) -> None:
        """Restore and leave without clean-up, because the event loop may be blocked for good."""
        self.restore()
        os._exit(code)


def open_without_blocking(terminal: int) -> int:
    """A descriptor of the same terminal whose O_NONBLOCK no other process shares."""
    for path in (os.ttyname(terminal), "/dev/tty"):
        with suppress(OSError):  # after su the device itself may not be opened
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    return os.dup(terminal)


def interrupt_writer() -> None:
    for thread in threading.enumerate():
        if thread.name == WRITER and thread.ident is not None:
            with suppress(ProcessLookupError):
                signal.pthread_kill(thread.ident, signal.SIGUSR1)


def is_in_background(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:  # not our controlling terminal, so nobody else's foreground either
        return False


def has_hung_up(descriptor: int) -> bool:
    """Whether the other end of a terminal or pipe is gone; does not wait."""
    poller = select.poll()
    poller.register(descriptor, 0)
    return bool(poller.poll(0))
