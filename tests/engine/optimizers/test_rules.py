"""What single optimizers promise beyond torch's numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import make_optimizer

from .variants import EXPLAINER, LINEAR, ROSENBROCK, Place, bits, engine_of

every_objective = pytest.mark.parametrize("objective", [EXPLAINER, ROSENBROCK, LINEAR], ids=lambda o: o.names[-1])


def weights(engine: Engine, count: int) -> Array:
    """The weights of each of `count` further steps."""
    rows = []
    for _ in range(count):
        engine.step()
        rows.append(engine.w.copy())
    return np.array(rows)


# sgd: the two conventions of momentum


@pytest.mark.parametrize(
    ("settings", "second"), [({}, -0.119), ({"lr_in_velocity": True}, -0.2)], ids=["torch", "lr-in-velocity"]
)
def test_the_two_conventions_part_where_the_rate_changes(settings: dict[str, float | bool], second: float) -> None:
    """g = 1, momentum .9, lr .1 and then .01."""
    optimizer, w, at = make_optimizer("momentum", settings), np.zeros(1), Place(lr=0.1)
    state = optimizer.init(w)
    optimizer.update(w, np.ones(1), state, at)
    at.k, at.lr = 1, 0.01
    optimizer.update(w, np.ones(1), state, at)
    assert w[0] == pytest.approx(second, rel=1e-14)


@pytest.mark.parametrize("more", [{}, {"dampening": 0.4}, {"nesterov": True}, {"weight_decay": 0.1}])
def test_the_two_conventions_are_one_while_the_rate_stays(more: dict[str, float | bool]) -> None:
    runs = [
        weights(engine_of(make_optimizer("momentum", more | {"lr_in_velocity": inside}), EXPLAINER, 0.01), 50)
        for inside in (False, True)
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-12)


def test_nesterov_with_the_rate_inside_is_that_of_keras() -> None:
    """v = m v - lr g; w += m v - lr g, by hand, the rate changing at every update."""
    optimizer, w, at = make_optimizer("nesterov", {"lr_in_velocity": True}), np.ones(1), Place()
    state, theirs, velocity = optimizer.init(w), 1.0, 0.0
    for k in range(20):
        at.k, at.lr = k, 0.1 / (1 + k)
        velocity = 0.9 * velocity - at.lr * 2 * theirs
        theirs += 0.9 * velocity - at.lr * 2 * theirs
        optimizer.update(w, 2 * w, state, at)
        assert w[0] == pytest.approx(theirs, rel=1e-12)


# line search


@every_objective
@pytest.mark.parametrize("lr", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize(("c1", "rho"), [(1e-4, 0.5), (0.3, 0.8), (0.5, 0.1)])
def test_a_line_search_takes_the_first_step_that_meets_armijo(
    objective: Objective, lr: float, c1: float, rho: float
) -> None:
    engine = engine_of(make_optimizer("line-search", {"c1": c1, "rho": rho, "max_trials": 200.0}), objective, lr)
    moved = 0
    for _ in range(40):
        w, gradient, loss = engine.w.copy(), engine.gradient.copy(), engine.loss
        engine.step()
        step, trials = engine.state["step"][0], int(engine.state["trials"][0])
        if step == 0:
            assert engine.w.tobytes() == w.tobytes()
            assert trials == 200
            continue
        moved += 1
        slope = gradient @ gradient
        assert step == pytest.approx(lr * rho ** (trials - 1), rel=1e-12)
        np.testing.assert_array_equal(engine.w, w - step * gradient)
        tried = np.array([w - lr * rho**j * gradient for j in range(trials)])
        losses, bounds = objective.losses(tried), loss - c1 * lr * rho ** np.arange(trials) * slope
        slack = 1e-12 * abs(loss)
        assert losses[-1] <= bounds[-1] + slack
        assert (losses[:-1] > bounds[:-1] - slack).all()
    assert moved > 0


@every_objective
def test_a_line_search_never_climbs(objective: Objective) -> None:
    engine = engine_of(make_optimizer("line-search", {}), objective, 1.0)
    engine.run(200)
    losses = np.array([engine.losses[k] for k in range(201)])
    assert (np.diff(losses) <= 1e-12 * losses[:-1]).all()
    assert losses[-1] < 0.5 * losses[0]


def test_a_line_search_that_finds_no_step_stays() -> None:
    """Uphill there is no lower loss: a gradient of the wrong sign leaves the weights alone."""
    optimizer, w, at = make_optimizer("line-search", {"max_trials": 5.0}), EXPLAINER.start.copy(), Place()
    gradient = np.empty_like(w)
    at.loss = EXPLAINER.loss_and_gradient(w, gradient)
    state = optimizer.init(w)
    optimizer.update(w, -gradient, state, at)
    assert w.tobytes() == EXPLAINER.start.tobytes()
    assert (state["step"][0], state["trials"][0]) == (0, 5)
    assert optimizer.terms(0, "w1", w, -gradient, state, at)[-1].value == w[0]


# trial and error


@every_objective
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_best_guess_is_kept(objective: Objective, seed: int) -> None:
    engine = engine_of(make_optimizer("random", {"low": -3.0, "high": 3.0}), objective, 0.1, seed=seed)
    best = [engine.loss]
    for _ in range(60):
        w = engine.w.copy()
        engine.step()
        guess, loss = engine.state["guess"], engine.state["guess_loss"][0]
        assert ((objective.start - 3 <= guess) & (guess <= objective.start + 3)).all()
        assert loss == pytest.approx(objective.losses(guess[None, :])[0], rel=1e-15)
        np.testing.assert_array_equal(engine.w, guess if loss < best[-1] else w)
        best.append(engine.loss)
    assert (np.diff(best) <= 1e-12 * np.array(best[:-1])).all()
    assert best[-1] < best[0]


def test_guesses_are_a_function_of_seed_and_update() -> None:
    optimizer = make_optimizer("random", {"low": 0.0, "high": 25.0, "around_start": False})
    runs = [engine_of(optimizer, EXPLAINER, lr, seed=seed) for seed, lr in ((3, 0.1), (3, 7.0), (4, 0.1))]
    guesses = []
    for engine in runs:
        rows = []
        for _ in range(200):
            engine.step()
            rows.append(engine.state["guess"].copy())
        guesses.append(np.array(rows))
    assert guesses[0].tobytes() == guesses[1].tobytes()
    assert not (guesses[0] == guesses[2]).any()
    assert len(np.unique(guesses[0])) == guesses[0].size
    assert guesses[0].min() >= 0
    assert guesses[0].max() < 25
    assert abs(guesses[0].mean() - 12.5) < 1
    runs[0].seek(100)
    runs[0].run(100)
    assert bits(runs[0]) == bits(runs[1])


def test_the_best_of_a_thousand_guesses_is_about_32() -> None:
    """Weights of the worked example, uniform in [0, 25]: the median over seeds of the best loss."""
    optimizer = make_optimizer("random", {"low": 0.0, "high": 25.0, "around_start": False})
    best = []
    for seed in range(15):
        engine = engine_of(optimizer, EXPLAINER, 0.1, seed=seed)
        engine.run(1000)
        best.append(engine.loss)
    assert 20 < np.median(best) < 50


# the rest


def test_rprop_stays_where_the_sign_changes() -> None:
    optimizer, w, at = make_optimizer("rprop", {}), np.array([1.0]), Place(lr=0.1)
    state, seen = optimizer.init(w), []
    for g in (1.0, 2.0, -1.0, -1.0, -1.0):
        optimizer.update(w, np.array([g]), state, at)
        seen.append((round(w[0], 12), round(state["step"][0], 12)))
    assert seen == [(0.9, 0.1), (0.78, 0.12), (0.78, 0.06), (0.84, 0.06), (0.912, 0.072)]


def test_asgd_averages_the_weights_from_t0_on() -> None:
    optimizer, w, at = make_optimizer("asgd", {"t0": 3.0, "lambd": 0.0}), np.array([0.0]), Place(lr=1.0)
    state, seen = optimizer.init(w), []
    for k in range(9):
        at.k = k
        optimizer.update(w, np.array([-1.0]), state, at)
        seen.append(float(w[0]))
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert state["average"][0] == pytest.approx(np.mean(seen[4:]), rel=1e-14)


def test_a_centered_rmsprop_survives_a_gradient_that_never_changes() -> None:
    """The spread is zero then, and rounding must not take the root of less."""
    optimizer, w, at = make_optimizer("rmsprop", {"centered": True, "alpha": 0.5}), np.zeros(3), Place(lr=1e-9)
    state = optimizer.init(w)
    for _ in range(200):
        optimizer.update(w, np.array([1.0, 0.1, 1 / 3]), state, at)
    assert np.isfinite(w).all()
