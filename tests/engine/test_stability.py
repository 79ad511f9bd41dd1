"""Limits of the learning rate, against runs just below and just above them."""

from __future__ import annotations

import numpy as np
import pytest

from gd_tui.engine.engine import Engine
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.engine.stability import stability_of
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario

from .cases import OBJECTIVES

SGD: dict[str, dict[str, float | bool]] = {
    "plain": {},
    "momentum-0.3": {"momentum": 0.3},
    "momentum-0.9": {"momentum": 0.9},
    "dampened": {"momentum": 0.8, "dampening": 0.4},
    "dampened-without-momentum": {"dampening": 0.5},
    "nesterov-0.2": {"momentum": 0.2, "nesterov": True},
    "nesterov-0.9": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 5.0},
    "momentum-decay": {"momentum": 0.5, "weight_decay": 2.0},
    "nesterov-decay": {"momentum": 0.7, "nesterov": True, "weight_decay": 3.0},
    "rate-in-velocity": {"momentum": 0.6, "lr_in_velocity": True},
}
START = np.array([1e-3, 1e-3])


def size_after(name: str, lr: float, count: int, settings: dict[str, float | bool]) -> float:
    """How far from the minimum at 0 a run of the valley ends."""
    engine = Engine(OBJECTIVES[name], make_optimizer("sgd", settings), lr, START)
    engine.run(count)
    return float(np.abs(engine.w).max())


@pytest.mark.parametrize("settings", SGD.values(), ids=SGD)
@pytest.mark.parametrize("name", ["valley", "bowl"])
def test_steps_shrink_below_the_limit_and_grow_above_it(name: str, settings: dict[str, float | bool]) -> None:
    found = stability_of(OBJECTIVES[name], START, make_optimizer("sgd", settings))
    assert found.limit is not None
    assert size_after(name, 0.99 * found.limit, 4000, settings) < 1e-8
    assert size_after(name, 1.01 * found.limit, 4000, settings) > 1.0


@pytest.mark.parametrize("decay", [0.0, 4.0])
def test_the_best_rate_shrinks_the_worst_direction_most(decay: float) -> None:
    settings: dict[str, float | bool] = {"weight_decay": decay}
    found = stability_of(OBJECTIVES["valley"], START, make_optimizer("sgd", settings))
    assert found.best is not None
    best = size_after("valley", found.best, 60, settings)
    assert best < size_after("valley", 0.95 * found.best, 60, settings)
    assert best < size_after("valley", 1.05 * found.best, 60, settings)


def test_curvatures_of_known_problems() -> None:
    valley = build_objective(Scenario(problem="valley", settings={"k": 40.0}))
    found = stability_of(valley, START, make_optimizer("sgd", {}))
    assert (found.largest, found.smallest, found.condition, found.limit) == (40.0, 1.0, 40.0, 2 / 40)
    saddle = stability_of(OBJECTIVES["saddle"], START, make_optimizer("sgd", {}))
    assert (saddle.largest, saddle.smallest, saddle.condition, saddle.best) == (2.0, -2.0, None, None)


@pytest.mark.parametrize(
    ("name", "optimizer", "w", "why_not"),
    [
        ("bowl", "adam", [1.0, 1.0], "it is known for gradient descent with or without momentum only"),
        ("two-valleys", "sgd", [0.0], "the loss does not bend upwards here"),
        ("quartic", "sgd", [1e200], "the curvature is not finite here"),
    ],
)
def test_where_no_limit_is_known_there_is_a_reason(name: str, optimizer: str, w: list[float], why_not: str) -> None:
    with np.errstate(all="ignore"):
        found = stability_of(OBJECTIVES[name], np.array(w), make_optimizer(optimizer, {}))
    assert (found.limit, found.best, found.why_not) == (None, None, why_not)
