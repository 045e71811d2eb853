"""What leaves for what comes, read back by mido, which is not ours."""

import math

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.core.messages import Note, Trigger
from engine.midi.frames import BPM, MIDI, TEMPO
from engine.midi.options import MidiOptions
from engine.midi.routing import Routing
from engine.system.framing import Unframer


def form(port, carries=float, box=None, **options):
    return Routing("notes", box, 2.0, None).encoder(port, carries, MidiOptions(**options))


def read(frames):
    found = list(Unframer().feed(b"".join(frames)))
    assert {kind for kind, _ in found} <= {MIDI}
    return [mido.Message.from_bytes(content) for _, content in found]


def sent(port, value, carries=float, **options):
    return [str(each) for each in read(form(port, carries, **options).encode(value))]


def played(notes, note):
    assert notes.encode(note) == ()  # until all of its moment has come
    [message] = read(notes.settle())
    return message


@pytest.mark.parametrize(
    ("value", "carries", "to", "gives"),
    [
        (0.0, float, None, 0),
        (0.5, float, None, 64),
        (1.0, float, None, 127),
        (1.7, float, None, 127),
        (-3.0, float, None, 0),
        (1.0, float, (0, 1), 127),
        (64.2, float, (0, 127), 64),
        (1.0, float, (20, 90), 1),
        (3, int, None, 3),
        (500, int, None, 127),
        (True, bool, None, 127),
        (False, bool, None, 0),
    ],
)
def test_a_controller_takes_0_to_1_or_its_own_units(value, carries, to, gives):
    [line] = sent("cc74", value, carries, to=to)
    assert line == f"control_change channel=0 control=74 value={gives} time=0"


@pytest.mark.parametrize(
    ("value", "to", "pitch"),
    [(0, None, 0), (1, None, 8191), (-1, None, -8192), (9, None, 8191), (1, (-2, 2), 4096)],
)
def test_the_wheel_takes_minus_1_to_1_or_semitones(value, to, pitch):
    [message] = read(form("3/bend", to=to).encode(float(value)))
    assert (message.pitch, message.channel) == (pytest.approx(pitch, abs=1), 2)


@given(st.floats(0, 1))
def test_fourteen_bits_are_two_controllers_coarse_first(value):
    coarse, fine = read(form("cc1:14").encode(value))
    assert (coarse.control, fine.control) == (1, 33)
    assert (coarse.value << 7 | fine.value) / 16383 == pytest.approx(value, abs=1 / 16383)


def test_program_pressure_start_and_stop():
    assert sent("program", 5.0) == ["program_change channel=0 program=5 time=0"]
    assert sent("10/pressure", 1.0) == ["aftertouch channel=9 value=127 time=0"]
    assert sent("start", Trigger(), Trigger) == ["start time=0"]
    assert sent("stop", Trigger(), Trigger) == ["stop time=0"]
    assert sent("continue", Trigger(), Trigger) == ["continue time=0"]


def test_a_number_that_stays_is_sent_once_and_again_to_a_port_that_came_back():
    knob = form("cc20")
    assert len(knob.encode(0.5)) == 1
    assert knob.encode(0.501) == ()
    assert len(knob.restore()) == 1
    assert form("cc20").restore() == ()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("port", ["cc1", "cc1:14", "bend", "pressure", "program", "clock"])
def test_what_is_no_number_is_refused(port, value):
    with pytest.raises(ValueError, match="no number"):
        form(port).encode(value)


def test_a_clock_is_told_to_the_helper_and_ends():
    clock = form("clock")
    assert list(Unframer().feed(b"".join(clock.encode(120.0)))) == [(TEMPO, BPM.pack(120.0))]
    assert clock.encode(120.0) == ()
    assert list(Unframer().feed(b"".join(clock.end()))) == [(TEMPO, BPM.pack(0.0))]


@pytest.mark.parametrize("port", ["cc64", "cc66", "cc69"])
def test_a_pedal_is_let_go_when_its_cable_is_lost(port):
    pedal = form(port)
    assert pedal.end() == ()
    pedal.encode(1.0)
    [message] = read(pedal.end())
    assert message.value == 0
    assert pedal.end() == ()


def test_the_wheel_springs_back():
    wheel = form("bend")
    wheel.encode(0.7)
    [message] = read(wheel.end())
    assert message.pitch == 0


# -- channels and velocities ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "box", "cable", "gives"),
    [
        ("notes", None, None, 5),
        ("notes", 2, None, 2),
        ("notes", 2, 3, 3),
        ("4/notes", 2, 3, 4),
    ],
)
def test_a_note_keeps_its_channel_unless_one_is_said(port, box, cable, gives):
    notes = form(port, Note, box, channel=cable)
    on, off = played(notes, Note(60, 90, 5)), played(notes, Note(60, 0, 5))
    assert (on.channel + 1, off.channel + 1, on.velocity) == (gives, gives, 90)


def test_a_velocity_that_is_said_holds_for_every_note():
    on = played(form("notes", Note, velocity=33), Note(60, 90))
    assert on.velocity == 33


@pytest.mark.parametrize("note", [Note(128, 3), Note(-1, 3), Note(60, 128), Note(60, 9, 17)])
def test_a_note_out_of_range_is_refused(note):
    with pytest.raises(ValueError, match="must be in range"):
        form("notes", Note).encode(note)


# -- show control (RP-002) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "data"),
    [
        ({"cue": "12"}, "7F 7F 02 7F 01 31 32"),
        ({"cue": "12.5", "list_": "3"}, "7F 7F 02 7F 01 31 32 2E 35 00 33"),
        ({}, "7F 7F 02 7F 01"),
        ({"cue": "1", "device": 4, "format_": "lighting"}, "7F 04 02 01 01 31"),
        ({"command": "stop", "cue": "1"}, "7F 7F 02 7F 02 31"),
        ({"command": "fire", "cue": "100"}, "7F 7F 02 7F 07 64"),
        ({"command": "all_off"}, "7F 7F 02 7F 08"),
        ({"cue": "{value}"}, "7F 7F 02 7F 01 32 2E 35"),
    ],
)
def test_show_control_gives_the_bytes_of_the_standard(options, data):
    [message] = read(form("show_control", Trigger, **options).encode(Trigger(2.5)))
    assert message.hex() == f"F0 {data} F7"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cue": "twelve"}, 'expected a number such as "12" or "12.5", got "twelve"'),
        ({"command": "load"}, '"load" must say which cue'),
        ({"command": "reset", "cue": "1"}, '"reset" takes none'),
        ({"command": "fire", "cue": "128"}, '0 to 127, got "128"'),
        ({"list_": "1"}, "a list without a cue"),
        ({"velocity": 3}, '"velocity" means nothing for show_control'),
        ({"to": (0, 1)}, '"to" means nothing for show_control'),
    ],
)
def test_a_cue_that_cannot_be_is_told_before_playing(options, said):
    with pytest.raises(ParameterError, match=said.replace(".", "[.]")):
        form("show_control", Trigger, **options)


def test_options_that_mean_nothing_are_refused():
    with pytest.raises(ParameterError, match='"cue" means nothing for notes'):
        form("notes", Note, cue="1")
    with pytest.raises(ParameterError, match='"channel" means nothing for clock'):
        form("clock", channel=3)
