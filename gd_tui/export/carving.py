"""The part of gd-tui's own source that a run uses, carved out so that it stands alone.

Objects of the run are named together with the methods that will be called. From there every function, class,
constant and import is followed by its name, again and again until nothing new turns up: an attribute of `self`
is looked up in the classes of the objects at hand, any other attribute counts as used of all of them.
"""

from __future__ import annotations

import ast
import builtins
import math
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from gd_tui.export.literals import literal
from gd_tui.export.source import free_values, written
from gd_tui.export.specialise import UNKNOWN, read_by_need, specialised, without_stores


@dataclass(frozen=True)
class Verbatim:
    """Text that stands for an object in the script."""

    text: str


class Carving:
    """What the script takes from gd-tui.

    Attributes:
        objects: those of the run. methods: by the class that has them, and their name.
        functions, constants (as text): of modules, by name. imports: lines.
        data: for each object, by its id, the attributes that are read, with their values.
        read: the names of all attributes that are read.
    """

    def __init__(self) -> None:
        self.objects: list[object] = []
        self._roots: list[tuple[type, str]] = []
        self._calls: list[tuple[str, FunctionType]] = []
        self._derived: dict[int, str] = {}
        self._made: set[type] = set()
        self._filled: list[type] = []
        self._assigned: set[str] = set()
        self._clear()

    def use(self, thing: object, *methods: str, derives: str | None = None) -> None:
        """The script calls these methods of the object; `derives` is one that sets attributes of it anew."""
        if thing not in self.objects:
            self.objects.append(thing)
        called = [*methods, derives] if derives else methods
        self._roots += [(type(thing), method) for method in called if (type(thing), method) not in self._roots]
        if derives:
            self._derived[id(thing)] = derives

    def make(self, kind: type, *methods: str) -> None:
        """The script makes an object of this class and calls these methods of it."""
        self._made.add(kind)
        self._roots += [(kind, method) for method in methods]

    def fill(self, kind: type) -> None:
        """The script makes an object of this class and sets what is read of it."""
        self._filled.append(kind)

    def call(self, function: FunctionType) -> None:
        """The script calls this function."""
        self._calls.append((function.__name__, function))

    def grow(self) -> None:
        """Follow all names until nothing new turns up, then drop what nothing reads."""
        while True:
            before = len(self.objects), len(self._made), len(self._assigned)
            self._clear()
            self._follow()
            if before == (len(self.objects), len(self._made), len(self._assigned)):
                break
        self._drop_unread()

    def _clear(self) -> None:
        self.methods: dict[tuple[type, str], ast.FunctionDef] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.constants: dict[str, str] = {}
        self.imports: set[str] = {"import numpy as np"}
        self.data: dict[int, dict[str, Any]] = {}
        self.read: set[str] = set()
        self._carried: dict[str, FunctionType] = {}
        self._selves: set[tuple[type, str]] = set()
        self._mentioned: set[str] = set()

    @property
    def kinds(self) -> list[type]:
        """The classes of which the script has objects; last those that it fills itself."""
        made = sorted(self._made, key=lambda kind: kind.__name__)
        return list(dict.fromkeys([*map(type, self.objects), *made, *self._filled]))

    def _follow(self) -> None:
        for kind, name in self._roots:
            self._look_up(kind, name)
        for kind in list(self._made):
            self._look_up(kind, "__init__")
        for name, function in self._calls:
            self._carry(name, function)
        known = -1
        while known != (known := len(self.methods) + len(self._mentioned)):
            self._collect_data()

    def _look_up(self, kind: type, name: str, after: type | None = None) -> None:
        """Keep the method that `name` is for objects of this class, or what is next in line `after` a class."""
        line = kind.__mro__ if after is None else kind.__mro__[kind.__mro__.index(after) + 1 :]
        owner = next((owner for owner in line if name in vars(owner)), None)
        if owner is None or not _is_ours(owner) or (owner, name) in self.methods:
            return
        value = vars(owner)[name]
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not isinstance(function, FunctionType):
            return
        node = specialised(written(function), name, lambda attribute: self._known(owner, attribute), {})
        self.methods[owner, name] = node
        self._read(node, function, owner)

    def _known(self, owner: type, attribute: str) -> object:
        """The value of an attribute of self, if it is the same for all objects and never changes."""
        objects = [thing for thing in self.objects if isinstance(thing, owner)]
        made_later = any(issubclass(kind, owner) for kind in [*self._made, *self._filled])
        if not objects or made_later or attribute in self._assigned:
            return UNKNOWN
        values = [getattr(thing, attribute, UNKNOWN) for thing in objects]
        if isinstance(values[0], np.ndarray) or any(value is not values[0] and value != values[0] for value in values):
            return UNKNOWN
        return values[0]

    def _read(self, node: ast.FunctionDef, function: FunctionType, owner: type | None) -> None:
        """Follow every name in a function."""
        local = _local_names(node)
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute):
                self._read_attribute(part, function, owner, local)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in local:
                self._read_global(part.id, function)

    def _read_attribute(self, part: ast.Attribute, function: FunctionType, owner: type | None, local: set[str]) -> None:
        if not isinstance(part.ctx, ast.Load):
            self._assigned.add(part.attr)
        elif owner is not None and ast.unparse(part.value) == "super()":
            for kind in self.kinds:
                if issubclass(kind, owner):
                    self._look_up(kind, part.attr, after=owner)
        elif owner is not None and isinstance(part.value, ast.Name) and part.value.id == "self":
            self._selves.add((owner, part.attr))
            for kind in self.kinds:
                if issubclass(kind, owner):
                    self._look_up(kind, part.attr)
        elif not _is_of_a_module(part, function, local):
            self._mentioned.add(part.attr)
            for kind in self.kinds:
                self._look_up(kind, part.attr)

    def _read_global(self, name: str, function: FunctionType) -> None:
        if name not in function.__globals__:
            assert hasattr(builtins, name), f"{function.__qualname__}: {name}"
            return
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            alias = "" if value.__name__ == name else f" as {name}"
            self.imports.add(f"import {value.__name__}{alias}")
        elif isinstance(value, type) and _is_ours(value):
            self._made.add(value)
        elif isinstance(value, FunctionType) and _is_ours(value):
            self._carry(name, value)
        elif callable(value):
            home = "numpy" if isinstance(value, np.ufunc) else value.__module__
            alias = "" if value.__name__ == name else f" as {name}"
            self.imports.add(f"from {home} import {value.__name__}{alias}")
        elif getattr(math, name, None) == value:
            self.imports.add(f"from math import {name}")
        else:
            self.constants[name] = literal(value)

    def _carry(self, name: str, function: FunctionType) -> None:
        if name in self._carried:
            assert self._carried[name] is function, f"two functions are called {name}"
            return
        self._carried[name] = function
        node = specialised(written(function), name, lambda attribute: UNKNOWN, free_values(function))
        self.functions[name] = node
        self._read(node, function, None)

    def _collect_data(self) -> None:
        """What the kept methods read of each object; objects among it are at hand from now on."""
        for thing in self.objects:
            names = self._mentioned | {name for owner, name in self._selves if isinstance(thing, owner)}
            derived = self._set_by(type(thing), self._derived.get(id(thing), ""))
            self.data[id(thing)] = {}
            for name in sorted(names - derived):
                value = _data_of(thing, name)
                if value is not UNKNOWN:
                    self.data[id(thing)][name] = self._datum(type(thing), name, value)

    def _datum(self, kind: type, name: str, value: Any) -> Any:
        if isinstance(value, FunctionType) and _is_ours(value):
            if value.__name__ != "<lambda>" and "source" not in vars(value):
                self._carry(value.__name__, value)
                return Verbatim(f"staticmethod({value.__name__})")
            return self._static(kind, name, value)
        if isinstance(value, np.ufunc):
            return Verbatim(f"np.{value.__name__}")
        if is_object(value) and value not in self.objects:
            self.objects.append(value)
        return value

    def _static(self, kind: type, name: str, function: FunctionType) -> ast.FunctionDef:
        """A function that an object holds, as a static method of its class."""
        if (kind, name) not in self.methods:
            node = specialised(written(function), name, lambda attribute: UNKNOWN, free_values(function))
            node.decorator_list = [ast.Name("staticmethod", ast.Load())]
            self.methods[kind, name] = node
            self._read(node, function, None)
        return self.methods[kind, name]

    def _set_by(self, kind: type, method: str) -> set[str]:
        """The attributes that a method sets, by the classes above it too."""
        nodes = [self.methods[owner, method] for owner in kind.__mro__ if (owner, method) in self.methods]
        parts = [part for node in nodes for part in ast.walk(node)]
        return {part.attr for part in parts if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)}

    def _drop_unread(self) -> None:
        """Drop assignments to attributes that nothing reads; what they alone read is read no longer."""
        self.read = read_by_need([*self.methods.values(), *self.functions.values()])
        self.methods = {key: without_stores(node, self.read) for key, node in self.methods.items()}
        for attributes in self.data.values():
            for name in [name for name in attributes if name not in self.read]:
                del attributes[name]


def is_object(value: object) -> bool:
    """Whether a value is an object of a class of gd-tui's, and not a node of code or a text that stands for one."""
    return _is_ours(type(value)) and not isinstance(value, Verbatim)


def _is_ours(thing: Any) -> bool:
    home = str(getattr(thing, "__module__", ""))
    return home.split(".")[0] == "gd_tui" or "source" in getattr(thing, "__dict__", {})


def _data_of(thing: object, name: str) -> Any:
    """An attribute that is neither a method nor a property."""
    if name in getattr(thing, "__dict__", {}):
        return vars(thing)[name]
    value = getattr(type(thing), name, UNKNOWN)
    return UNKNOWN if isinstance(value, FunctionType | property) or name.startswith("__") else value


def _is_of_a_module(part: ast.Attribute, function: FunctionType, local: set[str]) -> bool:
    root: ast.expr = part
    while isinstance(root, ast.Attribute):
        root = root.value
    return (
        isinstance(root, ast.Name)
        and root.id not in local
        and isinstance(function.__globals__.get(root.id), ModuleType)
    )


def _local_names(node: ast.FunctionDef) -> set[str]:
    """Arguments and variables, those of functions inside included."""
    parts = list(ast.walk(node))
    arguments = {part.arg for part in parts if isinstance(part, ast.arg)}
    stored = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return arguments | stored
