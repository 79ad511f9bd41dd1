"""`gd-tui check`: what it prints, and its exit status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROSENBROCK = "(1-x)^2 + 100*(y-x^2)^2"

MINE = """\
import numpy as np

def right(w):
    return float(((w - 1) ** 2).sum()), 2 * (w - 1)

def wrong(w):
    gradient = 2 * (w - 1)
    gradient[1] *= 3
    gradient[2] *= -1
    return float(((w - 1) ** 2).sum()), gradient

wrong.names = "a", "b", "c"

def plain(w):
    return w[0] ** 4

def failing(w):
    return 1 / 0
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return str(path)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "rosenbrock --start 3,-2",
        "kink --start 0",
        "valley --problem-set k=1000 --start random --seed 3",
        "--data iris network --hidden 3",
        "--data longley",
    ],
)
def test_our_own_problems_pass(call: Any, words: str) -> None:
    outcome = call("check", *words.split())
    assert (outcome.status, outcome.err) == (0, "")
    last = outcome.out.splitlines()[-1].split()
    assert last[0] == last[2]
    assert last[3:] == ["components", "agree"]


def test_the_table_of_the_worked_example(call: Any) -> None:
    lines = call("check").out.splitlines()
    assert lines[0].startswith("explainer at w1 = 4.2")
    assert lines[0].endswith("where the loss is 452.564")
    assert lines[1].split() == ["weight", "analytic", "difference", "+-", "relative", "error", "h"]
    assert lines[6].split()[:3] == ["w5", "-49", "-49"]
    assert lines[6].split()[-1] == "agrees"
    assert lines[7] == "5 of 5 components agree"


def test_a_typed_function_shows_its_derivatives(call: Any) -> None:
    outcome = call("check", "--function", ROSENBROCK, "--start", "3,-2")
    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert lines[0] == f"{ROSENBROCK} at x = 3, y = -2, where the loss is 12104"
    assert lines[1:6] == [
        "dL/dx = -400 × x × (y - x²) - 2 × (1 - x)",
        "dL/dy = 200 × (y - x²)",
        "d²L/dx² = 800 × x² + 2 - 400 × (y - x²)",
        "d²L/dx dy = -400 × x",
        "d²L/dy² = 200",
    ]
    assert lines[7].split()[:3] == ["x", "13204", "13204"]


def test_a_right_module_passes(call: Any, mine: str) -> None:
    outcome = call("check", "--module", f"{mine}:right", "--start", "1,2,3,4")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-1] == "4 of 4 components agree"


def test_a_wrong_gradient_is_found_and_named(call: Any, mine: str) -> None:
    outcome = call("check", "--module", f"{mine}:wrong", "--start", "3,4,5")
    assert (outcome.status, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    assert lines[0].startswith(f"{mine}:wrong at a = 3, b = 4, c = 5")
    assert [line.split()[-1] for line in lines[2:5]] == ["agrees", "wrong", "wrong"]
    assert lines[5:] == [
        "c is WRONG: -8 instead of 8: its sign is the wrong way round",
        "b is WRONG: 18 instead of 6: 3 times too large",
    ]


def test_without_a_gradient_there_is_nothing_to_check(call: Any, mine: str) -> None:
    outcome = call("check", "--module", f"{mine}:plain", "--start", "2")
    assert outcome.status == 0
    assert "gives no gradient" in outcome.out


def test_of_many_weights_the_worst_are_shown(call: Any, mine: str) -> None:
    start = ",".join(map(str, range(2, 62)))
    source = Path(mine).read_text().replace('wrong.names = "a", "b", "c"\n', "")
    Path(mine).write_text(source)
    lines = call("check", "--module", f"{mine}:wrong", f"--start={start}").out.splitlines()
    assert lines[1] == "the worst 50 of 60 components:"
    assert [line.split()[0] for line in lines[3:5]] == ["w3", "w2"]
    assert len(lines) == 3 + 50 + 2


def test_a_loss_that_is_not_finite_decides_nothing(call: Any) -> None:
    outcome = call("check", "--function", "log(x)", "--start", "-1")
    assert outcome.status == 0
    assert "not finite" in outcome.out
    assert outcome.out.splitlines()[-1] == "0 of 1 components agree"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--module", "mine.py:failing", "--start", "1"], ["mine.py: line 18: ZeroDivisionError"]),
        (["--module", "mine.py:plain"], ["how many weights", "--start"]),
        (["--module", "mine.py:nothing"], ["nothing", "mine.py"]),
        (["--module", "mine.py"], ["FILE.py:NAME"]),
        (["--function", "x^"], ["column 3"]),
        (["--function", "x^2", "--start", "1,2"], ["function", "1 weights", "2"]),
        (["rosenbrock", "--function", "x^2"], ["--function", "rosenbrock"]),
        (["function"], ["--function"]),
        (["module"], ["--module"]),
    ],
)
def test_wrong_input_is_one_line(
    call: Any, mine: str, monkeypatch: pytest.MonkeyPatch, words: list[str], parts: list[str]
) -> None:
    monkeypatch.chdir(Path(mine).parent)
    for command in ("check", "run"):
        outcome = call(command, *words)
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.err.count("\n") == 1
        assert [part for part in parts if part not in outcome.err] == []


def test_as_a_process(process: Any, mine: str) -> None:
    assert process("check", "--module", f"{mine}:wrong", "--start", "3,4,5").status == 1
    assert process("check", "--function", "x^2+y").status == 0
    assert process("run", "--module", f"{mine}:plain", "--start", "1", "--steps", "3", "--format", "csv").status == 0
