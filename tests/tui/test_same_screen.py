"""Stepping back and forth again shows the very screen of before, to the last cell and colour."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from textual.strip import Strip

from gd_tui.tui.pane import Pane

from .running import Session, running

RUNS: dict[str, Mapping[str, object]] = {
    "explainer": {},
    "overshoot": {"lr": 0.2},
    "adam": {"optimizer": "adam"},
    "sum": {"problem": "explainer-sum"},
    "rosenbrock": {"problem": "rosenbrock", "optimizer": "momentum"},
    "valley": {"problem": "valley", "optimizer": "nesterov"},
    "quartic": {"problem": "quartic"},
    "data": {"problem": "linear", "data": "hubble_1929", "standardize": True, "lr": 0.4},
    "diverging": {"lr": 1e200},
}
SIZES = [(80, 24), (120, 40)]
CASES = [(run, (80, 24)) for run in RUNS] + [(run, (120, 40)) for run in ("explainer", "overshoot", "data")]


def strips(session: Session) -> dict[str, list[Strip]]:
    """Every pane's lines with their styles."""
    return {
        str(pane.id): [pane.render_line(y) for y in range(pane.size.height)]
        for pane in session.app.simulation.query(Pane)
        if pane.size
    }


def roles(session: Session, name: str) -> list[tuple[str, str]]:
    """Character and role of every cell of a pane."""
    pane = session.app.simulation.query_one(f"#{name}", Pane)
    return [(c, role) for line in pane._lines for text, role in line for c in text]


@pytest.mark.parametrize(("run", "size"), CASES)
async def test_forward_back_forward(run: str, size: tuple[int, int]) -> None:
    async with running(size, **RUNS[run]) as session:
        await session.press("3", "n", "n")
        after = strips(session)
        await session.press("N")
        assert session.snapshot.k == 3 or run == "diverging"
        assert strips(session) != after
        await session.press("n")
        again = strips(session)
        assert again == after


@pytest.mark.parametrize("size", SIZES)
async def test_back_forward_back(size: tuple[int, int]) -> None:
    async with running(size, lr=0.2) as session:
        await session.press("5", "n", "N")
        before = strips(session)
        await session.press("n", "N")
        assert strips(session) == before
        await session.press("N", "N", "n", "n")
        assert strips(session) == before


async def test_the_first_visit_and_the_second_by_another_way() -> None:
    """Axes hold still from step to step; what they were at a step they stay, whatever way leads there."""
    async with running(lr=0.2) as session:
        seen = {}
        await session.press("n")
        for _ in range(8):
            await session.press("n")
            seen[session.simulator.k] = strips(session)["curve"]
        for key in ("g", "G", "pageup", "pagedown", "N", "N"):
            await session.press(key)
            if session.simulator.k in seen:
                assert strips(session)["curve"] == seen[session.simulator.k]


async def test_back_shows_the_numbers_of_the_step_before_and_fades_the_future() -> None:
    async with running() as session:
        await session.press("6", "n")
        numbers = {pane: session.pane(pane) for pane in ("weights", "gradients", "update")}
        loss = session.pane("loss")[1:4]
        assert not any(role == "past" and c != " " for c, role in roles(session, "history"))
        await session.press("5", "n", "5", "N")
        assert session.snapshot.k == 6
        assert {pane: session.pane(pane) for pane in numbers} == numbers
        assert session.pane("loss")[1:4] == loss
        history = roles(session, "history")
        assert any(role == "past" and c != " " for c, role in history)
        assert any(role == "loss" and c != " " for c, role in history)
        assert "step 6 of 11" in session.pane("header")[0]
        await session.press("G")
        assert not any(role == "past" and c != " " for c, role in roles(session, "history"))


async def test_what_was_promised_is_what_comes() -> None:
    """New weight, as the update pane works it out, is the value after the next update."""
    async with running(optimizer="adam", lr=0.3) as session:
        for _ in range(5):
            promised = session.pane("update")[-1].split()[-1]
            await session.press("n")
            assert session.pane("weights")[2][1:].split()[1] == promised
