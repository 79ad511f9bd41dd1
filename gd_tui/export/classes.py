"""The classes of a script: in an order that Python can read, no more of them than are needed, and as text."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

from gd_tui.export.carving import Carving, Verbatim, is_object
from gd_tui.export.literals import literal
from gd_tui.export.prose import text_of


@dataclass(eq=False)
class Class:
    """A class as the script has it: its own methods by name, and the classes that it is made from."""

    methods: dict[str, ast.FunctionDef]
    bases: list[type]


def class_texts(carving: Carving) -> list[str]:
    """The text of every class, each after those that it needs."""
    return [_text(carving, kind, made) for kind, made in _arranged(carving).items()]


def _arranged(carving: Carving) -> dict[type, Class]:
    """The classes in their order; one that one other alone is made from is written out in that one."""
    classes: dict[type, Class] = {}
    for kind in carving.kinds:
        _place(kind, carving, classes)
    for base in list(classes):
        above = [kind for kind, made in classes.items() if base in made.bases]
        if base not in carving.kinds and len(above) == 1 and _may_merge(classes[base], classes[above[0]]):
            merged, into = classes.pop(base), classes[above[0]]
            into.methods = merged.methods | into.methods
            into.bases = [*(kind for kind in into.bases if kind is not base), *merged.bases]
    return classes


def _place(kind: type, carving: Carving, classes: dict[type, Class]) -> None:
    """Put the class after its bases and after the classes of the objects in its data."""
    if kind in classes:
        return
    objects = [thing for thing in carving.objects if type(thing) is kind]
    held = [type(value) for thing in objects for value in carving.data[id(thing)].values() if is_object(value)]
    bases = list(_nearest(kind, {owner for owner, _ in carving.methods} | set(carving.kinds)))
    for needed in [*held, *bases]:
        _place(needed, carving, classes)
    own = [(name, node) for (owner, name), node in carving.methods.items() if owner is kind]
    own.sort(key=lambda named: getattr(named[1], "lineno", 0))
    classes[kind] = Class(dict(own), bases)


def _nearest(kind: type, kept: set[type]) -> Iterator[type]:
    """The classes among those kept that this one is made from, others skipped."""
    for base in kind.__bases__:
        if base in kept:
            yield base
        else:
            yield from _nearest(base, kept)


def _may_merge(base: Class, into: Class) -> bool:
    """Whether the methods can lie side by side: no name twice, and none that is reached by super()."""
    texts = " ".join(map(ast.unparse, into.methods.values()))
    return not set(base.methods) & set(into.methods) and not any(f"super().{name}" in texts for name in base.methods)


def _text(carving: Carving, kind: type, made: Class) -> str:
    bases = f"({', '.join(base.__name__ for base in made.bases)})" if made.bases else ""
    purpose = _purpose(kind)
    closing = '\n"""' if "\n" in purpose else '"""'
    parts = [f'"""{purpose}{closing}', *_data(carving, kind), *map(text_of, made.methods.values())]
    return f"class {kind.__name__}{bases}:\n" + indent("\n\n".join(parts), "    ")


def _purpose(kind: type) -> str:
    """The docstring without what it says of arguments and attributes."""
    paragraphs = inspect.cleandoc(kind.__doc__ or f"{kind.__name__}.").split("\n\n")
    return "\n\n".join(text for text in paragraphs if not re.match("Args|Attributes|Raises", text))


def _data(carving: Carving, kind: type) -> Iterator[str]:
    """What the first object of the class holds, as lines of the class, all in one text."""
    first = next((thing for thing in carving.objects if type(thing) is kind), None)
    data = {} if first is None else carving.data[id(first)]
    lines = [f"{name} = {_value(value)}" for name, value in data.items() if not isinstance(value, ast.FunctionDef)]
    if lines:
        yield "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, Verbatim):
        return value.text
    return f"{type(value).__name__}()" if is_object(value) else literal(value)
