"""A function that the user types, as in `--function "(1-x)^2 + 100*(y-x^2)^2"`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gd_tui.errors import InputError
from gd_tui.problems.expression.syntax import parse
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

if TYPE_CHECKING:
    from gd_tui.problems.expression.typed_function import TypedFunction


def build_function(scenario: Scenario, settings: Settings) -> TypedFunction:
    """The function of the scenario. Raises InputError, with the column, for what cannot be read as one."""
    if scenario.function is None:
        raise InputError('the function problem needs one: --function "(1-x)^2 + 100*(y-x^2)^2"')
    parse(scenario.function)  # what is wrong is told before a second is spent on importing sympy

    from gd_tui.problems.expression.typed_function import TypedFunction

    start = np.array(scenario.start) if isinstance(scenario.start, tuple) else None
    try:
        return TypedFunction(scenario.function, start)
    except RecursionError:
        raise InputError("function: it is nested too deep to be derived") from None


PROBLEMS = (
    Problem(
        "function",
        "a function that you type: --function EXPR, with exact derivatives",
        build_function,
        needs="function",
    ),
)
