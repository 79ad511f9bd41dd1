"""A scenario says what is wrong with it in one line, before anything is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from gd_tui.cli.options import read_scenario
from gd_tui.errors import InputError, unknown
from gd_tui.problems import PROBLEMS, build_objective, start_weights
from gd_tui.scenario import Scenario, from_toml, to_toml
from gd_tui.simulator import Simulator


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lr": 0.0}, "the learning rate must be a finite number above 0, not 0"),
        ({"lr": -0.1}, "not -0.1"),
        ({"lr": float("nan")}, "not nan"),
        ({"lr": float("inf")}, "not inf"),
        ({"seed": -1}, "the seed must be 0 or above, not -1"),
        ({"start": "ones"}, "start must be 'zeros', 'random' or a list of numbers, not 'ones'"),
        ({"start": (1.0, float("nan"))}, "every start weight must be a finite number"),
        ({"start": (float("-inf"),)}, "every start weight must be a finite number"),
    ],
)
def test_numbers_that_cannot_be_used(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=r"^[^\n]*$") as error:
        Scenario(**fields)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"problem": "explainr"}, "unknown problem 'explainr': did you mean explainer or explainer-sum?"),
        ({"problem": "#"}, "choose one of: ackley, "),
        ({"optimizer": "adem"}, "unknown optimizer 'adem': did you mean adam"),
        ({"hyperparameters": {"beta1": 0.5}}, "unknown hyperparameter of sgd 'beta1'"),
        ({"start": (1.0, 2.0)}, "explainer has 5 weights (w1, w2, w3, w4, w5), but start gives 2"),
        ({"settings": {"z": 1.0}}, "unknown setting of explainer 'z': choose one of: x, y"),
        ({"settings": {"y": float("nan")}}, "explainer: y must be finite"),
        ({"settings": {"x": (1.0, float("inf"))}}, "explainer: x must be finite"),
        ({"settings": {"x": (1.0, 0.0)}}, "every x to differ from 0"),
        ({"settings": {"x": 3.0}}, "takes a list for x and one number for y"),
        ({"settings": {"x": ()}}, "takes a list for x and one number for y"),
        ({"settings": {"y": (1.0, 2.0)}}, "takes a list for x and one number for y"),
        ({"problem": "bowl", "settings": {"k": 3.0}}, "bowl has no setting 'k': it has none at all"),
        ({"problem": "valley", "settings": {"k": 0.0}}, "k must be one number above 0"),
        ({"problem": "valley", "settings": {"k": (1.0, 2.0)}}, "k must be one number above 0"),
        ({"problem": "rosenbrock", "data": "iris"}, "rosenbrock has numbers of its own and takes no --data"),
        ({"problem": "linear"}, "the linear problem needs data"),
        ({"problem": "linear", "data": "irys"}, "irys"),
        ({"problem": "linear", "data": "hubble_1929", "target": "speed"}, "speed"),
        ({"problem": "linear", "data": "hubble_1929", "features": ("distance",)}, "distance"),
    ],
)
def test_names_that_do_not_exist(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]*$") as error:
        Simulator(Scenario(**fields))
    assert words in str(error.value)


def test_a_constant_column_cannot_be_standardized(tmp_path: Any) -> None:
    table = tmp_path / "flat.csv"
    table.write_text("a,b,y\n1,3,1\n2,3,2\n")
    with pytest.raises(InputError, match="column 'b' is constant and cannot be standardized"):
        build_objective(Scenario(problem="linear", data=str(table), standardize=True))


def test_a_replaced_field_is_checked_too() -> None:
    with pytest.raises(InputError, match="learning rate"):
        msgspec.structs.replace(Scenario(), lr=-1.0)


def test_a_scenario_cannot_be_changed_and_knows_no_other_fields() -> None:
    with pytest.raises(AttributeError):
        Scenario().lr = 0.1  # type: ignore[misc]
    with pytest.raises(TypeError):
        Scenario(learning_rate=0.1)  # type: ignore[call-arg]
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"learning_rate": 0.1}', type=Scenario)


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(),
        Scenario(
            problem="valley",
            settings={"k": 25.0},
            lr=0.1 + 0.2,
            optimizer="adam",
            hyperparameters={"beta1": 0.5, "amsgrad": True},
            start=(1 / 3, 1e-300),
            seed=2**40,
        ),
        Scenario(
            problem="linear",
            data="iris",
            target="a b",
            features=("x,y",),
            standardize=True,
            bias=False,
            drop_missing=True,
            start="random",
        ),
    ],
)
def test_json_brings_back_the_same_scenario(scenario: Scenario) -> None:
    assert msgspec.json.decode(msgspec.json.encode(scenario), type=Scenario) == scenario


def test_starts() -> None:
    objective = build_objective(Scenario())
    assert start_weights(Scenario(start="zeros"), objective).tolist() == [0.0] * 5
    assert start_weights(Scenario(start=(5.0, 4.0, 3.0, 2.0, 1.0)), objective).tolist() == [5, 4, 3, 2, 1]
    drawn = [start_weights(Scenario(start="random", seed=seed), objective) for seed in (3, 3, 4)]
    assert drawn[0].tobytes() == drawn[1].tobytes() != drawn[2].tobytes()
    own = start_weights(Scenario(), objective)
    own[:] = np.nan
    assert objective.start.tolist() == [4.2, 3.6, 1.5, 0.7, 0.1]


def test_the_learning_rate_is_spelt_out_once_the_run_has_begun() -> None:
    assert Simulator(Scenario()).scenario.lr == 0.05
    assert Simulator(Scenario(lr=0.3)).scenario.lr == 0.3


def test_the_default_rate_on_data_is_one_over_the_largest_curvature() -> None:
    scenario = Scenario(problem="linear", data="hubble_1929")
    objective = build_objective(scenario)
    largest = np.linalg.eigvalsh(objective.hessian(objective.start)).max()
    assert Simulator(scenario).scenario.lr == pytest.approx(1 / largest, rel=1e-12)


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_says_what_it_is(name: str) -> None:
    assert PROBLEMS[name].name == name
    assert PROBLEMS[name].description.strip()
    assert "\n" not in PROBLEMS[name].description


def test_unknown_names_the_nearest_or_all() -> None:
    assert str(unknown("colour", "gren", ["red", "green"])) == "unknown colour 'gren': did you mean green?"
    assert str(unknown("colour", "#", ["red", "green"])) == "unknown colour '#': choose one of: green, red"


FULL = Scenario(
    problem="linear",
    data="hubble_1929",
    features=("distance_mpc",),
    settings={"x": (1.0, 2.0), "y": 3.5},
    hyperparameters={"nesterov": True, "momentum": 0.1 + 0.2},
    schedule="multistep",
    schedule_settings={"milestones": (3.0, 4.0), "gamma": 1 / 3},
    start=(1e-300, -2.5),
    lr=0.1 + 0.2,
    batch=4,
    clip=1.5,
)


@pytest.mark.parametrize("scenario", [Scenario(), FULL, Scenario(start="random", seed=9, loss="huber", delta=0.1)])
def test_a_scenario_comes_back_from_toml(scenario: Scenario) -> None:
    assert from_toml(to_toml(scenario), "x.toml") == scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('lr = "x"', "x.toml: lr: expected float, got str"),
        ("learning_rate = 1", "x.toml: unknown key 'learning_rate'"),
        ("optimiser = 'sgd'", "x.toml: unknown key 'optimiser': did you mean optimizer?"),
        ("lr = -1", "x.toml: the learning rate must be a finite number above 0, not -1"),
        ("lr =", "x.toml: not TOML"),
        ("features = [1]", "x.toml: features[0]: expected str, got int"),
        ("reduction = 'median'", "x.toml: reduction: "),
        ("batch = 0", "x.toml: batch must be 1 or more"),
    ],
)
def test_what_is_wrong_in_a_toml_is_named(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_toml(text, "x.toml")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"problem": "rosenbrock", "optimizer": "adam", "lr": 0.1 / 3, "start": "-1.2,1.1"},
        {"data": "hubble_1929", "features": "distance_mpc", "batch": 5, "seed": 3, "standardize": True},
        {"data": "iris", "problem": "network", "hidden": 3, "activation": "relu", "l2": 0.01, "clip": 0.5},
        {"function": "x^2 + exp(y) - y", "start": "1,2", "schedule": "cosine", "schedule_settings": ("period=7",)},
        {"problem": "valley", "settings": ("k=33",), "optimizer": "nesterov", "hyperparameters": ("momentum=0.7",)},
    ],
)
def test_options_through_toml_give_the_same_run_bit_for_bit(options: dict[str, Any], tmp_path: Path) -> None:
    scenario = read_scenario(**options)
    path = tmp_path / "run.toml"
    path.write_text(to_toml(scenario), encoding="utf-8")
    again = read_scenario(scenario=str(path))
    assert again == scenario
    runs = [Simulator(one) for one in (scenario, again)]
    for run in runs:
        run.step(60)
    assert runs[0].engine.w.tobytes() == runs[1].engine.w.tobytes()
    assert runs[0].engine.loss == runs[1].engine.loss
