"""The numbers of the written explainer, every one worked out here again or in closed form."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gd_tui.engine.analysis import central_difference, slice_minimum
from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Objective
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

from ..engine.cases import OBJECTIVES, at_point, run_of

EXPLAINER = OBJECTIVES["explainer"]
X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
START = np.array([4.2, 3.6, 1.5, 0.7, 0.1])


def from_zero(lr: float, count: int, optimizer: str = "sgd", **hyperparameters: float | bool) -> Engine:
    """The worked example from w = 0, "F5"."""
    engine = Engine(EXPLAINER, make_optimizer(optimizer, hyperparameters), lr, np.zeros(5))
    engine.run(count)
    return engine


def descend(
    objective: Objective,
    start: list[float],
    lr: float,
    count: int,
    optimizer: str = "sgd",
    **hyperparameters: float | bool,
) -> Engine:
    engine = Engine(objective, make_optimizer(optimizer, hyperparameters), lr, np.array(start))
    engine.run(count)
    return engine


def weights(engine: Engine, steps: range) -> list[float]:
    """The first weight at these steps."""
    found = []
    for k in steps:
        engine.seek(k)
        found.append(float(engine.w[0]))
    return found


def steps_until_below(engine: Engine, bound: float) -> int | None:
    return next((k for k in range(engine.newest + 1) if engine.losses[k] < bound), None)


def test_the_start() -> None:
    loss, gradient = at_point(EXPLAINER, EXPLAINER.start)
    assert EXPLAINER.start.tolist() == START.tolist()
    assert loss == pytest.approx(452.564, rel=1e-14)
    assert loss == pytest.approx(sum((w * x - 25) ** 2 for w, x in zip(START, X, strict=True)) / 5, rel=1e-14)
    assert 5 * loss == pytest.approx(2262.82, rel=1e-14)
    assert loss / 2 == pytest.approx(226.282, rel=1e-14)
    np.testing.assert_allclose(gradient, [-8.32, -14.24, -24.6, -35.52, -49.0], rtol=1e-14)


def test_optimum_curvature_and_limits() -> None:
    assert EXPLAINER.optimum is not None
    np.testing.assert_allclose(EXPLAINER.optimum, [25, 12.5, 25 / 3, 6.25, 5], rtol=1e-15)
    hessian = EXPLAINER.hessian(START)
    np.testing.assert_allclose(hessian, np.diag([0.4, 1.6, 3.6, 6.4, 10]), rtol=1e-15)
    curvatures = np.diag(hessian)
    assert curvatures.max() / curvatures.min() == pytest.approx(25, rel=1e-14)
    best = 2 / (curvatures.max() + curvatures.min())
    assert best == pytest.approx(0.1923, abs=5e-5)
    assert np.abs(1 - best * curvatures).max() == pytest.approx(12 / 13, rel=1e-12)
    assert EXPLAINER.default_rate == 0.05
    assert EXPLAINER.minimum == 0


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.19])
def test_every_weight_follows_its_closed_form(alpha: float) -> None:
    engine = run_of("explainer", alpha, 5000)
    goal = 25 / X
    for k in [*range(40), 50, 77, 100, 247, 478, 500, 966, 1000, 2500, 4866, 5000]:
        engine.seek(k)
        expected = goal + (START - goal) * (1 - 2 * alpha * X**2 / 5) ** k
        np.testing.assert_allclose(engine.w, expected, rtol=1e-12)


@pytest.mark.parametrize(("alpha", "updates"), [(0.01, 4866), (0.05, 966), (0.1, 478), (0.19, 247), (0.2, None)])
def test_updates_until_the_loss_is_below_1e_15(alpha: float, updates: int | None) -> None:
    engine = run_of("explainer", alpha, 6000)
    assert engine.converged == updates
    assert steps_until_below(engine, 1e-15) == updates
    assert engine.diverged is None


def test_first_losses_at_the_default_rate() -> None:
    engine = run_of("explainer", 0.05, 2)
    assert [engine.losses[k] for k in range(3)] == pytest.approx([452.564, 268.84172960, 191.78621486], rel=1e-9)


def test_the_printed_weights_are_those_of_about_a_hundred_updates() -> None:
    engine = run_of("explainer", 0.1, 478)
    assert abs(engine.w[0] - 25) < 7.1e-8
    engine.seek(477)
    assert abs(engine.w[0] - 25) > 7.0e-8
    engine.seek(100)
    np.testing.assert_allclose(engine.w, [24.6491, 12.4999998, 8.3333, 6.25, 5.0], rtol=0, atol=5e-5)
    assert engine.w[1] == pytest.approx(12.4999998, abs=5e-8)
    assert engine.loss == pytest.approx(0.0246, abs=5e-5)


def test_the_goal_as_first_stated_is_another_problem() -> None:
    together = OBJECTIVES["explainer-sum"]
    loss, gradient = at_point(together, together.start)
    assert loss == pytest.approx(33.64, rel=1e-13)
    np.testing.assert_allclose(gradient, 2 * (START @ X - 25) * X, rtol=1e-13)
    assert together.optimum is None, "a whole hyperplane of answers"
    engine = run_of("explainer-sum", together.default_rate, 500)
    assert engine.converged is not None
    assert engine.w @ X == pytest.approx(25, abs=1e-7)
    assert abs(engine.w - 25 / X).min() > 0.1
    step = engine.w - START
    np.testing.assert_allclose(step, step[0] * X, rtol=1e-9)


def test_one_weight_for_all_rows_is_a_third() -> None:
    line = OBJECTIVES["line"]
    assert line.optimum is not None
    assert line.optimum[0] == pytest.approx(375 / 55, rel=1e-14)
    assert line.hessian(np.zeros(1))[0, 0] == pytest.approx(22, rel=1e-14)
    engine = run_of("line", line.default_rate, 200)
    assert engine.converged is not None
    assert engine.w[0] == pytest.approx(375 / 55, rel=1e-10)


def test_1_hand_step() -> None:
    engine = from_zero(0.01, 0)
    assert engine.loss == pytest.approx(625, rel=1e-15)
    np.testing.assert_allclose(engine.gradient, [-10, -20, -30, -40, -50], rtol=1e-14)
    engine.step()
    np.testing.assert_allclose(engine.w, [0.1, 0.2, 0.3, 0.4, 0.5], rtol=1e-14)
    assert engine.loss == pytest.approx(571.958, rel=1e-12)


@pytest.mark.parametrize(
    ("lr", "size"), [(0.01, 6.676), (0.1, 0.1153), (0.5, 0.0), (0.9, 0.1153), (1.0, 10.0), (1.05, 67.3)]
)
def test_2_ladder_of_learning_rates(lr: float, size: float) -> None:
    engine = descend(OBJECTIVES["parabola"], [10.0], lr, 20)
    assert engine.w[0] == pytest.approx(10 * (1 - 2 * lr) ** 20, rel=1e-12, abs=0)
    assert abs(engine.w[0]) == pytest.approx(size, rel=1e-3)
    path = weights(engine, range(1, 21))
    if lr == 0.5:
        assert set(path) == {0.0}
    assert all((a * b < 0) == (lr > 0.5) for a, b in pairwise(path) if a)


def test_3_edge_of_stability() -> None:
    engine = from_zero(0.2, 400)
    fifth = []
    for k in range(300, 306):
        engine.seek(k)
        fifth.append(float(engine.w[4]))
    np.testing.assert_allclose(fifth, [0, 10, 0, 10, 0, 10], atol=1e-9)
    assert engine.losses[400] == pytest.approx(125, rel=1e-9)
    assert engine.losses[399] == pytest.approx(125, rel=1e-9)
    assert engine.converged is None


def test_4_divergence_disguised_as_progress() -> None:
    engine = from_zero(0.201, 1200)
    losses = [engine.losses[k] for k in range(1201)]
    assert losses[11] == pytest.approx(175.4, abs=0.05)
    assert min(losses) == losses[11]
    assert next(k for k, loss in enumerate(losses) if k and loss > 625) == 81
    assert losses[1200] > 1e10


def test_5_one_good_step_proves_nothing() -> None:
    assert from_zero(0.2808, 1).losses[1] < 625 < from_zero(0.2810, 1).losses[1]
    engine = from_zero(0.25, 5)
    assert engine.losses[1] == pytest.approx(473.75, rel=1e-12)
    assert engine.losses[5] == pytest.approx(7253, abs=0.5)


def test_6_each_weight_has_its_own_rate() -> None:
    engine = from_zero(0.1, 2)
    left = []
    for k in (0, 1, 2):
        engine.seek(k)
        left.append(25 / X - engine.w)
    for before, after in pairwise(left):
        np.testing.assert_allclose(after, [0.96, 0.84, 0.64, 0.36, 0] * before, atol=1e-14)


@pytest.mark.parametrize(("k", "plain", "heavy"), [(10, 35, 15), (25, 87, 24), (100, 346, 48), (1000, 3454, 151)])
def test_8_zigzag(k: int, plain: int, heavy: int) -> None:
    valley = build_objective(Scenario(problem="valley", settings={"k": float(k)}))
    assert valley.start.tolist() == [k, 1]
    assert valley.default_rate == 2 / (1 + k)
    engine = descend(valley, [k, 1], 2 / (1 + k), plain + 5)
    assert steps_until_below(engine, 1e-6 * engine.losses[0]) == plain
    root = k**0.5
    engine = descend(valley, [k, 1], (2 / (1 + root)) ** 2, heavy + 5, "sgd", momentum=((root - 1) / (root + 1)) ** 2)
    assert steps_until_below(engine, 1e-6 * engine.losses[0]) == heavy


def test_9_momentum_overshoots() -> None:
    """On w^2 with half the learning rate, momentum moves as on w^2/2."""
    path = weights(descend(OBJECTIVES["parabola"], [10.0], 0.05, 30, "momentum"), range(31))
    assert min(path) == path[9] == pytest.approx(-6.04, abs=0.005)


@pytest.mark.parametrize(("momentum", "limit"), [(0.9, 1.9), (0.0, 1.0)])
def test_10_momentum_moves_the_limit(momentum: float, limit: float) -> None:
    stable = descend(OBJECTIVES["parabola"], [10.0], 0.99 * limit, 3000, momentum=momentum)
    assert stable.loss < 1e-9
    unstable = descend(OBJECTIVES["parabola"], [10.0], 1.01 * limit, 3000, momentum=momentum)
    assert unstable.loss > 1e9


def test_12_two_valleys() -> None:
    valleys = OBJECTIVES["two-valleys"]
    assert descend(valleys, [2.0], 0.01, 1000).w[0] == pytest.approx(0.960, abs=5e-4)
    assert descend(valleys, [2.0], 0.1, 1000).w[0] == pytest.approx(-1.036, abs=5e-4)
    assert descend(valleys, [2.0], 0.01, 1000, "momentum").w[0] == pytest.approx(-1.036, abs=5e-4)


@pytest.mark.parametrize("sign", [1, -1])
def test_13_same_learning_rate_other_start(sign: int) -> None:
    assert descend(OBJECTIVES["quartic"], [sign * 2.236], 0.1, 3000).losses[3000] < 1e-3
    assert descend(OBJECTIVES["quartic"], [sign * 2.2361], 0.1, 3000).diverged is not None


def test_16_the_slice_can_mislead(tmp_path: Path) -> None:
    engine = from_zero(0.05, 40)
    floors = []
    for k in (0, 5, 40):
        engine.seek(k)
        lowest = slice_minimum(EXPLAINER, engine.w, 4, engine.loss, float(engine.gradient[4]))
        assert lowest == pytest.approx(5, rel=1e-12)
        floors.append(float(EXPLAINER.slice(engine.w, 4, np.array([5.0]), engine.loss, float(engine.gradient[4]))[0]))
    assert floors[0] == pytest.approx(500, rel=1e-12)
    assert floors == sorted(floors, reverse=True)
    table = tmp_path / "line.csv"
    table.write_text("x,y\n" + "".join(f"{x},{2 * x + 1}\n" for x in range(1, 6)))
    line = build_objective(Scenario(problem="linear", data=str(table)))
    for b, lowest_w in ((0.0, 2.2727), (1.0, 2.0)):
        w = np.array([0.0, b])
        loss, gradient = at_point(line, w)
        assert slice_minimum(line, w, 0, loss, float(gradient[0])) == pytest.approx(lowest_w, abs=5e-5)


def test_21_gradient_check() -> None:
    def error(objective: Objective, w: list[float], h: float) -> float:
        point = np.array(w)
        gradient = at_point(objective, point)[1]
        return max(abs(central_difference(objective, point, i, h) / gradient[i] - 1) for i in range(len(w)))

    quadratic = {h: error(EXPLAINER, START.tolist(), h) for h in (1.0, 1e-5, 1e-12)}
    assert quadratic[1.0] < 1e-13 < quadratic[1e-5] < 1e-8
    assert quadratic[1e-12] > 1e-4
    bent = {h: error(OBJECTIVES["rosenbrock"], [-1.2, 1.0], h) for h in (0.1, 1e-3, 1e-5, 1e-8, 1e-12)}
    assert min(bent, key=bent.__getitem__) == 1e-5
    assert bent[1e-12] > 1e-5


def test_22_adam_on_five_curvatures() -> None:
    assert from_zero(0.1, 1000, "adam").loss == pytest.approx(2.8e-8, rel=0.02)


def test_28_random_guessing() -> None:
    generator = np.random.default_rng(28)
    best = [EXPLAINER.losses(generator.uniform(0, 25, (1000, 5))).min() for _ in range(400)]
    assert np.median(best) == pytest.approx(32, abs=3)
    assert from_zero(0.1, 100).loss == pytest.approx(0.036, abs=5e-4)


@pytest.mark.parametrize(
    ("lr", "optimizer", "steps"), [(0.002, "sgd", 3232), (0.001, "momentum", 568), (0.1, "adam", 715)]
)
def test_29_rosenbrock(lr: float, optimizer: str, steps: int) -> None:
    assert steps_until_below(run_of("rosenbrock", lr, steps + 10, optimizer), 1e-3) == steps


@pytest.mark.parametrize(("standardize", "lr"), [(False, 0.3), (True, 0.4)])
def test_hubbles_line_in_the_units_of_the_data(standardize: bool, lr: float) -> None:
    objective = build_objective(
        Scenario(
            problem="linear",
            data="hubble_1929",
            features=("distance_mpc",),
            target="velocity_kms",
            standardize=standardize,
        )
    )
    engine = descend(objective, [0.0, 0.0], lr, 1000)
    assert engine.converged is not None
    assert (objective.data_units(engine.w) is not None) == standardize
    found = objective.data_units(engine.w) or (objective.names, engine.w)
    assert list(found[0]) == ["distance_mpc", "b"]
    np.testing.assert_allclose(found[1], [454.158, -40.784], atol=5e-4)


def test_7_with_the_sum_instead_of_the_mean_the_limit_is_a_fifth() -> None:
    for lr, settles in ((0.0399, True), (0.0401, False)):
        simulator = Simulator(Scenario(start="zeros", reduction="sum", lr=lr))
        simulator.step(5000)
        assert (simulator.engine.loss < 1e-15) == settles
    simulator = Simulator(Scenario(reduction="sum"))
    assert simulator.engine.loss == pytest.approx(5 * 452.564)
    assert simulator.engine.lr == pytest.approx(0.01)
    snapshot = simulator.snapshot(3)
    assert snapshot.terms[-1].value == snapshot.next_weights[3]
