"""``midi_out`` without an instrument: what it says it would send, when, and what it refuses.

``tests/peers/test_midi.py`` plays real ones.
"""

import logging
import math

import pytest

from engine.core.clock import MILLISECOND
from engine.core.errors import DeviceError
from engine.core.messages import Note, Ns, Trigger
from engine.midi.options import MidiOptions
from engine.midi.port_list import outputs
from engine.runtime.dump import Dump
from engine.runtime.offline import Offline
from engine.sinks.midi_out import MidiOut
from tests.patch.texts import compiled, problems

PLAYED = """
[beat]
use = "every"
time = "100 ms"
[synth]
use = "midi_out"
[synth.send]
"""


RISE = """
from engine.core.node import Tape
class Rise(Tape):
    OUT = {"height": float}
    def events(self):
        for count in range(3):
            yield count, "height", count / 2
"""


@pytest.fixture
def make():
    """Make an output with its cables that plays offline; what it sends is in ``sent``."""

    def make_one(*cables, **parameters):
        sink = MidiOut(**parameters)
        sink.sent = []
        for port, carries, *options in cables:
            sink.plug(port, carries, MidiOptions(**(options[0] if options else {})))
        sink.tap(lambda port, what: sink.sent.append((port, what["midi"])))
        sink.open_offline()
        return sink

    return make_one


def test_a_struck_note_ends_by_itself_counted_from_when_it_left(make):
    sink = make(("10/note36", Trigger), ("note40", Trigger, {"length": 0.2, "velocity": 7}))
    sink.send("10/note36", Trigger(), Ns(0))
    sink.send("note40", Trigger(), Ns(0))
    sink.flush(Ns(30 * MILLISECOND))
    assert sink.sent == [("10/note36", [0x99, 36, 100]), ("note40", [0x90, 40, 7])]
    assert sink.wake() == 80 * MILLISECOND
    sink.on_wake(Ns(80 * MILLISECOND))
    assert sink.sent[2:] == [("10/note36", [0x89, 36, 0])]
    assert sink.wake() == 230 * MILLISECOND
    sink.silence("note40")
    assert sink.sent[3:] == [("note40", [0x80, 40, 0])]
    assert sink.wake() is None


def test_a_port_is_silenced_without_the_others(make):
    sink = make(("notes", Note), ("2/notes", Note), ("cc64", float))
    for port in ("notes", "2/notes"):
        sink.send(port, Note(60, 100), Ns(0))
    sink.send("cc64", 1.0, Ns(0))
    sink.flush(Ns(0))
    del sink.sent[:]
    sink.silence("2/notes")
    assert sink.sent == [("2/notes", [0x81, 60, 0])]
    sink.silence()
    assert sink.sent[1:] == [("notes", [0x80, 60, 0]), ("cc64", [0xB0, 64, 0])]


def test_what_is_no_midi_is_refused_counted_and_told_once(make, caplog):
    sink = make(("notes", Note), ("cc1", float))
    with caplog.at_level(logging.WARNING, "sensorium"):
        for _ in range(3):
            sink.send("notes", Note(200, 100), Ns(0))
            sink.send("cc1", math.nan, Ns(0))
        sink.send("notes", Note(60, 1), Ns(0))
        sink.flush(Ns(0))
    assert sink.sent == [("notes", [0x90, 60, 1])]
    assert sink.dropped == 6
    assert [record.message.partition(",")[0] for record in caplog.records] == [
        "notes: not sent",
        "cc1: not sent",
    ]


def test_a_note_that_was_refused_owns_nothing(make):
    sink = make(("notes", Note))
    sink.send("notes", Note(60, 300), Ns(0))
    sink.send("notes", Note(60, 0), Ns(0))
    sink.flush(Ns(0))
    sink.silence()
    assert sink.sent == []


# -- in a patch ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('"10/note36" = { when = "beat", at_most = "500 ms" }', ""),
        ('note36 = { when = "beat", length = "1 s", velocity = 3, channel = 2 }', ""),
        ('show_control = { when = "beat", command = "go", cue = "12" }', ""),
        ('not36 = { when = "beat" }', 'there is no MIDI message "not36". Did you mean "note36"?'),
        ('"17/note36" = { when = "beat" }', "channels count from 1 to 16"),
        ('cc128 = "beat"', "controllers count from 0 to 127"),
        ('notes = "beat"', 'takes a note, but "beat" gives a trigger'),
        (
            'note36 = { when = "beat", velocity = 0 }',
            "expected a whole number from 1 to 127, got 0",
        ),
        ('note36 = { when = "beat", velocty = 9 }', 'a cable has no "velocty" here. Did you mean'),
        ('note36 = { when = "beat", cue = "3" }', '"cue" means nothing for note'),
        (
            'note36 = { when = "beat", channel = 17 }',
            "expected a whole number from 1 to 16, got 17",
        ),
        ('show_control = { when = "beat", command = "goo" }', 'got "goo". Did you mean "go"?'),
    ],
)
def test_a_key_of_send_is_understood_or_told(tmp_path, line, wrong):
    found = problems(tmp_path, PLAYED + line)
    assert len(found) == bool(wrong), found
    if wrong:
        assert found[0].startswith("my.toml:8: [synth] send ")
        assert wrong in found[0]


def test_what_a_box_takes_by_from_is_told(tmp_path):
    found = problems(tmp_path, '[synth]\nuse = "midi_out"\nfrom = "beat"\n[beat]\nuse = "every"')
    assert found == ['my.toml:3: [synth] from: takes no "from": what goes where is said by "send"']


def test_the_range_of_the_cable_says_the_units(tmp_path):
    """A range that is wrong is told once, by what scales."""
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "rise.py").write_text(RISE)
    text = PLAYED.replace("every", "rise").replace('time = "100 ms"\n', "")
    plan = compiled(tmp_path, text + 'cc1 = { from = "beat", to = [0, 64] }\ncc2 = "beat"')
    show = Offline(plan)
    heard = []
    show.engine.states["synth"].box.tap(lambda port, sent: heard.append((port, sent["midi"][2])))
    show.play()
    assert heard == [("cc1", 0), ("cc2", 0), ("cc1", 32), ("cc2", 64), ("cc1", 64), ("cc2", 127)]
    [wrong] = problems(tmp_path, text + 'cc1 = { from = "beat", to = 5 }')
    assert "expected a list of 2 numbers" in wrong


def test_offline_it_is_dumped_and_nothing_is_played(tmp_path):
    plan = compiled(tmp_path, PLAYED + '"10/note36" = { when = "beat" }')
    show = Offline(plan)
    dump = Dump(str(tmp_path / "sent"))
    dump.listen(show.engine)
    show.play(Ns(160 * MILLISECOND))
    dump.close()
    lines = (tmp_path / "sent").read_text().splitlines()
    assert [line.partition('"midi":')[2].partition("]")[0] for line in lines] == [
        "[153,36,100",
        "[137,36,0",
        "[153,36,100",
        "[137,36,0",
    ]
    assert plan.boxes["synth"].box.helper == 0


@pytest.mark.parametrize("full", [2, 12, 48])
@pytest.mark.parametrize("mode", ["notes", "bend", "mpe"])
def test_the_bend_of_a_melody_is_in_semitones_whatever_the_range(tmp_path, mode, full):
    text = f"""
[singer]
use = "stand_in"
[voice]
use = "pitch"
from = "singer.sound"
[melody]
use = "notes"
from = "voice"
[synth]
use = "midi_out"
mode = "{mode}"
bend_range = {full}
[synth.send]
notes = "melody"
bend = "melody.bend"
"""
    plan = compiled(tmp_path, text)
    sink = plan.boxes["synth"].box
    heard = []
    sink.tap(lambda _, sent: heard.append(sent["midi"]))
    sink.open_offline()
    sink.send("notes", Note(60, 90), Ns(0))
    sink.send("bend", 1.0, Ns(0))
    sink.flush(Ns(0))
    [wheel] = [one for one in heard if one[0] & 0xF0 == 0xE0]
    assert ((wheel[2] << 7 | wheel[1]) - 8192) / 8191 * full == pytest.approx(1.0, abs=0.01)


# -- ports ---------------------------------------------------------------------------------------


def test_a_system_that_is_not_there_is_a_device_error(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody")
    sink = MidiOut(system="jack")
    for _ in range(2):
        with pytest.raises(DeviceError, match="no JACK server runs"):
            sink.open()
        sink.close()
    assert sink.helper == 0


def test_a_library_that_is_missing_is_told_with_what_brings_it(monkeypatch, tmp_path):
    (tmp_path / "supriya_midi.py").write_text(
        "raise ImportError('libasound.so.2: cannot open shared object file')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(DeviceError, match=r"libasound.*: sudo apt install libportaudio2"):
        outputs()
    with pytest.raises(DeviceError, match="sudo apt install libportaudio2"):
        MidiOut().open()


BLIND = """
from enum import Enum

RtMidiAPI = Enum("RtMidiAPI", "LINUX_ALSA")
RtMidiErrorType = Enum("RtMidiErrorType", "WARNING DEBUG_WARNING")


def get_compiled_apis():
    return list(RtMidiAPI)


class MidiOut:
    def __init__(self, api, name):
        if "lookout" in name:
            raise RuntimeError("no room for another client")

    def set_error_callback(self, callback):
        pass

    def get_port_count(self):
        return 1

    def get_port_name(self, index):
        return "Desk"

    def open_port(self, index, name):
        pass

    def close_port(self):
        pass
"""


def test_a_port_that_cannot_be_looked_after_is_not_opened(monkeypatch, tmp_path):
    (tmp_path / "supriya_midi.py").write_text(BLIND)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sink = MidiOut(system="alsa", port="Desk")
    with pytest.raises(DeviceError, match="Desk cannot be looked after: alsa takes no other"):
        sink.open()
    sink.close()


def test_a_cable_that_is_unplugged_is_forgotten_with_what_it_struck(make):
    sink = make(("note36", Trigger), ("notes", Note))
    sink.send("note36", Trigger(), Ns(0))
    sink.send("notes", Note(60, 100), Ns(0))
    sink.flush(Ns(0))
    sink.silence("note36")
    sink.unplug("note36")
    assert sink.wake() is None
    sink.sent.clear()
    sink.silence()
    assert sink.sent == [("notes", [0x80, 60, 0])]
