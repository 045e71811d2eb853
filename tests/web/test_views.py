"""Pictures at addresses of their own: what a browser source gets, and what it does not."""

from __future__ import annotations

import asyncio

import pytest
from runtime.boxes import play

from engine.core.commands import BlackOut, KeepPrivate, SetMaster
from engine.core.context import Context

from .visit import get, grey, say, streamed

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


async def until(page, looks, change=lambda: None, name="left"):
    """Return the first picture of a stream that looks so; ``change`` is done once one has come."""
    async for image in streamed(page, f"/view/{name}?stream"):
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
