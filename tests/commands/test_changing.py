"""Commands that change the run, and those that watch it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gd_tui.commands import FrontEnd, perform
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator


def test_rates(front: FrontEnd) -> None:
    simulator = front.simulator
    said = "learning rate 0.1 from step 3 on, the optimizer's memory stays"
    assert perform("step 3; lr 0.1", front)[-1] == said
    assert simulator.engine.lr == 0.1
    perform("lr up", front)
    assert simulator.engine.lr == 0.126
    perform("lr down", front)
    assert simulator.engine.lr == 0.1
    perform("lr 1e-3", front)
    assert simulator.scenario.lr == 0.001


def test_weights_are_set_by_name(front: FrontEnd) -> None:
    assert perform("w w3 -2.5", front) == ["w3 set at step 0"]
    assert front.simulator.engine.w.tolist() == [4.2, 3.6, -2.5, 0.7, 0.1]
    perform('w "w1" 1e3', front)
    assert front.simulator.engine.w[0] == 1000.0


def test_a_name_with_a_space_needs_no_quotes_where_nothing_else_can_be_meant(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("living area,price\n1,2\n2,3\n")
    front = FrontEnd(Simulator(Scenario(problem="linear", data=str(tmp_path / "table.csv"))))
    for typed in ('"living area"', "living area"):
        perform(f"w {typed} 4; undo; w {typed} = 5", front)
        assert front.simulator.engine.w[0] == 5.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("optimizer adam", "adam from step 3 on, its memory begun afresh"),
        ("set momentum 0.9", "momentum 0.9 from step 3 on, the optimizer's memory stays"),
        ("set nesterov false", "nesterov false from step 3 on, the optimizer's memory stays"),
        ("schedule step", "schedule step from step 3 on, counted from step 0; `set` changes its settings"),
        ("schedule multistep; set milestones 5,9", "milestones 5,9 from step 3 on, the optimizer's memory stays"),
        ("seed 7", "seed 7 from step 3 on"),
        ("w w1 2", "w1 set at step 3"),
        ("goto 0; seed 7", "seed 7 from step 0 on"),
        ("goto 0; lr 0.1", "learning rate 0.1 from step 0 on"),
        ("reset", "started again; u brings the last run back"),
        ("reset random", "started again with seed 1; u brings the last run back"),
        ("problem bowl", "bowl; u brings the last run back"),
        ("drop", "there is no old future"),
        ("back; lr 0.1; drop", "1 old future dropped from the plots"),
        ("back; lr 0.1; step; back; lr 0.2; drop", "2 old futures dropped from the plots"),
        ("break loss<1e-3   and sign w1", "breakpoint 1: loss < 1e-3 and sign w1"),
        ("breaks", "no breakpoint is set"),
        ("break loss < 1; break nonfinite; breaks", "breakpoint 1: loss < 1\nbreakpoint 2: nonfinite"),
        ("break loss < 1; break nonfinite; delete 1; breaks", "breakpoint 2: nonfinite"),
        ("break loss < 1; break nonfinite; delete 1; break loss rises", "breakpoint 3: loss rises"),
        ("break loss < 1; delete 1", "breakpoint 1 is gone: loss < 1"),
        ("mark here", "step 3 is marked here"),
        ("compare sgd", "at step 3: sgd lr 0.05 has loss 152.24639, this run 152.24639"),
        ("compare adam; compare none", "compared with no other run"),
    ],
)
def test_what_is_said_of_a_change(text: str, said: str, front: FrontEnd) -> None:
    front.simulator.step(3)
    assert perform(text, front)[-1] == said


def test_a_rival_that_diverged_is_told(front: FrontEnd) -> None:
    front.simulator.step(600)
    assert perform("compare sgd lr 9", front)[-1].startswith("sgd lr 9 diverged at step ")


def test_batches(front: FrontEnd) -> None:
    with pytest.raises(InputError, match="bowl has no rows of data"):
        perform("problem bowl; batch 2", front)
    assert perform("problem linear hubble_1929; step 2; batch 5", front)[-1] == "5 rows for each update from step 2 on"
    assert front.simulator.scenario.batch == 5
    assert perform("batch all", front) == ["all rows for each update from step 2 on"]
    assert front.simulator.scenario.batch is None


def test_a_mark_can_be_moved(front: FrontEnd) -> None:
    perform("step 3; mark here; step 3; mark here", front)
    assert front.simulator.marks == {"here": 6}
