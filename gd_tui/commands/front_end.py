"""What commands find at the place where they are given."""

from __future__ import annotations

from gd_tui.errors import InputError
from gd_tui.simulator import Simulator


class FrontEnd:
    """Where commands are given: the screen, plain mode, a script. This one has no screen.

    Attributes:
        simulator: the run.
        ended: whether `quit` was said.
    """

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._selected = 0
        self.ended = False

    @property
    def selected(self) -> int:
        """The weight that is looked at, by index; undo may lead to a problem that has fewer of them."""
        return min(self._selected, len(self.simulator.names) - 1)

    @selected.setter
    def selected(self, i: int) -> None:
        self._selected = i

    def quit(self) -> None:
        """Leave."""
        self.ended = True

    def set_speed(self, updates_per_s: float) -> str:
        """Run by itself at that speed, inf for as fast as it goes; returns what there is to say about it."""
        return "the speed is for running on the screen: here every command is done at once"

    def picture(self) -> str:
        """The screen as SVG. Raises InputError where there is none."""
        raise InputError("there is no screen here to make a picture of: choose another kind of file")
