"""The line that makes a run again, read back as the command line reads it."""

from __future__ import annotations

import shlex
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.cli.options import read_scenario, scenario_options
from gd_tui.commands import FrontEnd, perform
from gd_tui.export.command_line import command_line, scenario_words
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

from ..engine.cases import FEW, SCENARIOS
from .running import edit, simulated


@click.command()
@scenario_options
@click.option("--steps", type=int)
@click.option("--exec", "commands")
def program(**words: Any) -> dict[str, Any]:
    """What both front ends read."""
    return words


def read(line: str) -> tuple[Scenario, dict[str, Any]]:
    """The scenario of a line, and what else it says."""
    name, front_end, *words = shlex.split(line)
    assert name == "gd-tui"
    given = program.main(words, standalone_mode=False)
    more = {"front end": front_end, "steps": given.pop("steps"), "commands": given.pop("commands")}
    return read_scenario(**given), more


MORE = {
    "negative-start": Scenario(problem="rosenbrock", start=(-1.2, 1.0)),
    "random-start": Scenario(start="random", seed=12),
    "switches": Scenario(optimizer="adam", hyperparameters={"amsgrad": True, "beta1": 0.5}),
    "schedule": Scenario(schedule="multistep", schedule_settings={"milestones": (5.0, 9.0), "gamma": 0.5}),
    "one-input": Scenario(settings={"x": (3.0,), "y": -1.0}),
    "small-numbers": Scenario(lr=5e-324, clip=1.1e300, batch=2),
    "minus-first": Scenario(problem="function", function="-x + x^2 'y\n\"$HOME", start="zeros"),
    "names-with-commas": Scenario(
        problem="linear", data="my file.csv", target="-a,b", features=("x, y", 'q"uote', "-z"), positive="yes"
    ),
}


@pytest.mark.parametrize("scenario", [*SCENARIOS.values(), *MORE.values()], ids=[*SCENARIOS, *MORE])
def test_the_options_make_the_same_scenario(scenario: Scenario) -> None:
    assert read(shlex.join(["gd-tui", "run", *scenario_words(scenario)]))[0] == scenario


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ABOVE_0 = st.floats(min_value=0, exclude_min=True, allow_infinity=False)


@FEW
@given(
    lr=ABOVE_0,
    start=st.lists(NUMBERS, min_size=1, max_size=4).map(tuple),
    seed=st.integers(0, 2**40),
    clip=st.none() | ABOVE_0,
    momentum=NUMBERS,
    nesterov=st.booleans(),
)
def test_every_number_reads_back_exactly(
    lr: float, start: tuple[float, ...], seed: int, clip: float | None, momentum: float, nesterov: bool
) -> None:
    hyperparameters = {"momentum": momentum, "nesterov": nesterov}
    scenario = Scenario(lr=lr, start=start, seed=seed, clip=clip, hyperparameters=hyperparameters)
    again = read(shlex.join(["gd-tui", "run", *scenario_words(scenario)]))[0]
    assert repr(again) == repr(scenario)


@pytest.mark.parametrize("name", ["explainer", "linear-huber", "network-iris", "function"])
def test_a_run_without_edits(name: str) -> None:
    simulator = simulated(SCENARIOS[name], 7)
    scenario, more = read(command_line(simulator))
    assert scenario == simulator.scenario
    assert more == {"front end": "run", "steps": 7, "commands": None}


def test_of_the_worked_example() -> None:
    assert command_line(simulated(Scenario(lr=0.05), 12)) == "gd-tui run explainer --lr 0.05 --steps 12"


def test_edits_are_commands_on_the_way() -> None:
    simulator = simulated(Scenario(lr=0.05), 12)
    edit(simulator, "lr 0.1; w w1 -3")
    simulator.step(8)
    edit(simulator, "optimizer adam")
    assert command_line(simulator) == (
        "gd-tui plain explainer --lr 0.05 --exec 'step 12; lr 0.1; w w1 -3; step 8; optimizer adam'"
    )
    simulator.step()
    again = made_again(simulator)
    assert again.engine.w.tobytes() == simulator.engine.w.tobytes()
    simulator.back(5)
    assert command_line(simulator).endswith("step 12; lr 0.1; w w1 -3; step 4'")


def test_before_the_first_edit_there_is_none() -> None:
    simulator = simulated(Scenario(lr=0.05), 12)
    edit(simulator, "lr 0.1")
    simulator.back(3)
    assert command_line(simulator) == "gd-tui run explainer --lr 0.05 --steps 9"


def test_edits_at_the_start_are_options() -> None:
    simulator = simulated(Scenario(lr=0.05), 0)
    edit(simulator, "w w2 8; optimizer momentum; lr 0.01")
    simulator.step(3)
    scenario, more = read(command_line(simulator))
    assert scenario.start == (4.2, 8.0, 1.5, 0.7, 0.1)
    assert (scenario.optimizer, scenario.lr, more["steps"]) == ("momentum", 0.01, 3)
    assert made_again(simulator).engine.w.tobytes() == simulator.engine.w.tobytes()


def made_again(simulator: Simulator) -> Simulator:
    """The run that the simulator's command line makes."""
    scenario, more = read(command_line(simulator))
    again = Simulator(scenario)
    again.step(more["steps"] or 0)
    perform(more["commands"] or "", FrontEnd(again))
    return again
