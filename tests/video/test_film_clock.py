"""Times in films: whatever a file says, pictures come one after the other and nobody waits."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import SECOND
from engine.video.film_clock import FilmClock

MS = 1_000_000
HOUR = 3_600_000
FRAME = 40
STEADY = [FRAME * n for n in range(20)]


def moments(positions, interval=FRAME):
    clock = FilmClock(interval * MS)
    return [clock.moment(at) / MS for at in positions], clock


@pytest.mark.parametrize(
    "positions",
    [
        STEADY,
        [5000 + at for at in STEADY],
        [-200 + at for at in STEADY],
        [0, 33, 100, 110, 200, 5000, 5040],  # a telephone, a screen that stands still
        [0, 12_000, 24_000, 36_000],  # slides
        [0, 40, 80, 9_900],
        [95_443_000, 95_443_040],
    ],
    ids=str,
)
def test_true_times_are_kept_from_the_first_on(positions):
    found, clock = moments(positions, interval=12_000 if positions[1] == 12_000 else FRAME)
    assert found == pytest.approx([at - positions[0] for at in positions])
    assert clock.jump is None


@pytest.mark.parametrize(
    "after",
    [HOUR, 24 * HOUR, 11_000 + 800, -HOUR, -2000, -95_443_717, 1e11],
)
@pytest.mark.parametrize("jump_at", [1, 2, 10])
def test_over_a_jump_it_goes_on_at_its_own_rate(after, jump_at):
    positions = STEADY[:jump_at] + [after + at for at in STEADY[jump_at:]]
    found, clock = moments(positions)
    assert found == pytest.approx(STEADY)
    assert clock.jump is not None
    before, to = clock.jump
    assert before / MS == pytest.approx(STEADY[jump_at - 1])
    assert to / MS == pytest.approx(after + STEADY[jump_at], rel=1e-9)


@pytest.mark.parametrize("declared", [40_000, 3_600_000, 1])
def test_a_rate_that_the_jump_has_spoilt_is_not_believed(declared):
    positions = STEADY[:10] + [HOUR + at for at in STEADY[10:]]
    found, _ = moments(positions, interval=declared)
    assert found[-1] <= STEADY[-1]


@pytest.mark.parametrize(
    "positions",
    [
        [0.0] * 20,
        [0, 40, 40, 80, 80, 120, *[120 + FRAME * n for n in range(1, 15)]],
        [0, 120, 40, 80, 160, 280, 200, 240, *[320 + FRAME * n for n in range(12)]],  # B-pictures
        [float("nan")] * 20,
        [0, 40, float("inf"), 120, 160, *[200 + FRAME * n for n in range(15)]],
        [*[FRAME * n for n in range(18)], 0, 0],  # the last ones of some films have no time
    ],
)
def test_what_stands_still_or_is_out_of_order_takes_no_longer(positions):
    found, clock = moments(positions)
    assert all(later > sooner for sooner, later in itertools.pairwise(found))
    assert found[-1] == pytest.approx(FRAME * (len(positions) - 1), abs=2 * FRAME)
    assert clock.jump is None


@pytest.mark.parametrize(
    ("positions", "gap"),
    [
        (STEADY, None),
        ([*STEADY, STEADY[-1] + 500], STEADY[-1]),
        ([0, 500, *[500 + at for at in STEADY[1:]]], None),
        ([n * 40 + (n % 3) * 15 for n in range(40)], None),
    ],
)
def test_a_pause_in_what_is_steady_is_noticed(positions, gap):
    _, clock = moments(positions)
    assert clock.gap == (None if gap is None else gap * MS)


any_time = st.floats() | st.floats(-1e9, 1e9) | st.integers(-5, 20).map(lambda n: 40.0 * n)


@given(st.lists(any_time, min_size=1, max_size=60), st.integers(1, 10**12))
def test_time_goes_on_whatever_is_said(positions, interval):
    clock = FilmClock(interval)
    found = [clock.moment(at) for at in positions]
    assert found[0] == 0
    assert all(later > sooner for sooner, later in itertools.pairwise(found))
    longest = max(10 * SECOND, 5 * max([interval, *(b - a for a, b in itertools.pairwise(found))]))
    assert all(b - a <= longest for a, b in itertools.pairwise(found))
