"""Whole shows on several machines in one process: joining, commands, reload, fallback, replay."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from engine.cluster.key import make_key, write_key
from engine.cluster.link import Attendance
from engine.cluster.messages import (
    TELL,
    PartOffer,
    PartState,
    ShowOver,
    decode_told,
    encode_told,
)
from engine.cluster.room_link import RoomLink
from engine.core.commands import BlackOut, Panic, SetParameter
from engine.core.kinds import Kind
from engine.recording.reader import Recording
from engine.recording.recorder import Recorder
from engine.recording.replay import Replay
from engine.recording.writer import WriteRequest
from engine.terminal.table import LiveTable
from engine.web.health import HealthView
from tests.ports import find_port

from .theatre import on_loop, stage

PATCH = """
title = "two"
[machines]
left = "auto"

[dancer]
use = "stand_in"
sings = false
machine = "left"

[reach]
use = "joint"
from = "dancer.joints"
joint = "right_wrist"
axis = "height"
machine = "left"
then = [{ use = "smooth", smooth = 0.5 }]

[out]
use = "collector"
send = { reach = "reach", count = "dancer.joints.count" }

[clock]
use = "every"
time = "100 ms"

[there]
use = "collector"
machine = "left"
send = { beat = "clock" }
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "two.toml"
    file.write_text(PATCH)
    return file


def sent(engine: Any, route: str) -> int:
    return engine.metrics.routes[route].messages


def part(playing: Any, name: str) -> Any:
    return playing.players[name].show.engine


@on_loop
async def test_a_patch_plays_on_two_machines_and_ends_on_both(room, patch):
    async with stage(room, patch, "left") as playing:
        home, left = playing.home, part(playing, "left")
        assert set(left.states) >= {"dancer", "reach", "reach/smooth", "there", "to home"}
        assert "dancer" not in home.states and "dancer" in home.elsewhere
        await playing.until(lambda: sent(home, "out/reach") > 3 and sent(left, "there/beat") > 1)
        (view,) = playing.conductor.views()
        assert view.boxes == ("dancer", "reach", "there")
        (shown,) = HealthView(home).snapshot().machines
        assert (shown.name, shown.standing, shown.state) == ("left", "plays", "running")
        picture = Console(width=160, record=True, file=io.StringIO())
        picture.print(LiveTable(picture)._picture(home))
        assert "dancer, reach, there" in picture.export_text()
        await playing.until(lambda: playing.conductor.views()[0].known.status is not None)
        await playing.end()
        await playing.until(lambda: playing.players["left"].show is None)


@on_loop
async def test_hands_reach_boxes_elsewhere_and_are_refused_as_here(room, patch):
    async with stage(room, patch, "left") as playing:
        home, left = playing.home, part(playing, "left")
        said: list[str] = []
        home.ask("test", SetParameter("reach/smooth", "smooth", 0.9))
        await playing.until(lambda: left.states["reach/smooth"].box.smooth == 0.9)
        assert home.elsewhere["reach/smooth"].overrides == {"smooth"}
        home.ask("test", SetParameter("reach/smooth", "smoth", 0.9, said.append))
        home.ask("test", SetParameter("reach", "smooth", "much", said.append))
        home.ask("test", SetParameter("dancer", "on", False))
        await playing.until(lambda: not left.states["dancer"].on and len(said) == 2)
        assert "smooth" in said[0]
        home.ask("test", BlackOut(True))
        await playing.until(lambda: left.picture_master.blackout)


@on_loop
async def test_hands_elsewhere_reach_boxes_at_home(room, patch):
    patch.write_text(PATCH + '[fade]\nuse = "smooth"\nfrom = "reach"\n')
    async with stage(room, patch, "left") as playing:
        left = part(playing, "left")
        left.ask("desk", SetParameter("fade", "smooth", 0.25))
        left.ask("desk", BlackOut())
        await playing.until(lambda: playing.home.states["fade"].box.smooth == 0.25)
        await playing.until(lambda: playing.home.picture_master.blackout)
        assert left.picture_master.blackout
        # What home takes for a box of left, and left does not have, goes to and fro no more.
        left.ask("from home", SetParameter("nobody", "smooth", 0.5))
        left.ask("desk", SetParameter("nobody", "other", 0.5))
        said = 'there is no box "nobody"'
        for engine, by in ((left, "from home"), (playing.home, "from left")):
            await playing.until(
                lambda engine=engine, by=by: any(
                    fault.box == by and said in fault.text for fault in engine.metrics.faults
                )
            )


@on_loop
async def test_another_version_is_told_on_both_machines(room, patch, caplog):
    async with stage(room, patch) as playing:
        playing.join("left", version="0.9")
        await playing.all_play()
        await playing.until(
            lambda: any(
                (fault.box, fault.text) == ("from left", "runs Sensorium 0.9, and home 1.0")
                for fault in playing.home.metrics.faults
            )
        )
    assert "home runs Sensorium 1.0, this machine 0.9" in caplog.text


class LoopbackRoom:
    """A room over TLS on this machine; all but home wait at addresses of their own."""

    def __init__(self, key: Path) -> None:
        self.key = key
        write_key(make_key(), key)
        self.left, self.nobody = (f"127.0.0.1:{find_port()}" for _ in range(2))

    def link(self, name: str, version: str) -> RoomLink:
        listen = [] if name == "home" else [self.left]
        return RoomLink(name, self.key, version=version, listen=listen)


@pytest.fixture
def loopback(tmp_path: Path) -> LoopbackRoom:
    return LoopbackRoom(tmp_path / "room.key")


@on_loop
async def test_an_address_that_is_edited_is_looked_at_from_then_on(loopback, patch):
    room = loopback
    text = PATCH.replace("auto", room.nobody)
    patch.write_text(text)
    async with stage(room, patch) as playing:
        playing.join("left")
        await playing.until(lambda: playing.players["left"].exchange.link.carrier)
        assert playing.standing("left") == "away"
        patch.write_text(text.replace(room.nobody, room.left))
        playing.conductor._read_again()
        await playing.all_play()


@on_loop
async def test_who_joins_late_is_given_what_hands_hold(room, patch):
    async with stage(room, patch) as playing:
        playing.home.ask("test", SetParameter("reach/smooth", "smooth", 0.9))
        playing.home.ask("test", BlackOut(True))
        await playing.until(lambda: playing.home.picture_master.blackout)
        playing.join("left")
        await playing.all_play()
        left = part(playing, "left")
        await playing.until(lambda: left.states["reach/smooth"].box.smooth == 0.9)
        await playing.until(lambda: left.picture_master.blackout)


@on_loop
async def test_an_edit_reaches_the_other_machine(room, patch):
    async with stage(room, patch, "left") as playing:
        left = part(playing, "left")
        before = left.states["dancer"].box
        patch.write_text(PATCH.replace("right_wrist", "left_wrist"))
        playing.conductor._read_again()
        await playing.until(lambda: left.states["reach"].box.joint == "left_wrist")
        assert left.states["dancer"].box is before
        count = sent(playing.home, "out/reach")
        await playing.until(lambda: sent(playing.home, "out/reach") > count + 3)


@on_loop
async def test_a_machine_that_is_not_there_plays_at_home_meanwhile(room, patch):
    patch.write_text(PATCH.replace('left = "auto"', 'left = { fallback = "here" }'))
    async with stage(room, patch) as playing:
        home = playing.home
        await playing.until(lambda: "dancer" in home.states and sent(home, "out/reach") > 3)
        home.ask("test", SetParameter("reach/smooth", "smooth", 0.9))
        playing.join("left")
        await playing.until(lambda: "from left" in home.states)
        await playing.until(lambda: home.metrics.state("from left") == "running")
        left = part(playing, "left")
        await playing.until(lambda: left.states["reach/smooth"].box.smooth == 0.9)
        home.ask("test", SetParameter("reach/smooth", "smooth", 0.8))
        await playing.until(lambda: left.states["reach/smooth"].box.smooth == 0.8)
        room.do("cut", "home", "left")
        await playing.until(lambda: "dancer" in home.states)
        assert home.states["reach/smooth"].box.smooth == 0.8
        room.do("mend", "home", "left")
        await playing.until(lambda: "from left" in home.states)


@on_loop
async def test_home_goes_and_comes_and_the_other_machine_waits_for_it(room, patch):
    async with stage(room, patch, "left") as playing:
        await playing.end()
        await playing.until(lambda: playing.players["left"].show is None)
        again = type(playing)(room, patch)
        again.players = playing.players
        await again.begin()
        await again.all_play()
        await again.end()


def test_what_crossed_is_in_the_recording_and_plays_again_on_one_machine(room, patch, tmp_path):
    file = tmp_path / "show.mcap"
    recorder = Recorder(file, WriteRequest(None, (), True, False))
    recorder.open()

    @on_loop
    async def play() -> None:
        async with stage(room, patch, "left", watch=recorder.watch) as playing:
            await playing.until(lambda: sent(playing.home, "out/reach") > 20)
            playing.home.ask("test", Panic())
            await asyncio.sleep(0.1)

    play()
    recorder.close()
    replay = Replay(Recording(file), compare=True)
    replay.play(None)
    assert not replay.left_out
    assert replay.comparison is not None
    assert not replay.comparison.different
    assert replay.comparison.same[1] > 20


OWN = """
from engine import Node

class Louder(Node):
    by: float = 3.0
    def process(self, value: float) -> float:
        return value * self.by
"""


def with_own_box(patch: Path) -> None:
    nodes = patch.parent / "nodes"
    nodes.mkdir()
    (nodes / "louder.py").write_text(OWN)
    box = '[loud]\nuse = "louder"\nfrom = "reach"\nmachine = "left"\n'
    patch.write_text(PATCH.replace('reach = "reach",', 'reach = "loud",') + box)


@on_loop
async def test_code_of_home_is_refused_by_name_where_home_is_not_trusted(room, patch, tmp_path):
    with_own_box(patch)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with stage(room, patch) as playing:
        playing.join("left", folder=elsewhere)
        await playing.until(lambda: playing.standing("left") == "refused")
        (problem,) = playing.conductor.views()[0].known.problems
        assert "nodes/louder.py is code from home" in problem and "--trust" in problem
        await playing.until(lambda: any("louder" in f.text for f in playing.home.metrics.faults))
        assert playing.players["left"].show is None


@on_loop
async def test_code_of_home_is_run_where_the_same_file_is_there(room, patch):
    with_own_box(patch)
    async with stage(room, patch, "left") as playing:
        await playing.until(lambda: sent(playing.home, "out/reach") > 3)


@on_loop
async def test_code_of_home_is_sent_and_run_where_home_is_trusted(room, patch, tmp_path):
    with_own_box(patch)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with stage(room, patch) as playing:
        playing.join("left", folder=elsewhere, trust=True, keep=tmp_path / "kept")
        await playing.all_play()
        await playing.until(lambda: sent(playing.home, "out/reach") > 3)
        assert (tmp_path / "kept" / "louder.py").read_text() == OWN


@on_loop
async def test_faults_elsewhere_are_told_at_home(room, patch):
    async with stage(room, patch, "left") as playing:
        part(playing, "left").tell("dancer", "stumbles")
        home = playing.home
        await playing.until(lambda: any(f.text == "dancer: stumbles" for f in home.metrics.faults))


@on_loop
async def test_a_second_home_is_told_that_a_machine_is_busy(room, patch):
    async with stage(room, patch, "left") as playing:
        other, heard = room.link("other"), []
        other.open(heard.append, lambda *what: None)
        await playing.until(
            lambda: getattr(other.machines().get("left"), "standing", None) is Attendance.HERE
        )
        offer = encode_told(PartOffer(1, 1, "another", "{}", {}))
        other.send("left", TELL, offer, Kind.LOSSLESS)
        other.send("left", TELL, encode_told(ShowOver(1)), Kind.LOSSLESS)
        other.send("left", TELL, b"rubbish", Kind.LOSSLESS)
        await playing.until(lambda: heard)
        told = decode_told(heard[0].content)
        assert isinstance(told, PartState) and told.state == "busy"
        assert told.problems == [("plays for home already", "", "")]
        count = sent(playing.home, "out/reach")
        await playing.until(lambda: sent(playing.home, "out/reach") > count + 3)
        other.close()
