"""From a scenario to the engines that make its run."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import State, make_optimizer
from gd_tui.engine.schedules import Memory, make_schedule
from gd_tui.engine.tolerance import Tolerance
from gd_tui.errors import InputError
from gd_tui.problems import build_objective, start_weights
from gd_tui.scenario import Scenario
from gd_tui.simulator.branch import Branch, Segment
from gd_tui.simulator.events import Events


def begin(scenario: Scenario) -> Branch:
    """The scenario's run at step 0, with its learning rate spelt out.

    Raises InputError if it names something that does not exist.
    """
    objective = build_objective(scenario)
    check_batch(scenario, objective)
    if scenario.lr is None:
        scenario = msgspec.structs.replace(scenario, lr=objective.default_rate)
    start = start_weights(scenario, objective)
    return Branch(objective, (first_segment(objective, scenario, start),))


def check_batch(scenario: Scenario, objective: Objective) -> None:
    """Raises InputError for mini-batches of an objective that has no rows."""
    if scenario.batch is not None and not objective.rows:
        raise InputError(f"{scenario.problem} has no rows of data, so a batch has nothing to choose from")


def first_segment(objective: Objective, scenario: Scenario, start: Array) -> Segment:
    """A run's first segment, from the weights `start`, shape (d,)."""
    engine = make_engine(objective, scenario, start)
    return Segment(scenario, engine, Events(engine))


def later_segment(
    branch: Branch,
    before: Segment,
    scenario: Scenario,
    *,
    edits: tuple[str, ...],
    moved: Mapping[int, float],
    fresh: bool,
) -> Segment:
    """The segment that takes over from the present step of the one before it.

    The weights `moved` have other values there. The optimizer's memory goes on unless it is `fresh`: arrays that
    the new settings need too are carried over, others begin anew. The schedule's memory goes on if the schedule
    is the same with the same settings.
    """
    old = before.engine
    weights = old.w.copy()
    for i, value in moved.items():
        weights[i] = value
    same_schedule = _schedule_of(scenario) == _schedule_of(before.scenario)
    engine = make_engine(
        branch.objective,
        scenario,
        weights,
        first=old.k,
        old_state={} if fresh else old.state,
        schedule_memory=old.schedule_memory if same_schedule else None,
        tolerance=branch.segments[0].engine.tolerance,
    )
    events = Events(engine, branch.lowest(old.k - 1)[0])
    return Segment(scenario, engine, events, before, edits, dict(moved), fresh)


def make_engine(
    objective: Objective,
    scenario: Scenario,
    weights: Array,
    *,
    first: int = 0,
    old_state: State | None = None,
    schedule_memory: Memory | None = None,
    tolerance: Tolerance | None = None,
) -> Engine:
    """The scenario's engine from these weights, shape (d,), and step `first` on."""
    assert scenario.lr is not None
    optimizer = make_optimizer(scenario.optimizer, scenario.hyperparameters)
    return Engine(
        objective,
        optimizer,
        scenario.lr,
        weights,
        state=carried(optimizer.init(weights), old_state or {}),
        first=first,
        seed=scenario.seed,
        tolerance=tolerance,
        schedule=make_schedule(scenario.schedule, scenario.schedule_settings),
        schedule_memory=schedule_memory,
        clip=scenario.clip,
        batch=scenario.batch,
    )


def carried(fresh: State, old: State) -> State:
    """The fresh memory with the old one's arrays where they have the same name and shape."""
    return {
        name: old[name] if name in old and old[name].shape == array.shape else array for name, array in fresh.items()
    }


def _schedule_of(scenario: Scenario) -> tuple[object, ...]:
    return scenario.schedule, scenario.schedule_settings
