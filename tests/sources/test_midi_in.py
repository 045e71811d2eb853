"""What MIDI becomes: by outlet, on parameters of other boxes, and in the words of a mistake."""

import mido
import pytest

from engine.core.clock import VirtualClock
from engine.core.commands import (
    BlackOut,
    CycleParameter,
    Freeze,
    Lost,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
)
from engine.core.errors import DeviceError, ParameterError, UnknownName
from engine.core.messages import Note, Ns, Trigger
from engine.core.set_target import SetTarget
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
        (("continue", {}), ("continue", Trigger())),
        (("stop", {}), ("stop", Trigger())),
        (("songpos", {"pos": 5}), ("position", 1.25)),
        (("songpos", {"pos": 16383}), ("position", 4095.75)),
    ],
)
def test_everything_else_is_said_under_its_name(message, gives):
    assert said(MidiIn(), message) == [gives]


def test_what_no_patch_can_use_is_passed_over():
    source = MidiIn()
    assert said(source, ("tune_request", {}), ("song_select", {"song": 5})) == []
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
        ({"cc21": {"parameter": "a.b", "too": [0, 1]}}, 'map.cc21: "too" means nothing here. Did'),
        ({"cc21": {"to": [0.0, 1.0]}}, 'map.cc21: expected one of "parameter", "release", "patch"'),
        ({"notes": "a.b"}, 'no MIDI message "notes"'),
        ({"program": "panic"}, 'no MIDI message "program"'),
        ({"program128": "panic"}, '"program128": programs count from 0 to 127'),
        ({"17/program1": "panic"}, '"17/program1": channels count from 1 to 16'),
        ({"note4": "panik"}, r'got "panik". Did you mean "panic"\?'),
        ({"note4": {"do": "stop"}}, '"freeze" or "master", got "stop"$'),
        ({"note4": "blackuot"}, 'Did you mean "blackout"'),
        ({"note4": {"do": "panic", "toggle": True}}, '"toggle" means nothing beside "do"'),
        ({"note4": {"do": "freeze", "toggle": 1}}, "toggle: expected true or false, got 1"),
        ({"note4": {"do": "freeze", "to": 1}}, '"to" means nothing beside "do"'),
        ({"note4": "master"}, '"master" is for knobs and faders; a pad has "blackout"'),
        ({"program4": "master"}, '"master" is for knobs and faders'),
        ({"cc4": {"do": "master", "toggle": True}}, '"toggle" means nothing'),
        ({"program4": "blackout"}, "blackout: a program is never let go"),
        ({"cc4": {"do": "master", "colour": 5}}, "colour: lights pads and buttons"),
        ({"note4": {"patch": ""}}, 'map.note4: patch: expected its number, file or title, "next"'),
        ({"note4": {"patch": True}}, "patch: expected its number"),
        ({"note4": {"patch": 1, "do": "panic"}}, 'got "patch" and "do"'),
        ({"note4": {"patch": 1, "to": 2}}, '"to" means nothing beside "patch"'),
        ({"note4": {"release": "a"}}, 'expected a parameter as "box.parameter", got "a"'),
        ({"note4": {"parameter": "a.b", "to": []}}, "to: expected a value, two numbers from and"),
        ({"note4": {"parameter": "a.b", "to": ["x"]}}, "two choices or more"),
        ({"note4": {"parameter": "a.b", "else": 1}}, 'else: goes with one value in "to"'),
        ({"note4": {"parameter": "a.b", "to": [1, 2, 3], "else": 1}}, "else: goes with one value"),
        ({"note4": {"parameter": "a.b", "to": 1, "toggle": True}}, 'toggle: needs "else"'),
        ({"note4": {"parameter": "a.b", "toggle": 1}}, "toggle: expected true or false, got 1"),
        ({"note4": {"parameter": "a.b", "to": ["x", "y"], "toggle": True}}, "toggle: a list"),
        ({"program4": {"parameter": "a.b", "to": 1, "else": 2}}, "else: a program is never let go"),
        ({"note4": {"parameter": "a.b", "colour": 0}}, "colour: expected a velocity, a whole num"),
        ({"cc4": {"parameter": "a.b", "colour": 5}}, "colour: lights pads and buttons"),
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
        ('note40 = { parameter = "style.look", to = "starry" }', []),
        ('note40 = { parameter = "style.look", to = ["starry", "ink", "wave"] }', []),
        ('note40 = { parameter = "style.strength", to = 1, else = 0.5, toggle = true }', []),
        ('note40 = { parameter = "style.morph", to = "2 s", else = 0 }', []),
        ('note40 = { parameter = "reach.on", toggle = true }', []),
        ('note40 = { release = "style.look" }', []),
        ('note40 = { patch = "next" }', []),
        ('note40 = "panic"', []),
        (
            'note40 = { parameter = "reach.axis", to = "hight" }',
            [
                'axis of reach: expected one of "height", "x", "y", "z", "confidence", '
                'got "hight". Did you mean "height"?'
            ],
        ),
        (
            'note40 = { parameter = "reach.axis", to = ["x", "w", 3] }',
            [
                f'axis of reach: expected one of "height", "x", "y", "z", "confidence", got {wrong}'
                for wrong in ('"w"', "3")
            ],
        ),
        (
            'note40 = { parameter = "style.strength", to = 0.5, else = 3 }',
            ["strength of style: expected a number from 0 to 1, got 3"],
        ),
        (
            'note40 = { parameter = "style.morph", to = "2" }',
            [
                'morph of style: expected a time with its unit, such as "20 ms", got "2"',
            ],
        ),
        (
            'note40 = { parameter = "reach.on", to = "yes" }',
            ['on of reach: expected true or false, got "yes"'],
        ),
        (
            'cc21 = { parameter = "reach.axis", to = [0.5, 1] }',
            [
                'axis of reach: expected one of "height", "x", "y", "z", "confidence", got 0.5',
            ],
        ),
        (
            'note40 = { parameter = "style.model", to = "x" }',
            ["model of style cannot be changed while playing"],
        ),
        ('note40 = { release = "reach.onn" }', ['reach has no "onn". Did you mean "on"?']),
        (
            'note40 = "panik"',
            ['expected a parameter as "box.parameter", got "panik". Did you mean "panic"?'],
        ),
        (
            'note40 = { parameter = "reach.on", togle = true }',
            ['"togle" means nothing here. Did you mean "toggle"?'],
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
    where = f"my.toml:6: [knobs] map {line.partition(' ')[0]}: "
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


# -- what pads do --------------------------------------------------------------------------------


def program(number, channel=0):
    return ("program_change", {"program": number, "channel": channel})


def does(entry, key, *messages):
    """Return the commands of one control that is mapped, for these messages."""
    source = MidiIn(map_={key: entry})
    return [command for outlet, command in said(source, *messages) if not outlet]


DOWN, UP = note(40, 90), note(40, 0)


@pytest.mark.parametrize(
    ("entry", "down", "up"),
    [
        ("panic", [Panic()], []),
        ({"do": "panic"}, [Panic()], []),
        ({"do": "blackout", "toggle": True}, [BlackOut()], []),
        ({"do": "freeze", "toggle": True}, [Freeze()], []),
        ({"patch": "next"}, [PlayPatch("next")], []),
        ({"patch": 2}, [PlayPatch(2)], []),
        ({"patch": "second.toml"}, [PlayPatch("second.toml")], []),
        ({"release": "a.b"}, [Release("a", "b")], []),
        (
            "a.b",
            [SetParameter("a", "b", 1.0, of_range=True)],
            [SetParameter("a", "b", 0.0, of_range=True)],
        ),
        (
            {"parameter": "a.b", "to": [0.2, 0.7]},
            [SetParameter("a", "b", 0.7)],
            [SetParameter("a", "b", 0.2)],
        ),
        ({"parameter": "a.b", "to": "x"}, [SetParameter("a", "b", "x")], []),
        ({"parameter": "a.b", "to": 3}, [SetParameter("a", "b", 3)], []),
        ({"parameter": "a.b", "to": True}, [SetParameter("a", "b", True)], []),
        (
            {"parameter": "a.b", "to": "x", "else": "y"},
            [SetParameter("a", "b", "x")],
            [SetParameter("a", "b", "y")],
        ),
        ({"parameter": "a.b", "to": ["x", "y"]}, [CycleParameter("a", "b", ("x", "y"))], []),
        ({"parameter": "a.b", "to": [1, 2, 3]}, [CycleParameter("a", "b", (1, 2, 3))], []),
        (
            {"parameter": "a.b", "toggle": True},
            [CycleParameter("a", "b", (1.0, 0.0), of_range=True)],
            [],
        ),
        (
            {"parameter": "a.b", "to": [0.2, 0.7], "toggle": True},
            [CycleParameter("a", "b", (0.7, 0.2))],
            [],
        ),
        (
            {"parameter": "a.b", "to": "x", "else": "y", "toggle": True},
            [CycleParameter("a", "b", ("x", "y"))],
            [],
        ),
    ],
)
def test_a_pad_does_one_thing_when_pressed_and_perhaps_one_when_let_go(entry, down, up):
    assert does(entry, "note40", DOWN) == down
    assert does(entry, "note40", DOWN, UP) == [*down, *up]
    assert does(entry, "10/note40", DOWN) == []
    assert does(entry, "10/note40", note(40, 1, 9)) == down
    if not entry_has_else(entry):
        assert does(entry, "program3", program(3), program(4), program(3)) == [*down, *down]
        assert does(entry, "2/program3", program(3), program(3, 1)) == down


def entry_has_else(entry):
    return isinstance(entry, dict) and "else" in entry and "toggle" not in entry


@pytest.mark.parametrize(
    "entry",
    [
        "panic",
        {"patch": "next"},
        {"parameter": "a.b", "to": "x"},
        {"parameter": "a.b", "toggle": True},
    ],
)
@pytest.mark.parametrize(
    ("values", "presses"),
    [
        ([127, 0, 127, 0], 2),
        ([127, 127, 127], 1),
        ([63, 0, 63], 0),
        ([10, 40, 63, 64, 65, 90, 127], 1),
        ([64, 63, 64, 63, 64, 62, 64], 1),
        ([64, 50, 64], 2),
        ([127], 1),
    ],
)
def test_a_controller_that_does_one_thing_is_pressed_above_half(entry, values, presses):
    assert len(does(entry, "cc40", *(cc(40, value) for value in values))) == presses


@pytest.mark.parametrize(("what", "make"), [("blackout", BlackOut), ("freeze", Freeze)])
def test_it_is_black_or_frozen_while_a_pad_is_down(what, make):
    assert does(what, "note40", DOWN, UP) == [make(True), make(False)]
    assert does({"do": what}, "cc40", cc(40, 127), cc(40, 0)) == [make(True), make(False)]


def test_a_fader_is_the_master_of_the_pictures():
    moves = [cc(7, value) for value in (0, 127)]
    assert does("master", "cc7", *moves) == [SetMaster(0.0), SetMaster(1.0)]


def test_a_program_makes_it_black_from_one_to_the_next():
    assert does({"do": "blackout", "toggle": True}, "program3", program(3)) == [BlackOut()]


def test_a_controller_is_let_go_below_half():
    entry = {"parameter": "a.b", "to": "x", "else": "y"}
    moves = (cc(40, value) for value in (0, 127, 60, 0, 0))
    assert [each.value for each in does(entry, "cc40", *moves)] == ["x", "y"]


def test_what_is_held_is_let_go_when_the_desk_goes_away():
    source, heard = (
        MidiIn(
            map_={
                "note40": {"parameter": "a.b", "to": "x", "else": "y"},
                "cc50": {"parameter": "a.c", "to": 1, "else": 0},
                "note41": "a.on",
                "note42": "a.on",
                "cc21": "a.d",
            }
        ),
        [],
    )
    source._emit = lambda outlet, message, at: heard.append(message)
    for message in ("903c40", "902840", "902940", "902a40", "802a00", "b0327f", "b0157f"):
        source._heard(RECEIVED, bytes(8) + bytes.fromhex(message))
    heard.clear()
    source._heard(GONE, b"desk")
    ended = [one for one in heard if isinstance(one, Note)]
    assert [(one.note, one.velocity) for one in ended] == [(60, 0), (40, 0), (41, 0)]
    assert [one for one in heard if one not in ended] == [
        SetParameter("a", "b", "y"),
        SetParameter("a", "on", 0.0, of_range=True),
        SetParameter("a", "c", 0),
        Lost("desk went away"),
    ]


@pytest.mark.parametrize("values", [[0], [0, 4000], [0, -8192, 0]])
def test_a_wheel_at_rest_is_not_pressed(values):
    wheel = [("pitchwheel", {"pitch": value}) for value in values]
    assert len(does("panic", "bend", *wheel)) == (max(values) > 0)


def test_a_knob_spreads_over_a_list():
    entry = {"parameter": "a.b", "to": ["x", "y", "z"]}
    [command] = does(entry, "cc21", cc(21, 127))
    assert command == SetParameter("a", "b", 1.0, of_range=True, choices=("x", "y", "z"))


# -- feedback --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feedback", "wrong"),
    [
        ({"onn": 3}, r'feedback.onn: means nothing here. Did you mean "on"\?'),
        ({"on": 128}, "feedback.on: expected a whole number from 0 to 127, got 128"),
        ({"off": "x"}, 'feedback.off: expected a whole number from 0 to 127, got "x"'),
        ({"port": ""}, 'feedback.port: expected a part of the name of a port, got ""'),
    ],
)
def test_feedback_that_cannot_be_is_told(feedback, wrong):
    with pytest.raises(ParameterError, match=wrong):
        MidiIn(feedback=feedback)


def test_only_a_desk_with_feedback_is_told_what_is_so():
    assert MidiIn(map_={"note1": "a.b"}).shows() == {}
    shows = MidiIn(
        map_={
            "note1": "a.b",
            "note2": "panic",
            "note3": {"patch": "next"},
            "note4": {"patch": 2},
            "note5": "blackout",
            "cc7": "master",
        },
        feedback=True,
    ).shows()
    assert shows == {
        "note1": SetTarget("a", "b"),
        "note4": PlayPatch(2),
        "note5": BlackOut(),
        "cc7": SetMaster(1.0),
    }


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
