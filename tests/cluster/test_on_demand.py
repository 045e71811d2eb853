"""What conducts over machines is loaded with the first patch that names any, and not before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.commands.conductor_on_demand import ConductorOnDemand
from tests.limits import LIMIT

from .live_room import LiveRoom
from .theatre import OPENING, Theatre, on_loop

ALONE = """
[beat]
use = "every"
time = "50 ms"
[out]
use = "collector"
send = { beat = "beat" }
"""
WITH_LEFT = ALONE.replace("[out]", 'machine = "left"\n[out]')
PLAY = """
import sys
from engine.cli import app
app(["play", sys.argv[1], "--for", "0.2", "--quiet", "--no-page"], standalone_mode=False)
print([name for name in sys.modules if name.startswith("engine.cluster")])
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "show.toml"
    file.write_text(ALONE)
    return file


def test_a_patch_without_machines_loads_nothing_of_the_room(patch: Path) -> None:
    command = [sys.executable, "-c", PLAY, str(patch)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
    assert said.stdout.splitlines()[-1] == "[]"


@on_loop
async def test_an_edit_names_the_first_machine_and_another_the_last(
    room: LiveRoom, patch: Path
) -> None:
    playing = Theatre(room, patch, edits=True)
    playing.conducts = ConductorOnDemand(OPENING, lambda: playing.conductor)
    playing.join("left")
    await playing.begin()
    home = playing.home
    await playing.until(lambda: home.metrics.routes["out/beat"].messages > 1)
    assert playing.players["left"].show is None
    patch.write_text(WITH_LEFT)
    await playing.all_play()
    await playing.until(lambda: home.metrics.state("from left") == "running")
    count = home.metrics.routes["out/beat"].messages
    await playing.until(lambda: home.metrics.routes["out/beat"].messages > count + 2)
    patch.write_text(ALONE)
    await playing.until(lambda: "beat" in home.states)
    await playing.until(lambda: playing.players["left"].show is None)
    await playing.end()
    await playing.leave("left")


@on_loop
async def test_the_next_patch_of_a_set_that_is_read_ahead_leaves_the_machines_of_this_one(
    room: LiveRoom, patch: Path
) -> None:
    patch.write_text(f'[machines]\nleft = {{ fallback = "here" }}\n{WITH_LEFT}')
    other = patch.parent / "other.toml"
    other.write_text(WITH_LEFT.replace('"left"', '"right"'))
    playing = Theatre(room, patch, others=[other])
    playing.join("left")
    await playing.begin()
    await playing.all_play()
    home = playing.home
    await playing.until(lambda: "from left" in home.states)
    room.do("cut", "home", "left")
    await playing.until(lambda: "beat" in home.states)  # though the next patch has no fallback
    room.do("mend", "home", "left")
    await playing.until(lambda: "from left" in home.states)
    await playing.end()
    await playing.leave("left")
