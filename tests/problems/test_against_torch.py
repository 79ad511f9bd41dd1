"""Losses and gradients of models on tables against PyTorch's autograd (written down by torch_models.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario

from ..engine.cases import at_point

TORCH = json.loads((Path(__file__).parents[1] / "data" / "torch_models.json").read_text())


def name_of(case: dict[str, Any]) -> str:
    told = [f"{value}" for value in case["scenario"].values() if isinstance(value, str)]
    return "-".join([*told, case["table"], *(["penalty"] if "l1" in case["scenario"] else [])])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file for each table."""
    place = tmp_path_factory.mktemp("tables")
    for table, rows in TORCH["tables"].items():
        lines = [",".join(map(str, row)) for row in rows]
        (place / f"{table}.csv").write_text("x1,x2,x3,y\n" + "\n".join(lines) + "\n")
    return place


def test_every_family_is_compared() -> None:
    told = {case["scenario"]["problem"] for case in TORCH["cases"]}
    assert told == {"linear", "polynomial", "logistic", "softmax", "network"}
    assert TORCH["torch"] == "2.13.0"


@pytest.mark.parametrize("case", TORCH["cases"], ids=name_of)
def test_pytorch_gives_the_same_loss_and_gradient(case: dict[str, Any], folder: Path) -> None:
    scenario = msgspec.convert({**case["scenario"], "data": str(folder / f"{case['table']}.csv")}, Scenario)
    objective = build_objective(scenario)
    w = np.array(case["weights"])
    loss, gradient = at_point(objective, w)
    assert len(objective.names) == len(w)
    assert loss == pytest.approx(case["loss"], rel=1e-12)
    expected = np.array(case["gradient"])
    np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-14 + 1e-13 * abs(expected).max())
    assert objective.losses(w[None])[0] == pytest.approx(case["loss"], rel=1e-12)
