"""A run as a Python script that needs numpy alone and makes it again, bit for bit.

The script has the very source of what the run used, and of nothing else (see `gd_tui.export.carving`).
"""

from __future__ import annotations

import ast
import inspect
import re
from textwrap import indent

import numpy as np

from gd_tui.export.carving import Carving, Verbatim
from gd_tui.export.command_line import command_line
from gd_tui.export.formats import printable
from gd_tui.export.literals import UNPACKED, literal, wrapped
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
    texts = [*map(text_of, carving.functions.values()), *_classes(carving), retelling.function()]
    objective = "\n".join(retelling.objective_lines())
    *texts, objective = without_underscores([*texts, objective])
    ending = "\n".join([objective, *_ending(simulator, retelling)])
    if "unpacked(" in ending:
        carving.imports |= {"import base64", "import zlib"}
        ending = f"{UNPACKED}\n\n{ending}"
    origin = retelling.origin
    if origin is not None:
        carving.imports |= {"import sys", "from types import ModuleType"}
        texts.insert(0, user_text(origin))
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


def _classes(carving: Carving) -> list[str]:
    return [_class(carving, kind) for kind in carving.classes]


def _class(carving: Carving, kind: type) -> str:
    made = carving.classes[kind]
    bases = f"({', '.join(base.__name__ for base in made.bases)})" if made.bases else ""
    first = next((thing for thing in carving.objects if type(thing) is kind), None)
    data = [] if first is None else _data(carving, first)
    methods = [text_of(node) for node in made.methods.values()]
    parts = [f'"""{_purpose(kind)}\n"""' if "\n" in _purpose(kind) else f'"""{_purpose(kind)}"""']
    parts += ["\n".join(data)] if data else []
    return f"class {kind.__name__}{bases}:\n" + indent("\n\n".join([*parts, *methods]), "    ")


def _data(carving: Carving, thing: object) -> list[str]:
    """The attributes of an object as lines of its class."""
    values = {name: value for name, value in carving.data[id(thing)].items() if not isinstance(value, ast.FunctionDef)}
    return [f"{name} = {retold(value)}" for name, value in values.items()]


def retold(value: object) -> str:
    """A value as text; an object of the run as a call of its class."""
    if isinstance(value, Verbatim):
        return value.text
    try:
        return literal(value)
    except TypeError:
        return f"{type(value).__name__}()"


def _purpose(kind: type) -> str:
    """The docstring without what it says of arguments and attributes."""
    paragraphs = inspect.cleandoc(kind.__doc__ or f"{kind.__name__}.").split("\n\n")
    kept = [text for text in paragraphs if not re.match("Args|Attributes|Raises", text)]
    return "\n\n".join(kept)


def _ending(simulator: Simulator, retelling: Retelling) -> list[str]:
    names = [repr(printable(name)) for name in simulator.names]
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
