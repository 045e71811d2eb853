"""What every site of ours is: its files, its doors, news by WebSocket, pictures as streams.

Everything here runs on the loop of its host. Files are read before it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from engine.web.auth import TokenAuth
from engine.web.client import Client
from engine.web.connections import Connections
from engine.web.guard import guard, headers, is_this_machine
from engine.web.requests import LARGEST
from engine.web.rights import Role

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
PAGES = 64
VIEWERS = 32
"""The most pages that get news, and the most viewers of pictures, at once."""

CLOSE_S = 0.3
"""How many seconds to wait for clients at the end."""

TIMEOUT_S = 15.0
"""After how many seconds a client that does not respond counts as gone."""

FRAME = b"--frame\r\n"
STREAM = "multipart/x-mixed-replace; boundary=frame"


def read_files(folder: Path = STATIC) -> dict[str, bytes]:
    """Return the files of the page by name."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


class Site(ABC):
    """Serves its files, and to each page news, to those who may come in."""

    def __init__(self, files: Mapping[str, bytes], auth: TokenAuth | None = None) -> None:
        """``auth`` is needed where the network can reach the site."""
        self.connections = Connections()
        self._files = files
        self._auth = auth
        self._clients: set[Client] = set()
        self._viewers = 0
        self._is_over = False
        self._has_clients = asyncio.Event()

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the addresses of its own, beside the news and the files."""

    @abstractmethod
    def greet(self, client: Client) -> None:
        """Queue what a page gets first."""

    @abstractmethod
    def handle(self, text: str | bytes, client: Client) -> None:
        """Do what a page requests."""

    @abstractmethod
    def send_news(self) -> Coroutine[Any, Any, None]:
        """Send the news to all pages, for ever; nothing is read while there are none."""

    @abstractmethod
    def client_left(self, client: Client) -> None:
        """Forget a page that has gone."""

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        doors = [self._auth.guard] if self._auth else []
        middlewares = [self.connections.watch, guard, *doors]
        app = web.Application(middlewares=middlewares, client_max_size=LARGEST)
        app.add_routes(
            [web.get("/news", self._news), *self.routes(), web.get("/{name}", self._file)]
        )
        app.on_response_prepare.append(_add_headers)
        return app

    async def close(self) -> None:
        """Close all connections at the end, within ``CLOSE_S`` seconds."""
        self._is_over = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(client.close() for client in self._clients))

    def send_all(self, kind: str, text: bytes) -> None:
        """Queue news for all pages."""
        for client in self._clients:
            client.queue(kind, text)

    def page(self, name: str) -> Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]:
        """Return what answers with a file."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return self.static(name)

        return answer

    def static(self, name: str) -> web.StreamResponse:
        """Return a file. Raise HTTPNotFound."""
        if name not in self._files:
            raise web.HTTPNotFound
        kind = TYPES.get(Path(name).suffix, "application/octet-stream")
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8")

    async def stream(
        self,
        request: web.Request,
        pictures: AsyncGenerator[bytes, None],
        is_over: Callable[[], bool] = lambda: False,
    ) -> web.StreamResponse:
        """Answer with a stream, until it is over, or the viewer is gone, away or takes none."""
        if self._viewers >= VIEWERS:
            raise web.HTTPServiceUnavailable(text="too many look on")
        response = web.StreamResponse(headers={"Content-Type": STREAM})
        self._viewers += 1
        try:
            await response.prepare(request)
            if request.transport is not None:
                # Nothing is buffered for a slow reader: what it does not take is skipped.
                request.transport.set_write_buffer_limits(high=0)
            await response.write(FRAME)
            with contextlib.suppress(ConnectionError, TimeoutError):
                await self._send_pictures(request, response, pictures, is_over)
        finally:
            self._viewers -= 1
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self.static(request.match_info["name"])

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Send news to a page, and handle its requests."""
        if len(self._clients) >= PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages look on")
        socket = web.WebSocketResponse(
            heartbeat=TIMEOUT_S, max_msg_size=2 * LARGEST, compress=False, autoping=False
        )
        try:
            await socket.prepare(request)
        except ValueError as error:  # a key that the library does not even take for text
            raise web.HTTPBadRequest(text="this is no handshake of a WebSocket") from error
        client = Client(socket, self._role(request))
        self._clients.add(client)
        self.greet(client)
        self._has_clients.set()
        sending = asyncio.create_task(client.run())
        try:
            await self._receive(socket, client)
        finally:
            self._clients.discard(client)
            if not self._clients:
                self._has_clients.clear()
            self.client_left(client)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
        return socket

    async def _receive(self, socket: web.WebSocketResponse, client: Client) -> None:
        """Handle what a page sends; pings count too, or a flood of them would cost the show."""
        async for received in socket:
            if received.type == WSMsgType.PING:
                await socket.pong(received.data)
            elif received.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                self.handle(received.data, client)
            elif received.type != WSMsgType.PONG:
                return
            await client.throttle()

    def _role(self, request: web.Request) -> Role:
        """Return whose a request is that came in; without tokens, who does not sit here is a guest.

        By its cookie, where there are tokens: a guest who was sent away meanwhile stays a guest.
        """
        if self._auth is not None:
            return self._auth.role_of(request) or Role.GUEST
        ours = is_this_machine(request.remote or "", request.host, request.headers)
        return Role.OWNER if ours else Role.GUEST

    async def _send_pictures(
        self,
        request: web.Request,
        response: web.StreamResponse,
        pictures: AsyncGenerator[bytes, None],
        is_over: Callable[[], bool],
    ) -> None:
        async with contextlib.aclosing(pictures) as frames:
            async for jpeg in frames:
                if is_over() or request.transport is None or self._was_sent_away(request):
                    return
                if jpeg:
                    await asyncio.wait_for(response.write(part(jpeg)), TIMEOUT_S)

    def _was_sent_away(self, request: web.Request) -> bool:
        return self._auth is not None and self._auth.role_of(request) is None


def part(jpeg: bytes) -> bytes:
    """Return a picture of a stream, with the next boundary: browsers show a part once it ended."""
    return b"Content-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n" + FRAME


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(headers(request.host))
