"""The gradient against differences of the loss, component by component, as text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from math import inf, isfinite

import numpy as np

from gd_tui.engine.gradient_check import Component, Verdict, check_gradient, wrong_ones
from gd_tui.engine.objective import Array, Objective
from gd_tui.problems.module import UserFunction
from gd_tui.scenario import Scenario

MOST_SHOWN = 50
"""Components in the table; of more the worst are shown."""
MOST_FORMULAS = 4
"""Weights of a typed function whose second derivatives are shown."""
LONGEST_NAME = 20
HEADINGS = ("weight", "analytic", "difference", "+-", "relative error", "h", "")


def report(scenario: Scenario, objective: Objective, w: Array) -> tuple[list[str], bool]:
    """What there is to say of the scenario's gradient at w, shape (d,), line by line, and whether it is right."""
    loss = objective.loss_and_gradient(w, np.empty_like(w))
    lines = [f"{_what(scenario)} at {_point(objective, w.tolist())}, where the loss is {loss:.8g}"]
    if isinstance(objective, UserFunction) and objective.gradient_is_numerical:
        lines.append(
            "It gives no gradient: what is used are central differences, and there is nothing to check them against."
        )
        return lines, True
    if scenario.problem == "function":  # of others no sympy is needed
        lines += _formulas(objective)
    components = check_gradient(objective, w)
    wrong = wrong_ones(components)
    return [*lines, *_table(components), *_findings(components, wrong, isfinite(loss))], not wrong


def _what(scenario: Scenario) -> str:
    return scenario.function or scenario.module or scenario.problem


def _point(objective: Objective, w: list[float]) -> str:
    shown = ", ".join(f"{_short(name)} = {value:g}" for name, value in zip(objective.names[:5], w, strict=False))
    return shown + (", ..." if len(w) > 5 else "")


def _formulas(objective: Objective) -> Iterator[str]:
    """The derivatives of a typed function, as far as they fit the lines."""
    from gd_tui.problems.expression.formula import text
    from gd_tui.problems.expression.typed_function import TypedFunction

    if not isinstance(objective, TypedFunction):
        return
    width = shutil.get_terminal_size((100, 24)).columns
    names = objective.names
    for name, formula in list(zip(names, objective.gradient_formulas, strict=True))[:MOST_SHOWN]:
        yield _cut(f"dL/d{name} = {text(formula)}", width)
    second = objective.hessian_formulas if len(names) <= MOST_FORMULAS else None
    for i, row in enumerate(second or []):
        for j in range(i, len(names)):
            by = f"d{names[i]}²" if i == j else f"d{names[i]} d{names[j]}"
            yield _cut(f"d²L/{by} = {text(row[j])}", width)


def _table(components: Sequence[Component]) -> Iterator[str]:
    shown = components
    if len(components) > MOST_SHOWN:
        shown = sorted(components, key=_badness, reverse=True)[:MOST_SHOWN]
        yield f"the worst {MOST_SHOWN} of {len(components):,} components:"
    rows = [HEADINGS, *map(_row, shown)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(c.rjust(n) for c, n in zip(row[1:-1], widths[1:-1], strict=True)), row[-1]]
        yield "  ".join(cells).rstrip()


def _badness(component: Component) -> tuple[int, float]:
    return list(Verdict).index(component.verdict), component.relative_error


def _row(component: Component) -> tuple[str, ...]:
    is_zero = max(abs(component.analytic), abs(component.numerical)) <= 10 * component.error < inf
    return (
        _short(component.name),
        f"{component.analytic:.10g}",
        f"{component.numerical:.10g}",
        f"{component.error:.1e}",
        "both 0" if is_zero else f"{component.relative_error:.1e}",
        f"{component.h:.1e}",
        component.verdict,
    )


def _findings(components: Sequence[Component], wrong: Sequence[Component], is_finite: bool) -> Iterator[str]:
    """What came out, in words."""
    if not is_finite:
        yield "the loss is not finite here: choose another point with --start"
    kinks = [c for c in components if c.verdict is Verdict.KINK]
    if kinks:
        yield f"{_listed(kinks)}: the loss has a kink here, and any slope between those of its two sides will do"
    unclear = [c for c in components if c.verdict is Verdict.UNCLEAR]
    if unclear:
        yield f"{_listed(unclear)}: undecided, the losses nearby are too rough or not finite"
    if not wrong:
        yield f"{len(components) - len(unclear):,} of {len(components):,} components agree"
    for component in wrong[:MOST_SHOWN]:
        yield (
            f"{_short(component.name)} is WRONG: {component.analytic:.8g} instead of {component.numerical:.8g}"
            f"{_likely(component)}"
        )


def _likely(component: Component) -> str:
    """The mistake that such a ratio comes from."""
    if not isfinite(component.analytic) or component.numerical == 0:
        return ""
    ratio = component.analytic / component.numerical
    if abs(ratio + 1) < 1e-4:
        return ": its sign is the wrong way round"
    whole = next((r for r in (ratio, 1 / ratio if ratio else 0.0) if r > 1.5 and abs(r - round(r)) < 1e-4 * r), None)
    if whole is None or whole > 1e6:
        return ""
    return f": {round(whole):,} times {'too large' if ratio > 1 else 'too small'}"


def _listed(components: Sequence[Component]) -> str:
    names = ", ".join(_short(c.name) for c in components[:8])
    return names + (f" and {len(components) - 8:,} more" if len(components) > 8 else "")


def _short(name: str) -> str:
    return _cut("".join(c if c.isprintable() else "?" for c in name), LONGEST_NAME)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
