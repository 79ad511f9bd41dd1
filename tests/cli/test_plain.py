"""`gd-tui plain`: commands in, text out; from a pipe, a script, or --exec; mistakes, the end, and Ctrl+C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gd_tui.simulator.slices import Slices

ASCII = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
# Where the tests run in the background SIGINT is ignored, and Python does not take it up again by itself.
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from gd_tui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def piped(process: Any, tmp_path: Path) -> Any:
    """`gd-tui plain WORDS` with this text on stdin."""

    def run(text: str | bytes, *words: str, **options: Any) -> Any:
        (tmp_path / "stdin").write_bytes(text.encode() if isinstance(text, str) else text)
        with (tmp_path / "stdin").open() as stdin:
            return process(*(words or ("plain",)), stdin=stdin, **options)

    return run


def steps_of(out: str) -> list[int]:
    """The steps that were told of."""
    lines = [line.removeprefix("step ").partition(":")[0] for line in out.splitlines() if line.startswith("step ")]
    return [int(number.replace(",", "")) for number in lines]


STEP_1 = """\
step 1: loss 268.841730, down by 183.722270
  weight           value          change        gradient
  w1            4.616000       +0.416000       -8.153600
  w2            4.312000       +0.712000      -13.100800
  w3            2.730000       +1.230000      -20.172000
  w4            2.476000       +1.776000      -24.153600
  w5            2.550000       +2.450000      -24.500000
"""


def test_enter_makes_one_update(piped: Any) -> None:
    assert piped("\n") == (0, STEP_1, "")
    assert steps_of(piped("\n\n  \nstep 3\n").out) == [1, 2, 3, 6]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", []),
        ("step 2", [2]),
        ("step 2; back; goto 9\nlr 0.1; step\n", [2, 1, 9, 10]),
        ("step 2\nquit\nstep 2\n", [2]),
        ("step 2; quit; step 2\n", [2]),
        ("# nothing\nstep # one\n", [1]),
        ("step 2\r\nstep 2\r\n", [2, 4]),
        ("show\nhelp\n", []),
    ],
)
def test_what_is_piped_in_is_done_up_to_its_end(text: str, steps: list[int], piped: Any) -> None:
    outcome = piped(text)
    told = [line for line in outcome.out.splitlines() if line.startswith("step ") and ":" in line]
    assert (outcome.status, outcome.err, steps_of("\n".join(told))) == (0, "", steps)


def test_a_mistake_is_told_with_its_line_and_the_rest_is_done(piped: Any) -> None:
    outcome = piped("step 2\nfly\n\nlr x; step\nstep 2\n")
    assert (outcome.status, steps_of(outcome.out)) == (2, [2, 3, 5])
    first, second = outcome.err.splitlines()
    assert first.startswith("gd-tui: error: line 2: unknown command 'fly'")
    assert second == "gd-tui: error: line 4: lr: expected a finite number, got 'x'"


def test_bytes_that_are_no_text_are_a_mistake_like_another(piped: Any) -> None:
    for utf8 in ("0", "1"):
        outcome = piped(b"\xff\xfe\n\nw\x00w\nstep\n", env=os.environ | {"PYTHONUTF8": utf8})
        assert (outcome.status, steps_of(outcome.out)) == (2, [1, 2])
        assert [line[:22] for line in outcome.err.splitlines()] == ["gd-tui: error: line 1:", "gd-tui: error: line 3:"]


def test_exec_leaves_stdin_alone(piped: Any) -> None:
    outcome = piped("step 100\n", "plain", "--exec", "step 2; step; quit; step")
    assert (outcome.status, steps_of(outcome.out)) == (0, [2, 3])


@pytest.mark.parametrize("words", [("plain",), ("plain", "bowl")])
def test_a_script_with_and_without_a_problem(words: tuple[str, ...], call: Any, tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("# two and one\nstep 2\nstep; w " + ("x" if "bowl" in words else "w1") + " 3\n", encoding="utf-8")
    outcome = call(*words, str(script))
    assert (outcome.status, outcome.err, steps_of(outcome.out)) == (0, "", [2, 3, 3])


def test_exec_comes_before_a_script_and_quit_ends_both(call: Any, tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("step 5\nquit\nstep\n")
    assert steps_of(call("plain", str(script), "--exec", "step 2").out) == [2, 7]
    assert steps_of(call("plain", str(script), "--exec", "step 2; quit").out) == [2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"step\n\nstep x\nstep\n", "script.txt: line 3: step: expected one whole number of 0 or more, got x"),
        (b"step\nfly\n", "script.txt: line 2: unknown command 'fly'"),
        (b"\xff\xfe", "script.txt: it is not UTF-8 text, so no script of commands"),
        (None, "script.txt: cannot be read: No such file or directory"),
    ],
)
def test_a_mistake_in_a_script_ends_it(content: bytes | None, message: str, call: Any, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "script.txt").write_bytes(content)
    outcome = call("plain", "explainer", str(tmp_path / "script.txt"))
    assert outcome.status == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert steps_of(outcome.out) in ([], [1])


def test_a_mistake_in_exec(call: Any) -> None:
    outcome = call("plain", "--exec", "step; lr x; step")
    assert (outcome.status, steps_of(outcome.out)) == (2, [1])
    assert outcome.err == "gd-tui: error: lr: expected a finite number, got 'x'\n"


def test_no_escape_codes_and_ascii_where_that_is_all_there_is(piped: Any) -> None:
    text = "step 2\nshow\nexplain\npredict\nstability\ncheck\nhelp\nlr 3\nrun\nshow events\nfly\n"
    outcome = piped(text, env=ASCII | {"TERM": "xterm-256color", "FORCE_COLOR": "1"})
    assert outcome.status == 2
    assert (outcome.out + outcome.err).isascii()
    assert "\x1b" not in outcome.out + outcome.err
    assert "?" not in outcome.out, "everything of our own has a spelling in ASCII"


def test_diverging_and_stopping_raise_no_warning(piped: Any) -> None:
    text = "lr 30\nbreak gradient < 1 and full loss rises\nrun\nshow\nexplain\nback until loss < 500\nevent back\n"
    outcome = piped(text)
    assert (outcome.status, outcome.err) == (0, "")
    assert "diverged" in outcome.out


def test_piped_commands_leave_no_session_behind(piped: Any, state_directory: Path) -> None:
    piped("step 3\nlr 0.1\n")
    assert not state_directory.exists()


@pytest.mark.parametrize("way", ["pipe", "exec", "script"])
def test_an_interrupt_ends_the_command_between_two_updates(way: str, tmp_path: Path) -> None:
    script = "step 3\nlr 1e-12\nstep 900000000\nstep 5\nlr 1\n"
    (tmp_path / "script.txt").write_text(script)
    words = {"pipe": [], "exec": ["--exec", script], "script": [str(tmp_path / "script.txt")]}[way]
    command = [sys.executable, "-c", INTERRUPTIBLE, "plain", *words]
    streams: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, encoding="utf-8", **streams) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        if way == "pipe":
            running.stdin.write(script)
            running.stdin.flush()
        while "learning rate 1e-12" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, "")
    assert "learning rate 1 from" not in out
    assert "step 900,000,000" not in out


@pytest.mark.parametrize("way", ["exec", "script"])
def test_an_interrupted_command_ends_between_two_updates(
    way: str, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = iter(range(100))

    def end(slices: Slices) -> None:
        if next(ends) == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Slices, "end", end)
    script = f"step 100; save {tmp_path}/session.json\nstep 3\n"
    (tmp_path / "script.txt").write_text(script)
    handler = signal.getsignal(signal.SIGINT)
    outcome = call("plain", *(["--exec", script] if way == "exec" else [str(tmp_path / "script.txt")]))
    assert (outcome.status, outcome.err) == (130, "")
    assert outcome.out.startswith("interrupted at step 5\nstep 5: loss ")
    assert not (tmp_path / "session.json").exists()
    assert signal.getsignal(signal.SIGINT) is handler
