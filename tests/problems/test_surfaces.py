"""The surfaces: known minima, the usual formulas as an oracle, and numbers of any size without an error."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, e, exp, inf, nan, pi, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_tui.problems import build_objective
from gd_tui.problems.surface import Surface
from gd_tui.problems.surfaces import PROBLEMS
from gd_tui.scenario import Scenario

NAMES = [problem.name for problem in PROBLEMS]

USUAL: dict[str, Callable[..., float]] = {
    "parabola": lambda w: w**2,
    "quartic": lambda w: w**4,
    "two-valleys": lambda w: (w**2 - 1) ** 2 + 0.3 * w,
    "kink": lambda w: abs(w),
    "bowl": lambda x, y: x**2 + y**2,
    "valley": lambda x, y: (x**2 + 10 * y**2) / 2,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "matyas": lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y,
    "rastrigin": lambda x, y: 20 + x**2 - 10 * cos(2 * pi * x) + y**2 - 10 * cos(2 * pi * y),
    "ackley": lambda x, y: (
        -20 * exp(-0.2 * sqrt(0.5 * (x**2 + y**2))) - exp(0.5 * (cos(2 * pi * x) + cos(2 * pi * y))) + e + 20
    ),
    "mccormick": lambda x, y: sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "styblinski-tang": lambda x, y: sum(z**4 - 16 * z**2 + 5 * z for z in (x, y)) / 2,
    "three-hump-camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "saddle": lambda x, y: x**2 - y**2,
    "monkey-saddle": lambda x, y: x**3 - 3 * x * y**2,
}

MINIMA: dict[str, tuple[float, list[tuple[float, ...]]]] = {
    "parabola": (0, [(0,)]),
    "quartic": (0, [(0,)]),
    "kink": (0, [(0,)]),
    "bowl": (0, [(0, 0)]),
    "valley": (0, [(0, 0)]),
    "rosenbrock": (0, [(1, 1)]),
    "himmelblau": (0, [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]),
    "beale": (0, [(3, 0.5)]),
    "booth": (0, [(1, 3)]),
    "matyas": (0, [(0, 0)]),
    "rastrigin": (0, [(0, 0)]),
    "ackley": (0, [(0, 0)]),
    "mccormick": (-1.913222955, [(-0.54719755, -1.54719755)]),
    "styblinski-tang": (-78.33233141, [(-2.90353403, -2.90353403)]),
    "three-hump-camel": (0, [(0, 0)]),
}
"""The least value within the view and where it is, as the literature has them."""


def surface(name: str) -> Surface:
    built = build_objective(Scenario(problem=name))
    assert isinstance(built, Surface)
    return built


def known_minima(objective: Surface) -> list[tuple[float, ...]]:
    if objective.minima is not None:
        return [tuple(point) for point in objective.minima.tolist()]
    return [] if objective.optimum is None else [tuple(objective.optimum.tolist())]


def test_every_surface_has_its_usual_formula_here() -> None:
    assert set(NAMES) == set(USUAL)


@pytest.mark.parametrize("name", NAMES)
def test_the_known_minima_are_those_of_the_literature(name: str) -> None:
    objective = surface(name)
    found = known_minima(objective)
    least, points = MINIMA.get(name, (nan, []))
    np.testing.assert_allclose(np.array(found), np.array(points), atol=6e-7)
    gradient = np.empty(len(objective.names))
    for point in found:
        w = np.array(point)
        assert objective.loss_and_gradient(w, gradient) == pytest.approx(least, rel=1e-8, abs=1e-26)
        assert np.abs(gradient).max() <= 1e-13 * (1 + np.abs(objective.hessian(w)) @ np.abs(w)).max()
        assert np.linalg.eigvalsh(objective.hessian(w))[0] >= 0
    if objective.minimum is not None:
        exact = [objective.loss_and_gradient(np.array(point), gradient) for point in found]
        assert objective.minimum == min(exact) == least


@pytest.mark.parametrize("name", [name for name in NAMES if name in MINIMA])
def test_nowhere_in_the_view_is_it_lower(name: str) -> None:
    objective = surface(name)
    assert objective.view is not None
    axes = [np.linspace(low, high, 201) for low, high in objective.view.tolist()]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
    assert objective.losses(grid).min() >= MINIMA[name][0] - 1e-7


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_value_is_that_of_the_usual_formula(name: str, data: st.DataObject) -> None:
    objective = surface(name)
    w = np.array([data.draw(st.floats(-5, 5)) for _ in objective.names])
    expected = USUAL[name](*w.tolist())
    assert objective.loss_and_gradient(w, np.empty_like(w)) == pytest.approx(expected, rel=1e-10, abs=1e-10)
    assert objective.losses(w[None, :])[0] == pytest.approx(expected, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_weights_raise_an_error_or_a_warning(name: str, data: st.DataObject) -> None:
    objective = surface(name)
    special = st.sampled_from([0.0, -0.0, inf, -inf, nan, 1e308, -1e308, 1e155, 5e-324, 710.0])
    w = np.array([data.draw(special | st.floats()) for _ in objective.names])
    gradient = np.empty_like(w)
    loss = objective.loss_and_gradient(w, gradient)
    assert isinstance(loss, float)
    assert objective.hessian(w).shape == (len(w), len(w))
    losses = objective.losses(np.stack([w, w]))
    assert losses.shape == (2,)
    assert np.isfinite(losses).all() == np.isfinite(loss)
    if np.isfinite(gradient).all():
        assert len(objective.terms(w, 0)) == 2
    if not np.isfinite(w).all():
        assert not np.isfinite(loss)


def test_the_sub_gradient_at_a_tip_is_0() -> None:
    for name in ("kink", "ackley"):
        objective = surface(name)
        gradient = np.empty_like(objective.start)
        objective.loss_and_gradient(np.zeros_like(gradient), gradient)
        assert not gradient.any()


def test_next_to_the_minimum_no_digits_are_lost() -> None:
    w, gradient = np.array([1e-9, 0.0]), np.empty(2)
    assert surface("rastrigin").loss_and_gradient(w, gradient) == pytest.approx((1 + 20 * pi**2) * 1e-18, rel=1e-9)
    assert surface("ackley").loss_and_gradient(w, gradient) == pytest.approx(4e-9 / sqrt(2), rel=1e-7)
