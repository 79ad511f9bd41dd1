"""Rules that are chosen by name from a table, with settings that are checked: optimizers and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Generic, TypeVar

import numpy as np

from gd_tui.errors import InputError, unknown

Value = float | bool | tuple[float, ...]
Rule = TypeVar("Rule")


def setting(default: Value, meaning: str, low: float = 0.0, below: float = np.inf, whole: bool = False) -> Any:
    """A dataclass field whose values lie in [low, below), and are whole numbers if so said."""
    return field(default=default, metadata={"meaning": meaning, "low": low, "below": below, "whole": whole})


@dataclass(frozen=True)
class Entry(Generic[Rule]):
    """A line of a table: the rule (a frozen dataclass), and the defaults that make it go by this name.

    `kind` is what the table is of, `called` what its settings are called.
    """

    kind: str
    name: str
    description: str
    rule: Callable[..., Rule]
    defaults: Mapping[str, Value] = field(default_factory=dict)
    called: str = "setting"

    def settings(self) -> dict[str, Value]:
        """Names and default values, in the order of the rule's fields."""
        known = {f.name: f.default for f in fields(self.rule) if f.default is not MISSING}  # type: ignore[arg-type]
        return known | dict(self.defaults)

    def meaning(self, name: str) -> str:
        """What a setting does, in words."""
        return str(self._metadata(name)["meaning"])

    def make(self, settings: Mapping[str, Value]) -> Rule:
        """The rule with these settings. Raises InputError for a wrong name or value."""
        for name, value in settings.items():
            self._check(name, value)
        return self.rule(**(self.settings() | dict(settings)))

    def _metadata(self, name: str) -> Mapping[str, Any]:
        return next(f.metadata for f in fields(self.rule) if f.name == name)  # type: ignore[arg-type]

    def _check(self, name: str, value: Value) -> None:
        known = self.settings()
        if name not in known:
            if not known:
                raise InputError(f"{self.name}: {self.kind} {self.name} has no settings, so none called {name!r}")
            raise unknown(f"{self.called} of {self.name}", name, known)
        wanted = _shape(known[name])
        if _shape(value) != wanted and not (wanted == _LIST and _shape(value) == _NUMBER):
            raise InputError(f"{self.name}: {name} must be {wanted}, not {_spelt(value)}")
        if not isinstance(value, bool):
            self._check_limits(name, value)

    def _check_limits(self, name: str, value: float | tuple[float, ...]) -> None:
        limits = self._metadata(name)
        for number in value if isinstance(value, tuple) else (value,):
            if not (np.isfinite(number) and limits["low"] <= number < limits["below"]):
                room = [f"at least {limits['low']:g}"] if np.isfinite(limits["low"]) else []
                room += [f"below {limits['below']:g}" if np.isfinite(limits["below"]) else "finite"]
                raise InputError(f"{self.name}: {name} must be {' and '.join(room)}, not {number:g}")
            if limits["whole"] and number != int(number):
                raise InputError(f"{self.name}: {name} must be a whole number, not {number:g}")


_NUMBER, _SWITCH, _LIST = "a number", "true or false", "a list of numbers"


def _shape(value: Value) -> str:
    return _SWITCH if isinstance(value, bool) else _LIST if isinstance(value, tuple) else _NUMBER


def _spelt(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(f"{v:g}" for v in value) if isinstance(value, tuple) else f"{value:g}"
