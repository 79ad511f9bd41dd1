"""Lines of coloured text, as panes make them: runs of (text, role)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from unicodedata import category, normalize

from rich.cells import cell_len

from gd_tui.tui.glyphs import Glyphs

Run = tuple[str, str]
Line = list[Run]


GROUNDS = ("selected", "panel", "badge")
"""The words of a role that colour the background; a space shows nothing else."""


def fit(runs: Iterable[Run], width: int) -> Line:
    """The line in exactly `width` cells: cut, or filled with spaces.

    Runs that look alike are made one, and spaces join the run before them where the background is the
    same: every run costs the terminal a colour.
    """
    line: Line = []
    room = width
    for text, role in runs:
        text = text[:room]
        room -= len(text)
        if not text:
            continue
        if line and (line[-1][1] == role or (text.isspace() and _ground(line[-1][1]) == _ground(role))):
            line[-1] = (line[-1][0] + text, line[-1][1])
        else:
            line.append((text, role))
    if room:
        line.append((" " * room, "text"))
    return line


@cache
def _ground(role: str) -> str:
    words = role.split()
    return " ".join(word for word in GROUNDS if word in words) + (words[0] if "badge" in words else "")


def narrow(text: str, width: int) -> str:
    """A name from outside in at most `width` cells of one column each: the middle gives way."""
    text = "".join(c if category(c)[0] not in "CM" and cell_len(c) == 1 else "?" for c in normalize("NFC", text))
    if len(text) <= width:
        return text
    head = (width - 1 + 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def title(name: str, role: str, width: int, glyphs: Glyphs, *, right: str = "", focused: bool = False) -> Line:
    """A pane's title, sitting on a rule, with a dim remark at the right end."""
    mark = glyphs.focus if focused else " "
    name, right = glyphs.plain(name)[: max(0, width - 1)], glyphs.plain(right)
    tail = f" {right}" if right and len(name) + len(right) + 5 <= width else ""
    length = width - len(mark) - len(name) - 1 - len(tail)
    return [(mark, role), (name, f"{role} bold"), (" ", "text"), (glyphs.rule * length, "rule"), (tail, "dim")]


def changed_spans(old: Line, new: Line) -> list[tuple[int, int]]:
    """The stretches [begin, end) of cells in which two lines of equal width differ.

    Stretches less than 6 cells apart are taken as one: going on is cheaper than moving the cursor.
    """
    spans: list[tuple[int, int]] = []
    for i, (a, b) in enumerate(zip(_cells(old), _cells(new), strict=True)):
        if a == b:
            continue
        if spans and i - spans[-1][1] < 6:
            spans[-1] = (spans[-1][0], i + 1)
        else:
            spans.append((i, i + 1))
    return spans


def _cells(line: Line) -> list[Run]:
    return [(character, role if character != " " else _ground(role)) for text, role in line for character in text]
