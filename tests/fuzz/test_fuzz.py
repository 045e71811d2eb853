"""A few cases of each fuzzer, always the same ones: what was mended stays so."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.by_night import NIGHT

from .targets import TARGETS

CASES = dict.fromkeys(("osc", "midi", "frames", "images"), 300) | {"patch": 60}
FEW = 30
"""For those that wait for a show at each case."""
SHARE = 1 if NIGHT else 2
"""By day the first half of the cases, which are always the same."""


@pytest.mark.may_block("the fuzzer waits for the show")
@pytest.mark.parametrize("name", TARGETS)
def test_a_few_cases(name):
    target = TARGETS[name]

    @settings(
        max_examples=CASES.get(name, FEW) // SHARE,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(target.cases)
    def play(case):
        target.take(case)

    play()
