"""What keys change of the view alone."""

from __future__ import annotations

from dataclasses import fields
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.commands import BY_ID
from gd_tui.tui.looking import FOCUSABLE, LOOKS, MOST_ZOOM, SPEEDS
from gd_tui.tui.shown import View

speeds = st.sampled_from(SPEEDS) | st.floats(0.5, 1e5)


def look(view: View, *keys: str) -> View:
    for key in keys:
        view = LOOKS[key](view)
    return view


def test_every_look_is_a_command() -> None:
    assert set(LOOKS) <= set(BY_ID)


def test_the_ladder_goes_from_half_an_update_a_second_to_max_and_back() -> None:
    view, climbed = View(speed=0.5), [0.5]
    for _ in range(len(SPEEDS)):
        view = look(view, "run.faster")
        climbed.append(view.speed)
    assert tuple(climbed) == (*SPEEDS, inf)
    for speed in (*SPEEDS[-2::-1], 0.5):
        view = look(view, "run.slower")
        assert view.speed == speed


@given(speeds)
def test_a_rung_up_is_faster_and_a_rung_down_slower(speed: float) -> None:
    assert look(View(speed=speed), "run.faster").speed > speed or speed == inf
    assert look(View(speed=speed), "run.slower").speed < speed or speed == 0.5


@given(speeds)
def test_double_and_half(speed: float) -> None:
    view = View(speed=speed)
    assert look(view, "run.double").speed == (inf if speed == inf else min(2 * speed, 1e5))
    assert look(view, "run.half").speed == (inf if speed == inf else max(speed / 2, 0.5))


@given(speeds)
def test_max_and_normal(speed: float) -> None:
    assert look(View(speed=speed), "run.max").speed == inf
    assert look(View(speed=speed), "run.normal").speed == 10.0


@pytest.mark.parametrize(("speed", "words"), [(0.5, "0.5/s"), (10.0, "10/s"), (5000.0, "5000/s"), (inf, "max")])
def test_the_speed_in_words(speed: float, words: str) -> None:
    assert View(speed=speed).speed_words == words


def test_zoom_is_of_the_curve_unless_the_history_is_focused() -> None:
    assert look(View(), "view.zoom_in", "view.zoom_in", "view.zoom_out").zoom == 1
    assert look(View(), "view.zoom_out").zoom == -1
    history = look(View(focus="history"), "view.zoom_in", "view.zoom_in")
    assert (history.zoom, history.history_zoom) == (0, 2)
    assert look(history, "view.follow").history_zoom == 0
    assert look(View(focus="history"), "view.zoom_out").history_zoom == 0  # all of it is all there is


@given(st.lists(st.sampled_from(["view.zoom_in", "view.zoom_out"]), max_size=60), st.sampled_from(FOCUSABLE))
def test_zoom_stays_where_ranges_are_numbers(keys: list[str], focus: str) -> None:
    view = look(View(focus=focus), *keys)
    assert abs(view.zoom) <= MOST_ZOOM
    assert 0 <= view.history_zoom <= MOST_ZOOM


def test_tab_goes_round_all_panes_and_back() -> None:
    view, seen = View(), []
    for _ in FOCUSABLE:
        seen.append(view.focus)
        view = look(view, "pane.next")
    assert seen == list(FOCUSABLE)
    assert view.focus == FOCUSABLE[0]
    assert look(view, "pane.previous").focus == FOCUSABLE[-1]


@pytest.mark.parametrize("key", ["view.log", "view.order"])
def test_toggles(key: str) -> None:
    assert look(View(), key) != View()
    assert look(View(), key, key) == View()


@given(st.sampled_from(sorted(LOOKS)), speeds, st.sampled_from(FOCUSABLE))
def test_a_look_changes_one_thing(key: str, speed: float, focus: str) -> None:
    before = View(speed=speed, focus=focus, message="m", count="3", running=True)
    after = look(before, key)
    changed = {field.name for field in fields(View) if getattr(before, field.name) != getattr(after, field.name)}
    assert changed <= {"speed", "zoom", "history_zoom", "focus", "log_loss", "by_size"}
    assert len(changed) <= 1
