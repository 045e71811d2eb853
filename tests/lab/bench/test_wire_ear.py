"""The ear of the benches puts what it hears where the server's frames are, lost cycles or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lab.bench.rig.wire_ear import CycleTape

CYCLE = 4
SOUND = np.arange(1, 101, dtype=np.float32)


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.booleans(), min_size=1, max_size=12).map(lambda lost: [False, *lost]),
)
def test_what_comes_lies_where_it_belongs_whichever_cycles_are_lost(first, lost):
    tape = CycleTape(len(lost) * CYCLE, SOUND)
    for number, is_lost in enumerate(lost):
        if is_lost:
            continue
        came = SOUND[number * CYCLE : (number + 1) * CYCLE]
        played = tape.cycle((first + number * CYCLE) % 2**32, [came, -came])
        assert played.tolist() == came.tolist(), "it plays on in the server's time"
    there = np.repeat(~np.array(lost), CYCLE)
    wanted = np.where(there, SOUND[: len(there)], 0)
    assert tape.heard.tolist() == [wanted.tolist(), (-wanted).tolist()]
    assert tape.is_full == (not lost[-1])


@pytest.mark.parametrize("late", [7, 8, 50])
def test_past_its_end_nothing_is_noted_and_it_is_full(late):
    tape = CycleTape(10, SOUND[:6])
    ones = np.ones(CYCLE, np.float32)
    assert tape.cycle(3, [ones, ones]).tolist() == [1, 2, 3, 4]
    assert tape.cycle(3 + late, [ones, ones]).tolist() == []
    assert (tape.end, tape.is_full) == (10, True)
    assert tape.heard[0].sum() == CYCLE + max(0, 10 - late)
