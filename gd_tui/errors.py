"""The one kind of error that is the user's to mend: shown as one line, exit status 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Wrong input: the message says in one line what was wrong, where, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.splitlines()))  # names of the user's may hold line breaks


def unknown(kind: str, name: str, choices: Iterable[str]) -> InputError:
    """The error for a name that is in no table, with the nearest names or else all of them."""
    known = sorted(choices)
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of: {', '.join(known)}"
    return InputError(f"unknown {kind} {name!r}: {hint}")
