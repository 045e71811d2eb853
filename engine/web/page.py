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
import threading
from typing import TYPE_CHECKING

from engine.runtime.engine import Engine
from engine.web import HOST, PORT

if TYPE_CHECKING:
    from aiohttp import web

    from engine.web.server import Server

TRIES = 20
_MOMENT = 0.05

_log = logging.getLogger("sensorium")


class Page:
    """Serves the page of what plays, until it is closed."""

    def __init__(self, host: str = HOST, port: int = PORT, patience: float = 2.0) -> None:
        """``host`` is who can reach it: "127.0.0.1" this machine, "0.0.0.0" the network.

        ``patience`` is how many seconds it waits at most for the show to send something first.
        """
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
        host = "localhost" if self._host in ("0.0.0.0", "::") else self._host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._listens}"

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
            routes = self._engine.trace.routes.values() if self._engine else ()
            if any(route.messages for route in routes) or self._closed.wait(_MOMENT):
                return

    async def _serve(self) -> None:
        from aiohttp import web

        from engine.web.server import GOODBYE, Server, read_files

        server = Server(await asyncio.to_thread(read_files))
        app = server.application()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=GOODBYE)
        await runner.setup()
        try:
            await self._listen(runner)
            self._begin(server)
            if self._listens:
                telling = asyncio.create_task(server.tell())
                await self._stop.wait()
                telling.cancel()
                await server.leave()
        finally:
            self._end()
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

    async def _listen(self, runner: web.AppRunner) -> None:
        """Find a free port, and say where the page is, or why it is not."""
        from aiohttp import web

        for port in range(self._port, self._port + TRIES):
            try:
                await web.TCPSite(runner, self._host, port).start()
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                _log.warning("no page: %s", error.strerror or error)
                return
            if port != self._port:
                _log.warning("port %d is in use; the page is on port %d", self._port, port)
            self._listens = port
            _log.info("the page is at %s", self.address)
            if not _only_here(self._host):
                _log.warning("the page can be reached, and played, by everybody on this network")
            return
        _log.warning("no page: ports %d to %d are in use", self._port, self._port + TRIES - 1)


def _only_here(host: str) -> bool:
    """Tell whether an address is reached from this machine only."""
    return host in {"localhost", "::1"} or host.startswith("127.")
