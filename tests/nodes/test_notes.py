"""The notes box: a voice as notes, no note hanging, none in a rest."""

from __future__ import annotations

import math

import mir_eval
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import ParameterError
from engine.core.messages import Note, Ns, Pitch
from engine.core.tuning import hz_of
from engine.dsp.audio.scales import MODES, parse_scale, quantise
from engine.nodes.notes import PATIENCE, Notes
from engine.nodes.pitch import PitchNode
from tests.models.singing import heard, spans, voice

UNSEEN = (300, 301, 302)


def sung(note, level=0.7, *, on=True):
    return Pitch(hz_of(note), float(note), 0.9 if on else 0.1, on, level)


REST = Pitch(220.0, 57.0, 0.0, False, 0.0)


def play(box, readings, first=0.0, loudness=None):
    """Give (second, note) of all that is played, readings coming every 16 ms."""
    played = []
    for number, pitch in enumerate(readings):
        at = ns(first + number * 0.016)
        due = box.wake()
        if due is not None and due <= at:
            played += [(due / 1e9, note) for note in box.on_wake(due)]
        played += [(at / 1e9, note) for note in box.process(pitch, loudness, at=at)]
    return played


def notes(played):
    return [(note.note, note.velocity > 0) for _, note in played]


@pytest.mark.parametrize(("snr", "least"), [(40.0, 0.95), (10.0, 0.9)])
def test_the_stand_ins_song_is_written_down(snr, least):
    """F-measure of mir_eval, 50 ms for beginnings, ends not asked; nothing was tuned on these."""
    scores, in_rests = [], 0
    lag = PitchNode.lag + Notes().lag
    for seed in UNSEEN:
        ear, box, told, truth = heard(), Notes(), [], []
        for at, outlet, message in voice(seed, 8.0, snr):
            if outlet == "note":
                truth.append((at / 1e9, message))
            elif outlet == "sound":
                for pitch in ear.process(message):
                    told += [(at / 1e9 - lag, note) for note in box.process(pitch, at=at)]
        if truth[-1][1].velocity:
            truth.append((8.0, Note(truth[-1][1].note, 0)))
        true, guess = spans(truth), spans(told)
        told_at = np.maximum(guess[0], 0.0)
        scores.append(
            mir_eval.transcription.precision_recall_f1_overlap(
                *true, told_at, guess[1], offset_ratio=None
            )[2]
        )
        began = [at for at, note in told if note.velocity]
        in_rests += sum(
            not any(start - 0.05 <= at <= end + 0.05 for start, end in true[0]) for at in began
        )
    assert np.mean(scores) >= least
    assert in_rests == 0


def test_a_note_begins_and_ends_with_the_voice():
    played = play(Notes(), [REST] * 10 + [sung(60)] * 20 + [REST] * 10)
    assert notes(played) == [(60, True), (60, False)]
    (begin, _), (end, _) = played
    assert begin == pytest.approx(11 * 0.016)
    assert end == pytest.approx(31 * 0.016)


def test_a_blip_is_no_note_and_a_short_one_is_made_long_enough():
    assert play(Notes(), [REST] * 5 + [sung(60)] + [REST] * 20) == []
    played = play(Notes(shortest=0.2), [REST] * 5 + [sung(60)] * 2 + [REST] * 20)
    assert played[1][0] - played[0][0] == pytest.approx(0.2, abs=0.001)


def test_a_glide_plays_where_it_comes_from_and_where_it_leads():
    glide = [sung(60 + step * 0.8) for step in range(1, 9)]
    played = play(Notes(), [sung(60)] * 10 + glide + [sung(67)] * 10)
    assert notes(played) == [(60, True), (60, False), (67, True)]


def test_vibrato_and_trembling_play_one_note():
    wavering = [sung(60.25 + 0.35 * math.sin(number / 4)) for number in range(60)]
    assert notes(play(Notes(), wavering)) == [(60, True)]


def test_the_same_note_again_after_a_dip():
    dip = [sung(60, 0.55), sung(60, 0.5), sung(60, 0.55), sung(60, 0.62), sung(60, 0.7)]
    played = play(Notes(), [sung(60)] * 10 + dip + [sung(60)] * 10)
    assert notes(played) == [(60, True), (60, False), (60, True)]
    fading = [sung(60, 0.7 - 0.01 * number) for number in range(40)]
    assert notes(play(Notes(), fading)) == [(60, True)]


@pytest.mark.parametrize("late", [0.0, 0.2, 0.3, 0.9, 1.9])
def test_readings_that_come_late_hold_a_note_nevertheless(late):
    box, played = Notes(), []
    for number in range(200):
        at = number * 0.016
        while (due := box.wake()) is not None and due <= ns(at + late):
            played += box.on_wake(due)
        played += box.process(sung(60), at=ns(at))
    assert sum(note.velocity > 0 for note in played) <= 4
    assert played[-1].velocity > 0  # held to the end
    while (due := box.wake()) is not None:
        played += box.on_wake(due)
    assert played[-1] == Note(60, 0)


def test_a_note_ends_by_itself_when_nothing_comes():
    box = Notes()
    ((begin, _),) = play(box, [sung(60)] * 5)
    due = box.wake()
    assert due == ns(4 * 0.016 + PATIENCE)
    assert list(box.on_wake(Ns(due - 1))) == []
    assert list(box.on_wake(due)) == [Note(60, 0)]
    assert box.wake() is None
    assert notes(play(box, [sung(62)] * 5, first=9.0)) == [(62, True)]
    assert begin < 0.1


def test_a_voice_lost_in_mid_note_and_back_begins_anew():
    box = Notes()
    play(box, [sung(60)] * 5)
    box.reset()  # the engine ends what sounds at the outputs
    assert box.wake() is None
    assert notes(play(box, [sung(60)] * 5, first=3.0)) == [(60, True)]


def test_what_is_out_of_range_is_not_played():
    box = Notes(lowest=hz_of(57), highest=hz_of(69))
    played = play(box, [sung(n) for n in (50, 57, 69, 76) for _ in range(10)])
    assert notes(played) == [(57, True), (57, False), (69, True), (69, False)]


def test_a_scale_bends():
    assert notes(play(Notes(scale="D dorian"), [sung(61)] * 5)) in ([(60, True)], [(62, True)])
    played = play(Notes(scale="C major"), [sung(n) for n in (60, 61.4, 63.4, 65) for _ in range(9)])
    assert [note for note, on in notes(played) if on] == [60, 62, 64, 65]


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ("D dorain", 'there is no mode "dorain". Did you mean "dorian"'),
        ("dorian", 'expected such as "D dorian" or "chromatic", got "dorian"'),
        ("H major", 'got "H major"'),
        ("C", 'there is no mode ""'),
        ("", "expected such as"),
    ],
)
def test_a_scale_that_is_none_is_told(scale, said):
    with pytest.raises(ParameterError, match=said):
        Notes(scale=scale)


def test_a_wrong_scale_while_playing_is_told_once_and_the_last_stays():
    box = Notes(scale="C major")
    box.scale = "C mayor"
    with pytest.raises(ParameterError, match="mayor"):
        play(box, [sung(61.4)] * 5)
    assert notes(play(box, [sung(61.4)] * 5)) == [(62, True)]


def test_velocity_follows_loudness():
    def hit(loudness=None, level=0.7, **how):
        return play(Notes(**how), [sung(60, level)] * 4, loudness=loudness)[0][1].velocity

    assert [hit(db) for db in (-90.0, -50.0, -30.0, -10.0, 0.0)] == [1, 1, 64, 127, 127]
    assert hit(level=0.5) == hit(-30.0)
    assert hit(0.5, range=[0.0, 1.0]) == 64
    assert hit(math.nan) == 1


def test_a_range_that_is_none_is_told():
    for span in ([-50.0], [-50.0, -50.0]):
        with pytest.raises(ParameterError, match="range: expected two different numbers"):
            Notes(range=span)


def test_the_channel_is_kept_to_the_end():
    box = Notes(channel=3)
    play(box, [sung(60)] * 5)
    box.channel = 4
    ((_, off),) = play(box, [REST] * 5, first=1.0)[:1]
    assert off == Note(60, 0, 3)


READINGS = st.lists(
    st.tuples(
        st.floats(30, 90) | st.sampled_from([math.nan, math.inf, 0.0, 200.0, -50.0]),
        st.booleans(),
        st.floats(0, 1) | st.just(math.nan),
    ),
    max_size=60,
)


@given(READINGS, st.sampled_from(["chromatic", "A minor pentatonic"]))
def test_every_note_that_begins_ends_before_the_next(readings, scale):
    box = Notes(scale=scale)
    pitches = [Pitch(hz_of(n) if n < 300 else n, n, 0.5, on, level) for n, on, level in readings]
    played = [note for _, note in play(box, pitches)]
    if (due := box.wake()) is not None:
        played += list(box.on_wake(ns(due / 1e9 + 1)))
    sounding = None
    for note in played:
        if note.velocity:
            assert sounding is None
            assert 0 <= note.note <= 127
            sounding = note.note
        else:
            assert note.note == sounding
            sounding = None
    assert sounding is None


@given(st.floats(0, 127), st.sampled_from(sorted(MODES)), st.sampled_from("CDEFGAB"))
def test_the_nearest_note_of_a_scale_is_in_it(note, mode, root):
    classes = parse_scale(f"{root} {mode}")
    found = quantise(note, classes)
    assert found % 12 in classes
    assert abs(found - note) <= 2
