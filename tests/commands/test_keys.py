"""The table of keys: every line is complete, no key is bound twice, and its command can be done."""

from __future__ import annotations

from collections import Counter

import pytest

from gd_tui.commands import COMMANDS, Command, FrontEnd, perform

NEVER_BOUND = {
    "shift+space",
    "ctrl+backspace",
    "shift+backspace",
    "ctrl+enter",
    "ctrl+left_square_bracket",
    "ctrl+[",
    "ctrl+j",
    "ctrl+m",
    "ctrl+s",
    "ctrl+q",
    "ctrl+a",
    "ctrl+b",
}
WITH_TEXT = [command for command in COMMANDS if command.text]


def test_ids_and_keys_are_unique() -> None:
    assert max(Counter(command.id for command in COMMANDS).values()) == 1
    assert max(Counter(key for command in COMMANDS for key in command.keys).values()) == 1


def test_keys_that_terminals_or_multiplexers_take_are_not_bound() -> None:
    assert not NEVER_BOUND & {key for command in COMMANDS for key in command.keys}


def test_escape_is_never_the_only_way_out() -> None:
    for command in COMMANDS:
        assert set(command.keys) - {"escape"}, command.id


def test_every_line_of_the_table_is_complete() -> None:
    for command in COMMANDS:
        assert command.keys
        assert command.shown
        assert command.words
        assert command.group


@pytest.mark.parametrize("command", WITH_TEXT, ids=lambda command: command.id)
def test_the_command_of_every_key_can_be_performed(command: Command, front: FrontEnd) -> None:
    front.simulator.step(20)
    perform("break step >= 5", front)
    perform(command.text, front)


@pytest.mark.parametrize("command", WITH_TEXT, ids=lambda command: command.id)
def test_a_count_takes_the_place_of_the_number(command: Command) -> None:
    has_number = command.text.split()[-1].isdecimal()
    assert command.counted("7") == (f"{command.text.split()[0]} 7" if has_number else command.text)
    assert command.counted("") == command.text
