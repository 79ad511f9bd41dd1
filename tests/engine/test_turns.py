"""Where gradients turned, against a plain look at every pair of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.engine.turns
from gd_tui.engine.turns import Turns

from .cases import FEW

values = st.sampled_from([-2.0, -0.0, 0.0, 1.0, np.nan, np.inf, -np.inf, 5e-324])


@settings(FEW, max_examples=100)
@given(
    width=st.integers(1, 4),
    count=st.integers(1, 60),
    at_once=st.sampled_from([1, 8, 64, 2**20]),
    data=st.data(),
)
def test_turns_are_those_of_a_plain_look(width: int, count: int, at_once: int, data: st.DataObject) -> None:
    flat = data.draw(st.lists(values, min_size=width * count, max_size=width * count))
    gradients = np.array(flat).reshape(count, width)
    acts = data.draw(st.lists(st.sampled_from(["", "", "take", "again", "room"]), min_size=count, max_size=count))
    expected = [
        int(any(a < 0 < b or b < 0 < a for a, b in zip(gradients[k - 1], gradients[k], strict=True)))
        for k in range(1, count)
    ]
    turns, found = Turns(), list[int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gd_tui.engine.turns, "AT_ONCE_BYTES", at_once)
        for k in range(1, count):
            turns.begin(gradients[k - 1])
            if acts[k] == "again":  # a stretch of updates that came to nothing is made a second time
                mark = turns.mark
                turns.note(gradients[k][::-1].tobytes())
                turns.note(gradients[0].tobytes())
                turns.cut(mark)
            turns.note(gradients[k].tobytes())
            if acts[k] == "room":
                assert turns.room >= 64
            if acts[k] == "take":
                found += turns.take().tolist()
                assert len(found) == k
        found += turns.take().tolist()
    assert found == expected
    assert len(turns.take()) == 0
