"""Typing: commands, a learning rate, a weight; what was wrong is said where it was typed."""

from __future__ import annotations

import pytest

from .running import running


@pytest.mark.parametrize(
    ("typed", "k", "newest"), [("goto 5", 5, 5), ("step 3; back 1", 2, 3), ("run 20", 20, 20), ("step", 1, 1)]
)
async def test_a_command(typed: str, k: int, newest: int) -> None:
    async with running() as session:
        await session.press("colon")
        assert session.asking
        assert "goto" in session.hint
        for c in typed:
            await session.pilot.press({" ": "space", ";": "semicolon"}.get(c, c))
        await session.press("enter")
        assert not session.asking
        assert (session.snapshot.k, session.snapshot.newest) == (k, newest)


async def test_keys_are_letters_while_the_prompt_is_open() -> None:
    async with running() as session:
        await session.press("colon", "q", "n", "N", "4", "g")
        assert session.typed.value == "qnN4g"
        assert session.simulator.k == 0
        await session.press("escape")
        assert not session.asking
        assert session.app.return_code is None
        await session.press("n")
        assert session.simulator.k == 1


async def test_a_wrong_command_is_explained_and_can_be_mended() -> None:
    async with running() as session:
        await session.press("colon")
        await session.type("gotto 5")
        await session.press("enter")
        assert session.asking
        assert "gotto" in session.hint
        assert "goto" in session.hint
        assert session.simulator.k == 0
        await session.press("left", "left", "left", "backspace", "enter")
        assert not session.asking
        assert session.simulator.k == 5


async def test_the_hint_tells_what_may_follow() -> None:
    async with running() as session:
        await session.press("colon")
        await session.type("got")
        assert session.hint == "goto K|MARK: stand at step K, or at a marked one"


async def test_tab_completes() -> None:
    async with running() as session:
        await session.press("colon")
        await session.type("opt")
        await session.press("tab")
        assert session.typed.value == "optimizer "
        await session.type("adam")
        await session.press("enter")
        assert session.snapshot.scenario.optimizer == "adam"


async def test_commands_come_back_with_up_and_down() -> None:
    async with running() as session:
        for typed in ("goto 5", "goto 7"):
            await session.press("colon")
            await session.type(typed)
            await session.press("enter")
        await session.press("colon", "up")
        assert session.typed.value == "goto 7"
        await session.press("up", "up")
        assert session.typed.value == "goto 5"
        await session.press("down")
        assert session.typed.value == "goto 7"
        await session.press("down")
        assert session.typed.value == ""
        await session.press("up", "up", "enter")
        assert session.snapshot.k == 5


async def test_a_weight_is_edited_with_all_its_digits() -> None:
    async with running() as session:
        await session.press("n", "j", "enter")
        assert float(session.typed.value) == session.simulator.engine.w[1]
        assert " w2" in session.text
        session.typed.value = "3.25"
        await session.press("enter")
        assert not session.asking
        assert session.snapshot.weights[1] == 3.25
        assert session.snapshot.k == 1


@pytest.mark.parametrize("value", ["abc", "nan", "inf", "1e999", "1 2"])
async def test_a_value_that_is_none_is_refused_and_can_be_mended(value: str) -> None:
    async with running() as session:
        await session.press("enter")
        session.typed.value = value
        await session.press("enter")
        assert session.asking
        assert session.hint != "enter sets it, Esc leaves it"
        assert session.simulator.engine.w[0] == 4.2
        session.typed.value = "-1e-3"
        await session.press("enter")
        assert not session.asking
        assert session.snapshot.weights[0] == -1e-3


async def test_the_learning_rate_is_typed() -> None:
    async with running() as session:
        await session.press("L")
        assert session.typed.value == "0.05"
        session.typed.value = "-3"
        await session.press("enter")
        assert session.asking
        assert "above 0" in session.hint
        session.typed.value = "0.2"
        await session.press("enter")
        assert session.snapshot.lr == 0.2


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_leaving_the_prompt_changes_nothing(key: str) -> None:
    async with running() as session:
        before = session.text
        await session.press("colon")
        await session.type("lr 3")
        await session.press(key)
        assert not session.asking
        assert session.app.return_code is None
        assert session.text == before
        await session.press("colon", "enter")  # as does an empty line
        assert not session.asking
        assert session.text == before


async def test_names_with_spaces_can_be_edited() -> None:
    async with running(problem="linear", data="hubble_1929", standardize=True, lr=0.4) as session:
        await session.press("enter")
        session.typed.value = "100"
        await session.press("enter")
        assert session.snapshot.weights[0] == 100.0


async def test_a_run_goes_on_behind_the_prompt_until_a_command_is_given() -> None:
    async with running(problem="explainer-sum", lr=1e-9) as session:
        await session.press("right_square_bracket", "space", "colon")
        k = session.simulator.k
        await session.until(lambda: session.simulator.k > k)
        await session.type("goto 3")
        await session.press("enter")
        await session.until(lambda: not session.app.control.running)
        assert session.simulator.k == 3
