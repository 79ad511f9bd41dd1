"""Every problem of the table: derivatives against differences, one way to a loss against the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.analysis import central_difference, slice_minimum
from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.problems import PROBLEMS
from gd_tui.problems.network import Network
from gd_tui.problems.rows import RowsObjective

from ..engine.cases import FEWER, OBJECTIVES, SCENARIOS, at_point, points

EPS = float(np.finfo(np.float64).eps)
every_problem = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


def test_every_line_of_the_table_is_tested_here() -> None:
    assert {scenario.problem for scenario in SCENARIOS.values()} == set(PROBLEMS)


def spacing(objective: Objective, w: Array, i: int) -> float:
    """On a quadratic central differences are exact at any distance, so a long one has the least rounding."""
    return (1.0 if objective.quadratic else EPS ** (1 / 3)) * max(1.0, abs(float(w[i])))


def off_kinks(w: Array) -> Array:
    """Near w, but with no weight and no error that is 0 by design: there |w|, |error| and relu have no slope."""
    return w + 0.01 * np.sqrt(1 + np.arange(len(w)))


@every_problem
@FEWER
@given(data=st.data())
def test_gradient(objective: Objective, data: st.DataObject) -> None:
    w = off_kinks(data.draw(points(objective)))
    gradient = at_point(objective, w)[1]
    for i in range(len(w)):
        h = spacing(objective, w, i)
        around = np.stack([w, w])
        around[:, i] += h, -h
        rounding = 50 * EPS * float(objective.losses(around).max()) / h
        expected = central_difference(objective, w, i, h)
        assert gradient[i] == pytest.approx(expected, rel=1e-6, abs=1e-6 + rounding)


@every_problem
@FEWER
@given(data=st.data())
def test_hessian(objective: Objective, data: st.DataObject) -> None:
    w = off_kinks(data.draw(points(objective)))
    hessian = objective.hessian(w)
    assert hessian.shape == (len(w), len(w))
    for i in range(len(w)):
        h = spacing(objective, w, i)
        above, below = w.copy(), w.copy()
        above[i] += h
        below[i] -= h
        slopes = at_point(objective, above)[1], at_point(objective, below)[1]
        rounding = 50 * EPS * float(np.abs(slopes).max()) / h
        expected = (slopes[0] - slopes[1]) / (above[i] - below[i])
        np.testing.assert_allclose(hessian[:, i], expected, rtol=1e-6, atol=1e-6 + rounding)
        assert objective.curvature(w, i) == pytest.approx(hessian[i, i], rel=1e-12, abs=1e-300)


@every_problem
@FEWER
@given(data=st.data())
def test_losses_of_many_weights(objective: Objective, data: st.DataObject) -> None:
    weights = np.stack(data.draw(st.lists(points(objective), min_size=1, max_size=5)))
    expected = [at_point(objective, w)[0] for w in weights]
    rounding = 1e-12 * at_point(objective, np.zeros_like(objective.start))[0]
    np.testing.assert_allclose(objective.losses(weights), expected, rtol=1e-9, atol=rounding)


@every_problem
@FEWER
@given(data=st.data())
def test_slice_is_the_loss_along_one_weight(objective: Objective, data: st.DataObject) -> None:
    w = data.draw(points(objective))
    i = data.draw(st.integers(0, len(w) - 1))
    xs = w[i] + (1 + abs(w[i])) * np.linspace(-2, 2, 41)
    before = w.copy()
    loss, gradient = at_point(objective, w)
    weights = np.tile(w, (len(xs), 1))
    weights[:, i] = xs
    expected = objective.losses(weights)
    found = objective.slice(w, i, xs, loss, float(gradient[i]))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11 * expected.max())
    assert w.tobytes() == before.tobytes()


def sinks_for_ever(objective: Objective, w: Array, i: int) -> bool:
    """Whether the slice is nowhere lower than far out: a saddle's, a flat one, a hidden unit that saturates."""
    weights = np.tile(w, (2001, 1))
    weights[:, i] = np.sinh(np.linspace(-25, 25, 2001))
    losses = objective.losses(weights)
    lowest = float(losses.min())
    return bool(min(losses[[0, -1]]) <= lowest + 1e-12 * abs(lowest))


@every_problem
@FEWER
@given(data=st.data())
def test_slice_minimum_is_the_lowest_point_of_the_slice(objective: Objective, data: st.DataObject) -> None:
    w = data.draw(points(objective))
    i = data.draw(st.integers(0, len(w) - 1))
    loss, gradient = at_point(objective, w)
    x = slice_minimum(objective, w, i, loss, float(gradient[i]))
    if x is None:
        assert sinks_for_ever(objective, w, i)
        return
    # A slice of a network has valleys without number: there x is held to be the bottom of its own.
    reach = 1e-3 * max(1.0, abs(x)) if isinstance(objective, Network) else 2 * max(1.0, abs(float(w[i])), abs(x))
    count = 20_001 if objective.rows < 100 else 2001
    weights = np.tile(w, (count, 1))
    weights[:, i] = np.linspace(x - reach, x + reach, count)
    brute = float(objective.losses(weights).min())
    w[i] = x
    lowest, slopes = at_point(objective, w)
    # At a kink the slope does not vanish: x is told to some nine digits of the range, where rows have kinks of
    # their own (mae, l1, relu) to the width of a difference or a last Newton step.
    width = 1e-3 if isinstance(objective, RowsObjective) and not objective.quadratic else 1e-8
    kink = width * abs(slopes[i]) * max(1.0, abs(x), reach)
    assert lowest <= brute + 1e-9 * max(abs(brute), loss * EPS, 1e-9) + kink
    if objective.quadratic:
        size = np.abs(objective.hessian(w))[i] @ np.abs(w) + abs(gradient[i]) + abs(at_point(objective, 0 * w)[1][i])
        assert abs(slopes[i]) <= 1e-12 * size


@every_problem
def test_optimum(objective: Objective) -> None:
    if objective.optimum is None:
        pytest.skip("no unique optimum is known")
    loss, gradient = at_point(objective, objective.optimum)
    scale = np.abs(objective.hessian(objective.optimum)) @ np.abs(objective.optimum)
    scale += np.abs(at_point(objective, np.zeros_like(gradient))[1])
    assert (np.abs(gradient) <= 1e-10 * scale).all()
    assert np.linalg.eigvalsh(objective.hessian(objective.optimum))[0] >= 0
    if objective.minimum is not None:
        assert loss == pytest.approx(objective.minimum, rel=0, abs=1e-15)


@every_problem
@FEWER
@given(data=st.data())
def test_nothing_is_lower_than_the_minimum(objective: Objective, data: st.DataObject) -> None:
    w = data.draw(points(objective))
    known = [at_point(objective, objective.optimum)[0]] if objective.optimum is not None else []
    known += [objective.minimum] if objective.minimum is not None else []
    for least in known:
        assert at_point(objective, w)[0] >= least * (1 - 1e-9)


@every_problem
def test_names_start_and_view_fit_together(objective: Objective) -> None:
    d = len(objective.names)
    assert len(set(objective.names)) == d
    assert objective.start.shape == (d,)
    assert np.isfinite(objective.start).all()
    assert 0 < objective.default_rate < np.inf
    random = objective.random_start(np.random.default_rng(3))
    assert random.tobytes() == objective.random_start(np.random.default_rng(3)).tobytes()
    assert random.tobytes() != objective.random_start(np.random.default_rng(4)).tobytes()
    if objective.view is not None:
        assert objective.view.shape == (d, 2)
        assert (objective.view[:, 0] <= random).all()
        assert (random <= objective.view[:, 1]).all()


@every_problem
def test_the_default_rate_gets_somewhere(objective: Objective) -> None:
    engine = Engine(objective, make_optimizer("sgd", {}), objective.default_rate, objective.start)
    engine.run(200)
    assert engine.diverged is None
    assert engine.loss < engine.losses[0]
