"""Typing: commands, a learning rate, a weight; what was wrong is said where it was typed."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from textual import events

from gd_tui.tui.screens.text import TextScreen

from .running import Session, running


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


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("opt", "optimizer "),
        ("optimizer ada", "optimizer ada"),
        ("optimizer adamw", "optimizer adamw "),
        ("optimizer nad", "optimizer nadam "),
        ("s", "s"),
        ("un", "undo "),
        ("step 5; opt", "step 5; optimizer "),
        ("step 5; optimizer adadel", "step 5; optimizer adadelta "),
        ("show his", "show history "),
        ("nonsense x", "nonsense x"),
        ("", ""),
    ],
)
async def test_tab_completes_every_word_as_far_as_all_choices_agree(typed: str, completed: str) -> None:
    async with running() as session:
        await session.press("colon")
        session.app.simulation.prompt.type(typed)
        await session.press("tab")
        assert session.typed.value == completed
        assert session.typed.cursor_position == len(completed)


@pytest.mark.parametrize("typed", ["w my", 'w "my', 'step 5; w "my'])
async def test_a_name_that_needs_quotes_is_completed_in_quotes(typed: str, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("my x,y\n1,2\n2,3\n3,5\n")
    async with running(problem="linear", data=str(data)) as session:
        await session.press("colon")
        session.app.simulation.prompt.type(typed)
        await session.press("tab")
        assert session.typed.value == typed.rpartition(" ")[0] + ' "my x" '
        await session.type("4")
        await session.press("enter")
        assert session.snapshot.weights[0] == 4.0


async def test_what_stands_behind_the_cursor_stays() -> None:
    async with running() as session:
        await session.press("colon")
        session.app.simulation.prompt.type("opt; step 3")
        session.typed.cursor_position = 3
        await session.press("tab")
        assert session.typed.value == "optimizer ; step 3"
        assert session.typed.cursor_position == len("optimizer ")


async def test_the_hint_tells_what_fits_and_what_the_command_takes() -> None:
    async with running() as session:
        for typed, hint in (
            ("optimizer ada", "optimizer NAME  adagrad  adadelta  adam  adamw  adamax"),
            ("undo", "undo: take the last edit back"),
            ("mark a", "mark NAME: mark this step, for `goto NAME`"),
            ("un", "undo: take the last edit back"),
        ):
            await session.press("colon")
            session.app.simulation.prompt.type(typed)
            await session.pilot.pause()
            assert session.hint == hint
            await session.press("escape")


LINES = ("step 30", "lr 0.1", "run until loss < 1", "step 2000", "optimizer adam", "goto 4000", "undo", "step 3")


async def test_lines_typed_without_waiting_make_what_a_script_makes() -> None:
    async with running() as session, running() as other:
        keys: list[str] = []
        for line in LINES:
            keys += [
                "colon",
                *({" ": "space", "<": "less_than_sign", ".": "full_stop"}.get(c, c) for c in line),
                "enter",
            ]
        await session.pilot.press(*keys)
        other.app.perform("; ".join(LINES))
        for each in (session, other):
            await each.until(lambda each=each: not each.app.control.running)
        assert session.simulator.k == other.simulator.k
        assert session.simulator.engine.w.tobytes() == other.simulator.engine.w.tobytes()


async def test_an_error_in_what_was_queued_is_shown_also_in_an_open_prompt_and_stops_the_rest() -> None:
    async with running(problem="explainer-sum", lr=1e-9) as session:
        await session.press("colon")
        await session.type("ba")
        assert session.app.perform("run until step >= 20000; lr -1; step 5")
        await session.until(lambda: not session.app.control.running)
        await session.until(lambda: "above 0" in session.hint)
        assert (session.simulator.k, session.typed.value) == (20_000, "ba")
        await session.type("ck")
        assert "above 0" not in session.hint
        await session.press("enter")
        assert session.simulator.k == 19_999


async def test_pasted_lines_are_commands_one_after_the_other() -> None:
    async with running() as session:
        await session.press("colon")
        session.app.post_message(events.Paste("step 5  # as it was\nlr 0.1\nstep 2"))
        await session.press("enter")
        assert (session.snapshot.k, session.snapshot.lr) == (7, 0.1)


async def window(session: Session) -> str:
    """The text of the window that has opened."""
    await session.until(lambda: isinstance(session.app.screen, TextScreen))
    await session.pilot.pause()
    return session.text


async def test_an_answer_comes_in_a_window_that_copies() -> None:
    async with running() as session:
        await session.press("n", "colon")
        await session.type("show command")
        await session.press("enter")
        assert "gd-tui run explainer --lr 0.05 --steps 1" in await window(session)
        await session.press("c")
        assert session.app.clipboard == "gd-tui run explainer --lr 0.05 --steps 1"
        assert "copied" in session.text
        await session.press("escape", "n")
        assert session.snapshot.k == 2


async def test_tables_stand_whole_in_their_window() -> None:
    async with running() as session:
        session.app.perform("step 5; show weights")
        text = await window(session)
        assert "next value" in text
        assert "4.92343750" in text


async def test_a_breakpoint_is_typed_and_met() -> None:
    async with running() as session:
        await session.press("b")
        assert "loss < 1e-3" in session.hint
        session.app.simulation.prompt.type("loss < 60")
        await session.press("enter", "c")
        await session.until(lambda: not session.app.control.running)
        assert "BREAK at 13" in session.text
        assert "step 13: breakpoint 1: loss < 60" in session.footer


async def test_a_step_is_marked_and_gone_back_to() -> None:
    async with running() as session:
        await session.press("n", "n", "m", "a", "n", "n", "apostrophe")
        assert "a" in session.footer
        await session.press("a")
        assert session.snapshot.k == 2
        await session.press("m", "escape", "n")
        assert (session.snapshot.k, list(session.simulator.marks)) == (3, ["a"])


# Exporting


@pytest.mark.parametrize("suffix", [".csv", ".json", ".py", ".md"])
async def test_the_run_is_written_where_one_types(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running() as session:
        await session.press("n", "n", "x")
        assert session.typed.value == "explainer-sgd.csv"
        assert all(kind in session.hint for kind in (".csv", ".py", ".svg", "show command"))
        session.typed.value = f"run{suffix}"
        await session.press("enter")
        assert not session.asking
        assert f"steps 0 to 2 written to run{suffix}" in session.footer
        assert (tmp_path / f"run{suffix}").stat().st_size > 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_picture_is_that_of_the_panes_without_the_prompt(size: tuple[int, int], tmp_path: Path) -> None:
    async with running(size) as session:
        await session.press("n", "n")
        shown = session.text
        await session.press("x")
        session.typed.value = str(tmp_path / "a.svg")
        await session.press("enter")
        picture = (tmp_path / "a.svg").read_text()
        texts = [html.unescape(text).replace("\xa0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]
        told = "".join(texts).replace(" ", "")
        for line in shown.split("\n")[:-1]:
            assert line.replace(" ", "") in told, line
        assert "export" not in told
        assert "#ff5faf" in picture


async def test_a_picture_shows_the_step_that_was_just_made(tmp_path: Path) -> None:
    async with running() as session:
        session.app.perform(f"step 7; export {tmp_path}/a.svg; step 1")
        picture = html.unescape((tmp_path / "a.svg").read_text()).replace("\xa0", " ")
        assert "111.9794" not in picture
        assert ">7<" in re.sub(r"\s+<", "<", picture)
