"""A web server on a thread and an event loop of its own, beside what it shows.

Why a thread of its own: what is shown neither waits for viewers nor writes to them, however many
there are.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.core.os_errors import NO_DESCRIPTOR, has_no_descriptor, os_reason
from engine.net.access import is_local
from engine.web import HOST, PORT
from engine.web.invite import qr_code, reachable_host

if TYPE_CHECKING:
    from engine.web.auth import TokenAuth
    from engine.web.site import Site

S = TypeVar("S", bound="Site")
"""The site that it serves."""

TRIES = 20
_LAST_PORT = 65535
_BACKLOG = 32
_AGAIN = 2.0
"""Seconds until it is tried again to serve the page where no descriptor was left for it."""
_NEEDED = 8
"""How many descriptors a loop, a server and what they load may need."""

_log = logging.getLogger("sensorium")


class SiteHost(ABC, Generic[S]):
    """Serves a site, until it is closed."""

    WHAT = "the show"
    """What goes on where the page ends."""

    def __init__(self, host: str = HOST, port: int = PORT, token: str = "") -> None:
        """``host`` says who can reach it: "127.0.0.1" this machine, "0.0.0.0" the network.

        Beyond this machine a token is required: the one given, or a random one that is shown.
        Raise ParameterError for a token that is too short or cannot be typed.
        """
        self._auth = _auth(host, token)
        self._host = host
        self._port = port
        self._bound_port = 0
        self._site: S | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @abstractmethod
    def make_site(self, files: Mapping[str, bytes], auth: TokenAuth | None) -> S:
        """Return the site; called on its loop."""

    def wait_to_begin(self) -> None:
        """Wait until there is time to serve; called on its thread."""

    def attached(self, site: S) -> None:
        """Show on a new site what there is by now; called on its loop."""

    @property
    def bound_port(self) -> int:
        """The port that it listens on; 0 where none was free, before it serves and after."""
        return self._bound_port

    @property
    def address(self) -> str:
        """Its URL; empty while ``bound_port`` is 0."""
        return self.address_with(self._auth.token if self._auth else "")

    def address_with(self, token: str) -> str:
        """Return its URL with a token; empty while ``bound_port`` is 0."""
        if not self._bound_port:
            return ""
        host = reachable_host(self._host)
        place = f"http://{f'[{host}]' if ':' in host else host}:{self._bound_port}"
        return f"{place}/?token={token}" if token else place

    def open(self) -> None:
        """Start to serve; a failure is logged, and what is shown goes on without a page."""
        self._thread.start()

    def wait(self) -> None:
        """Wait until it serves, or has failed to."""
        self._ready.wait()

    def close(self) -> None:
        """Stop serving."""
        with self._lock:
            self._closed.set()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(timeout=3.0)

    def _run(self) -> None:
        self.wait_to_begin()
        told = False
        while not self._closed.is_set():
            try:
                _require_descriptors()
                asyncio.run(self._serve())
                break
            except Exception as error:
                if self._closed.is_set():
                    break  # begun too late: a process that ends gives no thread any more
                if not has_no_descriptor(error):
                    _log.exception("the page has ended; %s goes on", self.WHAT)
                    break
                if not told:
                    told = True
                    _log.warning("no page for now: %s", NO_DESCRIPTOR)
                self._closed.wait(_AGAIN)
        self._ready.set()

    async def _serve(self) -> None:
        from aiohttp import web

        from engine.web.connections import PATIENCE, LoopErrors, logger
        from engine.web.site import CLOSE_S, read_files

        asyncio.get_running_loop().set_exception_handler(LoopErrors().handle)
        site = self.make_site(await asyncio.to_thread(read_files), self._auth)
        app = site.application()
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=logger(),
            keepalive_timeout=PATIENCE,
            shutdown_timeout=CLOSE_S,
        )
        await runner.setup()
        assert runner.server is not None
        listening = None
        try:
            listening = await self._listen(site.connections.limit(runner.server))
            self._attach(site)
            if listening:
                tasks = site.send_news(), site.connections.close_idle(runner.server)
                working = [asyncio.create_task(task) for task in tasks]
                await self._stop.wait()
                for task in working:
                    task.cancel()
                await site.close()
        finally:
            self._detach()
            if listening:
                listening.close()
            await runner.cleanup()

    def _attach(self, site: S) -> None:
        with self._lock:
            self._loop, self._site = asyncio.get_running_loop(), site
            self.attached(site)
            if self._closed.is_set():
                self._stop.set()
        self._ready.set()

    def _detach(self) -> None:
        with self._lock:
            self._loop, self._site, self._bound_port = None, None, 0

    async def _listen(
        self, make: Callable[[], asyncio.BaseProtocol]
    ) -> asyncio.AbstractServer | None:
        """Listen on the first free port, and log the address, or why there is none."""
        from engine.web.connections import most_connections

        loop = asyncio.get_running_loop()
        backlog = min(_BACKLOG, most_connections() // 2)
        last = min(self._port + TRIES - 1, _LAST_PORT)
        for port in range(self._port, last + 1):
            try:
                listening = await loop.create_server(make, self._host, port, backlog=backlog)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                if has_no_descriptor(error):
                    raise
                _log.warning("no page: %s", os_reason(error))
                return None
            self._report_port(port)
            return listening
        if last > self._port:
            _log.warning("no page: ports %d to %d are in use", self._port, last)
        else:
            _log.warning("no page: port %d is in use", last)
        return None

    def _report_port(self, port: int) -> None:
        if port != self._port:
            _log.warning("port %d is in use; the page is on port %d", self._port, port)
        self._bound_port = port
        _log.info("the page is at %s", self.address, extra={"invites": True})
        if self._auth is not None and sys.stderr.isatty():
            _log.info("%s", qr_code(self.address))


def _require_descriptors() -> None:
    """Raise OSError where there are too few descriptors for a loop and a server.

    Why looked for first: a loop that finds none when it is made leaves half of itself, which
    complains when it goes.
    """
    with ExitStack() as stack:
        for _ in range(_NEEDED):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))


def _auth(host: str, token: str) -> TokenAuth | None:
    if is_local(host) and not token:
        return None
    from engine.web.auth import TokenAuth

    return TokenAuth(token)
