"""What desks, sequencers and players speak beside notes, through a real JACK server."""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import sys

import mido
import pytest
from port_opening import open_again
from pythonosc.osc_message import OscMessage

from engine.core.messages import Note
from engine.lab.bench.rig.jack import MidiDump, connect, server, until
from engine.midi.ports import open_port
from engine.sources.midi_in import MidiIn
from tests.limits import LIMIT

pytestmark = pytest.mark.peer("jackd", "jackd2")

SHOW = """
[keys]
use = "midi_in"
name = "Ear"
system = "jack"
[synth]
use = "midi_out"
name = "Voice"
system = "jack"
[synth.send]
notes = "keys.notes"
cc64 = "keys.cc64"
[out]
use = "osc_out"
to = "127.0.0.1:{port}"
bundle = false
[out.send]
"/notes" = "keys.notes"
"/fine" = "keys.cc1:14"
"/nrpn" = "keys.nrpn1:2"
"/key" = "keys.key_pressure60"
"/time" = "keys.timecode"
"/speed" = "keys.timecode_speed"
"""
COMMAND = [sys.executable, "-c", "from engine.cli import main; main()", "play"]


@pytest.fixture(scope="module", autouse=True)
def _jack():
    with server():
        yield


@contextlib.contextmanager
def sender(name):
    """Open a port to send whatever bytes."""
    out, _, _ = open_port("out", "jack", None, name)
    try:
        yield out
    finally:
        out.close_port()


@contextlib.contextmanager
def listening(*outlets):
    """Open a ``midi_in`` whose outlets are cabled, and a sender to it."""
    source, heard = MidiIn(system="jack", name="ear"), queue.Queue()
    for outlet in outlets:
        source.outlet(outlet)
    with sender("tx") as out, contextlib.closing(source):
        open_again(source, lambda outlet, message, at, cost=0: heard.put((outlet, message, at)))
        connect("tx:tx", "ear:ear")
        yield out, lambda: heard.get(timeout=LIMIT)


@pytest.mark.parametrize("mode", [120, 123, 124, 125, 126, 127])
def test_a_mode_message_ends_a_held_note(mode):
    with listening() as (out, heard):
        out.send_message([0x90, 72, 100])
        assert heard()[:2] == ("notes", Note(72, 100))
        out.send_message([0xB0, mode, 0])
        assert heard()[:2] == ("notes", Note(72, 0))


def test_a_system_reset_comes_through_and_ends_notes():
    with listening() as (out, heard):
        for channel in (0, 15):
            out.send_message([0x90 | channel, 60, 100])
            assert heard()[0] == "notes"
        out.send_message([0xFF])
        assert [heard()[1] for _ in range(2)] == [Note(60, 0, 1), Note(60, 0, 16)]


def test_a_coarse_half_alone_is_told_though_pairs_came_before():
    with listening("cc1:14") as (out, heard):
        out.send_message([0xB0, 1, 64])
        out.send_message([0xB0, 33, 32])
        told = [heard()[1]]
        while told[-1] != (64 << 7 | 32) / 16383:
            told.append(heard()[1])
        assert len(told) <= 2
        for half in (127, 0):
            out.send_message([0xB0, 1, half])
            assert heard()[:2] == ("cc1:14", (half << 7) / 16383)


def test_a_player_runs_stops_and_jumps():
    with listening("timecode", "timecode_speed") as (out, heard):
        for piece in range(8):
            value = (5, 0, 3, 0, 2, 0, 1, 0b010)[piece]  # 01:02:03:05 at 25 frames
            out.send_message(
                mido.Message("quarter_frame", frame_type=piece, frame_value=value).bin()
            )
        assert heard()[:2] == ("timecode", pytest.approx(3723 + (5 + 7 / 4) / 25))
        assert heard()[:2] == ("timecode_speed", 1.0)
        assert heard()[:2] == ("timecode_speed", 0.0)
        out.send_message([0xF0, *[0] * 100_000, 0xF7])
        out.send_message([0xF0, 0x7F, 0x7F, 1, 1, 0x22, 0, 0, 0, 0xF7])
        assert heard()[:2] == ("timecode", 7200.0)


def test_exclusive_data_is_asked_for_while_it_plays():
    """As when an edit adds a cable to a box that stays."""
    source, heard = MidiIn(system="jack", name="ear"), queue.Queue()
    with sender("tx") as out, contextlib.closing(source):
        open_again(source, lambda outlet, message, at, cost=0: heard.put((outlet, message)))
        source.outlet("timecode")
        connect("tx:tx", "ear:ear")

        def told():
            out.send_message([0xF0, 0x7F, 0x7F, 1, 1, 0x22, 0, 0, 0, 0xF7])
            return not heard.empty()

        until(told, "no full frame is heard")
        assert heard.get() == ("timecode", 7200.0)


def test_a_show_passes_on_what_others_speak(tmp_path):
    """By the command line: an end that no key sent reaches an instrument and OSC."""
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(LIMIT)
        file = tmp_path / "show.toml"
        file.write_text(SHOW.format(port=receiver.getsockname()[1]))
        dump, out = stack.enter_context(MidiDump()), stack.enter_context(sender("tx"))
        show = subprocess.Popen([*COMMAND, str(file), "--no-page", "--quiet"])
        stack.callback(show.wait)
        stack.callback(show.terminate)

        def osc(address):
            while True:
                message = OscMessage(receiver.recv(65536))
                if message.address == address:
                    return message.params

        def through():
            out.send_message([0xB0, 64, 127])
            out.send_message([0xB0, 64, 0])
            return b"\xb0\x40\x7f" in dump.messages

        connect("tx:tx", "Ear:Ear")
        connect("Voice:Voice", dump.port)
        until(through, "nothing comes through")
        out.send_message([0x92, 72, 100])
        assert osc("/notes") == [72, 100, 3]
        out.send_message([0xB2, 123, 0])
        assert osc("/notes") == [72, 0, 3]
        dump.wait(lambda heard: b"\x82\x48\x00" in heard.messages)
        for message in ([0xB0, 99, 1], [0xB0, 98, 2], [0xB0, 6, 64], [0xA0, 60, 127]):
            out.send_message(message)
        assert osc("/nrpn") == [pytest.approx((64 << 7) / 16383)]
        assert osc("/key") == [1.0]
        out.send_message([0xB0, 1, 127])
        assert osc("/fine") == [pytest.approx(0.9922, abs=1e-4)]
        out.send_message([0xB0, 1, 0])
        assert osc("/fine") == [0.0]
        out.send_message([0xF0, 0x7F, 0x7F, 1, 1, 0x22, 0, 0, 0, 0xF7])
        assert osc("/time") == [7200.0]
