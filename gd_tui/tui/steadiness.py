"""Ranges and scales that depend on what was shown before, and are yet the same whenever a step is shown again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from gd_tui.simulator import Snapshot

T = TypeVar("T")

MOST = 4096
"""Steps whose choice is remembered."""


class Steady(Generic[T]):
    """A choice made at each step from the one made before it, and remembered by step.

    So an axis can hold still from step to step, and a step that is stepped back to looks as it did.
    Another run or another `key` (the selected weight, the pane's size) begins afresh.
    """

    def __init__(self) -> None:
        self._key: Hashable = None
        self._chosen: dict[int, T] = {}
        self._last: T | None = None

    def at(self, snapshot: Snapshot, key: Hashable, choose: Callable[[T | None], T]) -> T:
        """The choice for the snapshot's step; `choose` is given the one before, or None."""
        if self._key != (snapshot.run, key):
            self._key, self._last = (snapshot.run, key), None
            self._chosen.clear()
        if snapshot.k not in self._chosen:
            if len(self._chosen) >= MOST:
                del self._chosen[next(iter(self._chosen))]
            self._chosen[snapshot.k] = choose(self._last)
        self._last = self._chosen[snapshot.k]
        return self._last
