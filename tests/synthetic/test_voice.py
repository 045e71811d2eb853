"""The stand-in's voice: the same each time, and true about itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.synthetic.voice import CLEAN, LEVEL, STEP, Voice
from engine.synthetic.voice_blocks import performance
from engine.synthetic.voice_score import song
from engine.synthetic.voice_timbre import RATE


def sung(seed=0, seconds=10, snr=CLEAN, lowest=48, highest=72):
    voice = Voice(seed, lowest, highest, snr)
    return [voice.next() for _ in range(seconds * 1000 // STEP)]


def samples(stretches):
    return np.concatenate([stretch.samples for stretch in stretches])


def test_the_same_seed_sings_the_same_and_another_another():
    one, again, other = (samples(sung(seed)) for seed in (3, 3, 4))
    assert one.tobytes() == again.tobytes()
    assert np.abs(one - other).max() > 0.1


def test_the_voice_is_frozen():
    """What was measured on the stand-in means nothing any more once this changes."""
    sound = samples(sung(0, 6))
    loud = np.sqrt(np.mean(sound.reshape(12, -1) ** 2, axis=1))
    expected = [0.0021, 0.0403, 0.0704, 0.0824, 0.0471, 0.0024, 0.0896, 0.1268, 0.0781, 0.0516]
    assert loud[:10] == pytest.approx(expected, abs=1e-4)


def test_what_it_says_of_its_pitch_is_so():
    """Overtones lie where the truth says, and nothing between them."""
    checked = 0
    for stretches in zip(*[iter(sung(1, 20, lowest=45, highest=57))] * 4, strict=True):
        hz = np.concatenate([stretch.hz for stretch in stretches])
        if all(stretch.on.all() for stretch in stretches) and np.ptp(hz) < 2.0:
            sound = np.fft.rfft(samples(stretches) * np.hanning(4 * 960), 1 << 16)
            place = hz.mean() / RATE * (1 << 16)
            lines = [np.abs(sound[round(place * k)]) for k in (1, 2, 3)]
            between = [np.abs(sound[round(place * (k + 0.5))]) for k in (1, 2, 3)]
            assert sum(lines) > 2 * sum(between)
            checked += 1
    assert checked > 50


def test_nothing_jumps():
    steps = np.abs(np.diff(samples(sung(5, 30))))
    assert steps.max() < 0.15


def test_notes_stay_in_their_range_and_begin_before_they_end():
    for phrase in itertools.islice(song(7, 50, 62), 40):
        assert phrase.breath[0] < phrase.breath[1] < phrase.notes[0].start
        for note in phrase.notes:
            assert 50 <= note.note <= 62
            assert note.start < note.end
        for before, after in itertools.pairwise(phrase.notes):
            assert before.end <= after.start


@pytest.mark.parametrize(("lowest", "highest"), [(60, 60), (61, 61), (60, 61), (70, 50)])
def test_a_narrow_range_is_sung_all_the_same(lowest, highest):
    assert {n.note for p in itertools.islice(song(0, lowest, highest), 5) for n in p.notes}


def test_noise_is_as_loud_as_said():
    clean, noisy = samples(sung(2)), samples(sung(2, snr=10.0))
    noise = np.sqrt(np.mean((noisy - clean) ** 2))
    assert 20 * np.log10(LEVEL / noise) == pytest.approx(10.0, abs=0.3)


@pytest.mark.parametrize("size", [64, 480, 2048])
def test_blocks_of_any_size_hold_the_same_samples(size):
    events = itertools.takewhile(lambda event: event[0] < 3e9, performance(0, 48, 72, 40.0, size))
    blocks = [message for _, outlet, message in events if outlet == "sound"]
    expected = samples(sung(0, 4, snr=40.0)).astype(np.float32)
    together = np.concatenate([block.samples for block in blocks])
    assert np.array_equal(together, expected[: len(together)])
    assert [block.start for block in blocks] == [number * size for number in range(len(blocks))]
    assert not blocks[0].samples.flags.writeable


def test_events_come_in_the_order_of_time_and_notes_in_pairs():
    events = list(
        itertools.takewhile(lambda event: event[0] < 20e9, performance(3, 48, 72, 40, 512))
    )
    times = [at for at, _, _ in events]
    assert times == sorted(times)
    sounding = None
    for _, outlet, message in events:
        if outlet == "note" and message.velocity:
            assert sounding is None
            sounding = message.note
        elif outlet == "note":
            assert message.note == sounding
            sounding = None


def test_true_pitch_and_true_notes_agree():
    sounding, agree = None, []
    for at, outlet, message in performance(3, 48, 72, 40.0, 256):
        if at > 20e9:
            break
        if outlet == "note":
            sounding = message.note if message.velocity else None
        elif outlet == "pitch":
            assert message.on == (sounding is not None)
            if sounding is not None:
                agree.append(abs(message.note - sounding) < 0.6)
    assert np.mean(agree) > 0.85  # the rest is gliding and scooping
