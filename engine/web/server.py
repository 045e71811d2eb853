"""The HTTP server of the page: its files, the news by WebSocket, the pictures as a stream.

Everything here runs on the page's own loop. Files are read before it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path

from aiohttp import WSMsgType, web

from engine.runtime.engine import Engine
from engine.runtime.saver import SaveError
from engine.web.auth import TokenAuth
from engine.web.client import Client
from engine.web.connections import Connections
from engine.web.guard import guard, headers, is_this_machine
from engine.web.invite import qr_rows
from engine.web.pictures import black_picture
from engine.web.requests import (
    LARGEST,
    InviteRequest,
    PageRequest,
    SaveRequest,
    read_request,
)
from engine.web.rights import Role, refusal, rights_of
from engine.web.saving import draft_news
from engine.web.show import ShowView, news
from engine.web.views import find_view, jpegs

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
"""The most pages that get news, and the most viewers of pictures, at once."""

CLOSE_S = 0.3
"""How many seconds to wait for clients at the end."""

TIMEOUT_S = 15.0
"""After how many seconds a client that does not respond counts as gone."""

_KNOBS_EVERY = 4
_HEALTH_EVERY = 10
_TRAFFIC_EVERY = 8
_FRAME = b"--frame\r\n"
_STREAM = "multipart/x-mixed-replace; boundary=frame"


def read_files(folder: Path = STATIC) -> dict[str, bytes]:
    """Return the files of the page by name."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


class Server:
    """Serves the page of the engine that plays now."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        auth: TokenAuth | None = None,
        address_with: Callable[[str], str] = lambda token: "",
    ) -> None:
        """``auth`` is needed where the network can reach the page.

        ``address_with`` returns the address of the page with a token.
        """
        self.connections = Connections()
        self._address_with = address_with
        self._saving: asyncio.Task[None] | None = None
        self._files = files
        self._auth = auth
        self._show: ShowView | None = None
        self._clients: set[Client] = set()
        self._viewers = 0
        self._is_over = False
        self._has_clients = asyncio.Event()
        self._changed = asyncio.Event()

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        doors = [self._auth.guard] if self._auth else []
        middlewares = [self.connections.watch, guard, *doors]
        app = web.Application(middlewares=middlewares, client_max_size=LARGEST)
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/news", self._news),
                web.get("/picture", self._picture),
                web.get("/walk", self._walk),
                web.get("/view/{name}", self._view),
                web.get("/{name}", self._file),
            ]
        )
        app.on_response_prepare.append(_add_headers)
        return app

    def watch(self, engine: Engine) -> None:
        """Show this engine, or its new plan, from now on."""
        previous = self._show
        self._show = ShowView(engine, previous if previous and previous.engine is engine else None)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for client in self._clients:
            self._send_state(client)

    async def close(self) -> None:
        """Close all connections at the end of the show, within ``CLOSE_S`` seconds."""
        self._is_over = True
        self._changed.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(client.close() for client in self._clients))

    async def send_news(self) -> None:
        """Send the news to all pages, for ever; nothing is read while there are none."""
        turn = 0
        while True:
            await self._has_clients.wait()
            show = self._show
            if show is not None:
                self._send_all("values", show.values())
                show.read_range(self._send_all)
                if turn % _KNOBS_EVERY == 0:
                    show.send_knobs(self._send_all)
                if turn % _HEALTH_EVERY == 0:
                    self._send_all("health", show.health())
                if turn % _TRAFFIC_EVERY == 0:
                    self._send_traffic(show)
            for client in self._clients:
                client.reset_rate()
            turn += 1
            await asyncio.sleep(EVERY)

    def _send_traffic(self, show: ShowView) -> None:
        """Send what comes in and leaves to the pages that show it."""
        looking = self._clients & show.monitors
        if looking:
            traffic = show.traffic()
            for client in looking:
                client.queue("traffic", traffic)

    def _send_all(self, kind: str, text: bytes) -> None:
        for client in self._clients:
            client.queue(kind, text)

    def _send_state(self, client: Client) -> None:
        if self._show is not None:
            client.queue("patch", self._show.patch())
            client.queue("knobs", self._show.knobs())
            client.queue("health", self._show.health())

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return self._static("index.html")

    async def _walk(self, _: web.Request) -> web.StreamResponse:
        return self._static("walk.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._static(request.match_info["name"])

    def _static(self, name: str) -> web.StreamResponse:
        if name not in self._files:
            raise web.HTTPNotFound
        kind = TYPES.get(Path(name).suffix, "application/octet-stream")
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8")

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Send news to a page, and handle its requests."""
        if len(self._clients) >= PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages look on")
        socket = web.WebSocketResponse(
            heartbeat=TIMEOUT_S, max_msg_size=LARGEST, compress=False, autoping=False
        )
        try:
            await socket.prepare(request)
        except ValueError as error:  # a key that the library does not even take for text
            raise web.HTTPBadRequest(text="this is no handshake of a WebSocket") from error
        client = Client(socket, self._role(request))
        self._clients.add(client)
        client.queue("you", news("you", role=client.role.value, may=rights_of(client.role)))
        self._send_state(client)
        self._has_clients.set()
        sending = asyncio.create_task(client.run())
        try:
            await self._receive(socket, client)
        finally:
            self._clients.discard(client)
            if not self._clients:
                self._has_clients.clear()
            if self._show is not None:
                self._show.client_left(client)
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
                self._handle(received.data, client)
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

    def _handle(self, text: str | bytes, client: Client) -> None:
        try:
            if self._show is not None:
                self._do(read_request(text), client, self._show)
        except ValueError as error:
            client.reply(news("refused", text=str(error)))

    def _do(self, request: PageRequest, client: Client, show: ShowView) -> None:
        """Do what a page requests. Raise ValueError where it may not, or where it cannot be."""
        if reason := refusal(client.role, request, show.engine):
            raise ValueError(reason)
        if isinstance(request, SaveRequest):
            if self._saving is not None and not self._saving.done():
                raise ValueError("something is being saved just now")
            self._saving = asyncio.create_task(self._save(request.key, client, show))
        elif isinstance(request, InviteRequest):
            self._invite(client, on=request.on)
        else:
            show.handle(request, client, self._send_all)

    async def _save(self, key: str, client: Client, show: ShowView) -> None:
        """Show what would be saved, or save what was shown; beside the loop, since disks wait."""
        try:
            if key:
                draft = await asyncio.to_thread(show.saver.save, key)
            else:
                draft = await asyncio.to_thread(show.saver.draft)
        except SaveError as error:
            client.reply(news("unsaved", text=str(error)))
        else:
            client.reply(news("saved" if key else "draft", **draft_news(draft)))

    def _invite(self, client: Client, *, on: bool) -> None:
        """Answer with the address for guests, or send the guests away."""
        if self._auth is None:
            raise ValueError(
                "nobody else can reach this page: begin the show with --page-host 0.0.0.0"
            )
        if on:
            address = self._address_with(self._auth.invite())
            client.reply(news("invitation", address=address, code=qr_rows(address)))
            return
        self._auth.dismiss()
        for guest in [each for each in self._clients if each.role is Role.GUEST]:
            asyncio.get_running_loop().create_task(guest.close())
        client.reply(news("invitation", address="", code=[]))

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        """Serve the page of nothing but the picture; ``of`` asks for the picture itself.

        That is the stream of an outlet, the newest picture each time (multipart/x-mixed-replace);
        "" is the main one. ``bare`` is without skeletons.
        """
        of = request.query.get("of")
        if of is None:
            return self._static("picture.html")
        show = self._show
        name = of or (show.main_picture() if show else "")
        picture = show.picture(name, bare="bare" in request.query) if show else None
        if picture is None and show and not of and show.engine.picture_master.blackout:
            # Between two patches a projector still shows what it had.
            body = _FRAME + _part(black_picture())
            return web.Response(body=body, headers={"Content-Type": _STREAM})
        if picture is None:
            raise web.HTTPNotFound(text="there is no such picture")
        changed = self._changed

        def is_over() -> bool:
            """Whether another patch plays, or the main picture is another one than was sent."""
            other = not of and self._show is not None and self._show.main_picture() != name
            return changed.is_set() or other

        return await self._stream(request, picture.frames(), is_over)

    async def _view(self, request: web.Request) -> web.StreamResponse:
        """Serve the page of the picture of one box; ``stream`` asks for the picture itself."""
        if "stream" not in request.query:
            return self._static("picture.html")
        name, show = request.match_info["name"], self._show
        if show is None or find_view(show.engine, name) is None:
            raise web.HTTPNotFound(text="there is no such picture")
        pictures = jpegs(show.engine, name, lambda: self._is_over)
        return await self._stream(request, pictures)

    async def _stream(
        self,
        request: web.Request,
        pictures: AsyncGenerator[bytes, None],
        is_over: Callable[[], bool] = lambda: False,
    ) -> web.StreamResponse:
        """Answer with a stream, until it is over, or the viewer is gone, away or takes none."""
        if self._viewers >= VIEWERS:
            raise web.HTTPServiceUnavailable(text="too many look on")
        response = web.StreamResponse(headers={"Content-Type": _STREAM})
        self._viewers += 1
        try:
            await response.prepare(request)
            if request.transport is not None:
                # Nothing is buffered for a slow reader: what it does not take is skipped.
                request.transport.set_write_buffer_limits(high=0)
            await response.write(_FRAME)
            with contextlib.suppress(ConnectionError, TimeoutError):
                await self._send_pictures(request, response, pictures, is_over)
        finally:
            self._viewers -= 1
        return response

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
                    await asyncio.wait_for(response.write(_part(jpeg)), TIMEOUT_S)

    def _was_sent_away(self, request: web.Request) -> bool:
        return self._auth is not None and self._auth.role_of(request) is None


def _part(jpeg: bytes) -> bytes:
    """Return a picture of a stream, with the next boundary: browsers show a part once it ended."""
    return b"Content-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n" + _FRAME


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(headers(request.host))
