"""Where words begin, found by the same words with pauses between them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.word_starts import word_spans

RATE = 22_050


def word(hz, seconds, stretch=1.0):
    """Return a word: two tones one after the other, the last one drawn out."""
    lengths = (0.4 * seconds, 0.6 * seconds * stretch)
    tones = [
        np.sin(2 * np.pi * each * np.arange(round(length * RATE)) / RATE)
        for each, length in zip((hz, 1.5 * hz), lengths, strict=True)
    ]
    return 0.3 * np.concatenate(tones)


def silence(seconds):
    return np.zeros(round(seconds * RATE))


WORDS = [(200, 0.2), (450, 0.35), (900, 0.15), (300, 0.5)]


def spoken(gap, stretch=1.0, pauses=(0, 0, 0)):
    parts = []
    for (hz, seconds), pause in zip(WORDS, [*pauses, 0], strict=True):
        parts += [word(hz, seconds, stretch), silence(gap + pause)]
    return np.concatenate([silence(0.05), *parts, silence(0.2)]).astype(np.float32)


@pytest.mark.parametrize("stretch", [1.0, 1.3])
@pytest.mark.parametrize("pauses", [(0, 0, 0), (0, 0.3, 0)])
def test_words_are_found_though_each_ends_longer_before_a_pause(stretch, pauses):
    spans = word_spans(spoken(0.0, 1.0, pauses), spoken(0.3, stretch, pauses), RATE, len(WORDS))
    begins = np.cumsum([0.05, *(s + p for (_, s), p in zip(WORDS, pauses, strict=False))])
    assert [begin for begin, _ in spans] == pytest.approx(begins.tolist(), abs=0.012)
    ends = [begin + seconds for begin, (_, seconds) in zip(begins, WORDS, strict=True)]
    assert [end for _, end in spans] == pytest.approx(ends, abs=0.03)


@pytest.mark.parametrize("count", [0, 99])
def test_what_cannot_be_found_is_not_guessed(count):
    assert word_spans(spoken(0.0), spoken(0.3), RATE, count) == []


def test_silence_has_no_words():
    assert word_spans(np.zeros(0, np.float32), np.zeros(0, np.float32), RATE, 1) == []
    assert len(word_spans(np.zeros(RATE, np.float32), np.zeros(RATE, np.float32), RATE, 1)) <= 1
