"""Whole shows around a real JACK server: out and in again, and patches chosen by a desk."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from engine.core.messages import Frame, Note
from engine.lab.bench.rig.jack import MidiDump, connect, server, until
from engine.patch.find import find_patch
from engine.patch.plan import Outlet
from engine.runtime.live import Live
from engine.runtime.opening import open_patch
from tests.limits import LIMIT
from tests.patch.texts import compiled
from tests.peers.test_midi import sender

pytestmark = pytest.mark.peer("jackd", "jackd2")

ROUND = """
[beat]
use = "every"
time = "10 ms"
[synth]
use = "midi_out"
system = "jack"
port = "ear"
[synth.send]
note60 = { when = "beat", length = "5 ms" }
[ear]
use = "midi_in"
system = "jack"
name = "ear"
[out]
use = "collector"
[out.send]
notes = "ear.notes"
"""
ONE_OF_A_SET = """
[desk]
use = "midi_in"
system = "jack"
name = "desk"
patches = true
[beat]
use = "every"
time = "50 ms"
[synth]
use = "midi_out"
system = "jack"
port = "dump"
[synth.send]
note{note} = {{ when = "beat" }}
"""


@pytest.fixture(scope="module", autouse=True)
def _jack():
    with server():
        yield


def test_notes_go_out_and_come_back_in_and_the_loop_never_waits(tmp_path):
    """The alarm of conftest goes off where anything of ours blocks the loop."""
    show = Live(compiled(tmp_path, ROUND))
    heard = show.engine.states["out"].box

    async def play():
        show.after_entry = lambda: len(heard.messages) >= 200 and show.stop()
        await show.play(60.0)

    asyncio.run(play())
    notes = heard.of("notes")
    assert len(notes) >= 200
    assert notes[:4] == [Note(60, 100), Note(60, 0)] * 2
    assert show.engine.metrics.routes["synth/note60"].messages >= 100
    assert show.engine.metrics.stats(show.engine.clock.now())["sources"]["ear"]["dropped"] == 0


def test_a_program_change_plays_another_patch_of_the_set(tmp_path):
    files = []
    for note in (40, 50):
        files.append(tmp_path / f"n{note}.toml")
        files[-1].write_text(ONE_OF_A_SET.format(note=note))
    code = "from engine.cli import main; main()"
    command = [sys.executable, "-c", code, "play", *map(str, files), "--quiet"]
    with MidiDump("dump") as dump, sender("tx") as desk, contextlib.ExitStack() as stack:
        show = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        stack.callback(show.wait)
        stack.callback(show.kill)
        connect("tx:tx", "desk:desk")  # once: both patches have the desk, so it stays
        for program, note in ((1, 50), (0, 40)):
            desk.send_message([0xC0, program])
            seen = len(dump.heard)
            dump.wait(lambda heard, n=note, s=seen: bytes((0x90, n, 100)) in heard.messages[s:])
        desk.send_message([0xC0, 9])  # there is no such patch: this one plays on
        seen = len(dump.heard)
        dump.wait(lambda heard: len(heard.heard) > seen + 10)
        show.terminate()
        assert show.wait(LIMIT) == 0
        until(lambda: not dump.sounding, "a note is left on")


TESTED = """
[mic]
use = "microphone"
device = "no microphone"
[voice]
use = "pitch"
from = "mic"
[melody]
use = "notes"
from = "voice"
[synth]
use = "midi_out"
system = "jack"
port = "dump"
[synth.send]
notes = "melody"
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_test_scale_ends_its_note_however_it_is_ended(tmp_path, end):
    patch = tmp_path / "tested.toml"
    patch.write_text(TESTED)
    code = "from engine.cli import main; main()"
    command = [sys.executable, "-c", code, "test", str(patch), "synth/notes", "--loop"]
    with MidiDump("dump") as dump, contextlib.ExitStack() as stack:
        show = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        stack.callback(show.wait)
        stack.callback(show.kill)
        dump.wait(lambda heard: bytes((0x90, 62, 100)) in heard.messages and heard.sounding)
        show.send_signal(end)
        assert show.wait(LIMIT) == (-9 if end == signal.SIGKILL else 0)
        until(lambda: not dump.sounding, "a note is left on")


def test_the_doctor_finds_ports_by_name_and_plays_nothing(tmp_path):
    patch = tmp_path / "doctored.toml"
    text = '[keys]\nuse = "midi_in"\nsystem = "jack"\nport = "tx"\n'
    for name, port in (("right", "dump"), ("wrong", "dmup")):
        text += f'[{name}]\nuse = "midi_out"\nsystem = "jack"\nport = "{port}"\n'
        text += f'[{name}.send]\nnotes = "keys"\n'
    patch.write_text(text)
    code = "from engine.cli import main; main()"
    with MidiDump("dump") as dump, sender("tx"):
        command = [sys.executable, "-c", code, "doctor", str(patch)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 1
        said = " ".join(done.stdout.split())
        assert "keys ok the MIDI port" in said
        assert "right ok the MIDI port" in said
        assert 'wrong missing no MIDI output "dmup" is here' in said
        assert dump.heard == []


def test_a_desk_drives_pose_and_painting_of_the_shipped_patch(tmp_path):
    """All faders down the room is seen as it is; one that is raised fades its look in."""
    patch = tmp_path / "desk_plays_the_room.toml"
    patch.write_text(find_patch(patch.stem).read_text("utf-8"))
    (tmp_path / "rig.toml").write_text('[desk]\nport = "tx"\nsystem = "jack"\n')
    show = Live(open_patch(patch, live=False))
    boxes = {name: state.box for name, state in show.engine.states.items()}
    camera = show.engine.slots[Outlet("camera", "frame")]
    painted = show.engine.slots[Outlet("painting")]
    seen = []

    def look():
        """Turn the knobs once a painting has come, and end when they have been heard."""
        plugged = show.engine.metrics.sources["desk"].state == "running"
        if plugged and isinstance(painted.value, Frame):
            if not seen and painted.at == camera.at:  # else the camera is one picture ahead
                seen.append(np.array_equal(painted.value.image, camera.value.image))
                for control, value in ((6, 127), (20, 64), (19, 127)):
                    desk.send_message([0xB0, control, value])
            elif seen and boxes["pose"].confidence == 1.0 and boxes["painting"].strength < 1.0:
                show.stop()  # the strength was turned after the look, so that is set as well

    async def play():
        show.after_entry = look
        await show.play(60.0)

    with sender("tx") as desk:
        asyncio.run(play())
    assert seen == [True]
    assert boxes["painting"].look["starry"] == 1.0
    assert boxes["painting"].strength == pytest.approx(64 / 127, abs=0.01)
