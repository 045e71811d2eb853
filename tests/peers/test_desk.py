"""A desk with pads and lamps around a real JACK server: what it does, and what it is shown.

``jack_midi_dump`` is the lamps of the desk, and the synthesiser; the show is the real command.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import socket
import subprocess
import sys

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.lab.bench.rig.jack import MidiDump, ports, server, until
from tests.limits import LIMIT
from tests.peers.test_midi import sender

pytestmark = pytest.mark.peer("jackd", "jackd2")

PATCH = """
title = "{title}"
[desk]
use = "midi_in"
system = "jack"
port = "{port}"
feedback = {feedback}
[desk.map]
note40 = {{ parameter = "hit.above", to = 0.25 }}
note41 = {{ parameter = "hit.above", to = 0.75 }}
note42 = {{ parameter = "hit.on", toggle = true }}
note43 = "panic"
note44 = {{ patch = "next" }}
note45 = {{ patch = "second.toml", colour = 21 }}
note46 = {{ release = "hit.above" }}
cc50 = {{ parameter = "hit.on", toggle = true }}
cc21 = {{ parameter = "hit.above", to = [0.5, 1] }}
{more}
[control]
use = "osc_control"
port = {control}
replies = {replies}
[hit]
use = "gate"
from = "desk.cc1"
above = {above}
[synth]
use = "midi_out"
system = "jack"
port = "synth"
[synth.send]
note60 = {{ when = "desk.note50", length = "60 s" }}
note61 = {{ when = "hit.opened" }}
"""
FIRST = {  # what the lamps show of the first patch, before anybody has touched anything
    b"\x90\x28\x00",
    b"\x90\x29\x7f",
    b"\x90\x2a\x7f",
    b"\x90\x2b\x00",
    b"\x90\x2c\x00",
    b"\x90\x2d\x00",
    b"\x90\x2e\x00",
    b"\xb0\x32\x7f",
    b"\xb0\x15\x40",
}


@pytest.fixture(scope="module", autouse=True)
def _jack():
    with server():
        yield


class Show:
    """The set of two patches, played by the command; with a hand on OSC."""

    def __init__(self, folder, second, **values):
        self.folder = folder
        self.values = {"above": 0.75, "more": "", **values}
        self.save("first")
        self.save("second", more=second)
        code = "from engine.cli import main; main()"
        files = [str(folder / name) for name in ("first.toml", "second.toml")]
        with (folder / "said").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, "play", *files, "--quiet"], stderr=said
            )

    def save(self, name, **changed):
        """Save one of its patches."""
        text = PATCH.format(title=name, **self.values | changed)
        (self.folder / f"{name}.toml").write_text(text)

    def osc(self, address, *arguments):
        """Turn something from elsewhere."""
        packet = build_msg(address, list(arguments)).dgram
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(packet, ("127.0.0.1", self.values["control"]))

    @property
    def said(self):
        """What the command has said."""
        return (self.folder / "said").read_text()

    def end(self):
        """End it as a performer does; gives its status."""
        self.process.terminate()
        return self.process.wait(LIMIT)


@pytest.fixture
def playing(tmp_path, make_port):
    """Play the set while a block lasts."""

    @contextlib.contextmanager
    def play(port="desk", feedback='{ port = "lamps" }', second=""):
        ports_ = {"control": make_port(), "replies": make_port()}
        show = Show(tmp_path, second, port=port, feedback=feedback, **ports_)
        try:
            yield show
        finally:
            show.process.kill()
            show.process.wait()

    return play


def hexed(text):
    return bytes.fromhex(text)


class Lamps(MidiDump):
    """What the lamps of the desk were told."""

    def __init__(self):
        super().__init__("lamps")
        self.seen = 0

    def get(self, *messages):
        """Wait until these have come, in any order, since the last time."""
        wanted = {hexed(text) for text in messages}
        self.wait(lambda lamps: wanted <= set(lamps.messages[lamps.seen :]))
        self.seen = len(self.heard)


def test_a_desk_plays_a_set_and_shows_what_is_so(playing):
    with (
        sender("desk") as desk,
        MidiDump("synth") as synth,
        Lamps() as lamps,
        playing() as show,
    ):
        lamps.wait(lambda one: set(one.messages) >= FIRST)
        lamps.seen = len(lamps.heard)

        desk.send_message([0x90, 40, 100])  # a pick, and a hand holds it from now on
        lamps.get("90287f", "902900", "902e7f", "b01500")
        show.osc("/hit/above", 0.75)
        lamps.get("902800", "90297f", "b01540")

        desk.send_message([0x90, 42, 100])  # off: no note of it goes out
        lamps.get("902a00", "b03200")
        desk.send_message([0xB0, 1, 127])
        desk.send_message([0xB0, 1, 0])
        desk.send_message([0xB0, 50, 127])  # and on again, by a button that is a controller
        lamps.get("902a7f", "b0327f")
        assert not synth.heard
        desk.send_message([0xB0, 1, 127])
        synth.wait(lambda one: b"\x90\x3d\x64" in one.messages)
        show.osc("/hit/on", 0)
        lamps.get("902a00", "b03200")

        show.osc("/hit/above/release", 1)
        lamps.get("902e00")
        show.save("first", above=0.25)  # an edit
        lamps.get("90287f", "902900")

        desk.send_message([0x90, 50, 100])
        synth.wait(lambda one: (0, 60) in one.sounding)
        desk.send_message([0x90, 43, 100])
        synth.wait(lambda one: not one.sounding)

        desk.send_message([0x90, 44, 100])
        lamps.get("902d15", "90297f")
        desk.send_message([0x90, 44, 100])
        until(lambda: "there is no next patch: the last of the set plays" in show.said, "not told")
        show.osc("/sensorium/patch", "previous")
        lamps.get("902d00", "90287f")
        show.osc("/sensorium/patch", "second.toml")
        lamps.get("902d15")

        assert show.end() == 0
        lamps.get("802900", "802d00", "b03200")
        assert not lamps.sounding


def test_a_desk_that_is_plugged_in_again_is_shown_everything_anew(playing):
    with MidiDump("synth"), playing() as show, contextlib.ExitStack() as stack:
        desk = stack.enter_context(sender("desk"))
        with Lamps() as lamps:
            lamps.wait(lambda one: set(one.messages) >= FIRST)
        until(lambda: "no feedback to the desk: " in show.said, "nobody says that it went")
        desk.send_message([0x90, 40, 100])  # it plays on without its lamps
        with Lamps() as lamps:
            lamps.get("90287f", "902900", "902a7f", "b0327f")
        stack.close()
        until(lambda: "desk:desk went away" in show.said, "nobody says that the desk went")
        with Lamps() as lamps, sender("desk"):
            lamps.get("90287f", "902900", "902a7f", "b0327f")
        assert show.end() == 0


def test_another_patch_may_have_another_map(playing):
    """The lamps of the one go out before those of the other are lit."""
    second = 'note47 = { parameter = "hit.above", to = 0.75 }'
    with (
        MidiDump("synth"),
        sender("desk") as desk,
        Lamps() as lamps,
        playing(second=second) as show,
    ):
        lamps.wait(lambda one: set(one.messages) >= FIRST)
        lamps.seen = seen = len(lamps.heard)
        desk.send_message([0x90, 44, 100])
        lamps.get("802900", "802a00", "90297f", "902a7f", "902d15", "902f7f")
        since = lamps.messages[seen:]
        assert since.index(b"\x80\x29\x00") < since.index(b"\x90\x29\x7f")
        show.osc("/sensorium/patch", "previous")
        lamps.get("802f00", "90297f", "902a7f", "902d00")
        assert show.end() == 0
        until(lambda: not lamps.sounding, "a lamp is left on")


def test_the_lamps_go_out_when_the_show_is_killed(playing):
    with MidiDump("synth"), sender("desk"), Lamps() as lamps, playing() as show:
        lamps.wait(lambda one: set(one.messages) >= FIRST)
        show.process.send_signal(signal.SIGKILL)
        lamps.get("802900", "802a00", "b03200")


class EchoingDesk:
    """A desk with one input and one output, of the same device, that sends back what it gets."""

    def __init__(self):
        import jack

        self.told = []
        self.news = queue.SimpleQueue()
        self._hand = queue.SimpleQueue()
        self._client = jack.Client("pads")
        self._in = self._client.midi_inports.register("in")
        self._out = self._client.midi_outports.register("out")
        self._client.set_process_callback(self._process)

    def __enter__(self):
        self._client.activate()
        return self

    def __exit__(self, *_):
        self._client.deactivate()
        self._client.close()

    def press(self, number):
        """Press a pad and let it go."""
        self._hand.put((0x90, number, 127))
        self._hand.put((0x80, number, 0))

    def until(self, true):
        """Wait for something that the desk is told."""
        until(lambda: true(self.told), f"the desk was told {[each.hex() for each in self.told]}")

    def _process(self, _):
        self._out.clear_buffer()
        for offset, data in self._in.incoming_midi_events():
            message = bytes(data)
            self.told.append(message)
            self._out.write_midi_event(offset, message)
        with contextlib.suppress(queue.Empty):
            self._out.write_midi_event(0, self._hand.get_nowait())


def test_the_output_of_a_desk_is_found_and_what_it_sends_back_presses_nothing(playing):
    """Otherwise a lamp of a toggle would switch it off at once, and that again, for ever."""
    with MidiDump("synth"), EchoingDesk() as desk, playing("pads", "true") as show:
        desk.until(lambda told: set(told) >= FIRST)
        for round_ in range(1, 6):
            for state in (0, 127):
                before = len(desk.told)
                if round_ % 2:
                    show.osc("/hit/on", state)
                else:
                    desk.press(42)
                lamp = bytes((0x90, 42, state))
                desk.until(lambda told, lamp=lamp, before=before: lamp in told[before:])
        said = len(desk.told)
        show.osc("/hit/above", 0.25)  # the last of all: what else came had come before
        desk.until(lambda told: b"\x90\x28\x7f" in told[said:])
        switched = [message for message in desk.told[said:] if message[:2] == b"\x90\x2a"]
        assert b"\x90\x2a\x00" not in switched
        assert show.end() == 0
    until(lambda: not any("Sensorium" in port for port in ports()), "a port is left")
