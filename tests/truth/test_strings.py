"""Plucked strings: one that rings on under the next, and a body that shakes with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.tuning import hz_of
from tests.by_night import pairs
from tests.truth.hearing import BLOCK, cents, readings

RATE = 48000


def plucked(note: int, seconds: float, dies: float = 1.5) -> Any:
    """A string that is plucked at a quarter of its length, and dies by so many nepers a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for number in range(1, 30):
        hz = hz_of(note) * number * np.sqrt(1 + 1e-4 * number**2)
        if hz < 0.45 * RATE:
            loud = np.sin(np.pi * number / 4) / number**1.3
            sound += loud * np.exp(-dies * number**0.7 * time) * np.sin(2 * np.pi * hz * time)
    return 0.3 * sound


def told(sound: Any) -> Any:
    """Return the second and Hz of each reading that has a pitch, (n, 2)."""
    said = readings([(sound, RATE, 0)])
    return np.array([((at + BLOCK) / RATE, one.hz) for at, one in said if one.on]).reshape(-1, 2)


@pytest.mark.parametrize(("step", "old"), pairs([-5, -3, -2, 2, 3, 5, 7], [50, 62], 2))
def test_a_string_that_rings_on_does_not_hide_the_next(old, step) -> None:
    new, begins = old + step, 0.5
    sound = plucked(old, 1.0)
    sound[round(begins * RATE) :] += plucked(new, 1.0 - begins)
    at, hz = told(sound).T
    after = (at >= begins) & (at <= begins + 0.2)
    is_new = np.abs(cents(hz, hz_of(new))) < 50
    is_old = np.abs(cents(hz, hz_of(old))) < 50
    assert np.mean((is_new | is_old)[after]) >= 0.9
    assert at[is_new & (at >= begins)].min() <= begins + 0.06


THUMPS = [(body, loud) for body in (98.0, 112.0) for loud in (0.03, 0.08)]


@pytest.mark.parametrize(("note", "thump"), pairs([55, 59, 63, 66, 69], THUMPS, 2))
def test_the_thump_of_a_body_is_no_octave_below(note, thump) -> None:
    body, loud = thump
    sound = np.concatenate([np.zeros(RATE // 10), plucked(note, 0.5)])
    time = np.arange(len(sound) - RATE // 10) / RATE
    sound[RATE // 10 :] += loud * np.exp(-25 * time) * np.sin(2 * np.pi * body * time)
    at, hz = told(sound).T
    right = np.abs(cents(hz, hz_of(note))) < 50
    assert np.mean(right) >= 0.97
    assert at[right].min() <= 0.1 + 0.05
