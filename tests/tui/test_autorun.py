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
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.tui import autorun
from gd_tui.tui.autorun import LAG_S, SLOW_S, Autorun, Pace

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
        run = time.run = Autorun(simulator, lambda: None, asyncio.Lock())
        run.begin(speed)
        await run.run()
    assert simulator.k == pytest.approx(6.0 * speed + 1, abs=1 + 0.05 * speed)
    assert not run.active


async def test_another_speed_holds_from_now_on(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator(Scenario(problem="explainer-sum", lr=1e-7))
    with clock(monkeypatch, 10.0) as time:
        run = time.run = Autorun(simulator, lambda: None, asyncio.Lock())

        def faster() -> None:
            if simulator.k == 11:
                run.set_speed(100.0)

        run._progress = faster
        run.begin(2.0)
        await run.run()
    assert simulator.k == pytest.approx(11 + 100 * 5, abs=10)


# A run in a real event loop


def started(simulator: Simulator, speed: float = inf) -> tuple[Autorun, asyncio.Task[None]]:
    run = Autorun(simulator, lambda: None, asyncio.Lock())
    assert run.begin(speed)
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


async def test_a_run_ends_at_a_breakpoint_and_goes_on_from_there() -> None:
    simulator = Simulator(Scenario())
    simulator.add_breakpoint(simulator.condition("step >= 500"))
    run, task = started(simulator)
    await task
    assert (simulator.k, simulator.status, simulator.reason) == (500, Status.STOPPED, "breakpoint 1: step >= 500")
    assert run.begin(inf)
    await run.run()
    assert (simulator.k, simulator.status) == (966, Status.CONVERGED)


async def test_a_run_gives_the_same_numbers_as_steps() -> None:
    simulator, stepped = Simulator(Scenario(optimizer="adam")), Simulator(Scenario(optimizer="adam"))
    _, task = started(simulator)
    await task
    assert simulator.k > 1000
    stepped.step(simulator.k)
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
    assert not run.begin(inf)  # the task that was ending goes on
    while simulator.k < 50:
        await asyncio.sleep(0)
    run.stop()
    await task
    assert run.begin(inf)  # and now a new one is needed


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
    alone = asyncio.Lock()
    run = Autorun(simulator, lambda: None, alone)
    run.learn(1, 2 * SLOW_S)
    run.begin(inf)
    task = asyncio.create_task(run.run())
    while not slow.threads:
        await asyncio.sleep(0)
    assert alone.locked()
    run.stop()
    assert simulator.k == 0
    slow.go_on.set()
    await task
    assert simulator.k == 1
    assert not alone.locked()
    assert slow.threads[0] is not threading.main_thread()
    assert len(slow.threads) == 1
