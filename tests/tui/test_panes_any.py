"""Panes draw whatever they are given: any numbers, any size, any state, without an error and within their lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_tui.engine.engine import Status
from gd_tui.engine.terms import Number, Term
from gd_tui.simulator import Snapshot
from gd_tui.tui.glyphs import ASCII, UNICODE
from gd_tui.tui.looking import FOCUSABLE
from gd_tui.tui.shown import Shown, View

from .pictures import PANE, built, fitted, length, many_weights, region_of, shown_at, shown_of, simulator_at, text_of

BASES = [simulator_at(3, problem=name).snapshot() for name in ("explainer", "explainer-sum", "rosenbrock", "quartic")]
numbers = st.one_of(
    st.floats(-100, 100),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf, 1e308, -1e308, 1.7976931348623157e308, 5e-324, 1e-300]),
)


def term_with(term: Term, values: list[float]) -> Term:
    parts = tuple(
        replace(part, value=values[i % len(values)]) if isinstance(part, Number) else part
        for i, part in enumerate(term.parts)
    )
    return replace(term, parts=parts, value=values[0])


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """A real snapshot with every number replaced by any other."""
    base = draw(st.sampled_from(BASES))
    d = len(base.names)
    some = arrays(np.float64, d, elements=numbers)
    first = draw(st.booleans())
    k = draw(st.sampled_from([0, 3, 999, 10**7]))
    values = draw(st.lists(numbers, min_size=1, max_size=5))
    return replace(
        base,
        k=k,
        newest=k + draw(st.sampled_from([0, 0, 5])),
        status=draw(st.sampled_from(list(Status))),
        reason=draw(st.sampled_from(["", "loss is inf", "|gradient| <= 1e-10"])),
        converged=draw(st.sampled_from([None, 0, k])),
        lr=draw(st.floats(1e-300, 1e300)),
        weights=draw(some),
        gradient=draw(some),
        start=draw(some),
        optimum=draw(st.none() | some),
        previous_gradient=None if first else draw(some),
        change=None if first else draw(some),
        next_weights=draw(some),
        loss=draw(numbers),
        loss_change=None if first else draw(numbers),
        lowest=draw(numbers),
        gradient_norm=draw(numbers),
        selected=draw(st.integers(0, d - 1)),
        terms=tuple(term_with(term, values) for term in base.terms),
        trail=draw(arrays(np.float64, draw(st.integers(0, 32)), elements=numbers)),
        slice_minimum=draw(st.none() | numbers),
    )


views = st.builds(
    View,
    running=st.booleans(),
    speed=st.sampled_from([0.5, 10.0, 5000.0, np.inf]),
    log_loss=st.booleans(),
    zoom=st.integers(-20, 20),
    history_zoom=st.integers(0, 20),
    focus=st.sampled_from(FOCUSABLE),
    frames=st.sampled_from(["", "12 of 40 frames"]),
    message=st.sampled_from(["", "a message → with × signs", "x" * 300]),
    error=st.booleans(),
    count=st.sampled_from(["", "123456789"]),
    glyphs=st.sampled_from([UNICODE, ASCII]),
)


def check(pane: str, shown: Shown, width: int, height: int) -> None:
    lines = fitted(pane, shown, width, height)
    assert len(lines) == height
    assert all(length(line) == width for line in lines)
    drawn = "".join(map(text_of, lines))
    if shown.view.glyphs.ascii:
        assert all(" " <= c <= "~" for c in drawn), sorted({c for c in drawn if not " " <= c <= "~"})
    else:
        assert drawn.isprintable()


@pytest.mark.parametrize("pane", PANE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_numbers_at_any_size(pane: str, data: st.DataObject) -> None:
    view = data.draw(views)
    snapshot = data.draw(snapshots())
    width, height = data.draw(st.integers(1, 220)), data.draw(st.integers(1, 60))
    check(pane, replace(shown_of(snapshot), view=view), width, height)


@pytest.mark.parametrize("pane", PANE)
def test_every_small_size(pane: str) -> None:
    shown = shown_at(5)
    for width in range(1, 45):
        for height in (1, 2, 3, 5):
            check(pane, shown, width, height)


def past() -> Shown:
    simulator = simulator_at(50)
    simulator.back(30)
    return shown_of(simulator.snapshot(2))


def edited_to(value: float) -> Shown:
    simulator = simulator_at(2)
    simulator.set_weight(1, value)
    simulator.step(1)
    return shown_of(simulator.snapshot(1))


STATES: dict[str, Callable[[], Shown]] = {
    "start": lambda: shown_at(0),
    "underway": lambda: shown_at(12),
    "converged": lambda: shown_at(1000),
    "past": past,
    "diverged to inf": lambda: shown_at(2000, selected=4, lr=0.25),
    "diverged at once": lambda: shown_at(5, lr=1e300),
    "diverged to nan": lambda: shown_at(50, problem="rosenbrock", lr=10.0),
    "quartic beyond": lambda: shown_at(50, problem="quartic", lr=10.0),
    "a weight of 1e150": lambda: edited_to(1e150),
    "a weight of 1e308": lambda: edited_to(1e308),
    "a weight of 1e-308": lambda: edited_to(1e-308),
    "a thousand weights": lambda: many_weights(1000, 999),
    "adam": lambda: shown_at(7, problem="rosenbrock", optimizer="adam"),
    "nesterov": lambda: shown_at(7, problem="valley", optimizer="nesterov"),
    "raw data": lambda: shown_at(7, problem="linear", data="hubble_1929", lr=0.3),
    "long names": lambda: shown_at(7, problem="linear", data="penguins", drop_missing=True, standardize=True),
    "two valleys": lambda: shown_at(3, problem="two-valleys"),
}


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_at_every_size(state: str, glyphs: object) -> None:
    shown = STATES[state]()
    for log_loss in (False, True):
        shown = replace(shown, view=replace(shown.view, glyphs=glyphs, log_loss=log_loss))  # type: ignore[arg-type]
        for size in ((60, 16), (80, 24), (120, 40), (200, 60), (30, 8)):
            for pane in PANE:
                region = region_of(pane, shown, size)
                if region is not None:
                    check(pane, shown, *region)


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off_at_the_right(state: str) -> None:
    """A line that is built too long would lose its last digits: half a number is a wrong number."""
    shown = STATES[state]()
    for size in ((60, 16), (80, 24), (100, 30), (120, 40), (200, 60)):
        for pane in PANE:
            region = region_of(pane, shown, size)
            if region is not None:
                for line in built(pane, shown, *region):
                    assert length(line) <= region[0] or not text_of(line)[region[0] :].strip(), (
                        size,
                        pane,
                        text_of(line),
                    )


def test_names_from_a_file_may_hold_any_characters(tmp_path: Path) -> None:
    table = tmp_path / "größe.csv"
    table.write_text(
        "größe_µm,日本語の名前,e\u0301t\u200be\tx,y\n1,2,3,4\n2,1,5,6\n4,4,1,7\n9,1,2,3\n", encoding="utf-8"
    )
    shown = shown_at(2, problem="linear", data=str(table), target="y", standardize=True, lr=0.1)
    for glyphs in (UNICODE, ASCII):
        for size in ((60, 16), (80, 24), (120, 40), (200, 60)):
            for selected in range(3):
                picture = replace(
                    shown, view=replace(shown.view, glyphs=glyphs), snapshot=replace(shown.snapshot, selected=selected)
                )
                for pane in PANE:
                    region = region_of(pane, picture, size)
                    if region is not None:
                        check(pane, picture, *region)
