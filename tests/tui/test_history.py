"""The loss history beside the run itself: old futures, runs compared with, events, marks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.commands import FrontEnd, perform
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.simulator.events import Event
from gd_tui.tui.glyphs import ASCII, COLOURLESS, UNICODE, Glyphs
from gd_tui.tui.happening import ALWAYS, MOST_SHARE, glyph_of, quiet_marks, words_of
from gd_tui.tui.shown import Shown

from .pictures import SIZES, cells, on_screen, shown_of, text_of, texts

SMALL, MIDDLE, LARGE = SIZES
EDITED = "step 30; back 18; lr 0.06"


def after(commands: str, **view: object) -> Shown:
    """The worked example after these commands."""
    simulator = Simulator(Scenario())
    perform(commands, FrontEnd(simulator))
    return shown_of(simulator.snapshot(), **view)


def drawn(shown: Shown, size: tuple[int, int] = MIDDLE) -> Iterator[tuple[str, str]]:
    """Character and role of every cell of the plot that is not blank."""
    for line in on_screen("history", shown, size)[1:]:
        yield from ((c, role) for c, role in cells(line) if c != " ")


def title_of(shown: Shown, size: tuple[int, int] = MIDDLE) -> str:
    return text_of(on_screen("history", shown, size)[0]).rstrip()


def labels(shown: Shown, size: tuple[int, int] = MIDDLE) -> list[str]:
    """The labels of the loss axis."""
    lines = (text_of(line)[:7].strip() for line in on_screen("history", shown, size)[1:-1])
    return [label for label in lines if label and not label.startswith(("●", "1 "))]


# Old futures


@pytest.mark.parametrize("glyphs", [UNICODE, COLOURLESS, ASCII])
@pytest.mark.parametrize("size", SIZES)
def test_an_old_future_stays_in_sight_and_looks_unlike_the_runs_own(glyphs: Glyphs, size: tuple[int, int]) -> None:
    ghosts = [c for c, role in drawn(after(EDITED, glyphs=glyphs), size) if role == "ghost"]
    own = [c for c, role in drawn(after("step 30; back 18", glyphs=glyphs), size) if role == "past"]
    assert set(ghosts) == {glyphs.ghost}
    assert own
    assert glyphs.ghost not in own
    assert title_of(after(f"{EDITED}; step 1", glyphs=glyphs), size).endswith(f"{glyphs.ghost} old future")


def test_nothing_jumps_when_the_past_is_edited() -> None:
    before, edited = after("step 30; back 18"), after(EDITED)
    assert labels(before) == labels(edited)
    assert texts(on_screen("history", before, MIDDLE))[-1] == texts(on_screen("history", edited, MIDDLE))[-1]


@pytest.mark.parametrize("log", [False, True])
def test_a_future_that_diverged_does_not_flatten_the_run(log: bool) -> None:
    calm = after("step 12", log_loss=log)
    diverged = after("step 3; lr 0.3; step 300; back 300; lr 0.05; step 9", log_loss=log)
    assert diverged.snapshot.ghosts_reach > 200
    assert labels(diverged) == labels(calm)
    assert any(role == "ghost" for _, role in drawn(diverged))


def test_a_far_future_does_not_squeeze_the_run_to_the_left() -> None:
    shown = after("step 5000; goto 12; lr 0.06; step 28")
    x = texts(on_screen("history", shown, MIDDLE))[-1].split()
    assert int(x[-1]) <= 200


def test_dropped_futures_are_gone() -> None:
    shown = after(f"{EDITED}; drop")
    assert not any(role == "ghost" for _, role in drawn(shown))
    assert "old future" not in title_of(shown)


# Runs compared with


@pytest.mark.parametrize("glyphs", [UNICODE, COLOURLESS, ASCII])
@pytest.mark.parametrize("size", SIZES)
def test_each_run_compared_with_has_a_digit_on_its_line_and_in_the_legend(
    glyphs: Glyphs, size: tuple[int, int]
) -> None:
    shown = after("step 30; compare adam lr 0.5; compare momentum", glyphs=glyphs)
    legend = text_of(on_screen("history", shown, size)[1])
    assert "1 adam lr 0.5" in legend
    assert "2 momentum lr 0.05" in legend
    digits = {c for c, role in drawn(shown, size) if role == "text bold"}
    assert digits == {"1", "2"}
    own = glyphs.rival
    lines = {c for c, role in list(drawn(shown, size)) if role == "text"} - set(legend)
    assert lines <= {own} if own else lines


def test_the_legend_tells_the_losses_of_this_step_where_there_is_room() -> None:
    shown = after("step 30; compare adam lr 0.5")
    ((_, loss),) = shown.snapshot.rivals
    legend = text_of(on_screen("history", shown, LARGE)[1])
    assert legend.split("  ")[0].strip() == f"● this run {shown.snapshot.loss:.4g}"
    assert legend.rstrip().endswith(f"1 adam lr 0.5 {loss:.4g}")


def test_a_run_that_ended_before_this_step_says_so() -> None:
    shown = after("compare sgd lr 1e300; step 30")
    assert "ended" in text_of(on_screen("history", shown, LARGE)[1])


def test_a_run_that_diverges_beside_it_does_not_flatten_the_run() -> None:
    assert float(labels(after("step 30; compare sgd lr 0.3"))[0]) <= float(labels(after("step 30"))[0])


def test_in_decades_the_axis_reaches_down_to_the_best_of_the_runs() -> None:
    alone, beside = after("step 200", log_loss=True), after("step 200; compare momentum", log_loss=True)
    assert beside.snapshot.rivals[0][1] < alone.snapshot.loss / 10
    assert float(labels(beside)[-1]) <= beside.snapshot.rivals[0][1] < float(labels(alone)[-1])


@pytest.mark.parametrize("size", SIZES)
def test_many_runs_are_drawn_within_the_lines(size: tuple[int, int]) -> None:
    names = ("adam", "adamw", "adagrad", "adamax", "nadam", "radam", "rmsprop", "rprop", "asgd", "adadelta", "momentum")
    shown = after("step 30; " + "; ".join(f"compare {name}" for name in names))
    assert {c for c, role in drawn(shown, size) if role == "text bold"} <= set("123456789")
    assert len({len(text_of(line)) for line in on_screen("history", shown, size)}) == 1


# Events and marks


def top(shown: Shown, size: tuple[int, int] = MIDDLE) -> dict[str, str]:
    """The marks along the top of the plot, with their roles."""
    lines = [cells(line) for line in on_screen("history", shown, size)]
    first = next(line for line in lines[1:] if text_line(line).strip())
    return {c: role for c, role in first[8 if size[0] > 80 else 6 :] if c not in "┈ "}


def text_line(line: list[tuple[str, str]]) -> str:
    return "".join(c for c, _ in line)


@pytest.mark.parametrize("glyphs", [UNICODE, COLOURLESS, ASCII])
def test_what_happened_is_marked_above_its_step(glyphs: Glyphs) -> None:
    shown = after("step 10; lr 0.26; step 20; mark here", glyphs=glyphs)
    marks = top(shown, LARGE)
    assert marks[glyphs.edit] == "bright bold"
    assert marks[glyphs.turn] == "dim"
    assert marks[glyphs.rise] == "dim"
    assert marks["h"] == "bright bold"


def test_a_calm_run_has_no_marks() -> None:
    assert top(after("step 30")) == {}


@pytest.mark.parametrize("k", [0, 10, 20])
def test_the_mark_stands_where_the_run_does_at_that_step(k: int) -> None:
    """A mark stands in the column in which the present step is drawn."""
    lines = texts(on_screen("history", after(f"step 20; goto {k}; mark a"), MIDDLE))
    (column,) = {line.index("a") for line in lines[1:-1] if "a" in line}
    (here,) = {line.index("●") for line in lines if "●" in line}
    assert column == here


columns = st.lists(st.tuples(st.integers(0, 59), st.integers(1, 127)), max_size=400)


@given(columns)
def test_marks_are_few_and_at_most_one_a_column(happened: list[tuple[int, int]]) -> None:
    at = np.array([column for column, _ in happened], dtype=np.intp)
    flags = np.array([flag for _, flag in happened], dtype=np.uint8)
    marks = quiet_marks(at, flags, 60)
    every = [int(column) for marked in marks.values() for column in marked]
    assert len(every) == len(set(every))
    quiet = [int(c) for event, marked in marks.items() if not event & ALWAYS for c in marked]
    if quiet:
        assert len(every) <= MOST_SHARE * 60
    for event, marked in marks.items():
        assert set(marked.tolist()) <= {column for column, flag in happened if flag & event}
    for event in (Event.EDIT, Event.CONVERGED, Event.DIVERGED):
        for column, flag in happened:
            assert column in every or not flag & event


def test_thousands_of_events_are_thinned_to_the_rare_kinds() -> None:
    at = np.repeat(np.arange(60), 2)
    flags = np.full(120, Event.TURN.value, dtype=np.uint8)
    flags[[10, 70]] |= Event.PLATEAU.value
    assert set(quiet_marks(at, flags, 60)) == {Event.PLATEAU}


def test_every_kind_has_a_glyph_of_its_own_in_every_alphabet() -> None:
    for glyphs in (UNICODE, COLOURLESS, ASCII):
        assert len({glyph_of(event, glyphs) for event in Event}) == len(Event)
        assert not glyphs.ascii or all(glyph_of(event, glyphs).isascii() for event in Event)


# What happened at this step, in words


def test_whose_gradient_turned_is_said() -> None:
    shown = after("step 2; lr 0.26; step 1")
    assert Event.TURN in shown.snapshot.event
    turned = [
        name
        for name, a, b in zip(
            shown.snapshot.names, shown.snapshot.previous_gradient, shown.snapshot.gradient, strict=True
        )
        if a * b < 0
    ]
    long, short, mark = words_of(shown.snapshot, UNICODE)
    assert all(name in long and name in short for name in turned)
    assert "sign" in long
    assert mark == "~"
    assert title_of(shown, LARGE).endswith(long)
    assert title_of(shown, SMALL).endswith(short)


def test_an_edit_is_said_with_what_was_edited() -> None:
    shown = after("step 5; lr 0.1; w w2 3")
    assert title_of(shown, LARGE).endswith("edit: lr 0.1; w w2 3")
    assert title_of(after("step 5; lr 0.1"), SMALL).endswith("│ edit: lr 0.1")


def test_the_words_stand_beside_what_else_there_is_to_say_or_before_it() -> None:
    shown = after(f"{EDITED}", log_loss=True)
    assert title_of(shown, LARGE).endswith("│ edit: lr 0.06  log  · old future")
    assert "lr 0.06" in title_of(shown, SMALL)


def test_nothing_is_said_where_nothing_happened() -> None:
    assert words_of(after("step 5").snapshot, UNICODE) == []
    assert title_of(after("step 5")).endswith("──")


# Why it stopped


def test_a_breakpoint_is_said_in_the_badge_and_beside_the_loss() -> None:
    shown = after("break loss < 60; run 40")
    for size in SIZES:
        header = text_of(on_screen("header", shown, size)[0])
        assert header.rstrip().endswith("BREAK at 13")
    assert texts(on_screen("loss", shown, SMALL))[-1].strip() == "loss < 60"
    assert "breakpoint 1: loss < 60" in " ".join(texts(on_screen("loss", shown, MIDDLE)))
    assert "PAUSED" in text_of(on_screen("header", after("break loss < 60; run 40; step 1"), SMALL)[0])


def test_a_run_that_goes_on_says_that_it_runs() -> None:
    shown = after("break loss < 60; run 40", running=True)
    assert "RUNNING" in text_of(on_screen("header", shown, SMALL)[0])


def test_a_long_condition_is_cut_within_its_line() -> None:
    shown = after("break loss < 60 and gradient < 10 and w1 > 1 and w2 > 1; run 40")
    lines = texts(on_screen("loss", shown, SMALL))
    assert lines[-1].strip().startswith("loss < 60")
    assert "…" in lines[-1]
