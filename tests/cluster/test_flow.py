"""How much may be under way: what the fastest of the last three seconds allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.cluster.flow import LEAST, MOST, FlowControl
from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

SLACK = 8 * MILLISECOND
PACKETS = st.tuples(st.integers(1, 60_000), st.integers(1, 900), st.integers(0, 900))
"""Bytes, ms until it is seen, and ms until the next."""


@given(st.lists(PACKETS, max_size=60))
def test_the_fastest_of_the_last_three_seconds_counts(packets: list[tuple[int, int, int]]) -> None:
    flow, now, shortest = FlowControl(), 0, 3 * SECOND
    rates: list[tuple[int, float]] = []
    for number, (size, takes, pause) in enumerate(packets):
        flow.sent(number, size, Ns(now))
        now += takes * MILLISECOND
        flow.seen(number, Ns(now))
        shortest = min(shortest, takes * MILLISECOND)
        rates.append((now, size / (takes * MILLISECOND)))
        fastest = max(rate for at, rate in rates if now - at <= 3 * SECOND)
        assert flow.room(Ns(now)) == min(max(LEAST, int(2 * fastest * (shortest + SLACK))), MOST)
        now += pause * MILLISECOND
