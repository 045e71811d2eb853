"""The page of a show, beside the show: its loop neither waits for viewers nor writes to them.

The page reads the state of the engine, and sends commands through the same queue as OSC.

Why it starts late: importing a web server takes the interpreter a third of a second, and the first
message of a show is worth more than the first picture of its page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.runtime.engine import Engine
from engine.web import HOST, PORT
from engine.web.host import SiteHost

if TYPE_CHECKING:
    from engine.web.auth import TokenAuth
    from engine.web.server import Server

_MOMENT = 0.05


class Page(SiteHost["Server"]):
    """Serves the page of the show, until it is closed."""

    def __init__(
        self, host: str = HOST, port: int = PORT, patience: float = 2.0, token: str = ""
    ) -> None:
        """``patience``: how many seconds it waits at most for the first message of the show.

        The others are those of ``SiteHost``, which may raise ParameterError.
        """
        super().__init__(host, port, token)
        self._engine: Engine | None = None
        self._patience = patience

    def watch(self, engine: Engine) -> None:
        """Show this engine from now on; may be called on any thread, and before it serves."""
        with self._lock:
            self._engine = engine
            if self._site is not None and self._loop is not None:
                self._loop.call_soon_threadsafe(self._site.watch, engine)

    def make_site(self, files: Mapping[str, bytes], auth: TokenAuth | None) -> Server:
        """Return the site of the show."""
        from engine.web.server import Server

        return Server(files, auth, self.address_with)

    def attached(self, site: Server) -> None:
        """Show what plays now."""
        if self._engine is not None:
            site.watch(self._engine)

    def wait_to_begin(self) -> None:
        """Wait until the show has sent a message, at most ``patience`` seconds."""
        for _ in range(round(self._patience / _MOMENT)):
            routes = self._engine.metrics.routes.values() if self._engine else ()
            if any(route.messages for route in routes) or self._closed.wait(_MOMENT):
                return
