"""How runs end: divergence and convergence at the exact step, whatever way led there; nothing warns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from math import inf, isfinite

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.engine import Engine, Status
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import Optimizer, make_optimizer
from gd_tui.engine.terms import Term

from .cases import FEW, OBJECTIVES, VARIANTS, Frame, frame_of, loop, run_of


class Cliff(Objective):
    """L = -sin(u); a second weight, which the loss never sees, doubles every time and overflows alone."""

    names = ("u", "v")
    start = np.array([0.5, 1.0])

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        out[:] = -np.cos(w[0]), -w[1]
        return -float(np.sin(w[0]))

    def losses(self, weights: Array) -> Array:
        return -np.sin(weights[:, 0])

    def hessian(self, w: Array) -> Array:
        return np.diag([np.sin(w[0]), -1.0])

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        return ()


class Leap(Objective):
    """A weight that counts the steps, with one infinite loss on its way and finite ones behind it."""

    names = ("w",)

    def __init__(self, hole: int) -> None:
        self.start, self._hole = np.zeros(1), hole

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        out[:] = -1.0
        return inf if w[0] == self._hole else -float(w[0])

    def losses(self, weights: Array) -> Array:
        return np.where(weights[:, 0] == self._hole, inf, -weights[:, 0])

    def hessian(self, w: Array) -> Array:
        return np.zeros((1, 1))

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        return ()


def singly(engine: Engine, count: int) -> None:
    for _ in range(count):
        engine.step()


def at_once(engine: Engine, count: int) -> None:
    engine.run(count)


def by_sevens(engine: Engine, count: int) -> None:
    for _ in range(count // 7 + 1):
        engine.run(min(7, count - engine.k))


def there_and_back(engine: Engine, count: int) -> None:
    for _ in range(20):
        engine.run(min(count // 10, count - engine.k))
        engine.seek(engine.k // 2)
    engine.run(count - engine.k)


def to_convergence(engine: Engine, count: int) -> None:
    while engine.run(min(90, count - engine.k), to_convergence=True):
        pass


ROUTES = {route.__name__: route for route in (singly, at_once, by_sevens, there_and_back, to_convergence)}
SGD, ADAM = make_optimizer("sgd", {}), make_optimizer("adam", {})
DIVERGING: dict[str, tuple[Objective, Optimizer, float]] = {
    "explainer": (OBJECTIVES["explainer"], SGD, 2.0),
    "explainer-slowly": (OBJECTIVES["explainer"], SGD, 0.3),
    "momentum": (OBJECTIVES["explainer"], make_optimizer("momentum", {}), 1.0),
    "nan": (OBJECTIVES["rosenbrock"], SGD, 0.1),
    "quartic": (OBJECTIVES["quartic"], SGD, 0.2),
    "linear": (OBJECTIVES["linear-hubble"], SGD, 3.0),
    "weight-alone": (Cliff(), SGD, 1.0),
    "inf-then-finite": (Leap(100), SGD, 1.0),
}
every_route = pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)


@every_route
@pytest.mark.parametrize("case", DIVERGING.values(), ids=DIVERGING)
def test_a_run_ends_at_the_very_step_that_is_no_number(
    case: tuple[Objective, Optimizer, float], route: Callable[[Engine, int], None]
) -> None:
    objective, optimizer, lr = case
    frames: list[Frame] = []
    for frame in islice(loop(objective, optimizer, lr, objective.start), 1500):
        frames.append(frame)
        if not frame.finite:
            break
    end = len(frames) - 1
    assert not frames[end].finite, "the case is meant to diverge"
    engine = Engine(objective, optimizer, lr, objective.start)
    route(engine, end + 300)
    assert engine.diverged == engine.newest == engine.k == end
    assert engine.status is Status.DIVERGED
    assert frame_of(engine).bits() == frames[end].bits()
    assert [engine.losses[k] for k in range(end)] == [frame.loss for frame in frames[:end]]
    assert len(engine.losses) == end + 1
    assert engine.step() is False
    assert engine.run(10) == 0
    engine.peek()
    engine.seek(end - 1)
    assert engine.status is not Status.DIVERGED
    assert engine.run(10) == 1
    assert frame_of(engine).bits() == frames[end].bits()


@pytest.mark.parametrize("extra", [0, 1, 63, 64, 65, 128])
def test_an_infinite_loss_is_the_end_wherever_the_stretches_meet(extra: int) -> None:
    engine = Engine(Leap(100), SGD, 1.0, np.zeros(1))
    assert engine.run(100 + extra) == 100
    assert engine.diverged == 100


def first_within_tolerance(objective: Objective, optimizer: Optimizer, lr: float) -> int:
    frames = loop(objective, optimizer, lr, objective.start)
    if objective.minimum is not None:
        return next(k for k, frame in enumerate(frames) if frame.loss - objective.minimum < 1e-15)
    bound = 1e-10 * max(1.0, float(np.linalg.norm(next(frames).gradient)))
    return 1 + next(k for k, frame in enumerate(frames) if np.linalg.norm(frame.gradient) <= bound)


CONVERGING: dict[str, tuple[str, Optimizer, float]] = {
    "explainer": ("explainer", SGD, 0.19),
    "momentum": ("explainer", make_optimizer("momentum", {}), 0.05),
    "at-once": ("parabola", SGD, 0.5),
    "line": ("line", SGD, 0.02),
    "linear": ("linear-stackloss-standardized", SGD, 0.3),
    "two-valleys": ("two-valleys", SGD, 0.01),
}


@every_route
@pytest.mark.parametrize("case", CONVERGING.values(), ids=CONVERGING)
def test_a_run_converges_at_the_first_step_within_tolerance(
    case: tuple[str, Optimizer, float], route: Callable[[Engine, int], None]
) -> None:
    name, optimizer, lr = case
    objective = OBJECTIVES[name]
    expected = first_within_tolerance(objective, optimizer, lr)
    engine = Engine(objective, optimizer, lr, objective.start)
    route(engine, expected + 200)
    assert engine.converged == expected
    assert engine.status is Status.CONVERGED
    assert engine.k == (expected if route is to_convergence else expected + 200)
    engine.seek(expected)
    assert engine.status is Status.CONVERGED
    assert engine.run(10, to_convergence=True) == 0
    assert engine.run(10) == 10
    engine.seek(expected - 1)
    assert engine.status is Status.ACTIVE
    assert engine.run(10, to_convergence=True) == 1


def test_a_run_to_convergence_stops_there_however_far_it_was_to_go() -> None:
    expected = run_of("explainer", 0.19, 300).converged
    assert expected == 247
    objective = OBJECTIVES["explainer"]
    for count in range(expected - 3, expected + 140):
        engine = Engine(objective, SGD, 0.19, objective.start)
        assert engine.run(count, to_convergence=True) == min(count, expected)
        assert engine.k == engine.newest == min(count, expected)


def test_a_start_at_the_optimum_has_converged() -> None:
    objective = OBJECTIVES["bowl"]
    engine = Engine(objective, SGD, 0.1, np.zeros(2))
    assert engine.converged == 0
    assert engine.status is Status.CONVERGED


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
@pytest.mark.parametrize("size", [1e-308, 1e150, 1e155, 1e200, 1e308, -1e308])
def test_weights_of_any_size_raise_no_warning(name: str, optimizer: str, size: float) -> None:
    objective = OBJECTIVES[name]
    start = np.full(len(objective.names), size)
    engine = Engine(objective, make_optimizer(optimizer, {}), objective.default_rate, start)
    assert (engine.diverged is None) == isfinite(engine.loss)
    assert engine.run(5) <= 5
    engine.peek()
    assert engine.status in (Status.ACTIVE, Status.CONVERGED, Status.DIVERGED)


@pytest.mark.parametrize("optimizer", VARIANTS.values(), ids=VARIANTS)
@FEW
@given(k=st.integers(0, 200), back=st.integers(0, 100))
def test_peek_changes_nothing(optimizer: Optimizer, k: int, back: int) -> None:
    objective = OBJECTIVES["explainer"]
    engine = Engine(objective, optimizer, 0.01, objective.start)
    engine.run(k)
    engine.seek(max(0, k - back))
    before, trail, place = frame_of(engine).bits(), engine.trail().tobytes(), (engine.k, engine.newest)
    following = engine.peek()
    assert frame_of(engine).bits() == before
    assert (engine.trail().tobytes(), (engine.k, engine.newest)) == (trail, place)
    engine.step()
    assert engine.w.tobytes() == following.tobytes()


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 63, 64, 65, 100, 500])
def test_a_run_makes_as_many_updates_as_asked(count: int) -> None:
    engine = run_of("explainer", 0.01, 0)
    assert engine.run(count) == count
    assert (engine.k, engine.newest, len(engine.losses)) == (count, count, count + 1)


def test_steps_outside_the_run_cannot_be_seeked() -> None:
    objective = OBJECTIVES["explainer"]
    engine = Engine(objective, SGD, 0.01, objective.start, first=10)
    engine.run(5)
    for k in (9, 16, -1):
        with pytest.raises(ValueError, match=rf"step {k} lies outside 10\.\.15"):
            engine.seek(k)
    assert engine.k == 15


def test_an_engine_goes_on_from_another_ones_memory() -> None:
    objective = OBJECTIVES["explainer"]
    whole = Engine(objective, ADAM, 0.1, objective.start)
    whole.run(30)
    part = Engine(objective, ADAM, 0.1, whole.w, state=whole.state, first=30)
    whole.run(40)
    part.run(40)
    assert frame_of(part).bits() == frame_of(whole).bits()
    part.seek(30)
    whole.seek(30)
    assert frame_of(part).bits() == frame_of(whole).bits()
