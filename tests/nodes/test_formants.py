"""Which vowel is sung: the stand-in's mouth, whose resonances are known, and mouths made here."""

import numpy as np
import pytest

from engine.core.messages import Block
from engine.core.tuning import hz_of
from engine.nodes.formants import Formants
from engine.synthetic.voice_timbre import CYCLE, cycle

SUNG = {"a": (730, 1090), "e": (530, 1840), "i": (270, 2290), "o": (570, 840), "u": (300, 870)}


def heard(sound, rate=48000, block=256):
    """Return what the box says of a sound, in blocks; the newest of each outlet."""
    box, newest, every = Formants(), {}, []
    for start in range(0, len(sound), block):
        for said in box.process(
            Block(sound[start : start + block].astype(np.float32), rate, start)
        ):
            told = {name: one for name, one in said._asdict().items() if one is not None}
            newest |= told
            every.append(told)
    return newest, every


def stand_in(vowel, note, seconds=0.3, rate=48000):
    phase = np.arange(round(seconds * rate)) * hz_of(note) / rate % 1
    return 0.1 * np.interp(phase * CYCLE, np.arange(CYCLE + 1), cycle(vowel, note))


def klatt(f1, f2, hz, rate, seconds=0.3):
    """Return pulses through resonators in cascade (Klatt, JASA 67, 1980)."""
    sound = np.zeros(round(seconds * rate))
    sound[np.unique((np.arange(int(seconds * hz)) * rate / hz).astype(int))] = 1.0
    spectrum = np.fft.rfft(sound)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(len(sound)))
    for centre, width in ((f1, 70), (f2, 100), (2600, 140), (3500, 200), (4500, 250)):
        r = np.exp(-np.pi * width / rate)
        b, c = 2 * r * np.cos(2 * np.pi * centre / rate), -r * r
        spectrum *= (1 - b - c) / (1 - b * z - c * z**2)
    sound = np.fft.irfft(spectrum * (1 - 0.95 * z) / (1 - 0.95 * z) ** 2, len(sound))
    return 0.1 * sound / np.sqrt(np.mean(sound**2))


@pytest.mark.parametrize("vowel", SUNG)
@pytest.mark.parametrize("note", [40, 45, 50, 55, 59, 61])
def test_the_formants_of_the_stand_in_are_found(vowel, note):
    told, _ = heard(stand_in(vowel, note))
    f1, f2 = SUNG[vowel]
    assert told["on"] is True
    assert told["f1"] == pytest.approx(f1, rel=0.18)
    assert told["f2"] == pytest.approx(f2, rel=0.12)
    assert told.get("vowel", "") in (vowel, "")


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 96000])
@pytest.mark.parametrize(("f1", "f2"), [(660, 1720), (440, 1020), (490, 1350), (390, 1990)])
@pytest.mark.parametrize("hz", [97.0, 131.0, 205.0])
def test_the_formants_of_other_mouths_are_found(f1, f2, hz, rate):
    told, _ = heard(klatt(f1, f2, hz, rate), rate)
    assert told["f1"] == pytest.approx(f1, rel=0.2)
    assert told["f2"] == pytest.approx(f2, rel=0.12)


def test_open_and_front_say_where_a_vowel_lies():
    told = {vowel: heard(stand_in(vowel, 48))[0] for vowel in SUNG}
    assert told["a"]["open"] > 0.8
    assert max(told["i"]["open"], told["u"]["open"]) < 0.2
    assert told["i"]["front"] > 0.8
    assert max(told["u"]["front"], told["o"]["front"]) < 0.2
    assert {name: one["vowel"] for name, one in told.items()} == {name: name for name in SUNG}


NOISE = np.random.default_rng(5).normal(size=14400)
TIMES = np.arange(14400) / 48000


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(14400),
        np.full(14400, 0.5),
        np.full(14400, np.nan),
        0.1 * NOISE,
        0.1 * np.cumsum(NOISE) / 60,
        1e-6 * NOISE,
        0.3 * np.sin(2 * np.pi * 220 * TIMES),
        stand_in("a", 69),
        stand_in("u", 74),
        stand_in("i", 66),
    ],
    ids=["silence", "dc", "nan", "hiss", "rumble", "faint", "sine", "high a", "high u", "high i"],
)
def test_what_cannot_be_known_is_silent(sound):
    told, every = heard(sound)
    assert told["on"] is False
    assert all("f1" not in one and "vowel" not in one for one in every)


@pytest.mark.parametrize("block", [32, 480, 2048])
def test_the_size_of_blocks_changes_nothing(block):
    sound = stand_in("e", 50)
    assert heard(sound, block=block)[1] == heard(sound, block=256)[1]


def test_a_vowel_that_ends_is_told():
    sound = np.concatenate([stand_in("a", 45), np.zeros(9600)])
    told, every = heard(sound)
    assert (told["on"], told["vowel"]) == (False, "")
    assert any(one.get("vowel") == "a" for one in every)
