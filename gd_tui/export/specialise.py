"""A function as one run needs it: without types, and without the branches that this run never takes."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeGuard

from gd_tui.export.source import Written

UNKNOWN: Final = object()
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def specialised(
    node: Written, name: str, known: Callable[[str], object], free: Mapping[str, object]
) -> ast.FunctionDef:
    """The function, called `name`, with what is known put in.

    `known` gives the value of an attribute of self that never changes in the run, else UNKNOWN; `free` are the
    numbers that a closure holds.
    """
    if isinstance(node, ast.Lambda):
        node = _as_definition(node)
    node.name = name
    simpler = _Specialiser(known, free).visit(node)
    assert isinstance(simpler, ast.FunctionDef)
    return ast.fix_missing_locations(simpler)


def _as_definition(node: ast.Lambda) -> ast.FunctionDef:
    definition = ast.parse("def function(): pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.args, definition.body = node.args, [ast.Return(node.body)]
    return definition


class _Specialiser(ast.NodeTransformer):
    def __init__(self, known: Callable[[str], object], free: Mapping[str, object]) -> None:
        self._known, self._free = known, free

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        self.generic_visit(node)
        node.body = _to_the_first_return(node.body)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return None if node.value is None else self.visit(ast.Assign([node.target], node.value))

    def visit_Assert(self, node: ast.Assert) -> None:
        return None

    def visit_If(self, node: ast.If) -> ast.AST | Sequence[ast.stmt]:
        value = self._value(node.test)
        if value is not UNKNOWN:
            return [part for line in (node.body if value else node.orelse) for part in self._lines(line)]
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        value = self._value(node.test)
        if value is UNKNOWN:
            return self.generic_visit(node)
        return self.visit(node.body if value else node.orelse)  # type: ignore[no-any-return]

    def visit_With(self, node: ast.With) -> ast.AST | Sequence[ast.stmt]:
        if "errstate" not in ast.unparse(node.items[0]):
            return self.generic_visit(node)
        # The whole run is made under one.
        return [part for line in node.body for part in self._lines(line)]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(self._free[node.id]) if node.id in self._free else node  # type: ignore[arg-type]

    def _lines(self, line: ast.stmt) -> Sequence[ast.stmt]:
        made = self.visit(line)
        return made if isinstance(made, list) else [] if made is None else [made]

    def _value(self, test: ast.expr) -> Any:
        """The value of a condition, UNKNOWN where it may change."""
        match test:
            case ast.Constant():
                return test.value
            case ast.Attribute(ast.Name("self"), name):
                return self._known(name)
            case ast.UnaryOp(ast.Not(), operand):
                value = self._value(operand)
                return UNKNOWN if value is UNKNOWN else not value
            case ast.BoolOp():
                return self._joined(test)
            case ast.Compare(left, [sign], [right]) if type(sign) in COMPARISONS:
                a, b = self._value(left), self._value(right)
                return UNKNOWN if UNKNOWN in (a, b) else COMPARISONS[type(sign)](a, b)
        return UNKNOWN

    def _joined(self, test: ast.BoolOp) -> Any:
        values = [self._value(part) for part in test.values]
        decisive = isinstance(test.op, ast.Or)
        if any(value is not UNKNOWN and bool(value) is decisive for value in values):
            return decisive
        return UNKNOWN if UNKNOWN in values else not decisive


def _to_the_first_return(body: list[ast.stmt]) -> list[ast.stmt]:
    end = next((i for i, line in enumerate(body) if isinstance(line, ast.Return | ast.Raise)), len(body))
    returned = body[end : end + 1]
    if returned and isinstance(returned[0], ast.Return) and returned[0].value is None:
        returned = []
    return body[:end] + returned or [ast.Pass()]


def read_by_need(nodes: Sequence[ast.FunctionDef]) -> set[str]:
    """The attributes that are read, but not those that are read only to set an attribute that nothing reads."""
    free: set[str] = set()
    sources: list[tuple[str, set[str]]] = []
    for node in nodes:
        stores = [(target.attr, value) for target, value in _attribute_stores(node)]
        inside = {id(part) for _, value in stores for part in ast.walk(value)}
        free |= {part.attr for part in ast.walk(node) if _is_read(part) and id(part) not in inside}
        sources += [(name, {part.attr for part in ast.walk(value) if _is_read(part)}) for name, value in stores]
    while more := {name for target, names in sources if target in free for name in names} - free:
        free |= more
    return free


def _attribute_stores(node: ast.FunctionDef) -> Iterator[tuple[ast.Attribute, ast.expr]]:
    """Assignments to attributes alone, those of a tuple to a tuple part by part."""
    for line in ast.walk(node):
        if isinstance(line, ast.Assign) and len(line.targets) == 1:
            target, value = line.targets[0], line.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
            yield from ((target, value) for target, value in pairs if isinstance(target, ast.Attribute))


def _is_read(part: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load)


def without_stores(node: ast.FunctionDef, read: set[str]) -> ast.FunctionDef:
    """The function without assignments to attributes that are not among those read anywhere."""
    node = _Pruner(read).visit(node)
    node.body = node.body or [ast.Pass()]
    return node


class _Pruner(ast.NodeTransformer):
    def __init__(self, read: set[str]) -> None:
        self._read = read

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        targets = [part for target in node.targets for part in self._kept(target, node)]
        if not targets:
            return None
        node.targets = targets
        return node

    def _kept(self, target: ast.expr, node: ast.Assign) -> list[ast.expr]:
        if isinstance(target, ast.Attribute):
            return [target] if target.attr in self._read else []
        if not isinstance(target, ast.Tuple) or not isinstance(node.value, ast.Tuple):
            return [target]
        pairs = zip(target.elts, node.value.elts, strict=True)
        pairs_kept = [(part, value) for part, value in pairs if self._kept(part, node)]
        if len(pairs_kept) < 2:
            node.value = pairs_kept[0][1] if pairs_kept else node.value
            return [part for part, _ in pairs_kept]
        target.elts, node.value.elts = map(list, zip(*pairs_kept, strict=True))
        return [target]
