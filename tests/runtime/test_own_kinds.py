"""A kind and a skeleton of five points, each of one file: sent, shown on the page and replayed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.limits import LIMIT
from tests.ports import find_port

from .one_file import Show, Sockets, end

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")

KITES = '''
"""A skeleton of five points."""
from __future__ import annotations
import numpy as np
from engine import Instance, Landmarks, Model, Skeleton

KITE = Skeleton(
    "kite",
    ("top", "left_wing", "right_wing", "bottom", "tail"),
    bones=(("top", "left_wing"), ("top", "right_wing"), ("top", "bottom"), ("bottom", "tail")),
    ruler=("top", "bottom"),
)


class Kites(Model):
    """Find a kite at some height; the tail is not seen."""

    def process(self, height: float) -> Landmarks:
        points = np.array(
            [[0.5, height, 1], [0.25, 0.5, 1], [0.75, 0.5, 1], [0.5, 0.25, 1], [0, 0, 0]],
            np.float32,
        )
        return Landmarks(KITE, (Instance(1, 7, points),), 1.0)
'''
COMETS = '''
"""A kind of message."""
from __future__ import annotations
from dataclasses import dataclass
import numpy as np
from numpy.typing import NDArray
from engine import Kind, Model, kind


@kind(Kind.LATEST, words="a comet", example=lambda: Comet(0.5, "Halley", np.zeros(2, np.float32)))
@dataclass(frozen=True, slots=True, eq=False)
class Comet:
    brightness: float
    name: str
    rays: NDArray[np.float32]


class Comets(Model):
    """Make a comet of a number."""

    def process(self, value: float) -> Comet:
        return Comet(value, "Encke", np.full(2, value, np.float32))
'''
PATCH = """
[kites]
use = "kites"
from = "desk.height"
[top]
use = "joint"
from = "kites"
joint = "top"
axis = "y"
[comets]
use = "comets"
from = "desk.height"
"""
SEND = """
"/named{slot}" = { from = "kites", layout = "named" }
"/packed" = "kites"
"/top" = "top"
"/comet" = "comets.brightness"
"""


@pytest.fixture
def sockets(free_port: int) -> Iterator[Sockets]:
    sockets = Sockets(free_port)
    yield sockets
    sockets.close()


async def line_to(session: aiohttp.ClientSession, port: int) -> aiohttp.ClientWebSocketResponse:
    """Look at the page, once it is served: it comes after the first message of the show."""
    while True:
        with suppress(aiohttp.ClientConnectorError):
            return await session.ws_connect(f"http://127.0.0.1:{port}/news")
        await asyncio.sleep(0.05)


async def shown(port: int, *texts: str) -> None:
    """Wait until a page has told all of these as values."""
    wanted = set(texts)
    async with (
        asyncio.timeout(LIMIT),
        aiohttp.ClientSession() as session,
        await line_to(session, port) as line,
    ):
        async for news in line:
            said = json.loads(news.data) if news.type is aiohttp.WSMsgType.TEXT else {}
            if said.get("kind") == "values":
                wanted -= {text for text in wanted if text in json.dumps(said)}
            if not wanted:
                return


def test_they_play_through_sockets_are_shown_and_replayed(tmp_path: Path, sockets: Sockets) -> None:
    show, page = Show(tmp_path, {"kites": KITES, "comets": COMETS}), find_port()
    show.save(PATCH + sockets.desk('height = "/height"', SEND))
    recording = tmp_path / "show.mcap"
    with show.playing("--record", recording, page=page) as process:
        sockets.ask("/height", 0.75, answer="/top")
        sockets.say("/height", 0.5)
        heard = sockets.hear_each(
            "/named1/top/y", "/named1/left_wing/x", "/packed/1", "/comet", "/top"
        )
        asyncio.run(shown(page, "kite", "Encke"))
        told = end(process)
    assert "Traceback" not in told
    assert heard["/named1/left_wing/x"] == [0.25]
    assert len(heard["/packed/1"]) == 16  # an id, and three numbers of each point
    assert heard["/packed/1"][0] == 7
    assert heard["/comet"][0] in (0.5, 0.75)
    replayed = show.replay(recording)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
