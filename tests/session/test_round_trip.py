"""A session brings back every bit: where one stood, all edits, what undo and redo lead to, ghosts, rivals, notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.engine.schedules import SCHEDULES
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.session import read_document, revive, save
from gd_tui.simulator import Simulator

from ..engine.cases import SCENARIOS
from .cases import all_there_is, bits, eventful, through_a_file

SETTINGS: dict[str, dict[str, float | tuple[float, ...]]] = {"multistep": {"milestones": (5.0, 50.0)}}
RUNS = {
    **SCENARIOS,
    **{f"optimizer-{name}": Scenario(optimizer=name, lr=0.02) for name in OPTIMIZERS},
    **{
        f"schedule-{name}": Scenario(schedule=name, schedule_settings=SETTINGS.get(name, {}), lr=0.03)
        for name in SCHEDULES
    },
    "batches": Scenario(batch=3, optimizer="adam", lr=0.05, clip=2.0, seed=9),
    "diverging": Scenario(lr=50.0),
    "random-start": Scenario(start="random", seed=4),
}


@pytest.mark.parametrize("name", RUNS)
def test_every_bit_comes_back(name: str, tmp_path: Path) -> None:
    simulator = eventful(RUNS[name])
    again = through_a_file(simulator, tmp_path / "session.json")
    assert list(all_there_is(again)) == list(all_there_is(simulator))
    for one in (simulator, again):
        one.seek(one.newest)
        one.step(40)
    assert bits(again) == bits(simulator)
    everything = [repr(simulator.branch.loss(k)) for k in range(simulator.newest + 1)]
    assert [repr(again.branch.loss(k)) for k in range(again.newest + 1)] == everything


@pytest.mark.parametrize("k", [0, 1, 9, 10, 11, 36])
def test_wherever_one_stands(k: int, tmp_path: Path) -> None:
    simulator = eventful(RUNS["batches"])
    simulator.seek(k)
    again = through_a_file(simulator, tmp_path / "session.json")
    assert bits(again) == bits(simulator)
    twice = through_a_file(again, tmp_path / "again.json")
    assert list(all_there_is(twice)) == list(all_there_is(simulator))


def test_breakpoints_and_marks_of_every_problem_come_back(tmp_path: Path) -> None:
    simulator = Simulator(Scenario(problem="bowl"))
    simulator.add_breakpoint(simulator.condition("y < 1"))
    simulator.step(5)
    simulator.open_problem("explainer")
    simulator.add_breakpoint(simulator.condition("w5 > 1"))
    simulator.marks["here"] = 0
    simulator.set_rate(0.1)
    again = through_a_file(simulator, tmp_path / "session.json")
    assert [c.text for c in again.breakpoints.values()] == ["w5 > 1"]
    again.marks["there"] = 0
    again.undo()
    assert list(again.marks) == ["here", "there"], "edits of one problem share their marks"
    again.undo()
    assert ([c.text for c in again.breakpoints.values()], again.marks) == (["y < 1"], {})
    assert again.run(100) > 0


def test_names_that_are_words_of_the_language(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text('living area,loss,"a ""q""",y\n1,2,3,4\n2,1,1,1\n0,1,2,2\n')
    simulator = Simulator(Scenario(problem="linear", data=str(tmp_path / "table.csv")))
    simulator.step(3)
    simulator.set_weight(1, 2.0)
    simulator.add_breakpoint(simulator.condition('"loss" > 1 and "living area" < 3 or sign "a ""q"""'))
    again = through_a_file(simulator, tmp_path / "session.json")
    assert bits(again) == bits(simulator)


TELLS_THAT_IT_RAN = """\
from pathlib import Path

Path("ran").touch()


def f(w):
    return float(w @ w), 2 * w


f.start = (1.0,)
"""


# Data


@pytest.fixture
def with_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session whose data were named from the directory that is the present one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("a,y\n1,2\n2,3\n4,4\n")
    simulator = Simulator(Scenario(problem="linear", data="table.csv"))
    simulator.step(5)
    simulator.set_rate(0.01)
    simulator.step(5)
    save(simulator, tmp_path / "session.json")
    return tmp_path / "session.json"


def test_data_are_found_from_another_directory(with_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = bits(revive(read_document(with_data), "s"))
    (with_data.parent / "elsewhere").mkdir()
    monkeypatch.chdir(with_data.parent / "elsewhere")
    again = revive(read_document(with_data), "s")
    assert again.scenario.data == str(with_data.parent / "table.csv")
    assert {**bits(again), "scenario": "", "run": ""} == {**expected, "scenario": "", "run": ""}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, r"^s: .*table\.csv.*; the session is left as it is$"),
        ("a,y\n1,2\n2,3\n4,5\n", r"^s: at step 0 the loss was .* and is .* now: table\.csv has changed"),
        ("a,y\n1,2\n2,x\n", r"^s: .*table\.csv"),
        ("b,a,y\n1,1,2\n2,2,3\n4,4,4\n", r"^s: .*"),
    ],
    ids=["gone", "changed", "no numbers", "another column"],
)
def test_data_that_are_not_what_they_were(with_data: Path, table: str | None, message: str) -> None:
    data, before = with_data.parent / "table.csv", with_data.read_bytes()
    data.unlink() if table is None else data.write_text(table)
    with pytest.raises(InputError, match=message) as error:
        revive(read_document(with_data), "s")
    assert "\n" not in str(error.value)
    assert with_data.read_bytes() == before


def test_reading_a_session_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(TELLS_THAT_IT_RAN)
    simulator = Simulator(Scenario(problem="module", module="own.py:f"))
    simulator.step(3)
    save(simulator, tmp_path / "session.json")
    (tmp_path / "ran").unlink()
    document = read_document(tmp_path / "session.json")
    assert document.module == "own.py:f"
    assert not (tmp_path / "ran").exists()
    assert bits(revive(document, "s")) == bits(simulator)
    assert (tmp_path / "ran").exists()


# Long runs


@pytest.mark.parametrize("count", range(5000, 5064, 7))
def test_a_plateau_that_goes_on_is_no_event_once_more(count: int, tmp_path: Path) -> None:
    simulator = Simulator(Scenario(lr=1e-8))
    simulator.step(count)
    simulator.seek(10)
    again = through_a_file(simulator, tmp_path / "session.json")
    again.seek(count)
    again.step(100)
    assert [k for k in range(again.newest + 1) if again.branch.event(k)] == [50]


def test_a_long_run_is_taken_up_without_being_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator(Scenario(optimizer="adam", lr=1e-5))
    simulator.step(150_000)
    simulator.set_rate(2e-5)
    simulator.step(150_000)
    simulator.seek(299_000)
    path = tmp_path / "session.json"
    save(simulator, path)
    assert path.stat().st_size < 200_000
    objective = type(simulator.branch.objective)
    evaluate, calls = objective.loss_and_gradient, [0]

    def counted(*arguments: object) -> float:
        calls[0] += 1
        return evaluate(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(objective, "loss_and_gradient", counted)
    again = revive(read_document(path), "s")
    assert calls[0] < 3000
    monkeypatch.undo()
    for k in (299_000, 299_999, 150_001, 150_000, 149_999, 70_123, 0, 300_000):
        simulator.seek(k)
        again.seek(k)
        assert again.engine._memory.tobytes() == simulator.engine._memory.tobytes()
        assert again.segment.trail().tobytes() == simulator.segment.trail().tobytes()
    for k in (300_000, 299_000, 150_000):
        assert again.branch.lowest(k) == simulator.branch.lowest(k)
    (xs, ys), (steps, losses) = (one.branch.outline(0, 300_000, 80) for one in (again, simulator))
    assert (xs[0], xs[-1], ys[0], ys[-1]) == (steps[0], steps[-1], losses[0], losses[-1])
    assert (ys.min(), ys.max()) == (losses.min(), losses.max())
    np.testing.assert_allclose(np.interp(steps, xs, ys), losses, rtol=0.02)
