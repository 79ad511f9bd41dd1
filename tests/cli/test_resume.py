"""`gd-tui resume`, `gd-tui sessions` and `--scenario` with a session file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gd_tui.scenario import Scenario
from gd_tui.session import Shelf, save
from gd_tui.simulator import Simulator

MODULE = """\
from pathlib import Path

Path("ran").touch()


def f(w):
    return float(w @ w), 2 * w


f.start = (1.0,)
"""


def shelve(k: int, scenario: Scenario | None = None, when: int = 0) -> str:
    """Put a run at step k on the shelf and let go of it."""
    simulator = Simulator(scenario or Scenario(lr=0.05))
    simulator.step(k)
    slot = Shelf().new(simulator.scenario.problem)
    save(simulator, slot.path)
    os.utime(slot.path, (when, when))
    slot.release()
    return slot.name


def test_without_sessions(call: Any, state_directory: Path) -> None:
    assert call("resume") == (
        2,
        "",
        "gd-tui: error: there is no session to go on with: start one with `gd-tui`; it is saved by itself\n",
    )
    outcome = call("sessions")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"there are no sessions yet in {state_directory}/gd-tui/sessions\n"
    assert not state_directory.exists()


def test_the_last_one_and_by_name(call: Any) -> None:
    shelve(3, when=1)
    shelve(5, when=3)
    shelve(2, Scenario(problem="bowl"), when=2)
    shown = call("resume", "--plain", "--exec", "show loss").out
    assert shown.splitlines()[0].split() == ["step", "5"]
    shown = call("resume", "explainer-1", "--plain", "--exec", "show loss").out
    assert shown.splitlines()[0].split() == ["step", "3"]
    assert call("resume", "bowl-1", "--plain", "--exec", "show command").out.startswith("gd-tui run bowl ")


def test_where_it_stands_is_told_at_first(call: Any) -> None:
    shelve(3)
    assert "step 3: loss 152.246385" in call("resume", "--plain").out


def test_sessions_are_listed_newest_first(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve(3, when=1)
    shelve(2000, Scenario(problem="bowl", optimizer="adam"), when=2)
    (Shelf().directory / "broken.json").write_text("{")
    os.utime(Shelf().directory / "broken.json", (0, 0))
    outcome = call("sessions")
    header, bowl, explainer, broken = outcome.out.splitlines()
    assert header.split() == ["session", "saved", "run", "step", "loss"]
    assert bowl.split()[0] == "bowl-1"
    assert "bowl adam lr" in bowl
    assert "2,000" in bowl
    assert explainer.split()[0] == "explainer-1"
    assert "explainer sgd lr 0.05" in explainer
    assert broken.split()[0] == "broken"
    assert "it is no session of gd-tui" in broken
    held = Shelf().take("bowl-1")
    assert held is not None
    assert call("sessions").out.splitlines()[1].split()[-1] == "open"
    held.release()


def test_what_is_done_is_saved_in_the_same_place(call: Any) -> None:
    name = shelve(3)
    call("resume", "--plain", "--exec", "step 4; lr 0.1; mark here; break loss < 1")
    assert Shelf().names() == [name]
    out = call("resume", "--plain", "--exec", "breaks; goto here; show step; undo; back").out
    assert "breakpoint 1: loss < 1" in out
    assert "undone" in out
    assert call("resume", "--plain", "--exec", "show loss").out.splitlines()[0].split() == ["step", "6"]


def test_the_same_commands_give_the_same_numbers_with_and_without_a_break(call: Any, tmp_path: Path) -> None:
    whole = call("plain", "--exec", f"optimizer adam; step 20; lr 0.1; step 30; export {tmp_path}/whole.json")
    assert whole.status == 0
    assert call("plain", "--exec", f"optimizer adam; step 20; save {tmp_path}/session.json").status == 0
    parted = call(
        "resume", f"{tmp_path}/session.json", "--plain", "--exec", f"lr 0.1; step 30; export {tmp_path}/parted.json"
    )
    assert parted.status == 0
    assert (tmp_path / "whole.json").read_bytes() == (tmp_path / "parted.json").read_bytes()
    assert Shelf().names() == [], "what lies in a file of the user's is not saved by itself"


def test_a_session_that_is_open_elsewhere_is_copied(call: Any) -> None:
    name = shelve(3)
    held = Shelf().take(name)
    assert held is not None
    before = held.path.read_bytes()
    outcome = call("resume", name, "--plain", "--exec", "step")
    assert (outcome.status, outcome.err.count("\n")) == (0, 1)
    assert f"{name} is open in another program: this is a copy" in outcome.err
    assert held.path.read_bytes() == before
    assert call("resume").status == 2, "the only one there is is open"
    held.release()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nothing"], "there is no session 'nothing'"),
        (["nothing.json"], "nothing.json: cannot be read: No such file or directory"),
        (["./nothing"], "nothing: cannot be read: No such file or directory"),
        (["."], ".: cannot be read: Is a directory"),
        (["table.csv"], "table.csv: it is no session of gd-tui; it is left as it is"),
    ],
)
def test_what_cannot_be_gone_on_with(
    words: list[str], message: str, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("a,y\n1,2\n")
    outcome = call("resume", *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_wrong_name_is_told_with_the_right_ones(call: Any) -> None:
    shelve(3)
    assert "did you mean explainer-1?" in call("resume", "explainr-1").err


def test_code_in_a_session_is_not_run_where_nobody_can_be_asked(
    call: Any, process: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(MODULE)
    simulator = Simulator(Scenario(problem="module", module="own.py:f"))
    simulator.step(3)
    save(simulator, tmp_path / "session.json")
    (tmp_path / "ran").unlink()
    for words in (["resume", "session.json", "--plain"], ["resume", "session.json"]):
        outcome = process(*words)
        assert (outcome.status, outcome.out) == (2, "")
        assert f"session.json runs the Python code in {tmp_path / 'own.py'}: resume it in a terminal" in outcome.err
    outcome = call("run", "--scenario", "session.json", "--steps", "1")
    assert outcome.status == 2
    assert "this session runs Python code" in outcome.err
    assert not (tmp_path / "ran").exists()


# --scenario


def test_a_session_is_a_scenario_too(call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("a,y\n1,2\n2,3\n4,4\n")
    simulator = Simulator(Scenario(problem="linear", data="table.csv", optimizer="adam", lr=0.1))
    simulator.step(3)
    simulator.set_rate(0.5)
    simulator.step(3)
    save(simulator, tmp_path / "session.json")
    told = call("run", "--scenario", "session.json", "--steps", "2", "--format", "json").json
    assert (told["scenario"]["optimizer"], told["scenario"]["lr"]) == ("adam", 0.1), "as it began"
    simulator.seek(2)
    assert told["steps"][-1]["weights"] == simulator.engine.w.tolist()
    told = call("run", "--scenario", "session.json", "--lr", "0.2", "--steps", "0", "--format", "json").json
    assert told["scenario"]["lr"] == 0.2
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = call("run", "--scenario", "../session.json", "--steps", "2", "--format", "csv")
    assert (again.status, again.err) == (0, "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('lr = 0.3\nproblem = "bowl"\n', ""),
        ('{"kind":"gd-tui session"', "it is damaged; it is left as it is"),
        ('{"kind":"gd-tui session","format":99}', "it was saved by a newer gd-tui"),
        ("lr = x", "not TOML"),
        ("rate = 3", "unknown key 'rate'"),
        ("x = " + "[" * 50_000, "nested too deeply"),
    ],
)
def test_what_a_scenario_file_may_be(content: str, message: str, call: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(content)
    outcome = call("run", "--scenario", str(tmp_path / "file"), "--steps", "1", "--format", "json")
    assert (outcome.status, message in outcome.err) == (2 if message else 0, True)
    if message:
        assert outcome.err.count("\n") == 1
    else:
        assert (outcome.json["scenario"]["problem"], outcome.json["scenario"]["lr"]) == ("bowl", 0.3)
