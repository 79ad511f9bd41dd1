"""The program as a process: what it imports, pipes, signals, and a terminal that is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from math import inf
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gd_tui.tui.guard
from gd_tui import Simulator

LONG_RUN = ("run", "--lr", "1e-9", "--steps", "1000000000", "--format", "csv")
ASK = """
import sys
from gd_tui.cli.main import main
status = main(sys.argv[2:])
print(status, *[name for name in sys.argv[1].split(",") if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        ("--version", "numpy,textual,plotext"),
        ("--help", "numpy,textual,plotext"),
        ("run --help", "numpy,textual,plotext"),
        ("run --steps 3", "textual,plotext,rich"),
        ("run --data hubble_1929 --steps 3 --format json", "textual,plotext,rich"),
        ("list keys", "textual,plotext,rich"),
    ],
)
def test_nothing_is_imported_in_vain(words: str, heavy: str) -> None:
    command = [sys.executable, "-c", ASK, heavy, *words.split()]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    assert done.stderr == "0\n"


@pytest.mark.parametrize("words", [[], ["rosenbrock", "--lr", "0.001"]])
def test_without_a_terminal_one_line_names_the_other_ways(process: Any, words: list[str]) -> None:
    outcome = process(*words)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert "gd-tui run" in outcome.err
    assert "gd-tui plain" in outcome.err
    assert "\x1b" not in outcome.err


needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


def in_a_terminal(*words: str, term: str, stdout_too: bool) -> tuple[int, bytes, bytes]:
    """The program on a pseudo-terminal: exit status, stdout if that is a pipe, what the terminal got."""
    ours, theirs = os.openpty()
    environ = os.environ | {"TERM": term, "COLUMNS": "100"}
    stdout = theirs if stdout_too else subprocess.PIPE
    command = [sys.executable, "-m", "gd_tui", *words]
    streams: dict[str, Any] = {"stdin": theirs, "stdout": stdout, "stderr": theirs}
    done = subprocess.run(command, env=environ, timeout=60, check=False, **streams)
    os.set_blocking(ours, False)
    try:
        shown = os.read(ours, 65536)
    except BlockingIOError:
        shown = b""
    os.close(theirs)
    os.close(ours)
    return done.returncode, done.stdout or b"", shown


@needs_pty
def test_with_stdout_alone_turned_elsewhere_it_prints_the_run(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    status, out, shown = in_a_terminal("--lr", "0.2", term="xterm", stdout_too=False)
    assert (status, shown) == (0, b"")
    assert out.decode() == call("run", "--lr", "0.2").out


@needs_pty
def test_a_dumb_terminal_gets_one_line_without_escape_codes() -> None:
    status, _, shown = in_a_terminal("bowl", term="dumb", stdout_too=True)
    assert status == 2
    assert shown.count(b"\n") == 1
    assert b"gd-tui run" in shown
    assert b"\x1b" not in shown


def test_a_reader_that_takes_no_more_is_no_error() -> None:
    command = [sys.executable, "-W", "error", "-m", "gd_tui", *LONG_RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith("step,loss,lr,")
        running.stdout.close()
        assert running.stderr.read() == ""
        assert running.wait(60) == 0


def test_an_interrupt_ends_it_with_130() -> None:
    # Where the tests run in the background SIGINT is ignored, and Python does not take it up again by itself.
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from gd_tui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
    command = [sys.executable, "-c", code, *LONG_RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", ["run --steps 3", "run --output /dev/full", "list keys", "--help"])
def test_a_full_disk_is_one_line_and_exit_1(process: Any, words: str) -> None:
    with Path("/dev/full").open("w") as full:
        outcome = process(*words.split(), stdout=full)
    assert outcome.status == 1
    assert outcome.err.count("\n") == 1
    assert "No space left" in outcome.err


@pytest.mark.parametrize("style", ["table", "csv", "json"])
def test_names_beyond_the_terminals_charset_are_no_failure(process: Any, tmp_path: Any, style: str) -> None:
    (tmp_path / "data.csv").write_text("größe→,y\n1,2\n2,3\n3,5\n", encoding="utf-8")
    words = ("run", "--data", str(tmp_path / "data.csv"), "--steps", "1", "--format", style)
    outcome = process(*words, env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (outcome.status, outcome.err) == (0, "")
    assert ("gr??e?" if style == "table" else "größe→") in outcome.out


def test_the_screen_gets_the_simulator_and_what_was_asked_for(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def run_app(simulator: Simulator, **options: Any) -> int:
        asked.update(options, simulator=simulator)
        return 7

    app = ModuleType("gd_tui.tui.app")
    monkeypatch.setattr(app, "run_app", run_app, raising=False)
    monkeypatch.setitem(sys.modules, "gd_tui.tui.app", app)
    monkeypatch.setattr(gd_tui.tui.guard, "is_terminal", lambda stream: True)
    monkeypatch.setattr(gd_tui.tui.guard, "prepare_environment", lambda environ, stderr: None)
    monkeypatch.setattr(gd_tui.tui.guard, "needs_ascii", lambda environ, stderr: False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "")

    assert call("rosenbrock", "--lr", "0.001").status == 7
    assert asked.pop("simulator").scenario.problem == "rosenbrock"
    assert asked.pop("autosave").name == "", "nothing is saved before anything is done"
    usual = {"speed": 10, "theme": None, "ascii": False, "no_color": False, "mouse": True, "fps": 30, "commands": ""}
    assert asked == usual
    call("--speed", "max", "--theme", "nord", "--ascii", "--no-color", "--no-mouse", "--fps", "12.5", "--exec", "step")
    assert asked.pop("simulator").scenario.problem == "explainer"
    del asked["autosave"]
    other = {"speed": inf, "theme": "nord", "ascii": True, "no_color": True, "mouse": False, "fps": 12.5}
    assert asked == {**other, "commands": "step"}
    monkeypatch.setenv("NO_COLOR", "1")
    call("--speed", "0.5")
    assert (asked["speed"], asked["no_color"]) == (0.5, True)
