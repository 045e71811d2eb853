"""What ends notes and resets controllers by other means than their own messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import Lost, SetParameter
from engine.core.messages import Note, Ns
from engine.midi.frames import RECEIVED
from engine.sources.midi_in import MidiIn
from engine.system.device_process import GONE

ENDS = (120, 123, 124, 125, 126, 127)
RESET = [0xFF]


def heard(source, *messages, at=0):
    return [each for message in messages for each in source.hear(bytes(message), Ns(at))]


def notes(said):
    return [message for outlet, message in said if outlet == "notes"]


@pytest.mark.parametrize("mode", ENDS)
def test_a_channel_mode_message_ends_the_notes_of_its_channel(mode):
    source = MidiIn()
    heard(source, [0x90, 60, 100], [0x90, 64, 100], [0x91, 67, 100], [0x80, 64, 0])
    assert notes(heard(source, [0xB0, mode, 0])) == [Note(60, 0, 1)]
    assert notes(heard(source, [0xB0, mode, 0])) == []
    assert notes(heard(source, [0xB1, mode, 0])) == [Note(67, 0, 2)]


@pytest.mark.parametrize("other", [7, 119, 121, 122])
def test_other_controllers_end_nothing(other):
    source = MidiIn()
    heard(source, [0x90, 60, 100])
    assert notes(heard(source, [0xB0, other, 0], [0xF6], [0xFE])) == []


def test_a_note_that_began_twice_ends_once_and_its_own_end_may_come_yet():
    source = MidiIn()
    heard(source, [0x90, 60, 100], [0x90, 60, 90])
    assert notes(heard(source, [0xB0, 123, 0], [0x80, 60, 0])) == [Note(60, 0, 1)] * 2


def test_a_system_reset_ends_everything_on_every_channel():
    source = MidiIn()
    source.outlet("cc64")
    heard(source, *([0x90 | channel, 60, 100] for channel in range(16)))
    heard(source, [0xB3, 64, 127])
    said = heard(source, RESET)
    assert notes(said) == [Note(60, 0, channel) for channel in range(1, 17)]
    assert said[-1] == ("cc64", 0.0)


def test_pads_on_parameters_are_released_too():
    source = MidiIn(map_={"10/note36": "reach.on"})
    heard(source, [0x99, 36, 100])
    released = ("", SetParameter("reach", "on", 0.0, of_range=True))
    assert released in heard(source, [0xB9, 123, 0])
    assert released not in heard(source, [0xB9, 123, 0])


def test_all_sound_off_lifts_the_pedals_that_would_let_it_sound_on():
    source = MidiIn()
    for outlet in ("cc64", "cc66", "cc1"):
        source.outlet(outlet)
    heard(source, [0x90, 60, 100], [0xB0, 64, 127], [0xB0, 1, 9], [0xB1, 64, 127])
    assert notes(heard(source, [0xB0, 123, 0])) == [Note(60, 0, 1)]
    assert heard(source, [0xB0, 123, 0]) == []  # a pedal holds what keys have let go
    assert heard(source, [0xB0, 120, 0]) == [("cc64", 0.0)]
    assert heard(source, [0xB0, 120, 0]) == []


def test_pads_that_are_down_when_the_port_goes_are_released():
    source, said = MidiIn(map_={"note36": "reach.on", "cc1": "a.b"}), []
    source._emit = lambda outlet, message, at: said.append((outlet, message))
    source._heard(RECEIVED, bytes(8) + bytes([0x90, 36, 100, 0xB0, 1, 100]))
    said.clear()
    source._heard(GONE, b"keys")
    assert said == [
        ("notes", Note(36, 0, 1)),
        ("", SetParameter("reach", "on", 0.0, of_range=True)),
        ("", Lost("keys went away")),
    ]


CONTROLS = ("cc1", "cc1:14", "cc11", "cc64", "cc7", "bend", "pressure", "key_pressure60", "cc21")


def test_reset_all_controllers_brings_back_what_was_moved_and_no_other():
    source = MidiIn()
    for outlet in CONTROLS:
        source.outlet(outlet)
    moved = [[0xB0, number, 50] for number in (1, 33, 11, 64, 7, 21)]
    heard(source, *moved, [0xE0, 0, 0], [0xD0, 9], [0xA0, 60, 9])
    assert dict(heard(source, [0xB0, 121, 0])) == {
        "cc1": 0.0,
        "cc1:14": 0.0,
        "cc11": 1.0,
        "cc64": 0.0,
        "bend": 0.0,
        "pressure": 0.0,
        "key_pressure60": 0.0,
    }
    assert heard(source, [0xB0, 121, 0]) == []


def test_a_reset_is_for_its_channel_and_chooses_no_parameter():
    source = MidiIn()
    for outlet in ("2/cc1", "cc1", "nrpn130", "2/nrpn1:2"):
        source.outlet(outlet)
    heard(source, [0xB0, 1, 9], [0xB1, 1, 9])
    heard(source, *([0xB0 | channel, *half] for channel in (0, 1) for half in ((99, 1), (98, 2))))
    assert heard(source, [0xB0, 121, 0]) == [("cc1", 0.0)]
    assert heard(source, [0xB0, 6, 1]) == []
    assert [outlet for outlet, _ in heard(source, [0xB1, 6, 1])] == ["2/nrpn1:2", "nrpn130"]


@pytest.mark.parametrize(("manager", "members"), [(1, (2, 3, 4)), (16, (13, 14, 15))])
def test_the_manager_of_a_zone_of_mpe_speaks_for_its_channels(manager, members):
    source = MidiIn()
    control = 0xB0 | manager - 1
    heard(source, [control, 101, 0], [control, 100, 6], [control, 6, 3])
    heard(source, *([0x90 | channel - 1, 60, 100] for channel in (*members, 8)))
    assert notes(heard(source, [control, 123, 0])) == [Note(60, 0, each) for each in members]
    heard(source, [0x90 | members[0] - 1, 60, 100], [0x90 | members[1] - 1, 60, 100])
    assert notes(heard(source, [0xB0 | members[0] - 1, 123, 0])) == [Note(60, 0, members[0])]


def test_a_note_that_began_on_a_channel_that_is_left_ends_there():
    source = MidiIn()
    heard(source, [0x92, 60, 100])
    source.channel = 1
    assert notes(heard(source, [0x92, 61, 100], [0x82, 60, 0], [0x82, 61, 0])) == [Note(60, 0, 3)]
    heard(source, [0x90, 50, 1])
    source.channel = 2
    assert notes(heard(source, [0xB0, 123, 0])) == [Note(50, 0, 1)]


@pytest.mark.parametrize(
    ("outlet", "message", "value"),
    [
        ("cc1:14", [0xB0, 1, 127], 16256 / 16383),
        ("cc1:14", [0xB0, 1, 0], 0.0),
        ("3/cc31:14", [0xB2, 31, 64], (64 << 7) / 16383),
        ("key_pressure", [0xA0, 60, 127], 1.0),
        ("key_pressure60", [0xA5, 60, 127], 1.0),
        ("6/key_pressure60", [0xA5, 60, 0], 0.0),
        ("nrpn1:2", [0xB0, 99, 1, 98, 2, 6, 127], 16256 / 16383),
        ("nrpn130", [0xB0, 99, 1, 98, 2, 6, 127, 38, 127], 1.0),
        ("rpn0", [0xB0, 101, 0, 100, 0, 6, 2], 256 / 16383),
        ("rpn0:0", [0xB0, 101, 0, 100, 0, 6, 2], 256 / 16383),
        ("timecode_rate", [0xF0, 0x7F, 0x7F, 1, 1, 0x21, 0, 0, 0, 0xF7], 25.0),
        ("timecode", [0xF0, 0x7F, 0x7F, 1, 1, 0x21, 0, 0, 0, 0xF7], 3600.0),
    ],
)
def test_what_others_speak_is_heard(outlet, message, value):
    source = MidiIn()
    assert source.outlet(outlet) is float
    said = heard(source, message)
    assert said[-1] == (outlet, pytest.approx(value, abs=1e-9))


def test_what_has_waited_is_told_with_the_moment_it_came_to():
    source = MidiIn()
    source.outlet("cc1:14")
    heard(source, [0xB0, 1, 1, 33, 1])
    assert heard(source, [0xB0, 1, 2], at=10**9) == []
    assert heard(source, [], at=10**9 + 10**6) == []
    assert heard(source, [], at=10**9 + 10**7) == [("cc1:14", 256 / 16383)]


STATUSES = st.sampled_from([0x90, 0x91, 0x80, 0x81])
KEYS = st.tuples(STATUSES, st.integers(60, 62), st.sampled_from([0, 64, 100])).map(list)
MODES = st.tuples(st.sampled_from([0xB0, 0xB1]), st.integers(119, 127), st.just(0)).map(list)
STEPS = st.one_of(KEYS, MODES, st.just(RESET), st.sampled_from([None, 1, 2]))


@given(st.lists(STEPS))
def test_every_note_that_is_heard_to_begin_is_heard_to_end(steps):
    source = MidiIn(map_={"note60": "a.b"})
    source.outlet("note60")
    sounding, down = set(), 0.0
    for step in [*steps, RESET]:
        if not isinstance(step, list):
            source.channel = step
            continue
        for outlet, said in heard(source, step):
            if outlet == "notes":
                key = said.channel, said.note
                (sounding.add if said.velocity else sounding.discard)(key)
            elif isinstance(said, SetParameter):
                down = said.value
        if step[0] & 0xF0 == 0xB0 and step[1] in ENDS:
            assert not {key for key in sounding if key[0] == step[0] - 0xAF}
    assert not sounding
    assert down == 0.0
