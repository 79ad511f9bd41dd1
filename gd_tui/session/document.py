"""What stands in a session file: the scenario, the edits, where one stood, and enough of the run to go on at once.

It is JSON and holds numbers and names alone: reading it runs no code.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from zlib import crc32

import msgspec

from gd_tui import __version__
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario

FORMAT = 1
"""Raised when a file of this program could no longer be understood by the one before."""
KIND = "gd-tui session"
LARGEST_BYTES = 2**28
SUM = re.compile(rb',"sum":"([0-9a-f]{8})"}\s*$')


class KeptEngine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An engine as `gd_tui.engine.kept.Kept` has it, and its events; arrays as the bytes of their numbers."""

    newest: int
    diverged: int | None
    converged: int | None
    stride: int
    frames: bytes
    near: int
    frame: bytes
    steps: bytes
    losses: bytes
    events: bytes
    amid: int


class KeptSegment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A segment; `before` is the index of the one that it took over from."""

    scenario: Scenario
    first: int
    engine: KeptEngine
    before: int | None = None
    edits: tuple[str, ...] = ()
    moved: dict[str, float] = {}
    fresh: bool = True


class KeptPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one stands or stood. Runs are lists of segments, by index; ghosts are runs with their first step.

    `notes` are those of the problem, by index.
    """

    run: tuple[int, ...]
    k: int
    ghosts: tuple[tuple[tuple[int, ...], int], ...] = ()
    rivals: tuple[tuple[str, int], ...] = ()
    notes: int = 0


class KeptNotes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Breakpoints as they were typed, by number, and marks."""

    breakpoints: dict[str, str] = {}
    marks: dict[str, int] = {}


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A session.

    Attributes:
        kind, format, program: what the file is, and which version of what wrote it.
        saved: when, in seconds since 1970. directory: what relative names of files in it start from.
        loss: at the present step, to tell whether data or program have changed.
        here, done, undone: where one stands, and the positions that undo and redo go back to.
    """

    kind: Literal["gd-tui session"] = "gd-tui session"
    format: int = FORMAT
    program: str = __version__
    saved: float
    directory: str
    loss: float | None
    segments: tuple[KeptSegment, ...]
    here: KeptPosition
    done: tuple[KeptPosition, ...] = ()
    undone: tuple[KeptPosition, ...] = ()
    notes: tuple[KeptNotes, ...]
    speed: float | None = None

    @property
    def scenario(self) -> Scenario:
        """What the run began as."""
        return self.segments[self.here.run[0]].scenario

    @property
    def module(self) -> str | None:
        """The user's own Python file that going on would run, or None."""
        return next((s.scenario.module for s in self.segments if s.scenario.module is not None), None)


class _Opening(msgspec.Struct):
    """As much of a file as tells whether the rest can be understood."""

    kind: str = ""
    format: int = 0


def encode(document: Document) -> bytes:
    """The file's content: JSON, with a checksum of all that stands before it as the last field."""
    content = msgspec.json.encode(document)[:-1]
    return content + b',"sum":"%08x"}' % crc32(content)


def is_session(content: bytes) -> bool:
    """Whether a file's content looks like a session, whole or damaged."""
    return content.lstrip()[:1] == b"{" and KIND.encode() in content[:200]


def read_document(path: Path) -> Document:
    """The session in a file. Raises InputError if there is none, or it is damaged, or of a newer version."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{path}: too large to be a session")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return decode(content, str(path))


def decode(content: bytes, source: str) -> Document:
    """The session in a file's content. Raises InputError that names the source."""
    try:
        opening = msgspec.json.decode(content, type=_Opening)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        word = "damaged" if is_session(content) else "no session of gd-tui"
        raise InputError(f"{source}: it is {word}; it is left as it is") from None
    if opening.kind != KIND:
        raise InputError(f"{source}: it is no session of gd-tui; it is left as it is")
    if opening.format > FORMAT:
        raise InputError(
            f"{source}: it was saved by a newer gd-tui (format {opening.format}, this one reads {FORMAT}): "
            "update gd-tui; the file is left as it is"
        )
    try:
        return msgspec.json.decode(_checked(content), type=Document)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{source}: it is damaged ({error}); it is left as it is") from None


def _checked(content: bytes) -> bytes:
    """The content without its checksum. Raises ValueError if a bit of it is another one than was written."""
    found = SUM.search(content)
    if found is None or int(found[1], 16) != crc32(content[: found.start()]):
        raise ValueError("it is not what was written: the checksum differs")
    return content[: found.start()] + b"}"
