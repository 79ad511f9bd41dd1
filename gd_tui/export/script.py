"""A run as a Python script that needs numpy alone and makes it again, bit for bit.

The script has the very source of what the run used, and of nothing else (see `gd_tui.export.carving`).
"""

from __future__ import annotations

import numpy as np

from gd_tui.export.carving import Carving
from gd_tui.export.classes import class_texts
from gd_tui.export.command_line import command_line
from gd_tui.export.formats import printable
from gd_tui.export.literals import UNPACKED, literal, quoted, wrapped
from gd_tui.export.prose import text_of, without_underscores
from gd_tui.export.retelling import Retelling
from gd_tui.export.user_module import imports_gd_tui, user_text
from gd_tui.problems.module import Origin
from gd_tui.simulator import Simulator


def script(simulator: Simulator) -> str:
    """The text of a script that makes steps 0 to the present one, with the edits on the way.

    It ends by printing step, loss and weights, each as `name = value` that reads back exactly, and leaves the
    weights in `w`.
    """
    carving = Carving()
    retelling = Retelling(simulator, carving)
    carving.grow()
    texts = [*map(text_of, carving.functions.values()), *class_texts(carving), retelling.function()]
    objective = "\n".join(retelling.objective_lines())
    *texts, objective = without_underscores([*texts, objective])
    ending = "\n".join([objective, *_ending(simulator, retelling)])
    if "unpacked(" in ending:
        carving.imports |= {"import base64", "import zlib"}
        ending = f"{UNPACKED}\n\n{ending}"
    origin = retelling.origin
    if origin is not None:
        carving.imports |= {"import sys", "from types import ModuleType"}
        texts.insert(0, "\n".join([user_text(origin), *retelling.user_lines()]))
    return "\n\n\n".join([f"{_header(simulator, origin)}\n\n{_imports(carving)}", *texts, ending]) + "\n"


def _header(simulator: Simulator, origin: Origin | None) -> str:
    scenario = simulator.branch.segments[0].scenario
    needed = "numpy, and gd-tui for the file in it" if origin and imports_gd_tui(origin) else "numpy alone"
    line = "\n# ".join(command_line(simulator).splitlines())
    return (
        f'"""A run of {scenario.problem} by {scenario.optimizer}, {simulator.k:,} updates long; it needs {needed}.\n\n'
        f'With numpy {np.__version__} the weights are those of gd-tui to the last bit.\n"""\n\n# {line}'
    )


def _imports(carving: Carving) -> str:
    modules = sorted(carving.imports, key=lambda line: ("numpy" in line, line.startswith("from"), line))
    constants = [f"{name} = {text}" for name, text in carving.constants.items()]
    return "\n".join([*modules, *([""] if constants else []), *constants])


def _ending(simulator: Simulator, retelling: Retelling) -> list[str]:
    names = [quoted(printable(name)) for name in simulator.names]
    loss = "loss" if simulator.engine.batches is None else "batch_loss"
    return [
        wrapped("names = [", names, "]"),
        f"w = {literal(retelling.start)}",
        "loss = run(objective, w)",
        f'print("step =", {simulator.k})',
        f'print("{loss} =", repr(loss))',
        "for name, weight in zip(names, w.tolist()):",
        '    print(f"{name} = {weight!r}")',
    ]
