"""The command language as a whole: every verb does its work or says in one line what it expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gd_tui.commands import VERBS, FrontEnd, completions, perform, read
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.engine.schedules import SCHEDULES
from gd_tui.errors import InputError
from gd_tui.problems import PROBLEMS
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

RIGHT = {
    "step": "step 3",
    "back": "back until loss > 200",
    "goto": "goto 7",
    "newest": "newest",
    "run": "run until loss < 100",
    "continue": "break loss < 100; continue; continue back",
    "event": "lr 0.3; run 20; event back; event",
    "lr": "lr 0.1",
    "set": "set momentum = 0.9",
    "w": "w w1 = 3.5",
    "optimizer": "optimizer adam",
    "schedule": "schedule cosine",
    "batch": "problem line; batch 2; batch all",
    "seed": "seed 4",
    "problem": "problem function (x - 1)^2 + y^2",
    "reset": "reset random",
    "undo": "lr 0.1; undo",
    "redo": "lr 0.1; undo; redo",
    "drop": "back; lr 0.1; drop",
    "break": "break loss rises and w1 > 3 or step >= 1000",
    "breaks": "breaks",
    "delete": "break nonfinite; delete 1",
    "mark": "mark here; step; goto here",
    "show": "show curve w2",
    "explain": "explain w3",
    "predict": "predict",
    "stability": "stability",
    "check": "check",
    "compare": "compare adam lr 0.1",
    "export": "export run.csv",
    "save": "save my session.json",
    "speed": "speed max",
    "help": "help run",
    "quit": "quit",
}
"""For every word of the language a text that is done."""

WRONG = {
    "fly": "unknown command 'fly'",
    "stpe 3": "did you mean step or",
    '"step" 3': "unknown command 'step'",
    "STEP": "unknown command 'STEP'",
    "< 3": "unknown command '<'",
    "step x": "step: expected one whole number of 0 or more, got x",
    "step -1": "got -1",
    "step 1.5": "got 1.5",
    "step 1 2": "got 1 2",
    "step 1e3": "got 1e3",
    "step 9999999999999999": "got 9999999999999999",
    "step ²": "got ²",
    'step ""': 'got ""',
    "back x": "back: expected one whole number",
    "back until": "expected a condition: loss < X",
    "back until loss": "condition: expected loss < X",
    "goto": "goto: expected one whole number of 0 or more, got nothing",
    "goto x": "goto: expected one whole number",
    "goto 1 2": "goto: expected one whole number",
    "newest 3": "newest: expected nothing after it, got 3",
    "run x": "run: expected one whole number",
    "run until": "expected a condition: loss < X",
    "run until loss < x": "condition: expected a number, got x",
    "run unitl loss < 1": "run: expected one whole number",
    "continue": "there is no breakpoint: set one first, as in `break loss < 1e-3`",
    "continue back": "there is no breakpoint",
    "continue on": "continue: expected nothing or `back` after it, got on",
    "event x": "event: expected nothing or `back` after it, got x",
    "lr": "lr: expected one number, or `up` or `down`",
    "lr 1 2": "lr: expected one number, or `up` or `down`, got 1 2",
    "lr x": "lr: expected a finite number, got 'x'",
    "lr nan": "lr: expected a finite number, got 'nan'",
    "lr inf": "lr: expected a finite number",
    "lr 0": "the learning rate must be a finite number above 0",
    "lr -1": "the learning rate must be a finite number above 0",
    "set": "set: expected a hyperparameter and its value, as in `set momentum 0.9`, got nothing",
    "set momentum": "set: expected a hyperparameter and its value",
    "set momentum 0.9 0.8": "set: expected a hyperparameter and its value",
    "set momentum x": "momentum: expected a finite number, got 'x'",
    "set momentum 0.9,0.8": "momentum must be one value",
    "set momentum true": "momentum",
    "set nesterov 1": "nesterov",
    "set beta1 0.5": "unknown setting of sgd and of the schedule constant 'beta1'",
    "w": "w: expected the name of a weight and its new value, as in `w w1 3.5`",
    "w w1": "w: expected the name of a weight",
    "w w9 1": "unknown weight 'w9'",
    "w w1 x": "w1: expected a finite number, got 'x'",
    "w w1 inf": "w1: expected a finite number",
    "optimizer": "optimizer: expected one of sgd",
    "optimizer adem": "did you mean adam",
    "optimizer adam 3": "optimizer: expected one of sgd",
    "schedule": "schedule: expected one of constant",
    "schedule cosin": "did you mean cosine",
    "batch": "batch: expected one whole number of 0 or more, got nothing",
    "batch 0": "batch: expected 1 or more rows, or `all`",
    "batch some": "batch: expected one whole number",
    "seed": "seed: expected one whole number of 0 or more, got nothing",
    "seed -1": "seed: expected one whole number",
    "problem": "problem: expected one of explainer",
    "problem explainr": "did you mean explainer",
    "problem bowl 3": "bowl needs nothing beside its name, so not '3'",
    "problem function": "function",
    "problem linear": "linear",
    "problem linear no-such-table": "no file and no shipped dataset",
    "problem module nowhere.py:f": "nowhere.py",
    "reset now": "reset: expected nothing or `random` after it",
    "undo 1": "undo: expected nothing after it, got 1",
    "redo 1": "redo: expected nothing after it, got 1",
    "drop 1": "drop: expected nothing after it, got 1",
    "break": "expected a condition: loss < X",
    "break w9 > 1": "unknown weight 'w9'",
    "breaks 1": "breaks: expected nothing after it, got 1",
    "delete": "delete: expected one whole number",
    "delete 7": "delete: there is no breakpoint 7; `breaks` lists them",
    "mark": "mark: expected one word, got nothing",
    "mark a b": "mark: expected one word, got a b",
    "mark 3rd": "mark: a name begins with a letter, not as 3rd",
    'mark ""': 'mark: a name begins with a letter, not as ""',
    "show me": "show: expected one of weights, gradient, loss, step, history, events, command, curve NAME, got me",
    "show loss 3": "show: expected one of",
    "show curve w9": "unknown weight 'w9'",
    "explain w9": "unknown weight 'w9'",
    "predict 3": "predict: expected nothing after it, got 3",
    "stability 3": "stability: expected nothing after it, got 3",
    "check 3": "check: expected nothing after it, got 3",
    "compare": "compare: expected an optimizer, as in `compare adam lr 0.1`, or `none`, got nothing",
    "compare adem": "did you mean adam",
    "compare adam 0.1": "compare: expected an optimizer",
    "compare adam rate 0.1": "compare: expected an optimizer",
    "compare adam lr x": "lr: expected a finite number, got 'x'",
    "compare adam lr -1": "the learning rate must be a finite number above 0",
    "export": "export: expected the name of a file",
    "export nowhere/run.csv": "nowhere/run.csv",
    "export run.xyz": "run.xyz",
    "export run.svg": "there is no screen here",
    "save": "save: expected the name of a file",
    "save nowhere/session.json": "nowhere/session.json: cannot be written: No such file or directory",
    "save .": "that is a directory",
    "speed": "speed: expected updates a second, or `max`, got nothing",
    "speed 0": "speed: expected a number above 0, or `max`, got 0",
    "speed nan": "speed: expected a number above 0, or `max`, got nan",
    "speed fast": "speed: expected a number above 0, or `max`, got fast",
    "help me": "help: expected nothing or one command, got me",
    "help step back": "help: expected nothing or one command, got step back",
    "quit now": "quit: expected nothing after it, got now",
}
"""What cannot be done, and what there is to say about it."""


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_every_verb_does_something(text: str, front: FrontEnd) -> None:
    front.simulator.step(5)
    said = perform(text, front)
    assert len(said) == len(read(text))
    assert front.ended == (text == "quit")


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG)
def test_a_wrong_command_says_what_was_expected_and_does_nothing(text: str, words: str, front: FrontEnd) -> None:
    simulator = front.simulator
    simulator.step(3)
    before = (simulator.scenario, simulator.version)
    with pytest.raises(InputError, match=r"^[^\n]*$") as error:
        perform(text, front)
    assert words in str(error.value)
    assert (simulator.k, simulator.newest) == (3, 3)
    assert (simulator.scenario, simulator.version) == before
    assert (simulator.breakpoints, simulator.marks, simulator.rivals, front.ended) == ({}, {}, (), False)
    assert not simulator.undo()


def test_every_verb_has_a_wrong_and_a_right_example() -> None:
    assert set(RIGHT) == set(VERBS)
    assert {text.split()[0] for text in WRONG} >= set(VERBS)
    for name, text in RIGHT.items():
        assert name in [call.verb.name for call in read(text)]
    assert all(verb.name == name and verb.words for name, verb in VERBS.items())


def test_commands_before_a_mistake_are_done_and_none_behind_an_unknown_word(front: FrontEnd) -> None:
    with pytest.raises(InputError, match="lr: expected"):
        perform("step 3; lr x; step 3", front)
    assert front.simulator.k == 3
    with pytest.raises(InputError, match="unknown command"):
        perform("step 3; fly", front)
    assert front.simulator.k == 3


@pytest.mark.parametrize("text", ["step 3;back", "step\n3", "w w1 3 # now\n", '  w "w1" 3', "run until loss<1e-3"])
def test_a_command_reads_back_as_it_is_told(text: str) -> None:
    calls = read(text) if text != "step\n3" else read("step 3")
    assert [str(call) for call in calls] == [str(call) for call in read("; ".join(map(str, calls)))]


def odd_names(directory: Path) -> Simulator:
    """A linear model with the names that a language of words finds hardest."""
    table = directory / "table.csv"
    table.write_text('living area,"a,b","a ""q""",loss,step,until,sign,and,#,<,y\n' + "1,2,3,4,5,6,7,8,9,1,2\n" * 12)
    return Simulator(Scenario(problem="linear", data="table.csv", lr=1e-3))


ODD = ("living area", "a,b", 'a "q"', "loss", "step", "until", "sign", "and", "#", "<")


@pytest.mark.parametrize("name", ODD)
def test_any_name_of_a_column_can_be_said(name: str, tmp_path: Path) -> None:
    simulator = odd_names(tmp_path)
    front, i = FrontEnd(simulator), simulator.names.index(name)
    typed = '"' + name.replace('"', '""') + '"'
    assert perform(f"step 2; w {typed} 4.5", front)[-1] == f"{name} set at step 2"
    assert simulator.engine.w[i] == 4.5
    perform(f"break {typed} > 1 and sign {typed}; explain {typed}; show curve {typed}", front)
    assert simulator.breakpoints[1].text == f"{typed} > 1 and sign {typed}"
    assert simulator.is_met(simulator.condition(f"{typed} = 4.5"))
    (edit,) = simulator.segment.edits
    perform(f"undo; {edit}", front)
    assert simulator.engine.w[i] == 4.5
    offered = completions("w ", simulator)[i]
    perform(f"w {offered} 7", front)
    assert simulator.engine.w[i] == 7


def test_words_of_the_language_are_no_weights_in_a_condition(tmp_path: Path) -> None:
    simulator = odd_names(tmp_path)
    simulator.set_weight(simulator.names.index("loss"), -1e6)
    assert not simulator.is_met(simulator.condition("loss < 0"))
    assert simulator.is_met(simulator.condition('"loss" < 0'))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", list(VERBS)),
        ("  ", list(VERBS)),
        ("ste", ["step"]),
        ("s", [name for name in VERBS if name.startswith("s")]),
        ("step;", list(VERBS)),
        ("lr 0.1; compare a", [n for n in OPTIMIZERS if n.startswith("a")]),
        ("lr 0.1\nsche", ["schedule"]),
        ("schedule co", [n for n in SCHEDULES if n.startswith("co")]),
        ("set mom", ["momentum"]),
        ("problem bo", ["bowl", "booth"]),
        ("help und", ["undo"]),
        ("run un", ["until"]),
        ("run until w", ["w1", "w2", "w3", "w4", "w5"]),
        ("break non", ["nonfinite"]),
        ("lr ", ["up", "down"]),
        ("speed m", ["max"]),
        ("fly a", []),
        ("step ", []),
        ('"', []),
    ],
)
def test_completion(text: str, expected: list[str], simulator: Simulator) -> None:
    assert completions(text, simulator) == expected


def test_completion_of_what_is_there(front: FrontEnd) -> None:
    perform("mark first; mark last; break loss < 1; break nonfinite; delete 1", front)
    assert completions("goto ", front.simulator) == ["first", "last"]
    assert completions("delete ", front.simulator) == ["2"]


@pytest.mark.parametrize("begun", ['w "liv', 'w "living a', "explain "])
def test_completion_of_a_quoted_name(begun: str, tmp_path: Path) -> None:
    assert completions(begun, odd_names(tmp_path))[0] == '"living area"'


def test_help_is_the_table(front: FrontEnd) -> None:
    (whole,) = perform("help", front)
    lines = whole.splitlines()
    assert len(lines) == len(VERBS)
    for line, verb in zip(lines, VERBS.values(), strict=True):
        assert line.startswith(verb.usage)
        assert line.endswith(verb.words)
        assert perform(f"help {verb.name}", front) == [f"{verb.usage}  {verb.words}"]


WORDS = [
    *("w1", "loss", "<", "rises", "3", "1e-3", "until", "and", "or", "sign", "back", "up", "nan", "-1", '"', '""'),
    *("gradient", "step", ">=", "lr", "adam", "momentum", "true", "full", "nonfinite", "all", "=", "#", ";"),
]
rests = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
)


@settings(max_examples=200, deadline=None)
@given(verb=st.sampled_from(sorted(set(VERBS) - {"export", "save"})), rest=rests)
def test_any_text_is_done_or_refused(verb: str, rest: str) -> None:
    if verb in ("step", "goto", "run") and any(character.isdecimal() for character in rest):
        rest = rest[:3]
    elif verb in ("run", "continue") and "step" in rest:
        rest = f"until {rest} or step >= 20"
    front = FrontEnd(Simulator(Scenario(lr=0.05)))
    try:
        said = perform(f"{verb} {rest}", front)
    except InputError as error:
        said = [str(error)]
        assert said != [""]
        assert "\n" not in said[0]
    assert all(isinstance(line, str) for line in said)
    assert np.isfinite(front.simulator.engine.loss)
    assert completions(f"{verb} {rest}", front.simulator) is not None


DATA_FOR = {
    "linear": " hubble_1929",
    "polynomial": " cars_speed_dist",
    "logistic": " breast_cancer_5",
    "softmax": " breast_cancer_5",
    "network": " hubble_1929",
    "function": " (x - 1)^2 + y^2",
    "module": f" {Path(__file__).parents[1] / 'engine' / 'own_function.py'}:bent",
}


def test_optimizers_problems_and_back_again(front: FrontEnd) -> None:
    simulator = front.simulator
    perform("step 5", front)
    for name in OPTIMIZERS:
        perform(f"optimizer {name}", front)
        assert simulator.scenario.optimizer == name
    for name in PROBLEMS:
        perform(f"problem {name}{DATA_FOR.get(name, '')}", front)
        assert simulator.scenario.problem == name
    for _ in range(len(OPTIMIZERS) + len(PROBLEMS)):
        assert perform("undo", front) == ["undone"]
    assert perform("undo", front) == ["nothing to undo"]
    assert (simulator.scenario.problem, simulator.scenario.optimizer, simulator.k) == ("explainer", "sgd", 5)
    assert perform("redo", front) == ["redone"]
