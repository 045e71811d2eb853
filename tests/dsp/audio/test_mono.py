"""Several channels as one: a voice on one side, or against the other, is heard; nothing clicks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.dsp.audio.mono import MonoMix

RATE = 16000
BLOCK = 512
TIME = np.arange(4 * RATE) / RATE
TONE = 0.5 * np.sin(2 * np.pi * 220 * TIME)
NOISE = np.random.default_rng(1).normal(0, 0.2, len(TIME))
OTHER = np.random.default_rng(2).normal(0, 0.2, len(TIME))
ZERO = np.zeros(len(TIME))


def mixed(*channels: NDArray[np.float64]) -> NDArray[np.float32]:
    mix = MonoMix()
    table = np.stack(channels, axis=1).astype(np.float32)
    return np.concatenate(
        [mix.mix(part, RATE) for part in np.split(table, range(512, len(TIME), BLOCK))]
    )


KINDS = {
    "one": ((TONE,), TONE),
    "left only": ((TONE, ZERO), TONE),
    "right only": ((ZERO, TONE), TONE),
    "dual mono": ((TONE, TONE), TONE),
    "against each other": ((TONE, -TONE), TONE),
    "against, and softer": ((TONE, -TONE / 2), 0.75 * TONE),
    "a voice against a voice": ((NOISE, -NOISE), NOISE),
    "two that have nothing to do with each other": ((NOISE, OTHER), (NOISE + OTHER) / 2),
    "noise in one": ((TONE, OTHER), (TONE + OTHER) / 2),
    "a cable that hums a little": ((ZERO + 1e-5 * NOISE, TONE), TONE),
    "one of six": ((ZERO, ZERO, ZERO, TONE, ZERO, ZERO), TONE),
    "one of three against": ((TONE, -TONE, TONE), TONE),
    "a little later": ((NOISE, np.roll(NOISE, 4)), (NOISE + np.roll(NOISE, 4)) / 2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost(kind: str) -> None:
    channels, wanted = KINDS[kind]
    got = mixed(*channels)
    assert got.dtype == np.float32
    difference = min(np.abs(got - wanted).max(), np.abs(got + wanted).max())  # either way round
    assert difference < 1e-3


def test_a_channel_that_begins_later_comes_in_without_a_click() -> None:
    late = np.where(TIME < 2, 0, TONE)
    got = mixed(TONE, late)
    steps = np.abs(np.diff(got))
    assert steps.max() < 1.1 * np.abs(np.diff(TONE)).max()
    assert np.allclose(got[: RATE * 2 - BLOCK], TONE[: RATE * 2 - BLOCK], atol=1e-3)
    assert np.allclose(got[-RATE:], TONE[-RATE:], atol=1e-3)


def test_a_channel_that_pauses_changes_nothing() -> None:
    pauses = np.where((TIME > 1) & (TIME < 3), 0, NOISE)
    assert np.allclose(mixed(pauses, OTHER), (pauses + OTHER) / 2, atol=1e-3)


def test_a_side_that_turns_round_is_followed_slowly_and_without_a_click() -> None:
    turned = np.where(TIME < 1, TONE, -TONE)
    turned *= 1 - np.exp(-(((TIME - 1) / 0.01) ** 2))  # no click of its own
    got = mixed(TONE, turned)
    assert np.abs(np.diff(got)).max() < 1.2 * np.abs(np.diff(TONE)).max()
    assert np.std(got[-RATE:]) == pytest.approx(np.std(TONE), rel=0.01)


def test_what_swings_between_along_and_against_is_not_chased() -> None:
    swinging = TONE * np.sign(np.sin(2 * np.pi * 5 * TIME))  # five times a second
    assert np.allclose(mixed(TONE, swinging), (TONE + swinging) / 2, atol=1e-3)
