"""Beyond this machine the page asks for a token, and nobody takes all its connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys

import aiohttp
import pytest
from runtime.boxes import COLLECT, numbers, play

from engine.core.errors import ParameterError
from engine.web.auth import COOKIE, TRIES, TokenAuth
from engine.web.invite import qr_code, reachable_host
from engine.web.page import Page
from tests.limits import LIMIT

from .visit import get, visit

TOKEN = "a-word-for-the-crew"
WRONG = "a-word-for-the-crow"


@pytest.fixture
def guarded(free_port):
    page = Page(port=free_port, patience=0, token=TOKEN)
    page.watch(play('title="Small"\n' + numbers("a", [0.25]) + COLLECT + 'raw="a"\n').engine)
    page.open()
    page.wait()
    yield page
    page.close()


def cookie_of(page, token=TOKEN):
    """Come in by the token; gives the cookie."""
    status, headers, body = asyncio.run(get(page, f"/?token={token}"))
    assert (status, b'content="0;url=/"' in body) == (200, True)
    cookie, *how = headers["Set-Cookie"].split("; ")
    assert set(how) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    return cookie


@pytest.mark.parametrize(
    "path", ["/", "/main.js", "/news", "/picture?of=a", "/view/a?stream", "/?token", "/nothing"]
)
def test_without_the_token_there_is_nothing_to_see(guarded, path):
    status, headers, body = asyncio.run(get(guarded, path))
    assert status in (401, 403)
    assert b"<" not in body
    assert "Set-Cookie" not in headers


def test_the_token_is_exchanged_for_a_cookie_that_opens_everything(guarded):
    cookie = cookie_of(guarded)
    assert TOKEN not in cookie
    assert asyncio.run(get(guarded, "/", Cookie=cookie))[0] == 200

    async def look():
        async with visit(guarded, Cookie=cookie) as one:
            await one.ask(do="panic")
            return await one.next("patch")

    assert asyncio.run(look())["patch"]["title"] == "Small"


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/", "/"),
        ("/picture", "/picture"),
        ("/nothing", "/"),
        ('/"><script>', "/"),
        ("//evil", "/"),
        ("/view/left", "/view/left"),
        ("/view/%22%3E%3Cscript%3E", "/"),
        ("/view/%2F%2Fother.example", "/"),
        ("/view/..%2Fnews", "/"),
    ],
)
def test_the_token_leads_to_the_page_that_was_asked_for_and_to_no_other(guarded, asked, led):
    _, _, body = asyncio.run(get(guarded, f"{asked}?token={TOKEN}"))
    assert f'content="0;url={led}"'.encode() in body
    assert b"script" not in body


@pytest.mark.parametrize("cookie", [COOKIE, f"{COOKIE}=", f"{COOKIE}={TOKEN}", f"{COOKIE}=\xe9"])
def test_a_wrong_cookie_opens_nothing(guarded, cookie):
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        asyncio.run(look_once(guarded, cookie))


async def look_once(page, cookie):
    async with visit(page, Cookie=cookie):
        pass


def test_tries_are_limited_and_who_is_in_stays_in(guarded):
    cookie = cookie_of(guarded)
    tried = []
    while 429 not in tried:  # on a slow machine there is another try in the meantime
        tried.append(asyncio.run(get(guarded, f"/?token={WRONG}"))[0])
    assert len(tried) >= TRIES
    assert set(tried[:-1]) == {403}
    assert asyncio.run(get(guarded, "/", Cookie=cookie))[0] == 200


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has one address of its own only")
def test_wrong_tries_from_many_machines_keep_nobody_out(guarded):
    """Each machine of a network has its own tries, and who knows the token has his."""

    async def guess(machine):
        source = aiohttp.TCPConnector(local_addr=(f"127.0.1.{machine}", 0))
        async with aiohttp.ClientSession(connector=source) as session:
            address = f"http://127.0.0.1:{guarded.bound_port}/"
            tried = []
            while 429 not in tried:
                async with session.get(address, params={"token": WRONG}) as answer:
                    tried.append(answer.status)
            return tried

    for machine in range(1, 100):
        assert len(asyncio.run(guess(machine))) > TRIES
    cookie_of(guarded)


@pytest.mark.parametrize("token", ["short", "with space", "with&other=1", "größer-als-acht"])
def test_a_token_that_will_not_do_is_said(token):
    with pytest.raises(ParameterError, match="--page-token: expected 8 or more letters"):
        TokenAuth(token)


def test_beyond_this_machine_a_token_is_made_up(free_port):
    page = Page("0.0.0.0", free_port, patience=0)
    page.open()
    page.wait()
    with contextlib.closing(page):
        assert page.address.startswith(f"http://{reachable_host('0.0.0.0')}:{free_port}/?token=")
        assert asyncio.run(get(page))[0] == 401
        cookie_of(page, page.address.partition("token=")[2])
    assert TokenAuth().token != TokenAuth().token


def test_the_code_is_a_square_of_blocks():
    rows = qr_code("http://192.168.1.20:9780/?token=0123456789abcdef").split("\n")
    assert len({len(row) for row in rows}) == 1
    assert set("".join(rows)) <= set(" █▀▄")


@pytest.mark.parametrize(
    "rubbish",
    [b"\x1b[2J", b"GET / HTTP/9.9", b"GET / HTTP/1.1\r\nA: \0", b"GET / HTTP/1.1\r\nHost: \x80"],
)
def test_what_is_no_http_is_not_told_at_length(guarded, caplog, rubbish):
    with socket.create_connection(("127.0.0.1", guarded.bound_port), LIMIT) as one:
        one.sendall(rubbish + b"\r\n\r\n")
        assert one.recv(20).startswith(b"HTTP/1.")
    assert caplog.messages == []
