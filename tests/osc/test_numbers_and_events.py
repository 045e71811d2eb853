"""Numbers, texts, triggers, notes and pitches: what stands on the wire for each."""

import struct

import pytest

from engine.core.errors import ParameterError
from engine.core.messages import Beat, Note, Ns, Pitch, Trigger
from engine.osc.bundle import messages
from engine.osc.layout import Dialect, OscOptions
from engine.osc.layouts import choose
from engine.osc.parse import packet

PLAIN = Dialect()
RESOLUME = Dialect(clamp=True)
QLCPLUS = Dialect(clamp=True, floats=True)
NOW = Ns(0)


def spoken(pieces):
    return [packet(message)[0] for piece in pieces for message in messages(piece)]


def said(address, carries, message, dialect=PLAIN, **options):
    return spoken(choose(address, carries, OscOptions(**options), dialect).encode(message, NOW))


def exactly(expected):
    """Values with their types: 1, 1.0 and True are three things on the wire."""
    return [(address, [(type(arg), arg) for arg in args]) for address, args in expected]


@pytest.mark.parametrize(
    ("carries", "message", "dialect", "argument"),
    [
        (float, 0.5, PLAIN, 0.5),
        (float, 3, PLAIN, 3.0),
        (int, 3, PLAIN, 3),
        (bool, True, PLAIN, 1),
        (bool, False, PLAIN, 0),
        (str, "hé", PLAIN, "hé"),
        (str, "a\0b", PLAIN, "ab"),
        (float, 1.5, RESOLUME, 1.0),
        (float, -0.5, RESOLUME, 0.0),
        (int, 3, RESOLUME, 3),
        (int, 3, QLCPLUS, 1.0),
        (bool, True, QLCPLUS, 1.0),
    ],
)
def test_a_value_goes_to_the_address_itself(carries, message, dialect, argument):
    found = said("/x", carries, message, dialect)
    assert exactly(found) == exactly([("/x", [argument])])


@pytest.mark.parametrize(
    ("carries", "message"),
    [
        (float, float("nan")),
        (float, float("inf")),
        (float, 1e39),
        (int, 2**31),
        (float, "text"),
        (int, 0.5),
        (str, "\ud800"),
        (Trigger, Trigger(float("nan"))),
        (Pitch, Pitch(float("nan"), 69.0, 1.0, on=True)),
        (Pitch, Pitch(440.0, 69.0, 1.0, True, 0.5, float("inf"))),
        (Note, Note(60, 2**40)),
        (Beat, Beat(1, 4, float("nan"), 1.0)),
    ],
)
def test_what_no_receiver_wants_is_refused(carries, message):
    with pytest.raises((ValueError, TypeError, OverflowError, struct.error)):
        said("/x", carries, message)


def test_written_arguments_surround_the_value():
    found = said("/live/set", float, 0.25, args=[0, 1.0, "a", True, "{value}"])
    assert exactly(found) == exactly([("/live/set", [0, 1.0, "a", 1, 0.25])])


def test_written_arguments_are_as_they_were_written():
    """A layer number is no fader: only the value is clamped."""
    assert said("/x", float, 9.0, RESOLUME, args=[7.5, "{value}"]) == [("/x", [7.5, 1.0])]


def test_a_value_in_the_address():
    assert said("/columns/{value}", float, 3.0) == [("/columns/3", [3.0])]
    assert said("/columns/{value}/go", float, 3.0, args=[1]) == [("/columns/3/go", [1])]
    assert said("/scene/{value}", str, "night", args=[]) == [("/scene/night", [])]


def test_many_values_in_an_address_do_not_fill_the_memory():
    layout = choose("/c/{value}", float, OscOptions(), PLAIN)
    for value in range(2000):
        layout.encode(value, NOW)
    assert len(layout._packers) <= 256


@pytest.mark.parametrize(
    ("options", "press", "off"),
    [
        ({}, [("/t", [1])], [("/t", [0])]),
        ({"args": []}, [("/t", [])], []),
        ({"args": [5, "go"]}, [("/t", [5, "go"])], []),
        ({"args": [1], "off": [0]}, [("/t", [1])], [("/t", [0])]),
        ({"args": ["{value}"]}, [("/t", [2.5])], []),
        ({"off": [-1]}, [("/t", [1])], [("/t", [-1])]),
    ],
)
def test_a_trigger_presses_and_lets_go(options, press, off):
    layout = choose("/t", Trigger, OscOptions(**options), PLAIN)
    assert exactly(spoken(layout.encode(Trigger(2.5), NOW))) == exactly(press)
    assert exactly(spoken([layout.off(Trigger(2.5))])) == exactly(off)


def test_a_trigger_that_is_spelt_in_the_address_lets_go_of_the_same_one():
    layout = choose("/col/{value}/connect", Trigger, OscOptions(args=[1], off=[0]), RESOLUME)
    assert spoken(layout.encode(Trigger(3.0), NOW)) == [("/col/3/connect", [1])]
    assert spoken([layout.off(Trigger(3.0))]) == [("/col/3/connect", [0])]


def test_a_trigger_for_who_knows_only_floats():
    layout = choose("/t", Trigger, OscOptions(), QLCPLUS)
    found = spoken([*layout.encode(Trigger(), NOW), layout.off(Trigger())])
    assert exactly(found) == exactly([("/t", [1.0]), ("/t", [0.0])])


def test_a_note_says_number_velocity_channel():
    assert said("/note", Note, Note(60, 100, 10)) == [("/note", [60, 100, 10])]


def test_notes_that_sound_are_ended_once():
    layout = choose("/note", Note, OscOptions(), PLAIN)
    for note in (Note(60, 100), Note(64, 90, 2), Note(67, 80), Note(67, 0)):
        layout.encode(note, NOW)
    assert spoken(layout.end()) == [("/note", [60, 0, 1]), ("/note", [64, 0, 2])]
    assert spoken(layout.end()) == []


def test_a_pitch_goes_under_the_address():
    assert said("/voice", Pitch, Pitch(440.0, 69.0, 0.5, True, 0.75, 0.25, False)) == [
        ("/voice/on", [1]),
        ("/voice/hz", [440.0]),
        ("/voice/note", [69.0]),
        ("/voice/level", [0.75]),
        ("/voice/db", [-15.0]),
        ("/voice/confidence", [0.5]),
        ("/voice/bright", [0.25]),
        ("/voice/sure", [0]),
    ]


def test_a_beat_goes_under_the_address():
    assert said("/music", Beat, Beat(1, 4, 123.5, 0.75)) == [
        ("/music/beat", [1]),
        ("/music/beats", [4]),
        ("/music/bpm", [123.5]),
        ("/music/confidence", [0.75]),
        ("/music/downbeat", [1]),
    ]


def test_a_voice_ends_once():
    layout = choose("/voice", Pitch, OscOptions(), PLAIN)
    assert spoken(layout.end()) == []
    layout.encode(Pitch(440.0, 69.0, 0.5, on=True), NOW)
    assert spoken(layout.end()) == [("/voice/on", [0])]
    assert spoken(layout.end()) == []


@pytest.mark.parametrize(
    ("carries", "options", "why"),
    [
        (float, {"off": [0]}, '"off" means nothing for a number'),
        (str, {"joints": ["nose"]}, '"joints" means nothing for a text'),
        (Note, {"args": [1]}, '"args" means nothing for a note'),
        (Pitch, {"layout": "named"}, '"layout" means nothing for a pitch'),
        (Trigger, {"confidence": True}, '"confidence" means nothing for a trigger'),
    ],
)
def test_an_option_that_means_nothing_is_said(carries, options, why):
    with pytest.raises(ParameterError, match=why):
        choose("/x", carries, OscOptions(**options), PLAIN)


def test_a_hole_that_nothing_fills_is_said():
    with pytest.raises(ParameterError, match=r'nothing fills \{vlaue\}.* Did you mean "value"'):
        choose("/x/{vlaue}", float, OscOptions(), PLAIN)
