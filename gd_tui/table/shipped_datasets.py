"""The datasets that come with the program: where they lie and what each one teaches."""

from pathlib import Path

from gd_tui.table.table import TableError
from gd_tui.table.words import did_you_mean, quoted


def datasets() -> dict[str, Path]:
    """The shipped datasets: name -> CSV file, sorted by name."""
    return {path.stem: path for path in sorted(_datasets_folder().glob("*.csv"))}


def dataset_description(name: str) -> str:
    """What a shipped dataset teaches, in one line. TableError if there is no such dataset."""
    if name not in datasets():
        raise TableError(unknown_source(name))
    sources = (_datasets_folder() / "SOURCES.md").read_text(encoding="utf-8")
    section = sources.partition(f"## {name}.csv")[2].partition("\n## ")[0]
    return section.partition("- teaches: ")[2].partition("\n")[0].strip()


def unknown_source(source: str) -> str:
    """The message for a source that is neither a file nor a shipped dataset."""
    names = tuple(datasets())
    hint = did_you_mean(Path(source).stem, names)
    return f"no file and no shipped dataset {quoted(source)}{hint}; shipped: {', '.join(names)}"


def _datasets_folder() -> Path:
    package = Path(__file__).parents[1]
    installed = package / "datasets"
    return installed if installed.is_dir() else package.parent / "datasets"
