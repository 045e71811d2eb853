"""What sounds in a room before the singer does not silence the singer, and is no note itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.tuning import hz_of
from tests.by_night import few, pairs
from tests.truth.hearing import hear, spectrum

RATE = 32000
SUNG = 1.63
SEED = 1605


def falling(rng: Any, seconds: float, time: float, level: float) -> Any:
    count = round(seconds * RATE)
    return level * rng.normal(size=count) * np.exp(-np.arange(count) / RATE / time)


def click(_: Any, level: float = 0.9) -> Any:
    return np.concatenate([[level, -level], np.zeros(round(0.05 * RATE))])


def drum(rng: Any) -> Any:
    time = np.arange(round(0.4 * RATE)) / RATE
    head = np.sin(2 * np.pi * (70 * time + 9 * (1 - np.exp(-40 * time)))) * np.exp(-14 * time)
    return 0.6 * head + falling(rng, 0.4, 0.04, 0.2)


def applause(rng: Any, seconds: float = 2.0, hands: int = 400) -> Any:
    sound = np.zeros(round(seconds * RATE))
    for _ in range(hands):
        clap = falling(rng, 0.03, 0.006, rng.uniform(0.05, 0.2))
        at = rng.integers(len(sound) - len(clap))
        sound[at : at + len(clap)] += clap
    return sound


def door(rng: Any) -> Any:
    """Slam a door: a dull burst that the room carries on."""
    rough = np.convolve(falling(rng, 0.8, 0.12, 1.0), np.hanning(60), "same")
    return 0.8 * rough / np.abs(rough).max()


BEFORE = {
    "click": click,
    "loud click": lambda rng: click(rng, 1.0),
    "three clicks": lambda rng: np.concatenate([click(rng), click(rng, 0.5), click(rng)]),
    "drum": drum,
    "four drums": lambda rng: np.concatenate([drum(rng) for _ in range(4)]),
    "snare": lambda rng: falling(rng, 0.3, 0.06, 0.4),
    "applause": applause,
    "long applause": lambda rng: applause(rng, 6.0, 1500),
    "door slam": door,
    "a breath": lambda rng: falling(rng, 0.6, 0.3, 0.03),
    "noise that ends": lambda rng: rng.normal(0, 0.2, 3 * RATE),
    "a plug pulled": lambda rng: np.where(np.arange(RATE) < 400, -1.0, 0.0),
}
SINGERS = {57: 1.0, 64: 0.3, 45: 0.6}
"""Notes and how loud they are."""


def sung(note: int, peak: float) -> Any:
    return 0.35 * peak * spectrum(hz_of(note), 1 / np.arange(1, 21), SUNG, RATE)


@pytest.mark.parametrize(("before", "note"), pairs(BEFORE, SINGERS, 6))
def test_a_noise_before_the_singer_takes_nothing_away(tmp_path, before, note) -> None:
    first = BEFORE[before](np.random.default_rng(SEED))
    heard = hear(tmp_path, np.concatenate([first, sung(note, SINGERS[note])]), RATE, 512)
    (begin, end, number) = heard.notes[-1]
    assert int(number) == note
    assert end - begin >= 1.4
    began = len(first) / RATE
    assert [n for at, _, n in heard.notes if at > began] == [note]
    assert heard.share(began + 0.2, began + SUNG - 0.02) >= 0.9


@pytest.mark.parametrize("before", few(sorted(BEFORE.keys() - {"drum", "four drums"}), 5))
def test_a_noise_is_no_note(tmp_path, before) -> None:
    """A drum may be one: it has a pitch for some tens of ms."""
    heard = hear(
        tmp_path,
        np.concatenate([BEFORE[before](np.random.default_rng(SEED)), np.zeros(RATE)]),
        RATE,
        512,
    )
    assert heard.numbers() == []
