"""A show at home and machines that joined it, in one process and in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any

from engine.cluster.conductor import Conductor
from engine.cluster.joined import JoinedPlayer
from engine.cluster.messages import PLAYS
from engine.cluster.room_link import RoomLink
from engine.runtime.engine import Engine
from engine.runtime.opening import open_texts
from engine.runtime.performance import Performance
from tests.limits import LIMIT

from .live_room import LiveRoom

VERSION = "1.0"
OPENING = partial(open_texts, live=True, with_state=True)


class LoopbackLink(RoomLink):
    """A link that looks only where the test says: nothing leaves this machine."""

    def reach(self, addresses: Sequence[str], *, find: bool) -> None:
        pass


class Theatre:
    """Home plays ``patch``; machines join and go."""

    def __init__(
        self,
        room: LiveRoom,
        patch: Path,
        watch: Any = None,
        edits: bool = False,
        others: Sequence[Path] = (),
    ) -> None:
        self.room = room
        self.patch = patch
        self.conductor = Conductor(room.link("home", VERSION), OPENING, version=VERSION)
        self.conducts: Any = self.conductor
        self._edits = edits
        self._set = [patch, *others]
        self.engine: Engine | None = None
        self.players: dict[str, JoinedPlayer] = {}
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._watch = watch
        self._over = asyncio.Event()

    @property
    def home(self) -> Engine:
        assert self.engine is not None
        return self.engine

    def join(self, name: str, **options: Any) -> JoinedPlayer:
        folder = options.pop("folder", self.patch.parent)
        version = options.pop("version", VERSION)
        link = self.room.link(name, version)
        player = JoinedPlayer(link, folder, version=version, **options)
        self.players[name] = player
        self._tasks[name] = asyncio.get_running_loop().create_task(player.work())
        return player

    async def leave(self, name: str) -> None:
        self.players.pop(name).stop()
        await asyncio.wait_for(self._tasks.pop(name), LIMIT)

    def standing(self, name: str) -> str:
        return next((v.known.standing for v in self.conductor.views() if v.link.name == name), "")

    async def until(self, done: Callable[[], Any]) -> None:
        """Wait until something is so; fail where it never is."""
        async with asyncio.timeout(LIMIT):
            while not done():
                await asyncio.sleep(0.005)

    async def all_play(self) -> None:
        await self.until(lambda: all(self.standing(name) == PLAYS for name in self.players))

    async def begin(self) -> None:
        def watch(engine: Engine) -> None:
            self.engine = engine
            if self._watch:
                self._watch(engine)

        show = await asyncio.to_thread(
            partial(Performance, conductor=self.conducts, edits=self._edits),
            self._set,
            self.conducts.open_texts,
            None,
            watch,
        )
        self._tasks["home"] = asyncio.get_running_loop().create_task(show.live(None))
        await self.until(lambda: self.engine is not None)

    async def end(self) -> None:
        """End the show at home."""
        assert self.conductor._live is not None
        self.conductor._live.stop()
        await asyncio.wait_for(self._tasks.pop("home"), LIMIT)
        self.engine = None


def on_loop(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test that is a coroutine."""

    @wraps(test)
    def run(*arguments: Any, **options: Any) -> None:
        asyncio.run(test(*arguments, **options))

    return run


@asynccontextmanager
async def stage(
    room: LiveRoom, patch: Path, *names: str, watch: Any = None
) -> AsyncIterator[Theatre]:
    """Play a patch with these machines; everything has ended behind it."""
    playing = Theatre(room, patch, watch)
    for name in names:
        playing.join(name)
    await playing.begin()
    try:
        await playing.all_play()
        yield playing
    finally:
        if "home" in playing._tasks:
            await playing.end()
        for name in list(playing.players):
            await playing.leave(name)
