"""Numbers in columns: exactly as wide as the column, rounded and never cut, from 1e-300 to 1e300."""

from __future__ import annotations

from decimal import Decimal
from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.numerals import computed, exact, first_difference, fixed, plain

COLUMNS = [(9, 4, False), (11, 5, False), (8, 4, True), (10, 5, True), (7, 4, False), (12, 4, True), (12, 4, False)]
"""Width, decimals and sign of every column on the screen."""

everything = st.floats(allow_subnormal=True)
finite = st.floats(allow_nan=False, allow_infinity=False)
columns = st.sampled_from(COLUMNS)


@given(everything, st.integers(1, 24), st.integers(0, 8), st.booleans())
def test_a_number_is_exactly_as_wide_as_its_column(value: float, width: int, decimals: int, signed: bool) -> None:
    assert len(fixed(value, width, decimals, signed=signed)) == width


@given(finite, columns)
def test_a_number_is_rounded_to_its_last_place_and_never_cut(value: float, column: tuple[int, int, bool]) -> None:
    width, decimals, signed = column
    shown = Decimal(fixed(value, width, decimals, signed=signed).strip())
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)
    assert abs(shown - Decimal(value)) <= Decimal((0, (1,), exponent)) / 2


@given(st.floats(1e-300, 1e300), st.sampled_from([-1, 1]), columns)
def test_three_digits_stay_wherever_there_is_room(size: float, sign: int, column: tuple[int, int, bool]) -> None:
    """An exponent of three digits, a sign and a point leave 9 columns two digits, the narrower ones one."""
    width, decimals, signed = column
    text = fixed(sign * size, width, decimals, signed=signed).strip()
    digits = text.lstrip("+-").partition("e")[0].replace(".", "").lstrip("0")
    if 1e-3 <= size < 1e5 and width >= 9:
        assert len(digits) >= (1 if size < 0.01 else 2)
    if "e" in text and width >= 10 and 1e-99 < size < 1e99:
        assert len(digits) >= 3
    assert digits


@given(finite, columns)
def test_zero_and_only_zero_looks_like_zero(value: float, column: tuple[int, int, bool]) -> None:
    width, decimals, signed = column
    text = fixed(value, width, decimals, signed=signed)
    assert (float(text) == 0) == (value == 0)


@given(finite.filter(bool), columns.filter(lambda column: column[2]))
def test_what_moved_carries_its_sign(value: float, column: tuple[int, int, bool]) -> None:
    width, decimals, _ = column
    assert fixed(value, width, decimals, signed=True).strip()[0] == ("+" if value > 0 else "-")


@given(everything, columns)
def test_only_ascii_is_used(value: float, column: tuple[int, int, bool]) -> None:
    text = fixed(value, column[0], column[1], signed=column[2])
    assert text.isascii()
    assert "−" not in text


@pytest.mark.parametrize(
    ("value", "width", "decimals", "signed", "text"),
    [
        (8.677893, 9, 4, False, "   8.6779"),
        (8.677893, 11, 5, False, "    8.67789"),
        (0.3331, 8, 4, True, " +0.3331"),
        (-1425.45338, 9, 4, False, "-1425.453"),
        (62.57555, 11, 4, False, "    62.5755"),
        (-2.783e-08, 11, 5, False, "-2.7830e-08"),
        (-2.783e-08, 9, 4, False, "-2.78e-08"),
        (5.683912e6, 11, 4, True, "+5.6839e+06"),
        (5.354e-4, 8, 4, True, "+5.4e-04"),
        (999.99999, 9, 4, False, "1000.0000"),
        (999999.99, 9, 4, False, "999999.99"),
        (1e6, 9, 4, False, "1.000e+06"),
        (-1.2e300, 9, 4, False, "-1.2e+300"),
        (1e-300, 9, 4, False, "1.00e-300"),
        (0.0, 9, 4, False, "   0.0000"),
        (0.0, 8, 4, True, "  0.0000"),
        (-0.0, 9, 4, False, "   0.0000"),
        (nan, 9, 4, False, "      nan"),
        (inf, 9, 4, False, "     +inf"),
        (-inf, 8, 4, True, "    -inf"),
    ],
)
def test_examples(value: float, width: int, decimals: int, signed: bool, text: str) -> None:
    assert fixed(value, width, decimals, signed=signed) == text


@given(finite)
def test_the_exact_text_reads_back_to_the_very_number(value: float) -> None:
    assert float(exact(value)) == value


@pytest.mark.parametrize(("value", "text"), [(25.0, "25"), (0.05, "0.05"), (1e-8, "1e-08"), (2.5e7, "2.5e+07")])
def test_given_numbers_are_as_short_as_they_are(value: float, text: str) -> None:
    assert plain(value) == text


@given(everything, st.integers(1, 6))
def test_a_computed_number_is_close_to_itself(value: float, decimals: int) -> None:
    text = computed(value, decimals)
    if not isfinite(value):
        assert text in ("nan", "inf", "-inf")
    elif 1e-3 <= abs(value) < 1e6:
        assert abs(Decimal(text) - Decimal(value)) <= Decimal(10) ** -decimals / 2
    elif abs(value) < 1e300:
        assert float(text) == pytest.approx(value, rel=0.06, abs=1e-323)


@given(everything, everything)
def test_the_first_difference_parts_what_stayed_from_what_moved(a: float, b: float) -> None:
    new, old = fixed(a, 11, 5), fixed(b, 11, 5)
    at = first_difference(new, old)
    assert new[:at] == old[:at]
    assert at == len(new) if new == old else new[at] != old[at]
