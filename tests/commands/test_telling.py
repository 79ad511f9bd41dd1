"""Commands that tell of the run: they change nothing, and their numbers are the run's own."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gd_tui.commands import FrontEnd, perform
from gd_tui.commands.telling import MOST_EVENTS, MOST_WEIGHTS, SHOWN
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

from ..engine.cases import SCENARIOS

TOLD = [*(f"show {what}" for what in SHOWN), "show", "show curve", "explain", "predict", "stability", "check", "help"]


@pytest.mark.parametrize("text", TOLD)
@pytest.mark.parametrize("name", ["explainer", "rosenbrock", "network-iris", "function", "kink", "saddle"])
def test_telling_changes_nothing(name: str, text: str) -> None:
    front = FrontEnd(Simulator(SCENARIOS[name]))
    for k in (0, 7):
        front.simulator.step(k)
        before = front.simulator.engine.w.tobytes(), front.simulator.k, front.simulator.newest
        (said,) = perform(text, front)
        assert said
        assert all(line == line.rstrip() for line in said.splitlines())
        assert (front.simulator.engine.w.tobytes(), front.simulator.k, front.simulator.newest) == before


@pytest.mark.parametrize("lr", [0.05, 40.0])
def test_numbers_of_a_run_that_ends_anyhow(lr: float) -> None:
    front = FrontEnd(Simulator(Scenario(lr=lr)))
    perform("run", front)
    for text in TOLD:
        assert "Warning" not in perform(text, front)[0]


def numbers_of(table: str) -> list[list[float]]:
    """The numbers of every line of a table but the first."""
    return [[float(word) for word in re.findall(r"(?<= )[-+]?[\d.]+(?=\s|$)", line)] for line in table.splitlines()[1:]]


def test_weights_in_aligned_columns(front: FrontEnd) -> None:
    perform("step 4", front)
    shown = front.simulator.snapshot()
    (said,) = perform("show weights", front)
    assert len({len(line) for line in said.splitlines()}) == 1
    values = np.array(numbers_of(said))
    assert shown.change is not None
    expected = np.column_stack([shown.weights, shown.change, shown.gradient, shown.next_weights])
    np.testing.assert_allclose(values, expected, atol=5e-9)


def test_many_weights_are_cut_short() -> None:
    front = FrontEnd(Simulator(Scenario(problem="network", data="iris", standardize=True, hidden=30)))
    (said,) = perform("show weights", front)
    count = len(front.simulator.names)
    assert said.splitlines()[-1] == f"+ {count - MOST_WEIGHTS:,} more (export to a .csv file for all)"


def test_the_curve_goes_through_now_next_and_lowest(front: FrontEnd) -> None:
    perform("step 2", front)
    snapshot = front.simulator.snapshot(2)
    (said,) = perform("show curve w3", front)
    rows = {line.split()[-1]: line.split() for line in said.splitlines()[1:] if line.split()[-1].isalpha()}
    assert float(rows["now"][1]) == pytest.approx(snapshot.loss, abs=1e-8)
    assert float(rows["next"][0]) == pytest.approx(snapshot.next_weights[2], abs=1e-8)
    assert float(rows["here"][0]) == pytest.approx(snapshot.slice_minimum, abs=1e-8)


def test_history_marks_the_present_step(front: FrontEnd) -> None:
    perform("step 100; goto 0", front)
    lines = perform("show history", front)[0].splitlines()
    assert lines[1].endswith("<- here")
    assert sum("here" in line for line in lines) == 1
    assert lines[-1].split()[0] == "100"


def test_events_are_told_with_their_edits(front: FrontEnd) -> None:
    assert perform("show events", front) == ["nothing has happened yet that counts as an event"]
    perform("step 3; lr 0.3; w w1 4; step 2", front)
    assert "step 3: an edit: lr 0.3; w w1 4" in perform("show events", front)[0]
    for _ in range(MOST_EVENTS):
        perform("step; lr up; step; lr down", front)
    lines = perform("show events", front)[0].splitlines()
    assert (lines[0], len(lines)) == ("earlier ones are left out", MOST_EVENTS + 1)


def test_the_arithmetic_ends_in_the_next_weight(front: FrontEnd) -> None:
    (said,) = perform("step 1; explain w2", front)[1:]
    following = front.simulator.snapshot().next_weights[1]
    assert said.startswith("update of w2 from step 1 to 2:")
    assert f"{following:.10g}" in said


def test_a_prediction_is_what_happens(front: FrontEnd) -> None:
    (said,) = perform("step 2; predict", front)[1:]
    perform("step", front)
    assert f"to {front.simulator.engine.loss:.10g}, a change of" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stability", "stable for a learning rate below 0.2; 0.05 is safe"),
        ("lr 0.3; stability", "stable for a learning rate below 0.2; 0.3 is NOT safe"),
        ("set momentum 0.5; stability", "stable for a learning rate below 0.3; 0.05 is safe"),
        ("stability", "condition number 25"),
        ("stability", "the same everywhere, for the loss is quadratic"),
        ("optimizer adam; stability", "no limit of the learning rate is known: it is known for gradient descent"),
        ("problem rosenbrock; stability", "as it is at this step"),
    ],
)
def test_stability_in_words(text: str, words: str, front: FrontEnd) -> None:
    assert words in perform(text, front)[-1]


def test_the_weight_that_is_looked_at_is_one_that_there_is(front: FrontEnd) -> None:
    perform("problem bowl; problem explainer", front)
    front.selected = 4
    assert perform("explain", front)[0].startswith("update of w5 ")
    assert perform("undo; explain", front)[1].startswith("update of y ")
    assert perform("redo; show curve", front)[1].split()[0] == "w5"
