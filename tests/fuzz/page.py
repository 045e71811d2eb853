"""What a browser sends, or whoever says to be one: messages on the socket, and HTTP as bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket

import aiohttp
from hypothesis import strategies as st

from engine.web.requests import LARGEST, read_request, to_command
from tests.limits import LIMIT

from .mutation import mutated
from .show import show

WORDS = ["set", "release", "panic", "teach", "range", "soft", "smooth", "out", "out/soft", "on"]
WORDS += ["blackout", "freeze", "master", "pin", "soft/smooth"]
KEYS = ["do", "box", "parameter", "value", "route", "cable", "on", "level", "knobs"]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)
asked = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(WORDS) | json_values, max_size=5)
said = asked.map(lambda one: json.dumps(one).encode())
nested = st.integers(1, LARGEST).map(lambda n: b"[" * n)
messages = said | mutated(said) | nested | st.binary(max_size=60)
cases = st.lists(messages, max_size=10)

REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /news HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    b"\x81\x85\x01\x02\x03\x04rubbi\x88\x80\0\0\0\0",
    b"GET /picture?bare&of= HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /picture?of=out HTTP/1.1\r\nHost: localhost\r\nCookie: sensorium=x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ffffffff\r\nx\r\n0\r\n\r\n",
    b"PUT /../../x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\nxxxx",
    b"GET /?token=%ff%00 HTTP/1.0\r\nOrigin: null\r\nSec-Fetch-Site: \xff\r\n\r\n",
]
http_cases = st.lists(mutated(st.sampled_from(REQUESTS)) | st.binary(max_size=80), max_size=4)


def take(messages: list[bytes]) -> None:
    """Say messages on a socket: each is done or refused, and who said them may stay."""
    engine = show().live.engine
    for message in messages:
        with contextlib.suppress(ValueError):
            to_command(read_request(message), engine)
    asyncio.run(_say([one for one in messages if len(one) < LARGEST]))
    show().still_there()


async def _say(messages: list[bytes]) -> None:
    place = f"http://127.0.0.1:{show().page.bound_port}/news"
    async with aiohttp.ClientSession() as session, session.ws_connect(place) as line:
        for message in [*messages, b'{"do": "teach", "route": "the end"}']:
            await line.send_bytes(message)
        async with asyncio.timeout(LIMIT):
            while '"the end"' not in json.loads(await line.receive_str()).get("text", ""):
                pass


def take_http(requests: list[bytes]) -> None:
    """Send bytes to the port of the page: who sends right ones after that is answered."""
    place = ("127.0.0.1", show().page.bound_port)
    with socket.create_connection(place, LIMIT) as one, contextlib.suppress(OSError):
        for request in requests:
            one.sendall(request)
    with socket.create_connection(place, LIMIT) as one:
        one.sendall(REQUESTS[0])
        assert one.recv(12) == b"HTTP/1.1 200"
    found, show().mistakes.found = show().mistakes.found, []
    assert found == [], found[0]
