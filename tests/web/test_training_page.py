"""The page of a training: what it shows, who may stop it, and who it does not wait for."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import numpy as np
import pytest

import engine.web.training_site  # noqa: F401  the page imports it on its loop, where a test sees that
from engine.dsp.image.jpeg import encode_jpeg
from engine.web.training_board import TrainingBoard, TrainingState
from engine.web.training_page import TrainingPage
from tests.limits import LIMIT

from .visit import get, grey, streamed, visit

TOKEN = "a-word-for-the-crew"


@contextlib.contextmanager
def served(port, **how):
    """Serve the page of a training."""
    page = TrainingPage(port=port, **how)
    page.open()
    page.wait()
    with contextlib.closing(page):
        yield page


@pytest.fixture
def training(free_port):
    with served(free_port) as page:
        yield page


def state(steps: int, ended: str = "") -> TrainingState:
    return TrainingState("me", steps / 100, 100.0 - steps, steps, 100, 1 / steps, ended)


def show(page: TrainingPage, steps: int, level: int = 0) -> None:
    page.show(state(steps), lambda: grey(level))


def at(steps: int):
    return lambda news: news["state"] is not None and news["state"]["steps"] == steps


def test_each_page_is_shown_how_far_it_is_and_how_it_came_there(training):
    async def look():
        show(training, 1)
        async with visit(training) as first:
            assert (await first.next("you"))["may_stop"]
            await first.next("training", at(1))
            show(training, 2)
            await first.next("training", at(2))
            async with visit(training) as second:
                return await second.next("training", at(2))

    news = asyncio.run(look())
    assert news["state"] == {
        "title": "me",
        "done": 0.02,
        "left": 98.0,
        "steps": 2,
        "of_steps": 100,
        "loss": 0.5,
        "ended": "",
        "sample": None,
    }
    assert news["losses"] == [[0.01, 1.0], [0.02, 0.5]]
    assert not news["stops"]
    status, _, body = asyncio.run(get(training))
    assert (status, b"training.js" in body) == (200, True)


def test_previews_come_as_they_are_painted_and_only_for_who_looks_on(training):
    painted: list[int] = []

    def paint(level: int):
        painted.append(level)
        return grey(level)

    training.show(state(1), lambda: paint(10))
    assert painted == []

    async def look():
        async with visit(training) as one:
            await one.next("training")
            training.show(state(2), lambda: paint(90))
            async for picture in streamed(training, "/preview"):
                level = round(float(picture.mean()))
                if level == 90 and len(painted) == 1:
                    training.show(state(3), lambda: paint(200))
                if level == 200:
                    break

    asyncio.run(asyncio.wait_for(look(), LIMIT))
    assert painted == [90, 200]


def test_a_network_that_writes_shows_what_it_writes_to_who_looks_on(training):
    written: list[str] = []

    def write(text: str):
        written.append(text)
        return text

    training.show_text(state(1), lambda: write("unseen"))

    async def look():
        async with visit(training) as one:
            first = await one.next("training")
            training.show_text(state(2), lambda: write("the see\nis clam <b>"))
            second = await one.next("training", at(2))
        while training._board.watched:
            await asyncio.sleep(0.01)
        training.show_text(state(3), lambda: write("unseen"))
        async with visit(training) as other:
            third = await other.next("training", at(3))
            training.end(state(3, "kept"))
            return first, second, third, await other.next("training", lambda n: n["state"]["ended"])

    news = asyncio.run(asyncio.wait_for(look(), LIMIT))
    assert written == ["the see\nis clam <b>"]
    assert [one["state"]["sample"] for one in news] == ["", *written * 3]


def test_a_browser_that_leaves_costs_nothing_and_stops_nothing(training):
    async def look():
        async with visit(training) as one:
            await one.next("training")
            assert training._board.watched
        while training._board.watched:
            await asyncio.sleep(0.01)
        show(training, 1)
        async with visit(training) as other:
            await other.next("training", at(1))

    asyncio.run(asyncio.wait_for(look(), LIMIT))
    assert not training.stop_asked


BAD = (
    "stop",
    "{",
    "[]",
    "null",
    '{"do": "panic"}',
    '{"do": "stop", "now": true}',
    '{"do": ["stop"]}',
    '{"do": "stop"' + " " * 100_000 + "}",
)


def test_what_is_no_request_is_refused_and_stops_nothing(training):
    async def look():
        async with visit(training) as one:
            for text in BAD[:-1]:
                await one.socket.send_str(text)
                assert (await one.next("refused"))["text"]
            await one.socket.send_str(BAD[-1])
            with pytest.raises(ConnectionError):
                await one.next("refused")
        async with visit(training) as other:
            await other.next("training")

    asyncio.run(look())
    assert not training.stop_asked


def test_stop_is_asked_once_for_all_pages(training):
    async def look():
        async with visit(training) as one, visit(training) as other:
            await one.next("training")
            await one.ask(do="stop")
            await other.next("training", lambda news: news["stops"])
            await other.ask(do="stop")

    asyncio.run(look())
    assert training.stop_asked


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_who_comes_through_a_proxy_looks_on_and_stops_nothing(training, header):
    async def look():
        async with visit(training, **{header: "198.51.100.7"}) as one:
            assert not (await one.next("you"))["may_stop"]
            await one.ask(do="stop")
            return (await one.next("refused"))["text"]

    assert asyncio.run(look()).startswith("only from this machine")
    assert not training.stop_asked


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/preview", "/news", "/training.js"])
def test_other_sites_are_turned_away(training, path, headers):
    assert asyncio.run(get(training, path, **headers))[0] == 403


def test_beyond_this_machine_it_asks_for_the_token(free_port):
    with served(free_port, token=TOKEN) as page:
        for path in ("/", "/preview", "/news", "/training.js", "/?token=a-word-for-the-crow"):
            assert asyncio.run(get(page, path))[0] in (401, 403)
        _, headers, _ = asyncio.run(get(page, f"/?token={TOKEN}"))
        cookie = headers["Set-Cookie"].split("; ")[0]

        async def look():
            async with visit(page, Cookie=cookie) as one:
                assert (await one.next("you"))["may_stop"]
                await one.ask(do="stop")
                await one.next("training", lambda news: news["stops"])

        asyncio.run(look())
        assert page.stop_asked


def test_a_port_that_is_taken_is_told_and_the_next_one_is_used(free_port, caplog):
    caplog.set_level("INFO", "sensorium")
    with socket.create_server(("127.0.0.1", free_port)), served(free_port) as page:
        assert free_port < page.bound_port
        assert asyncio.run(get(page))[0] == 200
    assert f"port {free_port} is in use; the page is on port" in caplog.text


def test_where_the_last_port_is_taken_there_is_no_page_and_that_is_told(caplog):
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # another program has it: as good
            stack.enter_context(socket.create_server(("127.0.0.1", 65535)))
        page = stack.enter_context(served(65535))
        show(page, 1)
        assert (page.bound_port, page.address) == (0, "")
    assert "no page: port 65535 is in use" in caplog.messages


def test_at_the_end_every_page_hears_what_came_of_it_and_gets_the_last_picture(training):
    async def look():
        async with visit(training) as one, visit(training) as other:
            await one.next("training")
            await other.next("training")
            show(training, 1, 90)
            pictures = streamed(training, "/preview")
            assert round(float((await anext(pictures)).mean())) == 90
            training.end(state(1, "It is kept in me."), encode_jpeg(grey(200)))
            closing = asyncio.create_task(asyncio.to_thread(training.close))
            heard = [
                (await each.next("training", lambda news: news["state"]["ended"]))["state"]["ended"]
                for each in (one, other)
            ]
            last = [round(float(picture.mean())) async for picture in pictures][-1]
            await closing
            return heard, last

    assert asyncio.run(look()) == (["It is kept in me."] * 2, 200)


def test_of_many_losses_some_are_kept_from_the_beginning_to_now():
    board = TrainingBoard()
    for steps in range(1, 5001):
        board.put(TrainingState("me", steps / 5000, 1.0, steps, 5000, 1 / steps))
    done = np.array([each for each, _ in board.losses])
    assert 100 <= len(done) <= 240
    assert done[0] == 1 / 5000
    assert done[-1] > 0.98
    assert np.ptp(np.diff(done)) < 1e-9
