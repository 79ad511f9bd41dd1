"""What the tests of sessions share: runs with all that there may be in a session, and every bit of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gd_tui.scenario import Scenario
from gd_tui.session import read_document, revive, save
from gd_tui.simulator import Simulator


def eventful(scenario: Scenario) -> Simulator:
    """A run with edits, ghosts, something to undo and to redo, breakpoints, marks, and runs compared with."""
    simulator = Simulator(scenario)
    simulator.step(40)
    simulator.nudge_rate(-1)
    simulator.step(12)
    simulator.compare("adam", 0.01)
    simulator.add_breakpoint(simulator.condition("loss rises or step >= 1000"))
    simulator.marks["turn"] = simulator.k
    simulator.back(5)
    simulator.set_weight(len(simulator.names) - 1, 0.25)
    simulator.nudge_rate(2)
    simulator.step(20)
    simulator.seek(10)
    simulator.set_optimizer("momentum", {"momentum": 0.5})
    simulator.step(30)
    if simulator.branch.objective.rows:
        simulator.set_batch(2)
        simulator.step(7)
    simulator.set_seed(3)
    simulator.step(2)
    simulator.undo()
    simulator.undo()
    simulator.back(1)
    return simulator


def bits(simulator: Simulator) -> dict[str, Any]:
    """Every bit of what is to be seen at the present step."""
    snapshot = simulator.snapshot()
    fields = [name for name in snapshot.__dataclass_fields__ if not name.startswith("_") and name != "run"]
    values = {name: getattr(snapshot, name) for name in fields}
    values["memory"] = simulator.engine._memory
    values["ghosts"] = [(ghost.first, ghost.branch.newest, shape_of(ghost.branch)) for ghost in simulator.ghosts]
    values["run"] = shape_of(simulator.branch)
    values["events"] = [int(simulator.branch.event(k)) for k in range(simulator.newest + 1)]
    return {k: v.tobytes() if isinstance(v, np.ndarray) else repr(v) for k, v in values.items()}


def shape_of(branch: Any) -> list[tuple[Any, ...]]:
    """The parts of a run and what began each of them."""
    return [
        (s.engine.first, s.engine.newest, s.engine.converged, s.engine.diverged, s.edits, s.moved, s.fresh, s.scenario)
        for s in branch.segments
    ]


def all_there_is(simulator: Simulator) -> Iterator[dict[str, Any]]:
    """The present, all that undo leads to, and all that redo leads to then; it ends where it began."""
    yield bits(simulator)
    begun = len(simulator.done)
    while simulator.undo():
        yield bits(simulator)
    while simulator.redo():
        yield bits(simulator)
    while len(simulator.done) > begun:
        simulator.undo()
    yield bits(simulator)


def through_a_file(simulator: Simulator, path: Path) -> Simulator:
    """The simulator as its session file brings it back."""
    save(simulator, path)
    return revive(read_document(path), str(path))
