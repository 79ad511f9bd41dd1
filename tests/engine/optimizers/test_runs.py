"""Optimizers in whole runs: replay, 200 updates of everything on everything, numbers out of bounds."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from gd_tui.engine.objective import Objective
from gd_tui.engine.optimizers import OPTIMIZERS, Optimizer, make_optimizer
from gd_tui.problems import PROBLEMS, build_objective
from gd_tui.scenario import Scenario

from .variants import EXPLAINER, LINEAR, ROSENBROCK, VARIANTS, Place, bits, engine_of

every_variant = pytest.mark.parametrize("optimizer", VARIANTS.values(), ids=VARIANTS)

MORE: dict[str, dict[str, Any]] = {
    "linear": {"data": "stackloss"},
    "polynomial": {"data": "hubble_1929", "features": ("distance_mpc",), "target": "velocity_kms"},
    "logistic": {"data": "breast_cancer_5"},
    "softmax": {"data": "iris"},
    "network": {"data": "iris", "hidden": 3},
    "function": {"function": "(1-x)^2 + 100*(y-x^2)^2"},
}
"""What a problem needs beside its name."""


@cache
def objective_of(problem: str) -> Objective:
    return build_objective(Scenario(problem=problem, **MORE.get(problem, {})))


@pytest.mark.parametrize("factor", [1, 1000], ids=["usual-rate", "far-too-large-rate"])
@pytest.mark.parametrize("problem", [name for name in PROBLEMS if name != "module"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_hundred_updates_of_every_problem(name: str, problem: str, factor: float) -> None:
    objective = objective_of(problem)
    engine = engine_of(make_optimizer(name, {}), objective, factor * objective.default_rate)
    made = engine.run(200)
    assert made == 200 or engine.diverged == engine.k == made
    assert engine.diverged is not None or np.isfinite(engine.w).all()
    engine.optimizer.terms(0, "w", engine.w, engine.gradient, engine.state, engine.moment())


@pytest.mark.parametrize("objective", [ROSENBROCK, LINEAR], ids=["rosenbrock", "linear"])
@every_variant
def test_every_step_comes_back_bit_for_bit(optimizer: Optimizer, objective: Objective) -> None:
    engine = engine_of(optimizer, objective, 1e-3, seed=5)
    frames = [bits(engine)]
    while engine.k < 130 and engine.step():
        frames.append(bits(engine))
    again = engine_of(optimizer, objective, 1e-3, seed=5)
    again.run(len(frames) - 1)
    for k in np.random.default_rng(1).permutation(len(frames))[:20].tolist():
        for one in (engine, again):
            one.seek(k)
            assert bits(one) == frames[k]


@pytest.mark.parametrize("lr", [1e-300, 0.0, 1e308])
@every_variant
def test_no_number_is_too_much(optimizer: Optimizer, lr: float) -> None:
    """Gradients, weights and losses out of all bounds, with no exception and no warning beyond numpy's own."""
    gradients = [1e308, -1e308, 5e-324, 0.0, np.inf, -np.inf, np.nan]
    w = np.array([0.0, 1e308, -1e-308, 1.0, -1.0, 0.0, 2.0])
    objective = build_objective(Scenario(settings={"x": tuple(range(1, 8))}))
    at, state = Place(lr=lr, objective=objective), optimizer.init(w)
    for k in range(12):
        at.k, at.loss = k, [1.0, np.inf, np.nan][k % 3]
        for i in range(len(w)):
            lines = optimizer.terms(i, "w", w, np.array(gradients), state, at)
            assert all(type(line.value) is float for line in lines)
        with np.errstate(all="ignore"):
            optimizer.update(w, np.array(gradients), state, at)
        gradients = gradients[1:] + gradients[:1]


@every_variant
def test_memory_is_named_arrays_changed_in_place(optimizer: Optimizer) -> None:
    w = EXPLAINER.start.copy()
    gradient, at = np.empty_like(w), Place(loss=0.0)
    at.loss = EXPLAINER.loss_and_gradient(w, gradient)
    state = optimizer.init(w)
    kept = dict(state)
    for array in state.values():
        assert array.dtype == np.float64
        assert array.shape in (w.shape, (1,))
        assert not np.shares_memory(array, w)
    optimizer.update(w, gradient, state, at)
    assert state.keys() == kept.keys()
    assert all(state[name] is array for name, array in kept.items())
    assert w.base is None


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("rprop", {"step_min": 60.0}, "step_min must not be above step_max"),
        ("rprop", {"eta_plus": 0.9}, "eta_plus must be at least 1 and finite"),
        ("random", {"low": 30.0}, "low must not be above high"),
        ("random", {"low": -1e308, "high": 1e308}, "endlessly far"),
        ("random", {"low": float("-inf")}, "low must be finite, not -inf"),
        ("line-search", {"max_trials": 2.5}, "max_trials must be a whole number"),
        ("line-search", {"c1": 1.0}, "c1 must be at least 0 and below 1"),
        ("adamw", {"beta3": 0.5}, "unknown hyperparameter of adamw 'beta3'"),
    ],
)
def test_wrong_values_are_named(name: str, settings: dict[str, float | bool], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_optimizer(name, settings)
