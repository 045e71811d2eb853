"""The box sounds: what it is told of, and silent of what it does not know."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.messages import Block
from engine.dsp.audio.resample import resample
from engine.dsp.audio.sound_features import COUNT, WINDOW, sound_features
from engine.lab.bench.class_sounds import applause, claps, hum, noise, sung, whistled
from engine.models.sounds import CLASSES, SoundClasses, SoundsModel
from tests.models.singing import blocks

RATE = 16000
SEEDS = (4001, 4002)


def heard(**parameters: object) -> SoundsModel:
    box = SoundsModel(**parameters)
    box.open()
    return box


def listen(sound, rate: int = RATE, size: int = 512, **parameters: object) -> list[SoundClasses]:
    room = np.random.default_rng(1).normal(0, 3e-4, len(sound))
    samples = np.asarray(0.3 * sound / (np.abs(sound).max() + 1e-9) + room, np.float32)
    box = heard(**parameters)
    return [one for block in blocks(samples, rate, size) for one in box.process(block)]


def share(told: list[SoundClasses]) -> dict[str, float]:
    """Return how much of the time each class is on, once a second has been heard."""
    return {name: float(np.mean([getattr(one, name) for one in told[12:]])) for name in CLASSES}


DRAWN = {"clap": (claps, applause), "whistle": (whistled,), "": (noise, hum)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "draw"), [(name, draw) for name, many in DRAWN.items() for draw in many]
)
def test_what_is_drawn_anew_is_known(name, draw, seed):
    found = share(listen(draw(np.random.default_rng(seed))))
    for other, part in found.items():
        assert part > 0.8 if other == name else part < 0.15


@pytest.mark.parametrize("seed", [2100, 2101])
def test_the_stand_in_sings(seed):
    found = share(listen(sung(seed)))
    assert found["singing"] > 0.6
    assert max(found["clap"], found["whistle"], found["speech"]) < 0.1


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000, 96000])
def test_any_rate_will_do(rate):
    sound = whistled(np.random.default_rng(4010), 3.0).astype(np.float32)
    told = listen(resample(sound, RATE, rate), rate)
    assert len(told) == pytest.approx(30, abs=1)
    assert share(told)["whistle"] > 0.8


@pytest.mark.parametrize("size", [32, 700])
def test_the_size_of_blocks_changes_nothing(size):
    sound = claps(np.random.default_rng(4020), 3.0)
    one, other = listen(sound), listen(sound, size=size)
    assert [each[:6] for each in one] == [each[:6] for each in other]


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(2 * RATE),
        np.full(2 * RATE, 0.5),
        np.full(2 * RATE, np.nan),
        np.full(2 * RATE, np.inf),
        np.random.default_rng(0).normal(0, 0.1, 2 * RATE),
        np.sign(np.random.default_rng(1).normal(0, 1, 2 * RATE)),
    ],
    ids=["silence", "DC", "NaN", "infinite", "noise", "clipped noise"],
)
def test_what_is_no_class_switches_nothing_on(sound):
    box = heard()
    told = [one for block in blocks(sound, RATE) for one in box.process(block)]
    assert len(told) == 20
    assert not any(any(one[: len(CLASSES)]) for one in told)
    assert all(np.isfinite(one).all() for one in told)


def test_silence_is_told():
    told = listen(np.concatenate([whistled(np.random.default_rng(4030), 2.0), np.zeros(2 * RATE)]))
    assert told[-1].silence
    assert not told[-1].whistle
    assert not told[15].silence


def test_it_is_forgotten_after_a_gap_and_at_another_rate():
    box = heard(hold=60.0)
    sound = 0.3 * whistled(np.random.default_rng(4040), 2.0)
    told = [one for block in blocks(sound, RATE) for one in box.process(block)]
    assert told[-1].whistle
    late = box.process(Block(np.zeros(9600, np.float32), 48000, 10_000_000))
    assert not any(one.whistle for one in late)


def test_how_loud_it_is_changes_no_feature():
    sound = claps(np.random.default_rng(4050))[:WINDOW].astype(np.float32)
    one, other = (sound_features(np.float32(gain) * sound) for gain in (1.0, 0.05))
    assert one.shape == (COUNT,)
    assert np.allclose(one, other, atol=1e-2)
