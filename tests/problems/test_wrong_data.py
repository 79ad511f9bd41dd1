"""What a scenario on a table gets wrong is said in one line, with the column and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gd_tui.errors import InputError
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario

TEXT = "p,q,kind\n1,2,cat\n2,5,dog\n3,1,cow\n"
SAME = "p,q,y\n0.1,2,1\n0.1,5,3\n0.1,1,2\n"

WRONG: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "no data": (TEXT, {"problem": "linear", "data": None}, ("linear", "--data")),
    "text target": (TEXT, {"problem": "linear"}, ("table.csv", "'kind'", "'cat'", "--target", "softmax")),
    "text, polynomial": (TEXT, {"problem": "polynomial", "features": ("p",)}, ("'kind'", "text")),
    "text, network mse": (TEXT, {"problem": "network", "loss": "mse"}, ("'kind'", "--loss cross-entropy")),
    "bad cell": ("p,y\n1,2\n2,3x\n", {"problem": "linear"}, ("line 3", "3x", "not a number")),
    "three classes": (TEXT, {"problem": "logistic"}, ("'kind'", "3 classes", "cat, cow, dog", "softmax")),
    "one class": ("p,kind\n1,cat\n2,cat\n", {"problem": "softmax"}, ("'kind'", "one class", "'cat'")),
    "one number": ("p,y\n1,1\n2,1\n", {"problem": "logistic"}, ("'y'", "one class", "'1'")),
    "many classes": (
        "p,y\n" + "".join(f"{i},{i}.5\n" for i in range(200)),
        {"problem": "softmax"},
        ("'y'", "200", "linear"),
    ),
    "no such class": (
        "p,kind\n1,cat\n2,dog\n",
        {"problem": "logistic", "positive": "cow"},
        ("'cow'", "'kind'", "'cat' or 'dog'"),
    ),
    "positive of many": (TEXT, {"problem": "softmax", "positive": "cow"}, ("--positive", "3 classes")),
    "positive, network": (TEXT, {"problem": "network", "positive": "cow"}, ("--positive", "network")),
    "unfit loss": (SAME, {"problem": "linear", "loss": "cross-entropy"}, ("cross-entropy", "mse, mae, huber")),
    "unfit, logistic": (TEXT, {"problem": "softmax", "loss": "mse"}, ("mse does not fit softmax", "cross-entropy")),
    "unknown loss": (SAME, {"problem": "network", "loss": "hubber"}, ("'hubber'", "huber")),
    "constant": (SAME, {"problem": "linear", "standardize": True}, ("table.csv", "'p'", "constant", "--features")),
    "constant, network": (SAME, {"problem": "network", "standardize": True}, ("'p'", "constant")),
    "several features": (SAME, {"problem": "polynomial"}, ("one feature", "2 (p, q)", "--features")),
    "no weights": (SAME, {"problem": "polynomial", "features": ("q",), "degree": 0, "bias": False}, ("--degree",)),
    "too large": ("x,y\n1e200,1\n2,3\n", {"problem": "polynomial", "degree": 3}, ("'x'", "--standardize")),
    "activation": (SAME, {"problem": "network", "activation": "gelu"}, ("'gelu'", "relu")),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_one_line_says_what_and_where(case: tuple[str, dict[str, Any], tuple[str, ...]], tmp_path: Path) -> None:
    text, scenario, words = case
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(InputError) as caught:
        build_objective(Scenario(**{"data": str(table), **scenario}))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message
