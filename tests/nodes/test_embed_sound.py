"""The embed_sound box: alike where sounds are alike, whatever their level, rate and blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Features
from engine.dsp.audio.hops import Hops
from engine.dsp.audio.resample import resample
from engine.dsp.audio.sound_features import COUNT
from engine.lab.bench.class_sounds import claps, noise, sung, whistled
from engine.nodes.embed_sound import NAMES, EmbedSound

RATE = 16000
EXAMPLES, OTHERS = 10, 6
Sound = NDArray[np.float32]
sung_once = cache(sung)


def embedded(sound: Sound, rate: int = RATE, block: int = 4096) -> list[Features]:
    box = EmbedSound()
    starts = range(0, len(sound), block)
    return [one for s in starts for one in box.process(Block(sound[s : s + block], rate, s))]


def drums(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return kicks and snares of a pace and a tuning."""
    sound = np.zeros(2 * RATE)
    time = np.arange(RATE // 5) / RATE
    hz, pace = rng.uniform(45, 80), rng.uniform(0.15, 0.3)
    kick = np.sin(2 * np.pi * hz * time) * np.exp(-time / rng.uniform(0.04, 0.09))
    for number, at in enumerate(np.arange(0, 1.75, pace)):
        rattle = rng.normal(0, 0.3, len(time)) * np.exp(-time / 0.05)
        stroke = kick if number % 2 else rattle + 0.4 * kick
        sound[int(at * RATE) :][: len(stroke)] += stroke[: len(sound) - int(at * RATE)]
    return sound


def test_four_kinds_of_sound_are_told_apart_by_ten_examples_of_each() -> None:
    kinds: dict[str, Callable[[np.random.Generator], NDArray[np.float64]]] = {
        "clap": lambda rng: claps(rng, 1.5),
        "whistle": lambda rng: whistled(rng, 1.5),
        "voice": lambda rng: sung_once(int(rng.integers(5)))[int(rng.integers(3 * RATE)) :],
        "drum": drums,
    }
    rng = np.random.default_rng(2)
    heard = {
        name: np.stack([_last(make(rng)) for _ in range(EXAMPLES + OTHERS)])
        for name, make in kinds.items()
    }
    spread = np.concatenate([each[:EXAMPLES] for each in heard.values()]).std(axis=0) + 1e-6
    right = 0
    for name, each in heard.items():
        for one in each[EXAMPLES:]:
            near = {
                other: np.linalg.norm((known[:EXAMPLES] - one) / spread, axis=1).min()
                for other, known in heard.items()
            }
            right += min(near, key=lambda other: near[other]) == name
    assert right >= 0.95 * OTHERS * len(kinds)


def _last(sound: NDArray[np.float64] | Sound) -> Sound:
    """Return the numbers of the last second alone: all ten would take ten times as long."""
    box = EmbedSound()
    box._hops = Hops(1.01, 1.0)
    (one,) = box.process(Block(sound[-RATE:].astype(np.float32), RATE, 0))
    return one.values


def test_level_and_rate_change_little() -> None:
    sound = whistled(np.random.default_rng(3), 1.5).astype(np.float32)
    other = noise(np.random.default_rng(3))[: len(sound)].astype(np.float32)
    one = _last(sound)
    apart = np.linalg.norm(_last(other) - one)
    assert np.linalg.norm(_last(0.1 * sound) - one) < 0.05 * apart
    fast = resample(sound, RATE, 48000)
    assert np.linalg.norm(embedded(fast, 48000)[-1].values - one) < 0.3 * apart


def test_ten_a_second_however_it_is_cut() -> None:
    sound = claps(np.random.default_rng(4), 2.0).astype(np.float32)
    whole, pieces = embedded(sound), embedded(sound, block=160)
    assert len(whole) == len(pieces) == 20
    assert all(np.array_equal(a.values, b.values) for a, b in zip(whole, pieces, strict=True))
    assert whole[0].names == NAMES
    assert all(one.values.shape == (COUNT,) for one in whole)


def test_silence_is_zero_and_what_is_no_number_is_heard_as_silence() -> None:
    bad = np.full(RATE, np.nan, np.float32)
    for sound in (np.zeros(RATE, np.float32), bad, np.full(RATE, 0.5, np.float32)):
        assert not any(one.values.any() for one in embedded(sound))
    loud = np.random.default_rng(5).normal(0, 1e6, RATE).astype(np.float32)
    assert all(np.isfinite(one.values).all() for one in embedded(loud))


def test_what_was_before_a_gap_is_forgotten() -> None:
    box, sound = EmbedSound(), whistled(np.random.default_rng(6), 1.0).astype(np.float32)
    assert [one.values.any() for one in box.process(Block(sound, RATE, 0))][-1]
    quiet = np.zeros(RATE // 2, np.float32)
    after = list(box.process(Block(quiet, RATE, 10 * RATE)))
    assert not any(one.values.any() for one in after)
    assert all(np.array_equal(a.values, b.values) for a, b in pairwise(after))
