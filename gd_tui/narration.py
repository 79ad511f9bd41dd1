"""What a step shows, in words and aligned numbers: for plain mode, where there is no picture."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gd_tui.numerals import exact, fixed
from gd_tui.simulator import Snapshot
from gd_tui.simulator.events import Event

WIDTH, DECIMALS = 14, 6
MOST_WEIGHTS = 10
"""Weights that are told of; of more, those that moved most."""


def tell_state(snapshot: Snapshot) -> str:
    """What run it is and where it stands."""
    scenario = snapshot.scenario
    data = f" on {scenario.data}" if scenario.data is not None else ""
    return (
        f"{scenario.problem}{data}, {scenario.optimizer}, learning rate {exact(snapshot.lr)}, "
        f"{len(snapshot.names)} weight{'s' * (len(snapshot.names) != 1)}.\n{_headline(snapshot)}\n{_weights(snapshot)}"
    )


def tell_change(before: Snapshot, after: Snapshot) -> str:
    """What a command has changed; "" if nothing that there is to see, as when another learning rate is set."""
    if (before.names, before.scenario.problem, before.scenario.data) != (
        after.names,
        after.scenario.problem,
        after.scenario.data,
    ):
        return tell_state(after)
    if (before.k, before.loss, before.reason) == (after.k, after.loss, after.reason) and (
        before.weights.tobytes() == after.weights.tobytes()
    ):
        return ""
    return f"{_headline(after)}\n{_weights(after)}"


def _headline(snapshot: Snapshot) -> str:
    """`step 12: loss 62.575594, down by 4.112219; ...`"""
    name = "loss" if snapshot.full_loss is None else "batch loss"
    line = f"step {snapshot.k:,}: {name} {_number(snapshot.loss)}"
    if snapshot.loss_change is not None:
        line += f", {_way(snapshot.loss_change)}"
    if snapshot.full_loss is not None:
        line += f", loss of all rows {_number(snapshot.full_loss)}"
    if snapshot.k < snapshot.newest:
        line += f", newest step {snapshot.newest:,}"
    if happened := snapshot.event & ~(Event.CONVERGED | Event.DIVERGED):  # these are told as the reason
        line += f", {happened.words}"
    return line + (f"; {snapshot.status}: {snapshot.reason}" if snapshot.reason else "")


def _way(change: float) -> str:
    if not np.isfinite(change):
        return "no longer a number that can be compared"
    if change == 0:
        return "unchanged"
    return f"{'up' if change > 0 else 'down'} by {_number(abs(change))}"


def _weights(snapshot: Snapshot) -> str:
    told = list(range(len(snapshot.names)))
    if len(told) > MOST_WEIGHTS:
        size = np.abs(snapshot.gradient if snapshot.change is None else snapshot.change)
        told = sorted(np.argsort(-size, kind="stable")[:MOST_WEIGHTS].tolist())
    rows = [_row(snapshot, i) for i in told]
    name = max(len("weight"), *(len(snapshot.names[i]) for i in told))
    change = "" if snapshot.change is None else f"  {'change':>{WIDTH}}"
    lines = [f"  {'weight':<{name}}  {'value':>{WIDTH}}{change}  {'gradient':>{WIDTH}}"]
    lines += [f"  {snapshot.names[i]:<{name}}  {row}" for i, row in zip(told, rows, strict=True)]
    more = len(snapshot.names) - len(told)
    return "\n".join(lines + [f"  + {more:,} more"] * (more > 0))


def _row(snapshot: Snapshot, i: int) -> str:
    values: Iterable[float] = (snapshot.weights[i], snapshot.gradient[i])
    value, gradient = (fixed(v, WIDTH, DECIMALS) for v in values)
    if snapshot.change is None:
        return f"{value}  {gradient}"
    return f"{value}  {fixed(snapshot.change[i], WIDTH, DECIMALS, signed=True)}  {gradient}"


def _number(value: float) -> str:
    return fixed(value, WIDTH, DECIMALS).strip()
