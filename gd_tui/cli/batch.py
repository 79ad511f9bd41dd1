"""`gd-tui run`: make the run and print its trace, without a screen."""

from __future__ import annotations

import io
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gd_tui.errors import InputError
from gd_tui.export.formats import FORMATS
from gd_tui.export.trace import NewRun

if TYPE_CHECKING:
    from gd_tui.simulator import Simulator


def print_run(
    simulator: Simulator,
    *,
    steps: int | None = None,
    until: str | None = None,
    every: int = 1,
    style: str = "table",
    output: Path | None = None,
) -> int:
    """Make the run and write its trace to the file, or to stdout; returns the exit status.

    Raises InputError if `until` is no condition or the file cannot be opened, OSError if it cannot be written to
    its end.
    """
    import numpy as np

    condition = None if until is None else simulator.condition(until)
    with _open(output, style) as out, np.errstate(all="ignore"):
        FORMATS[style](NewRun(simulator, steps, every, condition), out)
        out.flush()
    return 0


def _open(output: Path | None, style: str) -> AbstractContextManager[TextIO]:
    if output is not None:
        try:
            return output.open("w", encoding="utf-8", newline="")
        except OSError as error:
            advice = "name a file that can be written"
            raise InputError(f"--output {output}: {error.strerror}; {advice}") from None
    if sys.stdout is None:
        raise InputError("stdout is closed; name a file with --output")
    if style != "table" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return nullcontext(sys.stdout)
