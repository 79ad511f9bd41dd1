"""Colours by meaning. Every one is an exact entry of the xterm-256 palette, since COLORTERM is lost over ssh."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.theme import Theme

DARK: Mapping[str, str] = {
    "text": "#dadada",
    "bright": "#ffffff",
    "dim": "#949494",
    "rule": "#444444",
    "selected": "#262626",
    "weight": "#5fd7ff",
    "gradient": "#ffd75f",
    "loss": "#ff5faf",
    "danger": "#ff5f5f",
    "past": "#875f87",
    "ghost": "#6c6c6c",
}
LIGHT: Mapping[str, str] = {
    "text": "#262626",
    "bright": "#000000",
    "dim": "#626262",
    "rule": "#bcbcbc",
    "selected": "#eeeeee",
    "weight": "#005fd7",
    "gradient": "#875f00",
    "loss": "#af0087",
    "danger": "#d70000",
    "past": "#d787d7",
    "ghost": "#949494",
}
"""`past` is the loss of steps beyond the present one: the loss colour, faded. `ghost` is a replaced future's."""

THEMES = (
    Theme(
        "gd-dark",
        primary="#5fd7ff",
        secondary="#ffd75f",
        accent="#ff5faf",
        error="#ff5f5f",
        foreground="#dadada",
        background="#121212",
        surface="#121212",
        panel="#1c1c1c",
        dark=True,
        variables=dict(DARK),
    ),
    Theme(
        "gd-light",
        primary="#005fd7",
        secondary="#875f00",
        accent="#af0087",
        error="#d70000",
        foreground="#262626",
        background="#ffffff",
        surface="#ffffff",
        panel="#eeeeee",
        dark=False,
        variables=dict(LIGHT),
    ),
)
COLOURLESS = "ansi-dark"
"""The theme whose colours are the terminal's own; with NO_COLOR it sends no colour codes at all."""


class Palette:
    """Rich styles for roles such as "weight", "loss bold" or "dim selected" under one theme.

    A role is the name of a colour, with any of these words after it: bold, selected (the band of the
    selected row), panel (header and footer), badge (the colour as background).
    """

    def __init__(self, variables: Mapping[str, str], *, dark: bool, colourless: bool) -> None:
        self._colours = dict(DARK if dark else LIGHT) | {k: v for k, v in variables.items() if k in DARK}
        self._background, self._panel = variables["background"], variables["panel"]
        self._colourless = colourless
        self._styles: dict[str, Style] = {}

    def __getitem__(self, role: str) -> Style:
        style = self._styles.get(role)
        if style is None:
            style = self._styles[role] = self._make(role.split())
        return style

    def _make(self, words: list[str]) -> Style:
        bold, badge = "bold" in words, "badge" in words
        if self._colourless:
            return Style(bold=bold, reverse=badge or "panel" in words)
        colour = self._colours.get(words[0] if words else "text", self._colours["text"])
        ground = self._panel if "panel" in words else self._background
        if "selected" in words:
            ground = self._colours["selected"]
        return Style(color=ground if badge else colour, bgcolor=colour if badge else ground, bold=bold)
