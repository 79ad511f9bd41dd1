"""The table of problems: every family of objectives, one file each."""

from __future__ import annotations

from math import isfinite

import numpy as np

from gd_tui.engine.objective import Array, Objective
from gd_tui.errors import InputError, unknown
from gd_tui.problems import classification, expression, module, network, regression, surfaces, worked_example
from gd_tui.problems.table import Problem
from gd_tui.scenario import Scenario

PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for family in (worked_example, regression, classification, network, surfaces, expression, module)
    for problem in family.PROBLEMS
}


def build_objective(scenario: Scenario) -> Objective:
    """The objective of a scenario. Raises InputError for a wrong name, setting, or table."""
    if scenario.problem not in PROBLEMS:
        raise unknown("problem", scenario.problem, PROBLEMS)
    problem = PROBLEMS[scenario.problem]
    for name, value in scenario.settings.items():
        if name not in problem.settings:
            raise _wrong_setting(problem, name)
        if not all(isfinite(v) for v in (value if isinstance(value, tuple) else (value,))):
            raise InputError(f"{problem.name}: {name} must be finite")
    if scenario.data is not None and problem.needs != "data":
        raise InputError(f"{problem.name} has numbers of its own and takes no --data; try `linear`")
    return problem.build(scenario, dict(problem.settings) | scenario.settings)


def _wrong_setting(problem: Problem, name: str) -> InputError:
    if problem.settings:
        return unknown(f"setting of {problem.name}", name, problem.settings)
    return InputError(f"{problem.name} has no setting {name!r}: it has none at all")


def start_weights(scenario: Scenario, objective: Objective) -> Array:
    """Where the scenario begins, shape (d,). Raises InputError if the number of weights is wrong."""
    if scenario.start is None:
        return objective.start.copy()
    if scenario.start == "zeros":
        return np.zeros(len(objective.names))
    if scenario.start == "random":
        return objective.random_start(np.random.default_rng(scenario.seed))
    given = np.array(scenario.start, dtype=np.float64)
    if len(given) != len(objective.names):
        names = ", ".join(objective.names[:8]) + (", ..." if len(objective.names) > 8 else "")
        raise InputError(
            f"{scenario.problem} has {len(objective.names)} weights ({names}), but start gives {len(given)}"
        )
    return given
