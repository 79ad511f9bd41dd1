"""The `gd-tui` line that makes a run again."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gd_tui.numerals import exact
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

OPTIONS = {
    "settings": "problem-set",
    "hyperparameters": "set",
    "schedule_settings": "schedule-set",
    "drop_missing": "drop-missing",
}
"""Fields of the scenario whose options are called otherwise."""


def command_line(simulator: Simulator) -> str:
    """The line, quoted for a shell, that makes the run up to the present step.

    `gd-tui run`, or where there were edits on the way `gd-tui plain` with the commands that made them.
    """
    first, *edited = [s for s in simulator.branch.segments if s.engine.first <= simulator.k]
    options = list(scenario_words(first.scenario))
    if not edited:
        return shlex.join(["gd-tui", "run", *options, "--steps", str(simulator.k)])
    commands, k = [], 0
    for segment in edited:
        commands += [_step(segment.engine.first - k), *segment.edits]
        k = segment.engine.first
    if simulator.k > k:
        commands.append(_step(simulator.k - k))
    return shlex.join(["gd-tui", "plain", *options, "--exec", "; ".join(commands)])


def scenario_words(scenario: Scenario) -> Iterator[str]:
    """The problem and the options that make this scenario; what is as it is by default is left out."""
    yield scenario.problem
    given = msgspec.structs.asdict(scenario)
    given.pop("problem")
    for name, value in given.items():
        if value != getattr(Scenario(), name):
            yield from _option(name, value)


def _step(count: int) -> str:
    return f"step {count}"


def _option(name: str, value: Any) -> Iterator[str]:
    option = f"--{OPTIONS.get(name, name)}"
    if name == "bias":
        yield "--no-bias"
    elif isinstance(value, bool):
        yield option
    elif isinstance(value, Mapping):
        for key, setting in value.items():
            yield from (option, f"{key}={_text(setting)}")
    else:
        text = _csv(value) if name == "features" else _text(value)
        # A value that looks like an option is taken for one, unless it is joined to its own.
        yield from ([f"{option}={text}"] if text.startswith("-") else [option, text])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    return exact(value) if isinstance(value, float) else str(value)


def _csv(names: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()
