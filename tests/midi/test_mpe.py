"""Notes that move while they sound: bends by a declared range, and MPE.

The bytes are read by mido, which is not ours, and by a receiver that knows nothing but MPE 1.0.
"""

import logging
import math
from dataclasses import dataclass, field

import mido
import pytest

from engine.core.clock import SECOND
from engine.core.errors import ParameterError
from engine.core.messages import Note, Ns, Trigger
from engine.midi.options import MidiOptions
from engine.sinks.midi_out import MidiOut


@dataclass
class Receiver:
    """What a synthesiser understands: of each note, where it began, and where it is now."""

    members: int = 0
    ranges: dict = field(default_factory=lambda: dict.fromkeys(range(16), 2.0))
    parameter: dict = field(default_factory=dict)
    state: dict = field(default_factory=dict)
    sounding: dict = field(default_factory=dict)
    began: list = field(default_factory=list)
    ended: list = field(default_factory=list)

    def take(self, message):
        here = message.channel
        state = self.state.setdefault(here, {})
        match message.type:
            case "control_change" if message.control in (100, 101):
                self.parameter.setdefault(here, {})[message.control] = message.value
            case "control_change" if message.control in (6, 38):
                number = self.parameter[here]
                self.entry(here, number[101] << 7 | number[100], message)
            case "control_change":
                state[message.control] = message.value
            case "pitchwheel":
                state["bend"] = message.pitch / (8191 if message.pitch > 0 else 8192)
            case "aftertouch":
                state["pressure"] = message.value
            case "note_on":
                assert (here, message.note) not in self.sounding
                self.sounding[here, message.note] = message.velocity
                self.began.append((here + 1, message.note, self.heard(here, message.note)))
            case "note_off":
                del self.sounding[here, message.note]
                self.ended.append((here + 1, message.note))

    def entry(self, channel, number, message):
        if number == 6 and message.control == 6:
            assert not self.sounding, "a zone is made anew while it sounds"
            self.members = message.value
            self.ranges = {one: 48.0 if one else 2.0 for one in range(16)}
        elif number == 0 and message.control == 6:
            self.ranges[channel] = float(message.value)
        elif number == 0:
            self.ranges[channel] += message.value / 100

    def heard(self, channel, note):
        return note + self.state[channel].get("bend", 0) * self.ranges[channel]

    def now(self):
        return sorted(self.heard(*key) for key in self.sounding)


class Played:
    """An output that plays offline, and what a receiver hears of it."""

    def __init__(self, *cables, **parameters):
        self.sink = MidiOut(**parameters)
        self.receiver = Receiver()
        self.messages = []
        for port, carries, *options in cables:
            self.sink.plug(port, carries, MidiOptions(**(options[0] if options else {})))
        self.sink.tap(self._take)
        self.sink.open_offline()
        self.at = 0

    def _take(self, _, sent):
        message = mido.Message.from_bytes(sent["midi"])
        self.messages.append(message)
        self.receiver.take(message)

    def moment(self, *sent, after=0.01):
        """Send all that comes in one moment; return what left."""
        self.at += round(after * SECOND)
        before = len(self.messages)
        for port, message in sent:
            self.sink.send(port, message, Ns(self.at))
        self.sink.flush(Ns(self.at))
        return self.messages[before:]


MPE = (("notes", Note), ("bend", float), ("brightness", float), ("pressure", float))


def test_a_zone_is_made_before_the_first_note():
    played = Played(*MPE, mode="mpe")
    sent = played.moment(("notes", Note(60, 100)))
    spelt = [each.bytes() for each in sent[:3]]
    assert spelt == [[0xB0, 101, 0], [0xB0, 100, 6], [0xB0, 6, 15]]
    assert played.receiver.members == 15
    assert played.receiver.ranges == {0: 2.0, **dict.fromkeys(range(1, 16), 48.0)}
    assert [each.bytes() for each in sent[-4:]] == [
        [0xE1, 0, 64],
        [0xB1, 74, 64],
        [0xD1, 0],
        [0x91, 60, 100],
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0)])
def test_what_comes_with_a_note_goes_before_it(order):
    played = Played(*MPE, mode="mpe")
    together = [("notes", Note(60, 90)), ("bend", -0.5), ("brightness", 1.0), ("pressure", 0.5)]
    sent = played.moment(*(together[each] for each in order))
    assert sent[-1].type == "note_on"
    assert played.receiver.began == [(2, 60, pytest.approx(59.5, abs=0.01))]
    assert played.receiver.state[1][74] == 127
    assert played.receiver.state[1]["pressure"] == 64


def test_one_note_moves_and_the_one_that_rings_out_stays():
    """A glide over a change of note is smooth, and the tail of the first one does not jump."""
    played = Played(*MPE, mode="mpe")
    played.moment(("notes", Note(60, 90)), ("bend", 0.0))
    heard = []
    for semitones in (0.2, 0.5, 0.8):
        played.moment(("bend", semitones))
        heard += played.receiver.now()
    sent = played.moment(("notes", Note(60, 0)), ("notes", Note(61, 90)), ("bend", 0.0))
    heard += played.receiver.now()
    assert heard == pytest.approx([60.2, 60.5, 60.8, 61.0], abs=0.01)
    assert {each.channel for each in sent if each.type == "pitchwheel"} == {2}
    late = played.moment(("notes", Note(61, 0)), ("bend", 0.7))
    assert [each.type for each in late] == ["note_off"]


def test_a_channel_is_used_again_when_it_has_been_free_for_longest():
    played = Played(*MPE, mode="mpe", members=3)
    for note in (60, 61, 62):
        played.moment(("notes", Note(note, 90)))
    for note in (61, 60, 62):
        played.moment(("notes", Note(note, 0)))
    for note in (70, 71, 72):
        played.moment(("notes", Note(note, 90)))
    assert [channel for channel, _, _ in played.receiver.began] == [2, 3, 4, 3, 2, 4]


def test_a_note_off_goes_before_a_channel_that_is_taken_away():
    played = Played(*MPE, mode="mpe", members=2)
    for note in (60, 61, 62, 63):
        played.moment(("notes", Note(note, 90)))
    assert played.receiver.ended == [(2, 60), (3, 61)]
    assert len(played.receiver.sounding) == 2
    for note in (60, 61, 62, 63):
        played.moment(("notes", Note(note, 0)))
    assert played.receiver.ended == [(2, 60), (3, 61), (2, 62), (3, 63)]
    assert not played.receiver.sounding


def test_several_boxes_share_the_channels_and_each_is_moved_by_its_own():
    played = Played(
        ("notes", Note), ("notes#2", Note), ("bend", float), ("bend#2", float), mode="mpe"
    )
    played.moment(("notes", Note(60, 90)), ("notes#2", Note(60, 90)), ("notes#2", Note(64, 90)))
    assert {channel for channel, _, _ in played.receiver.began} == {2, 3, 4}
    played.moment(("bend", 1.0), ("bend#2", -0.5))
    assert played.receiver.now() == pytest.approx([59.5, 61.0, 63.5], abs=0.01)
    played.sink.silence("notes#2")
    assert played.receiver.now() == pytest.approx([61.0], abs=0.01)


@pytest.mark.parametrize("full", [2.0, 12.0, 24.0, 48.0, 96.0, 2.5])
@pytest.mark.parametrize("mode", ["bend", "mpe"])
@pytest.mark.parametrize("semitones", [-2.0, -0.37, 0.01, 1.9])
def test_semitones_are_heard_as_such_at_any_declared_range(full, mode, semitones):
    played = Played(("notes", Note), ("bend", float), mode=mode, bend_range=full)
    played.moment(("notes", Note(60, 90)), ("bend", semitones))
    assert played.receiver.now() == [pytest.approx(60 + semitones, abs=full / 8192)]


@pytest.mark.parametrize("full", [2.0, 7.0, 12.0, 48.0])
@pytest.mark.parametrize("options", [{"unit": "semitones"}, {"to": (-2, 2)}])
def test_without_a_word_to_the_receiver_semitones_go_by_the_range_that_it_is_set_to(full, options):
    played = Played(("notes", Note), ("bend", float, options), bend_range=full)
    played.receiver.ranges[0] = full
    played.moment(("bend", -1.25), ("notes", Note(60, 90)))
    assert played.receiver.now() == [pytest.approx(58.75, abs=full / 8192)]
    assert {each.type for each in played.messages} == {"pitchwheel", "note_on"}


def test_the_mode_bend_tells_the_range_in_semitones_and_cents():
    played = Played(("notes", Note), ("3/bend", float), mode="bend", bend_range=7.25)
    sent = played.moment(("3/bend", 1.0))
    spelt = [[0xB2, 101, 0], [0xB2, 100, 0], [0xB2, 6, 7], [0xB2, 38, 25]]
    assert [each.bytes() for each in sent[:4]] == spelt


@pytest.mark.parametrize(("mode", "channel"), [("bend", 3), ("mpe", 1)])
def test_a_knob_on_controller_6_does_not_change_the_range_of_the_bends(mode, channel):
    cables = (("notes", Note), (f"{channel}/bend", float), (f"{channel}/cc6", float))
    played = Played(*cables, mode=mode, bend_range=12)
    played.moment((f"{channel}/bend", 1.0))
    before = dict(played.receiver.ranges)
    played.moment((f"{channel}/cc6", 0.4))
    assert played.messages[-1].bytes() == [0xB0 | channel - 1, 6, 51]
    assert played.receiver.ranges == before


def test_a_receiver_that_comes_late_to_a_virtual_port_is_told_in_a_rest():
    played = Played(*MPE, mode="mpe")
    played.moment(("notes", Note(60, 90)))
    played.moment(("notes", Note(60, 0)), after=9)  # held long, which is no rest
    assert len(played.moment(("notes", Note(60, 90)), after=1)) == 4
    played.moment(("notes", Note(60, 0)), after=1)
    assert len(played.moment(("notes", Note(60, 90)), after=6)) > 60
    assert played.receiver.members == 15


@pytest.mark.parametrize("mode", ["bend", "mpe"])
def test_a_bend_beyond_the_range_is_held_there_and_told_once(mode, caplog):
    played = Played(("notes", Note), ("bend", float), mode=mode, bend_range=12)
    with caplog.at_level(logging.WARNING, "sensorium"):
        played.moment(("notes", Note(60, 90)), ("bend", 13.0))
        for semitones in (-400.0, 13.0, 1e30):
            played.moment(("bend", semitones))
    assert played.receiver.now() == pytest.approx([72.0], abs=0.01)
    assert [each.message for each in caplog.records] == [
        "bend: a bend of 13 semitones is held at 12, its range"
    ]


@pytest.mark.parametrize("mode", ["notes", "bend", "mpe"])
@pytest.mark.parametrize("port", ["bend", "brightness", "pressure"])
def test_what_is_no_number_moves_nothing(mode, port, caplog):
    played = Played(("notes", Note), (port, float), mode=mode)
    played.moment(("notes", Note(60, 90)), (port, 0.25))
    assert [played.moment((port, math.nan)) for _ in range(3)] == [[], [], []]
    assert len(caplog.records) == 1
    assert played.receiver.sounding


def test_what_names_the_first_channel_goes_to_all_notes():
    played = Played(
        ("notes", Note), ("1/bend", float), ("cc64", float), ("1/pressure", float), mode="mpe"
    )
    played.moment(("notes", Note(60, 90)))
    sent = played.moment(("1/bend", 1.0), ("cc64", 1.0), ("1/pressure", 1.0))
    assert [each.bytes() for each in sent] == [[0xE0, 0, 96], [0xB0, 64, 127], [0xD0, 127]]


def test_a_struck_note_takes_a_channel_and_is_not_bent():
    played = Played(("note36", Trigger), ("notes", Note), ("bend", float), mode="mpe")
    played.moment(("note36", Trigger()), ("notes", Note(60, 90)), ("bend", 1.0))
    assert played.receiver.now() == pytest.approx([36.0, 61.0], abs=0.01)
    played.sink.on_wake(Ns(played.at + SECOND))
    assert played.receiver.now() == pytest.approx([61.0], abs=0.01)


def test_channels_that_belong_to_notes_are_not_for_others():
    sink = MidiOut(mode="mpe", members=7)
    with pytest.raises(ParameterError, match="channel 8 belongs to single notes"):
        sink.plug("8/notes", Note, None)
    with pytest.raises(ParameterError, match="channel 2 belongs to single notes"):
        sink.plug("cc1", float, MidiOptions(channel=2))
    sink.plug("10/note36", Trigger, None)
    with pytest.raises(ParameterError, match="each note takes its own"):
        MidiOut(mode="mpe", channel=3)


def test_what_moved_notes_and_is_lost_lets_them_go():
    played = Played(*MPE, mode="mpe")
    played.moment(("notes", Note(60, 90)), ("bend", 3.0), ("pressure", 1.0))
    played.sink.silence("bend")
    assert played.receiver.now() == pytest.approx([60.0], abs=0.01)
    played.sink.silence()
    assert not played.receiver.sounding
