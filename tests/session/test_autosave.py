"""Saving by itself: edits at once, steps now and then, the newest state, and a word if it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import gd_tui.session.autosave
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.session import Autosave, Shelf, read_document, revive
from gd_tui.session.autosave import INTERVAL_S, Writer
from gd_tui.session.shelf import Slot
from gd_tui.simulator import Simulator

from .cases import bits


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class AtOnce(Writer):
    """Writes before it comes back, so that tests need not wait."""

    def put(self, slot: Slot, content: bytes) -> None:
        try:
            slot.write(content)
            self.problem = ""
        except InputError as error:
            self.problem = str(error)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(gd_tui.session.autosave, "monotonic", clock)
    return clock


@pytest.fixture
def shelf(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(gd_tui.session.autosave, "Writer", AtOnce)
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Scenario(lr=0.05))


def saved(shelf: Shelf, name: str = "explainer-1") -> Simulator:
    return revive(read_document(shelf.path(name)), name)


def test_a_run_that_nobody_touched_is_not_saved(simulator: Simulator, shelf: Shelf) -> None:
    autosave = Autosave(simulator, shelf)
    autosave.look()
    autosave.close()
    assert (shelf.names(), autosave.name, autosave.problem) == ([], "", "")


def test_steps_are_saved_now_and_then_and_at_the_end(simulator: Simulator, shelf: Shelf, clock: Clock) -> None:
    autosave = Autosave(simulator, shelf)
    simulator.step()
    autosave.look()
    assert (autosave.name, saved(shelf).k) == ("explainer-1", 1)
    for _ in range(8):
        simulator.step()
        clock.now += INTERVAL_S / 10
        autosave.look()
        assert saved(shelf).k == 1
    clock.now += INTERVAL_S
    autosave.look()
    assert saved(shelf).k == 9
    simulator.back(3)
    autosave.look()
    assert saved(shelf).k == 9
    autosave.look(at_once=True)
    assert saved(shelf).k == 6
    simulator.step(1)
    autosave.close()
    assert saved(shelf).k == 7
    assert not shelf.is_open("explainer-1")


EDITS: dict[str, Callable[[Simulator], object]] = {
    "rate": lambda s: s.set_rate(0.1),
    "weight": lambda s: s.set_weight(0, 1.0),
    "optimizer": lambda s: s.set_optimizer("adam"),
    "undo": lambda s: s.undo(),
    "redo": lambda s: s.redo(),
    "reset": lambda s: s.reset(),
    "problem": lambda s: s.open_problem("bowl"),
    "ghosts": lambda s: s.drop_ghosts(),
    "compare": lambda s: s.compare("adam"),
    "compare-none": lambda s: s.compare_none(),
    "breakpoint": lambda s: s.add_breakpoint(s.condition("loss < 3")),
    "breakpoint-gone": lambda s: s.breakpoints.pop(1),
    "another-breakpoint": lambda s: s.breakpoints.update({1: s.condition("loss < 4")}),
    "mark": lambda s: s.marks.update(there=3),
    "mark-moved": lambda s: s.marks.update(here=3),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_edits_are_saved_at_once(edit: Callable[[Simulator], object], simulator: Simulator, shelf: Shelf) -> None:
    simulator.step(9)
    simulator.add_breakpoint(simulator.condition("loss < 1"))
    simulator.marks["here"] = 2
    simulator.compare("momentum")
    simulator.back(3)
    simulator.set_rate(0.02)
    simulator.set_rate(0.03)
    simulator.undo()
    autosave = Autosave(simulator, shelf)
    simulator.step()
    autosave.look()
    edit(simulator)
    autosave.look()
    assert bits(saved(shelf)) == bits(simulator)
    assert len(saved(shelf).done) == len(simulator.done)
    assert len(saved(shelf).undone) == len(simulator.undone)


def test_a_session_that_was_taken_up_stays_in_its_place(simulator: Simulator, shelf: Shelf) -> None:
    first = Autosave(simulator, shelf)
    simulator.step()
    first.close()
    slot = shelf.take("explainer-1")
    assert slot is not None
    again = saved(shelf)
    autosave = Autosave(again, shelf, slot)
    again.step(5)
    autosave.look(20.0)
    assert shelf.names() == ["explainer-1"]
    assert saved(shelf).k == 6
    assert read_document(shelf.path("explainer-1")).speed == 20.0


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        (Scenario(problem="rosenbrock"), "rosenbrock-1"),
        (Scenario(problem="linear", data="hubble_1929"), "linear-hubble_1929-1"),
        (Scenario(problem="linear", data="a dir/größe & so.csv"), "linear-größe___so-1"),
    ],
)
def test_what_a_session_is_called(
    scenario: Scenario, name: str, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a dir").mkdir()
    (tmp_path / "a dir" / "größe & so.csv").write_text("a,y\n1,2\n3,4\n")
    simulator = Simulator(scenario)
    autosave = Autosave(simulator, shelf)
    simulator.step()
    autosave.look()
    assert shelf.names() == [autosave.name] == [name]


def test_a_problem_is_told_until_it_is_gone(
    simulator: Simulator, shelf: Shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    autosave = Autosave(simulator, shelf)
    simulator.step()
    autosave.look()
    write = Slot.write

    def refuse(slot: Slot, content: bytes) -> None:
        raise InputError("the disk is full")

    monkeypatch.setattr(Slot, "write", refuse)
    simulator.set_rate(0.1)
    autosave.look()
    autosave.look()
    assert (autosave.problem, saved(shelf).engine.lr) == ("the disk is full", 0.05)
    monkeypatch.setattr(Slot, "write", write)
    autosave.look()
    assert saved(shelf).engine.lr == 0.05, "it is not tried again at every look"
    clock.now += INTERVAL_S
    autosave.look()
    assert saved(shelf).engine.lr == 0.1
    autosave.look()
    assert autosave.problem == ""


def test_what_the_disk_refused_is_written_at_the_end(
    simulator: Simulator, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    autosave = Autosave(simulator, shelf)
    shelf.directory.parent.joinpath("shelf").write_text("in the way")
    simulator.step(3)
    autosave.look()
    assert "sessions cannot be kept there" in autosave.problem
    shelf.directory.unlink()
    autosave.close()
    assert (saved(shelf).k, autosave.problem) == (3, "")


# The thread


def test_the_newest_state_wins(tmp_path: Path) -> None:
    slot, writer = Shelf(tmp_path).new("explainer"), Writer()
    for number in range(300):
        writer.put(slot, b"%d" % number)
    writer.close()
    assert slot.path.read_bytes() == b"299"
    assert writer.problem == ""


def test_the_thread_tells_of_a_problem_and_goes_on(tmp_path: Path) -> None:
    shelf, writer = Shelf(tmp_path / "shelf"), Writer()
    slot, other = shelf.new("explainer"), shelf.new("explainer")
    slot.path.mkdir()
    writer.put(slot, b"1")
    writer.close()
    assert "that is a directory" in writer.problem
    again = Writer()
    again.put(slot, b"1")
    again.put(other, b"2")
    again.close()
    assert (again.problem, other.path.read_bytes()) == ("", b"2")


def test_closing_a_writer_that_never_wrote() -> None:
    Writer().close()
