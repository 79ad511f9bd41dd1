"""Pictures of panes without an app: lines built from a simulator's snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator, Snapshot
from gd_tui.tui.layout import Contents, arrange
from gd_tui.tui.pane import Pane
from gd_tui.tui.panes import PANES
from gd_tui.tui.shown import Shown, View
from gd_tui.tui.text import Line, fit

SIZES = [(80, 24), (120, 40), (200, 60)]
PANE = {pane.ID: pane for pane in PANES}


def simulator_at(k: int, **scenario: Any) -> Simulator:
    """The scenario's run after k updates; fewer where it diverges before."""
    simulator = Simulator(Scenario(**scenario))
    simulator.step(k)
    return simulator


def shown_of(snapshot: Snapshot, **view: Any) -> Shown:
    """The snapshot as the app would show it."""
    order = np.arange(len(snapshot.names))
    if view.get("by_size"):
        order = np.argsort(-np.abs(snapshot.gradient), kind="stable")
    return Shown(snapshot, View(**view), order)


def shown_at(k: int, selected: int = 0, *, view: Mapping[str, Any] | None = None, **scenario: Any) -> Shown:
    return shown_of(simulator_at(k, **scenario).snapshot(selected), **(view or {}))


def many_weights(count: int, selected: int = 0, **view: Any) -> Shown:
    """Step 3 of the worked example with so many weights, no two gradients alike."""
    inputs = tuple(np.linspace(1.0, 5.0, count).tolist())
    return shown_at(3, selected, view=view, settings={"x": inputs, "y": 25.0}, lr=0.05 * count / 5)


def built(pane: Pane | str, shown: Shown, width: int, height: int) -> list[Line]:
    """What the pane builds for a size, neither cut nor filled."""
    pane = PANE[pane](id=pane) if isinstance(pane, str) else pane
    return [list(line) for line in pane.build(shown, width, height)]


def fitted(pane: Pane | str, shown: Shown, width: int, height: int) -> list[Line]:
    """What the pane shows: `height` lines of `width` cells."""
    lines = built(pane, shown, width, height)[:height]
    return [fit(line, width) for line in lines + [[]] * (height - len(lines))]


def region_of(pane: str, shown: Shown, size: tuple[int, int]) -> tuple[int, int] | None:
    """Width and height of the pane on a terminal of this size; None where it is not shown."""
    contents = Contents(len(shown.snapshot.names), len(shown.snapshot.terms))
    region = arrange(*size, contents).get(pane)
    return None if region is None else (region.width, region.height)


def on_screen(pane: str, shown: Shown, size: tuple[int, int]) -> list[Line]:
    """The pane's lines as they stand on a terminal of this size."""
    region = region_of(pane, shown, size)
    assert region is not None, f"{pane} is not shown at {size}"
    return fitted(pane, shown, *region)


def text_of(line: Line) -> str:
    return "".join(text for text, _ in line)


def texts(lines: list[Line]) -> list[str]:
    return [text_of(line).rstrip() for line in lines]


def length(line: Line) -> int:
    return len(text_of(line))


def cells(line: Line) -> list[tuple[str, str]]:
    """Character and role of every cell."""
    return [(character, role) for text, role in line for character in text]


def in_role(line: Line, word: str) -> str:
    """The characters of the line whose role has the word, without spaces."""
    return "".join(c for c, role in cells(line) if word in role.split() and c != " ")


def whole_screen(shown: Shown, size: tuple[int, int]) -> list[str]:
    """All panes put together, as text."""
    width, height = size
    rows = [[" "] * width for _ in range(height)]
    contents = Contents(len(shown.snapshot.names), len(shown.snapshot.terms))
    for name, region in arrange(width, height, contents).items():
        for y, line in enumerate(fitted(name, shown, region.width, region.height)):
            rows[region.y + y][region.x : region.right] = text_of(line)
    return ["".join(row).rstrip() for row in rows]
