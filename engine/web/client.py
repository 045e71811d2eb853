"""One page that looks on: it is told the newest of each kind of news, however slowly it listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from aiohttp import WSCloseCode, web

ANSWERS = 8
"""How many refusals wait for a page at most."""

BURST = 60
"""How many messages a page may send between two breaths; then it is kept waiting."""

BREATH = 0.05


class Client:
    """News on their way to one page; used on the page's loop only."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._news: dict[str, bytes] = {}
        self._answers: deque[bytes] = deque(maxlen=ANSWERS)
        self._something = asyncio.Event()
        self._said = 0

    def tell(self, kind: str, text: bytes) -> None:
        """Leave news; older news of that kind that still wait are forgotten."""
        self._news[kind] = text
        self._something.set()

    def answer(self, text: bytes) -> None:
        """Leave an answer to what this page asked."""
        self._answers.append(text)
        self._something.set()

    async def send(self) -> None:
        """Send what is left here, until the page is gone."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while not self._socket.closed:
                await self._something.wait()
                self._something.clear()
                news, self._news = self._news, {}
                waiting = [*news.values(), *self._answers]
                self._answers.clear()
                for text in waiting:
                    await self._socket.send_str(text.decode())

    async def hang_up(self) -> None:
        """Close the line."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def breathe(self) -> None:
        """Count a message from the page; one that sends too many waits a moment."""
        self._said += 1
        if self._said > BURST:
            await asyncio.sleep(BREATH)
            self._said = 0

    def rest(self) -> None:
        """Forget what the page sent so far: a breath has passed."""
        self._said = 0
