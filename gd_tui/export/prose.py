"""Code made easy to read: the text of a syntax tree, names without their underscores."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Sequence

QUOTED = re.compile(r"'([\w ]*)'")
BRACKETED = re.compile(r"(?P<before>\s*(?:.* = |return ))\((?P<inside>.*)\)")


def text_of(node: ast.FunctionDef) -> str:
    """The function as one would write it, with words between double quotes."""
    text = "\n".join(map(_without_brackets, ast.unparse(node).splitlines()))
    double = QUOTED.sub(r'"\1"', text)
    return double if ast.dump(ast.parse(double)) == ast.dump(ast.parse(text)) else text


def _without_brackets(line: str) -> str:
    """`a, b = (c, d)` as `a, b = c, d`; any other line as it is."""
    found = BRACKETED.fullmatch(line)
    if found is None:
        return line
    plain = found["before"] + found["inside"]
    try:
        same = ast.dump(ast.parse(plain.strip())) == ast.dump(ast.parse(line.strip()))
    except SyntaxError:
        return line
    return plain if same else line


def without_underscores(texts: Sequence[str]) -> list[str]:
    """The code with `_name` called `name` throughout, wherever nothing else is called that.

    In a script there is nobody to hide a name from.
    """
    trees = [ast.parse(text) for text in texts]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    inner = [line for kind in nodes if isinstance(kind, ast.ClassDef) for line in kind.body]
    data = [target for line in inner if isinstance(line, ast.Assign) for target in line.targets]
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    attributes |= {node.id for node in data if isinstance(node, ast.Name)}
    attributes |= {node.name for node in inner if isinstance(node, ast.FunctionDef)}
    variables = {node.id for node in nodes if isinstance(node, ast.Name) and node not in data}
    variables |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    variables |= {line.name for tree in trees for line in tree.body if isinstance(line, ast.FunctionDef | ast.ClassDef)}
    taken = {name: attributes | (variables if name in variables else set()) for name in attributes | variables}
    taken |= dict.fromkeys(variables - attributes, variables)
    renamed = {
        name: name[1:]
        for name, others in sorted(taken.items())
        if re.fullmatch("_[a-z]\\w*", name) and name[1:] not in others and not keyword.iskeyword(name[1:])
    }
    if not renamed:
        return list(texts)
    words = re.compile(rf"\b({'|'.join(renamed)})\b")
    return [words.sub(lambda found: renamed[found[0]], text) for text in texts]
