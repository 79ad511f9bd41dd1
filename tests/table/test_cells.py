"""Cells -> numbers: bit for bit those of float(), whichever way they are read."""

import csv
import io
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gd_tui.table.cells import MISSING, Column, _parse_json, number, parse_block, parse_column

from .cases import NUMBERS

number_text = (
    NUMBERS.map(repr)
    | NUMBERS.map(lambda x: f"{x:.18e}")
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | st.from_regex(r"[+-]?([0-9]{1,20}\.?|[0-9]{0,10}\.[0-9]{1,17})([eE][+-]?[0-9]{1,3})?", fullmatch=True)
    | st.integers(2**53, 2**54).map(lambda n: f"{n}.5")
)


def cells_of(column: Column) -> list[str] | bytes:
    """What a column holds, told apart to the last bit."""
    return list(column) if isinstance(column, tuple) else column.tobytes()


def one_by_one(cells: Sequence[str]) -> list[str] | bytes:
    """What the column of these cells must hold."""
    stripped = [cell.strip() for cell in cells]
    try:
        return np.array([number(cell) for cell in stripped]).tobytes()
    except ValueError:
        return stripped


@given(st.lists(st.tuples(number_text, number_text), min_size=1), st.sampled_from(";,\t|"))
@example([("-0", "1e400"), ("1e-400", "-1e400")], ",")
@example([("-0e5", "1e-0"), ("-0", "-0.0")], ",")
@example([("9007199254740993", "18446744073709551617")], ",")
def test_every_number_is_the_float_nearest_to_its_text(cells: list[tuple[str, str]], delimiter: str) -> None:
    chunk = "\n".join(map(delimiter.join, cells)).encode()
    expected = np.array([[float(cell) for cell in row] for row in cells])
    columns = parse_block(chunk, delimiter, 2)
    assert columns is not None
    assert np.array(columns).T.tobytes() == expected.tobytes()
    by_column = np.array([parse_column(column) for column in zip(*cells, strict=True)]).T
    assert by_column.tobytes() == expected.tobytes()


@given(st.lists(st.tuples(*[st.text("0123456789.+-eE", max_size=6)] * 2), min_size=1, max_size=3))
def test_the_fast_way_takes_no_text_for_a_number(cells: list[tuple[str, str]]) -> None:
    fast = _parse_json(",".join(map(",".join, cells)).encode(), 2 * len(cells))
    if fast is not None:
        assert fast.tolist() == [float(cell) for row in cells for cell in row]


def test_ties_between_two_floats_go_to_the_even_one() -> None:
    cells = [str(n) for n in range(2**53 - 40, 2**53 + 40)] + [f"{2**52 + n}.5" for n in range(40)]
    fast = _parse_json(",".join(cells).encode(), len(cells))
    assert fast is not None
    assert fast.tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize("cells", ["1.5,-2,3e-7", "0.10,1E5,-0.0", "1, 2 ,null"])
def test_plain_numbers_go_the_fast_way(cells: str) -> None:
    assert _parse_json(cells.encode(), 3) is not None


@pytest.mark.parametrize(
    "cells", ["", "1", "1,2,3", "1,", "[1],2", "1],[2", '"1",2', "true,2", "-0,1", "1e400,1", "1_0,1"]
)
def test_the_fast_way_refuses_any_other(cells: str) -> None:
    assert _parse_json(cells.encode(), 2) is None


odd_cells = (
    st.sampled_from(["1", "-0", "2.5", "1e400", ".5", "+1", " 3 ", "1,5", "1;5", "1_0", "inf"])
    | st.sampled_from(["x", " x y ", "é", "٣", "[1", "1]", "1],[2", "true", "{}", '"1"', '"a', '""'])
    | st.sampled_from(["\r", "\n", "\t", "\f", "\x1c", "\xa01"])
    | st.sampled_from(sorted(MISSING))
)


@given(st.lists(odd_cells, min_size=1))
def test_a_column_is_read_as_cell_by_cell(cells: list[str]) -> None:
    assert cells_of(parse_column(cells)) == one_by_one(cells)


rows_of_cells = st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[odd_cells] * width), min_size=1))


@given(
    rows_of_cells,
    st.sampled_from(";,\t|"),
    st.sampled_from(["\n", "\r\n"]),
)
@example([("1,5", "2")], ";", "\n")
@example([("NA", "x"), ("1", "")], ",", "\n")
def test_a_block_is_cut_where_csv_cuts_it(rows: list[tuple[str, ...]], delimiter: str, newline: str) -> None:
    text = "".join(delimiter.join(row) + newline for row in rows)
    columns = parse_block(text.encode(), delimiter, len(rows[0]))
    if columns is not None:
        lines = io.StringIO(text, newline="")
        records = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        expected = [one_by_one(cells) for cells in zip(*records, strict=True)]
        assert [cells_of(column) for column in columns] == expected


@pytest.mark.parametrize(
    "lines",
    [b"1,2\n3\n", b"1,2\n\n3,4\n", b'1,"2"\n', b"1,2\r3,4\n", b"1,\xff\n", b"1,2,3\n", b"\n"],
)
def test_lines_that_need_the_csv_reader(lines: bytes) -> None:
    assert parse_block(lines, ",", 2) is None


def test_an_empty_line_is_no_row_of_one_missing_value() -> None:
    assert parse_block(b"1\n\n2\n", ",", 1) is None
    assert parse_block(b"\n", ",", 1) is None
