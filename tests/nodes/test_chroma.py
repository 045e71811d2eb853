"""The box chroma: the notes that sound, tuned, and nothing of what is no tone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.messages import Block
from engine.nodes.chroma import NAMES, Chroma, ChromaReading

RATE = 48000


def tone(*notes: float, rate: int = RATE, seconds: float = 0.4) -> NDArray[np.float64]:
    time = np.arange(round(seconds * rate)) / rate
    hz = [440.0 * 2 ** ((note - 69) / 12) for note in notes]
    waves = [np.sin(2 * np.pi * k * one * time) / k for one in hz for k in range(1, 6)]
    return 0.1 * np.sum(waves, axis=0)


def listen(box: Chroma, sound: Any, rate: int = RATE, size: int = 480) -> list[ChromaReading]:
    cut = range(0, len(sound), size)
    sound = np.asarray(sound, np.float32)
    return [told for at in cut for told in box.process(Block(sound[at : at + size], rate, at))]


def strongest(told: ChromaReading, count: int) -> set[str]:
    order = np.argsort(-told.chroma.values)[:count]
    return {NAMES[index] for index in order}


@pytest.mark.parametrize("note", [45, 50, 57, 61, 66, 70, 82])
@pytest.mark.parametrize("rate", [16000, 44100, 96000])
def test_a_note_is_strongest_in_any_octave_and_at_any_rate(note: int, rate: int) -> None:
    told = listen(Chroma(), tone(note, rate=rate), rate)[-1]
    assert strongest(told, 1) == {NAMES[note % 12]}
    assert told.chroma.values.max() > 0.9
    assert np.sort(told.chroma.values)[-2] < 0.4


@pytest.mark.parametrize("notes", [(60, 64, 67), (57, 60, 64), (62, 66, 69), (55, 59, 62)])
def test_the_notes_of_a_chord_are_strongest(notes: tuple[int, ...]) -> None:
    told = listen(Chroma(), tone(*notes))[-1]
    assert strongest(told, 3) == {NAMES[note % 12] for note in notes}


def test_it_is_tuned() -> None:
    flat = tone(69 + 12 * np.log2(415 / 440))
    assert strongest(listen(Chroma(), flat)[-1], 1) == {"ab"}
    assert strongest(listen(Chroma(a4=415.0), flat)[-1], 1) == {"a"}


@pytest.mark.parametrize(
    "sound",
    [np.zeros(9600), np.full(9600, 0.5), np.full(9600, np.nan), 1e-5 * tone(60)],
    ids=["silence", "DC", "NaN", "very soft"],
)
def test_in_silence_all_are_nothing(sound: Any) -> None:
    told = listen(Chroma(), sound)
    assert told
    assert all(not one.chroma.values.any() for one in told)


def test_of_noise_none_is_strong() -> None:
    hiss = np.random.default_rng(9).normal(0, 0.1, RATE)
    assert max(one.chroma.values.max() for one in listen(Chroma(), hiss)[10:]) < 0.2


def test_clipped_sound_has_its_notes() -> None:
    assert "c" in strongest(listen(Chroma(), np.clip(20 * tone(60), -1, 1))[-1], 1)


def test_hue_goes_round_the_fifths_and_stays_in_silence() -> None:
    box = Chroma()
    hues = [listen(Chroma(), tone(note))[-1].hue for note in (60, 67, 62)]
    assert hues == pytest.approx([0.0, 1 / 12, 2 / 12], abs=0.04) or hues[0] > 0.96
    last = listen(box, np.concatenate((tone(67), np.zeros(RATE))))
    assert not last[-1].chroma.values.any()
    assert last[-1].hue == pytest.approx(1 / 12, abs=0.06)


def test_how_the_sound_is_cut_changes_nothing() -> None:
    one, other = (listen(Chroma(), tone(60, 64), size=size)[-1] for size in (64, 4800))
    assert np.array_equal(one.chroma.values, other.chroma.values)
