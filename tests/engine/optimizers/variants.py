"""Every optimizer of the table, as it is and with each of its hyperparameters moved: read from the table itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import OPTIMIZERS, Optimizer, make_optimizer
from gd_tui.engine.settings import Entry
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario

Settings = dict[str, float | bool]

EXPLAINER, ROSENBROCK = (build_objective(Scenario(problem=name)) for name in ("explainer", "rosenbrock"))
LINEAR = build_objective(Scenario(problem="linear", data="stackloss", standardize=True))

APART = {
    ("sgd", "nesterov"): {"momentum": 0.9},
    ("sgd", "lr_in_velocity"): {"momentum": 0.9},
    ("sgd", "dampening"): {"momentum": 0.9},
    ("adam", "amsgrad"): {"beta2": 0.6},
    ("adamw", "amsgrad"): {"beta2": 0.6},
    ("adam", "decoupled_weight_decay"): {"weight_decay": 0.1},
    ("adamw", "decoupled_weight_decay"): {"weight_decay": 0.1},
    ("nadam", "decoupled_weight_decay"): {"weight_decay": 0.1},
    ("radam", "decoupled_weight_decay"): {"weight_decay": 0.1},
    ("nesterov", "dampening"): {"nesterov": False},
    ("rprop", "step_max"): {"step_max": 0.01},
    ("rprop", "step_min"): {"step_min": 0.01},
    ("random", "high"): {"high": 3.0},
    ("line-search", "c1"): {"c1": 0.9},
    ("line-search", "max_trials"): {"max_trials": 2.0},
    ("asgd", "t0"): {"t0": 3.0},
}
"""What a hyperparameter needs beside it to show an effect, or the value that does."""

TOGETHER: dict[str, tuple[str, Settings]] = {
    "rmsprop-all": ("rmsprop", {"momentum": 0.8, "centered": True, "alpha": 0.7, "weight_decay": 0.1}),
    "adam-none": ("adam", {"beta1": 0.0, "beta2": 0.0}),
    "adamw-amsgrad": ("adamw", {"amsgrad": True, "beta2": 0.6}),
    "radam-at-once": ("radam", {"beta2": 0.8, "decoupled_weight_decay": True, "weight_decay": 0.01}),
    "radam-never": ("radam", {"beta2": 0.3}),
    "nesterov-in-velocity": ("nesterov", {"lr_in_velocity": True, "weight_decay": 0.1}),
    "asgd-all": ("asgd", {"t0": 2.0, "lambd": 0.2, "alpha": 0.5, "weight_decay": 0.1}),
    "adagrad-all": ("adagrad", {"lr_decay": 0.3, "initial_accumulator_value": 1.0, "weight_decay": 0.1}),
    "random-box": ("random", {"low": 0.0, "high": 25.0, "around_start": False}),
    "line-search-strict": ("line-search", {"c1": 0.9, "rho": 0.9}),
}


def _moved(entry: Entry[Optimizer]) -> Iterator[tuple[str, tuple[str, Settings]]]:
    yield entry.name, (entry.name, {})
    for key, default in entry.settings().items():
        value: float | bool = (not default) if isinstance(default, bool) else 0.1 if default == 0 else default * 0.9
        if key == "eta_plus":
            value = 1.5
        yield f"{entry.name}-{key}", (entry.name, {key: value} | APART.get((entry.name, key), {}))


SETTINGS: dict[str, tuple[str, Settings]] = {
    name: setting for entry in OPTIMIZERS.values() for name, setting in _moved(entry)
} | TOGETHER

VARIANTS: dict[str, Optimizer] = {name: make_optimizer(*setting) for name, setting in SETTINGS.items()}


@dataclass
class Place:
    """An update's place in a run, for tests that need no engine."""

    k: int = 0
    lr: float = 0.1
    loss: float = 0.0
    seed: int = 0
    objective: Objective = EXPLAINER

    @property
    def random(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.k])

    def losses(self, weights: Array) -> Array:
        return self.objective.losses(weights)


def engine_of(
    optimizer: Optimizer, objective: Objective, lr: float, *, seed: int = 0, start: Array | None = None
) -> Engine:
    """An engine at the start of a run."""
    return Engine(objective, optimizer, lr, objective.start if start is None else start, seed=seed)


def bits(engine: Engine) -> dict[str, bytes]:
    """All that an engine holds at its step."""
    return {name: array.tobytes() for name, array in {"w": engine.w, "g": engine.gradient, **engine.state}.items()}
