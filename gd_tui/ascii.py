"""Text for terminals and files that know ASCII alone."""

from __future__ import annotations

SPELLINGS = str.maketrans(
    {
        "×": "*",
        "→": "->",
        "±": "+-",
        "·": "-",
        "²": "^2",
        "³": "^3",
        "⁴": "^4",
        "√": "sqrt ",
        "Σ": "sum of ",
        "∂": "d",
        "…": "~",
        "←": "<-",
        "↓": "down",
        "↑": "up",
        "—": "-",
    }
)


def to_ascii(text: str) -> str:
    """The text spelt in ASCII; "?" stands for what has no spelling in it."""
    return text.translate(SPELLINGS).encode("ascii", "replace").decode()
