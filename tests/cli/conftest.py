"""Two ways to run the command line: inside the test, and as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from gd_tui.cli.main import main


class Outcome(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Outcome]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """`gd-tui WORDS` inside this process."""

    def run(*words: str) -> Outcome:
        capsys.readouterr()
        status = main(words)
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
def process() -> Call:
    """`gd-tui WORDS` as a process, without a terminal; keywords go to `subprocess.run`."""

    def run(*words: str, **options: Any) -> Outcome:
        command = [sys.executable, "-W", "error", "-m", "gd_tui", *words]
        usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        done = subprocess.run(command, encoding="utf-8", timeout=60, check=False, **(usual | options))
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
