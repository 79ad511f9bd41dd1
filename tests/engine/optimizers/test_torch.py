"""Every optimizer and switch against runs of torch.optim, the learning rate changing on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers import OPTIMIZERS, make_optimizer

from .variants import Place

TORCH: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "torch_more_optimizers.json").read_text())
PAIRS = {"betas": ("beta1", "beta2"), "etas": ("eta_minus", "eta_plus"), "step_sizes": ("step_min", "step_max")}
OURS = {"lr_in_velocity", "decoupled_weight_decay"}
"""Hyperparameters of ours that a torch class may not have."""

A = np.column_stack([TORCH["rows"], np.ones(len(TORCH["rows"]))])
X = np.arange(1.0, 6.0)


def rosenbrock(w: Array) -> Array:
    x, y = w
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


GRADIENTS: dict[str, Callable[[Array], Array]] = {
    "explainer": lambda w: 2 / 5 * (w * X - 25) * X,
    "rosenbrock": rosenbrock,
    "bowl": lambda w: 2 * w,
    "linear": lambda w: 2 / len(A) * A.T @ (A @ w - TORCH["target"]),
}


def ours(settings: dict[str, Any]) -> dict[str, float | bool]:
    """Torch's settings under our names."""
    named: dict[str, float | bool] = {}
    for key, value in settings.items():
        if key in PAIRS:
            named |= dict(zip(PAIRS[key], value, strict=True))
        else:
            named[key] = value if isinstance(value, bool) else float(value)
    return named


def name_of(run: dict[str, Any]) -> str:
    settings = "-".join(f"{key}={value}" for key, value in run["settings"].items())
    return f"{run['problem']}-{run['class']}-{settings}"


@pytest.mark.parametrize("run", TORCH["runs"], ids=map(name_of, TORCH["runs"]))
def test_torch_gives_the_same_weights(run: dict[str, Any]) -> None:
    optimizer = make_optimizer(run["class"].lower(), ours(run["settings"]))
    w, gradient, at = np.array(TORCH["start"][run["problem"]]), GRADIENTS[run["problem"]], Place()
    state = optimizer.init(w)
    for k in range(50):
        at.k, at.lr = k, run["lr"] if k < TORCH["change"] else run["lr_after"]
        optimizer.update(w, gradient(w), state, at)
        if str(k + 1) in run["weights"]:
            np.testing.assert_allclose(w, run["weights"][str(k + 1)], rtol=1e-9)


@pytest.mark.parametrize("kind", TORCH["defaults"])
def test_names_and_defaults_are_those_of_torch(kind: str) -> None:
    known = OPTIMIZERS[kind.lower()].settings()
    theirs = ours(TORCH["defaults"][kind])
    assert {key: value for key, value in known.items() if key in theirs} == theirs
    assert known.keys() - theirs.keys() <= OURS


def test_every_rule_that_torch_has_is_in_the_reference() -> None:
    classes = {run["class"].lower() for run in TORCH["runs"]}
    assert OPTIMIZERS.keys() - classes == {"momentum", "nesterov", "line-search", "random"}


def test_momentum_and_nesterov_are_sgd_under_other_names() -> None:
    assert make_optimizer("momentum", {}) == make_optimizer("sgd", {"momentum": 0.9})
    assert make_optimizer("nesterov", {}) == make_optimizer("sgd", {"momentum": 0.9, "nesterov": True})
