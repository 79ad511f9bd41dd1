"""The app without a terminal: keys go in, the picture comes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, Static

from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator, Snapshot
from gd_tui.tui.app import GdTui
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import View


class Session:
    """A running app, and what a user does and sees."""

    def __init__(self, app: GdTui, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until the picture is drawn."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type into the prompt."""
        await self.press(*("space" if c == " " else NAMES.get(c, c) for c in text))

    async def until(self, holds: Callable[[], bool], *, tries: int = 3000) -> None:
        """Let the app work until the condition holds."""
        for _ in range(tries):
            if holds():
                return
            await self.pilot.pause(0.002)
        raise AssertionError(f"it never came; the screen shows:\n{self.text}")

    @property
    def simulator(self) -> Simulator:
        return self.app.simulator

    @property
    def snapshot(self) -> Snapshot:
        """What is on the screen, which must be the simulator's present step."""
        assert self.app.shown is not None
        assert self.app.shown.snapshot.k == self.simulator.k
        return self.app.shown.snapshot

    @property
    def view(self) -> View:
        assert self.app.shown is not None
        return self.app.shown.view

    @property
    def strips(self) -> list[list[Strip]]:
        """Every cell with its style."""
        return [list(line) for line in [self.app.screen._compositor.render_strips()]]

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    @property
    def footer(self) -> str:
        return self.pane("footer")[-1]

    def pane(self, name: str) -> list[str]:
        """The lines of a pane."""
        pane = self.app.simulation.query_one(f"#{name}", Pane)
        return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]

    @property
    def asking(self) -> bool:
        """Whether the prompt is open."""
        return self.app.simulation.query_one("#prompt").has_class("asking")

    @property
    def typed(self) -> Input:
        return self.app.simulation.query_one(Input)

    @property
    def hint(self) -> str:
        return str(self.app.simulation.query_one("#hint", Static).render())


NAMES = {".": "full_stop", "-": "minus", "_": "underscore", "+": "plus", '"': "quotation_mark"}


@asynccontextmanager
async def running(
    size: tuple[int, int] = (80, 24), *, view: View | None = None, app: dict[str, Any] | None = None, **scenario: Any
) -> AsyncIterator[Session]:
    """An app that shows the scenario's run, from step 0."""
    made = GdTui(Simulator(Scenario(**scenario)), view=view, **(app or {}))
    async with made.run_test(size=size) as pilot:
        session = Session(made, pilot)
        await session.until(lambda: made.shown is not None)
        await pilot.pause()
        yield session
