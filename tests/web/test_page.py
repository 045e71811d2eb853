"""The page over real sockets: what it tells, what it takes, and whom it turns away."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import Annotated, NamedTuple

import aiohttp
import pytest
from runtime.boxes import BOXES, COLLECT, numbers, picture, play

from engine import testing
from engine.core.clock import SECOND
from engine.core.commands import SetParameter
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Event, Param
from engine.runtime.entries import Arrival, WakeUp
from engine.web.client import BURST, Client
from engine.web.page import Page
from engine.web.site import PAGES
from tests.limits import LIMIT

from .visit import get, visit

PATCH = (
    'title = "Small"\n'
    + numbers("a", [0.25])
    + '[soft]\nuse="smooth"\nfrom="a"\nsmooth={from="a"}\n'
    + COLLECT
    + 'raw="a"\nwide={from="a", to=[20, 120]}\n'
)


TYPED = '[line]\nuse="typed"\n'


class Picked(NamedTuple):
    word: str


class Pick(Node):
    """Says what was chosen, and how often."""

    choose: Event[Annotated[int, Param("which", 1, 3)]] = 1
    undo: Event[bool] = False

    _count: int = 0

    def process(self, text: str) -> Picked | None:
        return None

    def on_choose(self, choose: int) -> Picked:
        self._count += 1
        return Picked(f"{choose} {self._count}")

    def on_undo(self, undo: Trigger) -> None:
        pass


@pytest.fixture
def engine(page):
    engine = play(PATCH).engine
    page.watch(engine)
    return engine


def test_it_tells_the_patch_and_every_value(page, engine):
    async def look():
        async with visit(page) as one:
            patch = await one.next("patch")
            values = await one.next("values")
            health = await one.next("health")
            return patch, values, health

    patch, values, health = asyncio.run(look())
    assert patch["patch"]["title"] == "Small"
    assert [box["name"] for box in patch["patch"]["boxes"]] == ["a", "soft", "c"]
    routes = {c["route"]: values["cables"][i] for i, c in enumerate(patch["patch"]["cables"])}
    assert routes["c/raw"][0] == 0.25
    assert routes["c/wide"][0] == 45
    assert values["boxes"]["soft"][0] == 0.25
    assert [route["name"] for route in health["routes"]] == ["c/raw", "c/wide"]


def test_it_tells_what_gives_way_to_keep_a_deadline(page):
    film = '[film]\nuse="pictures"\nfps=30\ncount=120\n[eye]\nuse="look"\nfrom="film"\n'
    patch = f'deadline="50 ms"\n{film}[c]\nuse="collector"\nfrom="eye"\n'
    page.watch(play(patch, costs={"eye": 45}).engine)

    async def look():
        async with visit(page) as one:
            return await one.next("health")

    assert asyncio.run(look())["given"] == ["eye: every 2nd picture"]


def test_a_knob_that_is_turned_turns_the_box_and_tells_every_page(page, engine):
    async def turn():
        async with visit(page) as one, visit(page) as other:
            knobs = (await one.next("patch"))["knobs"]
            place = [k["name"] for k in knobs if k["box"] == "soft"].index("smooth")
            place += [k["box"] for k in knobs].index("soft")
            await one.ask(do="set", box="soft", parameter="smooth", value=0.75)
            stand = (await other.next("knobs", lambda n: n["stand"][place][0] == 0.75))["stand"]
            await one.ask(do="release", box="soft", parameter="smooth")
            await other.next("knobs", lambda n: not n["stand"][place][1])
            return knobs[place], stand[place]

    knob, stand = asyncio.run(turn())
    assert (knob["kind"], knob["low"], knob["high"], knob["cabled"]) == ("slider", 0, 1, True)
    assert stand == [0.75, True]
    assert engine.states["soft"].box.smooth == 0.25  # its cable has it again


def test_a_page_that_asks_is_told_what_comes_and_leaves_and_others_are_not(page, engine):
    async def look():
        async with visit(page) as one, visit(page) as other:
            await one.ask(do="monitor", on=True)
            assert (await one.next("traffic"))["flows"] == []
            engine.clock.move_to(Ns(engine.clock.now() + SECOND))
            engine.step(Arrival("a", "number", 0.5, engine.clock.now()))
            flows = (await one.next("traffic", lambda news: len(news["flows"]) == 2))["flows"]
            await one.ask(do="monitor", on=False)
            await one.ask(do="rubbish")
            await one.next("refused")
            kinds = {json.loads((await other.socket.receive()).data)["kind"] for _ in range(40)}
            return flows, kinds

    flows, kinds = asyncio.run(look())
    assert [(flow["name"], flow["last"], flow["leaves"]) for flow in flows] == [
        ("raw", "0.5", True),
        ("wide", "70", True),
    ]
    assert "values" in kinds
    assert "traffic" not in kinds


def test_a_page_makes_the_show_private_and_open_again(page, engine):
    async def throw():
        async with visit(page) as one, visit(page) as other:
            await one.ask(do="privacy", on=True)
            await other.next("values", lambda news: news["private"])
            await other.ask(do="privacy", on=False)
            await one.next("values", lambda news: not news["private"])

    asyncio.run(throw())


def test_no_page_ends_the_privacy_that_a_patch_wants(page):
    engine = play("privacy = true\n" + PATCH).engine
    page.watch(engine)

    async def throw():
        async with visit(page) as one:
            values = await one.next("values")
            await one.ask(do="privacy", on=False)
            return values, await one.next("refused"), await one.next("values")

    before, refused, after = asyncio.run(throw())
    assert before["private"] and before["always_private"] and after["private"]
    assert "only its patch" in refused["text"]
    assert not engine.privacy.pictures_may_leave


def test_a_page_does_black_out_freeze_and_master_and_every_page_shows_them(page, engine):
    async def throw():
        async with visit(page) as one, visit(page) as other:
            first = await other.next("values")
            await one.ask(do="blackout", on=True)
            await one.ask(do="freeze", on=True)
            await one.ask(do="master", level=0.25)
            await other.next(
                "values", lambda n: (n["blackout"], n["frozen"], n["master"]) == (True, True, 0.25)
            )
            await other.ask(do="blackout", on=False)
            await one.next("values", lambda n: not n["blackout"] and n["frozen"])
            return first

    first = asyncio.run(throw())
    assert (first["blackout"], first["frozen"], first["master"]) == (False, False, 1.0)


def test_what_is_pinned_on_one_page_is_pinned_on_all_while_the_show_plays(page, engine):
    async def pin():
        async with visit(page) as one, visit(page) as other:
            before = (await one.next("patch"))["pins"]
            await one.ask(do="pin", knobs=["soft/smooth", "nobody/x", "soft/on", "soft/on"])
            told = await other.next("pins")
            page.watch(play(PATCH.replace("Small", "Next")).engine)
            await other.next("patch", lambda news: news["patch"]["title"] == "Next")
        return before, told

    async def again():
        async with visit(page) as late:
            return (await late.next("patch"))["pins"]

    before, told = asyncio.run(pin())
    assert before is None
    assert (told["title"], told["pins"]) == ("Small", ["soft/smooth", "soft/on"])
    assert asyncio.run(again()) is None, "another patch has its own"


def test_pins_stay_with_their_patch_through_a_reload(page, engine):
    async def pin():
        async with visit(page) as one:
            await one.ask(do="pin", knobs=["soft/smooth"])
            await one.next("pins")
            page.watch(engine)  # as a reload does
            return (await one.next("patch", lambda news: news["pins"] is not None))["pins"]

    assert asyncio.run(pin()) == ["soft/smooth"]


RUBBISH = [
    b"",
    b"rubbish",
    b"[]",
    b"{}",
    b"null",
    b"NaN",
    b'{"do": "sing"}',
    b'{"do": "set"}',
    b'{"do": "set", "box": 1, "parameter": "smooth", "value": 1}',
    b'{"do": "set", "box": "soft", "parameter": "smooth", "value": {}}',
    b'{"do": "set", "box": "soft", "parameter": "smooth", "value": "much"}',
    b'{"do": "set", "box": "soft", "parameter": "smooth", "value": 1e999}',
    b'{"do": "set", "box": "soft", "parameter": "smooth", "value": 0.1, "more": 1}',
    b'{"do": "set", "box": "soft", "parameter": "_state", "value": 1}',
    b'{"do": "set", "box": "soft", "parameter": "on", "value": "yes"}',
    b'{"do": "set", "box": "nobody", "parameter": "smooth", "value": 1}',
    b'{"do": "release", "box": "nobody", "parameter": "x"}',
    b'{"do": "teach", "route": "c/nowhere"}',
    b'{"do": "range", "cable": 99}',
    b'{"do": "privacy"}',
    b'{"do": "privacy", "on": 0}',
    b'{"do": "range", "cable": 1.5}',
    b'{"do": "blackout"}',
    b'{"do": "freeze", "on": 1}',
    b'{"do": "master", "level": 1.5}',
    b'{"do": "master", "level": -0.1}',
    b'{"do": "master", "level": "half"}',
    b'{"do": "pin", "knobs": "soft/smooth"}',
    b'{"do": "pin", "knobs": [' + b'"x",' * 64 + b'"x"]}',
    b"[" * 3000,
    b'{"do": "panic", "x": ' + b"9" * 3000 + b"}",
    b"\xff\xfe\x00",
]


def test_rubbish_is_answered_and_hurts_nobody(page, engine):
    async def say_rubbish():
        async with visit(page) as one:
            answers = []
            for rubbish in RUBBISH:
                await one.socket.send_bytes(rubbish)
                answers.append((await one.next("refused"))["text"])
            await one.ask(do="panic")
            await one.ask(do="rubbish")
            await one.next("refused")  # and so what was asked before is done
            return answers

    answers = asyncio.run(say_rubbish())
    assert 'there is no box "nobody"' in answers[15]
    assert "expected a number from 0 to 1" in answers[10]
    assert all(answers)
    assert engine.metrics.faults == []
    assert engine.states["c"].box.silenced[-1] is None


def test_who_says_too_much_at_once_is_hung_up_on_and_nobody_else(page, engine):
    async def shout():
        async with visit(page) as loud, visit(page) as calm:
            await loud.socket.send_str("x" * 50_000)
            assert (await loud.next("refused"))["text"] == "too long"
            await loud.socket.send_str("x" * 100_000)
            with pytest.raises(ConnectionError):
                await loud.next("refused")
            await calm.next("values")

    asyncio.run(shout())


def test_what_is_typed_and_chosen_by_hand_is_said_each_time(page):
    patch = f'{TYPED}[pick]\nuse="pick"\nfrom="line"\n{COLLECT}text="line"\npicked="pick"\n'
    engine = testing.play(patch, boxes={**BOXES, "pick": Pick}, seconds=1).engine
    page.watch(engine)
    longest = "\U0001f30a" * 10_000

    async def hand():
        async with visit(page) as one:
            knobs = {(k["box"], k["name"]): k for k in (await one.next("patch"))["knobs"]}
            for text in ("the sea", "the sea", longest):
                await one.ask(do="set", box="line", parameter="text", value=text)
            for value in (2, 4, "two", 2):
                await one.ask(do="set", box="pick", parameter="choose", value=value)
            refused = [(await one.next("refused"))["text"] for _ in range(2)]
            news = await one.next("values", lambda news: news["texts"].get("pick.word") == "2 2")
        async with visit(page) as other:
            stand = (await other.next("knobs"))["stand"]
        return knobs, refused, news["texts"], stand

    knobs, refused, texts, stand = asyncio.run(hand())
    kinds = {name: (knob["kind"], knob["choices"], knob["guests"]) for name, knob in knobs.items()}
    assert kinds["line", "text"] == ("line", [], False)
    assert kinds["pick", "choose"] == ("press", [1, 2, 3], True)
    assert kinds["pick", "undo"] == ("press", [True], True)
    assert refused == [
        "pick/choose: expected a whole number from 1 to 3, got 4",
        'pick/choose: expected a whole number from 1 to 3, got "two"',
    ]
    said = [message for _, port, message in engine.states["c"].box.messages if port == "text"]
    assert said == ["the sea", "the sea", longest]
    assert texts["line.text"] == "…" + longest[-199:]
    assert all(
        value is None for (value, _), knob in zip(stand, knobs, strict=True) if knob[1] == "choose"
    )
    assert not any(hand for _, hand in stand)


def test_a_flood_of_wishes_is_taken_in_its_time_and_the_last_one_counts(page, engine):
    async def flood():
        async with visit(page) as one:
            for number in range(1000):
                await one.ask(do="set", box="soft", parameter="smooth", value=number / 1000)
            await one.next("knobs", lambda n: any(s == [0.999, True] for s in n["stand"]))

    asyncio.run(flood())


@pytest.mark.parametrize("kind", ["ping", "pong", "send_bytes", "send_str"])
def test_whatever_a_page_sends_counts_towards_its_due(page, engine, monkeypatch, kind):
    counted = []
    throttle = Client.throttle

    async def count(client):
        counted.append(client)
        await throttle(client)

    monkeypatch.setattr(Client, "throttle", count)

    async def flood():
        async with visit(page) as one:
            send = getattr(one.socket, kind)
            for _ in range(2 * BURST):
                await send("x" if kind == "send_str" else b"x")
            await one.ask(do="set", box="soft", parameter="smooth", value=0.25)
            await one.next("knobs", lambda n: any(s == [0.25, True] for s in n["stand"]))

    asyncio.run(flood())
    assert len(counted) >= 2 * BURST


def test_a_ping_is_answered(page):
    async def ping():
        connector = aiohttp.ClientSession()
        address = f"http://127.0.0.1:{page.bound_port}/news"
        async with connector, connector.ws_connect(address, autoping=False) as one:
            await one.ping(b"here?")
            async with asyncio.timeout(LIMIT):
                while (said := await one.receive()).type is not aiohttp.WSMsgType.PONG:
                    assert said.type is aiohttp.WSMsgType.TEXT
            assert said.data == b"here?"

    asyncio.run(ping())


def test_a_client_that_never_reads_keeps_nobody_waiting(page, engine):
    async def look():
        deaf = socket.create_connection(("127.0.0.1", page.bound_port))
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        deaf.sendall(
            b"GET /news HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        async with visit(page) as one:
            for _ in range(30):
                await one.next("values")
        deaf.close()

    asyncio.run(look())


def test_hundreds_come_and_those_that_are_too_many_may_come_later(page, engine, monkeypatch):
    # Who is in does not read until all have come, however long a busy machine takes for that.
    monkeypatch.setattr("engine.web.site.TIMEOUT_S", 2 * LIMIT)

    async def crowd():
        base = f"http://127.0.0.1:{page.bound_port}/news"
        async with visit(page) as first:
            come = await asyncio.gather(
                *(first.session.ws_connect(base) for _ in range(300)), return_exceptions=True
            )
            inside = [one for one in come if not isinstance(one, Exception)]
            assert PAGES - 1 <= len(inside) < 200, come
            assert {one.status for one in come if isinstance(one, Exception)} == {503}
            for one in inside:
                await one.close()
            async with first.session.ws_connect(base) as late:
                await late.receive_str()

    asyncio.run(crowd())


FOLLOWED = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:9780"}, 200),
        ({"Host": "192.168.1.5:9780"}, 200),
        ({"Host": "[::1]:9780"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": "localhost:9780", "Origin": "http://localhost:9780"}, 200),
        ({"Host": "localhost:9780", "Origin": "http://evil.example"}, 403),
        ({"Host": "localhost:9780", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        (FOLLOWED, 200),
        (FOLLOWED | {"Sec-Fetch-Dest": "iframe"}, 403),
        (FOLLOWED | {"Origin": "http://evil.example"}, 403),
    ],
)
def test_no_other_site_may_ask(page, engine, headers, status):
    assert asyncio.run(get(page, **headers))[0] == status
    assert asyncio.run(get(page, "/picture?of=x", **headers))[0] == (404 if status == 200 else 403)


def test_a_socket_from_another_site_is_refused(page, engine):
    async def knock():
        async with visit(page, Origin="http://evil.example"):
            pass

    with pytest.raises(Exception, match="403"):
        asyncio.run(knock())


def test_a_handshake_that_is_none_is_refused_and_not_told(page, engine, caplog):
    words = b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    words += b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key:\xff\xff dGhlIHNhbXBsZSBub25jZQ==\r\n"
    with socket.create_connection(("127.0.0.1", page.bound_port), LIMIT) as line:
        line.sendall(b"GET /news HTTP/1.1\r\n" + words + b"\r\n")
        assert line.recv(12) == b"HTTP/1.1 400"
    assert caplog.records == []


def test_it_lets_nothing_in_from_elsewhere_and_has_no_other_files(page):
    _, headers, body = asyncio.run(get(page))
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert b"http" not in body.replace(b"http-equiv", b"")
    for path in ("/nothing.js", "/../page.py", "/%2e%2e/page.py", "/static/main.js"):
        assert asyncio.run(get(page, path))[0] == 404


def test_a_busy_port_moves_to_the_next_free_one_and_says_so(page, caplog):
    with caplog.at_level(logging.INFO):
        second = Page(port=page.bound_port, patience=0)
        second.open()
        second.wait()
    assert second.bound_port > page.bound_port
    assert (
        f"port {page.bound_port} is in use; the page is on port {second.bound_port}" in caplog.text
    )
    assert f"the page is at http://127.0.0.1:{second.bound_port}" in caplog.text
    second.close()
    assert (second.bound_port, second.address) == (0, "")
    second.close()


def test_an_address_that_is_not_here_is_told_and_the_show_goes_on(caplog, free_port):
    page = Page(host="203.0.113.1", port=free_port, patience=0)
    page.watch(play(PATCH).engine)
    page.open()
    page.wait()
    assert page.address == ""
    page.close()
    assert "no page: " in caplog.text


def test_the_next_patch_is_told_to_who_is_there(page, engine):
    following = play(PATCH.replace("Small", "Next")).engine

    async def look():
        async with visit(page) as one:
            await one.next("values")
            page.watch(following)
            return await one.next("patch", lambda news: news["patch"]["title"] == "Next")

    assert asyncio.run(look())["knobs"]


def test_teaching_ends_when_the_page_that_began_it_goes(page, engine):
    async def teach():
        async with visit(page) as other:
            async with visit(page) as one:
                await one.ask(do="teach", route="c/wide")
                await other.next("values", lambda news: news["teaching"] == "c/wide")
            await other.next("values", lambda news: news["teaching"] == "")

    asyncio.run(teach())


def test_a_range_is_found_and_can_be_used(page, engine):
    def say(value, ms):
        engine.clock.move_to(Ns(engine.clock.now() + ms * 1_000_000))
        engine.step(Arrival("a", "number", value, engine.clock.now()))

    async def find():
        async with visit(page) as one:
            patch = (await one.next("patch"))["patch"]
            cable = [c["route"] for c in patch["cables"]].index("c/wide")
            await one.ask(do="range", cable=cable)
            await one.next("range")
            for left in range(9, 0, -1):
                say(0.2 if left > 4 else 0.6, 1000)
                for _ in range(3):  # readings of this, and none of before
                    await one.next("range", lambda news, left=left: news["left"] == left)
            say(0.6, 1000)
            found = await one.next("range", lambda news: news["left"] == 0)
            scale = {"box": found["scale"], "parameter": "in", "value": found["found"]}
            await one.ask(do="set", **scale)
            await one.next("knobs", lambda news: news["turned"] == 1)
            return found

    found = asyncio.run(find())
    assert found["found"] == [0.2, 0.6]
    assert found["paste"] == '{ from = "a", in = [0.2, 0.6], to = [20, 120] }'
    say(0.4, 1)
    assert engine.states["c"].box.of("wide")[-1] == pytest.approx(70)
    assert engine.metrics.faults == []


def test_what_a_box_says_that_no_cable_takes_is_held_for_the_page(page):
    engine = play('[p]\nuse="pictures"\ncount=3\n').engine
    page.watch(engine)

    async def look():
        async with visit(page) as one:
            return (await one.next("values"))["pictures"]

    assert asyncio.run(look()) == ["p.frame"]
    assert engine.slots  # and its last picture is that of the box
    assert next(iter(engine.slots.values())).value.image[0, 0, 0] == picture(2).image[0, 0, 0]


class Told(NamedTuple):
    """A number, and words about it."""

    number: float
    words: str | None


class Teller(Node):
    """Tell of a number in words, once."""

    _said: bool = False

    def process(self, value: float) -> Told:
        words = None if self._said else f"<b>{value:g}</b>" + "x" * 300
        self._said = True
        return Told(value, words)


def test_what_a_box_says_in_words_beside_is_told_and_cut(page):
    patch = numbers("a", [0.25, 0.5]) + '[t]\nuse="teller"\nfrom="a"\n' + COLLECT + 'raw="t"\n'
    page.watch(testing.play(patch, boxes={**BOXES, "teller": Teller}).engine)

    async def look():
        async with visit(page) as one:
            return (await one.next("values"))["texts"]

    assert asyncio.run(look()) == {"t.words": "…" + "x" * 199}


def test_the_walk_has_an_address_of_its_own(page, engine):
    status, headers, body = asyncio.run(get(page, "/walk"))
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"walk.js" in body


def test_a_hand_from_elsewhere_is_seen_on_the_page(page, engine):
    async def look():
        async with visit(page) as one:
            await one.next("knobs")
            engine.ask("desk", SetParameter("soft", "smooth", 0.5))
            await one.next("knobs", lambda news: [0.5, True] in news["stand"])

    asyncio.run(look())


def test_what_is_taught_is_shown_as_it_is_sent(page, engine):
    async def look():
        async with visit(page) as one:
            cables = (await one.next("patch"))["patch"]["cables"]
            wide = [cable["route"] for cable in cables].index("c/wide")
            await one.ask(do="teach", route="c/wide")
            await one.next("values", lambda news: news["teaching"] == "c/wide")
            engine.clock.move_to(Ns(engine.clock.now() + 2_000_000_000))
            engine.step(WakeUp())
            news = await one.next("values", lambda news: news["cables"][wide][0] != 45)
            return news["cables"][wide][0]

    assert asyncio.run(look()) == engine.states["c"].box.of("wide")[-1] == 20


def test_the_patches_of_a_set_are_listed_and_one_is_gone_to(page, engine):
    asked = []
    engine.playlist, engine.playing = ("Small", "Large"), 0
    engine.on_play_patch = lambda which: asked.append(which) or ""
    page.watch(engine)

    async def go():
        async with visit(page) as one:
            news = await one.next("patch")
            await one.ask(do="go", patch=2)
            await one.ask(do="go", patch=3)
            refused = await one.next("refused")
            return news, refused

    news, refused = asyncio.run(go())
    assert (news["playlist"], news["playing"]) == (["Small", "Large"], 0)
    assert asked == [2]
    assert refused["text"] == "there is no patch 3 in this set of 2"
