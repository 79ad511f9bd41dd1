"""Words of the error messages: names and cells safe on one line, lists of them, the nearest known name."""

import difflib
from collections import Counter
from collections.abc import Sequence


def duplicates(names: Sequence[str]) -> list[str]:
    """The names that occur more than once, sorted."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def shown(source: str) -> str:
    """The name of a file as the user wrote it, unless it would not print."""
    return source if source and source.isprintable() else repr(source)


def quoted(text: str, limit: int = 60) -> str:
    """Safe on one line of a terminal, whatever the cell holds."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return f'"{short}"' if short.isprintable() else repr(short)


def listing(names: Sequence[str], limit: int = 30) -> str:
    """Quoted names between commas, and how many more there are."""
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(map(quoted, names[:limit])) + rest


def did_you_mean(name: str, names: Sequence[str]) -> str:
    """A clause that offers the nearest of `names`; empty if none is near."""
    by_case = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1)
    return f", did you mean {quoted(by_case[close[0]])}?" if close else ""
