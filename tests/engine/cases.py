"""What the tests of engine, problems and simulator share: problems as cases, points to try, plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_tui.engine.engine import TRAIL, Engine
from gd_tui.engine.moment import Moment
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import OPTIMIZERS, At, Optimizer, State, make_optimizer
from gd_tui.problems import PROBLEMS, build_objective
from gd_tui.scenario import Scenario

FEW = settings(max_examples=25, deadline=None)
FEWER = settings(max_examples=8, deadline=None)

_HUBBLE: dict[str, Any] = {"data": "hubble_1929", "features": ("distance_mpc",), "target": "velocity_kms"}
_STACKLOSS: dict[str, Any] = {"data": "stackloss", "target": "STACKLOSS"}
_ORINGS: dict[str, Any] = {"data": "challenger_orings", "target": "fail", "features": ("temperature_F",)}
_PETALS: dict[str, Any] = {"data": "iris", "features": ("petal_length", "petal_width"), "standardize": True}

_TABLES: dict[str, dict[str, dict[str, Any]]] = {
    "linear": {
        "hubble": _HUBBLE,
        "hubble-standardized": {"data": "hubble_1929", "features": ("distance_mpc",), "standardize": True},
        "stackloss-standardized": {"data": "stackloss", "standardize": True},
        "stackloss-no-bias": {"data": "stackloss", "bias": False},
        "longley": {"data": "longley"},
        "engel-standardized-no-bias": {"data": "engel_food", "standardize": True, "bias": False},
        "ridge": {**_STACKLOSS, "standardize": True, "l2": 0.3},
        "sum": {**_HUBBLE, "reduction": "sum", "l2": 2.0},
        "lasso": {**_STACKLOSS, "standardize": True, "l1": 0.5},
        "mae": {**_HUBBLE, "loss": "mae"},
        "huber": {**_STACKLOSS, "standardize": True, "loss": "huber", "delta": 2.5, "l1": 0.2, "l2": 0.1},
        "mae-longley": {"data": "longley", "loss": "mae", "reduction": "sum"},
    },
    "polynomial": {
        "cars": {"data": "cars_speed_dist", "degree": 3, "standardize": True},
        "cars-raw": {"data": "cars_speed_dist"},
        "hubble-5": {**_HUBBLE, "degree": 5, "l2": 0.01, "loss": "huber", "delta": 50.0},
        "cars-no-bias": {"data": "cars_speed_dist", "bias": False, "loss": "mae", "standardize": True},
    },
    "logistic": {
        "orings": _ORINGS,
        "orings-standardized": {**_ORINGS, "standardize": True, "l2": 0.05, "l1": 0.01},
        "orings-mse": {**_ORINGS, "standardize": True, "loss": "mse", "reduction": "sum"},
        "no-bias": {**_ORINGS, "standardize": True, "bias": False},
        "cancer": {
            "data": "breast_cancer_5",
            "features": ("mean_radius", "mean_texture"),
            "standardize": True,
            "positive": "benign",
        },
    },
    "softmax": {
        "iris": _PETALS,
        "penguins": {
            "data": "penguins",
            "target": "species",
            "features": ("bill_length_mm", "bill_depth_mm"),
            "drop_missing": True,
            "l2": 0.01,
        },
        "orings": {**_ORINGS, "bias": False, "standardize": True, "reduction": "sum"},
    },
    "network": {
        "hubble": {**_HUBBLE, "standardize": True, "hidden": 2, "l2": 0.01},
        "orings": {**_ORINGS, "loss": "cross-entropy", "standardize": True, "hidden": 3, "activation": "sigmoid"},
        "iris": {**_PETALS, "hidden": 3, "l1": 0.01},
        "relu": {**_ORINGS, "standardize": True, "hidden": 2, "activation": "relu", "reduction": "sum"},
        "no-bias": {**_STACKLOSS, "standardize": True, "hidden": 2, "bias": False},
    },
}
"""For every problem that needs data, shipped tables and settings that each of its branches sees."""

_OTHERS = {
    "valley-k1000": Scenario(problem="valley", settings={"k": 1000.0}),
    "explainer-3": Scenario(settings={"x": (0.5, -2.0, 7.0), "y": -3.0}),
    "explainer-sum-1": Scenario(problem="explainer-sum", settings={"x": (3.0,), "y": 6.0}),
}


_TYPED: dict[str, dict[str, str]] = {
    "function": {"function": "log(1 + (x - 1)^2) + sin(y)^2 + 0.1(x - y)^2"},
    "module": {"module": f"{Path(__file__).parent / 'own_function.py'}:bent"},
}
"""What the user types for the problems that are made of it."""


def _scenarios() -> Iterator[tuple[str, Scenario]]:
    for name, problem in PROBLEMS.items():
        if problem.needs != "data":
            yield name, Scenario(problem=name, **_TYPED.get(name, {}))
            continue
        for table, data in _TABLES[name].items():
            yield f"{name}-{table}", Scenario(problem=name, **data)
    yield from _OTHERS.items()


SCENARIOS: dict[str, Scenario] = dict(_scenarios())
"""Every line of the table of problems, those that need data on several shipped tables."""

OBJECTIVES: dict[str, Objective] = {name: build_objective(scenario) for name, scenario in SCENARIOS.items()}


class Jitter(Optimizer):
    """Leans on all that an update is told: k, lr, the loss, random numbers, and losses of other weights."""

    def init(self, w: Array) -> State:
        return {"best": np.full(1, inf), "drift": np.zeros((2, len(w)))}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        noise = at.random.standard_normal(len(w))
        state["best"][0] = min(state["best"][0], at.loss, *at.losses(np.stack([w, w + 0.01 * noise])))
        state["drift"][0] += noise
        state["drift"][1] = gradient
        gradient += 0.1 * noise / (1 + at.k)
        w -= at.lr * gradient

    def terms(self, i: int, name: str, w: Array, gradient: Array, state: State, at: At) -> tuple[()]:
        return ()


VARIANTS: dict[str, Optimizer] = {
    **{name: make_optimizer(name, {}) for name in OPTIMIZERS},
    "sgd-decay": make_optimizer("sgd", {"weight_decay": 0.1}),
    "sgd-damped": make_optimizer("sgd", {"momentum": 0.8, "dampening": 0.3}),
    "momentum-decay": make_optimizer("momentum", {"momentum": 0.5, "weight_decay": 0.01}),
    "nesterov-decay": make_optimizer("nesterov", {"weight_decay": 0.02}),
    "adam-decay": make_optimizer("adam", {"weight_decay": 0.1, "eps": 1e-3}),
    "adam-amsgrad": make_optimizer("adam", {"amsgrad": True, "beta1": 0.7, "beta2": 0.8}),
    "adam-no-means": make_optimizer("adam", {"beta1": 0.0, "beta2": 0.0}),
}
"""Every line of the table of optimizers with its defaults, and some with every hyperparameter moved."""


def at_point(objective: Objective, w: Array) -> tuple[float, Array]:
    """Loss and gradient at w."""
    gradient = np.empty_like(w)
    with np.errstate(all="ignore"):
        return objective.loss_and_gradient(w, gradient), gradient


def points(objective: Objective) -> st.SearchStrategy[Array]:
    """Weights within a few times the size of the start (and 1) from it."""
    numbers = st.floats(-2, 2, allow_subnormal=False)
    reach = 1 + np.abs(objective.start)
    return arrays(np.float64, len(objective.names), elements=numbers).map(lambda x: objective.start + reach * x)


@dataclass(frozen=True, eq=False)
class Frame:
    """All that an engine holds at one step."""

    w: Array
    state: State
    loss: float
    gradient: Array

    def bits(self) -> dict[str, bytes]:
        """Every bit of it, so that frames can be compared with NaN and signed zeros."""
        named = {"w": self.w, "gradient": self.gradient, "loss": np.array(self.loss), **self.state}
        return {name: np.ascontiguousarray(array).tobytes() for name, array in named.items()}

    @property
    def finite(self) -> bool:
        """Whether a run can go on from here."""
        return bool(np.isfinite(self.loss) and np.isfinite(self.w).all())


def loop(
    objective: Objective,
    optimizer: Optimizer,
    lr: float,
    w: Array,
    *,
    seed: int = 0,
    state: State | None = None,
    first: int = 0,
) -> Iterator[Frame]:
    """The frames of a run from step `first` on, by the plainest loop there is, past divergence too."""
    w, gradient = w.copy(), np.empty_like(w)
    state = {k: v.copy() for k, v in (optimizer.init(w) if state is None else state).items()}
    at = Moment(objective, seed, lr)
    at.k = first
    while True:
        with np.errstate(all="ignore"):
            at.loss = objective.loss_and_gradient(w, gradient)
            yield Frame(w.copy(), {k: v.copy() for k, v in state.items()}, at.loss, gradient.copy())
            optimizer.update(w, gradient, state, at)
        at.k += 1


def run_of(name: str, lr: float, count: int, optimizer: str = "sgd", **hyperparameters: float | bool) -> Engine:
    """An engine that made `count` updates of a problem from its own start."""
    objective = OBJECTIVES[name]
    engine = Engine(objective, make_optimizer(optimizer, hyperparameters), lr, objective.start)
    engine.run(count)
    return engine


def frame_of(engine: Engine) -> Frame:
    """What the engine holds at its present step."""
    return Frame(engine.w, engine.state, engine.loss, engine.gradient)


def trail_of(frames: list[Frame], k: int) -> bytes:
    """The bits of the trail that belongs to step k."""
    return b"".join(frame.w.tobytes() for frame in frames[max(0, k - TRAIL) : k])
