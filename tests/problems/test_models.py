"""Models on tables: the order and names of weights, exact solutions, and what they teach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gd_tui.engine.analysis import central_difference
from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.problems import build_objective
from gd_tui.problems.network import Network
from gd_tui.scenario import Scenario

from ..engine.cases import OBJECTIVES, at_point


def on(path: Path, text: str, **scenario: Any) -> Objective:
    """The objective of a scenario on a table of this text."""
    table = path / "table.csv"
    table.write_text(text)
    return build_objective(Scenario(data=str(table), **scenario))


def descend(objective: Objective, start: Array | list[float], lr: float, count: int) -> Engine:
    engine = Engine(objective, make_optimizer("sgd", {}), lr, np.array(start, dtype=np.float64))
    engine.run(count)
    return engine


def newton(objective: Objective, count: int = 30) -> Array:
    w, gradient = objective.start.copy(), np.empty_like(objective.start)
    for _ in range(count):
        objective.loss_and_gradient(w, gradient)
        w -= np.linalg.solve(objective.hessian(w), gradient)
    return w


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


XOR = "p,q,y\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n"


def test_names_and_their_order(tmp_path: Path) -> None:
    assert on(tmp_path, "p,q,y\n0,0,1\n1,2,3\n", problem="linear").names == ("p", "q", "b")
    assert on(tmp_path, "b,y\n0,1\n2,3\n", problem="linear").names == ("b", "bias")
    assert on(tmp_path, "b,bias,y\n0,1,1\n2,3,2\n", problem="linear").names == ("b", "bias", "bias#2")
    assert on(tmp_path, "x,y\n0,1\n2,3\n", problem="polynomial", degree=3).names == ("c0", "c1", "c2", "c3")
    assert on(tmp_path, XOR, problem="logistic", bias=False).names == ("p", "q")
    three = on(tmp_path, "p,q,y\n0,0,c\n0,1,a\n1,0,b\n", problem="softmax")
    assert three.names == ("p:a", "p:b", "p:c", "q:a", "q:b", "q:c", "b:a", "b:b", "b:c")
    two = on(tmp_path, XOR, problem="network", hidden=2)
    assert two.names == ("p:h1", "q:h1", "p:h2", "q:h2", "b:h1", "b:h2", "h1:out", "h2:out", "b:out")
    network = on(tmp_path, "p,y\n0,c\n0,a\n1,b\n", problem="network", hidden=1)
    assert network.names == ("p:h1", "b:h1", "h1:a", "h1:b", "h1:c", "b:a", "b:b", "b:c")


@pytest.mark.parametrize("name", ["linear-hubble", "linear-stackloss-standardized", "polynomial-cars"])
def test_least_squares(name: str) -> None:
    objective = OBJECTIVES[name]
    assert objective.quadratic
    assert objective.optimum is not None
    np.testing.assert_allclose(objective.optimum, newton(objective, 1), rtol=1e-8)


def test_ridge_in_closed_form() -> None:
    """(A^T A / n + l2 I') w = A^T y / n, with no penalty on the bias."""
    objective = OBJECTIVES["linear-ridge"]
    assert isinstance(objective.optimum, np.ndarray)
    a, y = objective._a, objective._y  # type: ignore[attr-defined]
    spared = np.diag([1.0] * (a.shape[1] - 1) + [0.0])
    expected = np.linalg.solve(a.T @ a / len(y) + 0.3 * spared, a.T @ y / len(y))
    np.testing.assert_allclose(objective.optimum, expected, rtol=1e-10)
    engine = descend(objective, objective.start, objective.default_rate, 2000)
    np.testing.assert_allclose(engine.w, expected, rtol=1e-7)


def test_ridge_has_an_answer_where_least_squares_has_many(tmp_path: Path) -> None:
    table = "p,q,y\n1,2,1\n2,4,3\n3,6,2\n"
    assert on(tmp_path, table, problem="linear").optimum is None
    ridge = on(tmp_path, table, problem="linear", l2=0.1)
    assert ridge.optimum is not None
    assert abs(at_point(ridge, ridge.optimum)[1]).max() < 1e-12


def test_a_polynomial_through_its_points(tmp_path: Path) -> None:
    rows = "".join(f"{x},{1 - 2 * x + 0.5 * x**3}\n" for x in range(-2, 3))
    objective = on(tmp_path, "x,y\n" + rows, problem="polynomial", degree=3, standardize=True)
    assert objective.optimum is not None
    told = objective.data_units(objective.optimum)
    assert told is not None
    np.testing.assert_allclose(told[1], [1, -2, 0, 0.5], atol=1e-12)


def test_logistic_regression_of_the_o_rings() -> None:
    """The published fit of Challenger's O-rings: logit = 15.0429 - 0.2322 temperature."""
    objective = OBJECTIVES["logistic-orings"]
    w = newton(objective)
    np.testing.assert_allclose(w, [-0.2322, 15.0429], atol=5e-5)
    standardized = build_objective(
        Scenario(
            problem="logistic", data="challenger_orings", target="fail", features=("temperature_F",), standardize=True
        )
    )
    engine = descend(standardized, [0, 0], standardized.default_rate, 3000)
    told = standardized.data_units(engine.w)
    assert told is not None
    np.testing.assert_allclose(told[1], [-0.2322, 15.0429], atol=5e-5)


def test_softmax_of_two_classes_has_the_logistic_minimum() -> None:
    logistic, softmax = OBJECTIVES["logistic-no-bias"], OBJECTIVES["softmax-orings"]
    w = newton(logistic)
    loss, gradient = at_point(softmax, np.array([0, w[0]]))
    assert loss == pytest.approx(23 * at_point(logistic, w)[0], rel=1e-12)
    assert abs(gradient).max() < 1e-10


@pytest.mark.parametrize("problem", ["logistic", "network"])
def test_the_positive_class_is_class_1(tmp_path: Path, problem: str) -> None:
    """Classes are sorted, so that `yes` is class 1; with --positive no the logit changes its sign."""
    task: dict[str, Any] = {"problem": problem, "loss": "cross-entropy"}
    yes, no = (on(tmp_path, "x,y\n1,yes\n2,no\n4,yes\n", **task, positive=label) for label in (None, "no"))
    w = yes.random_start(np.random.default_rng(0)) + 0.1
    flipped = w.copy()
    outward = slice(None) if problem == "logistic" else slice(16, None)
    flipped[outward] *= -1
    assert at_point(no, flipped)[0] == pytest.approx(at_point(yes, w)[0], rel=1e-13)


def test_numbers_as_classes_are_sorted_as_numbers(tmp_path: Path) -> None:
    objective = on(tmp_path, "x,y\n1,10\n2,9\n3,9\n", problem="logistic")
    z = np.array([1.0, 2, 3]) * 0.3
    expected = np.mean(-np.log(np.where([True, False, False], sigmoid(z), 1 - sigmoid(z))))
    assert at_point(objective, np.array([0.3, 0.0]))[0] == pytest.approx(expected, rel=1e-13)


def test_the_network_starts_from_its_seed() -> None:
    def start(seed: int) -> Array:
        return build_objective(Scenario(problem="network", data="iris", seed=seed, activation="relu")).start

    first = start(0)
    assert first.tobytes() == start(0).tobytes() != start(1).tobytes()
    biases = [*range(32, 40), *range(64, 67)]
    assert not first[biases].any()
    w1, w2 = first[:32], first[40:64]
    assert 0.8 * np.sqrt(6 / 4) < abs(w1).max() <= np.sqrt(6 / 4), "He: sqrt(6 / inputs)"
    assert 0.8 * np.sqrt(6 / 11) < abs(w2).max() <= np.sqrt(6 / 11), "Glorot: sqrt(6 / (inputs + outputs))"


def test_the_loss_of_a_network_follows_its_target() -> None:
    assert (
        len(
            build_objective(Scenario(problem="network", data="hubble_1929", hidden=2, features=("distance_mpc",))).names
        )
        == 7
    )
    assert len(build_objective(Scenario(problem="network", data="iris", hidden=2)).names) == 19


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_rate_of_a_network_on_many_rows_is_that_of_its_sample(tmp_path: Path, reduction: Any) -> None:
    x = np.linspace(-40, 40, 5000)
    table = tmp_path / "many.csv"
    table.write_text("x,y\n" + "\n".join(f"{a},{np.sin(a)}" for a in x) + "\n")
    network = build_objective(Scenario(problem="network", data=str(table), hidden=3, reduction=reduction))
    assert isinstance(network, Network)
    largest = np.abs(np.linalg.eigvalsh(network.hessian(network.start))).max()
    assert network.default_rate == pytest.approx(min(0.1, 1 / largest), rel=0.05)


def test_7_mean_or_sum(tmp_path: Path) -> None:
    """With the sum in place of the mean the stable rates shrink by the number of rows."""
    table = "x,y\n" + "".join(f"{x},25\n" for x in range(1, 6))
    mean, total = (on(tmp_path, table, problem="linear", bias=False, reduction=how) for how in ("mean", "sum"))
    assert mean.default_rate == pytest.approx(5 * total.default_rate, rel=1e-12)
    assert total.optimum is not None
    assert total.optimum[0] == pytest.approx(375 / 55, rel=1e-12)


def test_15_feature_scaling() -> None:
    def condition(standardize: bool) -> float:
        objective = build_objective(
            Scenario(problem="linear", data="stackloss", standardize=standardize, target="STACKLOSS")
        )
        curvatures = np.linalg.eigvalsh(objective.hessian(objective.start))
        return float(curvatures[-1] / curvatures[0])

    assert condition(False) > 1e5
    assert condition(True) < 20


@pytest.mark.parametrize(
    ("loss", "lr", "after"), [("mse", 0.075, {50: 0.976, 300: 0.203}), ("cross-entropy", 0.15, {50: 0.098})]
)
def test_20_vanishing_gradient(tmp_path: Path, loss: str, lr: float, after: dict[int, float]) -> None:
    """One row x = 1, target 0, from (2, 2): sure and wrong. (The half squared error at rate 0.15 is mse at half.)"""
    objective = on(tmp_path, "x,y\n1,0\n", problem="logistic", loss=loss)
    engine = descend(objective, [2, 2], lr, max(after))
    for k, output in after.items():
        engine.seek(k)
        assert sigmoid(engine.w.sum()) == pytest.approx(output, abs=6e-4)


def test_24_catapult(tmp_path: Path) -> None:
    """(a b - 1)^2 / 2 is half the mse of a network of one relu unit on the row x = 1, y = 1."""
    objective = on(tmp_path, "x,y\n1,1\n", problem="network", hidden=1, activation="relu", bias=False)
    engine = descend(objective, [3, 0.5], 0.15, 400)
    losses = [engine.losses[k] / 2 for k in range(401)]
    assert losses[0] == pytest.approx(0.125)
    assert max(losses) == pytest.approx(2.03, abs=0.005)
    assert losses[400] < 1e-9
    sharpness = [np.linalg.eigvalsh(objective.hessian(w) / 2)[-1] for w in (np.array([3, 0.5]), engine.w)]
    assert sharpness == pytest.approx([9.4, 3.2], abs=0.1)


def test_25_symmetry_stays() -> None:
    network = OBJECTIVES["network-orings"]
    start = np.repeat([0.3, 0.1, 0.5, 0.0], [3, 3, 3, 1])
    engine = descend(network, start, 0.5, 200)
    assert engine.losses[200] < engine.losses[0]
    for unit in range(0, 9, 3):
        assert np.ptp(engine.w[unit : unit + 3]) == 0


def test_26_a_dead_relu_stays_dead(tmp_path: Path) -> None:
    objective = on(tmp_path, "x,y\n1,1\n2,3\n3,2\n", problem="network", hidden=1, activation="relu")
    engine = descend(objective, [-1, -1, 0.5, 0], 0.1, 300)
    np.testing.assert_allclose(engine.w, [-1, -1, 0.5, 2], rtol=1e-6)
    assert engine.converged is not None
    assert central_difference(objective, engine.w, 0, 0.1) == 0


def test_27_an_outlier_moves_squares_most(tmp_path: Path) -> None:
    rows = [(x, 2.0 * x + 1 + 0.1 * (-1) ** x) for x in range(1, 20)]
    rows.append((20, 500.0))
    table = "x,y\n" + "".join(f"{x},{y}\n" for x, y in rows)
    slopes = {}
    for loss in ("mse", "mae", "huber"):
        objective = on(tmp_path, table, problem="linear", loss=loss, standardize=True)
        engine = descend(objective, [0, 0], 0.1, 5000)
        told = objective.data_units(engine.w)
        assert told is not None
        slopes[loss] = abs(told[1][0] - 2)
    assert slopes["mse"] > 5
    assert slopes["mae"] < 0.2
    assert slopes["huber"] < 0.2
