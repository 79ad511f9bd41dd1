"""`gd-tui list`, `--help`, `--version` and completion: they tell what the tables hold."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from gd_tui import __version__
from gd_tui.cli.main import program
from gd_tui.commands import COMMANDS, VERBS
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.problems import PROBLEMS
from gd_tui.table import datasets


def test_problems_with_their_settings(call: Any) -> None:
    out = call("list", "problems").out
    for name, problem in PROBLEMS.items():
        assert f"{name} " in out
        assert problem.description in out
    assert "--problem-set k=10\n" in out
    assert "--problem-set x=1,2,3,4,5\n" in out


def test_optimizers_with_their_hyperparameters(call: Any) -> None:
    blocks = [" ".join(line.split()) for line in call("list", "optimizers").out.splitlines()]
    for entry in OPTIMIZERS.values():
        begin = blocks.index(f"{entry.name} {entry.description}")
        for name in entry.settings():
            begin += 1
            assert blocks[begin].startswith(f"--set {name}=")
            assert blocks[begin].endswith(" ".join(entry.meaning(name).split()))
    assert any(line.startswith("--set nesterov=true") for line in blocks)


def test_a_listed_hyperparameter_can_be_typed_as_it_is_listed(call: Any) -> None:
    lines = call("list", "optimizers").out.splitlines()
    words = [word for line in lines if line.strip().startswith("--set") for word in line.split()[:2]]
    names = {word.partition("=")[0] for word in words[1::2]}
    adam = [pair for pair in words[1::2] if pair.partition("=")[0] in OPTIMIZERS["adam"].settings()]
    options = [word for pair in adam for word in ("--set", pair)]
    assert {"momentum", "beta1"} <= names
    assert call("run", "--optimizer", "adam", "--steps", "1", *options).status == 0


def test_datasets_with_rows_and_columns(call: Any) -> None:
    out = call("list", "datasets").out
    assert [line.split()[0] for line in out.splitlines()[::2]] == list(datasets())
    assert "24 rows of object, distance_mpc, velocity_kms" in out


def test_commands_and_keys(call: Any) -> None:
    commands, keys = call("list", "commands").out, call("list", "keys").out
    assert [line.split("  ")[0] for line in commands.splitlines()] == [verb.usage for verb in VERBS.values()]
    lines = [" ".join(line.split()) for line in keys.splitlines()]
    assert {f"{command.shown} {command.words}" for command in COMMANDS} <= set(lines)


def test_version(call: Any) -> None:
    assert call("--version") == (0, f"gd-tui {__version__}\n", "")


@pytest.mark.parametrize("words", ["--help", "run --help", "list --help", "bowl --help", "--lr 1 --help"])
def test_help_names_every_option_and_gives_examples(call: Any, words: str) -> None:
    outcome = call(*words.split())
    assert (outcome.status, outcome.err) == (0, "")
    command = program.commands.get(words.split()[0], program.screen)
    for option in (name for parameter in command.params for name in parameter.opts if name.startswith("--")):
        assert f"{option} " in outcome.out
    assert "Examples:" in outcome.out


@pytest.mark.parametrize("words", ["--help", "run --help", "list --help"])
def test_the_examples_in_the_help_work(call: Any, words: str, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "dumb")
    lines = [line.strip().partition("   ")[0] for line in call(*words.split()).out.splitlines()]
    examples = [shlex.split(line)[1:] for line in lines if line.startswith("gd-tui")]
    assert examples
    for example in examples:
        outcome = call(*example)
        refused = "gd-tui plain" in outcome.err and example[:1] not in (["run"], ["list"])
        assert outcome.status == 0 or refused, (example, outcome.err)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gd-tui r", {"run", "resume"} | {name for name in PROBLEMS if name.startswith("r")}),
        ("gd-tui --the", {"--theme"}),
        ("gd-tui rosenbrock --optimizer ad", {name for name in OPTIMIZERS if name.startswith("ad")}),
        ("gd-tui run --data hub", {"hubble_1929"}),
        ("gd-tui run --format j", {"json", "jsonl"}),
        ("gd-tui list k", {"keys"}),
    ],
)
def test_words_are_completed(call: Any, monkeypatch: pytest.MonkeyPatch, line: str, expected: set[str]) -> None:
    monkeypatch.setenv("_GD_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    lines = [item.split(",") for item in call().out.splitlines()]
    assert {value for kind, value in lines if kind == "plain"} == expected
