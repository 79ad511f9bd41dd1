"""Sessions of the real program: what is done survives its death, and every way in gives the same numbers."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from .driving import CLEAN, command, output, program, step

pytestmark = pytest.mark.terminal

CALM = ("explainer-sum", "--lr", "1e-7")
SCRIPT = (
    "step 30",
    "lr 0.1",
    "run until loss < 20",
    "optimizer adam",
    "step 4000",
    "back 3990",
    "w w1 7",
    "step 10",
    "undo",
    "step 5",
    "set beta1 0.5",
    "run until step >= 700",
    "undo",
    "redo",
    "goto 600",
    "schedule exponential",
    "step 25",
)


def test_a_killed_run_is_resumed_where_it_stood_at_most_two_seconds_ago(tmp_path: Path) -> None:
    with program(*CALM, "--speed", "1000") as session:
        session.wait_for("step 0 ")
        session.send("5", "n")
        session.wait_for("step 5 ")
        session.send("+")
        session.wait_for("learning rate 1.26e-07")
        session.send("space")
        session.wait_for(lambda: step(session) > 2500)
        shown = step(session)
        session.signal(signal.SIGKILL)
        assert session.finish().returncode == -signal.SIGKILL
    resumed, replayed = tmp_path / "resumed.csv", tmp_path / "replayed.csv"
    with program("resume") as session:
        session.wait_for(r"lr 1\.26e-07 ")
        k = step(session)
        assert k >= shown - 2000
        command(session, f"export {resumed}")
        session.wait_for(resumed.exists)
        session.send("q")
        assert session.finish() == CLEAN
    output("plain", *CALM, "--exec", f"step 5; lr 1.26e-7; step {k - 5}; export {replayed}")
    assert resumed.read_bytes() == replayed.read_bytes()


def test_one_script_gives_the_same_numbers_by_every_way(tmp_path: Path) -> None:
    def script(way: str) -> tuple[str, ...]:
        return (*SCRIPT, f"export {tmp_path / way}.csv")

    output("plain", typed="\n".join(script("stdin")) + "\n")
    output("plain", "--exec", "; ".join(script("plain")))
    with program("--exec", "; ".join(script("screen"))) as session:
        session.wait_for((tmp_path / "screen.csv").exists)
        session.send("q")
        assert session.finish() == CLEAN
    with program() as session:
        session.wait_for("step 0 ")
        command(session, *script("typed"))
        session.wait_for((tmp_path / "typed.csv").exists)
        session.send("q")
        assert session.finish() == CLEAN
    expected = (tmp_path / "stdin.csv").read_bytes()
    assert expected.count(b"\n") == 626 + 1
    for way in ("plain", "screen", "typed"):
        assert (tmp_path / f"{way}.csv").read_bytes() == expected, way


def test_programs_that_run_at_once_never_write_the_same_session() -> None:
    with program() as first, program() as second:
        for session, count in ((first, "5"), (second, "7")):
            session.wait_for("step 0 ")
            session.send(*count, "n", "+")
            session.wait_for(f"from step {count} on")
        with program("resume", "explainer-1") as copy:
            copy.wait_for(r"lr 0\.0629 ")
            begun = step(copy)
            copy.send("4", "n", "-")
            copy.wait_for(f"from step {begun + 4} on")
            first.send("n")
            first.wait_for("step 6 ")
            for session in (copy, second, first):
                session.send("q")
                assert session.finish() == CLEAN
    rows = [line.split() for line in output("sessions").splitlines()[1:]]
    assert {row[0] for row in rows} == {"explainer-1", "explainer-2", "explainer-3"}
    # name, date, time, problem, optimizer, "lr", rate, step, loss
    assert sorted(int(row[7]) for row in rows) == sorted([6, 7, begun + 4])


def test_a_dropped_terminal_leaves_a_session_that_resumes() -> None:
    with program() as session:
        session.wait_for("step 0 ")
        session.send("n", "n", "+")
        session.wait_for("learning rate 0.0629 from step 2 on")
        session.hang_up()
        assert session.finish().returncode in (-signal.SIGHUP, 128 + signal.SIGHUP)
    with program("resume") as session:
        session.wait_for(r"lr 0\.0629 ")
        assert step(session) == 2
        session.send("u")
        session.wait_for(r"lr 0\.05 ")
        session.send("q")
        assert session.finish() == CLEAN


def test_quit_among_the_first_commands_ends_well() -> None:
    with program("--exec", "step 3; quit; step 5", "--speed", "max") as session:
        assert session.finish() == CLEAN
    assert " 3 " in output("sessions").splitlines()[1]


def test_a_mistake_among_the_first_commands_is_shown_and_nothing_is_lost() -> None:
    with program("--exec", "step 3; lr -1; step 5") as session:
        session.wait_for("above 0")
        assert step(session) == 3
        command(session, "quit")
        assert session.finish() == CLEAN
