"""One connected page: it gets the newest news of each kind, however slowly it reads."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

import msgspec
from aiohttp import WSCloseCode, web

from engine.web.rights import Role

REPLIES = 8
"""The most replies that wait for a page."""

BURST = 60
"""How many messages a page may send between two pauses; then it has to wait."""

PAUSE = 0.05
_JSON = msgspec.json.Encoder()


class Client:
    """The news on their way to one page; used on the page's loop only."""

    def __init__(self, socket: web.WebSocketResponse, role: Role = Role.OWNER) -> None:
        self.role = role
        self._socket = socket
        self._news: dict[str, bytes] = {}
        self._replies: deque[bytes] = deque(maxlen=REPLIES)
        self._has_news = asyncio.Event()
        self._received = 0

    def queue(self, kind: str, text: bytes) -> None:
        """Queue news; they replace older news of that kind that still wait."""
        self._news[kind] = text
        self._has_news.set()

    def reply(self, text: bytes) -> None:
        """Queue a reply to a request of this page."""
        self._replies.append(text)
        self._has_news.set()

    async def run(self) -> None:
        """Send what is queued, until the page is gone."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while not self._socket.closed:
                await self._has_news.wait()
                self._has_news.clear()
                news, self._news = self._news, {}
                waiting = [*news.values(), *self._replies]
                self._replies.clear()
                for text in waiting:
                    await self._socket.send_str(text.decode())

    async def say(self, text: bytes) -> None:
        """Send news at once, past all that waits."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self._socket.send_str(text.decode())

    async def close(self) -> None:
        """Close the connection."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def throttle(self) -> None:
        """Count a message from the page; wait a moment after a burst."""
        self._received += 1
        if self._received > BURST:
            await asyncio.sleep(PAUSE)
            self._received = 0

    def reset_rate(self) -> None:
        """Begin to count messages anew."""
        self._received = 0


def news(kind: str, **content: object) -> bytes:
    """Return news as JSON."""
    return _JSON.encode({"kind": kind, **content})
