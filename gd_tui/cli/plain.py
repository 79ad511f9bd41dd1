"""`gd-tui plain`: commands in, text out, line by line, without a single escape code.

For screen readers, dumb terminals and scripts. Enter makes one update.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gd_tui.errors import InputError

if TYPE_CHECKING:
    from gd_tui.commands import Call
    from gd_tui.session import Autosave, Slot
    from gd_tui.simulator import Simulator

PROMPT = "> "
STEP = "step 1"


def read_plainly(
    simulator: Simulator,
    *,
    commands: str = "",
    script: Path | None = None,
    slot: Slot | None = None,
    is_resumed: bool = False,
) -> int:
    """Do the commands, then those of the script, else those that are typed or piped in; returns the exit status.

    What is typed is saved as it is done, in the `slot` of a session that was taken up or as a new one. A run that
    `is_resumed` is told of at first: nobody remembers where it stood.

    Raises InputError for a mistake in the commands or the script, which end with it. A mistake on stdin is told and
    the next line read; the status is 2 then if nobody is there to read of it.
    """
    from gd_tui.session import Autosave, Shelf

    typed = script is None and sys.stdin is not None and sys.stdin.isatty()
    autosave = Autosave(simulator, Shelf(), slot) if typed or slot is not None else None
    plain = Plain(simulator, sys.stdout, autosave)
    with plain.interruptible():
        if is_resumed and not (typed or commands):  # a prompt begins with that anyway
            plain.tell_state()
        plain.do(commands)
        if script is not None and not plain.is_over:
            plain.do(_content(script), f"{script}: ")
        if script is None and sys.stdin is not None and (typed or not commands) and not plain.is_over:
            if isinstance(sys.stdin, TextIOWrapper):
                sys.stdin.reconfigure(errors="replace")  # what is no text is no command, and no traceback
            return plain.read(sys.stdin)
        return plain.status


def _content(script: Path) -> str:
    try:
        return script.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{script}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{script}: it is not UTF-8 text, so no script of commands") from None


class Plain:
    """A front end of lines."""

    def __init__(self, simulator: Simulator, out: TextIO, autosave: Autosave | None) -> None:
        from gd_tui.commands import FrontEnd

        self._front = FrontEnd(simulator)
        self._out, self._autosave = out, autosave
        self._interrupted = self._waiting = False
        self.status = 0

    @property
    def is_over(self) -> bool:
        """Whether `quit` was said, or Ctrl+C."""
        return self._front.ended or self.status != 0

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Ctrl+C ends the command that is under way, between two updates, and never tears one apart."""
        handler = signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, handler)
            if self._autosave is not None:
                self._autosave.close()

    def do(self, text: str, source: str = "") -> None:
        """Do all commands of a text. Raises InputError, with the line's number, for the first that is wrong."""
        for number, line in enumerate(text.split("\n"), 1):
            try:
                self._line(line)
            except InputError as error:
                raise InputError(f"{source}line {number}: {error}" if source else str(error)) from None
            if self._interrupted:
                self.status = 130
            if self.is_over:
                return

    def read(self, source: TextIO) -> int:
        """Do what is typed, or piped in, up to `quit` or its end; returns the exit status."""
        return self._converse(source) if source.isatty() else self._follow(source)

    def _converse(self, source: TextIO) -> int:
        """Prompt for every line; a mistake is told, and the next line read."""
        self.tell_state()
        self._say("Enter makes one update, help lists the commands, quit leaves.")
        while not self._front.ended:
            self._out.write(PROMPT)
            self._out.flush()
            line = self._next(source)
            if line is None:
                self._say("\n", end="")
                break
            try:
                self._line(line if line.strip() else STEP)
            except InputError as error:
                self._mistake(str(error))
            self._interrupted = False
        if self._autosave is not None:
            self._autosave.close()
            if self._autosave.name:
                self._say(f"saved as {self._autosave.name}; `gd-tui resume --plain` goes on from here")
        return self.status

    def _follow(self, source: TextIO) -> int:
        """Do every line that there is; a mistake is told with its line, and leaves status 2."""
        number = 0
        while not self._front.ended and (line := self._next(source)) is not None:
            number += 1
            try:
                self._line(line if line.strip() else STEP)
            except InputError as error:
                self._mistake(f"line {number}: {error}")
                self.status = 2
            if self._interrupted:
                return 130
        return self.status

    def _next(self, source: TextIO) -> str | None:
        """The next line; None at the end. Ctrl+C at the prompt ends the program as it does any other."""
        self._waiting = True
        try:
            return source.readline() or None
        except InterruptedError:
            self.status = 130
            return None
        finally:
            self._waiting = False

    def _line(self, line: str) -> None:
        from gd_tui.commands import read

        for call in read(line):
            self._call(call)
            self._save()
            if self._front.ended or self._interrupted:
                return

    def _save(self) -> None:
        """Keep the session; if that cannot be done, say so once."""
        if self._autosave is None:
            return
        known = self._autosave.problem
        self._autosave.look(at_once=True)
        if self._autosave.problem not in ("", known):
            self._mistake(f"the session is not saved: {self._autosave.problem}")

    def _call(self, call: Call) -> None:
        """Do one command, and say what changed."""
        simulator = self._front.simulator
        before = simulator.snapshot()
        work = call.act(self._front)
        said = ""
        while True:
            try:
                next(work)
            except StopIteration as end:
                said = end.value
                break
            if self._interrupted:
                work.close()
                said = f"interrupted at step {simulator.k:,}"
                break
        from gd_tui.narration import tell_change

        self._say(said)
        self._say(tell_change(before, simulator.snapshot()))

    def tell_state(self) -> None:
        """Say what run it is and where it stands."""
        from gd_tui.narration import tell_state

        self._say(tell_state(self._front.simulator.snapshot()))

    def _say(self, text: str, end: str = "\n") -> None:
        if not text:
            return
        from gd_tui.ascii import to_ascii

        try:
            text.encode(self._out.encoding or "ascii")
        except UnicodeEncodeError:
            text = to_ascii(text)
        self._out.write(text + end)
        self._out.flush()

    def _mistake(self, message: str) -> None:
        self._out.flush()
        sys.stderr.write(f"gd-tui: error: {' '.join(message.split())}\n")
        sys.stderr.flush()

    def _interrupt(self, number: int, frame: object) -> None:
        self._interrupted = True
        if self._waiting:  # the read would go on otherwise
            raise InterruptedError
