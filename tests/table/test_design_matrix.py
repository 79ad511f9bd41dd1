"""Target, features and rows chosen from a table; every choice that cannot be is refused."""

import numpy as np
import pytest

from gd_tui.table import design, design_classes, parse_column_list, read_table

from .cases import Write, refused, rows_of

CLASSES = "size,weight,kind,price\n1,10,a,100\n2,NA,b,200\n3,30,a,inf\n4,40,?,400\n"


def test_design_defaults_to_the_last_column_on_all_others_of_numbers(write: Write) -> None:
    inputs, y, names, target = design(read_table(write("a,b,kind,y\n1,2,u,3\n4,5,v,6\n")), None, None)
    assert (inputs.tolist(), y.tolist(), names, target) == ([[1, 2], [4, 5]], [3, 6], ("a", "b"), "y")
    assert inputs.flags.c_contiguous
    assert inputs.dtype == y.dtype == np.float64


def test_design_takes_features_in_the_order_asked(write: Write) -> None:
    inputs, y, names, target = design(read_table(write("a,b,c\n1,2,3\n4,5,6\n")), "b", ["c", "a"])
    assert (inputs.tolist(), y.tolist(), names, target) == ([[3, 1], [6, 4]], [2, 5], ("c", "a"), "b")


def test_a_design_is_no_window_into_the_table(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n3,4\n"))
    inputs, y, _, _ = design(table, None, None)
    inputs[:] = y[:] = 0
    assert rows_of(table) == [(1.0, 2.0), (3.0, 4.0)]


@pytest.mark.parametrize(
    ("target", "features", "parts"),
    [
        ("pirce", None, ('no column "pirce"', 'did you mean "price"?', '"size", "weight", "kind", "price"')),
        ("price", ["Size"], ('no column "Size"', 'did you mean "size"?')),
        ("price", ["size", "price"], ('"price" is both target and feature',)),
        ("price", ["size", "size"], ('"size" is listed twice',)),
        ("price", [], ("no column of numbers beside the target",)),
        ("kind", ["size"], ("line 2", 'column "kind"', '"a" is not a number')),
        ("price", ["kind"], ("line 2", 'column "kind"', '"a" is not a number')),
        ("size", ["weight"], ("line 3", 'column "weight"', "missing", "--drop-missing")),
        ("price", ["size"], ("line 4", 'column "price"', "infinite", "--drop-missing")),
    ],
)
def test_a_choice_that_cannot_be(write: Write, target: str, features: list[str] | None, parts: tuple[str, ...]) -> None:
    table = read_table(write(CLASSES))
    assert refused(lambda: design(table, target, features), *parts).startswith(table.source)


def test_a_number_column_with_one_bad_cell_does_not_vanish_from_the_default(write: Write) -> None:
    table = read_table(write("a,b,y\n1,2,3\n2,x7,4\n3,4,5\n"))
    refused(lambda: design(table, None, None), "line 3", 'column "b"', '"x7"')
    assert design(table, None, ["a"])[2] == ("a",)


def test_decimal_commas_are_refused_with_advice(write: Write) -> None:
    table = read_table(write("a;y\n1,5;2,5\n3,5;4,5\n"))
    refused(lambda: design(table, None, None), "line 2", 'column "a"', '"1,5"', "decimal point")


def test_drop_missing_leaves_out_rows_that_lack_a_used_value(write: Write) -> None:
    table = read_table(write(CLASSES), drop_missing=True)
    inputs, y, _, _ = design(table, None, None)
    assert (inputs.tolist(), y.tolist()) == ([[1, 10], [4, 40]], [100, 400])
    inputs, y, _, _ = design(table, "size", ["price"])
    assert (inputs.tolist(), y.tolist()) == ([[100], [200], [400]], [1, 2, 4])


def test_drop_missing_must_leave_a_row(write: Write) -> None:
    table = read_table(write("x,y\n1,NA\nNA,2\n"), drop_missing=True)
    refused(lambda: design(table, None, None), "every row lacks a value", '"x", "y"')


def test_class_labels_follow_their_rows(write: Write) -> None:
    source = write(CLASSES)
    whole = read_table(source)
    refused(lambda: design_classes(whole, "kind", ["size"]), "line 5", 'column "kind"', "missing")
    table = read_table(source, drop_missing=True)
    inputs, labels, names, target = design_classes(table, "kind", ["size", "weight"])
    assert (inputs.tolist(), labels) == ([[1, 10], [3, 30]], ("a", "a"))
    assert (names, target) == (("size", "weight"), "kind")


@pytest.mark.parametrize(
    ("text", "names"),
    [("a", ["a"]), ('a,"b,c"', ["a", "b,c"]), (' a, "b", c ', ["a", "b", "c"]), ('"x ""y"""', ['x "y"'])],
)
def test_column_list(text: str, names: list[str]) -> None:
    assert parse_column_list(text) == names


@pytest.mark.parametrize("text", ["", "a,,b", "a,", '"a', '"a"b', "a\nb"])
def test_malformed_column_list(text: str) -> None:
    refused(lambda: parse_column_list(text), "column list")
