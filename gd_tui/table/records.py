"""Lines of CSV -> records of cells, with the file and the line in every error."""

import csv
from collections.abc import Iterable, Iterator

from gd_tui.table.table import TableError
from gd_tui.table.words import shown


def read_records(
    source: str, delimiter: str, lines: Iterable[bytes], before: int
) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of each record, empty lines left out; `before` lines come first.

    TableError if a line is not UTF-8 or a record's quotes are wrong.
    """
    reader = csv.reader(map(bytes.decode, lines), delimiter=delimiter, skipinitialspace=True, strict=True)
    previous = before
    try:
        for cells in reader:
            last = before + reader.line_num
            if cells:
                yield previous + 1, last, cells
            previous = last
    except UnicodeDecodeError:
        line = before + reader.line_num + 1
        raise TableError(f"{shown(source)}, line {line}: not UTF-8 text; save the file as UTF-8") from None
    except csv.Error as error:
        at = f"{shown(source)}, line {previous + 1}"
        raise TableError(f"{at}: {error}; check the quotes of the row that begins here") from None


def is_blank(cells: list[str]) -> bool:
    """Whether a record is a line of nothing or of blanks alone."""
    return not cells or (len(cells) == 1 and not cells[0].strip())
