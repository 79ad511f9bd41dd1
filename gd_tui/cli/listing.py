"""`gd-tui list`: the tables of names, as columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gd_tui.engine.settings import Entry

Lines = Iterator[str]

NEEDS = {"data": "--data NAME|FILE.csv", "function": "--function EXPR", "module": "--module FILE.py:NAME"}


def list_problems() -> Lines:
    """Names, descriptions and settings of the problems."""
    from gd_tui.problems import PROBLEMS

    width = max(map(len, PROBLEMS))
    for problem in PROBLEMS.values():
        yield f"{problem.name:<{width}}  {problem.description}"
        if problem.needs:
            yield f"{'':<{width}}    {NEEDS[problem.needs]}"
        for name, value in problem.settings.items():
            yield f"{'':<{width}}    --problem-set {name}={_numbers(value)}"


def list_optimizers() -> Lines:
    """Names and descriptions of the optimizers, with hyperparameters, their defaults and meanings."""
    from gd_tui.engine.optimizers import OPTIMIZERS

    return _entries("--set", OPTIMIZERS.values())


def list_schedules() -> Lines:
    """Names and descriptions of the schedules, with their settings, defaults and meanings."""
    from gd_tui.engine.schedules import SCHEDULES

    return _entries("--schedule-set", SCHEDULES.values())


def list_losses() -> Lines:
    """The losses of a row."""
    from gd_tui.engine.losses import LOSSES

    return _columns([(name, loss.description) for name, loss in LOSSES.items()])


def list_datasets() -> Lines:
    """Names, descriptions, rows and columns of the datasets that come with the program."""
    from gd_tui.table import dataset_description, datasets, read_table

    width = max(map(len, datasets()))
    for name in datasets():
        table = read_table(name)
        yield f"{name:<{width}}  {dataset_description(name)}"
        yield f"{'':<{width}}    {table.rows} rows of {', '.join(table.names)}"


def list_commands() -> Lines:
    """The words of the command language."""
    from gd_tui.commands import VERBS

    return _columns([(verb.usage, verb.words) for verb in VERBS.values()])


def list_keys() -> Lines:
    """The keys of the screen, by what they are about."""
    from gd_tui.commands import COMMANDS

    width = max(len(command.shown) for command in COMMANDS)
    for group in dict.fromkeys(command.group for command in COMMANDS):
        yield f"{group}:"
        for command in COMMANDS:
            if command.group == group:
                yield f"  {command.shown:<{width}}  {command.words}"


LISTINGS: dict[str, Callable[[], Lines]] = {
    "problems": list_problems,
    "optimizers": list_optimizers,
    "schedules": list_schedules,
    "losses": list_losses,
    "datasets": list_datasets,
    "commands": list_commands,
    "keys": list_keys,
}


def _entries(option: str, entries: Collection[Entry[Any]]) -> Lines:
    """Lines of a table of rules: name, description, and a line for each setting."""
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        yield f"{entry.name:<{width}}  {entry.description}"
        rows = [
            (f"{option} {name}={_numbers(default)}", entry.meaning(name)) for name, default in entry.settings().items()
        ]
        yield from _columns(rows, indent=width + 4)


def _columns(rows: Sequence[tuple[str, str]], indent: int = 0) -> Lines:
    width = max((len(left) for left, _ in rows), default=0)
    return (f"{'':<{indent}}{left:<{width}}  {right}" for left, right in rows)


def _numbers(value: float | bool | Iterable[float]) -> str:
    """As it is typed on the command line."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float | int) else ",".join(f"{v:g}" for v in value)
