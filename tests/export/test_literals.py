"""Values as Python text, read back to the same bits."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gd_tui.engine.objective import Array
from gd_tui.export.literals import UNPACKED, is_large, literal, quoted, wrapped

from ..engine.cases import FEW


def read(text: str) -> Any:
    space: dict[str, Any] = {"np": np, "zlib": zlib, "base64": base64}
    exec(UNPACKED, space)
    return eval(text, space)


@FEW
@given(st.floats())
def test_numbers(value: float) -> None:
    assert repr(read(literal(value))) == repr(value)
    assert repr(read(literal(np.float64(value)))) == repr(value)


@FEW
@given(arrays(np.float64, array_shapes(max_dims=3, max_side=9) | st.sampled_from([(61,), (70, 7), (0,), (0, 3)])))
def test_arrays(array: Array) -> None:
    back = read(literal(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable


@FEW
@given(st.lists(st.integers(-5, 50), max_size=12))
def test_indices(indices: list[int]) -> None:
    array = np.array(indices, dtype=np.intp)
    np.testing.assert_array_equal(read(literal(array)), array)


@pytest.mark.parametrize("value", [True, np.True_, 7, "it's", None, (1.5,), (1.0, (2, "x")), slice(0, 4)])
def test_other_values(value: Any) -> None:
    assert read(literal(value)) == value


@FEW
@given(st.text())
def test_texts(text: str) -> None:
    assert read(literal(text)) == text


@pytest.mark.parametrize("value", [object(), {}, np.array(["text"])])
def test_what_has_no_text(value: Any) -> None:
    with pytest.raises(TypeError):
        literal(value)


def test_packed_is_what_would_fill_pages() -> None:
    assert not is_large(np.zeros((60, 6)))
    assert is_large(np.zeros((61, 2)))
    assert is_large(np.zeros(1000))
    assert "unpacked(" in literal(np.zeros((61, 2)))


def test_long_lists_go_over_several_lines() -> None:
    text = wrapped("[", [str(10**9 + i) for i in range(40)], "]")
    assert max(map(len, text.splitlines())) <= 110
    assert eval(text) == [10**9 + i for i in range(40)]
    names = ["x" * n + "  of one  row " for n in range(120)]
    assert eval(wrapped("[", [quoted(name) for name in names], "]")) == names
