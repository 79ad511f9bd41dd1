"""What a user does with engines, free of any screen."""

from gd_tui.simulator.simulator import Simulator
from gd_tui.simulator.snapshot import Snapshot

__all__ = ["Simulator", "Snapshot"]
