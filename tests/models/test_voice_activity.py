"""The box voice_activity: on while somebody speaks, and for nothing else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.core.messages import Block
from engine.dsp.audio.resample import resample
from engine.inference.model_folders import model_folder
from engine.models.voice_activity import Activity, VoiceActivityModel
from tests.models.singing import blocks

RATE = 16000
VOICES = (0, 1)
"""The drawn voices among the sounds of the model's parity.npz."""


def spoken(number: int = 0, rate: int = RATE) -> np.ndarray:
    """Return a second of a drawn voice."""
    with np.load(model_folder("silero_vad") / "parity.npz") as stored:
        sound = (stored["sounds"][number] / 32768).astype(np.float32)
    return resample(sound, RATE, rate)


def heard(**parameters: object) -> VoiceActivityModel:
    box = VoiceActivityModel(**parameters)
    box.open()
    return box


def listen(box: VoiceActivityModel, samples, rate: int = RATE, size: int = 512) -> list[Activity]:
    return [said for block in blocks(samples, rate, size) for said in box.process(block)]


def quiet(seconds: float, rate: int = RATE) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.float32)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("number", VOICES)
def test_a_voice_is_heard_at_any_rate(number, rate):
    told = listen(heard(), spoken(number, rate), rate)
    assert len(told) == pytest.approx(31, abs=1)
    assert np.mean([one.on for one in told[6:]]) > 0.95


@pytest.mark.parametrize("size", [32, 333, 2048])
def test_the_size_of_blocks_changes_nothing(size):
    one, other = (listen(heard(), spoken(), size=each) for each in (512, size))
    assert [said.on for said in one] == [said.on for said in other]
    assert np.allclose([said.confidence for said in one], [said.confidence for said in other])


SECOND = np.arange(2 * RATE) / RATE
NOTHING = {
    "silence": np.zeros(2 * RATE),
    "DC": np.full(2 * RATE, 0.5),
    "NaN": np.full(2 * RATE, np.nan),
    "infinite": np.full(2 * RATE, np.inf),
    "huge": np.full(2 * RATE, 1e38),
    "noise": np.random.default_rng(0).normal(0, 0.1, 2 * RATE),
    "loud noise": np.random.default_rng(1).normal(0, 3, 2 * RATE),
    "tone": 0.3 * np.sin(2 * np.pi * 440 * SECOND),
    "hum": 0.3 * sum(np.sin(2 * np.pi * 50 * k * SECOND) / k for k in range(1, 9)),
    "square": 0.3 * np.sign(np.sin(2 * np.pi * 220 * SECOND)),
    "drums": 0.8
    * np.random.default_rng(2).normal(0, 0.3, 2 * RATE)
    * np.exp(-30 * (SECOND % 0.25)),
    "kick": np.sin(2 * np.pi * 60 * (SECOND % 0.5)) * np.exp(-12 * (SECOND % 0.5)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_voice_leaves_it_off(name):
    told = listen(heard(), NOTHING[name])
    assert not any(one.on for one in told)
    assert all(np.isfinite(one.confidence) and 0 <= one.confidence <= 1 for one in told)


def test_clipping_does_not_hide_a_voice():
    told = listen(heard(), np.clip(8 * spoken(), -1, 1))
    assert np.mean([one.on for one in told]) > 0.7


def test_after_nonsense_it_hears_again():
    sound = np.concatenate([np.full(RATE, np.nan), quiet(0.5), spoken(1)])
    assert any(one.on for one in listen(heard(), sound)[-10:])


@pytest.mark.parametrize("hold", [0.0, 0.3, 1.0])
def test_it_holds_after_the_last_word(hold):
    told = listen(heard(hold=hold), np.concatenate([spoken(), quiet(2.0)]))
    last = max(n for n, one in enumerate(told) if one.confidence >= 0.35 and one.on)
    off = max(n for n, one in enumerate(told) if one.on)
    assert (off - last) * VoiceActivityModel.hop == pytest.approx(hold, abs=0.033)


def test_one_limit_on_and_another_off():
    told = listen(heard(hold=0.0, confidence=0.6, hysteresis=0.3), spoken())
    began = [n for n, (a, b) in enumerate(pairwise(told), 1) if b.on and not a.on]
    ended = [n for n, (a, b) in enumerate(pairwise(told), 1) if a.on and not b.on]
    assert all(told[n].confidence >= 0.6 for n in began)
    assert all(told[n].confidence < 0.3 + 1e-6 for n in ended)


def test_after_a_gap_nobody_speaks_until_the_next_word():
    box = heard(hold=60.0)
    assert listen(box, spoken())[-1].on
    late = Block(np.zeros(2048, np.float32), RATE, 10 * RATE)
    assert not any(one.on for one in box.process(late))
    box.reset()
    assert listen(box, spoken())[-1].on


def test_a_rate_that_changes_begins_anew():
    box = heard()
    listen(box, spoken())
    other = spoken(1, 48000)
    first = [
        one
        for n in range(0, 4096, 512)
        for one in box.process(Block(other[n : n + 512], 48000, RATE + n))
    ]
    assert all(np.isfinite(one.confidence) for one in first)


def test_a_network_of_another_shape_is_refused():
    with pytest.raises(ModelError, match="is for pose, not for voice_activity"):
        heard(model="movenet_lightning")
