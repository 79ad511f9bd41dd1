"""The real program in a real terminal: what is typed, what is seen, and what it leaves behind."""

from __future__ import annotations

import re
import signal

import pytest

from .driving import CLEAN, program, step
from .pty_session import Cell, Session

pytestmark = pytest.mark.terminal
SIZES = [(80, 24), (120, 40)]
SGR = re.compile(rb"\x1b\[([\d;:]*)m")


def ready(session: Session, wanted: str = "step 0 ") -> None:
    session.wait_for(wanted)
    session.settle(0.2)


def picture(session: Session) -> list[list[Cell]]:
    """What the eye sees: of a space only its ground."""
    session.settle(0.2)
    return [[Cell(" ", "", cell.bg, False) if cell.char == " " else cell for cell in row] for row in session.cells()]


def close(session: Session) -> None:
    """Leave help. Esc at once followed by another key would be Alt and that key."""
    session.send("escape")
    session.wait_for(lambda: "Esc closes" not in session.text())


@pytest.mark.parametrize("size", SIZES)
def test_a_step_and_back_and_the_very_same_screen(size: tuple[int, int]) -> None:
    with program(size=size) as session:
        ready(session)
        assert re.search(r"w1 +4\.2000", session.text())
        session.send("n")
        session.wait_for(r"step 1 ")
        session.wait_for(r"w1 +4\.6160")
        assert "-8.1536" in session.text()
        first = picture(session)
        session.send("N")
        session.wait_for(r"step 0 of 1")
        session.wait_for(r"w1 +4\.2000")
        assert "PAST" in session.text()
        assert picture(session) != first
        session.send("n")
        session.wait_for(r"step 1 ")
        assert picture(session) == first
        session.send("q")
        assert session.finish() == CLEAN


def test_the_picture_made_of_changes_is_the_picture_made_anew() -> None:
    """After many partial updates the screen is what a program shows that draws it whole."""
    with program(size=(120, 40)) as session:
        ready(session)
        session.send(*"nnnn", "j", *"nn", "N", "z", "Z", "y", "y", "tab", "shift+tab", "k", "n")
        session.wait_for(r"step 6 ")
        by_changes = picture(session)
        session.resize(121, 40)
        session.wait_for(lambda: len(session.cells()[0]) == 121)
        session.settle(0.2)
        session.resize(120, 40)
        assert picture(session) == by_changes
        session.send("q")
        assert session.finish() == CLEAN


def test_space_runs_brackets_set_the_speed_space_pauses() -> None:
    with program("explainer-sum", "--lr", "1e-7") as session:
        ready(session)
        session.send("space")
        session.wait_for("RUNNING")
        session.wait_for(lambda: step(session) >= 2)
        session.send("]")
        session.wait_for("20/s")
        session.send("M")
        session.wait_for(lambda: step(session) > 300)
        session.send("space")
        session.wait_for("PAUSED")
        session.settle(0.3)
        stood = session.text()
        assert session.silent_for(0.5)
        assert session.text() == stood
        session.send("q")
        assert session.finish() == CLEAN


def test_resizing_in_between() -> None:
    with program() as session:
        ready(session)
        session.send("n")
        session.wait_for("step 1 ")
        at_first = picture(session)
        session.resize(120, 40)
        session.wait_for("learning rate 0.05")
        session.resize(40, 10)
        session.wait_for("terminal too small: 40x10")
        session.send("n")
        session.wait_for("step 2 ")
        session.resize(1, 1)
        session.resize(80, 24)
        session.wait_for(r"w1 +5\.0237")
        session.send("N")
        session.wait_for("step 1 of 2")
        session.settle(0.2)
        assert [[c.char for c in row[:38]] for row in session.cells()[1:14]] == [
            [c.char for c in row[:38]] for row in at_first[1:14]
        ]
        session.send("q")
        assert session.finish() == CLEAN


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_quitting_while_it_runs(key: str) -> None:
    with program("explainer-sum", "--lr", "1e-7", "--speed", "max") as session:
        ready(session)
        session.send("space")
        session.wait_for(lambda: step(session) > 100)
        session.send(key)
        assert session.finish() == CLEAN


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_restores_the_terminal(name: str) -> None:
    number = getattr(signal, name)
    with program() as session:
        ready(session)
        session.send("space")
        session.wait_for("RUNNING")
        session.signal(number)
        assert session.finish() == (-number, True, [])


def test_suspending_gives_the_terminal_back_and_comes_back_paused() -> None:
    with program() as session:
        ready(session)
        session.send("space")
        session.wait_for(lambda: step(session) >= 1)
        session.send("ctrl+z")
        session.wait_for(lambda: "weights" not in session.text())
        assert session.silent_for(0.3)
        session.signal(signal.SIGCONT)
        session.wait_for("PAUSED")
        session.settle(0.2)
        k = step(session)
        session.send("n")
        session.wait_for(lambda: step(session) == k + 1)
        session.send("q")
        assert session.finish() == CLEAN


def test_one_step_costs_few_bytes() -> None:
    with program() as session:
        ready(session)
        costs = []
        for k in range(1, 9):
            mark = session.received
            session.send("n")
            session.wait_for(f"step {k} ")
            session.settle(0.1)
            costs.append(len(session.bytes_since(mark)))
        session.send("q")
        assert session.finish() == CLEAN
    assert sorted(costs)[len(costs) // 2] < 2000, costs
    assert max(costs) < 3500, costs


def test_idle_is_silent() -> None:
    with program() as session:
        ready(session)
        session.settle(1.2)
        before = session.cpu_seconds()
        assert session.silent_for(1.0)
        assert session.cpu_seconds() - before < 0.1
        session.send("q")
        assert session.finish() == CLEAN


def test_a_held_key_on_a_slow_line_queues_no_stale_frames() -> None:
    """9600 baud: a frame takes seconds. 200 steps are made at once, and few frames are sent of them."""
    with program() as session:
        ready(session)
        session.rate = 960
        mark = session.received
        session.send(*"n" * 200)
        session.wait_for("step 200 ")
        session.settle(0.5)
        sent = len(session.bytes_since(mark))
        assert step(session) == 200
        session.rate = None
        session.send("N")
        session.wait_for("step 199 of 200")
        session.send("q")
        assert session.finish() == CLEAN
    assert sent < 12_000  # the first frame, that which was under way, and the newest: 200 would be 400 kB


@pytest.mark.parametrize(("arguments", "env"), [([], {"NO_COLOR": "1"}), (["--no-color"], {})])
def test_without_colours_no_colour_is_sent(arguments: list[str], env: dict[str, str | None]) -> None:
    with program(*arguments, env=env) as session:
        ready(session)
        session.send("n", "j", "y")
        session.wait_for("step 1 ")
        session.send("?")
        session.wait_for("Esc closes")
        close(session)
        session.send("q")
        assert session.finish() == CLEAN
        numbers = {int(n) for codes in SGR.findall(bytes(session.bytes_since(0))) for n in codes.split(b";") if n}
    colours = {n for n in numbers if 30 <= n <= 37 or n == 38 or 40 <= n <= 47 or n == 48 or 90 <= n <= 107}
    assert not colours
    assert 1 in numbers  # what moved is still bold


def test_256_colours_where_the_terminal_has_no_more() -> None:
    with program(env={"COLORTERM": None}) as session:
        ready(session)
        session.send("n", "q")
        assert session.finish() == CLEAN
        written = bytes(session.bytes_since(0))
    assert b"38;5;81" in written  # weight
    assert b"38;5;221" in written  # gradient
    assert b"38;5;205" in written  # loss
    assert b"38;2;" not in written


def test_ascii_draws_only_ascii() -> None:
    with program("--ascii") as session:
        ready(session)
        session.send("n", "n", "N", "y", "j")
        session.wait_for("step 1 of 2")
        session.send("?")
        session.wait_for("Esc closes")
        close(session)
        session.send(":")
        session.wait_for("goto K")
        session.send("escape")
        session.wait_for("q quit")
        session.send("q")
        assert session.finish() == CLEAN
        drawn = re.sub(
            rb"\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)|[ -/]*[0-~])",
            b"",
            bytes(session.bytes_since(0)),
        )
    assert set(drawn) <= set(range(0x20, 0x7F)) | set(b"\r\n\b")


def test_divergence_is_a_result() -> None:
    with program("--lr", "0.25", "--speed", "max") as session:
        ready(session)
        session.send("space")
        session.wait_for("DIVERGED at 868")
        session.wait_for("loss is inf")
        session.send("space")
        session.wait_for("has diverged")
        session.send("n", "y", "j", "j", "j", "j", "z", "+", "N")
        session.wait_for("step 867")
        session.send("u", "u", "q")
        assert session.finish() == CLEAN


def test_convergence_is_a_result() -> None:
    with program("--speed", "max") as session:
        ready(session)
        session.send("space")
        session.wait_for("CONVERGED at 966")
        session.settle(0.3)
        assert step(session) == 966
        session.send("q")
        assert session.finish() == CLEAN


TYPED = [
    ("10n", r"step 10 "),
    ("40g", r"step 40 "),
    (":goto 7\r", r"step 7 of"),
    ("2n?q", r"step 9 of"),
]


def test_typing_faster_than_the_screen_is_drawn() -> None:
    """On a slow line many keys come at once: each goes where it would have gone if typed slowly."""
    with program() as session:
        ready(session)
        for keys, seen in TYPED:
            session.send(*keys)
            session.wait_for(seen, timeout=5)
        session.send("q")
        assert session.finish() == CLEAN


def test_typing_slowly() -> None:
    with program() as session:
        ready(session)
        session.send(":")
        session.wait_for("goto K")
        session.send(*"goto 7")
        session.wait_for(": goto 7")
        session.send("enter")
        session.wait_for("step 7 ")
        session.send("right", "left", "left", "pagedown", "home", "end")
        session.wait_for("step 16 ")
        session.send("j")
        session.wait_for("loss curve of w2")
        session.send("enter")
        session.wait_for("enter sets it")
        session.settle(0.2)
        session.send("ctrl+u")
        session.wait_for(r"w2 *$")
        session.settle(0.2)
        assert session.silent_for(0.7)  # no blinking
        session.send(*"9x")
        session.wait_for("w2 9x")
        session.send("enter")
        session.wait_for("finite number")
        session.send("backspace", "enter")
        session.wait_for(r"w2 +9\.0000")
        session.send("q")
        assert session.finish() == CLEAN
