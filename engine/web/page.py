"""The page: a small web server on a thread and a loop of its own, beside the show.

Why a thread of its own: whoever looks on, and however many, the show's loop neither waits for them
nor writes to them. The page reads what the engine holds, and asks through the same door as OSC.

Why it comes late: to import a web server takes the interpreter a third of a second, and the first
message of a show is worth more than the first picture of its page.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.net.access import only_here
from engine.runtime.engine import Engine
from engine.web import HOST, PORT
from engine.web.invite import code, reachable

if TYPE_CHECKING:
    from engine.web.door import Door
    from engine.web.server import Server

TRIES = 20
_BACKLOG = 32
_MOMENT = 0.05

_log = logging.getLogger("sensorium")


class Page:
    """Serves the page of what plays, until it is closed."""

    def __init__(
        self, host: str = HOST, port: int = PORT, patience: float = 2.0, token: str = ""
    ) -> None:
        """``host`` is who can reach it: "127.0.0.1" this machine, "0.0.0.0" the network.

        Beyond this machine whoever opens it must know a token: the one given, or one made up and
        shown. Raises ParameterError for a token that will not do. ``patience`` is how many seconds
        it waits at most for the show to send something first.
        """
        self._door = _door(host, token)
        self._host = host
        self._port = port
        self._listens = 0
        self._engine: Engine | None = None
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._patience = patience
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def listens(self) -> int:
        """The port that was found free; 0 where there was none, before and after."""
        return self._listens

    @property
    def address(self) -> str:
        """What to type into a browser; empty where no port was free."""
        if not self._listens:
            return ""
        host = reachable(self._host)
        place = f"http://{f'[{host}]' if ':' in host else host}:{self._listens}"
        return f"{place}/?token={self._door.word}" if self._door else place

    def open(self) -> None:
        """Begin to serve; where that cannot be it is told, and the show plays without a page."""
        self._thread.start()

    def wait(self) -> None:
        """Wait until it serves, or cannot."""
        self._ready.wait()

    def watch(self, engine: Engine) -> None:
        """Show this engine from now on; may be called on any thread, and before it serves."""
        with self._lock:
            self._engine = engine
            if self._server is not None and self._loop is not None:
                self._loop.call_soon_threadsafe(self._server.watch, engine)

    def close(self) -> None:
        """Stop serving."""
        with self._lock:
            self._closed.set()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(timeout=3.0)

    def _run(self) -> None:
        self._let_the_show_begin()
        try:
            if not self._closed.is_set():
                asyncio.run(self._serve())
        except Exception:
            _log.exception("the page has ended; the show goes on")
        finally:
            self._ready.set()

    def _let_the_show_begin(self) -> None:
        """Wait until anything was sent, but not for long: there may be nothing to send."""
        for _ in range(round(self._patience / _MOMENT)):
            routes = self._engine.metrics.routes.values() if self._engine else ()
            if any(route.messages for route in routes) or self._closed.wait(_MOMENT):
                return

    async def _serve(self) -> None:
        from aiohttp import web

        from engine.web.connections import PATIENCE, logger
        from engine.web.server import GOODBYE, Server, read_files

        server = Server(await asyncio.to_thread(read_files), self._door)
        app = server.application()
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=logger(),
            keepalive_timeout=PATIENCE,
            shutdown_timeout=GOODBYE,
        )
        await runner.setup()
        assert runner.server is not None
        listening = None
        try:
            listening = await self._listen(server.connections.limited(runner.server))
            self._begin(server)
            if listening:
                tasks = server.tell(), server.connections.hang_up(runner.server)
                working = [asyncio.create_task(task) for task in tasks]
                await self._stop.wait()
                for task in working:
                    task.cancel()
                await server.leave()
        finally:
            self._end()
            if listening:
                listening.close()
            await runner.cleanup()

    def _begin(self, server: Server) -> None:
        with self._lock:
            self._loop, self._server = asyncio.get_running_loop(), server
            if self._engine is not None:
                server.watch(self._engine)
            if self._closed.is_set():
                self._stop.set()
        self._ready.set()

    def _end(self) -> None:
        with self._lock:
            self._loop, self._server, self._listens = None, None, 0

    async def _listen(
        self, make: Callable[[], asyncio.BaseProtocol]
    ) -> asyncio.AbstractServer | None:
        """Find a free port, and say where the page is, or why it is not."""
        loop = asyncio.get_running_loop()
        for port in range(self._port, self._port + TRIES):
            try:
                listening = await loop.create_server(make, self._host, port, backlog=_BACKLOG)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                _log.warning("no page: %s", error.strerror or error)
                return None
            self._found(port)
            return listening
        _log.warning("no page: ports %d to %d are in use", self._port, self._port + TRIES - 1)
        return None

    def _found(self, port: int) -> None:
        if port != self._port:
            _log.warning("port %d is in use; the page is on port %d", self._port, port)
        self._listens = port
        _log.info("the page is at %s", self.address)
        if self._door is not None and sys.stderr.isatty():
            _log.info("%s", code(self.address))


def _door(host: str, token: str) -> Door | None:
    if only_here(host) and not token:
        return None
    from engine.web.door import Door

    return Door(token)
