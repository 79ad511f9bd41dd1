"""The real program: how it is started in a pseudo-terminal, and what is read off its screen."""

from __future__ import annotations

import re
import subprocess
import sys

from .pty_session import ROOT, Ending, Session, environment

COMMAND = [sys.executable, "-m", "gd_tui"]
CLEAN = Ending(0, True, [])


def program(*arguments: str, size: tuple[int, int] = (80, 24), env: dict[str, str | None] | None = None) -> Session:
    """The program on a screen."""
    return Session([*COMMAND, *arguments], size, env)


def output(*arguments: str, typed: str = "") -> str:
    """What the program prints without a screen; it must end well."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env=environment({}),  # the same as on a screen: it may say how the arithmetic is done
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def step(session: Session) -> int:
    """The step that the header shows."""
    found = re.search(r"step ([\d,]+)", session.text())
    assert found is not None, session.text()
    return int(found[1].replace(",", ""))


def command(session: Session, *lines: str) -> None:
    """Type commands at the prompt, one after the other, and wait for nothing."""
    for line in lines:
        session.send(":", *("space" if c == " " else c for c in line), "enter")
