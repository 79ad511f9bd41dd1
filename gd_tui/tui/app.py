"""The application: keys become commands, commands change the simulator, and what is shown follows."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from time import perf_counter

import numpy as np
from textual import events
from textual.app import App, SystemCommand
from textual.reactive import reactive
from textual.screen import Screen

from gd_tui.commands import BY_ID, COMMANDS
from gd_tui.errors import InputError
from gd_tui.plots import warm_up
from gd_tui.session import Autosave
from gd_tui.simulator import Simulator, Snapshot
from gd_tui.tui.asking import ASKS
from gd_tui.tui.control import Control
from gd_tui.tui.frames import Frames
from gd_tui.tui.front import ScreenFront
from gd_tui.tui.glyphs import ASCII, UNICODE
from gd_tui.tui.glyphs import COLOURLESS as COLOURLESS_GLYPHS
from gd_tui.tui.looking import LOOKS
from gd_tui.tui.screens.help import HelpScreen
from gd_tui.tui.screens.simulation import SimulationScreen
from gd_tui.tui.screens.text import TextScreen
from gd_tui.tui.shown import NORMAL_SPEED, Shown, View
from gd_tui.tui.theme import COLOURLESS, THEMES, Palette
from gd_tui.words import in_one_line

SAVE_S = 1.0
"""How often the session is looked at for something to save."""
SLOW_PICTURE_S = 0.05
"""What takes longer to look at than this, for a function of the user's own, is looked at in a thread."""
LEAVE_S = 1.5
"""A terminal that has not taken the rest of the picture by then is left without it."""


class GdTui(App[int]):
    """gd-tui on the screen.

    `shown` is the one thing that the panes draw from; everything else here leads to it.
    """

    CSS_PATH = "app.tcss"
    TITLE = "gd-tui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    shown: reactive[Shown | None] = reactive(None, repaint=False, always_update=True)

    def __init__(
        self,
        simulator: Simulator,
        *,
        view: View | None = None,
        theme: str | None = None,
        colourless: bool = False,
        fps: float = 30.0,
        commands: str = "",
        autosave: Autosave | None = None,
    ) -> None:
        """`commands` are done once the screen stands; `autosave` keeps what is done, by default nothing does."""
        super().__init__(ansi_color=colourless)
        self.simulator = simulator
        self.view = view or View()
        self.front = ScreenFront(simulator, self)
        self.frames = Frames(self, fps)
        self.control = Control(self.front, self.changed, self._spawn, self.tell, self.refuse)
        self._commands, self._autosave = commands, autosave
        self._snapshot_s, self._is_behind = 0.0, False
        self.leaving: Callable[[], None] = lambda: None
        self._colourless = colourless
        for known in THEMES:
            self.register_theme(known)
        self.theme = COLOURLESS if colourless else theme or THEMES[0].name

    def get_default_screen(self) -> Screen[None]:
        return SimulationScreen(id="simulation")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(THEMES[0 if self.current_theme.dark else 1].variables)

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.theme_changed_signal.subscribe(self, lambda theme: self.repaint())
        self.app_suspend_signal.subscribe(self, lambda app: self.control.pause())
        self.app_resume_signal.subscribe(self, lambda app: self._resume())

    def on_simulation_screen_ready(self) -> None:
        self.repaint()
        self.look(replace(self.view, plots=False))
        self.simulation.call_after_refresh(self._begin_plots)

    def _begin_plots(self) -> None:
        warm_up()
        self.look(replace(self.view, plots=True))
        self.set_interval(SAVE_S, self.save)
        if self._commands:
            self.perform(self._commands)

    def save(self, *, at_once: bool = False) -> None:
        """Keep the session, if there is anything new in it; `at_once` also steps that were just made."""
        if self._autosave is None or self.control.busy:
            return
        problem = self._autosave.problem
        self._autosave.look(self.view.speed, at_once=at_once)
        if self._autosave.problem and self._autosave.problem != problem:
            self.say(f"the session is not saved: {self._autosave.problem}", error=True)

    def _resume(self) -> None:
        """After a suspension the terminal shows the shell's screen, and owes no answers."""
        self.frames.forget()
        self.screen.refresh()

    async def on_event(self, event: events.Event) -> None:
        """Keys of the simulation's screen act at once, so that those typed in one go meet what they open or close."""
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if typed and self.screen is self.simulation and self.simulation.prompt.is_open:
            await self._type(event)
        elif typed and self.screen is self.simulation and self.focused is None and isinstance(event, events.Key):
            await self._press(event)
        else:
            await super().on_event(event)

    async def _press(self, event: events.Key) -> None:
        if self.view.pending:
            self._take_letter(event.character)
        elif not (await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)):
            self.simulation.on_key(event)

    async def _type(self, event: events.Event) -> None:
        """Give a key, or what was pasted, to the prompt."""
        prompt = self.simulation.prompt
        if isinstance(event, events.Paste):
            prompt.type(in_one_line(event.text))
        elif isinstance(event, events.Key):
            if event.key == "enter":
                self._submit(prompt.take())
            elif event.is_printable:
                prompt.type(event.character or "")
            elif not await self._check_bindings(event.key, priority=True):
                await self._check_bindings(event.key)

    def _submit(self, command: str) -> None:
        if command and not self.perform(command, queued=True):
            self.simulation.prompt.open_again(self.view.message)

    def on_prompt_left(self) -> None:
        self.say("")

    def ask(self, label: str, command: str, value: str, hint: str = "") -> None:
        """Open the prompt; what is typed takes the place of {} in `command`."""
        self.simulation.prompt.ask(label, command, value, hint, self.simulator)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        self.frames.acknowledged()

    def repaint(self) -> None:
        """Hand the panes the colours of the theme."""
        variables = self.get_css_variables()
        self.simulation.repaint(Palette(variables, dark=self.current_theme.dark, colourless=self._colourless))

    @property
    def simulation(self) -> SimulationScreen:
        """The screen under any other."""
        screen = self.screen_stack[0]
        assert isinstance(screen, SimulationScreen)
        return screen

    # What is shown

    def changed(self) -> None:
        """Something that is shown has changed: save it, and draw it as soon as the terminal can take it."""
        self.save()
        self.frames.want(self.control.running)

    def draw(self) -> None:
        """Make the picture of the present state.

        While a thread is at work on the simulator only the view is drawn anew; the rest follows when it is done.
        """
        if self.control.busy:
            self._is_behind = True
            self._show(None)
        elif self._snapshot_s > SLOW_PICTURE_S:
            self._show(None)
            self.run_worker(self._draw_slowly())
        else:
            self.draw_now()

    def draw_now(self) -> None:
        """Make the picture, however long it takes."""
        try:
            self._show(self._snapshot())
        except InputError as error:
            self._fail(error)

    async def _draw_slowly(self) -> None:
        self._is_behind = False
        try:
            self._show(await self.control.look(self._snapshot))
        except InputError as error:
            self._fail(error)
        self.frames.took(self._snapshot_s)
        if self._is_behind:
            self.changed()

    def _snapshot(self) -> Snapshot:
        begun = perf_counter()
        try:
            return self.simulator.snapshot(self.front.selected)
        finally:
            self._snapshot_s = perf_counter() - begun

    def _show(self, snapshot: Snapshot | None) -> None:
        """Hand the panes what to draw; None for what they drew last, looked at in the present way."""
        frames = self.frames.words if self.control.running else ""
        view = self.view = replace(self.view, running=self.control.running, frames=frames)
        if self._snapshot_s > SLOW_PICTURE_S:
            self.control.expect(self._snapshot_s)
        if snapshot is None:
            self.shown = replace(self.shown, view=view) if self.shown is not None else None
            return
        order = np.arange(len(snapshot.names))
        if view.by_size:
            order = np.argsort(-np.abs(snapshot.gradient), kind="stable")
        self.shown = Shown(snapshot, view, order)

    def _fail(self, error: InputError) -> None:
        """A function of the user's own has failed: say so, beside what was drawn before."""
        self.view = replace(self.view, message=str(error), error=True)
        self._show(None)

    def watch_shown(self, shown: Shown | None) -> None:
        if shown is not None and self.screen_stack:
            self.simulation.show(shown)

    def look(self, view: View) -> None:
        """Show the run in another way."""
        if view.speed != self.view.speed:
            self.control.set_speed(view.speed)
        self.view = view
        self.changed()

    def say(self, message: str, *, error: bool = False) -> None:
        """Put a line into the footer, until the next key."""
        self.look(replace(self.view, message=message, error=error, count=""))

    # What is done

    def action_do(self, command_id: str) -> None:
        """Do what a key of the table stands for."""
        command, count = BY_ID[command_id], self.view.count
        self.view = replace(self.view, message="", error=False, count="")
        if command.text:
            self.perform(command.counted(count))
        elif command_id in LOOKS:
            self.look(LOOKS[command_id](self.view))
        elif command_id in ASKS:
            ASKS[command_id](self)
        else:
            getattr(self, "do_" + command_id.replace(".", "_"))(int(count or 1))
        if count:
            self.changed()

    def _take_letter(self, letter: str | None) -> None:
        """What was awaited: the name of a mark; anything but a letter ends the waiting."""
        verb = self.view.pending
        self.view = replace(self.view, pending="", message="")
        if letter is not None and letter.isalpha():
            self.perform(f"{verb} {letter}")
        else:
            self.say("")

    def type_digit(self, digit: str) -> None:
        """Add a digit to the count that the next key takes."""
        if (digit != "0" or self.view.count) and len(self.view.count) < 9:
            self.look(replace(self.view, count=self.view.count + digit, message=""))

    def perform(self, text: str, *, queued: bool = False) -> bool:
        """Do what commands say and say what came of it; False if they were refused.

        What is `queued` waits for what is under way, else that is broken off.
        """
        self.view = replace(self.view, message="", error=False, count="")
        try:
            self.control.perform(text, queued=queued)
        except InputError as error:
            self.refuse(error)
            return False
        if self.control.running and not self.view.message:
            self.say("under way; space breaks it off")
        return True

    def tell(self, said: str, is_answer: bool) -> None:
        """Show what a command says: a remark in the footer, an answer in a window."""
        self.front.selected = min(self.front.selected, len(self.simulator.names) - 1)
        if is_answer or "\n" in said:
            self.say("")
            self.push_screen(TextScreen(said, self.view.glyphs))
        else:
            self.say(said)

    def refuse(self, error: InputError) -> None:
        """Say what was wrong."""
        self.say(str(error), error=True)
        if self.simulation.prompt.is_open:
            self.simulation.prompt.warn(str(error))

    def _spawn(self, task: Coroutine[None, None, None]) -> None:
        self.frames.count_anew()
        self.run_worker(self._guarded(task))

    async def _guarded(self, task: Coroutine[None, None, None]) -> None:
        """A run that ends with a line in the footer if a function of the user's own fails."""
        try:
            await task
        except InputError as error:
            self.refuse(error)

    def do_run_toggle(self, count: int) -> None:
        self.say(self.control.toggle(self.view.speed))

    def do_weight_next(self, count: int) -> None:
        self._select(count)

    def do_weight_previous(self, count: int) -> None:
        self._select(-count)

    def _select(self, by: int) -> None:
        if self.shown is not None:
            order = self.shown.order
            at = int(np.flatnonzero(order == self.front.selected)[0]) + by
            self.front.selected = int(order[min(max(0, at), len(order) - 1)])
        self.changed()

    def do_app_help(self, count: int) -> None:
        self.control.pause()
        self.push_screen(HelpScreen(self.view.glyphs))

    def do_app_palette(self, count: int) -> None:
        self.action_command_palette()

    def action_command_palette(self) -> None:
        self.control.pause()
        super().action_command_palette()

    def do_app_suspend(self, count: int) -> None:
        self.control.pause()
        self.action_suspend_process()

    def do_app_quit(self, count: int) -> None:
        self.control.pause()
        self.save(at_once=True)
        self.leaving()
        self.frames.when_quiet(lambda: self.exit(0))

    def action_help_quit(self) -> None:
        """Ctrl+C quits, whatever is open."""
        self.do_app_quit(1)

    async def action_quit(self) -> None:
        self.do_app_quit(1)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for command in COMMANDS:
            yield SystemCommand(command.words, command.shown, lambda command=command: self.action_do(command.id))
        yield SystemCommand("theme", "light, dark, and others", self.action_change_theme)


def run_app(
    simulator: Simulator,
    *,
    speed: float = NORMAL_SPEED,
    theme: str | None = None,
    ascii: bool = False,
    no_color: bool = False,
    mouse: bool = True,
    fps: float = 30.0,
    commands: str = "",
    autosave: Autosave | None = None,
) -> int:
    """Show the simulator on the terminal until the user quits; returns the exit status."""
    from gd_tui.tui.guard import Guard

    if no_color:
        os.environ["NO_COLOR"] = "1"  # Textual reads it for what it draws by itself
    view = View(speed=speed, glyphs=ASCII if ascii else COLOURLESS_GLYPHS if no_color else UNICODE)
    app = GdTui(simulator, view=view, theme=theme, colourless=no_color, fps=fps, commands=commands, autosave=autosave)
    with Guard() as guard:
        app.leaving = lambda: guard.leave_within(LEAVE_S)
        app.run(mouse=mouse)
    if autosave is not None:
        autosave.close()
    return app.return_code or 0
