"""What ``speech`` is made of: spectrogram, phrases, recent sound, tokens, loops, moments."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.core.messages import Block
from engine.dsp.audio.log_mel import BANDS, HOP, RATE, filters, log_mel
from engine.dsp.audio.phrases import AFTER, BEFORE, PhraseCutter
from engine.dsp.audio.recent_sound import RecentSound
from engine.dsp.audio.voice_detector import SECONDS, VoiceReading
from engine.dsp.audio.word_times import first_steps, token_times
from engine.dsp.confidence import SwitchRules


def by_the_formula(samples: np.ndarray) -> np.ndarray:
    """Return the spectrogram, frame by frame, with a transform written out."""
    padded = np.pad(samples.astype(np.float64), 200, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    turns = np.exp(-2j * np.pi * np.outer(np.arange(201), np.arange(400)) / 400)
    hz = np.arange(201) * RATE / 400
    top = 15 + 27 * np.log(8) / np.log(6.4)
    mels = [top * n / (BANDS + 1) for n in range(BANDS + 2)]
    edges = [m * 200 / 3 if m < 15 else 1000 * 6.4 ** ((m - 15) / 27) for m in mels]
    columns = []
    for frame in range(len(samples) // HOP):
        power = np.abs(turns @ (padded[frame * HOP : frame * HOP + 400] * window)) ** 2
        column = []
        for low, mid, high in zip(edges, edges[1:], edges[2:], strict=False):
            shape = np.clip(
                np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid)), 0, None
            )
            column.append(np.log10(max(1e-10, float(shape @ power) * 2 / (high - low))))
        columns.append(column)
    levels = np.array(columns).T
    return (np.maximum(levels, levels.max() - 8) + 4) / 4


def test_the_spectrogram_is_that_of_the_formula() -> None:
    time = np.arange(1600) / RATE
    sound = 0.3 * np.sin(2 * np.pi * (300 + 2000 * time) * time) + 0.01 * np.sin(9000 * time)
    found = log_mel(sound.astype(np.float32))
    assert found.shape == (BANDS, 10)
    assert found == pytest.approx(by_the_formula(sound), abs=1e-3)
    assert filters().shape == (BANDS, 201) and (filters().sum(axis=1) > 0).all()


def test_silence_and_the_loudest_sound_have_a_spectrogram() -> None:
    for sound in (np.zeros(3200), np.ones(3200), np.random.default_rng(0).normal(0, 9, 3200)):
        assert np.isfinite(log_mel(sound.astype(np.float32))).all()


RULES = SwitchRules(0.5, 0.15, 3, 0.3)


def cut(confidences: list[float], longest: float = 10.0) -> list[tuple[float, float]]:
    """Return from when to when phrases are, in seconds."""
    cutter = PhraseCutter()
    found = []
    for number, confidence in enumerate(confidences, 1):
        reading = VoiceReading(confidence, round(number * SECONDS * RATE))
        if phrase := cutter.read(reading, RATE, RULES, longest):
            found.append((phrase.begin / RATE, phrase.end / RATE))
    return found


def test_a_phrase_has_room_before_and_behind_it() -> None:
    ((begin, end),) = cut([0.0] * 20 + [0.9] * 30 + [0.0] * 20)
    assert begin == pytest.approx(20 * SECONDS - BEFORE, abs=1e-3)
    assert end == pytest.approx(50 * SECONDS + AFTER, abs=1e-3)


def test_gaps_between_words_end_no_phrase_and_clicks_begin_none() -> None:
    assert len(cut([0.9] * 10 + [0.0] * 8 + [0.9] * 10 + [0.0] * 20)) == 1
    assert cut([0.9, 0.0, 0.9, 0.9, 0.0] * 10 + [0.0] * 20) == []


def test_a_long_phrase_is_cut_where_the_voice_is_least_sure_and_nothing_is_lost() -> None:
    voice = [0.9] * 24 + [0.6] + [0.9] * 75
    found = cut(voice + [0.0] * 20, longest=1.2)
    assert found[0][1] == pytest.approx(25 * SECONDS)
    assert all(one[1] == two[0] for one, two in pairwise(found))
    assert all(end - begin <= 1.2 + 1e-6 for begin, end in found)


def test_what_goes_on_is_ended_by_a_gap() -> None:
    cutter = PhraseCutter()
    for number in range(1, 20):
        cutter.read(VoiceReading(0.9, number * 512), RATE, RULES, 10.0)
    phrase = cutter.stop(19 * 512, RATE, RULES)
    assert phrase is not None and (phrase.begin, phrase.end) == (0, 19 * 512)
    assert not cutter.on and cutter.stop(0, RATE, RULES) is None


def test_recent_sound_is_found_by_its_numbers_and_forgotten() -> None:
    recent = RecentSound()
    for start in range(0, 1000, 100):
        recent.add(Block(np.arange(start, start + 100, dtype=np.float32) / 1000, 100, start), 5.0)
    assert recent.end == 1000
    assert np.allclose(recent.take(730, 905) * 1000, np.arange(730, 905))
    assert len(recent.take(0, 450)) == 0 and len(recent.take(2000, 3000)) == 0
    recent.add(Block(np.ones(10, np.float32), 100, 5000), 5.0)
    assert len(recent.take(0, 6000)) == 10, "what is before a gap is no part of what is behind it"


def test_tokens_begin_where_the_heads_look() -> None:
    rng = np.random.default_rng(3)
    attention = rng.uniform(0, 0.2, (3, 5, 100)).astype(np.float32)
    begins = (0, 20, 45, 60, 90)
    for token, (begin, end) in enumerate(zip(begins, (*begins[1:], 100), strict=True)):
        attention[:, token, begin:end] += 1.0
    found = token_times(attention)
    assert found.tolist() == sorted(found.tolist())
    assert found == pytest.approx(begins, abs=2)


def test_the_path_is_the_cheapest_of_all() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        cost = rng.normal(size=(rng.integers(1, 6), rng.integers(1, 9)))
        assert first_steps(cost).tolist() == cheapest(cost)


def cheapest(cost: np.ndarray) -> list[int]:
    """Return where the cheapest path enters each row, by trying each way on to each place."""
    rows, steps = cost.shape
    total = np.full((rows, steps), np.inf)
    came: dict[tuple[int, int], tuple[int, int]] = {}
    for row, step in np.ndindex(rows, steps):
        ways = [(row - 1, step - 1), (row - 1, step), (row, step - 1)]
        known = [(total[way], way) for way in ways if min(way) >= 0]
        worth, came[row, step] = min(known) if known else (0.0, (-1, -1))
        total[row, step] = worth + cost[row, step]
    place, entered = (rows - 1, steps - 1), [0] * rows
    while place != (-1, -1):
        entered[place[0]] = place[1]
        place = came[place]
    return entered
