"""Where a function is written: its syntax tree, found again from the function itself."""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from copy import deepcopy
from functools import cache
from types import FunctionType

Written = ast.FunctionDef | ast.Lambda


def written(function: FunctionType) -> Written:
    """A copy of the definition of a function, or of the lambda.

    Code that was made while the program runs has its text in the function's attribute `source`. Raises OSError
    where the source is not at hand.
    """
    if text := vars(function).get("source"):
        definition = ast.parse(text).body[0]
        assert isinstance(definition, ast.FunctionDef)
        return definition
    lines, _ = inspect.findsource(function)
    begun_there = _definitions("".join(lines))[function.__code__.co_firstlineno]
    return deepcopy(next(node for node in begun_there if _holds(node, function)))


@cache
def _definitions(text: str) -> dict[int, list[Written]]:
    """All functions of a file by their first lines, decorators included."""
    found: defaultdict[int, list[Written]] = defaultdict(list)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            found[min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])].append(node)
        elif isinstance(node, ast.Lambda):
            found[node.lineno].append(node)
    return dict(found)


def _holds(node: Written, function: FunctionType) -> bool:
    """Whether this is the definition: several lambdas may begin in one line."""
    if isinstance(node, ast.FunctionDef) or function.__name__ != "<lambda>":
        return isinstance(node, ast.FunctionDef) and node.name == function.__name__
    first, last = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    places = [(line, column) for line, _, column, _ in function.__code__.co_positions() if line and column]
    return all(first <= place < last for place in places)


def free_values(function: FunctionType) -> dict[str, object]:
    """What the variables hold that a function takes from the function around it."""
    cells = function.__closure__ or ()
    return {name: cell.cell_contents for name, cell in zip(function.__code__.co_freevars, cells, strict=True)}
