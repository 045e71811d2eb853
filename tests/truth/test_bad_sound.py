"""What is no single tone is silent, or marked; nothing of it is stuck or told as an error."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.tuning import hz_of, note_of
from engine.synthetic.tones import wave
from tests.by_night import few, pairs
from tests.truth.hearing import cents, hear, readings, spectrum

RATE = 48000
SAW = 1 / np.arange(1, 25)
RNG = np.random.default_rng(1606)


def tone(note: int, seconds: float = 1.0, peak: float = 0.3):
    return peak * spectrum(hz_of(note), SAW, seconds, RATE)


def noise(falls: float, seconds: float = 3.0, level: float = 0.1, rng=RNG):
    count = round(seconds * RATE)
    hz = np.fft.rfftfreq(count, 1 / RATE)
    shaped = np.fft.rfft(rng.normal(size=count)) * (20 / np.maximum(hz, 20)) ** falls * (hz > 0)
    sound = np.fft.irfft(shaped, count)
    return level * sound / np.sqrt(np.mean(sound**2))


def hum():
    """Return two seconds of faint noise, the same whichever tests ran before."""
    return noise(0.5, 2.0, 1e-3, np.random.default_rng(1607))


SILENT = {
    "zeros": np.zeros(RATE),
    "DC": np.full(RATE, 0.7),
    "DC that steps": np.repeat([0.3, -0.5, 0.1, 0.9], RATE // 4),
    "NaN": np.full(RATE, np.nan),
    "infinite": np.full(RATE, np.inf),
    "one bit of a converter": RNG.integers(0, 2, RATE) / 32768,
}
NOISES = {"white": noise(0.0), "pink": noise(0.5), "brown": noise(1.0), "quiet": noise(0.0) / 100}


@pytest.mark.parametrize("kind", SILENT)
def test_what_is_no_sound_has_no_pitch(tmp_path, kind) -> None:
    heard = hear(tmp_path, SILENT[kind])
    assert len(heard.sounding()) == 0
    assert heard.numbers() == []


@pytest.mark.parametrize("kind", NOISES)
def test_noise_plays_nothing_and_is_never_sure(tmp_path, kind) -> None:
    """Brown noise drones for some periods at a time: a first guess may play, a sure note not."""
    notes = 'speed = "sure"' if kind == "brown" else ""
    heard = hear(tmp_path, NOISES[kind], notes=notes)
    _, _, on, sure = heard.readings.T
    assert np.mean(on) < 0.05
    assert not np.any((on > 0) & (sure > 0))
    assert heard.numbers() == []


@pytest.mark.parametrize(("note", "gain"), pairs([40, 57, 69, 81], [3.0, 30.0, 1000.0], 2))
def test_a_clipped_tone_keeps_its_pitch(tmp_path, note, gain) -> None:
    heard = hear(tmp_path, np.clip(gain * tone(note, 0.6), -1, 1))
    assert heard.numbers() == [note]
    assert np.all(np.abs(cents(heard.sounding(), hz_of(note))) < 50)


@pytest.mark.parametrize("broken", few([np.nan, np.inf, -np.inf, 1e30], 2))
def test_samples_that_are_no_numbers_do_not_stay(tmp_path, broken) -> None:
    sound = np.concatenate([tone(57), tone(57)])
    sound[RATE // 2 : RATE // 2 + 50] = broken
    heard = hear(tmp_path, sound)
    assert set(heard.numbers()) == {57}
    assert heard.share(1.2, 1.9) >= 0.9
    assert np.all(np.abs(cents(heard.sounding(1.2, 1.9), 220)) < 50)


@pytest.mark.parametrize("missing", [1, 100, 4800, 10 * RATE])
def test_a_gap_is_no_other_note(missing) -> None:
    before, after = tone(57, 0.5), tone(57, 0.5)
    said = readings([(before, RATE, 0), (after, RATE, len(before) + missing)])
    on = np.array([pitch.hz for _, pitch in said if pitch.on])
    assert np.all(np.abs(cents(on, 220)) < 50)
    late = [pitch for at, pitch in said if at > len(before) + missing + 0.1 * RATE]
    assert np.mean([pitch.on for pitch in late]) >= 0.9


@pytest.mark.parametrize("rates", [(48000, 44100), (44100, 96000), (96000, 8000), (16000, 48000)])
def test_a_rate_that_changes_in_mid_show_changes_no_pitch(rates) -> None:
    parts, start = [], 0
    for rate in rates:
        parts.append((0.3 * spectrum(330.0, SAW[:8], 0.6, rate), rate, start))
        start += len(parts[-1][0])
    said = [pitch for _, pitch in readings(parts)]
    assert np.all(np.abs(cents([pitch.hz for pitch in said if pitch.on], 330.0)) < 50)
    assert np.mean([pitch.on for pitch in said[-80:-10]]) >= 0.9


@pytest.mark.parametrize("hz", [310.0, 1250.0, 2900.0])
def test_a_feedback_howl_is_its_own_pitch_or_silent(tmp_path, hz) -> None:
    """It grows out of the noise, until the amplifier has no more."""
    time = np.arange(2 * RATE) / RATE
    louder = np.minimum(1e-4 * np.exp(7 * time), 2.0)
    howl = 0.9 * np.tanh(louder * np.sin(2 * np.pi * hz * time))
    heard = hear(tmp_path, howl + hum())
    _, told, on, sure = heard.readings.T
    assert np.all(np.abs(cents(told[(on > 0) & (sure > 0)], hz)) < 50)
    assert heard.numbers()[-1] == round(note_of(hz))


JUMPS = [(310.0, 870.0), (2100.0, 2900.0), (1250.0, 540.0)]


@pytest.mark.parametrize(("first", "then"), few(JUMPS, 2))
def test_a_howl_that_jumps_is_one_of_both(tmp_path, first, then) -> None:
    """As when somebody turns a knob: one frequency dies while the other grows."""
    time = np.arange(2 * RATE) / RATE
    part = 1 / (1 + np.exp(-40 * (time - 1)))
    both = (1 - part) * np.sin(2 * np.pi * first * time) + part * np.sin(2 * np.pi * then * time)
    heard = hear(tmp_path, 0.9 * np.tanh(3 * both) + hum())
    _, told, on, sure = heard.readings.T
    told = told[(on > 0) & (sure > 0)]
    assert surely_neither(told, first, then) <= 0.01 * len(told)
    assert heard.numbers()[0] == round(note_of(first))
    assert heard.numbers()[-1] == round(note_of(then))


@pytest.mark.parametrize("hands", few([2, 20, 200, 2000], 3))
def test_applause_is_never_surely_a_pitch_and_plays_no_sure_note(tmp_path, hands) -> None:
    """From two people to a hall; each claps about four times a second."""
    rng = np.random.default_rng(hands)
    sound = np.zeros(2 * RATE)
    for at in rng.integers(0, 2 * RATE - 2000, 8 * hands // 2):
        clap = rng.normal(size=2000) * np.exp(-np.arange(2000) / rng.uniform(150, 500))
        sound[at : at + 2000] += clap * rng.uniform(0.2, 1.0)
    heard = hear(tmp_path, 0.5 * sound / np.abs(sound).max(), notes='speed = "sure"')
    _, _, on, sure = heard.readings.T
    assert np.mean(on) < 0.05
    assert not np.any((on > 0) & (sure > 0))
    assert heard.numbers() == []


@pytest.mark.parametrize("every", few([700, 3000, 11000], 2))
def test_a_cable_that_crackles_with_no_numbers_ends_no_show(tmp_path, every) -> None:
    """NaN comes again and again: what is told between is right, and the tone comes back."""
    sound = np.concatenate([tone(57), tone(57, 0.5)])
    for at in range(RATE // 4, RATE, every):
        sound[at : at + 30] = np.nan
    heard = hear(tmp_path, sound)
    assert np.all(np.abs(cents(heard.sounding(), 220)) < 50)
    assert set(heard.numbers()) == {57}
    assert heard.share(1.15, 1.45) >= 0.9


CHORDS = {
    "major": (60, 64, 67),
    "minor": (57, 60, 64),
    "sixth": (55, 60, 64, 69),
    "fourths": (50, 55, 60),
    "cluster": (60, 61, 63),
    "diminished": (59, 62, 65, 68),
}


@pytest.mark.parametrize("name", few(CHORDS, 4))
def test_a_chord_is_never_surely_what_is_in_none_of_its_voices(tmp_path, name) -> None:
    """Its common period may be told, but not surely."""
    sound = sum(tone(note, 1.2, 0.2) for note in CHORDS[name])
    heard = hear(tmp_path, sound)
    _, hz, on, sure = heard.readings.T
    told = hz[(on > 0) & (sure > 0)]
    near = np.min([np.abs(cents(told, hz_of(note))) for note in CHORDS[name]], axis=0)
    assert np.sum(near > 50) <= 0.02 * len(hz)


def sung(vowel: str, hz: float, seconds: float, peak: float):
    return peak * wave("voice", np.full(round(seconds * RATE), hz), RATE, "aeiou".index(vowel))


def surely_neither(hz, *true: float) -> int:
    """Return how many readings in Hz that are sure are of what none of the singers sings."""
    return int(np.sum(np.min([np.abs(cents(hz, each)) for each in true], axis=0) > 50))


OTHERS = [48, 60, 61, 62, 64, 65, 66, 71, 73, 74, 76]
"""Notes above, and one below, the 57 that another sings."""


@pytest.mark.parametrize("second", few(OTHERS, 4))
def test_two_singers_are_one_of_them_or_silence(tmp_path, second) -> None:
    sound = tone(57, 1.5, 0.3)
    sound[RATE // 2 :] += tone(second, 1.0, 0.25)
    heard = hear(tmp_path, sound)
    _, hz, on, sure = heard.readings.T
    assert surely_neither(hz[(on > 0) & (sure > 0)], 220, hz_of(second)) <= 0.06 * len(hz)
    assert heard.numbers()[0] == 57


DUETS = [
    ("a", "a", 0, 0.0),
    ("o", "i", -6, 0.2),
    ("u", "e", 6, 0.13),
    ("a", "u", 3, 0.0),
]
"""Vowels, how many dB louder the upper one is, and how many seconds later it begins."""
RATIOS = {
    "minor third": 6 / 5,
    "major third": 5 / 4,
    "fourth": 4 / 3,
    "fifth": 3 / 2,
    "minor sixth": 8 / 5,
    "major sixth": 5 / 3,
    "seventh": 7 / 4,
    "octave": 2.0,
    "tenth": 5 / 2,
    "eleventh": 8 / 3,
    "twelfth": 3.0,
}
SINGS = [(base, tuning) for base in (110.0, 233.0) for tuning in ("whole", "tempered")]
"""The lower one's Hz, and whether the upper one sings the interval as it is or as keys have it."""


@pytest.mark.parametrize(("interval", "sings"), pairs(RATIOS, SINGS, 6))
def test_what_two_singers_have_in_common_is_sung_by_none(interval, sings) -> None:
    """Duets of different vowels and levels, which begin together or one after the other."""
    base, tuning = sings
    upper = base * RATIOS[interval]
    if tuning == "tempered":
        upper = base * 2 ** (round(12 * np.log2(RATIOS[interval])) / 12)
    sound = []
    for vowel, other, louder, later in DUETS:
        duet = sung(vowel, base, 0.5, 0.25)
        late = len(duet) - round(later * RATE)
        duet[-late:] += sung(other, upper, 0.5, 0.25 * 10 ** (louder / 20))[:late]
        sound += [duet, np.zeros(RATE // 10)]
    said = [pitch for _, pitch in readings([(np.concatenate(sound), RATE, 0)])]
    told = [pitch.hz for pitch in said if pitch.on and pitch.sure]
    assert surely_neither(told, base, upper) <= 0.02 * len(said)
