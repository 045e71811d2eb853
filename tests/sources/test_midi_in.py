"""What MIDI becomes: by outlet, on parameters of other boxes, and in the words of a mistake."""

import mido
import pytest

from engine.core.clock import VirtualClock
from engine.core.commands import PlayPatch, SetParameter
from engine.core.errors import DeviceError, ParameterError, UnknownName
from engine.core.messages import Note, Ns, Trigger
from engine.midi.frames import RECEIVED
from engine.patch.load import Texts
from engine.runtime.engine import Engine
from engine.runtime.entries import SwapPlan
from engine.runtime.opening import open_texts
from engine.sources.midi_in import MidiIn
from engine.system.device_process import GONE
from tests.patch.texts import compiled, problems

OUT = """
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"""


def said(source, *messages, at=0):
    return [
        each
        for message in messages
        for each in source.hear(bytes(mido.Message(*message[:1], **message[1]).bin()), Ns(at))
    ]


def cc(control, value, channel=0):
    return ("control_change", {"control": control, "value": value, "channel": channel})


def note(number, velocity, channel=0):
    return ("note_on", {"note": number, "velocity": velocity, "channel": channel})


def test_a_controller_is_said_to_who_listens_to_it():
    source = MidiIn()
    assert source.outlet("cc16") is float
    assert source.outlet("3/cc16") is float
    assert said(source, cc(16, 127), cc(17, 3)) == [("cc16", 1.0)]
    assert said(source, cc(16, 0, channel=2)) == [("3/cc16", 0.0), ("cc16", 0.0)]


def test_notes_begin_and_end_and_a_pad_triggers():
    source = MidiIn()
    assert source.outlet("note36") is Trigger
    assert said(source, note(36, 127, 9), note(36, 0, 9), note(40, 5)) == [
        ("notes", Note(36, 127, 10)),
        ("note36", Trigger(1.0)),
        ("notes", Note(36, 0, 10)),
        ("notes", Note(40, 5, 1)),
    ]
    off = ("note_off", {"note": 40, "velocity": 77})
    assert said(source, off) == [("notes", Note(40, 0, 1))]


@pytest.mark.parametrize(
    ("message", "gives"),
    [
        (("pitchwheel", {"pitch": -8192}), ("bend", -1.0)),
        (("pitchwheel", {"pitch": 0}), ("bend", 0.0)),
        (("pitchwheel", {"pitch": 8191}), ("bend", 1.0)),
        (("aftertouch", {"value": 127}), ("pressure", 1.0)),
        (("program_change", {"program": 4}), ("program", 4)),
        (("start", {}), ("start", Trigger())),
        (("stop", {}), ("stop", Trigger())),
    ],
)
def test_everything_else_is_said_under_its_name(message, gives):
    assert said(MidiIn(), message) == [gives]


def test_what_no_patch_can_use_is_passed_over():
    source = MidiIn()
    assert said(source, ("tune_request", {}), ("songpos", {"pos": 5})) == []
    assert list(source.hear(bytes([1, 2, 0xF0, *[3] * 5000, 0xF7]), Ns(0))) == []
    assert source.malformed == 2


def test_only_the_channel_that_was_asked_for_is_heard():
    source = MidiIn(channel=2)
    assert said(source, note(60, 1), note(61, 1, channel=1)) == [("notes", Note(61, 1, 2))]
    assert said(source, ("start", {})) == [("start", Trigger())]


def test_a_clock_is_heard_as_beats_and_a_tempo():
    source = MidiIn()
    heard = [
        each for count in range(49) for each in said(source, ("clock", {}), at=count * 20_833_333)
    ]
    assert [each for each in heard if each[0] == "beat"] == [("beat", Trigger())] * 3
    assert dict(heard)["tempo"] == pytest.approx(120, rel=1e-4)


def test_a_program_change_goes_to_a_patch_where_that_is_asked_for():
    program = ("program_change", {"program": 1})
    assert said(MidiIn(patches=True), program) == [("program", 1), ("", PlayPatch(2))]
    assert said(MidiIn(), program) == [("program", 1)]


# -- knobs on parameters -------------------------------------------------------------------------


def test_knobs_pads_and_wheels_set_parameters():
    source = MidiIn(
        map_={
            "cc21": "reach/smooth.smooth",
            "10/note36": "reach.on",
            "bend": {"parameter": "hit.above", "to": [0.5, 0.9]},
        }
    )
    assert said(source, cc(21, 127)) == [
        ("", SetParameter("reach/smooth", "smooth", 1.0, of_range=True))
    ]
    on, off = said(source, note(36, 1, 9))[1:], said(source, note(36, 0, 9))[1:]
    assert on == [("", SetParameter("reach", "on", 1.0, of_range=True))]
    assert off == [("", SetParameter("reach", "on", 0.0, of_range=True))]
    [_, (_, bent)] = said(source, ("pitchwheel", {"pitch": 8191}))
    assert bent == SetParameter("hit", "above", 0.9)


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        ({"c21": "a.b"}, r'map.c21: there is no MIDI message "c21". Did you mean "cc21"\?'),
        ({"17/cc2": "a.b"}, '"17/cc2": channels count from 1 to 16'),
        ({"cc21": "smooth"}, 'map.cc21: expected a parameter as "box.parameter", got "smooth"'),
        ({"cc21": {"parameter": "a.b", "too": [0, 1]}}, "map.cc21: Object contains unknown"),
        ({"cc21": {"to": [0.0, 1.0]}}, "map.cc21: Object missing required field `parameter`"),
        ({"notes": "a.b"}, 'no MIDI message "notes"'),
    ],
)
def test_a_map_that_cannot_be_is_told(entries, wrong):
    with pytest.raises(ParameterError, match=wrong):
        MidiIn(map_=entries)


BODY = """
[knobs]
use = "midi_in"
port = "nano"
[knobs.map]
{map}
[camera]
use = "camera"
[pose]
use = "pose"
from = "camera"
[reach]
use = "joint"
from = "pose"
then = ["smooth"]
[style]
use = "style"
from = "camera"
{out}
"""


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('cc21 = "reach/smooth.smooth"', []),
        ('cc21 = "reach.on"', []),
        ('cc21 = "reach.axis"', []),
        ('cc21 = "style.look.ink"', []),
        ('cc21 = "style.look.inc"', ['style has no "look.inc". Did you mean "look.ink"?']),
        (
            'cc21 = "style.model"',
            ["model of style cannot be changed while playing"],
        ),
        ('cc21 = "reech.axis"', ['there is no box "reech". Did you mean "reach"?']),
        (
            'cc21 = "reach/smooth.smoth"',
            ['reach/smooth has no "smoth". Did you mean "smooth"?'],
        ),
        ('cc21 = "camera.device"', ["device of camera cannot be changed while playing"]),
    ],
)
def test_where_a_knob_leads_is_checked_before_playing(tmp_path, line, wrong):
    text = BODY.format(map=line, out=OUT + '"/a" = "reach"')
    where = "my.toml:6: [knobs] map cc21: "
    assert problems(tmp_path, text) == [where + each for each in wrong]


@pytest.mark.parametrize(
    ("cable", "wrong"),
    [
        ('"/a" = "knobs.cc16"', ""),
        ('"/a" = { from = "knobs.cc1:14", to = [20, 20000], curve = "exp" }', ""),
        ('"/a" = "knobs.10/bend"', ""),
        ('"/a" = "knobs"', ""),
        ('"/a" = "knobs.notes.velocity"', ""),
        ('"/a" = "knobs.velocity"', ""),
        ('"/a" = { when = "knobs.note36" }', ""),
        ('"/a" = "knobs.c16"', '"knobs": there is no MIDI message "c16". Did you mean "cc16"?'),
        ('"/a" = "knobs.cc200"', '"knobs": "cc200": controllers count from 0 to 127'),
        ('"/a" = "knobs.17/cc2"', '"knobs": "17/cc2": channels count from 1 to 16'),
    ],
)
def test_outlets_are_understood_in_a_patch(tmp_path, cable, wrong):
    found = problems(tmp_path, BODY.format(map="", out=OUT + cable))
    assert [each.split(": ", 2)[2] for each in found] == ([wrong] if wrong else [])


def test_two_boxes_share_no_outlets(tmp_path):
    plan = compiled(tmp_path, BODY.format(map="", out=OUT + '"/a" = "knobs.cc16"'))
    assert plan.boxes["knobs"].box.outlets() == MidiIn().outlets()
    with pytest.raises(UnknownName):
        MidiIn().outlet("velocity")


EDITED = """
[keys]
use = "midi_in"
port = "nano"
[out]
use = "collector"
[out.send]
{send}
"""


@pytest.mark.parametrize("outlet", ["cc17", "3/cc17", "note36", "cc1:14", "nrpn1:2", "10/bend"])
def test_a_cable_that_is_added_while_it_plays_is_heard(outlet):
    before, after = (
        Texts(None, EDITED.format(send=send))
        for send in ('a = "keys.cc16"', f'a = "keys.cc16"\nb = "keys.{outlet}"')
    )
    engine = Engine(open_texts(before), VirtualClock(), lambda *_: None)
    keys = engine.states["keys"].box
    engine.step(SwapPlan("", after, open_texts(after)))
    assert engine.states["keys"].box is keys
    assert {"cc16", outlet} <= {name for names in keys._outlets.values() for name in names}


# -- ports ---------------------------------------------------------------------------------------


def test_a_system_that_is_not_there_is_a_device_error(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody")
    source = MidiIn(system="jack")
    for _ in range(2):
        with pytest.raises(DeviceError, match="no JACK server runs"):
            source.open(lambda *_: None)
        source.close()
    source.close()


@pytest.mark.parametrize(
    "said", [(RECEIVED, b""), (RECEIVED, b"\0" * 7), (GONE, b"\xff"), (b"x", b"?")]
)
def test_a_frame_that_is_broken_stops_nothing(said):
    source, heard = MidiIn(), []
    source._emit = lambda outlet, message, at: heard.append(outlet)
    source._heard(*said)
    source._heard(RECEIVED, bytes(8) + b"\x90\x3c\x40")
    assert "notes" in heard
