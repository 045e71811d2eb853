"""The site of a show: what it is doing now, its knobs, and its pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

import msgspec
from aiohttp import web

from engine.runtime.engine import Engine
from engine.runtime.saver import SaveError
from engine.web.auth import TokenAuth
from engine.web.client import Client, news
from engine.web.invite import qr_rows
from engine.web.pictures import black_picture
from engine.web.requests import InviteRequest, PageRequest, SaveRequest, read_request
from engine.web.rights import Role, refusal, rights_of
from engine.web.saving import draft_news
from engine.web.show import ShowView
from engine.web.site import FRAME, STREAM, Site, part
from engine.web.views import find_view, jpegs

EVERY = 1 / 16
_KNOBS_EVERY = 4
_HEALTH_EVERY = 10
_TRAFFIC_EVERY = 8
_DIGITS = 9
"""Fewer than so many has the number of an item."""


class Server(Site):
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
        super().__init__(files, auth)
        self._address_with = address_with
        self._saving: asyncio.Task[None] | None = None
        self._show: ShowView | None = None
        self._changed = asyncio.Event()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the addresses of the show."""
        return (
            web.get("/", self.page("index.html")),
            web.get("/picture", self._picture),
            web.get("/walk", self.page("walk.html")),
            web.get("/view/{name}", self._view),
            web.get("/map", self._map),
        )

    def watch(self, engine: Engine) -> None:
        """Show this engine, or its new plan, from now on."""
        previous = self._show
        self._show = ShowView(engine, previous if previous and previous.engine is engine else None)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for client in self._clients:
            self._send_state(client)

    async def close(self) -> None:
        """Close all connections at the end of the show."""
        self._changed.set()
        await super().close()

    async def send_news(self) -> None:
        """Send the news to all pages, for ever; nothing is read while there are none."""
        turn = 0
        while True:
            await self._has_clients.wait()
            show = self._show
            if show is not None:
                self.send_all("values", show.values())
                show.send_shapes(self.send_all)
                show.send_lessons(self.send_all)
                show.send_maps(self.send_all)
                show.read_range(self.send_all)
                if turn % _KNOBS_EVERY == 0:
                    show.send_knobs(self.send_all)
                if turn % _HEALTH_EVERY == 0:
                    self.send_all("health", show.health())
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

    def _send_state(self, client: Client) -> None:
        if self._show is not None:
            client.queue("patch", self._show.patch())
            client.queue("knobs", self._show.knobs())
            client.queue("shapes", self._show.shapes())
            client.queue("lessons", self._show.lessons())
            client.queue("examples", self._show.examples())
            client.queue("maps", self._show.map_news())
            client.queue("health", self._show.health())

    def greet(self, client: Client) -> None:
        """Queue whose page it is, what that may do, and all of the show."""
        client.queue("you", news("you", role=client.role.value, may=rights_of(client.role)))
        self._send_state(client)

    def client_left(self, client: Client) -> None:
        """Forget a page that has gone."""
        if self._show is not None:
            self._show.client_left(client)

    def handle(self, text: str | bytes, client: Client) -> None:
        """Do what a page requests; say why it may not, or cannot be."""
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
            show.handle(request, client, self.send_all)

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
            return self.static("picture.html")
        show = self._show
        name = of or (show.main_picture() if show else "")
        picture = show.picture(name, bare="bare" in request.query) if show else None
        if picture is None and show and not of and show.engine.picture_master.blackout:
            # Between two patches a projector still shows what it had.
            body = FRAME + part(black_picture())
            return web.Response(body=body, headers={"Content-Type": STREAM})
        if picture is None:
            raise web.HTTPNotFound(text="there is no such picture")
        changed = self._changed

        def is_over() -> bool:
            """Whether another patch plays, or the main picture is another one than was sent."""
            other = not of and self._show is not None and self._show.main_picture() != name
            return changed.is_set() or other

        return await self.stream(request, picture.frames(), is_over)

    async def _view(self, request: web.Request) -> web.StreamResponse:
        """Serve the page of the picture of one box; ``stream`` asks for the picture itself."""
        if "stream" not in request.query:
            return self.static("picture.html")
        name, show = request.match_info["name"], self._show
        if show is None or find_view(show.engine, name) is None:
            raise web.HTTPNotFound(text="there is no such picture")
        pictures = jpegs(show.engine, name, lambda: self._is_over)
        return await self.stream(request, pictures)

    async def _map(self, request: web.Request) -> web.StreamResponse:
        """Serve what lies on the map of the box ``of``, or of one ``item`` a small picture."""
        show, name, item = self._show, request.query.get("of", ""), request.query.get("item")
        if show is not None and item is None:
            items = show.maps.items(name)
            if items is not None:
                body = msgspec.json.encode(items)
                return web.Response(body=body, content_type="application/json")
        elif show is not None and item is not None and item.isdecimal() and len(item) < _DIGITS:
            picture = await show.maps.thumbnail(name, int(item))
            if picture is not None:
                return web.Response(body=picture, content_type="image/jpeg")
        raise web.HTTPNotFound(text="there is no such map, or no picture that may be seen")
