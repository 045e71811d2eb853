"""The site of a training: how far it is, a preview as it is painted, and a way to stop it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Final

import msgspec
from aiohttp import web

from engine.web.auth import TokenAuth
from engine.web.client import Client, news
from engine.web.requests import decode_request
from engine.web.rights import NOT_HERE, OWNER
from engine.web.site import CLOSE_S, Site
from engine.web.training_board import TrainingBoard

EVERY: Final = 1 / 8
AGAIN: Final = 1.0
"""After so many seconds the last picture is sent again, so that a viewer that left is noticed."""


class StopRequest(msgspec.Struct, tag_field="do", tag="stop", forbid_unknown_fields=True):
    """Stop a training now, and keep what was learned."""


_DECODER: Final = msgspec.json.Decoder(StopRequest)


class TrainingSite(Site):
    """Serves the page of a training."""

    def __init__(
        self, files: Mapping[str, bytes], auth: TokenAuth | None, board: TrainingBoard
    ) -> None:
        super().__init__(files, auth)
        self._board = board

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the addresses of a training."""
        return web.get("/", self.page("training.html")), web.get("/preview", self._preview)

    def greet(self, client: Client) -> None:
        """Queue how far the training is, and whether this page may stop it."""
        self._board.watched = True
        client.queue("you", news("you", may_stop=client.role in OWNER))
        client.queue("training", self._state())

    def client_left(self, client: Client) -> None:
        """Note whether somebody still looks on."""
        self._board.watched = bool(self._clients)

    def handle(self, text: str | bytes, client: Client) -> None:
        """Stop the training, where a page asks for that and may."""
        try:
            decode_request(text, _DECODER)
        except ValueError as error:
            client.reply(news("refused", text=str(error)))
            return
        if client.role not in OWNER:
            client.reply(news("refused", text=NOT_HERE))
            return
        self._board.stop_asked.set()
        self.send_all("training", self._state())

    async def send_news(self) -> None:
        """Send each change to all pages, for ever; sleep while there are none."""
        seen = self._board.changes
        while True:
            await self._has_clients.wait()
            if self._board.changes != seen:
                seen = self._board.changes
                self.send_all("training", self._state())
            for client in self._clients:
                client.reset_rate()
            await asyncio.sleep(EVERY)

    async def close(self) -> None:
        """Send all pages what came of it, and close their connections."""
        last = self._state()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(client.say(last) for client in self._clients))
        await super().close()

    def _state(self) -> bytes:
        board = self._board
        stops = board.stop_asked.is_set()
        return news("training", state=board.state, losses=board.losses, stops=stops)

    async def _preview(self, request: web.Request) -> web.StreamResponse:
        """Serve the previews as a stream, the newest each time."""
        return await self.stream(request, self._jpegs())

    async def _jpegs(self) -> AsyncGenerator[bytes, None]:
        """Yield each new preview, until the training has ended; the last one for certain."""
        loop = asyncio.get_running_loop()
        seen, last, over = 0, 0.0, False
        while not over:
            over = self._is_over
            board, now = self._board, loop.time()
            if board.pictures != seen or now - last >= AGAIN:
                seen, last = board.pictures, now
                yield board.jpeg
            await asyncio.sleep(EVERY)
