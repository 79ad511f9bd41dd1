"""The options that every front end shares, and the Scenario that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from gd_tui.errors import InputError
from gd_tui.scenario import DEFAULT_PROBLEM, Scenario, from_toml

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


def _schedules() -> Sequence[str]:
    from gd_tui.engine.schedules import SCHEDULES

    return list(SCHEDULES)


def _losses() -> Sequence[str]:
    from gd_tui.engine.losses import LOSSES

    return list(LOSSES)


def _complete_data(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from gd_tui.table import datasets

    shipped = [CompletionItem(name) for name in datasets() if name.startswith(begun)]
    return [*shipped, CompletionItem(begun, "file")]


def _sessions() -> Sequence[str]:
    from gd_tui.session import Shelf

    return Shelf().names()


complete_session = _names(_sessions)


def _flag(*names: str, **words: Any) -> Callable[[F], F]:
    """A switch that is None when it is left out, so that a scenario file has its say."""
    return click.option(*names, is_flag=True, default=None, **words)


OPTIONS = (
    click.argument("problem", required=False, shell_complete=_names(_problems)),
    click.option(
        "--scenario",
        metavar="FILE.toml",
        help="Take all of these from a file (TOML, or a saved session); options beside it win.",
    ),
    click.option(
        "--data",
        metavar="NAME|FILE.csv",
        shell_complete=_complete_data,
        help="A table to learn from (see `gd-tui list datasets`); implies the problem linear.",
    ),
    click.option("--target", metavar="COLUMN", help="The column to predict (the last one)."),
    click.option(
        "--features", metavar="A,B,...", help="The columns to predict it from (the other columns of numbers)."
    ),
    click.option("--standardize/--raw", default=None, help="Scale features to mean 0 and deviation 1, or not (raw)."),
    _flag("--drop-missing", help="Leave out rows that lack a value."),
    click.option("--positive", metavar="LABEL", help="Which of two classes is 1 (the last in order)."),
    click.option("--degree", type=int, metavar="N", help="Of a polynomial (2)."),
    click.option(
        "--loss",
        metavar="NAME",
        shell_complete=_names(_losses),
        help="The loss of a row (the problem's own); see `gd-tui list losses`.",
    ),
    click.option("--reduction", type=click.Choice(["mean", "sum"]), help="How rows are put together (mean)."),
    click.option("--delta", type=float, metavar="X", help="Where Huber's loss turns straight (1)."),
    click.option("--l1", type=float, metavar="X", help="Penalty X times the sum of |w|, biases left out (0)."),
    click.option("--l2", type=float, metavar="X", help="Penalty X times the sum of w², biases left out (0)."),
    _flag("--no-bias", help="A linear model without the bias b."),
    click.option("--hidden", type=int, metavar="N", help="Units of a network's hidden layer (8)."),
    click.option("--activation", metavar="NAME", help="Of a network: tanh, relu or sigmoid (tanh)."),
    click.option("--function", metavar="EXPR", help='A function of your own, as in "(1-x)^2 + 100*(y-x^2)^2".'),
    click.option("--module", metavar="FILE.py:NAME", help="A Python function of your own, with or without gradient."),
    click.option(
        "--problem-set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        help="A setting of the problem, as in k=100; see `gd-tui list problems`.",
    ),
    click.option(
        "--optimizer",
        metavar="NAME",
        shell_complete=_names(_optimizers),
        help="The update rule (sgd); see `gd-tui list optimizers`.",
    ),
    click.option("--lr", type=float, metavar="X", help="The learning rate (the problem's own)."),
    click.option(
        "--set",
        "hyperparameters",
        metavar="NAME=VALUE",
        multiple=True,
        help="A hyperparameter of the optimizer, as in momentum=0.9 or nesterov=true.",
    ),
    click.option("--clip", type=float, metavar="X", help="The largest norm of a gradient (none)."),
    click.option(
        "--schedule",
        metavar="NAME",
        shell_complete=_names(_schedules),
        help="How the learning rate changes (constant); see `gd-tui list schedules`.",
    ),
    click.option(
        "--schedule-set",
        "schedule_settings",
        metavar="NAME=VALUE",
        multiple=True,
        help="A setting of the schedule, as in gamma=0.5.",
    ),
    click.option("--start", metavar="V,V,...|zeros|random", help="The first weights (the problem's own)."),
    click.option("--seed", type=int, metavar="N", help="What random numbers are drawn from (0)."),
    click.option("--batch", type=int, metavar="N", help="Rows of data for each update (all)."),
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


def is_script(word: str) -> bool:
    """Whether a word names a file rather than a problem."""
    return word not in _problems() and Path(word).is_file()


def read_scenario(*, scenario: str | None = None, **words: Any) -> Scenario:
    """The scenario that the options describe. Raises InputError for what cannot be read as one."""
    from_file = {} if scenario is None else _fields_of_file(scenario)
    given = {name: value for name, value in words.items() if value not in (None, ())}
    problem = _problem(given, from_file)
    fields = {**from_file, "problem": problem, **_fields(problem, given)}
    _refuse_idle(fields)
    return Scenario(**fields)


def _fields_of_file(path: str) -> dict[str, Any]:
    from gd_tui.session.document import is_session

    try:
        content = Path(path).read_bytes()
        text = "" if is_session(content) else content.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"--scenario {path}: cannot be read: {reason}") from None
    known = _scenario_of_session(content, path) if is_session(content) else from_toml(text, source=path)
    return {name: getattr(known, name) for name in known.__struct_fields__}


def _scenario_of_session(content: bytes, path: str) -> Scenario:
    """What the run of a session file began as. Raises InputError for code of the user's, which nobody asked to run."""
    from gd_tui.session import at_home
    from gd_tui.session.document import decode

    document = decode(content, path)
    scenario = at_home(document.scenario, document.directory)
    if scenario.module is not None:
        raise InputError(f"{path}: this session runs Python code: `gd-tui resume {path}` asks before it does")
    return scenario


def _problem(given: dict[str, Any], from_file: dict[str, Any]) -> str:
    """The problem that is named, else the one that another option implies."""
    if "problem" in given:
        return str(given["problem"])
    implied = {"function": "function", "module": "module"}
    for option, problem in implied.items():
        if option in given:
            return problem
    if "data" in given and not from_file:
        return "linear"
    return str(from_file.get("problem", DEFAULT_PROBLEM))


def _fields(problem: str, given: dict[str, Any]) -> dict[str, Any]:
    """The given options as fields of the scenario."""
    from gd_tui.table import parse_column_list

    convert: dict[str, Callable[[Any], Any]] = {
        "features": lambda text: tuple(parse_column_list(text)),
        "settings": lambda texts: dict(_setting(problem, text) for text in texts),
        "hyperparameters": lambda texts: dict(_value("--set", text, "momentum=0.9 or nesterov=true") for text in texts),
        "schedule_settings": lambda texts: dict(_value("--schedule-set", text, "gamma=0.5") for text in texts),
        "start": _start,
    }
    fields = {name: convert[name](value) if name in convert else value for name, value in given.items()}
    if fields.pop("no_bias", False):
        fields["bias"] = False
    fields.pop("problem", None)
    return fields


ABOUT_DATA = {
    "target": "--target",
    "features": "--features",
    "standardize": "--standardize",
    "drop_missing": "--drop-missing",
    "positive": "--positive",
    "l1": "--l1",
    "l2": "--l2",
    "loss": "--loss",
}


def _refuse_idle(fields: dict[str, Any]) -> None:
    """An option that could change nothing is a mistake of the user's."""
    if fields.get("data") is None:
        idle = [option for name, option in ABOUT_DATA.items() if fields.get(name)]
        if fields.get("bias") is False:
            idle.append("--no-bias")
        if idle:
            raise InputError(f"{idle[0]} is about a table: name one with --data (see `gd-tui list datasets`)")
    for name in ("function", "module"):
        if fields.get(name) is not None and fields["problem"] != name:
            raise InputError(f"--{name} makes a problem of its own: leave out {fields['problem']}")


def _start(text: str) -> str | tuple[float, ...]:
    if text in ("zeros", "random"):
        return text
    return _numbers(text, "--start", "finite numbers with commas between, zeros or random")


def _setting(problem: str, text: str) -> tuple[str, float | tuple[float, ...]]:
    """A number or a list of numbers, whichever the problem's own value is."""
    from gd_tui.problems import PROBLEMS

    name, value = _pair("--problem-set", text, "k=10 or x=1,2,3")
    numbers = _numbers(value, f"--problem-set {name}", "a finite number, or several with commas between")
    is_list = problem in PROBLEMS and isinstance(PROBLEMS[problem].settings.get(name), tuple)
    return name, numbers if is_list or len(numbers) > 1 else numbers[0]


def _value(option: str, text: str, example: str) -> tuple[str, float | bool | tuple[float, ...]]:
    """A setting: a switch, a number, or numbers with commas between."""
    name, value = _pair(option, text, example)
    if value in ("true", "false"):
        return name, value == "true"
    numbers = _numbers(value, f"{option} {name}", "a finite number, true or false")
    if option == "--set" and len(numbers) > 1:
        raise InputError(f"{option} {name}: expected one number, got {value!r}")
    return name, numbers if len(numbers) > 1 else numbers[0]


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise InputError(f"{option}: expected NAME=VALUE as in {example}, got {text!r}")
    return name.strip(), value.strip()


def _numbers(text: str, option: str, expected: str) -> tuple[float, ...]:
    """The finite numbers between the commas. Raises InputError that says what was expected."""
    from gd_tui.commands.arguments import real_number

    try:
        return tuple(real_number(word, option) for word in text.split(","))
    except InputError:
        raise InputError(f"{option}: expected {expected}, got {text!r}") from None
