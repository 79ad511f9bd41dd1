"""Edits of every kind at any step: what goes on, what begins afresh, ghosts, undo, and what belongs to a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gd_tui.engine.schedules import make_schedule
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.simulator.events import Event

BASE = Scenario(optimizer="momentum", lr=0.02, batch=3, seed=1)
EDITS: dict[str, Callable[[Simulator], object]] = {
    "rate": lambda s: s.set_rate(0.01),
    "weight": lambda s: s.set_weight(1, 3.0),
    "optimizer": lambda s: s.set_optimizer("adam"),
    "hyperparameter": lambda s: s.set_setting("momentum", 0.5),
    "switch": lambda s: s.set_setting("nesterov", True),
    "schedule": lambda s: s.set_schedule("cosine"),
    "batch": lambda s: s.set_batch(2),
    "all-rows": lambda s: s.set_batch(None),
    "seed": lambda s: s.set_seed(9),
}
COMMANDS = {
    "rate": "lr 0.01",
    "weight": "w w2 3",
    "optimizer": "optimizer adam",
    "hyperparameter": "set momentum 0.5",
    "switch": "set nesterov true",
    "schedule": "schedule cosine",
    "batch": "batch 2",
    "all-rows": "batch all",
    "seed": "seed 9",
}


def at(k: int, scenario: Scenario = BASE) -> Simulator:
    simulator = Simulator(scenario)
    simulator.step(k)
    return simulator


def state_of(simulator: Simulator) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in simulator.engine.state.items()}


def course(simulator: Simulator) -> list[bytes]:
    """The weights of every step."""
    stood, weights = simulator.k, []
    for k in range(simulator.newest + 1):
        simulator.seek(k)
        weights.append(simulator.engine.w.tobytes())
    simulator.seek(stood)
    return weights


@pytest.mark.parametrize("name", EDITS)
def test_at_step_0_an_edit_is_another_scenario(name: str) -> None:
    simulator = Simulator(BASE)
    EDITS[name](simulator)
    fresh = Simulator(simulator.scenario)
    for one in (simulator, fresh):
        one.step(40)
    assert course(simulator) == course(fresh)
    assert simulator.segment.edits == ()
    assert simulator.scenario != BASE


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("k", [1, 7, 40])
def test_an_edit_leaves_the_past_alone_and_the_future_as_a_ghost(name: str, k: int) -> None:
    simulator = at(40)
    before = course(simulator)
    simulator.seek(k)
    EDITS[name](simulator)
    assert (simulator.k, simulator.newest) == (k, k)
    assert simulator.segment.edits == (COMMANDS[name],)
    assert Event.EDIT in simulator.snapshot().event
    assert [ghost.first for ghost in simulator.ghosts] == ([k] if k < 40 else [])
    simulator.step(20)
    assert course(simulator)[:k] == before[:k]
    ghosts = simulator.snapshot().ghosts(0, 10**9, 10**6)
    assert [(xs[0], xs[-1]) for xs, _ in ghosts] == ([(k, 40)] if k < 40 else [])
    assert simulator.undo()
    assert course(simulator) == before
    assert simulator.ghosts == ()
    assert simulator.redo()
    assert len(simulator.ghosts) == (k < 40)


@pytest.mark.parametrize("name", sorted(set(EDITS) - {"optimizer"}))
def test_the_optimizers_memory_outlives_every_edit_but_that_of_the_optimizer(name: str) -> None:
    simulator = at(20)
    before = state_of(simulator)
    EDITS[name](simulator)
    assert state_of(simulator) == before
    simulator.set_optimizer("momentum")
    assert not np.frombuffer(state_of(simulator)["velocity"]).any()


def test_memory_that_a_setting_needs_anew_begins_anew_and_the_rest_stays() -> None:
    simulator = at(20, Scenario(optimizer="adam", lr=0.1))
    before = state_of(simulator)
    simulator.set_setting("amsgrad", True)
    after = state_of(simulator)
    assert {name: after[name] for name in before} == before
    (new,) = set(after) - set(before)
    assert not np.frombuffer(after[new]).any()
    simulator.step(3)
    simulator.set_setting("amsgrad", False)
    assert set(state_of(simulator)) == set(before)


def test_a_schedules_clock_is_the_step_and_its_memory_stays_while_it_is_the_same() -> None:
    simulator = at(30, Scenario(schedule="plateau", schedule_settings={"patience": 2.0}, lr=0.3))
    memory = {name: array.tobytes() for name, array in simulator.engine.schedule_memory.items()}
    for edit in (EDITS["rate"], EDITS["weight"], EDITS["optimizer"]):
        edit(simulator)
        assert {name: array.tobytes() for name, array in simulator.engine.schedule_memory.items()} == memory
    simulator.set_setting("patience", 3.0)
    fresh = make_schedule("plateau", {"patience": 3.0}).init()
    assert {n: a.tobytes() for n, a in simulator.engine.schedule_memory.items()} == {
        name: array.tobytes() for name, array in fresh.items()
    }
    simulator = at(30, Scenario(lr=0.3))
    simulator.set_schedule("inverse-sqrt")
    assert simulator.engine.rate == 0.3 / np.sqrt(31)


def test_several_edits_at_a_step_are_one_part_and_the_last_word_on_a_thing_counts() -> None:
    simulator = at(20)
    simulator.set_rate(0.5)
    simulator.set_rate(0.01)
    simulator.set_weight(0, 1.0)
    simulator.set_weight(1, 2.0)
    simulator.set_weight(1, 3.0)
    simulator.set_setting("momentum", 0.8)
    simulator.set_setting("momentum", 0.5)
    assert simulator.segment.edits == ("lr 0.01", "w w1 1", "w w2 3", "set momentum 0.5")
    assert len(simulator.branch.segments) == 2
    assert simulator.engine.w[:2].tolist() == [1.0, 3.0]
    once = at(20)
    once.set_weight(1, 3.0)
    once.set_weight(0, 1.0)
    once.set_setting("momentum", 0.5)
    once.set_rate(0.01)
    for one in (simulator, once):
        one.step(30)
    assert course(simulator) == course(once)
    for expected in (2, 2, 2, 2, 2, 2, 1):
        simulator.undo()
        assert len(simulator.branch.segments) == expected
    assert not simulator.undo()


def test_a_weight_moved_and_an_optimizer_begun_at_the_same_step() -> None:
    first, last = at(20), at(20)
    first.set_weight(0, 1.0)
    first.set_optimizer("rprop")
    last.set_optimizer("rprop")
    last.set_weight(0, 1.0)
    for one in (first, last):
        one.step(10)
    assert course(first) == course(last)


def test_ghosts_of_ghosts_and_dropping_them() -> None:
    simulator = at(30)
    for k, lr in ((20, 0.01), (25, 0.03), (10, 0.02)):
        simulator.goto(k)
        simulator.set_rate(lr)
        simulator.step(10)
    assert [(ghost.first, ghost.branch.newest) for ghost in simulator.ghosts] == [(20, 30), (25, 30), (10, 35)]
    assert simulator.drop_ghosts() == 3
    assert simulator.drop_ghosts() == 0
    simulator.undo()
    assert [ghost.first for ghost in simulator.ghosts] == [20, 25]
    simulator.redo()
    assert simulator.ghosts == (), "dropped is dropped"


def test_a_snapshot_shows_the_last_ghosts_within_its_window() -> None:
    simulator = at(30)
    for k in (28, 26, 24, 22):
        simulator.seek(k)
        simulator.nudge_rate(1)
        simulator.step(8)
    assert len(simulator.ghosts) == 4
    shown = simulator.snapshot().ghosts(0, 10**9, 100)
    assert [xs[0] for xs, _ in shown] == [26, 24, 22]
    assert [xs.tolist() for xs, _ in simulator.snapshot().ghosts(25, 27, 100)] == [[26, 27], [25, 26, 27], [25, 26, 27]]


WRONG: dict[str, tuple[Callable[[Simulator], object], str]] = {
    "hyperparameter": (lambda s: s.set_setting("beta1", 0.5), "unknown setting of momentum and of the schedule"),
    "value": (lambda s: s.set_setting("momentum", -1.0), "momentum"),
    "list": (lambda s: s.set_setting("momentum", (0.1, 0.2)), "momentum must be one value, not a list"),
    "schedule": (lambda s: s.set_schedule("cosin"), "did you mean cosine"),
    "seed": (lambda s: s.set_seed(-1), "the seed must be 0 or above"),
    "batch": (lambda s: s.set_batch(0), "batch must be 1 or more"),
    "rival": (lambda s: s.compare("adem"), "did you mean adam"),
    "rival-rate": (lambda s: s.compare("adam", -1.0), "the learning rate must be"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_changes_nothing(name: str) -> None:
    simulator = at(12)
    simulator.set_rate(0.01)
    simulator.undo()
    before = simulator.position(), simulator.version, course(simulator)
    mistake, message = WRONG[name]
    with pytest.raises(InputError, match=message):
        mistake(simulator)
    after = simulator.position()
    assert (after.branch, after.k, after.ghosts, after.rivals) == (
        before[0].branch,
        before[0].k,
        before[0].ghosts,
        before[0].rivals,
    )
    assert (simulator.version, course(simulator)) == before[1:]
    assert simulator.redo()


# Runs compared with


def test_a_rival_is_the_run_that_its_scenario_makes() -> None:
    simulator = Simulator(Scenario(lr=0.05))
    simulator.set_weight(0, 9.0)
    simulator.step(30)
    simulator.set_rate(0.1)
    rival = simulator.compare("adam", 0.2)
    simulator.step(5)
    fresh = Simulator(Scenario(optimizer="adam", lr=0.2, start=(9.0, 3.6, 1.5, 0.7, 0.1)))
    fresh.step(35)
    assert rival.engine.w.tobytes() == fresh.engine.w.tobytes()
    assert simulator.snapshot().rivals == (("adam lr 0.2", fresh.engine.loss),)
    simulator.seek(7)
    fresh.seek(7)
    assert simulator.snapshot().rivals == (("adam lr 0.2", fresh.engine.loss),)


def test_rivals_by_their_names() -> None:
    simulator = at(5)
    for name, lr in (("adam", None), ("sgd", 0.1), ("adam", 0.02), ("adam", 0.3)):
        simulator.compare(name, lr)
    assert [label for label, _ in simulator.snapshot().rivals] == ["sgd lr 0.1", "adam lr 0.02", "adam lr 0.3"]
    simulator.compare_none()
    assert simulator.snapshot().rivals == ()


def test_a_rival_that_diverges_has_no_loss_from_there_on() -> None:
    simulator = at(600, Scenario(lr=0.01))
    rival = simulator.compare("sgd", 20.0)
    simulator.step(1)
    assert rival.branch.newest < 601
    ((_, loss),) = simulator.snapshot().rivals
    assert np.isnan(loss)
    ((_, xs, _),) = simulator.snapshot().rival_histories(0, 601, 50)
    assert xs[-1] == rival.branch.newest


# Breakpoints and marks


def noted(simulator: Simulator) -> tuple[list[str], dict[str, int]]:
    return [condition.text for condition in simulator.breakpoints.values()], simulator.marks


LEAVES_NOTES: dict[str, Callable[[Simulator], Any]] = {
    **EDITS,
    "reset": lambda s: s.reset(),
    "reseed": lambda s: s.reset(new_seed=True),
    "undo": lambda s: s.undo(),
    "redo": lambda s: (s.undo(), s.redo()),
}


@pytest.mark.parametrize("name", LEAVES_NOTES)
def test_breakpoints_and_marks_outlive_what_is_done_to_a_run(name: str) -> None:
    simulator = at(10)
    simulator.set_rate(0.03)
    simulator.add_breakpoint(simulator.condition("w5 > 1"))
    simulator.marks["here"] = 10
    LEAVES_NOTES[name](simulator)
    assert noted(simulator) == (["w5 > 1"], {"here": 10})


def test_every_problem_has_its_own() -> None:
    simulator = Simulator(Scenario(problem="bowl"))
    simulator.add_breakpoint(simulator.condition("y < 1"))
    simulator.marks["there"] = 0
    simulator.open_problem("explainer")
    assert noted(simulator) == ([], {})
    simulator.add_breakpoint(simulator.condition("w5 > 1"))
    simulator.marks["here"] = 3
    simulator.undo()
    assert noted(simulator) == (["y < 1"], {"there": 0})
    assert simulator.run(5) > 0
    simulator.marks["more"] = 1
    simulator.redo()
    assert noted(simulator) == (["w5 > 1"], {"here": 3})
    simulator.run(5)
    assert simulator.stopped == "breakpoint 1: w5 > 1"
    simulator.undo()
    assert noted(simulator) == (["y < 1"], {"there": 0, "more": 1})
