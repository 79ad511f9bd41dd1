"""Where the gradient turned: the steps at which one of its components changed its sign."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.objective import Array

AT_ONCE_BYTES: Final = 2**20
"""Gradients that wait to be looked at."""


def turned(before: Array, here: Array) -> NDArray[np.bool_]:
    """Which components have the other sign than before; arrays of the same shape. One that is 0 has no sign."""
    return ((before < 0) & (here > 0)) | ((before > 0) & (here < 0))


class Turns:
    """For every step of an engine whether a component of the gradient has the other sign than one step before.

    A component that is 0 at either of them has not changed its sign. Updates leave their gradient as bytes, the
    cheapest copy there is, and are looked at many at a time, when somebody asks.
    """

    def __init__(self) -> None:
        self._found = bytearray()
        self._waiting: list[bytes] = []
        self._width = 1
        self.note = self._waiting.append
        """Takes the bytes of the next step's gradient."""

    def begin(self, gradient: Array) -> None:
        """Be told of the gradient, shape (d,), of the step before the next one that is noted."""
        self._width = len(gradient)
        if not self._waiting:
            self.note(gradient.tobytes())

    @property
    def room(self) -> int:
        """How many steps may be noted before the waiting ones are looked at; 64 at least."""
        held = AT_ONCE_BYTES // (8 * self._width)
        if len(self._waiting) > held:
            self._look()
        return max(64, held)

    @property
    def mark(self) -> int:
        """How many wait, for `cut`."""
        return len(self._waiting)

    def cut(self, mark: int) -> None:
        """Forget what was noted since there was this `mark`."""
        del self._waiting[mark:]

    def take(self) -> NDArray[np.uint8]:
        """1 where the gradient turned, else 0, for every step noted since this was last asked, shape (m,)."""
        self._look()
        found, self._found = self._found, bytearray()
        return np.frombuffer(found, dtype=np.uint8)

    def _look(self) -> None:
        if len(self._waiting) < 2:
            return
        gradients = np.frombuffer(b"".join(self._waiting)).reshape(-1, self._width)
        self._found += turned(gradients[:-1], gradients[1:]).any(axis=1).tobytes()
        del self._waiting[:-1]
