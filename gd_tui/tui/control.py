"""Between keys and the simulator: a command is done at once, or in slices where it takes long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from time import perf_counter

from gd_tui.commands import Call, FrontEnd, read
from gd_tui.engine.engine import Status
from gd_tui.errors import InputError
from gd_tui.simulator.slices import Sliced
from gd_tui.tui.autorun import SLOW_S, TURNS, Autorun

AT_ONCE_S = 0.02
"""What takes no longer than this is done before the next frame."""

ENDED = {
    Status.CONVERGED: "has converged ({reason}); n still steps, r starts again",
    Status.DIVERGED: "has diverged ({reason}); N steps back, r starts again, - lowers the learning rate",
}


class Control:
    """Runs, pauses and edits one simulator.

    While a slow update is being made in a thread, the simulator must be left alone (`busy`), and commands
    wait for it in the order in which they came.
    """

    def __init__(
        self,
        front: FrontEnd,
        changed: Callable[[], None],
        spawn: Callable[[Coroutine[None, None, None]], object],
        say: Callable[[str], None],
        refuse: Callable[[InputError], None],
    ) -> None:
        """`changed` is told of every change, `spawn` begins a task; `say` is given what commands say, `refuse` what
        is wrong with them where that shows only later.
        """
        self.front = front
        self._autorun = Autorun(front.simulator, changed)
        self._changed, self._spawn, self._say, self._refuse = changed, spawn, say, refuse
        self._calls: deque[Call] = deque()
        self._work: Sliced[str] | None = None
        self._driving = self._in_thread = self._is_slow = False

    @property
    def running(self) -> bool:
        """Whether updates are being made by themselves."""
        return self._autorun.active or self._driving

    @property
    def busy(self) -> bool:
        """Whether nothing of the simulator may be read or changed."""
        return self._autorun.busy or self._in_thread

    def perform(self, text: str, *, queued: bool = False) -> None:
        """Pause, and do what a text of commands says.

        A command that is still under way is broken off, between two updates, unless this one is to be `queued`
        behind it. Raises InputError if a word is no command, or, with nothing done, if the first command is wrong.
        """
        calls = read(text)
        self._autorun.stop()
        if not queued:
            self.interrupt()
        self._calls.extend(calls)
        if self._driving or self.busy:
            return
        try:
            self._do_at_once()
        except InputError:
            self._calls.clear()
            raise
        finally:
            self._changed()
        if self._has_more:
            self._start_driving()

    def interrupt(self) -> None:
        """Break off the commands that are under way."""
        self._calls.clear()
        if self._work is not None and not self._in_thread:
            self._work.close()
        self._work = None

    def toggle(self, speed: float) -> str:
        """Run at `speed`, or pause; returns why it does not run, if it does not."""
        if self.running:
            self.pause()
            return ""
        simulator = self.front.simulator
        if simulator.status in ENDED and not self.busy:
            return "the run " + ENDED[simulator.status].format(reason=simulator.reason)
        if self._autorun.begin(speed):
            self._spawn(self._run())
        self._changed()
        return ""

    def pause(self) -> None:
        """Stop running, after the update that is being made."""
        self._autorun.stop()
        self.interrupt()
        self._changed()

    def set_speed(self, speed: float) -> None:
        """Go on at another speed, in updates per second."""
        self._autorun.set_speed(speed)

    async def _run(self) -> None:
        await self._autorun.run()
        if self._calls and not self._driving:
            self._start_driving()
        self._changed()

    def _do_at_once(self) -> None:
        """Do what can be done before the next frame."""
        deadline = perf_counter() + AT_ONCE_S
        while self._has_more and not self._needs_thread and perf_counter() < deadline:
            self._tell(self._slice())

    def _start_driving(self) -> None:
        self._driving = True
        self._spawn(self._drive())
        self._changed()

    async def _drive(self) -> None:
        """Do the rest, in slices between which keys and frames have their turn."""
        try:
            while self._has_more:
                self._tell(await self._slice_in_thread() if self._needs_thread else self._slice())
                self._changed()
                for _ in range(TURNS):
                    await asyncio.sleep(0)
        except InputError as error:
            self.interrupt()
            self._refuse(error)
        finally:
            self._driving = False
            self._changed()

    @property
    def _has_more(self) -> bool:
        return self._work is not None or bool(self._calls)

    @property
    def _needs_thread(self) -> bool:
        """Whether the next slice may take long; what is not done in slices is for the event loop's own thread."""
        return self._is_slow and (self._work is not None or self._calls[0].is_sliced)

    async def _slice_in_thread(self) -> str | None:
        self._in_thread = True
        try:
            return await asyncio.to_thread(self._slice)
        finally:
            self._in_thread = False

    def _slice(self) -> str | None:
        """Do one slice of the command that is under way, or of the next one; what it says once it is done."""
        begun = perf_counter()
        work = self._work = self._work or self._calls.popleft().act(self.front)
        said = None
        try:
            next(work)
        except StopIteration as end:
            said = end.value
        except InputError:
            self._work = None
            raise
        finally:
            self._is_slow = perf_counter() - begun > SLOW_S
        if self._work is not work:  # it was broken off meanwhile
            work.close()
            return None
        self._work = work if said is None else None
        return said

    def _tell(self, said: str | None) -> None:
        if said is not None:
            self._say(said)
