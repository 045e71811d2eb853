"""Windows of a stream do not depend on how it was cut, and never reach over a gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Block
from engine.dsp.audio.hops import Hops, clean
from engine.dsp.audio.level import SILENT, db_to_unit, decibels, power_to_db
from engine.dsp.audio.resample import resample

SOUND = np.arange(4000, dtype=np.float32) / 4000


def cut(sizes, rate=1000, first=0):
    start = 0
    for size in sizes:
        yield Block(SOUND[start : start + size], rate, first + start)
        start += size


@given(st.lists(st.integers(0, 700), min_size=1, max_size=12))
def test_windows_do_not_depend_on_blocks(sizes):
    hops, whole = Hops(0.1, 0.03), Hops(0.1, 0.03)
    windows = [window for block in cut(sizes) for window in hops.feed(block)]
    expected = list(whole.feed(next(cut([sum(sizes)]))))
    assert [window.tobytes() for window in windows] == [window.tobytes() for window in expected]
    assert len(windows) == min(sum(sizes), len(SOUND)) // 30


def test_a_window_ends_where_its_hop_ends():
    windows = list(Hops(0.1, 0.03).feed(Block(SOUND, 1000, 0)))
    assert [len(window) for window in windows[:5]] == [30, 60, 90, 100, 100]
    assert windows[4][-1] == SOUND[149]


def test_a_gap_or_another_rate_begins_anew():
    hops = Hops(0.1, 0.03)
    list(hops.feed(Block(SOUND[:200], 1000, 0)))
    assert not hops.gap
    for block, lengths in (
        (Block(SOUND[:40], 1000, 300), [30]),
        (Block(SOUND[:80], 2000, 340), [20, 80]),
    ):
        windows = list(hops.feed(block))
        assert hops.gap
        assert [len(window) for window in windows] == lengths
    list(hops.feed(Block(SOUND[:1], 2000, 420)))
    assert not hops.gap


def test_what_is_no_number_is_silence():
    assert clean(np.array([0.5, np.nan, np.inf, -np.inf], np.float32)).tolist() == [0.5, 0, 0, 0]
    assert np.abs(clean(np.array([1e38, -1e38], np.float32))).max() == 10.0


@pytest.mark.parametrize(("amplitude", "db"), [(1.0, -3.01), (0.1, -23.01), (0.0, SILENT)])
def test_decibels_are_those_of_full_scale(amplitude, db):
    sine = amplitude * np.sin(np.arange(4800, dtype=np.float32) * 2 * np.pi / 48)
    assert decibels(sine.astype(np.float32)) == pytest.approx(db, abs=0.01)


def test_levels_of_nothing():
    assert decibels(np.zeros(0, np.float32)) == SILENT
    assert power_to_db(float("nan")) == power_to_db(float("inf")) == power_to_db(-1.0) == SILENT
    assert [db_to_unit(db) for db in (-90.0, -60.0, -30.0, 0.0, 6.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_another_rate_keeps_the_pitch(rate):
    tone = np.sin(2 * np.pi * 1000 * np.arange(rate // 10) / rate).astype(np.float32)
    there = resample(tone, rate, 16000)
    assert len(there) == pytest.approx(1600, abs=1)
    middle = slice(400, 1200)
    expected = np.sin(2 * np.pi * 1000 * np.arange(len(there)) / 16000)
    assert np.abs(there[middle] - expected[middle]).max() < 0.02
    assert len(resample(np.zeros(0, np.float32), rate, 16000)) == 0
