"""The screen as the place where commands are given."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from gd_tui.commands import FrontEnd
from gd_tui.simulator import Simulator

if TYPE_CHECKING:
    from gd_tui.tui.app import GdTui


class ScreenFront(FrontEnd):
    """What commands can do with the screen."""

    def __init__(self, simulator: Simulator, app: GdTui) -> None:
        super().__init__(simulator)
        self._app = app

    def quit(self) -> None:
        super().quit()
        self._app.do_app_quit(1)

    def set_speed(self, updates_per_s: float) -> str:
        self._app.look(replace(self._app.view, speed=updates_per_s))
        return f"runs at {'full speed' if updates_per_s == inf else f'{updates_per_s:g} updates a second'}"

    def picture(self) -> str:
        self._app.draw_now()
        return self._app.simulation.picture("gd-tui")
