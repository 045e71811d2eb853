"""The percentiles of delays, against those of NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.samples import RING, Samples

DURATIONS = st.lists(st.integers(0, 10**10), min_size=1, max_size=50)


@given(DURATIONS, st.floats(0, 100))
def test_a_percentile_is_that_of_the_samples_in_ms(durations: list[int], percent: float) -> None:
    samples = Samples()
    for each in durations:
        samples.add(each)
    assert samples.percentile(percent) == pytest.approx(
        np.percentile(durations, percent) / 1e6, abs=1e-4
    )


def test_it_is_of_the_newest_alone() -> None:
    samples = Samples()
    for _ in range(RING):
        samples.add(9_000_000)
    for _ in range(RING):
        samples.add(2_000_000)
    assert samples.summary() == {"p50": 2.0, "p99": 2.0, "max": 9.0}


def test_without_samples_it_is_zero() -> None:
    assert Samples().summary() == {"p50": 0.0, "p99": 0.0, "max": 0.0}
