"""`gd-tui check`: the gradient at the start against differences of the loss."""

from __future__ import annotations

import click

from gd_tui.scenario import Scenario


def print_check(scenario: Scenario) -> int:
    """Check the gradient at the scenario's start; returns 1 if a component is wrong, else 0.

    Raises InputError if the scenario describes no problem.
    """
    import numpy as np

    from gd_tui.checking import report
    from gd_tui.problems import build_objective, start_weights

    with np.errstate(all="ignore"):
        objective = build_objective(scenario)
        lines, is_right = report(scenario, objective, start_weights(scenario, objective))
    for line in lines:
        click.echo(line)
    return 0 if is_right else 1
