"""When quality is lowered and when it comes back: slowly, and ever more so when it fails."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns
from engine.runtime.quality.hysteresis import Decision, Hysteresis

LIMIT = 100 * MILLISECOND
DEPTH = 5


def turns(behind: Callable[[int, int], float], windows: int) -> list[tuple[int, int]]:
    """Judge windows of which ``behind`` gives the ms by depth and second; gives depth by second."""
    patience, depth, found = Hysteresis(LIMIT), 0, []
    for second in range(windows):
        at = Ns(second * SECOND)
        turn = patience.judge(round(behind(depth, second) * MILLISECOND), at)
        if turn is Decision.DEGRADE and depth < DEPTH:
            depth += 1
            patience.degraded(at)
            found.append((second, depth))
        elif turn is Decision.RESTORE and depth:
            depth -= 1
            patience.restored(at)
            found.append((second, depth))
    return found


def test_two_windows_in_a_row_are_too_late_and_one_is_not() -> None:
    assert turns(lambda depth, second: 150 if second % 2 else 90, 60) == []
    assert turns(lambda depth, second: 90 if depth else 150, 60) == [(1, 1)]


def test_it_comes_back_when_there_has_been_time_to_spare_for_five_seconds() -> None:
    assert turns(lambda depth, second: 150 if second < 4 else 60, 12) == [(1, 1), (3, 2), (9, 1)]


def test_what_is_only_just_in_time_stays_as_it_is() -> None:
    assert turns(lambda depth, second: 150 if depth < 2 else 71, 600) == [(1, 1), (3, 2)]


def test_a_step_back_that_fails_doubles_the_wait_for_the_next() -> None:
    found = turns(lambda depth, second: 20 if depth else 150, 400)
    back = [second for second, depth in found if depth == 0]
    waits = [later - sooner for sooner, later in itertools.pairwise(back)]
    assert len(waits) >= 4
    assert all(1.5 < later / sooner < 2.5 for sooner, later in itertools.pairwise(waits))


def test_a_step_back_that_lasted_makes_the_wait_short_again() -> None:
    loads = {range(40): 150, range(40, 140): 20, range(140, 144): 150}

    def behind(depth: int, second: int) -> float:
        load = next((ms for span, ms in loads.items() if second in span), 20)
        return load / (1 + 4 * bool(depth))

    found = turns(behind, 200)
    last = [second for second, depth in found if depth == 0][-1]
    assert last == 147  # and not the 20 s that it had come to


@given(
    st.lists(st.floats(0, 300), min_size=DEPTH + 1, max_size=DEPTH + 1).map(
        lambda ms: sorted(ms, reverse=True)
    ),
    st.lists(st.floats(0.8, 1.2), min_size=1, max_size=9),
)
def test_at_a_constant_load_it_seldom_changes(by_depth: list[float], wobble: list[float]) -> None:
    found = turns(lambda depth, s: by_depth[depth] * wobble[s % len(wobble)], 600)
    for minute in range(10):
        steps = [second for second, _ in found if minute * 60 <= second < minute * 60 + 60]
        assert len(steps) <= (2 * DEPTH + 8 if minute == 0 else DEPTH + 4)
    assert len([second for second, _ in found if second >= 300]) <= 12
