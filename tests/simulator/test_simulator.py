"""Edits at any step, undo and redo, snapshots that stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from gd_tui.engine.engine import Status
from gd_tui.engine.objective import Array
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator, Snapshot

from ..engine.cases import SCENARIOS


def at(k: int, **scenario: object) -> Simulator:
    """A run of the worked example that stands at step k."""
    simulator = Simulator(Scenario(**scenario))  # type: ignore[arg-type]
    simulator.step(k)
    return simulator


def bits(snapshot: Snapshot) -> dict[str, object]:
    """Every value of a snapshot in a form that compares; arrays by their bytes."""
    fields = {name: getattr(snapshot, name) for name in snapshot.__dataclass_fields__ if name != "_branch"}
    return {
        name: value.tobytes() if isinstance(value, np.ndarray) else repr(value)
        for name, value in fields.items()
        if name != "run"
    }


def test_a_rate_edit_keeps_the_momentum() -> None:
    simulator = at(20, optimizer="momentum", lr=0.01)
    velocity = simulator.engine.state["velocity"].copy()
    gradient, before = simulator.engine.gradient.copy(), simulator.engine.w.copy()
    simulator.set_rate(0.02)
    assert simulator.engine.state["velocity"].tobytes() == velocity.tobytes()
    simulator.step()
    np.testing.assert_allclose(simulator.engine.w, before - 0.02 * (0.9 * velocity + gradient), rtol=1e-14)


def test_a_weight_edit_keeps_the_momentum_and_the_other_weights() -> None:
    simulator = at(20, optimizer="adam", lr=0.1)
    before = simulator.engine.w.copy()
    state = {name: array.copy() for name, array in simulator.engine.state.items()}
    simulator.set_weight(2, -7.5)
    assert simulator.engine.w.tolist() == [*before[:2].tolist(), -7.5, *before[3:].tolist()]
    assert all((simulator.engine.state[name] == state[name]).all() for name in state)
    assert simulator.snapshot().loss != at(20, optimizer="adam", lr=0.1).snapshot().loss


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adam"])
def test_another_optimizer_begins_afresh(name: str) -> None:
    simulator = at(20, optimizer="momentum", lr=0.01)
    simulator.set_optimizer(name)
    fresh = Simulator(Scenario(optimizer=name, lr=0.01, start=tuple(simulator.engine.w.tolist())))
    for _ in range(3):
        assert {k: v.tobytes() for k, v in simulator.engine.state.items()} == {
            k: v.tobytes() for k, v in fresh.engine.state.items()
        }
        simulator.step()
        fresh.step()
        assert simulator.engine.w.tobytes() == fresh.engine.w.tobytes()


def test_hyperparameters_of_an_optimizer_edit_count() -> None:
    simulator = at(3, lr=0.01)
    simulator.set_optimizer("sgd", {"momentum": 0.5})
    simulator.step(2)
    assert "velocity" in simulator.engine.state
    assert simulator.scenario.hyperparameters == {"momentum": 0.5}


EDITS: dict[str, Callable[[Simulator], object]] = {
    "rate": lambda s: s.set_rate(0.02),
    "weight": lambda s: s.set_weight(1, 3.0),
    "optimizer": lambda s: s.set_optimizer("adam"),
    "reset": lambda s: s.reset(),
    "reseed": lambda s: s.reset(new_seed=True),
    "problem": lambda s: s.open_problem("rosenbrock"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("k", [0, 1, 40, 70])
def test_undo_and_redo_bring_back_every_bit(edit: Callable[[Simulator], object], k: int) -> None:
    simulator = at(70, optimizer="momentum", lr=0.01)
    simulator.seek(k)
    before = bits(simulator.snapshot())
    edit(simulator)
    after = bits(simulator.snapshot())
    assert simulator.newest == simulator.k
    simulator.step(15)
    further = bits(simulator.snapshot())
    assert simulator.undo()
    assert bits(simulator.snapshot()) == before
    simulator.seek(70)
    assert simulator.redo()
    assert bits(simulator.snapshot()) == further
    simulator.back(15)
    simulator.undo()
    simulator.redo()
    assert simulator.k == k or simulator.k == 0
    assert {**bits(simulator.snapshot()), "newest": ""} == {**after, "newest": ""}
    assert not simulator.redo()


def test_nothing_to_undo() -> None:
    simulator = at(3)
    assert not simulator.undo()
    assert not simulator.redo()
    assert simulator.k == 3


def test_a_new_edit_ends_what_could_be_redone() -> None:
    simulator = at(3)
    simulator.set_rate(0.1)
    simulator.undo()
    simulator.set_rate(0.15)
    assert not simulator.redo()
    assert simulator.engine.lr == 0.15


def test_an_edit_in_the_past_keeps_rate_and_optimizer_of_that_step() -> None:
    simulator = at(10, lr=0.05)
    simulator.set_rate(0.1)
    simulator.step(5)
    simulator.set_optimizer("adam")
    simulator.step(5)
    for k, lr, optimizer in ((5, 0.05, "sgd"), (12, 0.1, "sgd"), (17, 0.1, "adam")):
        simulator.seek(k)
        assert (simulator.scenario.optimizer, simulator.scenario.lr, simulator.engine.lr) == (
            optimizer,
            lr,
            lr,
        )
        shown = simulator.snapshot()
        assert (shown.scenario.optimizer, shown.lr) == (optimizer, lr)
        simulator.set_weight(0, 1.0)
        assert (simulator.scenario.optimizer, simulator.engine.lr) == (optimizer, lr)
        assert simulator.newest == k
        simulator.step(2)
        simulator.undo()
    simulator.seek(5)
    simulator.set_rate(0.01)
    simulator.step(3)
    assert simulator.engine.state == {}


def test_moving_the_start_moves_what_convergence_is_measured_by() -> None:
    simulator = Simulator(SCENARIOS["linear-hubble"])
    simulator.set_weight(0, 1e9)
    assert simulator.scenario.start == (1e9, 0.0)
    fresh = Simulator(simulator.scenario)
    assert simulator.engine.tolerance.norm == fresh.engine.tolerance.norm
    simulator.step(3)
    simulator.set_weight(0, 0.0)
    assert simulator.engine.tolerance.norm == fresh.engine.tolerance.norm
    assert simulator.scenario.start == (1e9, 0.0)


def test_change_and_trail_across_an_edit_of_a_weight() -> None:
    simulator = at(5, lr=0.05)
    fourth = at(4, lr=0.05).snapshot()
    simulator.set_weight(0, 9.0)
    shown = simulator.snapshot()
    assert shown.change is not None
    assert shown.change[0] == 9.0 - fourth.weights[0]
    assert shown.loss_change == shown.loss - fourth.loss
    assert len(shown.trail) == 5
    assert shown.trail[-1] == fourth.weights[0]
    simulator.step()
    assert simulator.snapshot().trail[-1] == 9.0
    simulator.seek(0)
    first = simulator.snapshot()
    assert (first.change, first.loss_change, len(first.trail)) == (None, None, 0)


def test_lowest_is_of_the_run_as_it_went() -> None:
    simulator = at(50, lr=0.05)
    low = simulator.snapshot()
    assert (low.lowest, low.lowest_at) == (low.loss, 50)
    simulator.set_weight(0, -1000.0)
    simulator.step()
    shown, before = simulator.snapshot(), at(49, lr=0.05).snapshot()
    assert (shown.lowest, shown.lowest_at) == (before.loss, 49), "step 50 is now the one with w1 = -1000"
    simulator.seek(20)
    assert simulator.snapshot().lowest_at == 20


def test_history_runs_through_the_edits() -> None:
    simulator = at(30, lr=0.05)
    simulator.set_rate(0.1)
    simulator.step(30)
    simulator.set_weight(0, -100.0)
    simulator.step(30)
    steps, losses = simulator.snapshot().history(0, 10**6, 1000)
    assert steps.tolist() == list(range(91))
    for k in range(91):
        simulator.seek(k)
        assert losses[k] == simulator.engine.loss
    steps, losses = simulator.snapshot().history(0, 90, 12)
    assert len(steps) <= 30
    assert (np.diff(steps) >= 0).all()
    simulator.seek(60)
    assert simulator.engine.loss in losses, "the peak that the edit made"
    assert simulator.snapshot().history(29, 31, 50)[0].tolist() == [29, 30, 31]


def test_an_old_snapshot_stays_as_it_was() -> None:
    simulator = at(40, optimizer="adam", lr=0.1)
    shown = simulator.snapshot(2)
    xs = np.linspace(-5, 30, 9)

    def all_of_it() -> tuple[object, ...]:
        steps, losses = shown.history(0, 10**9, 7)
        return bits(shown), steps.tobytes(), losses.tobytes(), shown.slice(2, xs).tobytes()

    before = all_of_it()
    simulator.step(5000)
    assert all_of_it() == before
    simulator.seek(3)
    simulator.set_rate(0.3)
    simulator.step(100)
    assert all_of_it() == before
    simulator.open_problem("bowl")
    simulator.step(10)
    assert all_of_it() == before


def test_a_snapshot_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        at(1).snapshot().k = 7  # type: ignore[misc]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_snapshot_of_every_problem(name: str) -> None:
    simulator = Simulator(SCENARIOS[name])
    for k in (0, 1, 50):
        simulator.goto(k)
        for i in range(len(simulator.names)):
            shown = simulator.snapshot(i)
            assert shown.selected == i
            assert shown.terms[-1].value == shown.next_weights[i]
            assert shown.trail.shape == (min(k, 32),)
        assert shown.gradient_norm == pytest.approx(np.linalg.norm(shown.gradient), rel=1e-12)
        assert shown.start.tobytes() == simulator.branch.objective.start.tobytes()
        following = shown.next_weights
        if simulator.step():
            assert simulator.engine.w.tobytes() == following.tobytes()
            simulator.back()


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("size", [1e155, -1e200, 1e308, 1e-308])
def test_a_snapshot_of_extreme_weights_raises_no_warning(name: str, optimizer: str, size: float) -> None:
    count = len(Simulator(SCENARIOS[name]).names)
    scenario = {field: getattr(SCENARIOS[name], field) for field in SCENARIOS[name].__struct_fields__}
    simulator = Simulator(Scenario(**{**scenario, "start": (size,) * count, "optimizer": optimizer}))
    for _ in range(2):
        shown = simulator.snapshot(count - 1)
        shown.slice(count - 1, np.linspace(-1, 1, 5))
        shown.history(0, 5, 1)
        simulator.step(3)


def test_divergence_is_a_value_with_a_reason() -> None:
    simulator = at(5000, lr=2.0)
    shown = simulator.snapshot()
    assert shown.status is Status.DIVERGED
    assert shown.reason == "loss is inf"
    assert simulator.step() == simulator.run(5) == 0
    assert simulator.back(3) == 3
    assert simulator.snapshot().reason == ""
    assert simulator.step(10) == 3
    simulator.goto(10**9)
    assert simulator.k == shown.k


def test_an_edit_brings_a_diverged_run_back_to_life() -> None:
    simulator = at(5000, lr=2.0)
    end = simulator.k
    for i in range(5):
        simulator.set_weight(i, 1.0)
    simulator.set_rate(0.05)
    assert simulator.status is Status.ACTIVE
    assert simulator.step(10) == 10
    simulator.seek(end - 1)
    assert simulator.step(5) == 5
    assert simulator.k == end + 4


def test_run_stops_at_convergence_and_step_does_not() -> None:
    simulator = Simulator(Scenario(lr=0.19))
    assert simulator.run(10_000) == 247
    assert simulator.snapshot().status is Status.CONVERGED
    assert simulator.snapshot().reason == "loss < 1e-15"
    assert simulator.run(10) == 0
    assert simulator.step(10) == 10
    simulator.seek(0)
    assert simulator.run(10_000) == 247
    line = Simulator(Scenario(problem="line"))
    line.run(1000)
    assert line.snapshot().reason.startswith("|gradient| <= 1.5e-08")


def test_back_and_goto() -> None:
    simulator = at(10)
    assert simulator.back(4) == 4
    assert simulator.back(100) == 6
    assert simulator.back() == 0
    simulator.goto(25)
    assert (simulator.k, simulator.newest) == (25, 25)
    simulator.goto(5)
    assert (simulator.k, simulator.newest) == (5, 25)
    for k in (-1, 26):
        with pytest.raises(InputError, match="steps 0 to 25 were made"):
            simulator.seek(k)
    assert simulator.k == 5


def test_a_notch_is_a_tenth_of_a_decade() -> None:
    simulator = at(0, lr=0.05)
    assert simulator.nudge_rate(1) == 0.0629
    assert simulator.nudge_rate(-1) == 0.05
    assert simulator.nudge_rate(10) == 0.5
    assert simulator.nudge_rate(-20) == 0.005


def test_a_reset_with_a_new_seed_draws_new_weights() -> None:
    simulator = at(7)
    drawn: list[Array] = []
    for seed in (1, 2):
        simulator.reset(new_seed=True)
        assert (simulator.k, simulator.scenario.seed, simulator.scenario.start) == (0, seed, "random")
        drawn.append(simulator.engine.w.copy())
        assert Simulator(simulator.scenario).engine.w.tobytes() == drawn[-1].tobytes()
    assert (drawn[0] != drawn[1]).all()
    simulator.step(3)
    simulator.reset()
    assert simulator.engine.w.tobytes() == drawn[1].tobytes()


WRONG: dict[str, Callable[[Simulator], object]] = {
    "problem": lambda s: s.open(Scenario(problem="explainr")),
    "optimizer": lambda s: s.open(Scenario(optimizer="sgdd")),
    "data": lambda s: s.open(Scenario(problem="linear", data="no-such-table")),
    "start": lambda s: s.open(Scenario(start=(1.0, 2.0))),
    "open-problem": lambda s: s.open_problem("explainr"),
    "set-optimizer": lambda s: s.set_optimizer("sgdd"),
    "hyperparameter": lambda s: s.set_optimizer("adam", {"beta3": 0.5}),
    "rate": lambda s: s.set_rate(0.0),
    "negative-rate": lambda s: s.set_rate(-1.0),
    "nan-rate": lambda s: s.set_rate(float("nan")),
    "weight": lambda s: s.set_weight(0, float("inf")),
}


@pytest.mark.parametrize("mistake", WRONG.values(), ids=WRONG)
def test_a_mistake_loses_nothing(mistake: Callable[[Simulator], object]) -> None:
    simulator = at(12)
    simulator.set_rate(0.1)
    simulator.step(3)
    simulator.undo()
    before, run = bits(simulator.snapshot()), simulator.snapshot().run
    with pytest.raises(ValueError, match=r".") as error:
        mistake(simulator)
    assert "\n" not in str(error.value)
    assert bits(simulator.snapshot()) == before
    assert simulator.snapshot().run == run
    assert simulator.redo(), "what could be redone still can"


def test_another_problem_comes_with_its_own_rate_and_start() -> None:
    simulator = at(5, lr=0.19, optimizer="adam", seed=3)
    simulator.open_problem("rosenbrock")
    scenario = simulator.scenario
    assert (scenario.optimizer, scenario.seed, scenario.lr, simulator.k) == ("adam", 3, 0.002, 0)
    assert simulator.engine.w.tolist() == [-1.2, 1.0]
    assert simulator.undo()
    assert (simulator.scenario.problem, simulator.k) == ("explainer", 5)
