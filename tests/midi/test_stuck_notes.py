"""Never a stuck note: whatever is played, muted, lost, reloaded or killed, in every mode.

Each performance is chance; SENSORIUM_PERFORMANCES says how many are played (10000 in the night).
The port process is played in this one, by its own sender, so that none has to be started.
"""

import math
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.clock import SECOND
from engine.core.messages import Note, Ns, Trigger
from engine.midi.options import MidiOptions
from engine.midi.port_process import PortSender
from engine.sinks import midi_out
from engine.sinks.midi_out import MidiOut
from engine.system.framing import Unframer

PERFORMANCES = int(os.environ.get("SENSORIUM_PERFORMANCES", "200"))
NOTES = ("notes", "notes#2", "note36")
MOVES = ("bend", "brightness", "pressure", "bend#2", "cc64", "1/bend")
CARRIES = {"notes": Note, "notes#2": Note, "note36": Trigger}


class Synthesiser:
    """What hears the bytes: it knows which notes sound, and is there or not."""

    def __init__(self):
        self.sounding = {}
        self.pedal = set()
        self.here = True

    def send_message(self, message):
        if not self.here:
            raise RuntimeError("the port is gone")
        match message[0] & 0xF0:
            case 0x90:
                key = message[0] & 15, message[1]
                assert key not in self.sounding, "begun twice, so an end may be too few"
                self.sounding[key] = message[2]
            case 0x80:
                self.sounding.pop((message[0] & 15, message[1]), None)
            case 0xB0 if message[1] == 64:
                (self.pedal.add if message[2] >= 64 else self.pedal.discard)(message[0])

    def close_port(self):
        pass


class Line:
    """The port process, without a process: real frames to the real sender."""

    pid = 1
    name = "synthesiser"
    device = None
    now = None

    def __init__(self, *_, **__):
        self._sender = PortSender(Line.device)
        self._unframer = Unframer()
        self._ended = False
        Line.now = self

    def write(self, frames):
        if self._ended or not Line.device.here:
            return False
        for kind, content in self._unframer.feed(b"".join(frames)):
            self._sender.take(kind, content)
        return True

    def stop(self):
        if not self._ended and Line.device.here:
            self._sender.end()
        self._ended = True


class Performance:
    """An output as the engine has it: silenced when it is lost, and opened again."""

    def __init__(self, mode, members):
        Line.device = self.synthesiser = Synthesiser()
        self.sink = MidiOut(mode=mode, members=members, port="synthesiser")
        self.conditions = []
        self.sink.report_to(self.conditions.append)
        self.plugged = {}
        for port in (*NOTES, *MOVES):
            self.plug(port)
        self.sink.open()
        self.at = 0
        self.plays = True

    def plug(self, port):
        options = {"unit": "semitones"} if "bend" in port else {}
        self.sink.plug(port, CARRIES.get(port, float), MidiOptions(**options))
        self.plugged[port] = True

    def act(self, action):
        what, *rest = action
        getattr(self, what)(*rest)
        if self.conditions and self.plays:
            self.loss()
        self.conditions.clear()

    def play(self, moment, passed):
        self.at += passed
        for port, value in moment:
            if self.plugged.get(port):
                self.sink.send(port, value, Ns(self.at))
        self.sink.flush(Ns(self.at))

    def wake(self, passed):
        self.at += passed
        due = self.sink.wake()
        if due is not None and due <= self.at:
            self.sink.on_wake(Ns(due))

    def mute(self, port):
        self.sink.silence(port)

    def panic(self):
        self.sink.silence()
        if self.plays:
            assert not self.synthesiser.sounding
            assert not self.synthesiser.pedal

    def reload(self, port):
        self.sink.silence(port)
        if self.plugged.pop(port, None):
            self.sink.unplug(port)
        else:
            self.plug(port)

    def loss(self):
        """The device is unplugged: what sounds there sounds on until it is back."""
        self.synthesiser.here = self.plays = False
        self.sink.silence()
        self.sink.close()

    def back(self):
        if not self.plays:
            self.synthesiser.here = self.plays = True
            self.sink.open()
            assert not self.synthesiser.sounding

    def other_patch(self):
        """The output is closed and another begins on the same device."""
        self.sink.silence()
        self.sink.close()
        if self.plays:
            assert not self.synthesiser.sounding
            self.sink.open()

    def killed(self):
        self.back()
        Line.now.stop()
        assert not self.synthesiser.sounding
        assert not self.synthesiser.pedal


PASSED = st.sampled_from([0, SECOND // 1000, SECOND // 20, SECOND, 7 * SECOND])
PLAYED = st.one_of(
    st.tuples(
        st.sampled_from(["notes", "notes#2"]),
        st.builds(
            Note,
            st.sampled_from([0, 60, 61, 127, 128]),
            st.sampled_from([0, 0, 1, 100, 127]),
            st.sampled_from([1, 2, 16]),
        ),
    ),
    st.tuples(st.just("note36"), st.just(Trigger())),
    st.tuples(
        st.sampled_from(MOVES),
        st.sampled_from([0.0, 1.0, -0.4, 50.0, -1e9, math.nan, math.inf]),
    ),
)
PORTS = st.sampled_from([*NOTES, *MOVES])
ACTIONS = st.one_of(
    st.tuples(st.just("play"), st.lists(PLAYED, max_size=5), PASSED),
    st.tuples(st.just("play"), st.lists(PLAYED, max_size=5), PASSED),
    st.tuples(st.just("wake"), PASSED),
    st.tuples(st.just("mute"), PORTS),
    st.tuples(st.just("reload"), PORTS),
    st.tuples(st.sampled_from(["panic", "loss", "back", "other_patch"])),
)


@pytest.fixture(autouse=True)
def _line(monkeypatch):
    monkeypatch.setattr(midi_out, "PortProcess", Line)


@pytest.mark.parametrize("port", ["cc64", "notes", "note36"])
def test_what_an_edit_took_away_while_the_device_was_gone_ends_when_it_is_back(port):
    performance = Performance("notes", 1)
    message = {"cc64": 1.0, "notes": Note(60, 100), "note36": Trigger()}[port]
    performance.act(("play", [(port, message)], 0))
    assert performance.synthesiser.pedal or performance.synthesiser.sounding
    performance.act(("loss",))
    performance.act(("reload", port))
    performance.act(("back",))
    assert not performance.synthesiser.pedal
    assert not performance.synthesiser.sounding


@settings(
    max_examples=PERFORMANCES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(
    st.sampled_from(["notes", "bend", "mpe"]),
    st.sampled_from([1, 2, 15]),
    st.lists(ACTIONS, max_size=25),
)
def test_no_note_is_left_however_a_performance_goes(mode, members, actions):
    performance = Performance(mode, members)
    for action in actions:
        performance.act(action)
    performance.killed()
