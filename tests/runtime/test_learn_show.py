"""The box ``learn`` in a show: what was taught survives a kill, an edit and a copy, and replays."""

from __future__ import annotations

import shutil
import signal
import sys
import tomllib
from pathlib import Path

import mido
import pytest

from engine.core.messages import Ns
from engine.sources.midi_in import MidiIn
from engine.testing import play

from .one_file import Show, Sockets, end

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")

BOX = """
[learner]
use = "learn"
from = "desk.number"
record = { from = "desk.record" }
settle = "0 s"
reach = 0.5
"""
LISTEN = 'number = "/number"\nrecord = { address = "/record", carries = "text" }'
SEND = """
"/echo" = "desk.number"
"/label" = "learner"
"/sure" = "learner.confidence"
"/examples" = "learner.examples"
"/notice" = "learner.notice"
"""


def teach(sockets: Sockets, label: str, *numbers: float) -> None:
    """Hold record while numbers come."""
    sockets.say("/record", label)
    sockets.hear("/notice")
    for number in numbers:
        ask_once(sockets, number, answer="/examples")
    sockets.say("/record", "")
    sockets.hear_all("/notice", lambda heard: heard[-1:] == [f"kept {len(numbers)} of {label}"])


def sure(sockets: Sockets, *numbers: float) -> list[float]:
    """Return how sure it is at each of some numbers."""
    return [ask_once(sockets, number, answer="/sure") for number in numbers]


def meet(sockets: Sockets) -> None:
    """Say a number until the show hears it; what is said from then on is said once."""
    sockets.ask("/number", 0.5, answer="/echo")


def meet_again(sockets: Sockets, taught: float) -> None:
    """Meet one that was taught; how sure it is of what was said to meet it is heard by then."""
    meet(sockets)
    sockets.say("/number", taught)
    sockets.hear_all("/sure", lambda heard: heard[-1:] > [0.9])


def ask_once(sockets: Sockets, number: float, *, answer: str) -> float:
    """Say a number once, and return the answer to it, not to one of before."""
    sockets.say("/number", number)
    sockets.hear_all("/echo", lambda heard: heard[-1:] == [pytest.approx(number)])
    return float(sockets.hear(answer)[0])


def test_it_knows_the_same_after_a_kill_and_in_another_folder_and_replays(
    tmp_path: Path, free_port: int
) -> None:
    sockets = Sockets(free_port)
    show = Show(tmp_path / "one", {})
    show.save(BOX + sockets.desk(LISTEN, SEND))
    with show.playing() as process:
        meet(sockets)
        for shift in (0.0, 0.02):
            teach(sockets, "low", 0.1 + shift, 0.2 + shift)
            teach(sockets, "high", 0.8 + shift, 0.9 + shift)
        known = sure(sockets, 0.15, 0.5, 0.85)
        end(process, signal.SIGKILL)
    assert known[0] > 0.9 and known[2] > 0.9
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    other = Show(tmp_path / "two", {})
    (tmp_path / "two" / "nodes").mkdir()
    recording = tmp_path / "show.mcap"
    with other.playing("--record", recording) as process:
        meet_again(sockets, 0.85)
        assert sure(sockets, 0.15, 0.5, 0.85) == known
        teach(sockets, "middle", 0.49, 0.51)
        end(process)
    sockets.close()
    shutil.rmtree(tmp_path / "two" / "show.state")
    replayed = other.replay(recording)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def test_pads_of_the_shipped_patch_record_while_they_are_held(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "patches" / "teach_a_pose.toml"
    desk = MidiIn(map_=tomllib.loads(shipped.read_text(encoding="utf-8"))["desk"]["map"])
    moves = [(0.5, 36, 90), (1.0, 36, 0), (1.5, 37, 90), (2.0, 37, 0), (2.5, 39, 90), (2.6, 39, 0)]
    script = [
        (second, command)
        for second, note, velocity in moves
        for outlet, command in desk.hear(
            bytes(mido.Message("note_on", note=note, velocity=velocity).bin()), Ns(0)
        )
        if not outlet
    ]
    patch = tmp_path / "show.toml"
    patch.write_text(
        '[clock]\nuse = "every"\ntime = "100 ms"\n'
        '[poses]\nuse = "learn"\nfrom = "clock.value"\n'
        '[out]\nuse = "collector"\nsend = { notice = "poses.notice" }\n'
    )
    played = play(patch, script, seconds=3)
    assert played.errors == []
    assert [sent.args[0] for sent in played.sent("out", "notice")] == [
        *("shows open", "kept 5 of open", "shows closed", "kept 5 of closed"),
        "took 5 of closed back",
    ]
