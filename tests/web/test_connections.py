"""Who connects and never asks is hung up on; who looks on is not."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web

from engine.web.connections import Connections
from tests.limits import LIMIT

PATIENCE = 0.2


async def serve(connections, handler):
    app = web.Application(middlewares=[connections.watch])
    app.add_routes([web.get("/", handler)])
    runner = web.AppRunner(app)
    await runner.setup()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(connections.limit(runner.server), "127.0.0.1", 0)
    sweeping = asyncio.create_task(connections.close_idle(runner.server))

    async def end():
        sweeping.cancel()
        listening.close()
        await runner.cleanup()

    return listening.sockets[0].getsockname()[1], end


@pytest.mark.parametrize(
    "beginning", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
)
def test_who_never_finishes_asking_is_hung_up_on(beginning):
    async def drip():
        async def answer(_):
            return web.Response(text="here")

        port, end = await serve(Connections(PATIENCE), answer)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(beginning)
        async with asyncio.timeout(LIMIT):
            await reader.read(-1)  # to the end: the page hangs up
        writer.close()
        await end()

    asyncio.run(drip())


def test_a_long_answer_is_let_be():
    async def look():
        gone = asyncio.Event()

        async def answer(_):
            await asyncio.wait_for(gone.wait(), LIMIT)
            return web.Response(text="here")

        connections = Connections(PATIENCE)
        port, end = await serve(connections, answer)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        other, knock = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(LIMIT):
            await other.read(-1)  # by now whoever says nothing is gone
            gone.set()
            assert b"here" in await reader.readuntil(b"here")
        writer.close()
        knock.close()
        await end()

    asyncio.run(look())


def test_one_too_many_is_hung_up_on_at_once(monkeypatch):
    monkeypatch.setattr("engine.web.connections.MOST", 1)

    async def knock():
        async def answer(_):
            return web.Response(text="here")

        port, end = await serve(Connections(patience=1e6), answer)
        first, keep = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            keep.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(LIMIT):
                await first.readuntil(b"here")
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                with contextlib.suppress(ConnectionError):
                    assert await reader.read(1) == b""
            writer.close()
        keep.close()
        await end()

    asyncio.run(knock())
