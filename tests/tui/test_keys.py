"""Every key of the table does on the running screen what the table says."""

from __future__ import annotations

import threading
from math import inf

import pytest

from gd_tui.commands import COMMANDS, Command
from gd_tui.engine.engine import Status
from gd_tui.tui.layout import Contents, arrange
from gd_tui.tui.looking import FOCUSABLE, SPEEDS
from gd_tui.tui.pane import Pane
from gd_tui.tui.screens.simulation import SimulationScreen
from gd_tui.tui.shown import NORMAL_SPEED

from .running import Session, running

KEYS = {command.id: command.keys for command in COMMANDS}


def keys_of(*ids: str) -> list[str]:
    return [key for id in ids for key in KEYS[id]]


# Stepping


@pytest.mark.parametrize("key", keys_of("step.forward"))
async def test_forward(key: str) -> None:
    async with running() as session:
        await session.press(key)
        assert session.snapshot.k == 1
        assert "4.6160" in session.text
        assert "step 1 " in session.text


@pytest.mark.parametrize("key", keys_of("step.back"))
async def test_back(key: str) -> None:
    async with running() as session:
        await session.press("n", "n", "n", key)
        assert session.snapshot.k == 2
        assert "step 2 of 3" in session.text
        await session.press(key, key, key)
        assert session.snapshot.k == 0


async def test_counts() -> None:
    async with running() as session:
        await session.press("1", "0")
        assert " 10 " in session.footer
        await session.press("n")
        assert session.snapshot.k == 10
        assert " 10 " not in session.footer
        await session.press("4", "N")
        assert session.snapshot.k == 6
        await session.press("4", "0", "g")
        assert session.snapshot.k == 40
        await session.press("9", "9", "N")
        assert session.snapshot.k == 0
        await session.press("0", "n")  # a count does not begin with a 0
        assert session.snapshot.k == 1
        await session.press("3", "plus", "n")  # and is used up by a key that takes none
        assert session.snapshot.k == 2


async def test_ten_at_once_and_to_the_ends() -> None:
    async with running() as session:
        await session.press("pagedown", "pagedown")
        assert session.snapshot.k == 20
        await session.press("pageup")
        assert session.snapshot.k == 10
        for first, newest in (("g", "G"), ("home", "end")):
            await session.press(first)
            assert session.snapshot.k == 0
            await session.press(newest)
            assert session.snapshot.k == 20
        assert session.snapshot.newest == 20  # nothing was lost


# Running


async def run_slowly(session: Session) -> None:
    """Run at the lowest speed, so that the first update is the last one for two seconds."""
    k = session.simulator.k
    await session.press(*["left_square_bracket"] * 4, "space")
    await session.until(lambda: session.simulator.k == k + 1 and session.view.running)
    assert session.view.speed == SPEEDS[0]


async def test_space_runs_and_pauses() -> None:
    async with running(problem="explainer-sum", lr=1e-9) as session:
        await session.press("M", "space")
        await session.until(lambda: session.simulator.k > 5)
        await session.press("space")
        await session.until(lambda: not session.view.running)
        k = session.simulator.k
        assert "PAUSED" in session.text
        await session.pilot.pause()
        assert session.simulator.k == session.snapshot.k == k


async def test_a_run_ends_by_itself_and_says_why_it_does_not_go_on() -> None:
    async with running() as session:
        await session.press("M", "space")
        await session.until(lambda: not session.app.control.running)
        await session.press("y", "y")
        assert session.snapshot.status is Status.CONVERGED
        assert "CONVERGED at 966" in session.text
        await session.press("space")
        assert "has converged" in session.footer
        assert not session.view.running
        await session.press("n")
        assert session.snapshot.k == 967


@pytest.mark.parametrize("key", ["n", "N", "pagedown", "g", "G", "plus", "r", "u"])
async def test_a_key_that_changes_the_run_pauses_it(key: str) -> None:
    async with running() as session:
        await session.press("n", "n")
        await run_slowly(session)
        assert session.view.running
        await session.press(key)
        assert not session.view.running
        assert "RUNNING" not in session.text


@pytest.mark.parametrize("key", ["right_square_bracket", "y", "z", "tab", "j", "w"])
async def test_a_key_that_only_looks_lets_it_run(key: str) -> None:
    async with running() as session:
        await run_slowly(session)
        await session.press(key)
        assert session.view.running


async def test_speeds() -> None:
    async with running() as session:
        for key, speed in (
            ("right_square_bracket", 20.0),
            ("left_square_bracket", 10.0),
            ("left_square_bracket", 5.0),
            ("right_curly_bracket", 10.0),
            ("left_curly_bracket", 5.0),
            ("left_curly_bracket", 2.5),
            ("M", inf),
            ("backspace", NORMAL_SPEED),
        ):
            await session.press(key)
            assert session.view.speed == speed
            assert session.view.speed_words in session.pane("header")[0]


async def test_keys_are_quick_while_an_update_is_slow() -> None:
    async with running() as session:
        step, begun, go_on = session.simulator.run, threading.Event(), threading.Event()

        def slow(count: int) -> int:
            begun.set()
            assert go_on.wait(30)
            return step(count)

        session.simulator.run = slow  # type: ignore[method-assign]
        session.app.control._autorun.learn(1, 1.0)
        await session.press("space")
        await session.until(begun.is_set)
        assert session.app.control.busy
        await session.press("question_mark")
        assert len(session.app.screen_stack) == 2  # help is there while the update is not done
        await session.press("escape", "n", "2", "n")
        assert session.simulator.k == 0
        assert "RUNNING" in session.text  # the two steps are under way
        go_on.set()
        await session.until(lambda: session.simulator.k == 3)  # the first n was broken off by what came after it
        await session.press("y")
        assert session.snapshot.k == 3
        assert not session.view.running


async def test_a_far_step_is_gone_to_as_a_run() -> None:
    async with running(problem="explainer-sum", lr=1e-9) as session:
        await session.press(*"900000000", "g")
        assert session.app.control.running
        await session.until(lambda: session.simulator.k > 100)
        await session.press("space")
        await session.until(lambda: not session.app.control.running)
        assert session.simulator.k < 900_000_000


# Changing the run


async def test_learning_rate() -> None:
    async with running() as session:
        await session.press("n", "plus")
        assert session.snapshot.lr == pytest.approx(0.0629)
        assert "learning rate 0.0629 from step 1" in session.footer
        await session.press("equals_sign", "minus", "minus")
        assert session.snapshot.lr == pytest.approx(0.05)
        assert session.snapshot.k == 1


async def test_a_message_stays_until_the_next_key() -> None:
    async with running() as session:
        await session.press("plus")
        assert "learning rate" in session.footer
        await session.press("n")
        assert "learning rate" not in session.footer
        assert "n step" in session.footer


async def test_undo_and_redo() -> None:
    async with running() as session:
        await session.press("n", "n", "plus", "n")
        await session.press("u")
        assert (session.snapshot.k, session.snapshot.lr) == (2, 0.05)
        assert "undone" in session.footer
        await session.press("ctrl+r")
        assert session.snapshot.lr == pytest.approx(0.0629)
        await session.press("ctrl+r")
        assert "nothing to redo" in session.footer
        await session.press("u", "u")
        assert "nothing to undo" in session.footer


async def test_restart() -> None:
    async with running() as session:
        await session.press("n", "n", "r")
        assert (session.snapshot.k, session.snapshot.newest) == (0, 0)
        assert session.snapshot.weights[0] == 4.2
        await session.press("u")
        assert (session.snapshot.k, session.snapshot.newest) == (2, 2)
        await session.press("R")
        assert session.snapshot.k == 0
        assert session.snapshot.weights[0] != 4.2
        assert session.snapshot.scenario.seed == 1


# Looking


async def test_weights_are_selected() -> None:
    async with running() as session:
        for key, selected in (("j", 1), ("down", 2), ("k", 1), ("up", 0), ("k", 0)):
            await session.press(key)
            assert session.snapshot.selected == selected
        await session.press("3", "j")
        assert session.snapshot.selected == 3
        assert "loss curve of w4" in session.text
        assert "next update of w4" in session.text
        await session.press("9", "j")
        assert session.snapshot.selected == 4


async def test_the_selection_follows_the_rows_that_are_seen() -> None:
    async with running() as session:
        await session.press("w")
        rows = [line.split()[0].lstrip("▸") for line in session.pane("weights")[2:]]
        assert rows == ["w5", "w4", "w3", "w2", "w1"]
        await session.press("k")
        assert session.snapshot.selected == 1
        await session.press("w")
        assert session.pane("weights")[3].startswith("▸w2")


async def test_looks() -> None:
    async with running((120, 40)) as session:
        await session.press("5", "0", "n")
        plain = session.pane("history")
        await session.press("y")
        assert "log" in session.pane("history")[0]
        await session.press("y")
        assert session.pane("history") == plain
        curve = session.pane("curve")
        await session.press("z", "z")
        assert session.pane("curve") != curve
        await session.press("Z", "Z")
        assert session.view.zoom == 0
        await session.press("z", "f")
        assert session.pane("curve") == curve


async def test_tab_goes_round() -> None:
    async with running() as session:
        for name in (*FOCUSABLE[1:], FOCUSABLE[0]):
            await session.press("tab")
            assert session.view.focus == name
            marked = [pane for pane in FOCUSABLE if session.pane(pane)[0].startswith("▌")]
            assert marked == [name]
        await session.press("shift+tab")
        assert session.view.focus == FOCUSABLE[-1]


async def test_zoom_is_of_the_focused_plot() -> None:
    async with running() as session:
        await session.press("5", "0", "n", *["tab"] * FOCUSABLE.index("history"), "z")
        assert (session.view.zoom, session.view.history_zoom) == (0, 1)


# All of them


STATES: dict[str, tuple[dict[str, object], int]] = {
    "start": ({}, 0),
    "diverged": ({"lr": 0.25}, 868),
    "not a number": ({"problem": "quartic", "lr": 100.0}, 20),
}
LEAVING = {"app.suspend", "app.quit"}


@pytest.mark.parametrize("state", STATES)
async def test_no_key_fails_in_any_state(state: str) -> None:
    scenario, k = STATES[state]
    async with running(**scenario) as session:
        session.simulator.step(k)
        for command in COMMANDS:
            if command.id in LEAVING:
                continue
            await session.pilot.press(command.keys[0])
            if session.asking or len(session.app.screen_stack) > 1:
                await session.press("escape")
            assert not session.asking, command
            assert len(session.app.screen_stack) == 1, command
            session.app.control.pause()
        assert session.app.return_code is None


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.id not in LEAVING], ids=lambda c: c.id)
def test_every_key_of_a_command_is_bound(command: Command) -> None:
    bound = {key for binding in SimulationScreen.BINDINGS for key in binding.key.split(",") if binding.id == command.id}
    assert bound == set(command.keys)


@pytest.mark.parametrize("key", KEYS["app.quit"])
async def test_quit(key: str) -> None:
    async with running() as session:
        await session.press(key)
        await session.until(lambda: session.app.return_code is not None)
        assert session.app.return_code == 0


async def test_unknown_keys_do_nothing() -> None:
    async with running() as session:
        before = session.text
        await session.press("f7", "ctrl+t", "X", "at", "delete", "ä", "²")
        assert session.text == before


# Sizes


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16), (40, 10), (3, 2)])
async def test_panes_stand_where_the_layout_puts_them(size: tuple[int, int]) -> None:
    async with running(size, problem="rosenbrock", optimizer="adam") as session:
        await session.press("n")
        contents = Contents(len(session.snapshot.names), len(session.snapshot.terms))
        standing = {pane.id: pane.region for pane in session.app.simulation.query(Pane) if pane.region}
        assert standing == arrange(*size, contents)


async def test_resizing() -> None:
    async with running() as session:
        await session.press("n")
        at_first = session.text
        for size in ((120, 40), (40, 10), (1, 1), (200, 60), (59, 24), (80, 24)):
            await session.pilot.resize_terminal(*size)
            await session.pilot.pause()
            lines = session.text.split("\n")
            assert len(lines) == size[1]
            if size == (40, 10):
                assert "terminal too small: 40x10" in session.text
                await session.press("n")
                assert "step 2 " in session.text
                await session.press("N")
        assert [line[:38] for line in session.text.split("\n")[1:14]] == [
            line[:38] for line in at_first.split("\n")[1:14]
        ]


async def test_room_is_made_for_the_lines_of_another_optimizer() -> None:
    async with running(size=(120, 40)) as session:
        session.app.perform("optimizer nadam")
        await session.until(lambda: len(session.snapshot.terms) > 9)
        update = session.app.screen.query_one("#update")
        await session.until(lambda: update.size.height > len(session.snapshot.terms))
        session.app.perform("undo")
        await session.until(lambda: update.size.height <= 8)
