"""Choices that lean on the step before, and are the same whenever a step is shown again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gd_tui.simulator import Snapshot
from gd_tui.tui.steadiness import MOST, Steady

from .pictures import PANE, fitted, shown_of, simulator_at

BASE = simulator_at(0).snapshot()


def at(k: int, run: int = 0) -> Snapshot:
    return replace(BASE, k=k, run=run)


def test_the_choice_before_is_handed_on() -> None:
    steady, given_before = Steady[int](), []

    def choose(before: int | None) -> int:
        given_before.append(before)
        return (before or 0) + 10

    assert [steady.at(at(k), "key", choose) for k in (0, 1, 2)] == [10, 20, 30]
    assert given_before == [None, 10, 20]


@given(st.lists(st.integers(0, 8), max_size=40))
def test_a_step_shown_again_has_its_choice_again(steps: list[int]) -> None:
    steady, seen = Steady[int](), dict[int, int]()
    for k in steps:
        chosen = steady.at(at(k), "key", lambda before, k=k: (before or 0) * 7 + k + 1)
        assert seen.setdefault(k, chosen) == chosen


def test_another_run_or_key_begins_afresh() -> None:
    steady = Steady[str]()
    assert steady.at(at(3), "a", lambda before: f"first, {before}") == "first, None"
    assert steady.at(at(3, run=1), "a", lambda before: f"second, {before}") == "second, None"
    assert steady.at(at(3, run=1), "b", lambda before: f"third, {before}") == "third, None"
    assert steady.at(at(3), "a", lambda before: f"fourth, {before}") == "fourth, None"


def test_memory_is_bounded() -> None:
    steady = Steady[int]()
    for k in range(MOST + 10):
        steady.at(at(k), 0, lambda before: 0)
    assert len(steady._chosen) == MOST


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=8),
    st.sampled_from(["curve", "weights", "gradients", "history"]),
)
def test_panes_show_a_step_as_they_showed_it_before(route: list[int], name: str) -> None:
    """Also the axes: they may depend on the way a step was reached first, and never change after."""
    pane, simulator = PANE[name](id=name), simulator_at(30, lr=0.2)
    seen = {}
    for k in route:
        simulator.seek(k)
        lines = fitted(pane, shown_of(simulator.snapshot(4)), 60, 16)
        assert seen.setdefault(k, lines) == lines
