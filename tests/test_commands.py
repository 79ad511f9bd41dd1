"""The one table of commands: every verb does its work or says what it expected; no key is bound twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_tui.commands import COMMANDS, VERBS, perform
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.errors import InputError
from gd_tui.problems import PROBLEMS
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

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


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Scenario(lr=0.05))


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


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.text], ids=lambda command: command.id)
def test_the_command_of_every_key_can_be_performed(command: object, simulator: Simulator) -> None:
    simulator.step(20)
    perform(command.text, simulator)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.text], ids=lambda command: command.id)
def test_a_count_takes_the_place_of_the_number(command: object, simulator: Simulator) -> None:
    text = command.counted("7")  # type: ignore[attr-defined]
    number = command.text.split()[-1].isdecimal()  # type: ignore[attr-defined]
    assert text == (f"{command.text.split()[0]} 7" if number else command.text)  # type: ignore[attr-defined]
    assert command.counted("") == command.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "k"),
    [
        ("step", 31),
        ("step 12", 42),
        ("step 0", 30),
        ("back", 29),
        ("back 7", 23),
        ("back 99", 0),
        ("goto 4", 4),
        ("goto 55", 55),
        ("goto 0; newest", 40),
        ("run 5", 35),
        ("lr 0.1", 30),
        ("", 30),
        (" ; \n", 30),
        ("step 2; back 1\nstep 5", 36),
        ("w w1 3", 30),
        ("reset", 0),
        ("problem bowl", 0),
        ("optimizer adam", 30),
    ],
)
def test_where_a_command_leads(text: str, k: int, simulator: Simulator) -> None:
    simulator.step(40)
    simulator.back(10)
    perform(text, simulator)
    assert simulator.k == k


def test_run_ends_where_the_run_does(simulator: Simulator) -> None:
    assert perform("run 3", simulator) == "3 updates: active"
    assert perform("run", simulator) == "963 updates: converged"
    assert perform("reset; lr 5; run", simulator).endswith("updates: diverged")


def test_rates(simulator: Simulator) -> None:
    assert perform("step 3; lr 0.1", simulator) == "learning rate 0.1 from step 3 on"
    assert simulator.engine.lr == 0.1
    perform("lr up", simulator)
    assert simulator.engine.lr == 0.126
    perform("lr down", simulator)
    assert simulator.engine.lr == 0.1
    perform("lr 1e-3", simulator)
    assert simulator.scenario.lr == 0.001


def test_weights_are_set_by_name(simulator: Simulator) -> None:
    assert perform("w w3 -2.5", simulator) == "w3 set at step 0"
    assert simulator.engine.w.tolist() == [4.2, 3.6, -2.5, 0.7, 0.1]
    perform('w "w1" 1e3', simulator)
    assert simulator.engine.w[0] == 1000.0


def test_a_name_with_a_space_is_one_name(tmp_path: object) -> None:
    table = tmp_path / "table.csv"  # type: ignore[operator]
    table.write_text("living area,price\n1,2\n2,3\n")
    simulator = Simulator(Scenario(problem="linear", data=str(table)))
    perform('w "living area" 4', simulator)
    assert simulator.engine.w[0] == 4.0


DATA_FOR = {
    "linear": " hubble_1929",
    "polynomial": " cars_speed_dist",
    "logistic": " breast_cancer_5",
    "softmax": " breast_cancer_5",
    "network": " hubble_1929",
    "function": " (x - 1)^2 + y^2",
    "module": f" {Path(__file__).parent / 'engine' / 'own_function.py'}:bent",
}


def test_optimizers_problems_and_back_again(simulator: Simulator) -> None:
    perform("step 5", simulator)
    for name in OPTIMIZERS:
        perform(f"optimizer {name}", simulator)
        assert simulator.scenario.optimizer == name
    for name in PROBLEMS:
        perform(f"problem {name}{DATA_FOR.get(name, '')}", simulator)
        assert simulator.scenario.problem == name
    for _ in range(len(OPTIMIZERS) + len(PROBLEMS)):
        assert perform("undo", simulator) == "undone"
    assert perform("undo", simulator) == "nothing to undo"
    assert (simulator.scenario.problem, simulator.scenario.optimizer, simulator.k) == ("explainer", "sgd", 5)
    assert perform("redo", simulator) == "redone"


def test_reset_with_another_seed(simulator: Simulator) -> None:
    assert perform("step 5; reset random", simulator) == "started again with seed 1; u brings the last run back"
    assert simulator.scenario.start == "random"


WRONG = {
    "fly": "unknown command 'fly'",
    "stpe 3": "did you mean step?",
    "step x": "step: expected one whole number of 0 or more, got x",
    "step -1": "got -1",
    "step 1.5": "got 1.5",
    "step 1 2": "got 1 2",
    "step 1e3": "got 1e3",
    "step 9999999999999999": "got 9999999999999999",
    "back x": "back: expected one whole number",
    "goto": "goto: expected one whole number of 0 or more, got nothing",
    "goto x": "goto: expected one whole number",
    "run x": "run: expected one whole number",
    "lr": "lr: expected one number, or `up` or `down`",
    "lr x": "lr: expected a finite number, got 'x'",
    "lr nan": "lr: expected a finite number, got 'nan'",
    "lr inf": "lr: expected a finite number",
    "lr 0": "the learning rate must be a finite number above 0",
    "lr -1": "the learning rate must be a finite number above 0",
    "w": "w: expected the name of a weight and its new value, as in `w w1 3.5`",
    "w w1": "w: expected the name of a weight",
    "w w9 1": "unknown weight 'w9'",
    "w w1 x": "w1: expected a finite number, got 'x'",
    "w w1 inf": "w1: expected a finite number",
    "optimizer": "optimizer: expected one of sgd",
    "optimizer adem": "did you mean adam",
    "problem": "problem: expected one of explainer",
    "problem explainr": "did you mean explainer",
    "reset now": "reset: expected nothing or `random` after it",
}


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG)
def test_a_wrong_command_says_what_was_expected_and_does_nothing(text: str, words: str, simulator: Simulator) -> None:
    simulator.step(3)
    with pytest.raises(InputError, match=r"^[^\n]*$") as error:
        perform(text, simulator)
    assert words in str(error.value)
    assert (simulator.k, simulator.newest, simulator.scenario.lr) == (3, 3, 0.05)
    assert not simulator.undo()


def test_every_verb_has_a_wrong_and_a_right_example() -> None:
    assert {text.split()[0] for text in WRONG} >= set(VERBS) - {"undo", "redo", "newest"}
    assert all(verb.name == name and verb.words for name, verb in VERBS.items())


@settings(max_examples=60, deadline=None)
@given(verb=st.sampled_from(sorted(VERBS)), rest=st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_text_is_done_or_refused(verb: str, rest: str) -> None:
    simulator = Simulator(Scenario(lr=0.05))
    if any(character.isdecimal() for character in rest) and verb in ("step", "goto", "run"):
        rest = rest[:3]
    problem = None
    try:
        said = perform(f"{verb} {rest}", simulator)
    except ValueError as error:
        problem, said = error, str(error)
    assert isinstance(said, str)
    assert "\n" not in said
    assert problem is None or said
