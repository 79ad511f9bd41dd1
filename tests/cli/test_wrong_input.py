"""Wrong usage and wrong input: one line that says what, where and what to do, and exit status 2."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

FILES = {
    "empty.csv": "",
    "header.csv": "x,y\n",
    "ragged.csv": "x,y\n1,2\n3\n",
    "text.csv": "x,y\n1,2\ntwo,3\n3,4\n",
    "nan.csv": "x,y\n1,2\nnan,3\n3,4\n",
    "good.csv": "x,y\n1,2\n2,3\n3,5\n",
    "constant.csv": "x,y\n1,2\n1,3\n1,5\n",
}

WRONG = [
    ("nonsense", ["nonsense", "explainer"]),
    ("rosenbroke", ["rosenbroke", "rosenbrock"]),
    ("explainer bowl", ["bowl", "--help"]),
    ("--unheard-of", ["--unheard-of", "--help"]),
    ("linear", ["linear", "--data"]),
    ("explainer --data hubble_1929", ["explainer", "--data"]),
    ("--data nowhere.csv", ["nowhere.csv", "hubble_1929"]),
    ("--data empty.csv", ["empty.csv", "empty"]),
    ("--data header.csv", ["header.csv", "rows"]),
    ("--data ragged.csv", ["ragged.csv", "line 3"]),
    ("--data text.csv --features x", ["text.csv", "line 3", "x", "two"]),
    ("--data nan.csv", ["nan.csv", "line 3", "x", "--drop-missing"]),
    ("--data good.csv --target z", ["good.csv", "z", '"x", "y"']),
    ("--data good.csv --features z", ["good.csv", "z", '"x", "y"']),
    ("--data good.csv --features x,,", ["x,,"]),
    ("--data good.csv --start 1,2,3", ["linear", "2 weights", "3"]),
    ("--data constant.csv --standardize", ["constant.csv", "x", "--features"]),
    ("--target y", ["--target", "--data"]),
    ("rosenbrock --standardize", ["--standardize", "--data"]),
    ("--lr 0", ["learning rate", "above 0", "0"]),
    ("--lr -1", ["learning rate", "above 0", "-1"]),
    ("--lr nan", ["learning rate", "finite", "nan"]),
    ("--lr inf", ["learning rate", "finite", "inf"]),
    ("--lr fast", ["--lr", "fast"]),
    ("--lr", ["--lr", "argument"]),
    ("--start 1,2", ["explainer", "5 weights", "2"]),
    ("--start 1,2,three,4,5", ["--start", "1,2,three,4,5", "zeros or random"]),
    ("--start 1,2,inf,4,5", ["--start", "1,2,inf,4,5", "finite"]),
    ("--start ''", ["--start", "''"]),
    ("--seed one", ["--seed", "one"]),
    ("--seed -1", ["seed", "-1"]),
    ("--optimizer adma", ["adma", "adam"]),
    ("--set momentum", ["--set", "'momentum'", "NAME=VALUE"]),
    ("--set momentum=", ["--set", "NAME=VALUE"]),
    ("--set momentum=much", ["--set momentum", "much", "number"]),
    ("--set momentum=nan", ["--set momentum", "nan", "finite"]),
    ("--set momentum=1,2", ["--set momentum", "1,2", "one number"]),
    ("--set momentum=-1", ["momentum", "-1"]),
    ("--set momentum=true", ["momentum", "number"]),
    ("--set nesterov=1", ["nesterov", "true or false"]),
    ("--set beta1=0.5", ["beta1", "momentum"]),
    ("--problem-set k=10", ["explainer", "k"]),
    ("valley --problem-set k", ["--problem-set", "'k'", "NAME=VALUE"]),
    ("valley --problem-set k=steep", ["--problem-set k", "steep", "number"]),
    ("valley --problem-set k=0", ["valley", "k", "above 0"]),
    ("bowl --problem-set k=1", ["bowl", "k"]),
    ("--problem-set x=0,1", ["x", "0"]),
]
WRONG_FOR_RUN = [
    ("--steps -1", ["--steps", "-1"]),
    ("--steps many", ["--steps", "many"]),
    ("--every 0", ["--every", "0"]),
    ("--format xml", ["--format", "xml", "csv", "--help"]),
    ("--output nowhere/run.csv", ["--output", "nowhere/run.csv", "No such file"]),
    ("--output .", ["--output", "directory"]),
    ("--speed max", ["--speed"]),
]
WRONG_FOR_SCREEN = [
    ("--speed fast", ["--speed", "fast", "max"]),
    ("--speed 0", ["--speed", "0"]),
    ("--speed inf", ["--speed", "inf"]),
    ("--fps max", ["--fps", "max"]),
    ("--fps -1", ["--fps", "-1"]),
    ("--steps 3", ["--steps"]),
]
LINES = (
    [("run " + words, parts) for words, parts in WRONG + WRONG_FOR_RUN]
    + WRONG
    + WRONG_FOR_SCREEN
    + [("list", ["problems", "keys"]), ("list lessons", ["lessons", "problems"]), ("list keys now", ["now"])]
)


@pytest.mark.parametrize(("words", "parts"), LINES, ids=[words for words, _ in LINES])
def test_one_line_and_exit_2(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, parts: list[str]
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    outcome = call(*shlex.split(words))
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("gd-tui: error: ")
    assert outcome.err.count("\n") == 1
    assert [part for part in parts if part not in outcome.err] == []
