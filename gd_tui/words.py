"""Words of the command language: parted by blanks, commands by `;` or a new line, names quoted where need be.

Inside double quotes a doubled quote stands for one, as in CSV. Comparison signs part words without blanks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gd_tui.errors import InputError

PART = re.compile(r'"(?P<double>(?:[^"]|"")*)"|(?P<sign><=|>=|==|[<>=])|(?P<end>[;\n])|(?P<plain>[^\s"<>=;]+)')
OPEN = '"'
BREAKS = " \t\n;<>="


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a quoted name, or a comparison sign."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return quote(self.text) if self.quoted else self.text


def split(text: str) -> list[list[Word]]:
    """The commands in a text, each as its words; what stands behind a `#` is left out.

    Raises InputError for a quote that is not closed.
    """
    commands: list[list[Word]] = [[]]
    at = 0
    while (at := _skip(text, at)) < len(text):
        found = PART.match(text, at)
        if found is None:
            raise InputError(f'a quote is not closed: {text[at : at + 30]}; write ""two quotes"" for one within a name')
        at = found.end()
        if found["end"]:
            commands.append([])
        elif found["double"] is not None:
            commands[-1].append(Word(found["double"].replace('""', '"'), quoted=True))
        else:
            commands[-1].append(Word(found["sign"] or found["plain"]))
    return [command for command in commands if command]


def _skip(text: str, at: int) -> int:
    """Where the next word begins: behind blanks and a remark."""
    while at < len(text) and (text[at] in " \t\r" or text[at] == "#"):
        if text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            at += 1
    return at


def unfinished(text: str) -> str:
    """The word at the end of a text that is being typed, "" behind a blank; a quote that is open belongs to it."""
    begin, is_open = 0, False
    for at, character in enumerate(text):
        if character == OPEN:
            is_open = not is_open
        elif not is_open and character in BREAKS:
            begin = at + 1
    return text[begin:]


def quote(name: str) -> str:
    """The name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def quoted(name: str, taken: Sequence[str] = ()) -> str:
    """The name as it can be typed: quoted if it would be read as something else."""
    plain = name not in taken and re.fullmatch(r'[^\s"<>=;#][^\s"<>=;]*', name)
    return name if plain else quote(name)


def joined(words: Sequence[Word]) -> str:
    """The words as they can be typed again."""
    return " ".join(map(str, words))
