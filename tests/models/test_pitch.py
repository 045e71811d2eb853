"""The pitch box: right about the stand-in, early, and unmoved by what is no sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.core.messages import Block, Pitch
from engine.models.pitch import PitchModel
from tests.models.singing import blocks, heard, readings, right, voice

RATE = 48000
FRAGILE = str(Path(__file__).parent / "fragile")
UNSEEN = (200, 201)


def tone(hz: float, seconds: float = 0.5, rate: int = RATE, level: float = 0.2) -> np.ndarray:
    phase = 2 * np.pi * hz * np.arange(round(seconds * rate)) / rate
    return level * sum(np.sin(k * phase) / k for k in range(1, 6))


def listen(box: PitchModel, sound) -> list[Pitch]:
    return [pitch for block in sound for pitch in box.process(block)]


@pytest.mark.parametrize("span", [(48, 72), (42, 58)])
@pytest.mark.parametrize(("snr", "least"), [(40.0, 0.97), (10.0, 0.93)])
def test_it_is_right_about_voices_that_nothing_was_tuned_on(snr, least, span):
    sung, rests = [], []
    for seed in UNSEEN:
        events = list(voice(seed, 7.0, snr, span))
        one, other = right(readings(events, heard()), events)
        sung.append(one)
        rests.append(other)
    assert np.mean(sung) >= least
    assert np.mean(rests) >= 0.8  # the rest of it is voices that fade away, and breath


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000])
def test_any_rate_will_do(rate):
    told = listen(heard(), blocks(tone(220.0, rate=rate), rate))
    assert [round(pitch.note) for pitch in told[4:]] == [57] * len(told[4:])
    assert all(pitch.on for pitch in told[4:])
    assert len(told) == pytest.approx(0.5 / 0.016 - 3, abs=1)


@pytest.mark.parametrize("hz", [55.0, 110.0, 220.0, 440.0, 880.0, 1760.0])
def test_it_hears_five_octaves(hz):
    told = listen(heard(), blocks(tone(hz)))
    assert told[-1].hz == pytest.approx(hz, rel=0.01)
    assert abs(told[-1].cents) < 20
    assert told[-1].on


def test_it_hears_how_bright_a_voice_is_and_keeps_that_in_rests():
    box = heard()
    dark = listen(box, blocks(tone(220.0)))[-1]
    second = np.arange(RATE // 2) / RATE
    many = 0.1 * sum(np.sin(2 * np.pi * 220.0 * k * second) / k**0.3 for k in range(1, 25))
    bright = listen(box, blocks(many))[-1]
    rest = listen(box, blocks(np.zeros(RATE // 2)))[-1]
    assert (dark.on, bright.on, rest.on) == (True, True, False)
    assert 0 < dark.bright < bright.bright - 0.2
    assert rest.bright > 0
    assert listen(heard(), blocks(np.zeros(RATE // 2)))[-1].bright == 0.0
    assert rest.level == 0.0
    assert rest.db == -60.0


@pytest.mark.parametrize("size", [64, 700, 24000])
def test_the_size_of_blocks_changes_nothing(size):
    one, other = (listen(heard(), blocks(tone(330.0), size=each)) for each in (512, size))
    count = min(len(one), len(other))
    assert count >= 27
    assert one[:count] == other[:count]


def test_a_note_is_read_within_50_ms():
    quiet = np.zeros(RATE // 2)
    told = listen(heard(), blocks(np.concatenate([quiet, tone(220.0)]), size=64))
    first = next(number for number, pitch in enumerate(told) if pitch.on)
    assert (first + 4) * 0.016 - 0.5 <= 0.05
    assert abs(told[first + 1].note - 57) < 0.5


def test_the_last_pitch_is_held_in_a_rest():
    sound = np.concatenate([tone(220.0), np.zeros(RATE // 2)])
    told = listen(heard(), blocks(sound))
    assert not told[-1].on
    assert told[-1].hz == pytest.approx(220.0, rel=0.05)
    assert told[-1].level == 0.0
    assert told[-1].confidence == 0.0


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(RATE),
        np.full(RATE, 0.5),
        np.full(RATE, np.nan),
        np.full(RATE, np.inf),
        np.full(RATE, 1e38),
        np.random.default_rng(0).normal(0, 0.1, RATE),
    ],
    ids=["silence", "DC", "NaN", "infinite", "huge", "noise"],
)
def test_what_has_no_pitch_is_off(sound):
    told = listen(heard(), blocks(sound))
    assert np.mean([pitch.on for pitch in told]) < 0.05
    assert all(
        np.isfinite([pitch.hz, pitch.note, pitch.confidence, pitch.level]).all() for pitch in told
    )


def test_clipping_and_an_offset_do_not_hide_a_pitch():
    for sound in (np.clip(20 * tone(220.0), -1, 1), tone(220.0) + 0.4):
        assert listen(heard(), blocks(sound))[-1].hz == pytest.approx(220.0, rel=0.01)


def test_empty_blocks_say_nothing():
    box = heard()
    assert listen(box, [Block(np.zeros(0, np.float32), RATE, 0)]) == []
    assert listen(box, blocks(tone(220.0)))[-1].on


def test_a_huge_block_is_read_to_its_end():
    told = listen(heard(), [Block(tone(220.0, 3.0).astype(np.float32), RATE, 0)])
    assert len(told) == 184
    assert told[-1].on


def test_after_a_gap_or_another_rate_it_listens_anew():
    box = heard()
    assert listen(box, blocks(tone(220.0)))[-1].on
    (later,) = [Block(tone(440.0, 0.05).astype(np.float32), RATE, 90_000)]
    assert listen(box, [later]) == []  # too short to tell: the window was emptied
    other = listen(box, blocks(tone(440.0, rate=44100), 44100))
    assert not other[0].on or round(other[0].note) == 69
    assert round(other[-1].note) == 69


def test_a_voice_is_looked_for_where_it_can_be():
    told = listen(heard(lowest=300.0, highest=1000.0), blocks(tone(220.0)))
    assert all(300 <= pitch.hz <= 1000 for pitch in told if pitch.on)
    assert listen(heard(lowest=2000.0, highest=50.0), blocks(tone(220.0)))


def test_a_sure_pitch_may_become_less_sure():
    box = heard(confidence=0.9, hysteresis=0.9)
    told = listen(box, blocks(tone(220.0)))
    assert told[-1].on
    assert not listen(heard(confidence=1.0), blocks(tone(220.0)))[-1].on


def test_a_network_for_something_else_is_refused():
    with pytest.raises(ModelError, match="for pose, not for pitch"):
        heard(model=FRAGILE)


def test_it_can_be_closed_and_opened_again():
    box = heard()
    box.close()
    with pytest.raises(ModelError, match="not open"):
        listen(box, blocks(tone(220.0)))
    box.open()
    assert listen(box, blocks(tone(220.0)))
