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
NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""No file can be called so, and no terminal can print it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a quoted name, or a comparison sign."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return quote(self.text) if self.quoted else self.text


def split(text: str) -> list[list[Word]]:
    """The commands in a text, each as its words; what stands behind a `#` is left out.

    Raises InputError for a quote that is not closed, and for what is no text.
    """
    if found := NO_TEXT.search(text):
        raise InputError(f"there is a character that is no text: {found[0]!a}")
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


def begun(text: str) -> tuple[list[Word], str]:
    """Of the command that is being typed at the end of a text, the words before the last one, and that as it is."""
    words, at = list[Word](), 0
    while (at := _skip(text, at)) < len(text):
        found = PART.match(text, at)
        if found is None or (found.end() == len(text) and not found["end"]):
            return words, text[at:]
        at = found.end()
        words = [] if found["end"] else [*words, *split(found[0])[0]]
    return words, ""


def in_one_line(text: str) -> str:
    """Lines of commands as one, parted by `;` and without remarks; lines that cannot be read, as they are."""
    lines = text.splitlines()
    if len(lines) < 2:
        return text.strip("\r\n")
    try:
        return "; ".join(map(joined, split(text)))
    except InputError:
        return "; ".join(lines)


def _skip(text: str, at: int) -> int:
    """Where the next word begins: behind blanks and a remark."""
    while at < len(text) and (text[at] == "#" or (text[at].isspace() and text[at] != "\n")):
        if text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            at += 1
    return at


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
