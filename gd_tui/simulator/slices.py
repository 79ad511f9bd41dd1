"""Long work in slices, between which others have their turn."""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import TypeVar

SLICE_S = 0.004
"""How long a slice takes, about."""

Value = TypeVar("Value")
Sliced = Generator[None, None, Value]
"""Work that gives way after every slice; its value comes with its end."""


class Slices:
    """How many things to do in the next slice, judged by how long the last ones took."""

    def __init__(self) -> None:
        self.size = 1
        self._begun = perf_counter()

    def begin(self) -> int:
        """The size of the slice that begins now."""
        self._begun = perf_counter()
        return self.size

    def end(self) -> None:
        """Take note that it is done."""
        took = perf_counter() - self._begun
        if took < SLICE_S / 2:
            self.size = min(2 * self.size, 2**20)
        elif took > 2 * SLICE_S:
            self.size = max(1, self.size // 2)


class Clock:
    """Tells when a slice has lasted long enough."""

    def __init__(self) -> None:
        self._begun = perf_counter()

    def is_up(self) -> bool:
        """Whether it has; then the next one begins."""
        now = perf_counter()
        if now - self._begun < SLICE_S:
            return False
        self._begun = now
        return True


def finish(work: Sliced[Value]) -> Value:
    """Do all of the work at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
