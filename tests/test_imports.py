"""The laws of the imports: they point one way, and what is slow to import only its user imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import gd_tui

ROOT = Path(gd_tui.__file__).parent

LAYERS = [
    {"errors"},
    {"engine", "numerals", "words", "ascii", "atomic"},
    {"table", "scenario", "problems"},
    {"simulator"},
    {"explain", "checking", "narration", "commands", "session", "export", "lessons"},
    {"cli", "tui"},
    {"__main__"},
]
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts} | {"plots": 1}

ONLY_IMPORTERS = {
    "textual": ("tui",),
    "rich": ("tui",),
    "click": ("cli",),
    "plotext": ("plots.adapter",),
    "sympy": ("problems.expression",),
}


@dataclass(frozen=True)
class Import:
    """`importer` imports `imported`, both as dotted names; `lazily` if inside a function."""

    importer: str
    imported: str
    lazily: bool
    typing_only: bool = False


def name_of(path: Path) -> str:
    """The dotted name of a module within the package, "" for the package itself."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def _targets(node: ast.Import | ast.ImportFrom, importer: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.level == 0, f"{importer}: a relative import"
    module = node.module or ""
    for alias in node.names:
        inner = f"{module}.{alias.name}"
        yield inner if inner.removeprefix("gd_tui.") in MODULES and inner.startswith("gd_tui.") else module


def _walk(node: ast.AST, importer: str, lazily: bool, typing_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for target in _targets(child, importer):
                yield Import(importer, target, lazily, typing_only)
        typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _walk(child, importer, lazily or function, typing_only or typing)


IMPORTS = [
    found
    for name, path in MODULES.items()
    for found in _walk(ast.parse(path.read_text(encoding="utf-8")), name, False, False)
]
INTERNAL = [i for i in IMPORTS if i.imported.split(".")[0] == "gd_tui"]


def part(name: str) -> str:
    """The top-level module or package that a module of gd_tui belongs to."""
    return name.removeprefix("gd_tui").lstrip(".").split(".")[0]


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_the_walk_sees_imports() -> None:
    assert Import("engine.engine", "gd_tui.engine.history", False) in IMPORTS
    assert Import("__main__", "gd_tui.cli.main", True) in IMPORTS
    assert any(i.importer == "plots.adapter" and i.imported == "plotext" for i in IMPORTS)
    assert any(i.importer == "" and i.typing_only for i in IMPORTS)


def test_every_module_has_its_place() -> None:
    assert {part(name) for name in MODULES if name} <= set(RANK)


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_imports_point_one_way(name: str) -> None:
    for found in INTERNAL:
        there = part(found.imported)
        if found.importer == name and there:
            assert RANK[there] <= RANK[part(name)], f"{name} imports {found.imported}"


def test_no_circle_at_import_time() -> None:
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for found in INTERNAL:
        target = found.imported.removeprefix("gd_tui").lstrip(".")
        if not found.lazily and not found.typing_only and target != found.importer:
            graph[found.importer].add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"imports in a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(("library", "importers"), ONLY_IMPORTERS.items())
def test_a_library_has_few_importers(library: str, importers: tuple[str, ...]) -> None:
    for found in IMPORTS:
        if found.imported.split(".")[0] == library:
            assert any(within(found.importer, allowed) for allowed in importers), f"{found.importer} imports {library}"


def test_the_engine_is_pure_mathematics() -> None:
    for found in IMPORTS:
        if part(found.importer) == "engine":
            root = found.imported.split(".")[0]
            assert root in {"numpy", "gd_tui"} or root in sys.stdlib_module_names, f"{found}"
            assert root not in {"os", "io", "sys", "pathlib", "shutil", "curses", "tempfile"}, f"{found}"


def test_plots_know_nothing_of_engines() -> None:
    for found in INTERNAL:
        if part(found.importer) == "plots":
            assert part(found.imported) == "plots", f"{found}"


def test_front_ends_are_imported_last_and_know_nothing_of_each_other() -> None:
    for found in INTERNAL:
        if part(found.imported) == "tui" and part(found.importer) != "tui":
            assert part(found.importer) == "cli", f"{found}"
            assert found.lazily, f"{found}"
        if part(found.imported) == "cli":
            assert part(found.importer) in ("cli", "__main__"), f"{found}"


def test_a_pane_imports_neither_the_app_nor_another_pane() -> None:
    panes = [name for name in MODULES if name.startswith("tui.panes.")]
    for found in INTERNAL:
        if found.importer in panes:
            target = found.imported.removeprefix("gd_tui.")
            assert target != "tui.app", f"{found}"
            assert target not in panes, f"{found}"


def imported_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after this statement."""
    code = f"import sys; {statement}; print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import gd_tui", {"numpy", "msgspec", "textual", "plotext", "sympy", "click"}),
        ("import gd_tui.engine.engine", {"textual", "rich", "plotext", "sympy", "click", "msgspec"}),
        ("import gd_tui.problems", {"textual", "rich", "plotext", "sympy", "click"}),
        ("import gd_tui.simulator, gd_tui.commands", {"textual", "rich", "plotext", "sympy", "click"}),
        ("import gd_tui.plots", {"textual", "rich", "plotext", "sympy", "click"}),
    ],
)
def test_what_an_import_does_not_bring_in(statement: str, absent: set[str]) -> None:
    held = imported_by(statement)
    assert "gd_tui" in held
    assert not held & absent


def test_plots_import_no_engine() -> None:
    code = (
        "import sys, gd_tui.plots;print(any(n.startswith(('gd_tui.engine', 'gd_tui.simulator')) for n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == "False"
