"""The page: a small web server on a thread and a loop of its own, beside the show.

Why a thread of its own: whoever looks on, and however many, the show's loop neither waits for them
nor writes to them. The page reads what the engine holds, and asks through the same door as OSC.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import threading

from aiohttp import web

from engine.runtime.engine import Engine
from engine.web.server import GOODBYE, Server, read_files

HOST = "127.0.0.1"
PORT = 9780
TRIES = 20

_log = logging.getLogger("sensorium")


class Page:
    """Serves the page of what plays, until it is closed."""

    def __init__(self, host: str = HOST, port: int = PORT) -> None:
        """``host`` is who can reach it: "127.0.0.1" this machine, "0.0.0.0" the network."""
        self._host = host
        self._port = port
        self._listens = 0
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def listens(self) -> int:
        """The port that was found free; 0 where there was none, and once closed."""
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
        self._ready.wait()

    def watch(self, engine: Engine) -> None:
        """Show this engine from now on; may be called on any thread."""
        server, loop = self._server, self._loop
        if server is not None and loop is not None and self._listens:
            loop.call_soon_threadsafe(server.watch, engine)

    def close(self) -> None:
        """Stop serving."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout=3.0)
        self._listens = 0

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:
            _log.exception("the page has ended; the show goes on")
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._server = Server(await asyncio.to_thread(read_files))
        runner = web.AppRunner(
            self._server.application(), access_log=None, shutdown_timeout=GOODBYE
        )
        await runner.setup()
        try:
            await self._listen(runner)
            self._ready.set()
            if self._listens:
                telling = asyncio.create_task(self._server.tell())
                await self._stop.wait()
                telling.cancel()
                await self._server.leave()
        finally:
            self._listens = 0
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        """Find a free port, and say where the page is, or why it is not."""
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
