"""Optimizers against PyTorch's own numbers, and against the arithmetic that they tell of themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gd_tui.engine.engine import Engine
from gd_tui.engine.moment import Moment
from gd_tui.engine.optimizers import OPTIMIZERS, Optimizer, make_optimizer
from gd_tui.errors import InputError

from .cases import FEW, OBJECTIVES, VARIANTS, points

TORCH = json.loads((Path(__file__).parents[1] / "data" / "torch_optimizers.json").read_text())["runs"]


def name_of(run: dict[str, Any]) -> str:
    """Our name for the torch class of a run."""
    return str(run["torch_class"]).lower()


def settings_of(run: dict[str, Any]) -> dict[str, float | bool]:
    """The hyperparameters of a run under our names; switches that are off and not ours are left out."""
    settings = dict(run["hyper"])
    settings.pop("lr")
    if "betas" in settings:
        settings["beta1"], settings["beta2"] = settings.pop("betas")
    if "etas" in settings:
        settings["eta_minus"], settings["eta_plus"] = settings.pop("etas")
    if "step_sizes" in settings:
        settings["step_min"], settings["step_max"] = settings.pop("step_sizes")
    known = OPTIMIZERS[name_of(run)].settings()
    return {k: v for k, v in settings.items() if k in known or v is not False}


RUNS = {
    f"{run['problem']}-{run['optimizer']}-lr{run['lr']}": run
    for run in TORCH
    if name_of(run) in OPTIMIZERS and run["problem"] in OBJECTIVES
}


def test_there_are_reference_runs_of_both_problems() -> None:
    assert {(run["problem"], name_of(run)) for run in RUNS.values()} >= {
        (problem, name) for problem in ("explainer", "rosenbrock") for name in ("sgd", "adam")
    }


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_pytorch_gives_the_same_numbers(run: dict[str, Any]) -> None:
    optimizer = make_optimizer(name_of(run), settings_of(run))
    engine = Engine(OBJECTIVES[run["problem"]], optimizer, run["lr"], np.array(run["weights"]["0"]))
    engine.run(len(run["losses"]) - 1)
    np.testing.assert_allclose([engine.losses[k] for k in range(len(run["losses"]))], run["losses"], rtol=1e-9)
    for k, weights in run["weights"].items():
        engine.seek(int(k))
        np.testing.assert_allclose(engine.w, weights, rtol=1e-9)


@pytest.mark.parametrize("optimizer", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("problem", ["explainer", "rosenbrock", "linear-stackloss-standardized"])
@FEW
@given(data=st.data())
def test_terms_are_the_arithmetic_of_the_update(problem: str, optimizer: Optimizer, data: st.DataObject) -> None:
    objective = OBJECTIVES[problem]
    start = data.draw(points(objective))
    engine = Engine(objective, optimizer, data.draw(st.sampled_from([1e-4, 1e-3, 0.01, 0.1])), start)
    engine.run(data.draw(st.integers(0, 20)))
    assume(engine.diverged is None)
    following = engine.peek()
    for i, name in enumerate(objective.names):
        last = optimizer.terms(i, name, engine.w, engine.gradient, engine.state, engine.moment())[-1]
        assert float(last.value) == following[i]
        assert last.kind == "weight"
    engine.step()
    assert engine.w.tobytes() == following.tobytes()


@pytest.mark.parametrize("optimizer", VARIANTS.values(), ids=VARIANTS)
def test_an_update_works_in_place_on_named_arrays_of_floats(optimizer: Optimizer) -> None:
    objective = OBJECTIVES["explainer"]
    w = objective.start.copy()
    state = optimizer.init(w)
    arrays = dict(state)
    for array in arrays.values():
        assert array.dtype == np.float64
        assert not np.shares_memory(array, w)
    at, gradient = Moment(objective, 0, 0.01), np.empty_like(w)
    at.loss = objective.loss_and_gradient(w, gradient)
    before = w.copy()
    optimizer.update(w, gradient, state, at)
    assert (w != before).all() or optimizer == make_optimizer("random", {})
    assert state.keys() == arrays.keys()
    assert all(state[name] is array for name, array in arrays.items())


def test_the_first_step_of_adam_is_the_learning_rate_for_every_weight() -> None:
    objective = OBJECTIVES["explainer"]
    engine = Engine(objective, make_optimizer("adam", {}), 0.1, objective.start)
    engine.step()
    np.testing.assert_allclose(engine.w - objective.start, 0.1, rtol=1e-8)


def test_momentum_does_not_keep_the_learning_rate_in_the_velocity() -> None:
    """PyTorch's convention: g = 1, momentum .9, lr .1 and then .01 lead to -.119, not to -.2."""
    optimizer = make_optimizer("momentum", {})
    w = np.zeros(1)
    state = optimizer.init(w)
    at = Moment(OBJECTIVES["parabola"], 0, 0.1)
    optimizer.update(w, np.ones(1), state, at)
    at.k, at.lr = 1, 0.01
    optimizer.update(w, np.ones(1), state, at)
    assert w[0] == pytest.approx(-0.119, rel=1e-14)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_table_tells_all_hyperparameters(name: str) -> None:
    entry = OPTIMIZERS[name]
    assert entry.name == name
    made = entry.make({})
    for key, default in entry.settings().items():
        assert getattr(made, key) == default
        assert len(entry.meaning(key)) > 10
        other = (not default) if isinstance(default, bool) else 3.0 if default > 1 else 0.25
        if key != "nesterov" and not (name == "nesterov" and key == "dampening"):
            assert getattr(entry.make({key: other}), key) == other


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("sgdd", {}, "unknown optimizer 'sgdd': did you mean sgd or asgd?"),
        ("zzz", {}, "choose one of: adadelta, adagrad, adam,"),
        ("sgd", {"momentun": 0.9}, "unknown hyperparameter of sgd 'momentun': did you mean momentum?"),
        ("sgd", {"momentum": -0.1}, "momentum must be at least 0"),
        ("sgd", {"momentum": float("nan")}, "momentum must be"),
        ("sgd", {"weight_decay": float("inf")}, "weight_decay must be at least 0 and finite"),
        ("sgd", {"momentum": True}, "momentum must be a number"),
        ("sgd", {"nesterov": 1.0}, "nesterov must be true or false"),
        ("sgd", {"nesterov": True}, "nesterov needs a momentum above 0"),
        ("nesterov", {"dampening": 0.5}, "nesterov needs a momentum above 0 and a dampening of 0"),
        ("adam", {"beta1": 1.0}, "beta1 must be at least 0 and below 1, not 1"),
        ("adam", {"beta2": -1e-9}, "beta2 must be at least 0 and below 1"),
    ],
)
def test_wrong_names_and_values_are_named(name: str, settings: dict[str, float | bool], words: str) -> None:
    with pytest.raises(InputError) as error:
        make_optimizer(name, settings)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
