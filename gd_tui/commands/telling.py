"""Commands that tell of the run in words and aligned numbers, and change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from gd_tui.checking import report
from gd_tui.commands.arguments import Words, none, told, weight
from gd_tui.commands.front_end import FrontEnd
from gd_tui.engine.objective import Array
from gd_tui.engine.stability import stability_of
from gd_tui.errors import InputError
from gd_tui.explain import explain as explained
from gd_tui.export.command_line import command_line
from gd_tui.numerals import exact, fixed
from gd_tui.simulator import Simulator

WIDTH, DECIMALS = 16, 8
ROOM = 60
"""Characters for the numbers of a line of arithmetic."""
POINTS = 11
"""Points of a curve."""
ROWS = 20
"""Lines of a history."""
MOST_WEIGHTS = 100
MOST_EVENTS = 50


def number(value: float) -> str:
    """A number in its column."""
    return fixed(value, WIDTH, DECIMALS)


def table(rows: list[tuple[str, ...]]) -> str:
    """Cells in columns: the first to the left, the others, which are numbers, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(n) for c, n in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    )


def show(front: FrontEnd, words: Words) -> str:
    what = words[0].text if words else "step"
    if what == "curve":
        return _curve(front.simulator, weight(front.simulator, words[1:], "show curve", front.selected))
    if what not in SHOWN or len(words) > 1:
        raise InputError(f"show: expected one of {', '.join([*SHOWN, 'curve NAME'])}, got {told(words)}")
    return SHOWN[what](front.simulator)


def exact_enough(value: float) -> str:
    """Ten digits, which tell more than the screen and can be compared by eye."""
    return f"{value:.10g}"


def _step(simulator: Simulator) -> str:
    return f"{_loss(simulator)}\n\n{_weights(simulator)}"


def _weights(simulator: Simulator) -> str:
    snapshot = simulator.snapshot()
    rows: list[tuple[str, ...]] = [("weight", "value", "change", "gradient", "next value")]
    for i in _shown(snapshot.names):
        change = "" if snapshot.change is None else number(snapshot.change[i])
        values = (snapshot.weights[i], snapshot.gradient[i], snapshot.next_weights[i])
        value, gradient, following = map(number, values)
        rows.append((snapshot.names[i], value, change, gradient, following))
    return table(rows) + _left_out(snapshot.names)


def _gradient(simulator: Simulator) -> str:
    snapshot = simulator.snapshot()
    rows: list[tuple[str, ...]] = [("gradient", "slope", "the weight moves")]
    for i in _shown(snapshot.names):
        move = snapshot.next_weights[i] - snapshot.weights[i]
        way = "up" if move > 0 else "down" if move < 0 else "not"
        rows.append((snapshot.names[i], number(snapshot.gradient[i]), way))
    rows.append(("norm", number(snapshot.gradient_norm), ""))
    return table(rows) + _left_out(snapshot.names)


def _loss(simulator: Simulator) -> str:
    snapshot = simulator.snapshot()
    rows: list[tuple[str, ...]] = [("step", f"{snapshot.k:,}")]
    rows.append(("loss" if snapshot.full_loss is None else "batch loss", number(snapshot.loss)))
    if snapshot.full_loss is not None:
        rows.append(("loss of all rows", number(snapshot.full_loss)))
    if snapshot.loss_change is not None:
        rows.append(("change", number(snapshot.loss_change)))
    rows += [
        ("lowest so far", number(snapshot.lowest)),
        ("at step", f"{snapshot.lowest_at:,}"),
        ("gradient norm", number(snapshot.gradient_norm)),
        ("learning rate", exact(snapshot.lr)),
    ]
    rows += [(f"loss of {label}", number(loss)) for label, loss in snapshot.rivals]
    end = f"\n{snapshot.status}: {snapshot.reason}" if snapshot.reason else ""
    return table(rows) + end


def _history(simulator: Simulator) -> str:
    last = simulator.newest
    steps = np.unique(np.linspace(0, last, min(ROWS, last + 1)).round().astype(int)).tolist()
    here = " <- here"
    rows: list[tuple[str, ...]] = [("step", "loss", "")]
    rows += [(f"{k:,}", number(simulator.branch.loss(k)), here if k == simulator.k else "") for k in steps]
    return table(rows)


def _events(simulator: Simulator) -> str:
    found = list(islice(_events_backwards(simulator), MOST_EVENTS + 1))
    if not found:
        return "nothing has happened yet that counts as an event"
    lines = [f"step {k:,}: {words}" for k, words in reversed(found[:MOST_EVENTS])]
    return "\n".join(["earlier ones are left out"] * (len(found) > MOST_EVENTS) + lines)


def _events_backwards(simulator: Simulator) -> Iterator[tuple[int, str]]:
    branch = simulator.branch
    later = branch.newest + 1
    while (k := branch.previous_event(later)) is not None:
        later = k
        segment = branch.segments[branch.index(k)]
        edits = f": {'; '.join(segment.edits)}" if segment.edits and segment.engine.first == k else ""
        yield k, branch.event(k).words + edits


SHOWN: dict[str, Callable[[Simulator], str]] = {
    "weights": _weights,
    "gradient": _gradient,
    "loss": _loss,
    "step": _step,
    "history": _history,
    "events": _events,
    "command": command_line,
}


def _curve(simulator: Simulator, i: int) -> str:
    snapshot = simulator.snapshot(i)
    here = float(snapshot.weights[i])
    there = snapshot.slice_minimum if snapshot.slice_minimum is not None else float(snapshot.next_weights[i])
    reach = max(abs(there - here), abs(float(snapshot.next_weights[i]) - here), 1e-6 * max(1.0, abs(here)))
    middle = here + (there - here) / 2
    xs = middle + np.linspace(-1.5, 1.5, POINTS) * reach
    rows: list[tuple[str, ...]] = [(snapshot.names[i], "loss", "")]
    marked = [(float(x), "") for x in xs] + [(here, "now"), (float(snapshot.next_weights[i]), "next")]
    if snapshot.slice_minimum is not None:
        marked.append((snapshot.slice_minimum, "lowest here"))
    points: Array = np.array([x for x, _ in marked])
    losses = snapshot.slice(i, points)
    order = np.argsort(points, kind="stable").tolist()
    return table(rows + [(number(points[j]), number(losses[j]), marked[j][1]) for j in order])


def explain(front: FrontEnd, words: Words) -> str:
    simulator = front.simulator
    i = weight(simulator, words, "explain", front.selected)
    lines = [f"update of {simulator.names[i]} from step {simulator.k:,} to {simulator.k + 1:,}:"]
    for line in explained(simulator.snapshot(i).terms, ROOM):
        formula = f"{line.formula} = " if line.formula != line.numbers else ""
        arithmetic = f"{formula}{line.numbers} = " if line.numbers else ""
        lines.append(f"{line.name}: {arithmetic}{exact_enough(line.value)}")
        if line.meaning:
            lines.append(f"    {line.meaning}")
    return "\n".join(lines)


def predict(front: FrontEnd, words: Words) -> str:
    none(words, "predict")
    simulator = front.simulator
    snapshot, engine = simulator.snapshot(), simulator.engine
    with np.errstate(all="ignore"):
        following = float(engine.present.losses(snapshot.next_weights[None, :])[0])
        move = snapshot.next_weights - snapshot.weights
        by_slope = float(snapshot.gradient.dot(move))
    rows: list[tuple[str, ...]] = [("weight", "now", "next", "move")]
    columns = (snapshot.weights, snapshot.next_weights, move)
    rows += [(snapshot.names[i], *(number(column[i]) for column in columns)) for i in _shown(snapshot.names)]
    return "\n".join(
        [
            f"step {snapshot.k:,} to {snapshot.k + 1:,}:",
            table(rows) + _left_out(snapshot.names),
            f"loss {exact_enough(snapshot.loss)} to {exact_enough(following)}, "
            f"a change of {following - snapshot.loss:+.8g}; the slope alone promises {by_slope:+.8g}",
        ]
    )


def stability(front: FrontEnd, words: Words) -> str:
    none(words, "stability")
    engine = front.simulator.engine
    with np.errstate(all="ignore"):
        found = stability_of(engine.present, engine.w, engine.optimizer)
    lines = [
        f"largest curvature {exact_enough(found.largest)}, smallest {exact_enough(found.smallest)}"
        + (f", condition number {exact_enough(found.condition)}" if found.condition is not None else ""),
        "the same everywhere, for the loss is quadratic" if engine.present.quadratic else "as it is at this step",
    ]
    if found.limit is None:
        return "\n".join([*lines, f"no limit of the learning rate is known: {found.why_not}"])
    safe = "safe" if engine.rate < found.limit else "NOT safe: steps along the steepest direction grow"
    lines.append(f"stable for a learning rate below {exact_enough(found.limit)}; {exact(engine.rate)} is {safe}")
    if found.best is not None:
        lines.append(f"the fastest constant rate is {exact_enough(found.best)}")
    return "\n".join(lines)


def check(front: FrontEnd, words: Words) -> str:
    none(words, "check")
    simulator = front.simulator
    with np.errstate(all="ignore"):
        lines, _ = report(simulator.scenario, simulator.engine.present, simulator.engine.w)
    return "\n".join(lines)


def _shown(names: tuple[str, ...]) -> range:
    return range(min(len(names), MOST_WEIGHTS))


def _left_out(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_WEIGHTS
    return f"\n+ {more:,} more (export to a .csv file for all)" if more > 0 else ""
