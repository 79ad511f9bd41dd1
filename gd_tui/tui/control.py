"""Between keys and the simulator: a command is done at once, or in slices where it takes long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from inspect import GEN_RUNNING, getgeneratorstate
from time import perf_counter
from typing import TypeVar

from gd_tui.commands import Call, FrontEnd, read
from gd_tui.engine.engine import Status
from gd_tui.errors import InputError
from gd_tui.simulator.slices import Sliced
from gd_tui.tui.autorun import SLOW_S, TURNS, Autorun

AT_ONCE_S = 0.02
"""What takes no longer than this is done before the next frame."""

Found = TypeVar("Found")

ENDED = {
    Status.CONVERGED: "has converged ({reason}); n still steps, r starts again",
    Status.DIVERGED: "has diverged ({reason}); N steps back, r starts again, - lowers the learning rate",
}


class Control:
    """Runs, pauses and edits one simulator.

    While a thread is at work on the simulator, it must be left alone (`busy`), and commands wait in the order in
    which they came.
    """

    def __init__(
        self,
        front: FrontEnd,
        changed: Callable[[], None],
        spawn: Callable[[Coroutine[None, None, None]], object],
        say: Callable[[str, bool], None],
        refuse: Callable[[InputError], None],
    ) -> None:
        """`changed` is told of every change, `spawn` begins a task; `say` is given what commands say, and whether
        they were asked for it; `refuse` what is wrong with them where that shows only later.
        """
        self.front = front
        self._alone = asyncio.Lock()
        self._autorun = Autorun(front.simulator, changed, self._alone)
        self._changed, self._spawn, self._say, self._refuse = changed, spawn, say, refuse
        self._calls: deque[Call] = deque()
        self._call: Call | None = None
        self._work: Sliced[str] | None = None
        self._broken_off: list[Sliced[str]] = []
        self._driving = self._is_slow = False

    @property
    def running(self) -> bool:
        """Whether updates are being made by themselves, or commands are under way."""
        under_way = self._work is not None and self._call is not None and self._call.is_sliced
        return self._autorun.active or under_way or bool(self._calls)

    @property
    def busy(self) -> bool:
        """Whether nothing of the simulator may be read or changed."""
        return self._alone.locked()

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
            self._changed()
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
        work, self._work = self._work, None
        if work is None or getgeneratorstate(work) == GEN_RUNNING:  # what is running is closed where its slice ends
            return
        self._broken_off.append(work)
        self._close_broken_off()

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

    def expect(self, seconds: float) -> None:
        """Be prepared for updates that take as long as it took to look at a step."""
        if not self.running:
            self._is_slow = seconds > SLOW_S
            self._autorun.expect(seconds)

    async def look(self, take: Callable[[], Found]) -> Found:
        """What `take` finds at the simulator; it works in a thread, while nothing else is at work."""
        try:
            async with self._alone:
                return await asyncio.to_thread(take)
        finally:
            self._take_up()

    async def _run(self) -> None:
        try:
            await self._autorun.run()
        finally:
            self._take_up()
            self._changed()

    def _take_up(self) -> None:
        """Begin with the commands that have been waiting for the simulator."""
        self._close_broken_off()
        if self._calls and not self._driving:
            self._start_driving()

    def _close_broken_off(self) -> None:
        """Let commands that were broken off put the simulator in order, once it is free."""
        while self._broken_off and not self.busy:
            self._broken_off.pop().close()

    def _do_at_once(self) -> None:
        """Do what can be done before the next frame."""
        deadline = perf_counter() + AT_ONCE_S
        while self._has_more and not self._needs_thread and perf_counter() < deadline:
            self._tell(self._slice(self._next()))

    def _start_driving(self) -> None:
        self._driving = True
        self._spawn(self._drive())
        self._changed()

    async def _drive(self) -> None:
        """Do the rest, in slices between which keys and frames have their turn."""
        try:
            while self._has_more:
                async with self._alone:
                    said = await self._next_slice()
                self._tell(said)
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

    async def _next_slice(self) -> str | None:
        if not self._has_more:  # broken off while the simulator was not free
            return None
        needs_thread, work = self._needs_thread, self._next()
        return await asyncio.to_thread(self._slice, work) if needs_thread else self._slice(work)

    def _next(self) -> Sliced[str]:
        """The command that is under way, or else the next one."""
        if self._work is None:
            self._call = self._calls.popleft()
            self._work = self._call.act(self.front)
        return self._work

    def _slice(self, work: Sliced[str]) -> str | None:
        """Do one slice of a command; what it says once it is done."""
        begun = perf_counter()
        said = None
        try:
            next(work)
        except StopIteration as end:
            said = end.value
        except InputError:
            self._work = None
            raise
        finally:
            if self._call is not None and self._call.is_sliced:  # its last slice may have had nothing left to do
                self._is_slow = perf_counter() - begun > SLOW_S or (self._is_slow and said is not None)
        if self._work is not work:  # it was broken off meanwhile
            work.close()
            return None
        self._work = work if said is None else None
        return said

    def _tell(self, said: str | None) -> None:
        if said is not None and self._call is not None:
            self._say(said, self._call.verb.is_question)
