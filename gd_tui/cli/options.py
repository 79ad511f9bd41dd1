"""The options that every front end shares, and the Scenario that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from gd_tui.errors import InputError
from gd_tui.scenario import DEFAULT_PROBLEM, Scenario

if TYPE_CHECKING:
    from gd_tui.simulator import Simulator

F = TypeVar("F", bound=Callable[..., Any])


def _names(table: Callable[[], Sequence[str]]) -> Callable[..., list[CompletionItem]]:
    """Completion from a table that is not imported before somebody presses Tab."""
    return lambda context, parameter, begun: [CompletionItem(n) for n in table() if n.startswith(begun)]


def _problems() -> Sequence[str]:
    from gd_tui.problems import PROBLEMS

    return list(PROBLEMS)


def _optimizers() -> Sequence[str]:
    from gd_tui.engine.optimizers import OPTIMIZERS

    return list(OPTIMIZERS)


def _complete_data(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from gd_tui.table import datasets

    shipped = [CompletionItem(name) for name in datasets() if name.startswith(begun)]
    return [*shipped, CompletionItem(begun, "file")]


OPTIONS = (
    click.argument("problem", required=False, shell_complete=_names(_problems)),
    click.option("--data", metavar="NAME|FILE.csv", shell_complete=_complete_data,
                 help="A table to learn from (see `gd-tui list datasets`); implies the problem linear."),
    click.option("--target", metavar="COLUMN", help="The column to predict (the last one)."),
    click.option("--features", metavar="A,B,...",
                 help="The columns to predict it from (the other columns of numbers)."),
    click.option("--standardize/--raw", default=False,
                 help="Scale features to mean 0 and deviation 1, or not (raw)."),
    click.option("--drop-missing", is_flag=True, help="Leave out rows that lack a value."),
    click.option("--no-bias", is_flag=True, help="A linear model without the bias b."),
    click.option("--problem-set", "settings", metavar="NAME=VALUE", multiple=True,
                 help="A setting of the problem, as in k=100; see `gd-tui list problems`."),
    click.option("--optimizer", metavar="NAME", default="sgd", shell_complete=_names(_optimizers),
                 help="The update rule (sgd); see `gd-tui list optimizers`."),
    click.option("--lr", type=float, metavar="X", help="The learning rate (the problem's own)."),
    click.option("--set", "hyperparameters", metavar="NAME=VALUE", multiple=True,
                 help="A hyperparameter of the optimizer, as in momentum=0.9 or nesterov=true."),
    click.option("--start", metavar="V,V,...|zeros|random", help="The first weights (the problem's own)."),
    click.option("--seed", type=int, metavar="N", default=0, help="What random weights are drawn from (0)."),
)


def scenario_options(command: F) -> F:
    """Give a command the argument PROBLEM and every option of the scenario."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def read_simulator(**words: Any) -> Simulator:
    """The run that the options describe, at step 0. Raises InputError if there is no such run."""
    import numpy as np

    from gd_tui.simulator import Simulator

    with np.errstate(all="ignore"):
        return Simulator(read_scenario(**words))


def read_scenario(
    *,
    problem: str | None,
    data: str | None,
    target: str | None,
    features: str | None,
    standardize: bool,
    drop_missing: bool,
    no_bias: bool,
    settings: Sequence[str],
    optimizer: str,
    lr: float | None,
    hyperparameters: Sequence[str],
    start: str | None,
    seed: int,
) -> Scenario:
    """The scenario that the options describe. Raises InputError for what cannot be read as one."""
    from gd_tui.table import parse_column_list

    problem = problem or (DEFAULT_PROBLEM if data is None else "linear")
    about_data = {"--target": target, "--features": features, "--standardize": standardize,
                  "--drop-missing": drop_missing, "--no-bias": no_bias}
    idle = [option for option, value in about_data.items() if value]
    if data is None and idle:
        raise InputError(f"{idle[0]} is about a table: name one with --data (see `gd-tui list datasets`)")
    return Scenario(
        problem=problem,
        settings=dict(_setting(problem, text) for text in settings),
        data=data,
        target=target,
        features=() if features is None else tuple(parse_column_list(features)),
        standardize=standardize,
        drop_missing=drop_missing,
        bias=not no_bias,
        optimizer=optimizer,
        hyperparameters=dict(_hyperparameter(text) for text in hyperparameters),
        lr=lr,
        start=_start(start),
        seed=seed,
    )


def _start(text: str | None) -> str | tuple[float, ...] | None:
    if text is None or text in ("zeros", "random"):
        return text
    return _numbers(text, "--start", "finite numbers with commas between, zeros or random")


def _setting(problem: str, text: str) -> tuple[str, float | tuple[float, ...]]:
    """A number or a list of numbers, whichever the problem's own value is."""
    from gd_tui.problems import PROBLEMS

    name, value = _pair("--problem-set", text, "k=10 or x=1,2,3")
    numbers = _numbers(value, f"--problem-set {name}", "a finite number, or several with commas between")
    is_list = problem in PROBLEMS and isinstance(PROBLEMS[problem].settings.get(name), tuple)
    return name, numbers if is_list or len(numbers) > 1 else numbers[0]


def _hyperparameter(text: str) -> tuple[str, float | bool]:
    name, value = _pair("--set", text, "momentum=0.9 or nesterov=true")
    if value in ("true", "false"):
        return name, value == "true"
    numbers = _numbers(value, f"--set {name}", "a finite number, true or false")
    if len(numbers) > 1:
        raise InputError(f"--set {name}: expected one number, got {value!r}")
    return name, numbers[0]


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise InputError(f"{option}: expected NAME=VALUE as in {example}, got {text!r}")
    return name.strip(), value.strip()


def _numbers(text: str, option: str, expected: str) -> tuple[float, ...]:
    """The finite numbers between the commas. Raises InputError that says what was expected."""
    from gd_tui.commands import real_number

    try:
        return tuple(real_number(word, option) for word in text.split(","))
    except InputError:
        raise InputError(f"{option}: expected {expected}, got {text!r}") from None
