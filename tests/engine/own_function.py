"""A user's module, as for `--module own_function.py:bent`."""

from __future__ import annotations

from typing import Any

import numpy as np


def bent(w: Any) -> tuple[float, Any]:
    """A bowl with a bend, and its gradient."""
    u, v = w
    return float(u * u + (v - u * u) ** 2), np.array([2 * u - 4 * u * (v - u * u), 2 * (v - u * u)])


bent.names = ("u", "v")  # type: ignore[attr-defined]
bent.start = (1.5, -0.5)  # type: ignore[attr-defined]
