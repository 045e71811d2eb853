"""MIDI through a real JACK server: to ``jack_midi_dump`` and FluidSynth, and back.

Nothing here is ours but the boxes: the server, the receivers and the senders are other people's.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import mmap
import os
import queue
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import jack
import mido
import numpy as np
import pytest
from port_opening import open_again

from engine.core.commands import Lost, SetParameter
from engine.core.errors import DeviceError
from engine.core.messages import Note, Ns, Trigger
from engine.lab.bench.midi import broken, ended
from engine.lab.bench.rig.jack import MidiDump, connect, is_gone, ports, server, until
from engine.lab.bench.rig.knobs import moved
from engine.lab.bench.rig.storm import storm
from engine.midi.options import MidiOptions
from engine.midi.port_list import inputs, outputs
from engine.midi.ports import open_port
from engine.sinks.midi_out import MidiOut
from engine.sources.midi_in import MidiIn
from engine.system.jack import watch_server
from tests.by_night import few
from tests.limits import LIMIT

pytestmark = pytest.mark.peer("jackd", "jackd2")

MAP_FIXED = 0x10
"""Linux: what lay there before is gone."""
AGAIN = 2
"""Seconds after which what JACK may have lost is sent once more."""
SLACK = 5
"""How many times longer a busy machine may take than is promised."""
TURNS = 5
OURS = "Sensorium:Sensorium"
FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"


@pytest.fixture(scope="module", autouse=True)
def _jack():
    with server() as late:
        yield late


@pytest.fixture(autouse=True)
def _alone(_jack):
    """Wait for the helper of the show before: a cable from its port would go with it."""
    until(lambda: is_gone(OURS), "the helper of the show before does not go")


@pytest.fixture
def dump():
    with MidiDump() as listening:
        yield listening


@pytest.fixture
def make():
    """Make an output with its cables, open; what it says of itself is in ``said``."""
    with contextlib.ExitStack() as stack:

        def make_one(*cables, **parameters):
            sink = MidiOut(system="jack", **parameters)
            for port, carries, *options in cables:
                sink.plug(port, carries, MidiOptions(**(options[0] if options else {})))
            sink.said = queue.SimpleQueue()
            sink.report_to(sink.said.put)
            open_again(sink)
            stack.callback(sink.close)
            return sink

        yield make_one


class Heard(queue.Queue):
    """What a source handed over, in order, as (outlet, message)."""

    def __call__(self, outlet, message, at, cost=0):
        self.put((outlet, message))

    def until(self, true):
        """Take what came up to the first that is so."""
        taken = []
        while not taken or not true(taken[-1]):
            taken.append(self.get(timeout=LIMIT))
        return taken


@contextlib.contextmanager
def sender(name):
    """Open a port to send whatever bytes."""
    out, _, _ = open_port("out", "jack", None, name)
    try:
        yield out
    finally:
        out.close_port()


@contextlib.contextmanager
def listening(name, **parameters):
    """Open a ``midi_in`` with a virtual port, cabled to a sender of the same name."""
    source, heard = MidiIn(system="jack", name="ear", **parameters), Heard()
    with sender(name) as out, contextlib.closing(source):
        open_again(source, heard)
        connect(f"{name}:{name}", "ear:ear")
        yield source, out, heard


def send(sink, port, message):
    sink.send(port, message, Ns(0))
    sink.flush(Ns(0))


# -- out -----------------------------------------------------------------------------------------


def test_everything_sent_arrives_whole_and_in_order(make, dump):
    sink = make(
        ("notes", Note),
        ("cc1:14", float),
        ("10/note36", Trigger),
        ("show_control", Trigger, {"cue": "12"}),
    )
    sent = []
    sink.tap(lambda _, what: sent.append(bytes(what["midi"])))
    connect(OURS, dump.port)
    for count in range(300):
        send(sink, "notes", Note(count % 128, 100, count % 16 + 1))
        send(sink, "cc1:14", count / 300)
        send(sink, "10/note36", Trigger())
        send(sink, "notes", Note(count % 128, 0, count % 16 + 1))
        dump.wait(lambda heard: len(heard.heard) > len(sent) - 60)  # the dump's own buffer is small
    send(sink, "show_control", Trigger())
    sink.silence()
    dump.wait(lambda heard: len(heard.heard) == len(sent))
    assert dump.messages == sent
    assert bytes.fromhex("F07F7F027F013132F7") in sent
    assert not dump.sounding


def test_a_clock_comes_in_even_time_and_ends(make, dump):
    sink = make(("clock", float), ("start", Trigger))
    connect(OURS, dump.port)
    send(sink, "start", Trigger())
    send(sink, "clock", 300.0)

    def is_even(heard):
        """Tell whether 5 beats of 24 pulses took a second; what is printed late may be another."""
        pulses = [at for at, message in heard.heard if message == b"\xf8"]
        return any(abs(to - at - 1.0) < 0.1 for at, to in zip(pulses, pulses[120:], strict=False))

    dump.wait(is_even)
    sink.close()
    dump.wait(lambda heard: heard.messages[-1] == b"\xfc")


HOLDS = """
import sys
from engine.core.messages import Note, Ns
from engine.sinks.midi_out import MidiOut
from tests.peers.port_opening import open_again

sink = MidiOut(system="jack")
sink.plug("program", int, None)
sink.plug("notes", Note, None)
open_again(sink)
sys.stdin.readline()
sink.send("program", 19, Ns(0))
sink.send("notes", Note(60, 120), Ns(0))
sink.flush(Ns(0))
sys.stdin.readline()
"""
"""Holds an organ's note at the first line, and waits for another one."""


@pytest.mark.peer("fluidsynth", "fluidsynth fluid-soundfont-gm")
def test_a_synthesiser_sounds_and_is_silent_after_the_show_was_killed(tmp_path):
    """FluidSynth plays a held organ note until the helper ends it."""
    sound = tmp_path / "sound.raw"
    options = ("-o", f"audio.file.name={sound}", "-o", "audio.file.type=raw", "-r", "48000")
    command = ["fluidsynth", "-is", "-m", "jack", "-a", "file", *options, "-g", "1", FONT]
    synth = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    show = subprocess.Popen([sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, text=True)
    second = 48000 * 4
    try:
        connect(OURS, next_port("fluidsynth"))
        print(file=show.stdin, flush=True)
        until(lambda: loud(sound) > 1000, "nothing sounds")
        start = sound.stat().st_size
        until(lambda: sound.stat().st_size > start + second, "the synthesiser stands still")
        assert loud(sound) > 1000, "the note did not last"
        show.kill()
        show.wait()
        start = sound.stat().st_size
        until(lambda: sound.stat().st_size > start + 3 * second, "the synthesiser stands still")
        assert loud(sound) < 50
    finally:
        show.kill()
        show.communicate()
        synth.kill()
        synth.wait()


@pytest.mark.peer("fluidsynth", "fluidsynth fluid-soundfont-gm")
@pytest.mark.parametrize(("mode", "full"), few([("bend", 12.0), ("bend", 48.0), ("mpe", 48.0)], 2))
def test_a_synthesiser_is_heard_bent_by_as_many_semitones_as_were_sent(tmp_path, make, mode, full):
    """FluidSynth knows no zones, but the range of a bend (RPN 0) on each channel."""
    sound = tmp_path / "sound.raw"
    options = ("-o", f"audio.file.name={sound}", "-o", "audio.file.type=raw", "-r", "48000")
    command = ["fluidsynth", "-is", "-m", "jack", "-a", "file", *options, "-R", "0", "-C", "0"]
    synth = subprocess.Popen(
        [*command, "-g", "1", FONT], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        port = next_port("fluidsynth")
        sink = make(("notes", Note), ("bend", float), mode=mode, bend_range=full)
        connect(OURS, port)
        for semitones in (0.0, 7.0, -5.5, full):
            sink.send("bend", semitones, Ns(0))
            send(sink, "notes", Note(57, 120))
            until(lambda: loud(sound) > 300, "nothing sounds")
            start = sound.stat().st_size
            until(lambda s=start: sound.stat().st_size > s + 48000 * 4, "it stands still")
            data = np.frombuffer(sound.read_bytes()[: sound.stat().st_size // 4 * 4], np.int16)
            newest = data[::2][-24000:] * np.hanning(24000)
            powers = np.abs(np.fft.rfft(newest, 1 << 18)) ** 2
            # SoundFont 2.04, 8.4.10: 12700 cents times the range in 128ths, so a 128th is missing.
            wanted = 220.0 * 2 ** (semitones * 127 / 128 / 12)
            near = slice(
                int(wanted * 0.9 * (1 << 18) / 48000), int(wanted * 1.1 * (1 << 18) / 48000)
            )
            heard = (near.start + int(np.argmax(powers[near]))) * 48000 / (1 << 18)
            assert abs(1200 * np.log2(heard / wanted)) < 8
            assert powers[near].max() > 0.05 * powers[200:].max()
            send(sink, "notes", Note(57, 0))
            until(lambda: loud(sound) < 100, "it does not end")
    finally:
        synth.kill()
        synth.wait()


def next_port(client):
    """Wait for a client, and give its port."""
    until(lambda: any(port.startswith(client) for port in ports()), f"no {client}")
    return next(port for port in ports() if port.startswith(client))


def loud(file):
    """Say how loud the last tenth of a second of a file of 16-bit sound is, 0 to 32767."""
    data = file.read_bytes() if file.exists() else b""
    data = data[: len(data) // 4 * 4][-19200:]
    return max(map(abs, array.array("h", data)), default=0)


# -- the end -------------------------------------------------------------------------------------


def ended_soon(how, seed):
    """End a show: no note is left, nor lasts longer than is promised where a machine has time.

    One that is too busy just then is asked once more; its time alone is, never its notes.
    """
    for _ in range(TURNS):
        ending = ended(how, seed)
        assert ending.left == 0
        if ending.silent_ms < 100 * SLACK:
            return ending
    pytest.fail(f"silent after {ending.silent_ms:.0f} ms, {TURNS} times")


@pytest.mark.parametrize("seed", few(range(5), 2))
def test_after_kill_9_every_note_is_ended(seed):
    ending = ended_soon(signal.SIGKILL, seed)
    assert ending.begun


STOPPED = """
import os, signal
from engine.core.messages import Note, Ns
from engine.sinks.midi_out import MidiOut
from tests.peers.port_opening import open_again

sink = MidiOut(system="jack", port="dump")
sink.plug("notes", Note, None)
open_again(sink)
for number in (60, 64, 67):
    sink.send("notes", Note(number, 100), Ns(0))
sink.flush(Ns(0))
print("plays", flush=True)
input()
os.kill(sink.helper, signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere who is stopped stays so")
def test_a_stopped_helper_ends_its_notes_when_the_show_is_killed(dump):
    command = [sys.executable, "-c", STOPPED]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as show:
        assert show.stdout.readline() == "plays\n"
        dump.wait(lambda heard: len(heard.sounding) == 3)
        show.communicate("\n", timeout=LIMIT)
    dump.wait(lambda heard: not heard.sounding)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_after_a_signal_every_note_is_ended(how):
    ended_soon(how, 1000 + how)


def test_after_an_exception_in_a_box_every_note_is_ended_and_the_show_goes_on():
    ending = broken(1002)
    assert ending.begun > 50
    assert ending.left == 0


def test_ctrl_c_leaves_the_helper_to_the_show(make, dump):
    sink = make(("notes", Note))
    connect(OURS, dump.port)
    for number in (signal.SIGINT, signal.SIGHUP):
        os.kill(sink.helper, number)
    send(sink, "notes", Note(60, 100))
    dump.wait(lambda heard: heard.sounding)
    assert os.getpgid(sink.helper) != os.getpgid(0)
    sink.close()
    dump.wait(lambda heard: not heard.sounding)


def test_a_helper_that_is_asked_to_go_ends_its_notes_first(make, dump):
    sink = make(("notes", Note))
    connect(OURS, dump.port)
    send(sink, "notes", Note(60, 100))
    dump.wait(lambda heard: heard.sounding)
    os.kill(sink.helper, signal.SIGTERM)
    dump.wait(lambda heard: not heard.sounding)
    assert isinstance(sink.said.get(timeout=LIMIT), Lost)


def test_a_helper_that_hangs_makes_room_for_another(make, dump):
    sink = make(("notes", Note))
    connect(OURS, dump.port)
    send(sink, "notes", Note(60, 100))
    dump.wait(lambda heard: heard.sounding)
    os.kill(sink.helper, signal.SIGSTOP)
    assert sink.said.get(timeout=LIMIT) == Lost("the MIDI helper hung and went away")
    sink.close()
    sink.silence()
    until(lambda: is_gone(OURS), "JACK does not notice")
    sink.port = "dump"
    open_again(sink)
    dump.wait(lambda heard: not heard.sounding)


def test_what_a_killed_helper_left_sounding_ends_with_the_next_one(make, dump):
    sink = make(("notes", Note), ("cc20", float))
    connect(OURS, dump.port)
    send(sink, "notes", Note(60, 100))
    send(sink, "cc20", 1.0)
    dump.wait(lambda heard: len(heard.heard) == 2)
    os.kill(sink.helper, signal.SIGKILL)
    assert isinstance(sink.said.get(timeout=LIMIT), Lost)
    sink.close()
    sink.silence()
    assert dump.sounding
    until(lambda: is_gone(OURS), "JACK does not notice")
    sink.port = "dump"  # by name, so that it is connected before it speaks
    open_again(sink)
    dump.wait(lambda heard: not heard.sounding)
    dump.wait(lambda heard: heard.messages.count(b"\xb0\x14\x7f") == 2)


# -- ports that come and go ----------------------------------------------------------------------


def test_ports_are_listed_and_found_by_a_part_of_their_name(make, dump):
    assert "dump:input" in outputs("jack")
    sink = make(("notes", Note), port="DUM")
    send(sink, "notes", Note(60, 100))
    dump.wait(lambda heard: heard.sounding)
    assert OURS in inputs("jack") or any("Sensorium" in name for name in inputs("jack"))


def test_a_name_that_two_ports_have_is_refused_naming_both(make):
    with MidiDump("drum"), MidiDump("drummer"):
        with pytest.raises(DeviceError) as error:
            make(("notes", Note), port="drum")
        assert str(error.value) == (
            '"drum" is a part of "drum:input" and "drummer:input": say more of the name'
        )
        make(("notes", Note), port="drum:input").close()


def test_a_port_that_goes_in_mid_note_is_lost_and_ends_its_note_when_it_is_back(make):
    with MidiDump("synth") as synth:
        sink = make(("notes", Note), port="synth")
        send(sink, "notes", Note(60, 100))
        synth.wait(lambda heard: heard.sounding)
    lost = sink.said.get(timeout=LIMIT)
    assert lost == Lost("synth:input went away")
    sink.close()
    sink.silence()
    with pytest.raises(DeviceError, match='no MIDI output "synth" is here'):
        sink.open()
    sink.close()
    with MidiDump("synth") as synth:
        open_again(sink)
        synth.wait(lambda heard: b"\x80\x3c\x00" in heard.messages)
        send(sink, "notes", Note(61, 100))
        synth.wait(lambda heard: (0, 61) in heard.sounding)


def test_a_show_plays_on_without_its_port_and_finds_it_by_name():
    """Missing at first, there, gone in mid-note, and back: the show is one and the same."""
    with storm(7, 0, "synth.port=synth") as show:
        for _ in range(2):
            with MidiDump("synth") as synth:
                synth.wait(lambda heard: heard.begun > 20)
            until(lambda: is_gone(OURS), "that the port went is not noticed")
        with MidiDump("synth") as synth:
            synth.wait(lambda heard: heard.sounding)
            show.terminate()
            assert show.wait(LIMIT) == 0
            synth.wait(lambda heard: not heard.sounding)


def test_a_program_that_is_back_before_anybody_has_looked_has_left():
    """Its port is there again, but no cable leads to it."""
    with MidiDump("synth"):
        watch = watch_server()
    with contextlib.closing(watch._client), MidiDump("synth") as synth:
        until(lambda: not watch.keeps(synth.port), "it is not told")
        assert synth.port in ports()
        with MidiDump("synthesiser") as third:
            assert watch.keeps(third.port)
        until(lambda: not watch.keeps(third.port), "it is not told")


def test_a_port_that_is_listed_before_it_can_be_connected_is_tried_again(make):
    """RtMidi says nothing of a cable that JACK refuses: nothing sounded there for ever."""
    with contextlib.closing(jack.Client("early", no_start_server=True)) as client:
        client.midi_inports.register("in")
        # What is not cleared is whatever the memory holds, and every cycle as long as that takes.
        client.set_process_callback(lambda _: out.clear_buffer())
        out = client.midi_outports.register("out")
        source = MidiIn(system="jack", port="early")
        for box in (lambda: make(("notes", Note), port="early"), lambda: source.open(Heard())):
            with pytest.raises(DeviceError, match=r"early:(in|out) cannot be connected to yet"):
                box()
        source.close()
        client.activate()
        make(("notes", Note), port="early").close()
        source.open(Heard())
        source.close()


@pytest.mark.parametrize("name", ["Twin", "Twin-01"])
def test_a_port_that_jack_drops_is_lost_and_comes_back(make, dump, monkeypatch, name):
    """The server goes on, and so does the process, and a second port of that name."""
    with sender("Twin") if name == "Twin-01" else contextlib.nullcontext():
        monkeypatch.setattr("engine.midi.client.MODULE", "tests.peers.dropped_port")
        sink = make(("notes", Note), name="Twin")
        connect(f"{name}:Twin", dump.port)
        send(sink, "notes", Note(60, 100))
        dump.wait(lambda heard: heard.sounding)
        os.kill(sink.helper, signal.SIGUSR1)
        assert sink.said.get(timeout=LIMIT) == Lost("JACK calls Twin no more: it went away")
        sink.close()
        sink.silence()
        open_again(sink)
        connect(f"{name}:Twin", dump.port)
        send(sink, "notes", Note(61, 100))
        dump.wait(lambda heard: (0, 61) in heard.sounding)


@pytest.mark.skipif(sys.platform != "linux", reason="needs to see what a process holds")
def test_an_ear_that_is_not_called_is_lost_and_hears_again():
    """Who plays wakes somebody who left, and not the one who has his place in the server now."""
    source, heard = MidiIn(system="jack", port="keys"), Heard()
    with contextlib.closing(source), sender("keys") as keys:
        open_again(source, heard)
        keys.send_message([0x90, 60, 100])
        assert heard.get(timeout=LIMIT) == ("notes", Note(60, 100))
        forget("Sensorium")
        assert heard.get(timeout=LIMIT) == ("notes", Note(60, 0))
        assert heard.get(timeout=LIMIT) == ("", Lost("JACK calls Sensorium no more: it went away"))
        source.close()
        open_again(source, heard)
        keys.send_message([0x90, 61, 100])
        assert heard.get(timeout=LIMIT) == ("notes", Note(61, 100))


def forget(client):
    """Have this process wake nobody any more where it would wake a client of JACK."""
    held = Path("/proc/self/maps").read_text().splitlines()
    begin, end = next(
        (int(each, 16) for each in line.split()[0].split("-"))
        for line in held
        if "/jack_sem." in line and line.endswith(f"_{client}")
    )
    anew = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_FIXED
    library = ctypes.CDLL(None)
    library.mmap.restype = ctypes.c_void_p
    rights = mmap.PROT_READ | mmap.PROT_WRITE
    assert library.mmap(ctypes.c_void_p(begin), end - begin, rights, anew, -1, 0) == begin


def test_a_receiver_that_is_begun_anew_at_once_is_lost_and_sounds_again(make):
    with MidiDump("synth") as synth:
        sink = make(("notes", Note), port="synth")
        send(sink, "notes", Note(60, 100))
        synth.wait(lambda heard: heard.sounding)
    with MidiDump("synth") as synth:
        assert sink.said.get(timeout=LIMIT) == Lost("synth:input went away")
        sink.close()
        sink.silence()
        open_again(sink)
        send(sink, "notes", Note(61, 100))
        synth.wait(lambda heard: (0, 61) in heard.sounding)


def test_a_keyboard_that_is_begun_anew_at_once_is_lost_and_heard_again():
    source, heard = MidiIn(system="jack", port="keys"), Heard()
    with contextlib.closing(source), contextlib.ExitStack() as stack:
        with sender("keys"):
            open_again(source, heard)
        keys = stack.enter_context(sender("keys"))
        assert heard.get(timeout=LIMIT) == ("", Lost("keys:keys went away"))
        source.close()
        open_again(source, heard)
        keys.send_message([0x90, 60, 100])
        assert heard.get(timeout=LIMIT) == ("notes", Note(60, 100))


def test_a_keyboard_that_goes_is_lost_and_heard_again_when_it_is_back():
    source, heard = MidiIn(system="jack", port="keys"), Heard()
    with contextlib.closing(source):
        for _ in range(2):
            with sender("keys") as keys:
                open_again(source, heard)
                keys.send_message([0x90, 60, 100])
                assert heard.get(timeout=LIMIT) == ("notes", Note(60, 100))
            assert heard.get(timeout=LIMIT) == ("notes", Note(60, 0))  # the key was still down
            assert heard.get(timeout=LIMIT) == ("", Lost("keys:keys went away"))
            source.close()
            with pytest.raises(DeviceError, match='no MIDI input "keys" is here'):
                source.open(heard)
            source.close()


def test_auto_listens_to_the_first_that_is_not_ours(make):
    sink = make(("notes", Note))
    source, heard = MidiIn(system="jack", port="auto"), Heard()
    with contextlib.closing(source):
        with pytest.raises(DeviceError, match="no MIDI input to play on is here"):
            source.open(heard)
        source.close()
        with sender("keys") as keys:
            open_again(source, heard)
            send(sink, "notes", Note(1, 1))
            keys.send_message([0x90, 60, 100])
            assert heard.get(timeout=LIMIT) == ("notes", Note(60, 100))


# -- in ------------------------------------------------------------------------------------------


def test_what_mido_sends_is_heard_with_the_moment_it_came():
    with listening("tx", map_={"cc21": "reach.smooth"}) as (source, out, heard):
        assert source.outlet("cc16") is float
        told = []
        for message, said in (
            (mido.Message("control_change", control=16, value=127), ("cc16", 1.0)),
            (
                mido.Message("control_change", control=21, value=127),
                ("", SetParameter("reach", "smooth", 1.0, of_range=True)),
            ),
            (mido.Message("pitchwheel", pitch=-8192), ("bend", -1.0)),
            (mido.Message("note_on", note=60, velocity=1, channel=15), ("notes", Note(60, 1, 16))),
        ):
            send = partial(out.send_message, message.bytes())
            assert answer(heard, send, told) == said
            told.append(said)


def answer(heard, send, told):
    """Send until something is heard that was not ``told``, and return it.

    Why again: JACK loses what comes in a cycle for which it is too late.
    """
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        send()
        with contextlib.suppress(queue.Empty):
            while (said := heard.get(timeout=AGAIN)) in told:
                pass
            return said
    pytest.fail("nothing is heard")


def test_bytes_of_nothing_and_floods_of_exclusive_data_do_no_harm():
    with listening("tx") as (source, out, heard):
        out.send_message([0x90, 60, 100])
        for count in range(200):
            out.send_message([0xF0, *[count % 128] * 200, 0xF7])
            out.send_message([0xFE])
            out.send_message([0x90, 61 + count % 3, 100])
            out.send_message([61, 100])  # no status, which JACK does not let run on
        out.send_message([0xF5, 1, 2])
        out.send_message([0x80, 60, 0])
        notes = heard.until(lambda said: said[1] == Note(60, 0))
        assert len(notes) == 202
        assert all(outlet == "notes" for outlet, _ in notes)
        assert source.malformed > 0


def test_many_hands_lose_nothing(_jack):
    """512 changes a second by MIDI and OSC; ``sensorium bench midi`` does it for a minute.

    A server that was too late for a cycle loses what came in it: then they move once more.
    """
    for _ in range(TURNS):
        late = len(_jack)
        ways, rate = moved(3.0)
        if len(_jack) == late or not any(each.lost for each in ways):
            break
    assert [(each.way, each.lost, each.wrong) for each in ways] == [
        ("knobs", 0, 0),
        ("control", 0, 0),
    ]
    assert rate > 256
