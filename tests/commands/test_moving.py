"""Commands that move along the run, and what they say of where it stands."""

from __future__ import annotations

import pytest

from gd_tui.commands import FrontEnd, perform
from gd_tui.errors import InputError


@pytest.mark.parametrize(
    ("text", "k"),
    [
        ("step", 31),
        ("step 12", 42),
        ("step 0", 30),
        ("back", 29),
        ("back 7", 23),
        ("back 99", 0),
        ("goto 4", 4),
        ("goto 55", 55),
        ("goto 0; newest", 40),
        ("run 5", 35),
        ("lr 0.1", 30),
        ("", 30),
        (" ; \n", 30),
        ("step 2; back 1\nstep 5", 36),
        ("w w1 3", 30),
        ("reset", 0),
        ("problem bowl", 0),
        ("optimizer adam", 30),
        ("mark a; goto 3; goto a", 30),
        ("run until step >= 33", 33),
        ("back until step <= 12", 12),
        ("break step >= 20; goto 5; continue", 20),
        ("break step >= 20; continue back", 20),
        ("break step >= 20; continue back; continue back", 20),
        ("break step = 35; run 100", 35),
        ("break step = 35; step 100", 130),
    ],
)
def test_where_a_command_leads(text: str, k: int, front: FrontEnd) -> None:
    front.simulator.step(40)
    front.simulator.back(10)
    perform(text, front)
    assert front.simulator.k == k


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run 3", "3 updates: still on its way at step 3"),
        ("run 1", "1 update: still on its way at step 1"),
        ("run 0", "0 updates: still on its way at step 0"),
        ("run", "966 updates: converged at step 966 (loss < 1e-15)"),
        ("run; run", "0 updates: converged at step 966 (loss < 1e-15)"),
        ("lr 3; run", "105 updates: diverged at step 105 (loss is inf)"),
        ("run until loss < 100", "step 6: loss < 100"),
        ("run until loss < 1000", "loss < 1000: so it is already, at step 0"),
        ("run until loss < 0", "not met: loss < 0; converged at step 966 (loss < 1e-15)"),
        ("lr 3; run until loss < 0", "not met: loss < 0; diverged at step 105 (loss is inf)"),
        ("run 10; back until loss > 200", "back at step 1: loss > 200"),
        ("run 10; back until loss > 999", "at no step before this one: loss > 999"),
        ("run 10; back until loss < 500", "loss < 500: so it is already, at step 10"),
        ("break loss < 100; run 50", "6 updates: stopped at step 6 (breakpoint 1: loss < 100)"),
        ("break loss < 100; continue", "step 6: breakpoint 1: loss < 100"),
        ("break loss < 0; continue", "no breakpoint was met; converged at step 966 (loss < 1e-15)"),
        ("break loss < 100; run 50; run 3; continue back", "back at step 6: breakpoint 1: loss < 100"),
        ("break loss < 100; run 50; continue back", "no breakpoint before this step"),
        ("break loss < 100; run until loss < 50", "step 6: breakpoint 1: loss < 100"),
        ("event", "no event after this step, of those made so far"),
        ("event back", "no event before this step, of those made so far"),
        ("step 3; lr 0.1; step 3; event back", "step 3: an edit"),
        ("step 9; goto 0; goto 4; newest; mark a; goto 2; goto a", ""),
    ],
)
def test_what_is_said_of_it(text: str, said: str, front: FrontEnd) -> None:
    assert perform(text, front)[-1] == said


def test_a_condition_is_the_reason_until_the_next_move(front: FrontEnd) -> None:
    perform("run until loss < 100", front)
    simulator = front.simulator
    assert (simulator.status, simulator.reason) == ("stopped", "loss < 100")
    perform("step", front)
    assert (simulator.status, simulator.reason) == ("active", "")
    perform("back", front)
    assert (simulator.status, simulator.reason) == ("active", "")


def test_a_mark_that_is_not_there(front: FrontEnd) -> None:
    perform("mark first", front)
    with pytest.raises(InputError, match=r"^unknown mark 'frist': did you mean first\?$"):
        perform("goto frist", front)


def test_a_condition_can_be_met_beyond_convergence(front: FrontEnd) -> None:
    perform("run; run until step >= 970", front)
    assert front.simulator.k == 970
