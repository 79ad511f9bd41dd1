"""`gd-tui resume` and `gd-tui sessions`: going on where a session stopped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gd_tui.errors import InputError
from gd_tui.numerals import plain

if TYPE_CHECKING:
    from gd_tui.session import Document, Shelf, Slot
    from gd_tui.simulator import Simulator


def take_up(name: str | None) -> tuple[Simulator, Slot | None, float | None]:
    """A session by its name, or in a file, or the last one: its run, its place on the shelf, and its speed.

    The place is None for a session in a file, and for one that is open in another program: what is done from here on
    is saved as a session of its own then. Raises InputError if there is no such session, it cannot be understood,
    or the user does not want its code to be run.
    """
    from gd_tui.session import Shelf, read_document, revive

    shelf = Shelf()
    path, source = _place(shelf, name)
    document = read_document(path)
    _ask_for_code(document, source)
    simulator = revive(document, source)
    if path.parent != shelf.directory:
        return simulator, None, document.speed
    slot = shelf.take(path.stem)
    if slot is None:
        click.echo(f"{source} is open in another program: this is a copy, saved as a session of its own", err=True)
    return simulator, slot, document.speed


def list_sessions() -> Iterator[str]:
    """Every session on the shelf: name, when it was saved, what it is of, and where it stands."""
    from gd_tui.session import Shelf, read_document

    shelf = Shelf()
    names = shelf.names()
    if not names:
        yield f"there are no sessions yet in {shelf.directory}"
        return
    rows = []
    for name in names:
        try:
            rows.append((name, *_described(read_document(shelf.path(name))), "open" if shelf.is_open(name) else ""))
        except InputError as error:
            rows.append((name, "", str(error).partition(": ")[2], "", "", ""))
    rows.insert(0, ("session", "saved", "run", "step", "loss", ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _described(document: Document) -> tuple[str, str, str, str]:
    here = document.here
    active = max((i for i in here.run if document.segments[i].first <= here.k), default=here.run[0])
    scenario = document.segments[active].scenario
    words = [scenario.problem, *([scenario.data] if scenario.data else []), scenario.optimizer]
    if scenario.lr is not None:
        words.append(f"lr {plain(scenario.lr)}")
    when = datetime.fromtimestamp(document.saved).strftime("%Y-%m-%d %H:%M:%S")
    loss = "not finite" if document.loss is None else f"{document.loss:.8g}"
    return when, " ".join(words), f"{here.k:,}", loss


def _place(shelf: Shelf, name: str | None) -> tuple[Path, str]:
    """The session's file, and what to call it."""
    if name is None:
        names = [known for known in shelf.names() if not shelf.is_open(known)]
        if not names:
            raise InputError("there is no session to go on with: start one with `gd-tui`; it is saved by itself")
        return shelf.path(names[0]), names[0]
    if name not in shelf.names() and (Path(name).exists() or "/" in name or Path(name).suffix):
        return Path(name), name
    return shelf.path(name), name


def _ask_for_code(document: Document, source: str) -> None:
    """A session file may come from anywhere, and a module's code may do anything."""
    if document.module is None:
        return
    file = Path(document.directory) / document.module.rpartition(":")[0]
    what = f"{source} runs the Python code in {file}"
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()):
        raise InputError(f"{what}: resume it in a terminal, where you are asked whether it may")
    if not click.confirm(f"{what}. Run it?", default=False, err=True):
        raise InputError(f"{source}: not resumed, since its code is not to be run")
