"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gd_tui.errors import InputError


@contextmanager
def replacing(path: Path, shown: str) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `path` when it is whole and on the disk.

    If writing fails, or the power does, what was there before is there still. Raises InputError, in which the file
    is called `shown`, if it cannot be written.
    """
    target = Path(os.path.realpath(path))  # a link stays one
    try:
        if target.is_dir():
            raise InputError(f"{shown}: that is a directory")
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError(f"{shown}: that file is write-protected")
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise InputError(f"{shown}: cannot be written: {error.strerror}") from None
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except OSError as error:
        raise InputError(f"{shown}: cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):  # it is gone, if all went well
            os.unlink(name)


def _mode(target: Path) -> int:
    """The permissions of the file that is there, else those of any new file."""
    with suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
