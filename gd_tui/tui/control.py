"""Between keys and the simulator: a command is done at once, or as a run where it takes long."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from math import inf
from time import perf_counter

from gd_tui.commands import perform
from gd_tui.engine.engine import Status
from gd_tui.simulator import Simulator
from gd_tui.tui.autorun import Autorun

AT_ONCE_S = 0.02
"""Updates that take no longer than this are made before the next frame; more of them run as a run does."""

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
        simulator: Simulator,
        changed: Callable[[], None],
        spawn: Callable[[Coroutine[None, None, None]], object],
        resume: Callable[[str], object],
    ) -> None:
        """`changed` is told of every change, `spawn` begins a task, `resume` is given commands that had to wait."""
        self.simulator = simulator
        self._autorun = Autorun(simulator, changed)
        self._changed, self._spawn, self._resume = changed, spawn, resume
        self._waiting: list[str] = []

    @property
    def running(self) -> bool:
        """Whether updates are being made by themselves."""
        return self._autorun.active

    @property
    def busy(self) -> bool:
        """Whether nothing of the simulator may be read or changed."""
        return self._autorun.busy

    def perform(self, text: str) -> str:
        """Pause, do what a command says, and return what there is to say about it.

        Raises InputError, with nothing done, if it is no command or its arguments are wrong.
        """
        self._autorun.stop()
        if self.busy:
            self._waiting.append(text)
            return ""
        target = self._long_way(text)
        if target is None:
            begun, k = perf_counter(), self.simulator.k
            said = perform(text, self.simulator)
            if text.startswith("step"):
                self._autorun.learn(self.simulator.k - k, perf_counter() - begun)
        else:
            said = f"on the way to step {target:,}"
            self._start(inf, until=target)
        self._changed()
        return said

    def toggle(self, speed: float) -> str:
        """Run at `speed`, or pause; returns why it does not run, if it does not."""
        if self.running:
            self.pause()
            return ""
        if self.simulator.status in ENDED and not self.busy:
            return "the run " + ENDED[self.simulator.status].format(reason=self.simulator.reason)
        self._start(speed)
        return ""

    def pause(self) -> None:
        """Stop running, after the update that is being made."""
        self._autorun.stop()
        self._changed()

    def set_speed(self, speed: float) -> None:
        """Go on at another speed, in updates per second."""
        self._autorun.set_speed(speed)

    def _start(self, speed: float, *, until: int | None = None) -> None:
        if self._autorun.begin(speed, until):
            self._spawn(self._run())
        self._changed()

    async def _run(self) -> None:
        await self._autorun.run()
        while self._waiting and not self.running:  # one of them may be a run itself
            self._resume(self._waiting.pop(0))
        self._changed()

    def _long_way(self, text: str) -> int | None:
        """The step that a command leads to by so many new updates that they are better made as a run."""
        words = text.split()
        if len(words) != 2 or words[0] not in ("step", "goto") or not words[1].isdecimal():
            return None
        target = int(words[1]) + (self.simulator.k if words[0] == "step" else 0)
        return target if self._autorun.takes(target - self.simulator.k) > AT_ONCE_S else None
