"""Where sessions lie: the platform's state directory, a file for each, which only one program at a time writes."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from platformdirs import user_state_path

from gd_tui.atomic import replacing
from gd_tui.errors import InputError, unknown

MOST = 100
"""Sessions that are kept; beyond them the oldest make room."""
SUFFIX = ".json"


class Slot:
    """A place on the shelf that this program alone writes, until it ends, however it ends.

    Attributes:
        name: what the session is called. path: its file.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.name, self.path, self._lock = path.stem, path, lock

    def write(self, content: bytes) -> None:
        """Put the session there, whole or not at all. Raises InputError if it cannot be written."""
        with replacing(self.path, str(self.path)) as file:
            file.write(content)

    def release(self) -> None:
        """Let another program take it."""
        with suppress(OSError):
            os.close(self._lock)


class Shelf:
    """The sessions of this user on this machine."""

    def __init__(self, directory: Path | None = None) -> None:
        """By default the platform's state directory, as in ~/.local/state/gd-tui."""
        self.directory = directory or user_state_path("gd-tui") / "sessions"

    def names(self) -> list[str]:
        """All sessions, the one that was saved last at the front."""
        with suppress(OSError):
            return [path.stem for path in sorted(self.directory.glob(f"*{SUFFIX}"), key=_saved, reverse=True)]
        return []

    def path(self, name: str) -> Path:
        """The file of a session. Raises InputError for a name that there is not."""
        names = self.names()
        if not names:
            raise InputError(f"there is no session {name!r}: there are none yet in {self.directory}")
        if name not in names:
            raise unknown("session", name, names)
        return self._path(name)

    def is_open(self, name: str) -> bool:
        """Whether a running program writes it."""
        lock = self._lock(name)
        if lock is None:
            return True
        os.close(lock)
        return False

    def take(self, name: str) -> Slot | None:
        """The session's own place, to go on writing it; None while another program does."""
        lock = self._lock(name)
        return None if lock is None else Slot(self._path(name), lock)

    def new(self, stem: str) -> Slot:
        """A place that was never written, called after what it is of: explainer-1, explainer-2 ..."""
        for number in count(1):
            name = f"{stem}-{number}"
            if self._path(name).exists():
                continue
            slot = self.take(name)
            if slot is not None and not slot.path.exists():
                self._make_room()
                return slot
        raise AssertionError

    def _make_room(self) -> None:
        for name in self.names()[MOST - 1 :]:
            slot = self.take(name)
            if slot is not None:
                with suppress(OSError):
                    slot.path.unlink()
                slot.release()

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}{SUFFIX}"

    def _lock(self, name: str) -> int | None:
        """A lock that ends with the program that holds it, even if it is killed."""
        path = self.directory / f".{name}.lock"
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InputError(f"{path}: sessions cannot be kept there: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        return handle


def _saved(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
