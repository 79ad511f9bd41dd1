"""CSV -> arrays: every way a file may look, and the file, line and column in every error."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gd_tui.table import TableError, read_table, reader
from gd_tui.table.cells import MISSING

from .cases import NUMBERS, Write, refused, rows_of

# the form of a file


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_delimiter_line_ends_and_bom(write: Write, delimiter: str, newline: str, mark: str, end: str) -> None:
    lines = ["x,label,y", "1.5,a,-2e3", "+.5,b,7"]
    table = read_table(write(mark + ("\n".join(lines) + end).replace("\n", newline).replace(",", delimiter)))
    assert table.names == ("x", "label", "y")
    assert rows_of(table) == [(1.5, "a", -2000.0), (0.5, "b", 7.0)]
    assert table.lines.tolist() == [2, 3]


def test_a_single_column_needs_no_delimiter(write: Write) -> None:
    assert rows_of(read_table(write("x\n1\n2\n"))) == [(1.0,), (2.0,)]


@pytest.mark.parametrize("first", ["1,2,3", "1,NA,3", "5.1,-2e-3,0"])
def test_a_first_row_of_numbers_is_data(write: Write, first: str) -> None:
    table = read_table(write(f"{first}\n4,5,6\n"))
    assert (table.names, table.rows, table.lines.tolist()) == (("c1", "c2", "c3"), 2, [1, 2])


def test_a_first_row_ending_in_a_class_that_comes_again_is_data(write: Write) -> None:
    assert read_table(write("5.1,setosa\n4.9,setosa\n6.0,virginica\n")).names == ("c1", "c2")


@pytest.mark.parametrize("first", ["x,y", "country,1990", "NA,nan"])
def test_any_other_first_row_is_the_header(write: Write, first: str) -> None:
    assert read_table(write(f"{first}\n1,2\n")).names == tuple(first.split(","))


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(write: Write) -> None:
    table = read_table(write('"a, b","say ""hi""",y\n"1","two\nlines",3\n4,"x, y",oops\n'))
    assert table.names == ("a, b", 'say "hi"', "y")
    assert rows_of(table) == [(1.0, "two\nlines", "3"), (4.0, "x, y", "oops")]
    refused(lambda: table.numeric("y"), 'line 4, column "y": "oops" is not a number')


def test_blank_lines_are_skipped_and_counted(write: Write) -> None:
    table = read_table(write("\n\nx,y\n\n1,2\n   \n3,4\n\n\n"))
    assert (rows_of(table), table.lines.tolist()) == ([(1.0, 2.0), (3.0, 4.0)], [5, 7])


def test_blanks_around_cells_do_not_count(write: Write) -> None:
    table = read_table(write('x , "label", y\n 1 , a , NA \n2, b,3\n'))
    assert table.names == ("x", "label", "y")
    assert table.text("label") == ("a", "b")
    np.testing.assert_array_equal(table.numeric("y"), [np.nan, 3])


@pytest.mark.parametrize("mark", sorted(MISSING))
def test_missing_values(write: Write, mark: str) -> None:
    table = read_table(write(f"x,y\n1,2\n{mark},3\n"))
    np.testing.assert_array_equal(table.numeric("x"), [1, np.nan])
    assert table.text("x") == ("1", "")


@pytest.mark.parametrize(
    "cell", ["1_000", "0x10", "1,5", "1e", "1.2.3", "--1", "1-2", "1e5e5", "1e2.", ".-7", "+", "٣"]
)
def test_what_is_no_number_is_text(write: Write, cell: str) -> None:
    table = read_table(write(f"x;y\n1;2\n{cell};3\n"))
    assert table.numeric_names() == ("y",)
    assert table.text("x") == ("1", cell)
    refused(lambda: table.numeric("x"), "data.csv, line 3", 'column "x"', f'"{cell}" is not a number')


def test_text_of_numbers_is_their_shortest_form(write: Write) -> None:
    assert read_table(write("x,y\n1.0,2\n0.50,1\n1e300,1\n-3,1\n")).text("x") == ("1", "0.5", "1e+300", "-3")


# files that are refused


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("", ("the file is empty",)),
        ("\n \n", ("the file is empty",)),
        ("x,y\n", ("line 1", "a header and no rows")),
        ("x,y,x\n1,2,3\n", ("line 1", "more than once", '"x"')),
        ("x,,y\n1,2,3\n", ("line 1", "column 2 has no name")),
        ("x,y\n1,2\n\n3\n", ("line 4", "2 columns expected, 1 found")),
        ("x,y\n1,2\n3,4,5\n", ("line 3", "2 columns expected, 3 found")),
        ('x,y\n1,"2\n3,4\n', ("line 2", "quotes")),
        ('x,y\n1,2\n1,"2"3\n', ("line 3", "quotes")),
        (b"x,y\n1,2\n1,\xe9\n", ("line 3", "not UTF-8")),
        (b"x,\xe9\n1,2\n", ("line 1", "not UTF-8")),
        (b"x,y\n1,\0\n", ("line 2", "binary")),
        ("x,y\n1,2\n".encode("utf-16"), ("line 1", "binary")),
    ],
)
def test_a_broken_file_is_refused(write: Write, content: str | bytes, parts: tuple[str, ...]) -> None:
    source = write(content)
    assert refused(lambda: read_table(source), *parts).startswith(source)


def test_a_directory_and_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(lambda: read_table(str(tmp_path)), str(tmp_path), "is a directory")

    def deny(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    refused(lambda: read_table("secret.csv"), "secret.csv: cannot be read: Permission denied")


def test_messages_stay_on_one_line_and_send_no_escape_codes(write: Write) -> None:
    table = read_table(write('x,y\n1,2\n2,3\n"\x1b[31m\nred",4\n'))
    assert "\x1b" not in refused(lambda: table.numeric("x"), "line 4")


# beyond one block


def test_errors_and_text_far_down_a_long_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_BLOCK_BYTES", 64)
    lines = ["x,y"] + [f"{i}.50,{-i}" for i in range(100)]
    plain = read_table(write("\n".join(lines)))
    assert rows_of(plain) == [(i + 0.5, -i) for i in range(100)]
    lines[60] = '"5\n9",7'
    lines[80] = "oops,?"
    table = read_table(write("\n".join(lines)))
    assert table.lines.tolist() == [*range(2, 62), *range(63, 103)]
    assert table.text("x")[:2] == ("0.50", "1.50")
    refused(lambda: table.numeric("x"), "line 61", r"'5\n9'")
    assert table.rows == 100
    assert np.flatnonzero(np.isnan(table.numeric("y"))).tolist() == [79]
    lines[90] = "1,2,3"
    refused(lambda: read_table(write("\n".join(lines))), "line 92", "2 columns expected, 3 found")


# laws

cell_text = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' ,;|"'), max_size=8)
words = cell_text.map(str.strip).filter(lambda cell: cell not in MISSING).map("w".__add__)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[float | str]]]:
    kinds = draw(st.lists(st.sampled_from([NUMBERS, words]), min_size=1, max_size=5))
    names = draw(st.lists(words, min_size=len(kinds), max_size=len(kinds), unique=True))
    return names, draw(st.lists(st.tuples(*kinds).map(list), min_size=1, max_size=8))


@example((["w0", "w;"], [[0.0, "w0"]]), "\n", 1)
@given(tables(), st.sampled_from(["\n", "\r\n"]), st.integers(1, 200))
def test_what_csv_writes_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    content: tuple[list[str], list[list[float | str]]],
    newline: str,
    block: int,
) -> None:
    names, rows = content
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([names, *rows])
    path = tmp_path_factory.mktemp("law") / "table.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_BLOCK_BYTES", block)
        table = read_table(str(path))
    assert table.names == tuple(names)
    assert rows_of(table) == [tuple(row) for row in rows]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("law") / "bytes.csv"
    path.write_bytes(data)
    message, lengths = "", set()
    try:
        table = read_table(str(path))
        lengths = {len(column) - table.rows for column in table.columns}
    except TableError as error:
        message = str(error)
    assert lengths == {0} or message.startswith(str(path))
