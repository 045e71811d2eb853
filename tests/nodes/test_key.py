"""The key box: melodies, scales and chroma in a key, and what has none."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.messages import Features, Note
from engine.core.tuning import note_named
from engine.dsp.audio.key_profiles import best_key, fits
from engine.dsp.audio.scales import parse_scale
from engine.nodes.key import KeyNode

TUNES = {
    # Where the melodies end and what they dwell on is their key: (note, beats) above the tonic.
    "major": "0:1 2:1 4:1 0:1 4:1 5:1 7:2 7:.5 9:.5 7:.5 5:.5 4:1 0:1 0:1 -5:1 0:2",
    "minor": "0:1 3:1 7:2 8:1 7:1 5:1 3:1 2:1 -1:1 0:2 7:1 5:1 3:1 2:1 -1:1 0:2",
}


def tune(mode, root):
    steps = [part.split(":") for part in TUNES[mode].split()]
    return [(root + int(step), 0.4 * float(beats)) for step, beats in steps]


def said(box, melody, at=0.0):
    """Give all keys that are told while notes are played one after the other."""
    found = []
    for note, seconds in melody:
        found += box.process(Note(note, 90), at=ns(at))
        at += seconds
        found += box.process(Note(note, 0), at=ns(at))
    return found


@pytest.mark.parametrize("root", range(12))
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_a_tune_in_each_key(mode, root):
    found = said(KeyNode(), tune(mode, 60 + root) * 2)
    last = found[-1]
    assert (last.root, last.mode) == (root, mode)
    called, _, how = last.name.partition(" ")
    named = note_named(f"{called}4")
    assert (named is not None and named % 12, how) == (root, mode)
    assert called not in ("D#", "A#", "Gb", "Cb", *(("G#", "C#") if mode == "major" else ("Db",)))
    assert 0.4 <= last.confidence <= 1.0
    parse_scale(last.name)  # it can be given to what takes a scale


def test_it_says_each_key_once_and_follows_a_change():
    box = KeyNode(memory=4.0)
    assert {key.name for key in said(box, tune("major", 60) * 4)[-1:]} == {"C major"}
    later = said(box, tune("major", 66) * 6, at=60.0)
    assert later[-1].name == "F# major"
    assert len(later) == len({key.name for key in later})


@pytest.mark.parametrize(
    "melody",
    [
        [(60, 1.0)] * 20,  # one note
        [(60, 1.0), (67, 1.0)] * 10,  # two
        [(60 + step, 0.3) for step in range(12)] * 4,  # all of them
        [(60 + 2 * step, 0.3) for step in range(6)] * 4,  # whole tones
        [(60 + 3 * step, 0.3) for step in range(4)] * 6,  # a diminished chord
    ],
)
def test_what_has_no_key_is_told_nothing(melody):
    assert said(KeyNode(), melody) == []


def test_chroma_in_a_key_and_noise():
    names = ("c", "db", "d", "eb", "e", "f", "gb", "g", "ab", "a", "bb", "b")
    major = np.isin(np.arange(12), [7, 9, 11, 0, 2, 4, 6]) * 0.5 + np.isin(
        np.arange(12), [7, 2, 11]
    )
    box, flat = KeyNode(), KeyNode()
    told, none = [], []
    for number in range(60):
        told += box.process(Features(names, major.astype(np.float32)), at=ns(number * 0.1))
        none += flat.process(Features(names, np.ones(12, np.float32)), at=ns(number * 0.1))
    assert [key.name for key in told] == ["G major"]
    assert none == []


def test_bad_numbers_and_other_features_are_nothing():
    box = KeyNode()
    for value in (np.nan, np.inf, -1.0):
        heard = Features(("C", "low", "E"), np.full(3, value, np.float32))
        assert list(box.process(heard, at=ns(1.0))) == []
    assert np.isfinite(box._weights).all()
    assert not fits(np.zeros(12)).any()
    assert best_key(np.zeros(12)).fit == 0


def test_reset_forgets():
    box = KeyNode()
    assert said(box, tune("major", 60) * 2)
    box.reset()
    assert said(box, tune("minor", 65) * 2, at=100.0)[-1].name == "F minor"
