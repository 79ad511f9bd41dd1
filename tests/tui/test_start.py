"""What is done when the screen stands, and functions of the user's own that take their time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gd_tui.tui import app as app_module
from gd_tui.tui.screens.text import TextScreen

from .running import Session, running


async def test_first_commands_are_done_once_the_plots_stand() -> None:
    async with running(app={"commands": "step 5; lr 0.1; step 2"}) as session:
        await session.until(lambda: session.simulator.k == 7)
        await session.pilot.pause()
        assert session.snapshot.lr == 0.1
        assert session.view.plots


async def test_the_window_of_the_first_commands_opens() -> None:
    async with running(app={"commands": "step 5; show weights"}) as session:
        await session.until(lambda: isinstance(session.app.screen, TextScreen))
        await session.until(lambda: "4.84687500" in session.text)


async def test_a_mistake_in_the_first_commands_is_said_and_nothing_is_lost() -> None:
    async with running(app={"commands": "step 5; lr -1; step 2"}) as session:
        await session.until(lambda: "above 0" in session.footer)
        assert session.snapshot.k == 5
    async with running(app={"commands": "stepp 5"}) as session:
        await session.until(lambda: "unknown command 'stepp'" in session.footer)
        assert session.snapshot.k == 0


@pytest.mark.parametrize("commands", ["step 3; quit; step 5", "quit"])
async def test_quit_ends_with_0(commands: str) -> None:
    async with running(app={"commands": commands}) as session:
        await session.until(lambda: session.app.return_code is not None)
        assert session.app.return_code == 0
        assert session.simulator.k in (0, 3)


# A slow function


SLOW = """
def f(w):
    return (w[0] - 3) ** 2 + 2 * (w[1] + 1) ** 2
"""


class Gate:
    """Lets the losses that are computed in a thread through once the test says so; in the event loop, at once."""

    def __init__(self, session: Session) -> None:
        self.waiting, self.go_on = threading.Event(), threading.Event()
        objective = session.simulator.branch.objective
        self._loss = objective._loss  # type: ignore[attr-defined]
        objective._loss = self._wait  # type: ignore[attr-defined]

    def _wait(self, w: object) -> float:
        if threading.current_thread() is not threading.main_thread():
            self.waiting.set()
            assert self.go_on.wait(30)
        return float(self._loss(w))


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A function all of whose pictures count as slow."""
    monkeypatch.setattr(app_module, "SLOW_PICTURE_S", -1.0)
    (tmp_path / "slow.py").write_text(SLOW)
    return f"{tmp_path / 'slow.py'}:f"


@pytest.mark.parametrize("command", ["run until loss < 1e-6", "step 50", "goto 50", "break loss < 1e-6; continue"])
async def test_keys_are_quick_while_a_slow_function_is_at_work(command: str, slow: str) -> None:
    async with running(problem="module", module=slow, start=(0.0, 0.0), lr=0.1) as session:
        await session.until(lambda: not session.app.control.busy)
        gate = Gate(session)
        session.app.control._is_slow = True
        session.app.perform(command)
        await session.until(gate.waiting.is_set)
        k = session.simulator.k
        await session.press("j")
        await session.until(lambda: "RUNNING" in session.text)
        await session.press("colon")
        assert session.asking
        await session.press("escape", "space")
        assert not session.app.control.running
        await session.until(lambda: "RUNNING" not in session.text)
        gate.go_on.set()
        await session.until(lambda: not session.app.control.busy and session.app.shown.snapshot.selected == 1)
        assert session.simulator.k <= k + 1


async def test_one_can_quit_while_a_slow_function_is_at_work(slow: str) -> None:
    async with running(problem="module", module=slow, start=(0.0, 0.0), lr=0.1) as session:
        await session.until(lambda: not session.app.control.busy)
        gate = Gate(session)
        session.app.control._is_slow = True
        session.app.perform("step 50")
        await session.until(gate.waiting.is_set)
        await session.press("q")
        gate.go_on.set()
        await session.until(lambda: session.app.return_code is not None)
        assert session.app.return_code == 0


async def test_a_slow_picture_is_that_of_the_present_step_in_the_end(slow: str) -> None:
    async with running(problem="module", module=slow, start=(0.0, 0.0), lr=0.1) as session:
        await session.press("n", "n", "plus", "N", "j")
        await session.until(lambda: session.app.shown.snapshot.k == 1 and session.app.shown.snapshot.selected == 1)
        assert session.simulator.k == 1
