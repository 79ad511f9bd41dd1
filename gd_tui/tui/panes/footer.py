"""The bottom line: what the keys do, or what was just said."""

from __future__ import annotations

from gd_tui.commands import COMMANDS
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, Run, narrow


class Footer(Pane):
    """Keys in the order of the table, cut where the line ends; the pinned ones always at the right."""

    ID = "footer"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        view = shown.view
        pinned = _hints(pinned=True)
        tail = [run for hint in pinned for run in hint]
        room = width - 1 - _length(tail)
        if view.message or view.count:
            said = view.count or view.message
            role = "danger bold panel" if view.error else "bright panel"
            words = " " + view.glyphs.plain(said)
            if len(words) > room:  # what is said is worth more than what the keys do
                return [[(view.glyphs.plain(narrow(words, width - 1))[:width].ljust(width), role)]]
            return [[(words.ljust(room + 1), role), *tail]]
        line: list[Run] = [(" ", "text panel")]
        for hint in _hints(pinned=False):
            if _length(line) + _length(hint) > room:
                break
            line += hint
        return [[*line, (" " * (width - _length(line) - _length(tail)), "text panel"), *tail]]


def _hints(*, pinned: bool) -> list[list[Run]]:
    """The keys of each label with the label: `[ ] speed`."""
    keys: dict[str, list[str]] = {}
    for command in COMMANDS:
        if command.label and command.pinned == pinned:
            keys.setdefault(command.label, []).append(command.shown.split()[0])
    return [[(" ".join(shown), "bright bold panel"), (f" {label}  ", "dim panel")] for label, shown in keys.items()]


def _length(line: list[Run]) -> int:
    return sum(len(text) for text, _ in line)
