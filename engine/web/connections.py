"""How many may be connected, and how long one may say nothing whole.

aiohttp waits for the head of a request for ever. Whoever opens many connections and sends a letter
a minute on each would take all that the system gives to a program, the show's own included.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

from engine.web.guard import Handler

MOST: Final = 200
"""How many connections there may be at once: all pages, all viewers, and those who come and go."""

PATIENCE: Final = 10.0
"""How many seconds a connection may be open without a whole request."""

_EVERY: Final = 1.0


class Connections:
    """Counts connections, and hangs up on those that never finish asking."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._busy: set[asyncio.BaseProtocol] = set()
        self._idle: dict[asyncio.BaseProtocol, float] = {}

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a connection be as long as its request is answered."""
        connection = request.protocol
        self._busy.add(connection)
        self._idle.pop(connection, None)
        try:
            return await handler(request)
        finally:
            self._busy.discard(connection)

    def limited(self, server: web.Server) -> Callable[[], asyncio.BaseProtocol]:
        """Make what is asked for a protocol at each connection; too many are hung up on."""

        def make() -> asyncio.BaseProtocol:
            return server() if len(server.connections) < MOST else _Refused()

        return make

    async def hang_up(self, server: web.Server) -> None:
        """Hang up on whoever waits too long, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_EVERY)
            self._sweep(server.connections, loop.time())

    def _sweep(self, connections: list[web.RequestHandler], now: float) -> None:
        idle = [one for one in connections if one not in self._busy]
        self._idle = {one: self._idle.get(one, now) for one in idle}
        for one in idle:
            if now - self._idle[one] > self._patience:
                one.force_close()


class _Refused(asyncio.Protocol):
    """A connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def logger() -> logging.Logger:
    """Give where aiohttp tells what goes wrong, less what anybody can do: send rubbish, and go."""
    found = logging.getLogger("sensorium.page")
    found.addFilter(_is_ours)
    return found


def _is_ours(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | ConnectionError)
