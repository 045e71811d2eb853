"""Pictures at addresses of their own: what a browser source gets, and what it does not."""

from __future__ import annotations

import asyncio

import aiohttp
import cv2
import numpy as np
import pytest
from runtime.boxes import play

from engine.core.commands import BlackOut, KeepPrivate, SetMaster
from engine.core.context import Context
from engine.core.messages import Frame, Ns
from engine.runtime.entries import Arrival

from .visit import WAIT, get

PATCH = """
[p]
use = "pictures"
count = 1
[left]
use = "web_view"
from = "p"
[right]
use = "web_view"
from = "p"
longest = 16
[sink]
use = "watch"
from = "p"
"""


@pytest.fixture
def engine(page):
    engine = play(PATCH).engine
    for name in ("left", "right"):  # they have been closed when the tape was over
        may_leave = lambda: engine.privacy.pictures_may_leave  # noqa: E731
        context = Context(name, may_leave=may_leave, masters=engine.picture_master)
        engine.states[name].box.open(context)
    page.watch(engine)
    return engine


def say(engine, image):
    at = Ns(engine.clock.now() + 40_000_000)
    engine.clock.move_to(at)
    engine.step(Arrival("p", "frame", Frame(image), at))


def grey(level):
    return np.full((36, 64, 3), level, np.uint8)


async def until(page, looks, change=lambda: None, name="left"):
    """Return the first picture of a stream that looks so; ``change`` is done once one has come."""
    timeout = aiohttp.ClientTimeout(total=WAIT)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(f"http://127.0.0.1:{page.bound_port}/view/{name}?stream") as answer,
    ):
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        waiting = b""
        async for piece in answer.content.iter_any():
            waiting += piece
            while waiting.count(b"--frame\r\n") > 1:
                _, part, rest = waiting.split(b"--frame\r\n", 2)
                waiting = b"--frame\r\n" + rest
                body = part.partition(b"\r\n\r\n")[2]
                image = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
                if looks(image):
                    return image
                change()
    return None


def level(value):
    return lambda image: abs(int(image[0, 0, 0]) - value) < 4


def test_the_last_picture_is_there_at_once_and_each_new_one_follows(page, engine):
    say(engine, grey(100))
    assert asyncio.run(until(page, level(100))).shape == (36, 64, 3)
    assert asyncio.run(until(page, level(200), lambda: say(engine, grey(200)))) is not None
    assert asyncio.run(until(page, level(200), name="right")).shape == (9, 16, 3)


@pytest.mark.parametrize(
    ("command", "shown"), [(BlackOut(True), 0), (SetMaster(0.5), 100), (KeepPrivate(True), 0)]
)
def test_the_masters_hold_here_at_once(page, engine, command, shown):
    """Also where no other picture comes, and for whoever looks on already."""
    say(engine, grey(200))
    done = []

    def once():
        if not done:
            done.append(engine.ask("test", command))

    assert asyncio.run(until(page, level(shown), once)) is not None


def test_the_address_is_a_page_that_waits_for_its_picture(page, engine):
    for name in ("left", "nobody"):  # another patch of the set may have it
        status, _, text = asyncio.run(get(page, f"/view/{name}"))
        assert status == 200
        assert b'id="picture"' in text
    for name in ("nobody", "p", "sink", "..%2f"):
        assert asyncio.run(get(page, f"/view/{name}?stream"))[0] == 404
