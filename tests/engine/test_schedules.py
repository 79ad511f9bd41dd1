"""Schedules against torch.optim.lr_scheduler, and inside an engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gd_tui.engine.engine import Engine
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.engine.schedules import SCHEDULES, Schedule, make_schedule
from gd_tui.errors import InputError
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario

DATA = Path(__file__).parent.parent / "data"
GIVEN = {
    "constant": ("constant", {}),
    "step_50_0.5": ("step", {"size": 50, "gamma": 0.5}),
    "multistep_60_120_0.1": ("multistep", {"milestones": (60, 120), "gamma": 0.1}),
    "exponential_0.98": ("exponential", {"gamma": 0.98}),
    "cosine_T200": ("cosine", {"period": 200}),
    "cosine_T100_eta1e-3": ("cosine", {"period": 100, "minimum": 1e-3}),
    "cosine_restarts_50_2": ("cosine-restarts", {"period": 50, "factor": 2}),
    "linear_warmup_20": ("warmup", {"steps": 20, "start_factor": 0.1}),
    "warmup20_then_cosine180": ("warmup-cosine", {"steps": 20, "start_factor": 0.1, "period": 180}),
    "polynomial_2": ("polynomial", {"total": 200, "power": 2}),
    "inverse_time_0.05": ("inverse-time", {"decay": 0.05}),
    "inverse_sqrt": ("inverse-sqrt", {}),
    "onecycle_200": ("one-cycle", {"total": 201}),
    "cyclic_triangular": ("cyclic", {"size_up": 20, "floor": 0.1}),
    "plateau_p10_f0.5": ("plateau", {"patience": 10, "factor": 0.5}),
}


def runs() -> list[Any]:
    cases = []
    for run in json.loads((DATA / "torch_schedules.json").read_text())["runs"]:
        name, settings = GIVEN[run["schedule"]]
        # The run that the plateau watched has a loss that falls at every update.
        losses = [2.0**-k for k in range(len(run["lrs"]))]
        cases.append(pytest.param(name, settings, run["base_lr"], run["lrs"], losses, id=run["schedule"]))
    for i, run in enumerate(json.loads((DATA / "torch_more_schedules.json").read_text())["runs"]):
        settings = {k: tuple(v) if isinstance(v, list) else v for k, v in run["settings"].items()}
        losses = run.get("losses", [0.0] * len(run["lrs"]))
        cases.append(pytest.param(run["schedule"], settings, run["base_lr"], run["lrs"], losses, id=f"more-{i}"))
    return cases


@pytest.mark.parametrize(("name", "settings", "lr", "expected", "losses"), runs())
def test_rates_are_those_of_torch(name: str, settings: Any, lr: float, expected: Any, losses: Any) -> None:
    schedule = make_schedule(name, settings)
    memory = schedule.init()
    rates = []
    for k, loss in enumerate(losses):
        rates.append(schedule.rate(lr, k, memory))
        if schedule.watches:
            schedule.observe(loss, lr, memory)
    np.testing.assert_allclose(rates, expected, rtol=1e-12, atol=1e-12 * lr)


def test_every_schedule_is_compared_with_torch_or_a_formula() -> None:
    assert {case.values[0] for case in runs()} == set(SCHEDULES)


@pytest.mark.parametrize("name", SCHEDULES)
def test_an_engine_uses_the_rate_and_comes_back_to_it(name: str) -> None:
    objective = build_objective(Scenario())
    schedule: Schedule = make_schedule(name, {})
    engine = Engine(objective, make_optimizer("sgd", {}), 0.19, objective.start, schedule=schedule)
    rates, weights = [], []
    for _ in range(130):
        rates.append(engine.rate)
        before, gradient = engine.w.copy(), engine.gradient.copy()
        weights.append(before)
        engine.step()
        np.testing.assert_allclose(engine.w, before - rates[-1] * gradient, rtol=1e-15)
    for k in (3, 100, 64, 0, 129):
        engine.seek(k)
        assert engine.rate == rates[k]
        assert engine.w.tobytes() == weights[k].tobytes()


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("cosin", {}, "did you mean cosine"),
        ("step", {"size": 0.0}, "size must be at least 1"),
        ("step", {"size": 1.5}, "size must be a whole number"),
        ("step", {"sise": 3.0}, "did you mean size"),
        ("step", {"gamma": True}, "gamma must be a number, not true"),
        ("constant", {"gamma": 1.0}, "has no settings"),
        ("multistep", {"milestones": (5.0, 2.0)}, "milestones must rise"),
        ("plateau", {"factor": 1.0}, "factor must be at least 0 and below 1"),
        ("exponential", {"gamma": float("inf")}, "gamma must be at least 0 and finite"),
    ],
)
def test_wrong_settings_are_named(name: str, settings: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make_schedule(name, settings)


def test_one_milestone_needs_no_list() -> None:
    schedule = make_schedule("multistep", {"milestones": 2.0, "gamma": 0.5})
    assert [schedule.rate(8.0, k, {}) for k in range(4)] == [8.0, 8.0, 4.0, 4.0]
