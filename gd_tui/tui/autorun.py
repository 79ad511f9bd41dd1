"""Making updates by themselves: as many a second as asked for, and keys always first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from time import monotonic, perf_counter

from gd_tui.simulator import Simulator

QUANTUM_S = 0.004
"""Updates are made in slices of this length, between which keys and frames have their turn."""
TURNS = 10
"""Turns of the event loop between two slices: a key passes through several queues until it has its effect."""
SLOW_S = 0.010
"""An update that takes longer than this goes to a thread of its own."""
LONGEST_SLEEP_S = 0.05
LAG_S = 0.5
"""What a run that cannot keep up is behind by more than this is forgiven, so that it never races to catch up."""


class Pace:
    """When updates are due: `speed` a second from `now` on, the first one at once."""

    def __init__(self, speed: float, now: float) -> None:
        self.speed, self._since, self._made = speed, now, 0

    def due(self, now: float) -> int:
        """How many updates are due and not made yet."""
        if self.speed == inf:
            return 2**31
        if now - self._time(self._made) > LAG_S + 1 / self.speed:
            self._since, self._made = now, 0
        return int((now - self._since) * self.speed + 1e-9) + 1 - self._made

    def wait(self, now: float) -> float:
        """Seconds until the next update is due."""
        return 0.0 if self.speed == inf else max(0.0, self._time(self._made) - now)

    def made(self, count: int) -> None:
        """Take note that updates were made."""
        self._made += count

    def _time(self, update: int) -> float:
        return self._since + update / self.speed


class Autorun:
    """Runs a simulator inside the event loop until it ends or is stopped.

    Attributes:
        active: whether it is running.
    """

    def __init__(self, simulator: Simulator, progress: Callable[[], None], alone: asyncio.Lock) -> None:
        """`progress` is called, in the event loop, whenever updates were made.

        Who holds the lock `alone` may work on the simulator in a thread.
        """
        self.simulator = simulator
        self.active = False
        self._progress, self._alone = progress, alone
        self._cost_s = 0.0
        self._looping = False
        self._pace = Pace(1.0, 0.0)

    def learn(self, updates: int, seconds: float) -> None:
        """Take note of how long updates took."""
        if updates > 0:
            cost = seconds / updates
            self._cost_s = 0.8 * self._cost_s + 0.2 * cost if self._cost_s else cost

    def expect(self, seconds: float) -> None:
        """Begin with this for the time of an update, as long as none was made."""
        self._cost_s = self._cost_s or seconds

    def begin(self, speed: float) -> bool:
        """Be active from now on, at `speed` updates a second, up to convergence or a breakpoint.

        Returns whether a task has to be started for `run`; if not, the one that was being stopped goes on.
        """
        self.active = True
        self._pace = Pace(speed, monotonic())
        needs_task, self._looping = not self._looping, True
        return needs_task

    def stop(self) -> None:
        """Make no further update after the one that is being made."""
        self.active = False

    def set_speed(self, speed: float) -> None:
        """Go on at another speed, in updates per second; inf for as many as there is time for."""
        self._pace = Pace(speed, monotonic())
        self._pace.made(1)

    async def run(self) -> None:
        """Make the updates that are due, until stopped or at the end."""
        try:
            while self.active:
                due = self._pace.due(monotonic())
                if due > 0 and not await self._make(due):
                    self.active = False
                await self._give_way()
        finally:
            self.active = self._looping = False

    async def _give_way(self) -> None:
        """Let the event loop do what it has to do, and wait if nothing is due."""
        wait = self._pace.wait(monotonic()) if self.active else 0.0
        if wait > 0:
            await asyncio.sleep(min(LONGEST_SLEEP_S, wait))
            return
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def _make(self, due: int) -> bool:
        """Make some of the updates that are due; False if the run has ended."""
        async with self._alone:
            if not self.active:
                return False
            is_slow = self._cost_s > SLOW_S
            count = 1 if is_slow or not self._cost_s else min(due, max(1, int(QUANTUM_S / self._cost_s)))
            work = self.simulator.run
            begun = perf_counter()
            made = await asyncio.to_thread(work, count) if is_slow else work(count)
            self.learn(made, perf_counter() - begun)
        self._pace.made(made)
        self._progress()
        return made == count and not self.simulator.stopped
