"""Who may do what on the page: this machine, paired devices and guests, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from typing import get_args

import aiohttp
import pytest
from runtime.boxes import COLLECT, numbers, picture, play

from engine.core.messages import Ns
from engine.runtime.entries import Arrival
from engine.web.guard import is_this_machine
from engine.web.page import Page
from engine.web.requests import PageRequest, ReleaseRequest, SetRequest
from engine.web.rights import RIGHTS, Role, rights_of
from tests.limits import LIMIT

from .test_auth import TOKEN, cookie_of
from .visit import get, visit

PATCH = (
    'title = "Small"\n'
    + numbers("a", [0.25])
    + '[soft]\nuse="smooth"\nfrom="a"\n[p]\nuse="pictures"\ncount=2\n'
    + COLLECT
    + 'raw={from="a", to=[0, 1]}\n'
)
NEVER = "only from this machine"
REQUESTS = {
    "set": {"box": "soft", "parameter": "smooth", "value": 0.75},
    "hold": {"box": "soft", "parameter": "smooth", "value": ""},
    "release": {"box": "soft", "parameter": "smooth"},
    "panic": {},
    "teach": {"route": "c/raw"},
    "privacy": {"on": True},
    "blackout": {"on": False},
    "freeze": {"on": False},
    "master": {"level": 1.0},
    "pin": {"knobs": []},
    "monitor": {"on": True},
    "range": {"cable": 1},
    "go": {"patch": 1},
    "save": {},
    "invite": {"on": True},
}
GUESTS = {"set", "release"}


@pytest.fixture
def engine():
    return play(PATCH).engine


@pytest.fixture
def local(page, engine):
    """A page that this machine alone reaches."""
    page.watch(engine)
    return page


@pytest.fixture
def open_page(free_port, engine):
    """A page with tokens, as on a network."""
    page = Page(port=free_port, patience=0, token=TOKEN)
    page.watch(engine)
    page.open()
    page.wait()
    yield page
    page.close()


async def answers(page, asked, **headers):
    """Send requests one by one; return the refusal of each, or "" and who one is."""
    async with visit(page, **headers) as one:
        you = await one.next("you")
        found = {}
        for name in asked:
            await one.ask(do=name, **REQUESTS[name])
            await one.ask(do="set", box="nobox", parameter=name, value=1)
            said = (await one.next("refused"))["text"]
            found[name] = "" if '"nobox"' in said else said
            if found[name]:
                await one.next("refused", lambda news: '"nobox"' in news["text"])
        return you, found


async def guest_cookie(page):
    """Have the owner invite guests, and come in as one of them."""
    async with visit(page, Cookie=(await owner_cookie(page))) as owner:
        await owner.ask(do="invite", on=True)
        news = await owner.next("invitation")
    return news, await exchanged(page, news["address"])


async def owner_cookie(page):
    return await exchanged(page, f"http://x/?token={TOKEN}")


async def exchanged(page, address):
    status, headers, _ = await get(page, f"/?{address.partition('?')[2]}")
    assert status == 200
    return headers["Set-Cookie"].partition(";")[0]


def test_each_request_has_its_row():
    assert RIGHTS.keys() == set(get_args(PageRequest))
    assert set(rights_of(Role.OWNER)) == set(REQUESTS)
    assert set(rights_of(Role.GUEST)) == GUESTS
    assert {SetRequest, ReleaseRequest} == {one for one in RIGHTS if Role.GUEST in RIGHTS[one]}


ROLES = {
    "this machine": (False, {}),
    "by its name": (False, {"Host": "localhost:1"}),
    "paired": (True, {}),
}


@pytest.mark.parametrize("who", ROLES)
def test_an_owner_may_do_everything(who, local, open_page):
    paired, headers = ROLES[who]
    page = open_page if paired else local

    async def go():
        more = {"Cookie": await owner_cookie(page)} if paired else {}
        return await answers(page, REQUESTS, **headers, **more)

    you, found = asyncio.run(go())
    assert you["role"] == "owner"
    assert set(you["may"]) == set(REQUESTS)
    if not paired:  # nobody else could come
        assert "--page-host" in found.pop("invite")
    found.pop("save", "")
    found.pop("go")  # a set of none plays here
    assert set(found.values()) == {""}


STRANGERS = {
    "through a proxy": {"X-Forwarded-For": "198.51.100.7"},
    "through another proxy": {"Forwarded": "for=198.51.100.7"},
    "through a cache": {"Via": "1.1 cache"},
    "through a forwarded port": {"Host": "192.168.1.20:9780"},
}


@pytest.mark.parametrize("who", STRANGERS)
def test_who_comes_through_this_machine_is_a_guest(who, local):
    you, found = asyncio.run(answers(local, REQUESTS, **STRANGERS[who]))
    assert you == {"kind": "you", "role": "guest", "may": sorted(GUESTS)}
    assert {name for name, refused in found.items() if not refused} == GUESTS
    assert all(NEVER in refused for refused in found.values() if refused)


def test_a_guest_looks_on_and_turns_knobs_and_no_more(open_page, engine):
    async def go():
        news, cookie = await guest_cookie(open_page)
        return news, await answers(open_page, REQUESTS, Cookie=cookie)

    news, (you, found) = asyncio.run(go())
    assert you["role"] == "guest"
    assert {name for name, refused in found.items() if not refused} == GUESTS
    assert engine.states["soft"].box.smooth == 0.75
    assert not engine.privacy.on
    assert set("".join(news["code"])) == {"0", "1"}
    assert len({len(row) for row in news["code"]}) == 1


@pytest.mark.parametrize("box", ["a", "c", "p", "c.raw/scale"])
@pytest.mark.parametrize("do", ["set", "release"])
def test_what_comes_in_and_goes_out_is_no_guests(local, engine, box, do):
    async def go():
        async with visit(local, Via="1.1 cache") as one:
            value = {"value": False} if do == "set" else {}
            await one.ask(do=do, box=box, parameter="on", **value)
            return await one.next("refused")

    assert "guests may not turn" in asyncio.run(go())["text"]
    assert engine.states[box].on


def test_who_may_not_turn_what_comes_in_may_not_type(page):
    engine = play('[line]\nuse="typed"\n' + COLLECT + 'said="line"\n', seconds=1).engine
    page.watch(engine)

    async def go():
        async with visit(page, Via="1.1 cache") as guest, visit(page) as owner:
            for parameter in ("text", "typing"):
                await guest.ask(do="set", box="line", parameter=parameter, value="a guest")
            refused = [(await guest.next("refused"))["text"] for _ in range(2)]
            await owner.ask(do="set", box="line", parameter="text", value="the owner")
            await owner.next("values", lambda news: news["texts"].get("line.text") == "the owner")
            return refused

    assert all("guests may not turn" in text for text in asyncio.run(go()))
    said = [message for _, port, message in engine.states["c"].box.messages if port == "said"]
    assert said == ["the owner"]


def test_knobs_say_which_of_them_guests_may_turn(local):
    async def go():
        async with visit(local) as one:
            return (await one.next("patch"))["knobs"]

    guests = {knob["box"]: knob["guests"] for knob in asyncio.run(go())}
    assert guests == {"a": False, "soft": True, "p": False, "c": False}


def test_guests_who_are_sent_away_see_nothing_more(open_page, engine):
    async def go():
        cookie = await owner_cookie(open_page)
        news, guest = await guest_cookie(open_page)
        _, other = await guest_cookie(open_page)
        assert guest == other  # the same invitation until it ends
        at = aiohttp.ClientTimeout(LIMIT)
        async with (
            visit(open_page, Cookie=guest) as away,
            visit(open_page, Cookie=cookie) as owner,
            aiohttp.ClientSession(timeout=at) as session,
        ):
            base = f"http://127.0.0.1:{open_page.bound_port}"
            headers = {"Cookie": guest}
            async with session.get(f"{base}/picture?of=p", headers=headers) as stream:
                await away.next("values")
                await owner.ask(do="invite", on=False)
                assert (await owner.next("invitation"))["address"] == ""
                with contextlib.suppress(ConnectionError):
                    while True:
                        await away.next("values")
                shows = asyncio.create_task(keep_showing(engine))
                async with asyncio.timeout(LIMIT):
                    await stream.read()  # it ends
                shows.cancel()
            await owner.next("values")
        again = await get(open_page, f"/?{news['address'].partition('?')[2]}")
        return await get(open_page, Cookie=guest), again

    inside, by_the_address = asyncio.run(go())
    assert (inside[0], by_the_address[0]) == (401, 403)


async def keep_showing(engine):
    for index in range(10_000):
        engine.step(Arrival("p", "frame", picture(index % 200), Ns(index)))
        await asyncio.sleep(0.02)


def test_an_owner_stays_one_and_a_guest_becomes_one(open_page):
    async def go():
        owner = await owner_cookie(open_page)
        news, guest = await guest_cookie(open_page)
        query = news["address"].partition("?")[2]
        stays = await get(open_page, f"/?{query}", Cookie=owner)
        becomes = await get(open_page, f"/?token={TOKEN}", Cookie=guest)
        wrong = await get(open_page, "/?token=something-else", Cookie=guest)
        return owner, guest, stays, becomes, wrong

    owner, guest, stays, becomes, wrong = asyncio.run(go())
    assert owner != guest
    assert "Set-Cookie" not in stays[1]
    assert becomes[1]["Set-Cookie"].partition(";")[0] == owner == cookie_of(open_page)
    assert wrong[0] == 403


@pytest.mark.parametrize(
    ("peer", "host", "headers", "ours"),
    [
        ("127.0.0.1", "127.0.0.1:9780", {}, True),
        ("127.0.0.1", "localhost", {"Accept": "*/*"}, True),
        ("::1", "[::1]:9780", {}, True),
        ("::ffff:127.0.0.1", "127.0.0.1:9780", {}, True),
        ("192.168.1.9", "127.0.0.1:9780", {}, False),
        ("127.0.0.1", "192.168.1.20:9780", {}, False),
        ("127.0.0.1", "show.local", {}, False),
        ("127.0.0.1", "", {}, False),
        ("", "localhost", {}, False),
        ("127.0.0.1", "localhost", {"x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", "localhost", {"X-Forwarded-Proto": "https"}, False),
        ("127.0.0.1", "localhost", {"X-Real-Ip": "127.0.0.1"}, False),
        ("127.0.0.1", "localhost", {"Forwarded": ""}, False),
        ("127.0.0.1", "localhost", {"CF-Connecting-IP": "1.2.3.4"}, False),
        ("127.0.0.1", "localhost", {"VIA": "1.1 x"}, False),
    ],
)
def test_what_comes_from_this_machine_itself(peer, host, headers, ours):
    assert is_this_machine(peer, host, headers) is ours
