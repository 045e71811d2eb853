"""What the page asks for and what it gets: its files, the news, the pictures. HTTP only.

Everything here runs on the page's own loop. Files were read before it began.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

from aiohttp import WSMsgType, web

from engine.runtime.engine import Engine
from engine.web.asks import LARGEST, read
from engine.web.client import Client
from engine.web.connections import Connections
from engine.web.door import Door
from engine.web.guard import guard, headers
from engine.web.pictures import Picture
from engine.web.show import ShowView, message

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
EVERY = 1 / 16
PAGES = 64
VIEWERS = 32
"""How many may be told the news, and how many may look at pictures, at once."""

GOODBYE = 0.3
"""How many seconds who looks on is waited for at the end."""

SILENT = 15.0
"""After how many seconds a page that does not answer is taken for gone."""

_KNOBS_EVERY = 4
_HEALTH_EVERY = 10
_FRAME = b"--frame\r\n"


def read_files(folder: Path = STATIC) -> dict[str, bytes]:
    """Read the files of the page."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


class Server:
    """The page of whatever plays now."""

    def __init__(self, files: Mapping[str, bytes], door: Door | None = None) -> None:
        """``door`` keeps strangers out where the network can reach the page."""
        self.connections = Connections()
        self._files = files
        self._door = door
        self._show: ShowView | None = None
        self._clients: set[Client] = set()
        self._viewers = 0
        self._somebody = asyncio.Event()
        self._changed = asyncio.Event()

    def application(self) -> web.Application:
        """Give what answers requests."""
        doors = [self._door.guard] if self._door else []
        middlewares = [self.connections.watch, guard, *doors]
        app = web.Application(middlewares=middlewares, client_max_size=LARGEST)
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/news", self._news),
                web.get("/picture", self._picture),
                web.get("/{name}", self._file),
            ]
        )
        app.on_response_prepare.append(_say_headers)
        return app

    def watch(self, engine: Engine) -> None:
        """Show this engine from now on, or what it plays now."""
        before = self._show
        self._show = ShowView(engine, before if before and before.engine is engine else None)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for client in self._clients:
            self._greet(client)

    async def leave(self) -> None:
        """Hang up on everybody, as the show ends; who does not listen is not waited for."""
        self._changed.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await asyncio.gather(*(client.hang_up() for client in self._clients))

    async def tell(self) -> None:
        """Tell all pages what is new, for ever; nothing is looked at while there is none."""
        turn = 0
        while True:
            await self._somebody.wait()
            show = self._show
            if show is not None:
                self._tell_all("values", show.values())
                show.look_for_range(self._tell_all)
                if turn % _KNOBS_EVERY == 0:
                    show.tell_knobs(self._tell_all)
                if turn % _HEALTH_EVERY == 0:
                    self._tell_all("health", show.health())
            for client in self._clients:
                client.rest()
            turn += 1
            await asyncio.sleep(EVERY)

    def _tell_all(self, kind: str, text: bytes) -> None:
        for client in self._clients:
            client.tell(kind, text)

    def _greet(self, client: Client) -> None:
        if self._show is not None:
            client.tell("patch", self._show.patch())
            client.tell("knobs", self._show.knobs())
            client.tell("health", self._show.health())

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return self._give("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._give(request.match_info["name"])

    def _give(self, name: str) -> web.StreamResponse:
        if name not in self._files:
            raise web.HTTPNotFound
        kind = TYPES.get(Path(name).suffix, "application/octet-stream")
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8")

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Tell a page the news, and hear what it asks."""
        if len(self._clients) >= PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages look on")
        socket = web.WebSocketResponse(heartbeat=SILENT, max_msg_size=LARGEST, compress=False)
        try:
            await socket.prepare(request)
        except ValueError as error:  # a key that the library does not even take for text
            raise web.HTTPBadRequest(text="this is no handshake of a WebSocket") from error
        client = Client(socket)
        self._clients.add(client)
        self._greet(client)
        self._somebody.set()
        sending = asyncio.create_task(client.send())
        try:
            await self._hear(socket, client)
        finally:
            self._clients.discard(client)
            if not self._clients:
                self._somebody.clear()
            if self._show is not None:
                self._show.gone(client)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
        return socket

    async def _hear(self, socket: web.WebSocketResponse, client: Client) -> None:
        async for said in socket:
            if said.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                if self._show is not None:
                    self._show.ask(read(said.data), client)
            except ValueError as error:
                client.answer(message("refused", text=str(error)))
            await client.breathe()

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        """Send the picture of an outlet, the newest each time, for as long as it is looked at."""
        show = self._show
        picture = show.picture(request.query.get("of", "")) if show else None
        if picture is None:
            raise web.HTTPNotFound(text="there is no such picture")
        if self._viewers >= VIEWERS:
            raise web.HTTPServiceUnavailable(text="too many look on")
        response = web.StreamResponse(
            headers={"Content-Type": "multipart/x-mixed-replace; boundary=frame"}
        )
        self._viewers += 1
        try:
            await response.prepare(request)
            if request.transport is not None:
                # Nothing waits here for a slow reader: what it does not take is left out.
                request.transport.set_write_buffer_limits(high=0)
            await response.write(_FRAME)
            with contextlib.suppress(ConnectionError, TimeoutError):
                await self._send_pictures(request, response, picture)
        finally:
            self._viewers -= 1
        return response

    async def _send_pictures(
        self, request: web.Request, response: web.StreamResponse, picture: Picture
    ) -> None:
        """Send pictures until another patch plays, or who looks is gone or takes none."""
        changed = self._changed
        async with contextlib.aclosing(picture.look()) as looking:
            async for jpeg in looking:
                if changed.is_set() or request.transport is None:
                    return
                if not jpeg:
                    continue
                # The next boundary goes with the picture: browsers show a part when it is over.
                part = b"Content-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n" + _FRAME
                await asyncio.wait_for(response.write(part), SILENT)


async def _say_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(headers(request.host))
