"""Shows that play a real MIDI receiver and are killed: no note is left, MPE included.

SENSORIUM_KILLS says how many are killed (3 unless said; 50 in the night).
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys

import pytest

from engine.lab.bench.rig.jack import MidiDump, server, until

pytestmark = pytest.mark.peer("jackd", "jackd2")

KILLS = int(os.environ.get("SENSORIUM_KILLS", "3"))
MODES = ("mpe", "bend", "notes")
PLAYER = """
from collections.abc import Iterator
from typing import NamedTuple

from engine import Node
from engine.core.messages import Note, Trigger


class Said(NamedTuple):
    notes: Note | None = None
    bend: float | None = None


class Player(Node):
    \"\"\"Begin notes, more and more of them, and bend them.\"\"\"

    _count: int = 0

    def process(self, trigger: Trigger) -> Iterator[Said]:
        self._count += 1
        yield Said(Note(40 + self._count % 40, 100))
        yield Said(bend=self._count % 20 / 10 - 1)
"""
PLAYED = """
[beat]
use = "every"
time = "10 ms"
[player]
use = "player"
from = "beat"
[synth]
use = "midi_out"
system = "jack"
port = "dump"
mode = "{mode}"
[synth.send]
notes = "player"
bend = "player.bend"
note36 = {{ when = "beat", length = "300 ms" }}
cc64 = {{ from = "player.bend" }}
"""


def left_on(patch, enough):
    """Kill a show once so many notes began; return what sounds on, and how often JACK was late."""
    code = "from engine.cli import main; main()"
    command = [sys.executable, "-c", code, "play", str(patch), "--quiet", "--no-page"]
    # A server of its own for each: after some dozens of killed clients jackd answers nobody.
    with server() as late, MidiDump("dump") as dump, contextlib.ExitStack() as stack:
        show = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        stack.callback(show.wait)
        stack.callback(show.kill)
        dump.wait(lambda heard: heard.begun >= enough and bool(heard.sounding))
        show.kill()
        show.wait()
        with contextlib.suppress(TimeoutError):
            until(lambda: not dump.sounding, "a note is left on", 20.0)
        return set(dump.sounding), len(late)


def test_no_note_is_left_however_often_a_show_is_killed(tmp_path):
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "player.py").write_text(PLAYER)
    chance = random.Random(16)
    for number in range(KILLS):
        patch = tmp_path / f"{MODES[number % 3]}.toml"
        patch.write_text(PLAYED.format(mode=MODES[number % 3]))
        left, late = left_on(patch, chance.randint(5, 150))
        assert not left, f"kill {number + 1}, JACK {late} times late"
    print(f"{KILLS} shows killed, 0 notes left on")
