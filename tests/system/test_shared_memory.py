"""What one process writes into a shared buffer the other reads, however large it is."""

from __future__ import annotations

import os

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from engine.system.shared_memory import SharedBuffer


@given(st.lists(st.integers(1, 100_000), max_size=6), st.sampled_from(["u1", "<f4", "<f8"]))
def test_a_buffer_keeps_all_that_is_written_into_it(sizes: list[int], dtype: str) -> None:
    mine = SharedBuffer()
    theirs = SharedBuffer(os.dup(mine.descriptor))
    arrays = [(np.arange(size) % 251).astype(dtype) for size in sizes]
    places = [(mine.write(array), array.nbytes) for array in arrays]
    for array, place in zip(arrays, places, strict=True):
        assert_array_equal(np.frombuffer(theirs.read(*place), dtype), array)
    mine.close()
    theirs.close()
