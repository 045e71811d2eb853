"""A page under test, and whoever visits it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp

from engine.web.page import Page

WAIT = 30


class Visit:
    """One page that is looked at, as a browser looks."""

    def __init__(self, session, socket, base):
        self.session = session
        self.socket = socket
        self.base = base

    async def next(self, kind, fits=lambda news: True):
        """Wait for the next news of a kind that fits."""
        async with asyncio.timeout(WAIT):
            while True:
                said = await self.socket.receive()
                if said.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError(f"the page hung up: {said}")
                news = json.loads(said.data)
                if news["kind"] == kind and fits(news):
                    return news

    async def ask(self, **what):
        await self.socket.send_str(json.dumps(what))


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
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(WAIT)) as session,
        session.get(address, headers=headers) as answer,
    ):
        return answer.status, answer.headers, await answer.read()
