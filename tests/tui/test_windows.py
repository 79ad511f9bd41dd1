"""What opens over the simulation: choosing, help, the palette."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from gd_tui.commands import COMMANDS, VERBS
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.problems import PROBLEMS
from gd_tui.tui.asking import chosen
from gd_tui.tui.glyphs import ASCII
from gd_tui.tui.screens.choose import DATA_FOR, TEXT_FOR, ChooseScreen, choices
from gd_tui.tui.screens.help import HelpScreen
from gd_tui.tui.shown import View

from .running import running


async def test_choosing_an_optimizer() -> None:
    async with running() as session:
        await session.press("n", "n", "o")
        assert isinstance(session.app.screen, ChooseScreen)
        options = session.app.screen.query_one(OptionList)
        assert options.highlighted == list(OPTIMIZERS).index("sgd")
        down = (list(OPTIMIZERS).index("adam") - list(OPTIMIZERS).index("sgd")) % len(OPTIMIZERS)
        await session.press(*["j"] * down, "enter")
        assert session.snapshot.scenario.optimizer == "adam"
        assert session.snapshot.k == 2
        await session.press("u")
        assert session.snapshot.scenario.optimizer == "sgd"


async def test_choosing_a_problem() -> None:
    async with running() as session:
        await session.press("n", "p")
        options = session.app.screen.query_one(OptionList)
        commands = [command for command, _, _ in choices("problem")]
        assert options.highlighted == commands.index("problem explainer")
        await session.press(*["down"] * (commands.index("problem rosenbrock") - options.highlighted), "enter")
        assert (session.snapshot.scenario.problem, session.snapshot.k) == ("rosenbrock", 0)
        assert "rosenbrock" in session.pane("header")[0]
        await session.press("u")
        assert (session.snapshot.scenario.problem, session.snapshot.k) == ("explainer", 1)


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_choosing_nothing(key: str) -> None:
    async with running() as session:
        before = session.text
        await session.press("o", "j", "k", "j", key)
        assert session.text == before
        assert session.snapshot.scenario.optimizer == "sgd"
        assert session.app.return_code is None


def test_everything_can_be_chosen() -> None:
    assert {command.split()[1] for command, _, _ in choices("optimizer")} == set(OPTIMIZERS)
    assert {command.split()[-1] for command, _, _ in choices("problem")} == set(PROBLEMS)
    for problem in PROBLEMS.values():
        assert bool(choices(DATA_FOR + problem.name)) or problem.needs != "data"


async def test_every_choice_can_be_made() -> None:
    async with running() as session:
        offered = [command for what in ("optimizer", "problem") for command, _, _ in choices(what)]
        for command in offered:
            # of the data for a problem the first will do: that each can be used is what lists them
            made = choices(command)[0][0] if command.startswith(DATA_FOR) else command
            if made.startswith(TEXT_FOR):
                continue
            assert session.app.perform(made), made
            await session.pilot.press("n")
            await session.until(lambda: session.simulator.k > 0)


async def test_choosing_a_function_asks_for_it() -> None:
    async with running() as session:
        chosen(session.app, f"{TEXT_FOR}function")
        await session.press("u", "circumflex_accent", "2", "enter")
        await session.until(lambda: session.simulator.names == ("u",))
        assert session.simulator.scenario.function == "u^2"


async def test_choosing_data() -> None:
    async with running() as session:
        await session.press("p")
        options = session.app.screen.query_one(OptionList)
        problems = [command for command, _, _ in choices("problem")]
        options.highlighted = problems.index(DATA_FOR + "linear")
        await session.press("enter")
        assert isinstance(session.app.screen, ChooseScreen)
        data = choices(DATA_FOR + "linear")[0][1]
        assert data in session.text
        await session.press("home", "enter")
        assert (session.snapshot.scenario.problem, session.snapshot.scenario.data) == ("linear", data)


async def test_help_opens_and_closes() -> None:
    async with running() as session:
        before = session.text
        for key, close in (("question_mark", "escape"), ("f1", "q"), ("question_mark", "question_mark"), ("f1", "f1")):
            await session.press(key)
            assert isinstance(session.app.screen, HelpScreen)
            await session.press(close)
            assert session.text == before
            assert session.app.return_code is None


async def test_help_tells_every_key_mark_and_command() -> None:
    async with running((80, 300)) as session:
        await session.press("question_mark")
        text = " ".join(" ".join(line[3:77].split()) for line in session.text.split("\n"))
        told = [(c.shown, c.words) for c in COMMANDS] + [(v.usage, v.words) for v in VERBS.values()]
        for key, words in (*told, ("▴", "the loss rose"), ("│", "an edit")):
            assert f"{key} {words}" in text, key


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_help_scrolls_to_its_end(size: tuple[int, int]) -> None:
    async with running(size) as session:
        await session.press("question_mark")
        first = session.text
        await session.press("j")
        assert session.text != first
        await session.press("k")
        assert session.text == first
        await session.press(*["space"] * 20)
        assert list(VERBS.values())[-1].words in session.text
        assert "Esc closes" in session.text


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_the_last_choice_can_be_seen(size: tuple[int, int]) -> None:
    async with running(size) as session:
        await session.press("p", "end")
        assert choices("problem")[-1][1] in session.text
        assert "enter chooses" in session.text


async def test_the_palette_does_what_its_line_says() -> None:
    async with running() as session:
        await session.press("ctrl+p")
        assert isinstance(session.app.screen, CommandPalette)
        for c in "ten updates f":
            await session.pilot.press("space" if c == " " else c)
        await session.until(lambda: "ten updates forward" in session.text)
        await session.press("down", "enter")
        await session.until(lambda: session.simulator.k == 10)
        assert len(session.app.screen_stack) == 1


async def test_a_run_is_paused_while_something_else_is_looked_at() -> None:
    async with running(problem="explainer-sum", lr=1e-9) as session:
        for key in ("question_mark", "o", "p", "ctrl+p"):
            await session.press("space")
            assert session.app.control.running
            await session.press(key)
            assert not session.app.control.running
            await session.press("escape")


@pytest.mark.parametrize("key", ["question_mark", "o", "p", "colon", "enter", "L", "plus"])
async def test_everything_that_opens_is_ascii_where_the_screen_is(key: str) -> None:
    async with running(view=replace(View(), glyphs=ASCII)) as session:
        await session.press("n", key)
        odd = {c for c in session.text if not (" " <= c <= "~" or c == "\n")}
        assert not odd


@pytest.mark.parametrize("theme", ["gd-light", "gd-dark"])
async def test_themes(theme: str) -> None:
    async with running(app={"theme": theme}) as session:
        await session.press("n")
        grounds = {
            segment.style.bgcolor.triplet.hex
            for strip in session.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.bgcolor and segment.style.bgcolor.triplet
        }
        assert ("#ffffff" in grounds) == (theme == "gd-light")
        assert ("#121212" in grounds) == (theme == "gd-dark")


async def test_another_theme_recolours_every_pane() -> None:
    async with running() as session:
        session.app.theme = "gd-light"
        await session.pilot.pause()
        for strip in session.app.screen._compositor.render_strips():
            for segment in strip:
                if segment.style and segment.style.bgcolor and segment.style.bgcolor.triplet:
                    assert segment.style.bgcolor.triplet.hex != "#121212"
