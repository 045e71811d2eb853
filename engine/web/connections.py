"""Limits on connections: how many there may be, and how long one may stay without a request.

aiohttp waits for the head of a request for ever. Many connections that send a byte a minute
(slowloris) would take all sockets that the system gives to the program, the show's own included.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

from engine.core.os_errors import NO_DESCRIPTOR, has_no_descriptor
from engine.web.guard import Handler

if sys.platform != "win32":
    import resource

_LOG: Final = logging.getLogger("sensorium")

MOST: Final = 200
"""The most connections at once: all pages, all viewers, and short requests."""

_SHARE: Final = 4
"""One in so many of the descriptors that the system gives to this process may be a connection."""

PATIENCE: Final = 10.0
"""How many seconds a connection may be open without a complete request."""

_EVERY: Final = 1.0
_REMIND: Final = 60.0
"""Seconds until it is told again that no descriptor is left for a connection."""


class Connections:
    """Counts connections, and closes those that never complete a request."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._busy: set[asyncio.BaseProtocol] = set()
        self._idle: dict[asyncio.BaseProtocol, float] = {}

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Exempt a connection while its request is answered."""
        connection = request.protocol
        self._busy.add(connection)
        self._idle.pop(connection, None)
        try:
            return await handler(request)
        finally:
            self._busy.discard(connection)

    def limit(self, server: web.Server) -> Callable[[], asyncio.BaseProtocol]:
        """Return a protocol factory that aborts connections beyond the limit."""
        most = most_connections()

        def make() -> asyncio.BaseProtocol:
            return server() if len(server.connections) < most else _Refused()

        return make

    async def close_idle(self, server: web.Server) -> None:
        """Close connections that are idle for too long, for ever."""
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


def most_connections() -> int:
    """Return how many connections there may be: the show itself needs descriptors, too."""
    if sys.platform == "win32":
        return MOST
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if limit == resource.RLIM_INFINITY else min(MOST, limit // _SHARE)


class LoopErrors:
    """Handles what goes wrong on the loop of the page, outside of any request."""

    def __init__(self) -> None:
        self._told = -_REMIND

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Report in words, and seldom, that there is no descriptor: the loop says it every second.

        asyncio itself waits a second before it listens again.
        """
        if not has_no_descriptor(context.get("exception")):
            loop.default_exception_handler(context)
        elif (now := loop.time()) - self._told >= _REMIND:
            self._told = now
            _LOG.warning("the page lets nobody in for now: %s", NO_DESCRIPTOR)


class _Refused(asyncio.Protocol):
    """A connection beyond the limit: it is aborted."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def logger() -> logging.Logger:
    """Return the logger of aiohttp, without the errors that any client can cause."""
    found = logging.getLogger("sensorium.page")
    found.addFilter(_is_ours)
    return found


def _is_ours(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | ConnectionError)
