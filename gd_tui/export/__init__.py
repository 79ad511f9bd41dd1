"""A run as a file: its numbers, or a script that makes it again with numpy alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gd_tui.errors import InputError

if TYPE_CHECKING:
    from gd_tui.scenario import Scenario
    from gd_tui.simulator import Simulator

FORMAT_OF_SUFFIX = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "table"}
SCRIPT = ".py"


def export(simulator: Simulator, path: str) -> str:
    """Write steps 0 to the present one to a file, whose suffix says how; returns what was done, in words.

    A failure leaves a file that was there before as it was. Raises InputError for a suffix that is not known, a
    place that cannot be written to, or a file that the run itself is read from.
    """
    target = Path(os.path.realpath(path))  # a link stays one
    if target.suffix.lower() not in {*FORMAT_OF_SUFFIX, SCRIPT}:
        known = ", ".join([*FORMAT_OF_SUFFIX, SCRIPT])
        raise InputError(f"export {path}: the name must end in one of {known} (.svg is for the screen)")
    _spare_sources(simulator, target, path)
    _write(target, path, lambda out: _print(simulator, target.suffix.lower(), out))
    return f"steps 0 to {simulator.k:,} written to {path}"


def _print(simulator: Simulator, suffix: str, out: TextIO) -> None:
    import numpy as np

    from gd_tui.export.formats import FORMATS
    from gd_tui.export.script import script
    from gd_tui.export.trace import PastRun

    if suffix == SCRIPT:
        out.write(script(simulator))
        return
    with np.errstate(all="ignore"):
        FORMATS[FORMAT_OF_SUFFIX[suffix]](PastRun.of(simulator), out)


def _spare_sources(simulator: Simulator, target: Path, shown: str) -> None:
    """Raise InputError if the target is a file of the user's that the run was read from."""
    for segment in simulator.branch.segments:
        for source in _sources(segment.scenario):
            with suppress(OSError):  # one of the two does not exist: then they are not the same
                if os.path.samefile(source, target):
                    raise InputError(f"export {shown}: the run is made from that file; choose another name")


def _sources(scenario: Scenario) -> list[str]:
    module = (scenario.module or "").rpartition(":")[0]
    return [name for name in (scenario.data, module) if name]


def _write(target: Path, shown: str, put: Callable[[TextIO], None]) -> None:
    """Write a file beside the target, and put it in its place when it is whole."""
    try:
        if target.is_dir():
            raise InputError(f"export {shown}: that is a directory")
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError(f"export {shown}: that file is write-protected")
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise InputError(f"export {shown}: cannot be written: {error.strerror}") from None
    try:
        with open(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            put(out)
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except OSError as error:
        raise InputError(f"export {shown}: cannot be written: {error.strerror}") from None
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
