"""Every character that is drawn, in Unicode and in plain ASCII."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gd_tui.ascii import to_ascii


@dataclass(frozen=True)
class Glyphs:
    """One alphabet of the screen.

    `tangent`, `future`, `trail` and `rival` draw those lines with a character of their own; None draws them
    with braille dots, as is the curve, and leaves it to the colour to tell them apart.
    """

    ascii: bool
    cursor: str
    focus: str
    rule: str
    bar: str
    half_left: str
    half_right: str
    track: str
    optimum: str
    zero: str
    past_right: str
    past_left: str
    up: str
    down: str
    still: str
    here: str
    next: str
    lowest: str
    footprint: str
    nothing: str
    arrow: str
    scrollbar: str
    scroll_track: str
    running: str
    converged: str
    diverged: str
    plus_minus: str
    rise: str
    turn: str
    best: str
    plateau: str
    edit: str
    ghost: str
    tangent: str | None = None
    future: str | None = None
    trail: str | None = None
    rival: str | None = None

    def plain(self, text: str) -> str:
        """`text` in this alphabet; "?" stands for what ASCII has no spelling of."""
        return to_ascii(text) if self.ascii else text


UNICODE = Glyphs(
    ascii=False,
    cursor="▸",
    focus="▌",
    rule="─",
    bar="━",
    half_left="╸",
    half_right="╺",
    track="─",
    optimum="┤",
    zero="┼",
    past_right="▸",
    past_left="◂",
    up="↑",
    down="↓",
    still="-",
    here="●",
    next="○",
    lowest="◆",
    footprint="•",
    nothing="·",
    arrow="→",
    scrollbar="┃",
    scroll_track="│",
    running="▸",
    converged="✓",
    diverged="✗",
    plus_minus="±",
    rise="▴",
    turn="~",
    best="▾",
    plateau="=",
    edit="│",
    ghost="·",
)
ASCII = Glyphs(
    ascii=True,
    cursor=">",
    focus=">",
    rule="-",
    bar="=",
    half_left="=",
    half_right="=",
    track=".",
    optimum="|",
    zero="|",
    past_right=">",
    past_left="<",
    up="^",
    down="v",
    still="-",
    here="@",
    next="o",
    lowest="V",
    footprint="+",
    nothing="-",
    arrow="->",
    scrollbar="#",
    scroll_track="|",
    running=">",
    converged="+",
    diverged="!",
    plus_minus="+-",
    rise="^",
    turn="~",
    best="_",
    plateau="=",
    edit="|",
    ghost=":",
    tangent=".",
    future=".",
    trail="+",
    rival="-",
)
COLOURLESS = replace(UNICODE, ghost=":", tangent="·", future="·", trail="•", rival="-")
