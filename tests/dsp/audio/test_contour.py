"""Where a pitch stays and jumps, and where it is on the whole, of readings written down here."""

from __future__ import annotations

import pytest

from engine.dsp.audio.contour import Contour

STEP = 0.005


def contour(notes: list[float], levels: list[float] | None = None) -> Contour:
    made = Contour()
    for place, note in enumerate(notes):
        made.add(note, place * STEP, levels[place] if levels else 0.5)
    return made


def test_a_pitch_that_is_back_at_once_was_never_away() -> None:
    made = contour([60.0] * 30)
    assert not made.has_jumped
    assert made.add(72.0, 30 * STEP)
    assert not made.add(60.0, 31 * STEP)
    assert made.stays(0.2) > 0.1
    assert not made.has_jumped


def test_one_that_comes_back_later_has_jumped_twice() -> None:
    made = contour([60.0] * 30 + [72.0] * 4)
    assert made.add(60.0, 34 * STEP)
    assert made.has_jumped
    assert made.stays(0.2) == 0.0


def test_after_a_pause_everything_is_new() -> None:
    made = contour([60.0] * 30)
    made.add(72.0, 30 * STEP)
    made.clear()
    assert made.add(60.0, 31 * STEP)
    assert made.stays(0.2) == 0.0


def test_the_centre_is_where_the_sound_is_loud() -> None:
    """Two voices that beat: the pitch runs away where both together are at their softest."""
    made = contour([60.0, 60.2, 60.9, 60.2], [0.6, 0.5, 0.2, 0.5])
    assert made.centre(1.0) == pytest.approx(60.07, abs=0.03)
    assert made.centre(STEP / 2) == 60.2
