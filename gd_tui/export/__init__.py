"""A run as a file: its numbers, or a script that makes it again with numpy alone."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gd_tui.atomic import replacing
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
    suffix = Path(path).suffix.lower()
    if suffix not in {*FORMAT_OF_SUFFIX, SCRIPT}:
        known = ", ".join([*FORMAT_OF_SUFFIX, SCRIPT])
        raise InputError(f"export {path}: the name must end in one of {known} (.svg is for the screen)")
    spare_sources(simulator, path)
    with replacing(Path(path), f"export {path}") as file:
        out = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        _print(simulator, suffix, out)
        out.detach()
    return f"steps 0 to {simulator.k:,} written to {path}"


def export_text(simulator: Simulator, path: str, text: str) -> None:
    """Write a text to a file, with the same care. Raises InputError as `export` does."""
    spare_sources(simulator, path)
    with replacing(Path(path), f"export {path}") as file:
        file.write(text.encode())


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


def spare_sources(simulator: Simulator, path: str) -> None:
    """Raise InputError if the path leads to a file of the user's that the run was read from."""
    for segment in simulator.branch.segments:
        for source in _sources(segment.scenario):
            with suppress(OSError):  # one of the two does not exist: then they are not the same
                if os.path.samefile(source, path):
                    raise InputError(f"{path}: the run is made from that file; choose another name")


def _sources(scenario: Scenario) -> list[str]:
    module = (scenario.module or "").rpartition(":")[0]
    return [name for name in (scenario.data, module) if name]
