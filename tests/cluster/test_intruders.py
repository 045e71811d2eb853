"""What goes wrong at another machine, or is no mistake of anybody: said where it is looked for."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.cluster.link import Attendance
from engine.cluster.messages import TELL, PartOffer, PartState, ShowOver, decode_told, encode_told
from engine.cluster.packets import Hello
from engine.core.kinds import Kind

from .theatre import on_loop, stage

PATCH = """
[beat]
use = "every"
time = "50 ms"
machine = "left"
[out]
use = "collector"
send = { beat = "beat" }
"""
OWN = """
from engine import Node

class Louder(Node):
    def process(self, value: float) -> float:
        return value * FACTOR
"""
WITH_OWN = """
[beat]
use = "every"
time = "50 ms"
[count]
use = "counter"
from = "beat"
max = 1
[loud]
use = "louder"
from = "count"
machine = "left"
[out]
use = "collector"
send = { loud = "loud" }
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "show.toml"
    file.write_text(PATCH)
    return file


def own(patch: Path, factor: float) -> None:
    (patch.parent / "nodes").mkdir(exist_ok=True)
    (patch.parent / "nodes" / "louder.py").write_text(OWN.replace("FACTOR", str(factor)))
    patch.write_text(WITH_OWN)


def faults(playing: Any) -> str:
    return "\n".join(f"{each.box}: {each.text}" for each in playing.home.metrics.faults)


@on_loop
async def test_who_joins_under_a_name_that_is_taken_is_told_so(room, patch, caplog):
    async with stage(room, patch, "left") as playing:
        before = playing.home.metrics.routes["out/beat"].messages
        for _ in range(2):  # what another one of that name says to everybody
            room.hello("left", Hello(99), to="left")
        await playing.until(lambda: "another machine is called left too" in caplog.text)
        for _ in range(30):
            room.hello("left", Hello(99), to="home")
        assert playing.standing("left") == "plays"
        await playing.until(lambda: playing.home.metrics.routes["out/beat"].messages > before + 2)


@on_loop
async def test_a_part_that_cannot_be_opened_there_is_told_at_home_and_the_rest_plays(room, patch):
    patch.write_text(PATCH + '[film]\nuse = "video_file"\nfile = "none.mp4"\nmachine = "left"\n')
    async with stage(room, patch, "left") as playing:
        await playing.until(lambda: "none.mp4" in faults(playing))
        assert 'from left: film: there is no file "' in faults(playing)
        await playing.until(lambda: playing.home.metrics.routes["out/beat"].messages > 2)


@on_loop
async def test_code_of_home_that_cannot_be_kept_there_is_refused_with_the_reason(room, patch):
    own(patch, 3.0)
    elsewhere = patch.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("")
    async with stage(room, patch) as playing:
        playing.join("left", folder=elsewhere, trust=True, keep=elsewhere / "file" / "kept")
        await playing.until(lambda: playing.standing("left") == "refused")
        await playing.until(lambda: "cannot be kept in" in faults(playing))
        assert "is no folder" in faults(playing)


@on_loop
async def test_code_of_home_that_is_edited_is_sent_again(room, patch):
    own(patch, 3.0)
    elsewhere = patch.parent / "elsewhere"
    elsewhere.mkdir()
    async with stage(room, patch) as playing:
        playing.join("left", folder=elsewhere, trust=True, keep=elsewhere / "kept")
        await playing.all_play()
        heard = lambda: playing.home.states["out"].box.of("loud")  # noqa: E731
        await playing.until(lambda: 3.0 in heard())
        own(patch, 5.0)
        playing.conductor._read_again()
        await playing.until(lambda: 5.0 in heard())


@on_loop
async def test_an_edit_that_is_refused_there_lets_what_plays_go_on(room, patch):
    own(patch, 3.0)
    elsewhere = patch.parent / "elsewhere"
    (elsewhere / "nodes").mkdir(parents=True)
    (elsewhere / "nodes" / "louder.py").write_text(OWN.replace("FACTOR", "3.0"))
    async with stage(room, patch) as playing:
        playing.join("left", folder=elsewhere)
        await playing.all_play()
        own(patch, 5.0)
        playing.conductor._read_again()
        await playing.until(lambda: "code from home" in faults(playing))
        assert playing.standing("left") == "plays"
        count = playing.home.metrics.routes["out/loud"].messages
        await playing.until(lambda: playing.home.metrics.routes["out/loud"].messages > count + 2)
        assert set(playing.home.states["out"].box.of("loud")) == {3.0}


@on_loop
async def test_who_was_busy_plays_for_the_next_home_when_it_is_free(room, patch):
    async with stage(room, patch, "left") as playing:
        other, heard = room.link("other"), []
        other.open(heard.append, lambda *what: None)
        await playing.until(
            lambda: getattr(other.machines().get("left"), "standing", None) is Attendance.HERE
        )
        text = '{"machine":"left","tables":{"beat":{"use":"every"}},"departures":[]}'
        offer = PartOffer(7, 1, "another", text, {})
        other.send("left", TELL, encode_told(offer), Kind.LOSSLESS)

        def states() -> list[str]:
            told = [decode_told(one.content) for one in heard if one.topic == TELL]
            return [each.state for each in told if isinstance(each, PartState)]

        await playing.until(lambda: states() == ["busy"])
        await playing.end()
        await playing.until(lambda: states() == ["busy", "opens", "plays"])
        other.send("left", TELL, encode_told(ShowOver(7)), Kind.LOSSLESS)
        await playing.until(lambda: states()[-1] == "ended")
        await playing.until(lambda: playing.players["left"].show is None)
        other.close()


@on_loop
async def test_what_is_told_in_the_moment_in_which_the_show_ends_harms_nothing(room, patch):
    mistakes = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: mistakes.append(told))
    async with stage(room, patch, "left") as playing:
        problems = [("stumbles", "beat", "")] * 300
        told = PartState(playing.conductor._offering.show, 1, "refused", problems)
        for _ in range(40):
            room.link("left").send("home", TELL, encode_told(told), Kind.LOSSLESS)
        await playing.until(lambda: playing.standing("left") == "refused")
        await playing.end()
    assert mistakes == []
