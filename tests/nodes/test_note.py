"""A note out of a number and a trigger."""

import math

import pytest

from engine.core.clock import MILLISECOND
from engine.core.messages import Note, Ns, Trigger
from engine.nodes.note import NoteNode
from engine.testing import play

PLAYED = """
[beat]
use = "every"
time = "100 ms"
[step]
use = "step"
from = "beat"
steps = [60, 62.4, 300]
[one]
use = "note"
from = "beat"
note = { from = "step" }
length = "30 ms"
velocity = 90
[synth]
use = "midi_out"
[synth.send]
notes = "one"
"""
GATED = """
[turn]
use = "lfo"
rate = 2
[one]
use = "note"
note = 64
gate = { from = "turn", above = 0.5 }
[synth]
use = "midi_out"
[synth.send]
notes = "one"
"""


def at(ms):
    return Ns(ms * MILLISECOND)


def test_a_sequence_of_numbers_is_played():
    sent = [one.what["midi"] for one in play(PLAYED, seconds=0.36).sent("synth")]
    ons = [one[1:] for one in sent if one[0] == 0x90]
    assert ons[:3] == [[60, 90], [62, 90], [127, 90]]
    assert len([one for one in sent if one[0] == 0x80]) == len(ons)


def test_a_note_lasts_while_its_gate_is_on():
    sent = [one.what["midi"][0] for one in play(GATED, seconds=2).sent("synth")]
    assert sent.count(0x90) >= 3
    assert sent[:4] == [0x90, 0x80, 0x90, 0x80]


def test_it_ends_after_its_length_or_when_another_begins():
    box = NoteNode(note=60.0, length=0.1)
    assert list(box.process(Trigger(), at=at(0))) == [Note(60, 100)]
    assert box.wake() == at(100)
    box.note = 61.0
    assert list(box.process(Trigger(), at=at(50))) == [Note(60, 0), Note(61, 100)]
    assert list(box.on_wake(at(150))) == [Note(61, 0)]
    assert box.wake() is None


def test_a_gate_that_stays_plays_once_and_a_trigger_takes_over():
    box = NoteNode(note=60.0)
    assert list(box.on_gate(True, at(0))) == [Note(60, 100)]
    assert list(box.on_gate(True, at(1))) == []
    assert box.wake() is None
    assert list(box.process(Trigger(), at=at(2))) == [Note(60, 0), Note(60, 100)]
    assert list(box.on_gate(False, at(3))) == []
    assert box.wake() == at(202)


@pytest.mark.parametrize(("note", "velocity"), [(math.nan, 1), (60, math.nan), (60, 0), (60, -3)])
def test_what_is_no_note_is_not_played(note, velocity):
    box = NoteNode(note=note, velocity=velocity)
    assert list(box.process(Trigger(), at=at(0))) == []
    assert box.wake() is None


def test_it_stays_in_the_range_of_midi():
    box = NoteNode(note=-4.0, velocity=0.3, channel=9)
    assert list(box.process(Trigger(), at=at(0))) == [Note(0, 1, 9)]
