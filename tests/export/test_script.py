"""The exported script makes the very run again, to the last bit, with numpy alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.engine.schedules import SCHEDULES
from gd_tui.export.script import script
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

from ..engine.cases import FEW, SCENARIOS
from ..engine.optimizers.variants import SETTINGS
from .running import assert_same_run, edit, read_back, run_script, simulated

STACKLOSS: dict[str, Any] = {"problem": "linear", "data": "stackloss", "standardize": True}
SCHEDULED: dict[str, dict[str, Any]] = {
    **{name: {} for name in SCHEDULES},
    "step": {"size": 7.0},
    "multistep": {"milestones": (5.0, 11.0), "gamma": 0.3},
    "cosine-restarts": {"period": 3.0, "factor": 2.0},
    "warmup-cosine": {"steps": 4.0, "period": 9.0},
    "one-cycle": {"total": 20.0},
    "cyclic": {"size_up": 3.0},
    "plateau": {"patience": 1.0, "threshold": 0.5},
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_problem(name: str) -> None:
    text = assert_same_run(simulated(SCENARIOS[name], 25))
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [line for line in map(ast.unparse, imports) if "gd_tui" in line]


@pytest.mark.parametrize(("name", "hyperparameters"), SETTINGS.values(), ids=SETTINGS)
def test_every_optimizer(name: str, hyperparameters: dict[str, float | bool]) -> None:
    assert_same_run(simulated(Scenario(optimizer=name, hyperparameters=hyperparameters), 25))


@pytest.mark.parametrize(("name", "settings"), SCHEDULED.items(), ids=SCHEDULED)
def test_every_schedule(name: str, settings: dict[str, Any]) -> None:
    scenario = Scenario(optimizer="momentum", schedule=name, schedule_settings=settings, lr=0.02)
    assert_same_run(simulated(scenario, 25))


BATCHED = [name for name, scenario in SCENARIOS.items() if scenario.data or scenario.problem in ("explainer", "line")]


@pytest.mark.parametrize("name", BATCHED)
def test_mini_batches(name: str) -> None:
    fields = {field: getattr(SCENARIOS[name], field) for field in Scenario.__struct_fields__}
    assert_same_run(simulated(Scenario(**fields | {"batch": 3, "seed": 5}), 25))


ASKING = [
    {"problem": problem, **fields, "batch": batch, "optimizer": optimizer}
    for problem, fields in {"explainer": {}, "linear": STACKLOSS, "rosenbrock": {}}.items()
    for optimizer in ("line-search", "random")
    for batch in (None, 2)
    if batch is None or problem != "rosenbrock"
]


@pytest.mark.parametrize("fields", ASKING, ids=lambda fields: f"{fields['problem']}-{fields['optimizer']}")
def test_what_asks_for_losses_and_random_numbers(fields: dict[str, Any]) -> None:
    assert_same_run(simulated(Scenario(**fields, seed=7), 25))


EDITS = {
    "rate": ("lr 0.1",),
    "weight": ("w w3 1.5",),
    "two-weights-and-the-rate": ("w w3 1.5; w w1 -2; lr 0.01",),
    "optimizer": ("optimizer adam", "optimizer sgd", "optimizer rmsprop"),
    "same-class": ("optimizer momentum", "optimizer nesterov", "lr 0.02"),
    "hyperparameter": ("optimizer momentum", "set momentum 0.5", "set nesterov true"),
    "memory-that-appears": ("set momentum 0.9", "set momentum 0", "set momentum 0.3"),
    "memory-in-part": ("optimizer adam", "set amsgrad true", "set beta1 0.5"),
    "schedule": ("schedule cosine", "lr 0.02", "schedule plateau", "lr 0.03", "schedule constant", "lr 0.01"),
    "schedule-set-to-what-it-is": ("schedule plateau", "set patience 10", "schedule plateau", "set patience 2"),
    "schedule-with-a-memory": ("schedule plateau; set patience 1; lr 0.25", "lr 0.21", "w w1 3; lr 0.24"),
    "batch": ("batch 2", "batch 3", "lr 0.01"),
    "seed": ("batch 2; seed 3", "seed 4"),
    "random": ("optimizer random", "seed 9", "w w2 3", "lr 0.2"),
    "line-search": ("optimizer line-search; batch 2", "lr 0.5", "optimizer random", "optimizer adam"),
    "weight-then-optimizer": ("w w1 9; optimizer random", "optimizer adam; w w1 1"),
    "at-the-start": ("back 50; lr 0.02; w w1 3; optimizer adam",),
    "halfway-back": ("lr 0.02", "back 20; lr 0.03", "back 1; w w5 2"),
    "beyond-all-numbers": ("lr 1e300",),
}


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_edits_on_the_way(edits: tuple[str, ...]) -> None:
    simulator = edited(Scenario(lr=0.03), edits)
    assert_same_run(simulator)
    simulator.seek(simulator.k - simulator.k // 4)
    assert_same_run(simulator)


COMMANDS = st.sampled_from(
    [
        *("lr 0.02", "lr 0.3", "w w1 -4", "w w5 2.5", "seed 1", "seed 2", "batch 2", "batch 4"),
        *(f"optimizer {name}" for name in OPTIMIZERS),
        *(f"schedule {name}" for name in SCHEDULES),
    ]
)


@FEW
@given(st.lists(st.tuples(COMMANDS, st.integers(0, 4)), max_size=8), st.integers(0, 8))
def test_any_edits_on_the_way(edits: list[tuple[str, int]], back: int) -> None:
    simulator = simulated(Scenario(lr=0.03), 2)
    for command, steps in edits:
        edit(simulator, command)
        simulator.step(steps)
    simulator.back(back)
    assert_same_run(simulator)


@pytest.mark.parametrize("command", ["w w1 1", "lr 0.3", "optimizer adam"])
def test_an_edit_at_the_very_end(command: str) -> None:
    simulator = simulated(Scenario(), 5)
    edit(simulator, command)
    assert_same_run(simulator)


def edited(scenario: Scenario, edits: tuple[str, ...]) -> Simulator:
    """Ten updates, and ten more after every edit."""
    simulator = simulated(scenario, 10)
    for commands in edits:
        edit(simulator, commands)
        simulator.step(10)
    return simulator


def test_clipped_gradients() -> None:
    assert_same_run(simulated(Scenario(clip=3.0, optimizer="momentum"), 25))
    assert_same_run(simulated(Scenario(**STACKLOSS, clip=1.0, batch=4, schedule="plateau", optimizer="adam"), 25))


@pytest.mark.parametrize("scenario", [Scenario(lr=3.0), Scenario(problem="rosenbrock", start=(1e200, 1.0))])
def test_a_run_that_diverges(scenario: Scenario) -> None:
    simulator = simulated(scenario, 1000)
    assert simulator.status == "diverged"
    assert_same_run(simulator)


@pytest.mark.parametrize("steps", [0, 1])
def test_hardly_any_steps(steps: int) -> None:
    assert_same_run(simulated(Scenario(optimizer="adam"), steps))


def test_exporting_leaves_the_simulator_where_it_stood() -> None:
    simulator = simulated(Scenario(), 12)
    simulator.back(5)
    before = simulator.k, simulator.newest, simulator.engine.w.tobytes()
    script(simulator)
    assert before == (simulator.k, simulator.newest, simulator.engine.w.tobytes())


def test_the_worked_example_is_short_enough_to_read() -> None:
    text = script(simulated(Scenario(lr=0.05), 12))
    code = ast.unparse(without_docstrings(ast.parse(text)))
    assert len(code.splitlines()) - code.count("\n\n") <= 45
    for unused in ("momentum", "nesterov", "weight_decay", "losses", "hessian", "clip", "schedule"):
        assert unused not in code
    assert "\n# gd-tui run explainer --lr 0.05 --steps 12\n" in text


def without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def test_large_tables_lie_below_what_is_to_be_read() -> None:
    text = assert_same_run(simulated(SCENARIOS["logistic-cancer"], 5))
    head, _, tail = text.partition("def unpacked(")
    assert max(map(len, head.splitlines())) <= 200
    assert "class " not in tail
    assert len(text) < 40_000


MODULES = {
    "no-gradient": "def f(w): return w[0]**2 + 2*w[1]**4",
    "companion": "def f(w): return w[0]**2 + 2*w[1]**4\ndef f_gradient(w): return [2*w[0], 8*w[1]**3]",
    "attribute": "def f(w): return w[0]**2 + 2*w[1]**4\nf.gradient = lambda w: [2*w[0], 8*w[1]**3]",
    "pair": "def f(w): return w[0]**2 + 2*w[1]**4, (2*w[0], 8*w[1]**3)",
    "overflow": "import math\ndef f(w): return math.exp(w[0]**2) + w[1]**2",
    "quotes": 'A = \'\'\'it\'s\'\'\'; B = """\\"q\\" \\n"""\ndef f(w): return len(A + B) * (w[0]**2 + w[1]**2)\n# \\',
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass Bowl:\n    k: float = 2.0\n"
        "    def __call__(self, w): return self.k * w[0]**2 + w[1]**2\nf = Bowl()"
    ),
}


@pytest.mark.parametrize("source", [*MODULES.values()][:4], ids=[*MODULES][:4])
def test_the_users_own_names_stay(tmp_path: Path, source: str) -> None:
    path = tmp_path / "copy.py"  # a name that a module of Python bears
    path.write_text(re.sub(r"\bf(?=[_(.])", "_share", source))
    assert_same_run(simulated(Scenario(problem="module", module=f"{path}:_share", start=(1.5, 0.5), lr=0.01), 20))


@pytest.mark.parametrize("optimizer", ["sgd", "line-search"])
@pytest.mark.parametrize("source", MODULES.values(), ids=MODULES)
def test_the_users_own_function(tmp_path: Path, source: str, optimizer: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(source)
    scenario = Scenario(problem="module", module=f"{path}:f", start=(1.5, 0.5), optimizer=optimizer, lr=0.01)
    simulator = simulated(scenario, 20)
    path.write_text("what is in the file by now plays no part")
    assert_same_run(simulator)


def test_the_users_own_objective_needs_gd_tui(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "import numpy as np\nfrom gd_tui.engine.objective import Objective\n"
        "class Bowl(Objective):\n    names, start = ('a', 'b'), np.array([2.0, 1.0])\n"
        "    def loss_and_gradient(self, w, out):\n        out[:] = 2 * w\n        return float(w.dot(w))\n"
        "    def losses(self, weights): return (weights * weights).sum(axis=1)\n"
        "    def hessian(self, w): return 2 * np.eye(2)\n    def terms(self, w, i): return ()\n"
    )
    simulator = simulated(Scenario(problem="module", module=f"{path}:Bowl", lr=0.1), 20)
    text = script(simulator)
    assert "it needs numpy, and gd-tui for the file in it" in text
    space: dict[str, Any] = {}
    exec(compile(text, "script.py", "exec"), space)
    assert space["w"].tobytes() == simulator.engine.w.tobytes()


def test_names_that_would_break_a_line(tmp_path: Path) -> None:
    path = tmp_path / "odd\nname.csv"
    path.write_text('"a\nb","c = d",y\n1,2,3\n2,1,4\n3,5,1\n')
    simulator = simulated(Scenario(problem="linear", data=str(path), lr=0.01), 2)
    simulator.set_weight(0, 0.5)
    simulator.step()
    space, printed = run_script(script(simulator))
    assert space["w"].tobytes() == simulator.engine.w.tobytes()
    assert list(printed) == ["step", "loss", "a?b", "c = d", "b"]


def test_gd_tui_is_out_of_reach_in_these_tests() -> None:
    with pytest.raises(ImportError):
        run_script("import gd_tui.scenario")


PROCESSES = {
    "explainer": Scenario(),
    "network": SCENARIOS["network-iris"],
    "module": SCENARIOS["module"],
    "overflow": Scenario(problem="rosenbrock", start=(1e200, 1.0)),
}


@pytest.mark.parametrize("scenario", PROCESSES.values(), ids=PROCESSES)
def test_a_script_of_its_own(tmp_path: Path, scenario: Scenario) -> None:
    simulator = simulated(scenario, 30)
    path = tmp_path / "run.py"
    path.write_text(script(simulator), encoding="utf-8")
    without = "import runpy, sys; sys.modules['gd_tui'] = None; runpy.run_path(sys.argv[1])"
    command = [sys.executable, "-I", "-W", "error", "-c", without, str(path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    step, _, *weights = read_back(done.stdout).values()
    assert step == simulator.k
    np.testing.assert_array_equal(weights, simulator.engine.w)
