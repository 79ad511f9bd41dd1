"""Only the changed cells go to the terminal, and of their colours only what changes.

Textual 8 repaints a changed span from the left edge of its widget on, spans of one line anew each, and spells
out every colour in full. Over a slow line that is most of the bytes of a step, so the simulation's screen
composes its updates here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor

RESET = "\x1b[0m"


class Codes(NamedTuple):
    """The parts of a style as the terminal is told them: "1", "38;5;81", "48;5;233"."""

    attributes: str
    colour: str
    ground: str


NO_CODES = Codes("", "", "")


@lru_cache(maxsize=1024)
def codes(style: Style, system: ColorSystem | None) -> Codes:
    """The codes of a style for a terminal of this many colours."""
    written = re.match(r"\x1b\[([\d;]*)m", style.render("x", color_system=system))
    if written is None:
        return NO_CODES
    parts = re.findall(r"[34]8;(?:5;\d+|2;\d+;\d+;\d+)|\d+", written[1])
    colours = [p for p in parts if re.match(r"38;|3\d$|9\d$", p)]
    grounds = [p for p in parts if re.match(r"48;|4\d$|10\d$", p)]
    attributes = [p for p in parts if p not in colours and p not in grounds]
    return Codes(";".join(attributes), "".join(colours), "".join(grounds))


def turn(before: Codes, after: Codes) -> str:
    """The shortest sequence that turns one style into another."""
    if before == after:
        return ""
    changes = [b for a, b in zip(before[1:], after[1:], strict=True) if a != b]
    if before.attributes == "1" and after.attributes == "":
        changes.insert(0, "22")
    elif before.attributes == "" and after.attributes:
        changes.insert(0, after.attributes)
    elif before.attributes != after.attributes:
        changes = [""]
    if "" in changes:  # something falls back to the terminal's own, or cannot be taken away by itself
        changes = ["0", *(part for part in after if part)]
    return f"\x1b[{';'.join(changes)}m"


class SpansUpdate(ChopsUpdate):
    """An update that moves to the beginning of each span and writes just that span."""

    def render_segments(self, console: Console) -> str:
        system = console._color_system
        written: list[str] = []
        now = NO_CODES
        for y, begin, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= end or chop_end <= begin:
                    continue
                left, right = max(x, begin), min(chop_end, end)
                written.append(Control.move_to(left, y).segment.text)
                for text, style, control in strip.crop(left - x, right - x):
                    if not control and text:
                        then = codes(style or Style.null(), system)
                        written += (turn(now, then), text)
                        now = then
        return "".join(written) + RESET


class SpanCompositor(Compositor):
    """A compositor whose partial updates are spans."""

    def render_partial_update(self) -> ChopsUpdate | None:
        update = super().render_partial_update()
        return None if update is None else SpansUpdate(update.chops, update.spans, update.chop_ends)
