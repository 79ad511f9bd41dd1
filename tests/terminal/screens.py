"""What a terminal shows, and the modes it is in."""

from __future__ import annotations

import codecs
import re

import pyte

UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?\Z")
CONTROL = re.compile(
    r"\x1b\[(?P<mark>[<=>?]?)(?P<numbers>[\d;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"
)
WRAP, CURSOR, ALTERNATE = 7, 25, 1049
SWITCHED_OFF_AT_THE_END = {
    9: "mouse",
    1000: "mouse",
    1002: "mouse drag",
    1003: "mouse motion",
    1006: "SGR mouse",
    1015: "urxvt mouse",
    1016: "pixel mouse",
    1004: "focus reports",
    ALTERNATE: "alternate screen",
    2004: "bracketed paste",
    2026: "synchronised update",
    2048: "size reports",
}


class Screens:
    """The main and the alternate screen, and the modes pyte does not keep."""

    def __init__(self, columns: int, rows: int) -> None:
        self.main = pyte.Screen(columns, rows)
        self.alternate = pyte.Screen(columns, rows)
        self.modes = {WRAP: True, CURSOR: True}
        self.keyboard_flags = 0  # depth of kitty's stack
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._streams = {screen: pyte.Stream(screen) for screen in (self.main, self.alternate)}
        self._rest = ""

    @property
    def shown(self) -> pyte.Screen:
        return self.alternate if self.modes.get(ALTERNATE) else self.main

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decode(data)
        unfinished = UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        text, self._rest = text[:end], text[end:]
        done = 0
        for control in CONTROL.finditer(text):
            self._draw(text[done : control.start()])
            done = control.end()
            self._obey(control)
        self._draw(text[done:])

    def _draw(self, text: str) -> None:
        if text:
            self._streams[self.shown].feed(text)

    def _obey(self, control: re.Match[str]) -> None:
        mark, final = control["mark"], control["final"]
        if final is None or control["between"]:
            return  # a string such as a title, or a query
        if mark == "?" and final in "hl":
            for number in control["numbers"].split(";"):
                self._set_mode(int(number), final == "h")
        elif mark in "<>" and mark and final == "u":
            self.keyboard_flags = max(0, self.keyboard_flags + (1 if mark == ">" else -1))
        elif not mark:
            self._draw(control[0])

    def _set_mode(self, number: int, on: bool) -> None:
        if number == ALTERNATE and on and not self.modes.get(ALTERNATE):
            self.alternate.reset()
        self.modes[number] = on
        if number in (WRAP, CURSOR):
            self._draw(f"\x1b[?{number}{'h' if on else 'l'}")

    def resize(self, columns: int, rows: int) -> None:
        for screen in (self.main, self.alternate):
            screen.resize(lines=rows, columns=columns)

    def left_behind(self) -> list[str]:
        """What a shell would not want to find."""
        names = SWITCHED_OFF_AT_THE_END
        left = [f"{name} left on" for number, name in names.items() if self.modes.get(number)]
        if not self.modes[CURSOR]:
            left.append("cursor left hidden")
        if not self.modes[WRAP]:
            left.append("wrapping left off")
        if self.keyboard_flags:
            left.append("kitty keyboard flags left pushed")
        if self._rest:
            left.append(f"output ends within the sequence {self._rest!r}")
        return left
