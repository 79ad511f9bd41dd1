"""Runs keep their speed, end where they should, and never stand in the way of keys."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.engine import Status
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.tui import autorun
from gd_tui.tui.autorun import LAG_S, SLOW_S, Autorun, Pace
from gd_tui.tui.control import Control

SPEEDS = [0.5, 1.0, 10.0, 50.0, 1000.0]

# The pace


@given(st.floats(0.5, 5000), st.lists(st.floats(0.0001, 0.4), min_size=1, max_size=60), st.floats(0, 1e6))
def test_as_many_as_the_speed_says_are_made(speed: float, ticks: list[float], start: float) -> None:
    """However the moments fall at which one looks: floor(speed t) and the first one."""
    pace, now, made = Pace(speed, start), start, 0
    for tick in ticks:
        now += tick
        due = pace.due(now)
        made += due
        pace.made(due)
        assert due >= 0
        assert made == pytest.approx((now - start) * speed + 0.5, abs=0.5 + 1e-3)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("tick", [0.001, 1 / 30, 0.05])
def test_ten_a_second_is_ten_a_second_and_not_ten_a_frame(speed: float, tick: float) -> None:
    pace, made, seconds = Pace(speed, 0.0), 0, 20
    for i in range(int(seconds / tick) + 1):
        due = pace.due(i * tick)
        pace.made(due)
        made += due
    assert made == pytest.approx(seconds * speed + 1, abs=1 + speed * tick)


@pytest.mark.parametrize("speed", SPEEDS)
def test_after_the_wait_one_is_due_and_not_before(speed: float) -> None:
    pace, now = Pace(speed, 0.0), 0.0
    assert pace.due(now) == 1
    pace.made(1)
    for _ in range(10):
        assert pace.due(now) == 0
        assert pace.due(now + 0.9 * pace.wait(now)) == 0
        now += pace.wait(now) * (1 + 1e-9)
        assert pace.due(now) == 1
        pace.made(1)


@given(st.floats(1.0, 5000), st.floats(1.5, 1e5))
def test_a_long_lag_is_forgiven(speed: float, late: float) -> None:
    pace = Pace(speed, 0.0)
    pace.made(1)
    now = late + 2 / speed
    assert pace.due(now) == 1
    pace.made(1)
    assert pace.due(now + 0.5 / speed) == 0


@given(st.floats(1.0, 5000), st.floats(0, LAG_S))
def test_a_short_lag_is_made_up(speed: float, late: float) -> None:
    pace = Pace(speed, 0.0)
    pace.made(1)
    assert pace.due(late) == pytest.approx(late * speed, abs=1)


def test_max_is_always_due() -> None:
    pace = Pace(inf, 0.0)
    pace.made(10**6)
    assert pace.due(0.0) > 10**6
    assert pace.wait(0.0) == 0.0


# A run under a clock of its own


class Clock:
    """Time goes on only while the run sleeps, and a little with every look at it."""

    def __init__(self, end: float) -> None:
        self.now, self.end, self.run = 100.0, 100.0 + end, None

    def look(self) -> float:
        self.now += 1e-6
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1e-4)
        if self.run is not None and self.now >= self.end:
            self.run.stop()
        await asyncio.sleep(0)


@contextmanager
def clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[Clock]:
    fake = Clock(seconds)
    with monkeypatch.context() as patch:
        patch.setattr(autorun, "monotonic", fake.look)
        patch.setattr(autorun, "perf_counter", fake.look)
        patch.setattr(autorun, "asyncio", SimpleNamespace(sleep=fake.sleep, to_thread=asyncio.to_thread))
        yield fake


@pytest.mark.parametrize("speed", SPEEDS)
async def test_a_run_keeps_its_speed(speed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-7))
    with clock(monkeypatch, 6.0) as time:
        run = time.run = Autorun(simulator, lambda: None)
        run.begin(speed)
        await run.run()
    assert simulator.k == pytest.approx(6.0 * speed + 1, abs=1 + 0.05 * speed)
    assert not run.active


async def test_another_speed_holds_from_now_on(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-7))
    with clock(monkeypatch, 10.0) as time:
        run = time.run = Autorun(simulator, lambda: None)

        def faster() -> None:
            if simulator.k == 11:
                run.set_speed(100.0)

        run._progress = faster
        run.begin(2.0)
        await run.run()
    assert simulator.k == pytest.approx(11 + 100 * 5, abs=10)


# A run in a real event loop


def started(simulator: Simulator, speed: float = inf, until: int | None = None) -> tuple[Autorun, asyncio.Task[None]]:
    run = Autorun(simulator, lambda: None)
    assert run.begin(speed, until)
    return run, asyncio.create_task(run.run())


async def test_a_run_ends_at_convergence() -> None:
    simulator = Simulator(Scenario())
    run, task = started(simulator)
    await task
    assert (simulator.k, simulator.status) == (966, Status.CONVERGED)
    assert not run.active


async def test_a_run_ends_at_divergence() -> None:
    simulator = Simulator(Scenario(lr=0.25))
    _, task = started(simulator)
    await task
    assert (simulator.k, simulator.status) == (868, Status.DIVERGED)


@pytest.mark.parametrize("until", [0, 1, 500, 966, 2000])
async def test_a_run_up_to_a_step_ends_there_also_beyond_convergence(until: int) -> None:
    simulator = Simulator(Scenario())
    _, task = started(simulator, until=until)
    await task
    assert simulator.k == until


async def test_a_run_gives_the_same_numbers_as_steps() -> None:
    simulator, stepped = Simulator(Scenario(optimizer="adam")), Simulator(Scenario(optimizer="adam"))
    _, task = started(simulator, until=3000)
    await task
    stepped.step(3000)
    assert simulator.engine.w.tobytes() == stepped.engine.w.tobytes()


async def test_at_max_others_have_their_turn() -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-9))
    run, task = started(simulator)
    turns = 0
    while simulator.k < 20_000:
        await asyncio.sleep(0)
        turns += 1
    run.stop()
    await task
    assert turns > 10
    assert simulator.k < 40_000


async def test_a_stopped_run_that_begins_again_stays_one_run() -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-9))
    run, task = started(simulator)
    await asyncio.sleep(0)
    run.stop()
    assert not run.begin(inf, until=50)  # the task that was ending goes on
    await task
    assert simulator.k >= 50
    assert run.begin(inf, until=simulator.k)  # and now a new one is needed


class Slow:
    """A simulator whose updates take as long as the test wants."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator, self.run = simulator, simulator.run
        self.threads: list[threading.Thread] = []
        self.go_on = threading.Event()
        simulator.run = self._run  # type: ignore[method-assign]

    def _run(self, count: int) -> int:
        self.threads.append(threading.current_thread())
        assert self.go_on.wait(30)
        return self.run(count)


async def test_a_slow_update_is_made_in_a_thread_one_at_a_time() -> None:
    simulator = Simulator(Scenario())
    slow = Slow(simulator)
    run = Autorun(simulator, lambda: None)
    run.learn(1, 2 * SLOW_S)
    run.begin(inf)
    task = asyncio.create_task(run.run())
    while not slow.threads:
        await asyncio.sleep(0)
    assert run.busy
    run.stop()
    assert simulator.k == 0
    slow.go_on.set()
    await task
    assert simulator.k == 1
    assert not run.busy
    assert slow.threads[0] is not threading.main_thread()
    assert len(slow.threads) == 1


# Control: commands and runs together


class Desk:
    """A control whose tasks run in the test's event loop."""

    def __init__(self, simulator: Simulator) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self.done: list[str] = []
        self.control = Control(simulator, lambda: None, self._spawn, self._resume)

    def _spawn(self, task: object) -> None:
        self.tasks.append(asyncio.ensure_future(task))  # type: ignore[arg-type]

    def _resume(self, text: str) -> None:
        self.done.append(text)
        self.control.perform(text)

    async def rest(self) -> None:
        while self.tasks:
            await self.tasks.pop()


async def test_stepping_while_running_pauses_first() -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-9))
    desk = Desk(simulator)
    desk.control.toggle(inf)
    while simulator.k < 10:
        await asyncio.sleep(0)
    assert desk.control.running
    k = simulator.k
    desk.control.perform("step 1")
    assert not desk.control.running
    await desk.rest()
    assert simulator.k == k + 1


async def test_a_far_goal_is_run_to_and_can_be_left_on_the_way() -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-9))
    desk = Desk(simulator)
    desk.control.perform("goto 900000")
    assert desk.control.running
    while simulator.k < 10:
        await asyncio.sleep(0)
    desk.control.pause()
    await desk.rest()
    assert 10 <= simulator.k < 900_000


async def test_a_far_goal_is_reached() -> None:
    simulator = Simulator(Scenario())
    desk = Desk(simulator)
    desk.control.perform("goto 3000")
    await desk.rest()
    assert simulator.k == 3000


async def test_commands_wait_for_a_slow_update_in_the_order_they_came() -> None:
    simulator = Simulator(Scenario())
    slow = Slow(simulator)
    desk = Desk(simulator)
    desk.control._autorun.learn(1, 1.0)
    desk.control.toggle(inf)
    while not slow.threads:
        await asyncio.sleep(0)
    assert desk.control.busy
    assert desk.control.perform("w w1 7") == ""
    assert desk.control.perform("lr 0.01") == ""
    assert desk.done == []
    slow.go_on.set()
    await desk.rest()
    assert desk.done == ["w w1 7", "lr 0.01"]
    assert simulator.k == 1
    assert simulator.engine.w[0] == 7.0
    assert simulator.engine.lr == 0.01


@pytest.mark.parametrize(("lr", "word"), [(0.05, "converged"), (0.25, "diverged")])
async def test_what_has_ended_says_why_it_does_not_run(lr: float, word: str) -> None:
    simulator = Simulator(Scenario(lr=lr))
    simulator.step(2000)
    simulator.seek(966 if word == "converged" else 868)
    desk = Desk(simulator)
    assert word in desk.control.toggle(10.0)
    assert simulator.reason in desk.control.toggle(10.0)
    assert not desk.control.running


async def test_a_refused_command_changes_nothing() -> None:
    simulator = Simulator(Scenario())
    desk = Desk(simulator)
    for text in ("goto x", "nonsense", "lr -1", "w w9 1", "step 1 2"):
        with pytest.raises(InputError):
            desk.control.perform(text)
    assert (simulator.k, simulator.newest, simulator.undo()) == (0, 0, False)
