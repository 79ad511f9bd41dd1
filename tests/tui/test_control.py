"""Commands and runs together: what is quick is done at once, what takes long gives way, and order is kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from math import inf

import numpy as np
import pytest

from gd_tui.commands import FrontEnd, perform
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.tui import control
from gd_tui.tui.control import Control

ENDLESS = {"problem": "explainer-sum", "lr": 1e-9}


class Desk:
    """A control whose tasks run in the test's event loop, and what it says."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.tasks: list[asyncio.Task[None]] = []
        self.said: list[str] = []
        self.refused: list[str] = []
        self.front = FrontEnd(simulator)
        self.control = Control(self.front, lambda: None, self._spawn, self._say, self._refuse)

    def _spawn(self, task: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.ensure_future(task))

    def _say(self, said: str, is_answer: bool) -> None:
        self.said += [said] if said else []

    def _refuse(self, error: InputError) -> None:
        self.refused.append(str(error))

    async def rest(self) -> None:
        while self.tasks:
            await self.tasks.pop()

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            assert any(not task.done() for task in self.tasks), "nothing is under way any more"
            await asyncio.sleep(0)


class Slow:
    """A simulator that makes no update before the test lets it; `threads` tells where it waits or waited."""

    def __init__(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(control, "SLOW_S", -1.0)  # whatever has been looked at once is slow
        self.threads: list[threading.Thread] = []
        self.go_on = threading.Event()
        self._advance = simulator._advance
        monkeypatch.setattr(simulator, "_advance", self._wait)

    def _wait(self, *args: object, **options: object) -> int:
        self.threads.append(threading.current_thread())
        if threading.current_thread() is not threading.main_thread():
            assert self.go_on.wait(30)
        return self._advance(*args, **options)  # type: ignore[arg-type]


async def test_stepping_while_running_pauses_first() -> None:
    desk = Desk(Simulator(Scenario(**ENDLESS)))
    desk.control.toggle(inf)
    await desk.until(lambda: desk.simulator.k >= 10)
    assert desk.control.running
    k = desk.simulator.k
    desk.control.perform("step 1")
    assert not desk.control.running
    await desk.rest()
    assert desk.simulator.k == k + 1


async def test_what_is_quick_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "AT_ONCE_S", 60.0)  # quick on any machine, however busy
    monkeypatch.setattr(control, "SLOW_S", 60.0)
    desk = Desk(Simulator(Scenario()))
    desk.control.perform("step 5; lr 0.1; step 5; back 1")
    assert not desk.tasks
    assert (desk.simulator.k, desk.simulator.engine.lr) == (9, 0.1)


@pytest.mark.parametrize("text", ["goto 900000", "run until step >= 900000", "run 900000", "step 900000"])
async def test_a_far_goal_is_run_to_and_can_be_left_on_the_way(text: str) -> None:
    desk = Desk(Simulator(Scenario(**ENDLESS)))
    desk.control.perform(text)
    assert desk.control.running
    await desk.until(lambda: desk.simulator.k >= 10)
    desk.control.pause()
    assert not desk.control.running
    await desk.rest()
    assert 10 <= desk.simulator.k < 900_000


async def test_the_way_back_to_a_condition_can_be_left_and_ends_where_it_began() -> None:
    simulator = Simulator(Scenario(**ENDLESS))
    simulator.step(60_000)
    desk = Desk(simulator)
    desk.control.perform("back until loss > 1e9")
    desk.control.pause()
    await desk.rest()
    assert simulator.k == 60_000


async def test_a_far_goal_is_reached() -> None:
    desk = Desk(Simulator(Scenario()))
    desk.control.perform("goto 3000")
    await desk.rest()
    assert desk.simulator.k == 3000


SCRIPT = (
    "step 30; lr 0.1; run until loss < 1; w w1 7; step 2000; optimizer adam; goto 4000; undo; back 12; set momentum 0.5"
)


async def test_lines_given_without_waiting_make_what_a_script_makes() -> None:
    alone = FrontEnd(Simulator(Scenario()))
    perform(f"{SCRIPT}; step 9000", alone)
    desk = Desk(Simulator(Scenario()))
    for line in (*SCRIPT.split(";"), "step 9000"):
        desk.control.perform(line, queued=True)
    await desk.rest()
    assert desk.simulator.k == alone.simulator.k
    assert np.array_equal(desk.simulator.engine.w, alone.simulator.engine.w)


async def test_a_command_breaks_off_what_is_under_way_unless_it_is_queued() -> None:
    desk = Desk(Simulator(Scenario(**ENDLESS)))
    desk.control.perform("goto 900000; lr 5")
    await desk.until(lambda: desk.simulator.k >= 10)
    desk.control.perform("goto 3")
    await desk.rest()
    assert (desk.simulator.k, desk.simulator.engine.lr) == (3, 1e-9)
    assert desk.simulator.newest < 900_000


async def test_what_is_wrong_in_a_queue_stops_the_rest_and_is_said() -> None:
    desk = Desk(Simulator(Scenario()))
    desk.control.perform("goto 20000; lr -1; step 7")
    desk.control.perform("step 5", queued=True)
    await desk.rest()
    assert desk.simulator.k == 20_000
    assert len(desk.refused) == 1
    assert "above 0" in desk.refused[0]
    desk.control.perform("step 1")
    assert desk.simulator.k == 20_001


@pytest.mark.parametrize("text", ["goto x", "nonsense", "lr -1", "w w9 1", "step 1 2"])
async def test_a_refused_command_changes_nothing(text: str) -> None:
    desk = Desk(Simulator(Scenario()))
    with pytest.raises(InputError):
        desk.control.perform(f"{text}; step 3")
    assert (desk.simulator.k, desk.simulator.newest, desk.simulator.undo()) == (0, 0, False)
    assert not desk.tasks


async def test_what_is_slow_is_done_in_a_thread_and_left_after_the_update_that_is_being_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulator = Simulator(Scenario())
    slow, desk = Slow(simulator, monkeypatch), Desk(simulator)
    desk.control.perform("run until loss < 1e-3")
    await desk.until(lambda: len(slow.threads) == 2)
    assert slow.threads[0] is threading.main_thread()  # nobody knew
    assert slow.threads[1] is not threading.main_thread()
    assert desk.control.busy
    desk.control.perform("w w1 7", queued=False)
    desk.control.perform("lr 0.01", queued=True)
    assert simulator.k == 1
    slow.go_on.set()
    await desk.rest()
    assert not desk.control.busy
    assert simulator.k < 10
    assert (simulator.engine.w[0], simulator.engine.lr) == (7.0, 0.01)


async def test_nothing_else_is_done_while_the_simulator_is_looked_at() -> None:
    desk = Desk(Simulator(Scenario()))
    begun, go_on = threading.Event(), threading.Event()

    def take() -> int:
        begun.set()
        assert go_on.wait(30)
        return desk.simulator.k

    look = asyncio.ensure_future(desk.control.look(take))
    while not begun.is_set():
        await asyncio.sleep(0)
    desk.control.perform("step 3")
    desk.control.toggle(inf)
    desk.control.pause()
    desk.control.perform("step 4")
    assert (desk.control.busy, desk.simulator.k) == (True, 0)
    go_on.set()
    assert await look == 0
    await desk.rest()
    assert desk.simulator.k == 4


async def test_a_search_that_is_broken_off_while_the_simulator_is_looked_at_leaves_it_where_it_was() -> None:
    simulator = Simulator(Scenario(**ENDLESS))
    simulator.step(60_000)
    desk = Desk(simulator)
    go_on = threading.Event()
    desk.control.perform("back until loss > 1e9")
    look = asyncio.ensure_future(desk.control.look(lambda: go_on.wait(30)))
    while not desk.control.busy:
        await asyncio.sleep(0)
    desk.control.pause()
    go_on.set()
    assert await look
    await desk.rest()
    assert simulator.k == 60_000


async def test_quitting_ends_what_was_to_follow() -> None:
    desk = Desk(Simulator(Scenario()))
    desk.front.quit = desk.control.pause  # type: ignore[method-assign]
    desk.control.perform("step 2; quit; step 5")
    await desk.rest()
    assert desk.simulator.k == 2


@pytest.mark.parametrize(("lr", "word"), [(0.05, "converged"), (0.25, "diverged")])
async def test_what_has_ended_says_why_it_does_not_run(lr: float, word: str) -> None:
    simulator = Simulator(Scenario(lr=lr))
    simulator.step(2000)
    simulator.seek(966 if word == "converged" else 868)
    desk = Desk(simulator)
    assert word in desk.control.toggle(10.0)
    assert simulator.reason in desk.control.toggle(10.0)
    assert not desk.control.running
