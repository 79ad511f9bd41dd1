"""Commands about files and the front end: export, save, speed, help, quit."""

from __future__ import annotations

from math import inf, isfinite
from pathlib import Path

from gd_tui.commands.arguments import Words, none, one_name, path, told
from gd_tui.commands.front_end import FrontEnd
from gd_tui.errors import InputError
from gd_tui.export import export as export_run
from gd_tui.export import export_text, spare_sources
from gd_tui.session import save as save_session


def export(front: FrontEnd, words: Words) -> str:
    target = path(words, "export")
    if Path(target).suffix.lower() == ".svg":
        export_text(front.simulator, target, front.picture())
        return f"the screen is drawn in {target}"
    return export_run(front.simulator, target)


def save(front: FrontEnd, words: Words) -> str:
    target = path(words, "save")
    spare_sources(front.simulator, target)
    save_session(front.simulator, Path(target))
    return f"saved in {target}; `gd-tui resume {target}` goes on from here"


def speed(front: FrontEnd, words: Words) -> str:
    word = one_name(words, "speed", "updates a second, or `max`")
    if word == "max":
        return front.set_speed(inf)
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not (isfinite(value) and value > 0):
        raise InputError(f"speed: expected a number above 0, or `max`, got {told(words)}")
    return front.set_speed(value)


def quit_(front: FrontEnd, words: Words) -> str:
    none(words, "quit")
    front.quit()
    return ""
