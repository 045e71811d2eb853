"""Gestures that are made of cut-outs: they are as high as said, and counted as they were told."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from engine.lab.bench.rig.gestures_real_made import (
    ANKLE,
    FALL,
    HEIGHTS,
    NOTHING,
    ROUND,
    MovedPerson,
    Stance,
    judged,
    jump,
    turn,
)
from engine.lab.bench.rig.real_people import FPS, CutPerson


def red_card():
    """Return a cut-out that is one red card, a stature of 100 pixels high."""
    picture = np.zeros((100, 40, 4), np.uint8)
    picture[..., 2:] = 255
    return CutPerson(picture, np.ones((17, 3), np.float32), (20.0, 100.0), 100.0)


def red_rows(picture):
    """Return the rows of a picture in which the card is seen."""
    red = (picture[..., 2] > 200) & (picture[..., 0] < 60) & (picture[..., 1] < 60)
    return np.flatnonzero(red.any(axis=1))


@pytest.mark.parametrize("height", HEIGHTS)
def test_a_jump_is_as_high_as_said_and_falls_as_things_do(height):
    seconds = np.arange(0, ROUND, 1e-3)
    ups = np.array([jump(height, each).up for each in seconds])
    assert ups.max() == pytest.approx(height, abs=1e-4)
    aloft = ups > 1e-6
    assert np.diff(ups, 2)[aloft[1:-1] & aloft[2:] & aloft[:-2]] / 1e-6 == pytest.approx(-FALL)


def test_who_is_thrown_up_is_seen_as_high_and_who_bends_keeps_the_feet_down():
    one = MovedPerson([red_card()], [], seed=3)
    pictures = [*one.pictures(partial(jump, 0.25), times=1)]
    rows = [red_rows(each) for each in pictures]
    tall = len(rows[0])
    assert (rows[0].max() - min(each.max() for each in rows)) / tall == pytest.approx(
        0.25, abs=0.03
    )
    for script in ("stands", "leans away", "squats", "bobs"):
        soles = [red_rows(each).max() for each in one.pictures(NOTHING[script], times=1)]
        most = 0.35 * ANKLE * tall  # who squats is squeezed by so much, what is below ankles too
        assert max(soles) - min(soles) <= 1 + most


def test_half_a_turn_shows_no_back_and_a_whole_one_does_and_comes_back():
    seconds = np.arange(0, ROUND, 0.01)
    assert not any(turn(75, each).back for each in seconds)
    backs = [turn(180, each).back for each in seconds]
    assert not backs[0] and not backs[-1] and any(backs)
    assert turn(180, 0.0) == Stance()


def test_what_was_told_in_time_counts_once_and_the_rest_is_false():
    def at(*seconds):
        return [(round(each * FPS), "jump", 1.0) for each in seconds]

    done = [(1.2, 1.5)]
    assert judged(at(1.3, ROUND + 1.4), "jump", done) == (2, 0)
    assert judged(at(1.3, 1.4, 0.5), "jump", done) == (1, 2)
    assert judged([(36, "turn", 1.0)], "jump", done) == (0, 1)
