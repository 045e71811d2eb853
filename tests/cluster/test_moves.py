"""A box that plays notes is moved from machine to machine while it plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .live_room import LiveRoom
from .theatre import Theatre, on_loop, stage

PATCH = """
[beat]
use = "every"
time = "60 ms"
[note]
use = "note"
from = "beat"
length = "10 s"
machine = "home"
[ear]
use = "ear"
send = { note = "note" }
[there]
use = "ear"
machine = "left"
send = { note = "note" }
[everywhere]
use = "ear"
machine = "right"
send = { note = "note" }
"""
EAR = """
from engine import Note, Sink

class Ear(Sink):
    def __post_init__(self):
        self.sounding = set()
        self.most = self.begun = 0
    def accepts(self, port):
        return (Note,)
    def send(self, port, message, at):
        if message.velocity:
            self.begun += 1
            self.sounding.add(message.note)
        else:
            self.sounding.discard(message.note)
    def silence(self, port=None):
        self.sounding.clear()
"""
EARS = {"home": "ear", "left": "there", "right": "everywhere"}


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "ear.py").write_text(EAR)
    file = tmp_path / "moves.toml"
    file.write_text(PATCH)
    return file


def engine(playing: Theatre, machine: str) -> Any:
    return playing.home if machine == "home" else playing.players[machine].show.engine


def ear(playing: Theatre, machine: str) -> Any:
    return engine(playing, machine).states[EARS[machine]].box


async def all_hear(playing: Theatre) -> None:
    """Wait until each machine hears notes that begin now."""
    for machine in EARS:
        before = ear(playing, machine).begun
        await playing.until(lambda m=machine, b=before: ear(playing, m).begun > b + 2)


@on_loop
async def test_a_box_that_moves_while_it_plays_leaves_no_note(room: LiveRoom, patch: Path) -> None:
    async with stage(room, patch, "left", "right") as playing:
        await all_hear(playing)
        for machine in ("left", "right", "home"):
            patch.write_text(PATCH.replace('"home"', f'"{machine}"'))
            playing.conductor._read_again()
            await playing.until(
                lambda m=machine: (
                    [each for each in EARS if "note" in engine(playing, each).states] == [m]
                )
            )
            await all_hear(playing)
        patch.write_text(PATCH.replace("60 ms", "100 s").replace("10 s", "15 ms"))
        playing.conductor._read_again()
        await playing.until(lambda: not any(ear(playing, each).sounding for each in EARS))
