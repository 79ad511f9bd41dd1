"""The screen as a front end: asked for only where there is a terminal to draw on."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from math import inf, isfinite
from typing import TYPE_CHECKING

import click

from gd_tui.cli.batch import print_run
from gd_tui.cli.plain import read_plainly
from gd_tui.errors import InputError

if TYPE_CHECKING:
    from gd_tui.session import Slot
    from gd_tui.simulator import Simulator

NORMAL_SPEED = "10"


def open_screen(
    simulator: Simulator,
    *,
    speed: str | None,
    theme: str | None,
    ascii: bool,
    no_color: bool,
    no_mouse: bool,
    fps: str,
    commands: str = "",
    slot: Slot | None = None,
) -> int:
    """Show the run until the user quits; returns the exit status.

    With only stdout turned elsewhere the run is printed there instead. Without a terminal: 2, and one line
    on stderr. `speed` and `fps` are numbers above 0 as text, `speed` may be `max`. `commands` are done first; `slot`
    is the place of a session that was taken up. Raises InputError for what is wrong with them.
    """
    speed = speed or NORMAL_SPEED
    updates_per_s = inf if speed == "max" else _positive(speed, "--speed", "a number above 0, or max")
    frames_per_s = _positive(fps, "--fps", "a number above 0")

    from gd_tui.tui.guard import is_terminal, needs_ascii, prepare_environment, why_not

    streams = sys.__stdin__, sys.__stderr__
    if all(map(is_terminal, streams)) and not is_terminal(sys.__stdout__):
        return read_plainly(simulator, commands=commands) if commands else print_run(simulator)
    reason = why_not(os.environ, *streams)
    if reason is not None or sys.__stderr__ is None:
        click.echo(reason, err=True)
        return 2
    prepare_environment(os.environ, sys.__stderr__)

    from gd_tui.session import Autosave, Shelf
    from gd_tui.tui.app import run_app

    autosave = Autosave(simulator, Shelf(), slot)
    status = run_app(
        simulator,
        speed=updates_per_s,
        theme=theme,
        ascii=ascii or needs_ascii(os.environ, sys.__stderr__),
        no_color=no_color or bool(os.environ.get("NO_COLOR")),
        mouse=not no_mouse,
        fps=frames_per_s,
        commands=commands,
        autosave=autosave,
    )
    if autosave.name and not autosave.problem:
        click.echo(f"saved as {autosave.name}; `gd-tui resume` goes on from here", err=True)
    return status


def _positive(text: str, option: str, expected: str) -> float:
    with suppress(ValueError):
        value = float(text)
        if isfinite(value) and value > 0:
            return value
    raise InputError(f"{option}: expected {expected}, got {text!r}")
