"""A grid of beats between another's MIDI clock and a clock of ours, through a real JACK server."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from engine.lab.bench.rig.jack import connect, server
from tests.limits import LIMIT

pytestmark = pytest.mark.peer("jackd", "jackd2")

PATCH = """
[ear]
use = "midi_in"
system = "jack"
name = "ear"
[grid]
use = "tempo"
bpm = 111
clock = { from = "ear.clock" }
start = { from = "ear.start" }
continue = { from = "ear.continue" }
position = { from = "ear.position" }
stop = { from = "ear.stop" }
[drums]
use = "midi_out"
system = "jack"
name = "drums"
[drums.send]
clock = "grid"
start = "grid.started"
position = "grid.position"
continue = "grid.continued"
stop = "grid.stopped"
"""
MASTER = Path(__file__).with_name("clock_master.py")
Events = list[tuple[int, list[int]]]


@pytest.fixture(scope="module", autouse=True)
def _jack():
    with server():
        yield


def song(events: Events) -> list[tuple[int, int]]:
    """Give (frame, pulses from the start of the song) of each pulse that a sequencer goes by."""
    runs, place, heard = False, 0, []
    for frame, data in events:
        match data[0]:
            case 0xFA:
                runs, place = True, 0
            case 0xFB:
                runs = True
            case 0xFC:
                runs = False
            case 0xF2:
                place = 6 * (data[2] << 7 | data[1])
            case 0xF8 if runs:
                heard.append((frame, place))
                place += 1
    return heard


def test_a_drum_machine_of_ours_goes_with_a_sequencer_of_others(tmp_path):
    """The whole show, begun by its command; how near the beats are is printed."""
    patch = tmp_path / "clock.toml"
    patch.write_text(PATCH)
    with contextlib.ExitStack() as stack:
        master = subprocess.Popen(
            [sys.executable, str(MASTER), "128", "24"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(master.wait)
        stack.callback(master.kill)
        assert master.stdout.readline() == "ready\n"
        code = "from engine.cli import main; main()"
        command = [sys.executable, "-c", code, "play", str(patch), "--quiet", "--no-page"]
        show = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        stack.callback(show.wait)
        stack.callback(show.kill)
        connect("master:out", "ear:ear")
        connect("drums:drums", "master:back")
        print(file=master.stdin, flush=True)
        result = json.loads(master.communicate("\n", timeout=LIMIT)[0])
        show.terminate()
        assert show.wait(LIMIT) == 0
    theirs, ours = song(result["sent"]), song(result["came"])
    assert len(theirs) == 24 * 24
    places = [place for _, place in ours]
    assert places == [*range(places[0], places[0] + len(places))]
    assert places[0] <= 24
    assert places[-1] >= 23 * 24 - 1
    when = {place: frame for frame, place in theirs}
    late = [
        (frame - when[place]) * 1000 / result["rate"]
        for frame, place in ours
        if place % 24 == 0 and place in when
    ]
    assert len(late) >= 22
    locked = sorted(late[4:], key=abs)
    a_beat = 60_000 / 128
    assert all(abs(each) < a_beat / 4 for each in locked)  # it is the same beat
    print(f"beats behind the sequencer's: p50 {statistics.median(locked):.2f} ms,", end=" ")
    print(f"farthest {locked[-1]:.2f} ms of {len(locked)}; from the first: {late[0]:.2f} ms")
