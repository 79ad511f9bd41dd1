"""The gradient check: right gradients pass on every problem, wrong ones are found, kinks are told apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.analysis import central_difference
from gd_tui.engine.gradient_check import Component, Verdict, check_gradient, wrong_ones
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Term

from .cases import FEWER, OBJECTIVES, points

every_problem = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


class Claimed(Objective):
    """Losses of a function of one array, with whatever gradient is claimed for it."""

    def __init__(self, loss: Callable[[Array], float], gradient: Callable[[Array], Array], d: int = 1) -> None:
        self.names, self.start = tuple(f"w{i + 1}" for i in range(d)), np.ones(d)
        self._loss, self._claimed = loss, gradient

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        out[:] = self._claimed(w)
        return self._loss(w)

    def losses(self, weights: Array) -> Array:
        return np.array([self._loss(w) for w in weights])

    def hessian(self, w: Array) -> Array:
        raise AssertionError("the check needs none")

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        raise AssertionError("the check needs none")


def check(loss: Callable[[float], float], claimed: float, w: float) -> Component:
    (component,) = check_gradient(Claimed(lambda v: loss(v[0]), lambda v: np.array([claimed])), np.array([w]))
    return component


@every_problem
@FEWER
@given(data=st.data())
def test_right_gradients_pass(objective: Objective, data: st.DataObject) -> None:
    w = data.draw(points(objective)) + 0.01 * np.sqrt(1 + np.arange(len(objective.names)))
    components = check_gradient(objective, w)
    assert [c.name for c in components] == list(objective.names)
    assert not wrong_ones(components)


@every_problem
def test_a_gradient_that_is_wrong_by_a_thousandth_is_found(objective: Objective) -> None:
    generator = np.random.default_rng(5)
    w = objective.start + (1 + np.abs(objective.start)) * generator.uniform(-1, 1, len(objective.start))
    gradient = np.empty_like(w)
    with np.errstate(all="ignore"):
        objective.loss_and_gradient(w, gradient)
    i = int(np.abs(gradient).argmax())

    class Wrong(Claimed):
        def losses(self, weights: Array) -> Array:
            return objective.losses(weights)

    gradient[i] *= 1.001
    wrong = Wrong(lambda v: float(objective.losses(v[None, :])[0]), lambda v: gradient, len(w))
    found = wrong_ones(check_gradient(wrong, w))
    assert [component.i for component in found] == [i]
    assert found[0].relative_error == pytest.approx(1e-3, rel=0.1)


def test_on_a_quadratic_a_long_h_wins_and_on_rosenbrock_a_short_one() -> None:
    for w in ([3.0, -2.0], [-1.2, 1.0]):
        bowl = check_gradient(OBJECTIVES["bowl"], np.array(w))
        assert all(c.h >= 1 and c.relative_error < 1e-14 for c in bowl)
        x, y = check_gradient(OBJECTIVES["rosenbrock"], np.array(w))
        assert 1e-6 < x.h < 1e-4
        assert y.h >= 1
        assert x.relative_error < 1e-8


@pytest.mark.parametrize("problem", ["bowl", "rosenbrock", "himmelblau", "explainer", "rastrigin"])
def test_the_stated_error_is_honest_and_no_h_does_much_better(problem: str) -> None:
    objective = OBJECTIVES[problem]
    w = objective.start + 0.1234
    for c in check_gradient(objective, w):
        actual = abs(c.analytic - c.numerical)
        assert actual <= 2 * c.error
        assert c.error <= 1e-8 * max(1.0, abs(c.analytic))
        coarse = abs(central_difference(objective, w, c.i, 1e-12) - c.analytic)
        assert c.error < coarse


@pytest.mark.parametrize(
    ("loss", "slope", "w"),
    [
        (lambda w: np.sin(100 * w), lambda w: 100 * np.cos(100 * w), 1.234),
        (lambda w: np.sin(20 * np.pi * w) + w, lambda w: 20 * np.pi * np.cos(20 * np.pi * w) + 1, 0.3),
        (lambda w: np.sin(16 * np.pi * w) + w, lambda w: 16 * np.pi * np.cos(16 * np.pi * w) + 1, 0.25),
        (lambda w: np.log(w), lambda w: 1 / w, 1e-9),
        (lambda w: np.log(w), lambda w: 1 / w, 1e9),
        (lambda w: np.exp(w), lambda w: np.exp(w), 30.0),
        (lambda w: w * w, lambda w: 2 * w, 1e150),
        (lambda w: w * w, lambda w: 2 * w, 0.0),
        (lambda w: 1e-200 * w, lambda w: 1e-200, 3.0),
        (lambda w: 7.0, lambda w: 0.0, 3.0),
        (lambda w: np.sqrt(w), lambda w: 0.5 / np.sqrt(w), 1e-4),
    ],
)
def test_weights_and_losses_of_any_scale(
    loss: Callable[[float], float], slope: Callable[[float], float], w: float
) -> None:
    assert check(loss, float(slope(w)), w).verdict is Verdict.AGREES
    if slope(w) != 0:
        assert check(loss, float(-slope(w)), w).verdict is Verdict.WRONG
        assert check(loss, float(2 * slope(w)), w).verdict is Verdict.WRONG
    assert check(loss, float("nan"), w).verdict is Verdict.WRONG


@pytest.mark.parametrize("w", [0.0, 1e-7, -1e-6, 1e-5])
def test_at_a_kink_the_slopes_of_both_sides_and_between_will_do(w: float) -> None:
    for claimed in (-1.0, 0.0, 0.3, 1.0) if w == 0 else (float(np.sign(w)),):
        assert check(abs, claimed, w).verdict in (Verdict.KINK, Verdict.AGREES)
    for claimed in (-1.1, 2.0):
        assert check(abs, claimed, w).verdict is Verdict.WRONG
    assert check(abs, 0.0, 0.0).verdict is Verdict.KINK


def test_what_cannot_be_decided_is_not_called_wrong() -> None:
    noise = np.random.default_rng(1)
    assert check(lambda w: float(noise.standard_normal()), 0.4, 1.0).verdict is Verdict.UNCLEAR
    for value in (np.inf, np.nan):
        assert check(lambda w: value, 1.0, 1.0).verdict is Verdict.UNCLEAR  # noqa: B023


def test_losses_in_single_precision_are_enough() -> None:
    def single(w: float) -> float:
        return float(np.float32(w) ** 2 + np.sin(np.float32(w)))

    right = 2 * 0.7 + np.cos(0.7)
    assert check(single, right, 0.7).verdict is not Verdict.WRONG
    assert check(single, 1.1 * right, 0.7).verdict is Verdict.WRONG


def test_the_worst_come_first() -> None:
    claimed = Claimed(lambda w: float(w @ w), lambda w: 2 * w * [1, 1.5, 1, -1, 1.01], 5)
    found = wrong_ones(check_gradient(claimed, np.ones(5)))
    assert [c.name for c in found] == ["w4", "w2", "w5"]


@pytest.mark.parametrize("w", [0.0, 5e-324, 1e-305, 1e300, np.inf, np.nan])
def test_a_weight_of_any_size_is_checked(w: float) -> None:
    """Where nothing can be told, it is said so."""
    with np.errstate(all="ignore"):
        found = check(lambda v: v * v, 2 * w, w)
    assert found.verdict is (Verdict.AGREES if abs(w) < 1 else Verdict.UNCLEAR)
    assert found.relative_error <= 1 or np.isnan(found.relative_error)
