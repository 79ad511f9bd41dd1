"""gd-tui: step through gradient descent, one update at a time.

The documented Python API: a `Scenario` fixes a run, a `Simulator` stands at any step of it.

    from gd_tui import Scenario, Simulator

    simulator = Simulator(Scenario(problem="explainer", lr=0.05))
    simulator.step()
    print(simulator.snapshot().weights)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gd_tui.errors import InputError
    from gd_tui.scenario import Scenario
    from gd_tui.simulator import Simulator, Snapshot

__version__ = "0.1.0"
__all__ = ["InputError", "Scenario", "Simulator", "Snapshot", "__version__"]

_HOMES = {
    "InputError": "gd_tui.errors",
    "Scenario": "gd_tui.scenario",
    "Simulator": "gd_tui.simulator",
    "Snapshot": "gd_tui.simulator",
}


def __getattr__(name: str) -> Any:
    # Names are fetched when asked for, so that `gd-tui --version` does not wait for numpy.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'gd_tui' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
