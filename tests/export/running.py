"""Exported scripts, run inside the test or as processes of their own."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

from gd_tui.export.script import script
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator


def run_script(text: str) -> tuple[dict[str, Any], dict[str, float]]:
    """The variables of a script after its run, where gd-tui cannot be imported, and the numbers that it prints."""
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "gd_tui"}
    sys.modules["gd_tui"] = None  # type: ignore[assignment]
    space: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(text, "script.py", "exec"), space)
    finally:
        sys.modules |= hidden
        if "gd_tui" not in hidden:
            del sys.modules["gd_tui"]
    return space, read_back(printed.getvalue())


def read_back(printed: str) -> dict[str, float]:
    """The numbers that a script prints, by their names."""
    pairs = [line.rpartition(" = ") for line in printed.splitlines()]
    return {name: float(value) for name, _, value in pairs}


def assert_same_run(simulator: Simulator) -> str:
    """The script makes the simulator's present weights and loss, to the last bit; returns its text."""
    text = script(simulator)
    space, printed = run_script(text)
    engine = simulator.engine
    assert space["w"].tobytes() == engine.w.tobytes()
    step, loss, *weights = printed.values()
    assert step == simulator.k
    assert repr(loss) == repr(engine.loss)
    assert list(map(repr, weights)) == list(map(repr, engine.w.tolist()))
    assert list(printed)[2:] == list(simulator.names)
    return text


def simulated(scenario: Scenario, steps: int) -> Simulator:
    """The run after `steps` updates, or where it diverged before."""
    simulator = Simulator(scenario)
    simulator.step(steps)
    return simulator


def edit(simulator: Simulator, commands: str) -> None:
    """Do what the commands say, with `;` between."""
    for command in commands.split("; "):
        word, *rest = command.split()
        EDITS[word](simulator, *rest)


EDITS: dict[str, Callable[..., object]] = {
    "lr": lambda simulator, lr: simulator.set_rate(float(lr)),
    "w": lambda simulator, name, value: simulator.set_weight(simulator.names.index(name), float(value)),
    "optimizer": lambda simulator, name: simulator.set_optimizer(name),
    "schedule": lambda simulator, name: simulator.set_schedule(name),
    "set": lambda simulator, name, value: simulator.set_setting(
        name, value == "true" if value.isalpha() else float(value)
    ),
    "batch": lambda simulator, rows: simulator.set_batch(int(rows)),
    "seed": lambda simulator, seed: simulator.set_seed(int(seed)),
    "back": lambda simulator, count: simulator.back(int(count)),
}
