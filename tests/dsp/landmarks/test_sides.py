"""Sides that a network exchanges for a moment, and those of who turns about."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.dsp.landmarks.sides import BELIEVED, Sides, sides_of

Floats = NDArray[np.float32]
RATES = [10, 30, 60]
each_rate = pytest.mark.parametrize("rate", RATES)


def trunk(facing: float = 1.0, x: float = 100.0) -> Floats:
    """Of who faces the camera, or away (-1), or is seen from the side (0)."""
    half = 20 * facing
    return np.array(
        [(x + half, 50), (x - half, 50), (x + 0.7 * half, 120), (x - 0.7 * half, 120)], np.float32
    )


def exchanged(seen: Iterable[Floats], rate: float) -> list[bool]:
    """Return for each picture whether its sides are taken to be exchanged."""
    found: list[bool] = []
    sides: Sides | None = None
    for number, each in enumerate(seen):
        at = ns(number / rate)
        sides = sides.next(each, at) if sides else sides_of(each, at)
        found.append(sides.are_exchanged)
    return found


def walking(rate: float, seconds: float, first: float = 0.0) -> list[Floats]:
    return [trunk(x=100 + 60 * (first + n / rate)) for n in range(round(seconds * rate))]


@each_rate
def test_sides_that_swap_for_a_moment_are_exchanged_back(rate: float) -> None:
    before = walking(rate, 2.0)
    swapped = [each[[1, 0, 3, 2]] for each in walking(rate, 0.3, 2.0)]
    after = walking(rate, 1.0, 2.3)
    found = exchanged([*before, *swapped, *after], rate)
    assert found == [False] * len(before) + [True] * len(swapped) + [False] * len(after)


@each_rate
def test_what_a_network_says_for_long_is_believed(rate: float) -> None:
    before = walking(rate, 4.0)
    swapped = [each[[1, 0, 3, 2]] for each in walking(rate, 2.0, 4.0)]
    lasted = sum(exchanged([*before, *swapped], rate)) / rate
    assert BELIEVED / 2 < lasted < BELIEVED + 1.5 / rate


def test_of_whom_it_knows_little_a_network_is_soon_believed() -> None:
    swapped = [each[[1, 0, 3, 2]] for each in walking(30, 2.0)]
    assert sum(exchanged([trunk(), *swapped], 30)) <= 2


@given(st.floats(1, 12), st.sampled_from([15, 30, 60]), st.floats(-200, 200))
def test_who_turns_about_is_never_exchanged(degrees: float, rate: float, drift: float) -> None:
    """A network that is always right is always believed, by up to 12 degrees a picture."""
    angles = np.radians(degrees * np.arange(100))
    seen = [trunk(float(np.cos(a)), 100 + drift * n / rate) for n, a in enumerate(angles)]
    assert not any(exchanged(seen, rate))


def test_who_is_all_in_one_place_has_sides_as_the_network_says() -> None:
    assert not any(exchanged([np.zeros((4, 2), np.float32)] * 5, 30))
