"""A page under test, and whoever visits it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
import cv2
import numpy as np

from engine.core.messages import Frame, Ns
from engine.runtime.entries import Arrival
from engine.web.page import Page
from tests.limits import LIMIT


class Visit:
    """One page that is looked at, as a browser looks."""

    def __init__(self, session, socket, base):
        self.session = session
        self.socket = socket
        self.base = base

    async def next(self, kind, fits=lambda news: True):
        """Wait for the next news of a kind that fits."""
        async with asyncio.timeout(LIMIT):
            while True:
                said = await self.socket.receive()
                if said.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError(f"the page hung up: {said}")
                news = json.loads(said.data)
                if news["kind"] == kind and fits(news):
                    return news

    async def ask(self, **what):
        """Request something, in UTF-8 as a browser does."""
        await self.socket.send_str(json.dumps(what, ensure_ascii=False))


@asynccontextmanager
async def visit(page: Page, **headers):
    """Look at a page."""
    base = f"http://127.0.0.1:{page.bound_port}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{base}/news", headers=headers) as socket,
    ):
        yield Visit(session, socket, base)


async def get(page, path="/", **headers):
    """Ask for something once; gives the status, the headers and the body."""
    address = f"http://127.0.0.1:{page.bound_port}{path}"
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(LIMIT)) as session,
        session.get(address, headers=headers) as answer,
    ):
        return answer.status, answer.headers, await answer.read()


def say(engine, image):
    """Have the box "p" show a picture."""
    at = Ns(engine.clock.now() + 40_000_000)
    engine.clock.move_to(at)
    engine.step(Arrival("p", "frame", Frame(image), at))


def grey(level, width=64, height=36):
    return np.full((height, width, 3), level, np.uint8)


async def streamed(page, path):
    """Give the pictures of a stream as they come."""
    timeout = aiohttp.ClientTimeout(total=LIMIT)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(f"http://127.0.0.1:{page.bound_port}{path}") as answer,
    ):
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        waiting = b""
        async for piece in answer.content.iter_any():
            waiting += piece
            while waiting.count(b"--frame\r\n") > 1:
                _, part, rest = waiting.split(b"--frame\r\n", 2)
                waiting = b"--frame\r\n" + rest
                head, _, body = part.partition(b"\r\n\r\n")
                assert head == b"Content-Type: image/jpeg"
                yield cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
