"""One contract for a box that is not called on the loop: on a thread, in a process, elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.cluster.key import make_key, write_key
from engine.core.messages import Block, Message, Text
from engine.runtime.entries import Arrival, StateChange
from tests.by_night import NIGHT
from tests.limits import LIMIT
from tests.ports import find_port

from .live_room import LiveRoom
from .theatre import LoopbackLink, Theatre, on_loop, stage

FEED = """
from engine import Block, Source, Text

class Feed(Source):
    OUT = {"text": str, "growing": Text, "sound": Block}
    def open(self, emit):
        pass
"""
WORKER = """
import os
import time
from collections.abc import Iterator
from typing import ClassVar
from engine import Block, Model, Text

class Worker(Model):
    own_process: ClassVar[bool] = OWN
    patience: ClassVar[float | None] = PATIENCE
    interruptible: ClassVar[bool] = INTERRUPTIBLE
    TAKES

    def process(self, message: KIND) -> Iterator[str]:
BODY
"""
PATCH = """
title = "contract"
[feed]
use = "feed"
[worker]
use = "worker"
from = "feed.OUTLET"
MACHINE
[out]
use = "collector"
send = { answer = "worker" }
"""
ECHO = """        yield f"{message}" """
SLOW = """        time.sleep(0.02)
        yield message.text"""
LENGTH = """        time.sleep(0.01)
        yield f"{message.start} {len(message.samples)}" """
THREE = """        for part in range(3):
            yield f"{message} {part}"
            while not os.path.exists("GATE"):
                time.sleep(0.002)"""
"""Goes on behind its first part once the test lets it."""
HANGS = """        if message == "hang":
            time.sleep(3600)
        yield message"""
ELSEWHERE = ("machine", "network")
"""In a room in memory, and over TLS on the loopback of this machine."""
PLACES = ("thread", "process", "machine", *(["network"] if NIGHT else []))


class LoopbackRoom:
    """A real room whose machines are all on this one."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "room.key"
        write_key(make_key(), self._key)
        self._ports = {"home": find_port(), "left": find_port()}

    def link(self, name: str, version: str, addresses: Sequence[str] = ()) -> LoopbackLink:
        return LoopbackLink(
            name,
            self._key,
            version=version,
            listen=(f"127.0.0.1:{self._ports[name]}",),
            addresses=(f"127.0.0.1:{self._ports['left']}",) if name == "home" else (),
            shy=name != "home",
        )


class Placed:
    """A worker at one of the places, fed by the test."""

    def __init__(self, playing: Theatre) -> None:
        self.playing = playing
        self.gate = playing.patch.parent / "gate"

    def say(self, outlet: str, message: Message) -> None:
        live = self.playing.conductor._live
        assert live is not None
        live.enter(Arrival("feed", outlet, message, live.engine.clock.now()))

    def lose(self) -> None:
        live = self.playing.conductor._live
        assert live is not None
        live.enter(StateChange("feed", "lost", "the test says so"))
        live.enter(StateChange("feed", "running"))

    @property
    def answers(self) -> list[Any]:
        return [message for _, _, message in self.playing.home.states["out"].box.messages]

    async def let_go_on(self, count: int) -> None:
        """Let it go on behind a first part, once so many questions have come to where it is."""
        for player in self.playing.players.values():
            asked = player.show.engine.metrics.sources["from home"]
            await self.playing.until(lambda asked=asked: asked.messages >= count)
        self.gate.touch()

    async def until(self, count: int) -> list[Any]:
        await self.playing.until(lambda: len(self.answers) >= count)
        return self.answers


@asynccontextmanager
async def placed(
    place: str,
    room: LiveRoom,
    folder: Path,
    body: str,
    outlet: str,
    *,
    interruptible: bool = False,
    patience: float = LIMIT,
) -> AsyncIterator[Placed]:
    nodes = folder / "nodes"
    nodes.mkdir()
    kind = {"text": "str", "growing": "Text", "sound": "Block"}[outlet]
    worker = WORKER.replace("OWN", str(place == "process")).replace("KIND", kind)
    worker = worker.replace("INTERRUPTIBLE", str(interruptible)).replace("TAKES", "")
    worker = worker.replace("PATIENCE", str(patience))
    (nodes / "feed.py").write_text(FEED)
    (nodes / "worker.py").write_text(
        worker.replace("BODY", body.replace("GATE", str(folder / "gate")))
    )
    machine = 'machine = "left"' if place in ELSEWHERE else ""
    patch = folder / "contract.toml"
    patch.write_text(PATCH.replace("OUTLET", outlet).replace("MACHINE", machine))
    where: Any = await asyncio.to_thread(LoopbackRoom, folder) if place == "network" else room
    async with stage(where, patch, *(["left"] if place in ELSEWHERE else [])) as playing:
        one = Placed(playing)
        home = playing.home
        box = "from left" if place in ELSEWHERE else "worker"
        await playing.until(lambda: home.metrics.state(box) == "running")
        yield one


@pytest.mark.parametrize("place", ("thread", "process", *ELSEWHERE))
@on_loop
async def test_what_is_never_lost_is_answered_each_in_its_order(place, room, tmp_path):
    async with placed(place, room, tmp_path, ECHO, "text") as worker:
        for number in range(100):
            worker.say("text", str(number))
        assert await worker.until(100) == [str(number) for number in range(100)]


@pytest.mark.parametrize("place", PLACES)
@on_loop
async def test_of_what_counts_as_the_newest_the_newest_is_answered(place, room, tmp_path):
    async with placed(place, room, tmp_path, SLOW, "growing") as worker:
        for number in range(60):
            worker.say("growing", Text(str(number), final=False))
        await worker.playing.until(lambda: "59" in worker.answers)
        heard = [int(answer) for answer in worker.answers]
        assert heard == sorted(set(heard)) and len(heard) < 60


@pytest.mark.parametrize("place", PLACES)
@on_loop
async def test_sound_is_answered_without_a_gap(place, room, tmp_path):
    async with placed(place, room, tmp_path, LENGTH, "sound") as worker:

        def answered() -> int:
            return sum(int(answer.split()[1]) for answer in worker.answers)

        for number in range(80):
            worker.say("sound", Block(np.zeros(480, np.float32), 48000, 480 * number))
            if number % 20 == 19:  # all of it at once would be one block
                await worker.playing.until(lambda end=480 * (number + 1): answered() == end)
        at = 0
        for answer in worker.answers:
            start, length = map(int, answer.split())
            assert start == at
            at += length
        assert len(worker.answers) >= 4


@pytest.mark.parametrize("place", PLACES)
@on_loop
async def test_what_was_asked_before_a_loss_is_not_answered_after_it(place, room, tmp_path):
    async with placed(place, room, tmp_path, THREE, "text") as worker:
        worker.say("text", "old")
        worker.say("text", "older")
        await worker.until(1)
        worker.lose()
        worker.say("text", "new")
        await worker.let_go_on(3)
        await worker.playing.until(lambda: "new 2" in worker.answers)
        assert "older 0" not in worker.answers
        assert worker.answers[-3:] == ["new 0", "new 1", "new 2"]


@pytest.mark.parametrize("place", PLACES)
@on_loop
async def test_a_newer_question_calls_off_the_work_at_hand(place, room, tmp_path):
    async with placed(place, room, tmp_path, THREE, "text", interruptible=True) as worker:
        worker.say("text", "a")
        await worker.until(1)
        worker.say("text", "b")
        await worker.let_go_on(2)
        await worker.playing.until(lambda: "b 2" in worker.answers)
        assert worker.answers == ["a 0", "b 0", "b 1", "b 2"]


@pytest.mark.parametrize("place", PLACES)
@on_loop
async def test_one_that_hangs_is_replaced_and_what_waits_is_answered(place, room, tmp_path):
    async with placed(place, room, tmp_path, HANGS, "text", patience=2.0) as worker:
        for text in ("before", "hang", "behind"):
            worker.say("text", text)
        await worker.playing.until(lambda: "behind" in worker.answers)
        assert worker.answers == ["before", "behind"]
