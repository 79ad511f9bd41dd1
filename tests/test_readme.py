"""What the README shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gd_tui.commands import COMMANDS

from .readme import README, blocks, replayed


def test_every_example_prints_what_it_shows(tmp_path: Path) -> None:
    shown = list(blocks())
    assert shown
    for block in shown:  # in order and in one folder: later ones use the files of earlier ones
        assert replayed(block, tmp_path) == block


def test_pictures_and_files_that_are_named_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (README.parent / target).exists(), target


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_key_is_told(command: object) -> None:
    text = README.read_text(encoding="utf-8")
    keys = command.shown.split()  # type: ignore[attr-defined]
    assert f"`{keys[0]}`" in text


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    examples = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, str(README), "exec"), {})
    assert "converged" in capsys.readouterr().out
