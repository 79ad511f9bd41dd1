"""A run as text: one writer for each format, row by row, so that long runs need no memory.

The numbers of csv, json and jsonl read back to the same float64; table and markdown are for people.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TextIO

import msgspec

from gd_tui.export.trace import Ending, Row, Trace
from gd_tui.numerals import fixed, plain
from gd_tui.scenario import Scenario

WIDTH, DECIMALS, RATE_WIDTH, NORM_WIDTH = 11, 6, 9, len("gradient_norm")
LONGEST_NAME, LONGEST_VALUE = 20, 40
MOST_TOLD = 8
"""Weights that are named in a line of text."""


def write_csv(trace: Trace, out: TextIO) -> None:
    """Names in the first line; not-a-number and infinity as nan, inf, -inf."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_columns(trace))
    for row in trace.rows():
        writer.writerow([row.step, *map(repr, _numbers(row))])


def write_json(trace: Trace, out: TextIO) -> None:
    """One object with the scenario, the steps and the ending; null where a number is not finite."""
    out.write(_encode(_about(trace))[:-1] + ',\n"steps":[')
    separator = "\n"
    for row in trace.rows():
        out.write(separator + _encode(_step(row)))
        separator = ",\n"
    out.write("\n],\n" + _encode(_end(trace.ending()))[1:] + "\n")


def write_jsonl(trace: Trace, out: TextIO) -> None:
    """One object a step, and a last one with the ending, the scenario and the parameters' names."""
    for row in trace.rows():
        out.write(_encode(_step(row)) + "\n")
    out.write(_encode(_end(trace.ending()) | _about(trace)) + "\n")


def write_markdown(trace: Trace, out: TextIO) -> None:
    """A table with every column, and the ending below it."""
    names = [printable(name).replace("|", r"\|") for name in _columns(trace)]
    out.write("\n\n".join(_first_lines(trace)) + "\n\n")
    out.write(f"| {' | '.join(names)} |\n|{'---:|' * len(names)}\n")
    for row in trace.rows():
        out.write(f"| {row.step} | {' | '.join(f'{x:.8g}' for x in _numbers(row))} |\n")
    out.write("\n" + "\n\n".join(_last_lines(trace.ending())) + "\n")


def write_table(trace: Trace, out: TextIO) -> None:
    """Columns of fixed width, with as many weights as fit a line of the terminal (100 columns elsewhere)."""
    names = [_shortened(name, LONGEST_NAME) for name in trace.simulator.names]
    losses = [WIDTH] * (len(_front(trace)) - 3)
    front = [max(4, len(str(trace.last))), *losses, RATE_WIDTH, NORM_WIDTH]
    room = shutil.get_terminal_size((100, 24)).columns - sum(front) - len(front) + 1
    widths = front + _fitting([max(WIDTH, len(name)) for name in names], room)
    shown = len(widths) - len(front)
    out.write("\n".join(_first_lines(trace)) + "\n")
    if shown < len(names):
        out.write(f"{shown} of {len(names)} weights, + {len(names) - shown} more (use --format csv)\n")
    out.write(_line([*_front(trace), *names], widths))
    for row in trace.rows():
        before = [fixed(x, WIDTH, DECIMALS) for x in _losses(row)]
        after = [fixed(x, WIDTH, DECIMALS) for x in (row.gradient_norm, *row.weights[:shown])]
        out.write(_line([str(row.step), *before, _rate(row.lr), *after], widths))
    out.write("\n".join(_last_lines(trace.ending())) + "\n")


FORMATS: dict[str, Callable[[Trace, TextIO], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_jsonl,
    "markdown": write_markdown,
}


def _columns(trace: Trace) -> list[str]:
    names = trace.simulator.names
    return [*_front(trace), *names, *(f"grad {name}" for name in names)]


def _front(trace: Trace) -> list[str]:
    """The columns before those of the weights."""
    batch_loss = ["batch_loss"] if trace.has_batches else []
    return ["step", "loss", *batch_loss, "lr", "gradient_norm"]


def _numbers(row: Row) -> list[float]:
    """All of a row but its step, in the order of the columns."""
    return [*_losses(row), row.lr, row.gradient_norm, *row.weights, *row.gradient]


def _losses(row: Row) -> list[float]:
    return [row.loss] if row.batch_loss is None else [row.loss, row.batch_loss]


def _about(trace: Trace) -> dict[str, Any]:
    about = {"scenario": msgspec.structs.asdict(trace.scenario), "parameters": trace.simulator.names}
    edits = [{"step": step, "commands": commands} for step, commands in trace.edits]
    return about | {"edits": edits} if edits else about


def _step(row: Row) -> dict[str, Any]:
    step = {"step": row.step, "loss": row.loss, "lr": row.lr}
    if row.batch_loss is not None:
        step["batch_loss"] = row.batch_loss
    return step | {"weights": row.weights, "gradient": row.gradient}


def _end(ending: Ending) -> dict[str, Any]:
    end: dict[str, Any] = {"status": ending.status, "reason": ending.reason}
    if ending.data_units is not None:
        end["data_units"] = dict(zip(("names", "weights"), ending.data_units, strict=True))
    return end


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _last_lines(ending: Ending) -> list[str]:
    lines = [f"{ending.status} at step {ending.step}: {ending.reason}"]
    if ending.data_units is not None:
        pairs = [f"{printable(name)} = {w:.8g}" for name, w in zip(*ending.data_units, strict=True)]
        if len(pairs) > MOST_TOLD:
            pairs[MOST_TOLD:] = [f"+ {len(pairs) - MOST_TOLD} more (use --format json)"]
        lines.append(f"in the data's own units: {', '.join(pairs)}")
    return lines


def _first_lines(trace: Trace) -> list[str]:
    edits = [printable(f"from step {step:,} on: {'; '.join(commands)}") for step, commands in trace.edits]
    return [_heading(trace.scenario), *edits]


def _heading(scenario: Scenario) -> str:
    """What is run: the problem, and of the scenario what is not as always."""
    told = {"optimizer": scenario.optimizer, "lr": scenario.lr} | msgspec.to_builtins(scenario)
    told.pop("problem", None)
    return printable(", ".join([scenario.problem, *(_told(key, value) for key, value in told.items())]))


def _told(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return key.replace("_", " ") if value else f"no {key}"
    if isinstance(value, dict):
        return " ".join(f"{name}={_value(v)}" for name, v in value.items())
    return f"{key} {_shortened(_value(value), LONGEST_VALUE)}"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_value, value))
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _fitting(widths: Iterable[int], room: int) -> list[int]:
    """The first widths that go into the room together, each after a blank; one at least."""
    fitting: list[int] = []
    for width in widths:
        room -= width + 1
        if room < 0 and fitting:
            break
        fitting.append(width)
    return fitting


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Cells in columns, as many as there are widths."""
    return " ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=False)) + "\n"


def _rate(lr: float) -> str:
    text = plain(lr)
    return text if len(text) <= RATE_WIDTH else f"{lr:.3g}"


def printable(text: str) -> str:
    """The text with a question mark for each character that would break a line or a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _shortened(text: str, width: int) -> str:
    text = printable(text)
    return text if len(text) <= width else text[: max(0, width - 3)] + "..."
