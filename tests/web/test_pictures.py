"""The live picture: the newest one, for whoever looks, as fast as they take it."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import cv2
import numpy as np
import pytest
from runtime.boxes import play

from engine.core.commands import BlackOut, Freeze, KeepPrivate, SetMaster
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import JOINTS, Detection, Detections, Frame, Mask, Ns, Person, Pose
from engine.core.skeletons import COCO_17, HAND_21
from engine.dsp.image.jpeg import downscaled, encode_jpeg
from engine.runtime.entries import Arrival
from engine.web.site import VIEWERS
from tests.limits import LIMIT

from .visit import get, grey, say, streamed

PATCH = '[p]\nuse="pictures"\ncount=3\n[seen]\nuse="watch"\nfrom="p"\n'


@pytest.fixture
def engine(page):
    engine = play(PATCH).engine
    page.watch(engine)
    return engine


async def parts(page, of="p.frame", bare=""):
    """Give the pictures of a stream as they come."""
    async for image in streamed(page, f"/picture?{bare}of={of}"):
        yield image


async def until_grey(page, level, change=lambda: None):
    async for image in parts(page):
        if abs(int(image[0, 0, 0]) - level) < 4:
            return image
        change()
    return None


def test_each_new_picture_comes_and_the_last_is_there_at_once(page, engine):
    say(engine, grey(100))
    seen = asyncio.run(until_grey(page, 200, lambda: say(engine, grey(200))))
    assert seen.shape == (36, 64, 3)


def test_the_skeleton_found_in_a_picture_is_drawn_into_it(page, engine):
    joints = np.zeros((len(JOINTS), 3), np.float32)
    joints[JOINTS.index("left_hip")] = 0.25, 0.25, 1
    joints[JOINTS.index("left_shoulder")] = 0.25, 0.75, 1
    pose = Pose((Person(1, 1, joints),), 16 / 9)
    engine.slots[next(o for o in engine.slots if o.box == "seen")].write(
        pose, Ns(engine.clock.now() + 40_000_000), 0, 1
    )
    say(engine, grey(0, 640, 360))

    async def look():
        async for image in parts(page):
            if image.shape[0] == 360:
                return image
        return None

    image = asyncio.run(look())
    assert image[180, 160].max() > 150  # on the line from hip to shoulder
    assert image[180, 320].max() < 20


@pytest.mark.parametrize("private", [False, True])
def test_the_things_found_in_a_picture_are_framed_and_named_in_it(page, engine, private):
    box = 0.75, 0.5, 0.25, 0.5
    engine.slots[next(o for o in engine.slots if o.box == "seen")].write(
        Detections((Detection("cup", 0.9, box, 1),)), Ns(engine.clock.now() + 40_000_000), 0, 1
    )
    if private:
        engine.ask("test", KeepPrivate(True))
    say(engine, grey(0, 640, 360))

    async def look():
        async for image in parts(page):
            if image.shape[0] == 360:
                return image
        return None

    image = asyncio.run(look())
    assert image[180, 400].max() > 150  # its left edge
    assert image[180, 480].max() < 60  # nothing within
    assert image[180, 160].max() < 60
    assert image[86, 420].max() > 100  # the ground of its name, above it
    assert len(set(map(tuple, image[70:90, 400:440].reshape(-1, 3)))) > 50, "no letters"


def test_while_private_the_skeleton_is_there_and_the_picture_is_not(page, engine):
    joints = np.zeros((len(JOINTS), 3), np.float32)
    joints[JOINTS.index("left_hip")] = 0.25, 0.25, 1
    joints[JOINTS.index("left_shoulder")] = 0.25, 0.75, 1
    pose = Pose((Person(1, 1, joints),), 16 / 9)
    outlet = next(o for o in engine.slots if o.box == "seen")
    engine.slots[outlet].write(pose, Ns(engine.clock.now() + 40_000_000), 0, 1)
    secret = np.random.default_rng(1).integers(200, 255, (360, 640, 3), np.uint8)
    say(engine, secret)

    async def look():
        """Throw the switch while somebody looks, with no new picture since."""
        bright = []
        async for image in parts(page):
            bright.append(image.mean() > 150)
            if len(bright) == 1:
                engine.ask("test", KeepPrivate(True))
            if not bright[-1]:
                return bright, image
        return None

    bright, image = asyncio.run(look())
    assert bright[0]
    assert image[180, 160].max() > 150  # on the line from hip to shoulder
    assert image[:, 320:].std(axis=(0, 1)).max() < 1, "and nothing else"
    assert image[:, 320:].max() < 60

    async def look_again():
        """Who comes now does not get the picture that was drawn before."""
        seen = []
        async for image in parts(page):
            seen.append(image.mean())
            say(engine, secret)
            if len(seen) == 5:
                return seen
        return seen

    assert max(asyncio.run(look_again())) < 60


def test_what_was_drawn_for_others_before_is_shown_to_nobody_after(page, engine):
    say(engine, grey(200))
    assert asyncio.run(until_grey(page, 200)) is not None
    engine.ask("test", KeepPrivate(True))
    seen = []

    async def look():
        async for image in parts(page):
            seen.append(image.mean())
            return

    asyncio.run(look())
    assert seen[0] < 60
    engine.ask("test", KeepPrivate(False))
    assert asyncio.run(until_grey(page, 200)) is not None


async def until(page, fits, change=lambda: None, **how):
    """Give the first picture that fits."""
    async for image in parts(page, **how):
        if fits(image):
            return image
        change()
    return None


def is_grey(level):
    return lambda image: abs(int(image[0, 0, 0]) - level) < 4


def test_black_out_is_seen_at_once_and_ends_again(page, engine):
    say(engine, grey(200))

    async def look():
        seen, asked = [], {0: True, 1: False}
        async for image in parts(page):
            level = int(image.max())
            if not seen or abs(seen[-1] - level) > 4:
                seen.append(level)
                if len(seen) == 3:
                    return seen
                engine.ask("test", BlackOut(asked[len(seen) - 1]))
        return None

    bright, black, again = asyncio.run(look())
    assert (bright > 190, black, again > 190) == (True, 0, True)


def test_who_comes_while_it_is_black_sees_no_light_at_all(page, engine):
    say(engine, grey(200))
    assert asyncio.run(until(page, is_grey(200))) is not None
    engine.ask("test", BlackOut(True))

    async def look():
        seen = []
        async for image in parts(page):
            seen.append(image.max())
            say(engine, grey(220))
            if len(seen) == 3:
                return seen
        return seen

    assert max(asyncio.run(look())) == 0


def test_between_two_patches_it_is_black_too(page):
    engine = play(PATCH.replace("count=3", "count=0")).engine
    page.watch(engine)
    assert asyncio.run(get(page, "/picture?of="))[0] == 404
    engine.ask("test", BlackOut(True))
    assert asyncio.run(until(page, lambda image: image.max() == 0, of="")) is not None


@pytest.mark.parametrize(("level", "seen"), [(0.5, 100), (0.25, 50), (0.0, 0), (1.0, 200)])
def test_the_master_scales_the_brightness(page, engine, level, seen):
    say(engine, grey(200))
    engine.ask("test", SetMaster(level))
    assert asyncio.run(until(page, is_grey(seen))) is not None


def test_a_freeze_holds_what_was_seen_while_patches_change(page, engine):
    say(engine, grey(100))
    assert asyncio.run(until(page, is_grey(100))) is not None

    async def freeze():
        count = 0
        async for image in parts(page):
            if count == 0:
                engine.ask("test", Freeze(True))
            if count > 2:
                return int(image[0, 0, 0])
            count += 1
            say(engine, grey(200))
        return None

    held = asyncio.run(freeze())
    assert held < 110 or held > 190  # what was seen last, before or after the first say
    engine.install_plan(engine.plan, engine.states)
    page.watch(engine)
    say(engine, grey(30))

    async def look():
        seen = []
        async for image in parts(page):
            seen.append(int(image[0, 0, 0]))
            say(engine, grey(30))
            if len(seen) == 2:
                return seen
        return seen

    assert all(abs(level - held) < 4 for level in asyncio.run(look()))
    engine.ask("test", SetMaster(0.5))
    assert asyncio.run(until(page, is_grey(held / 2))) is not None, "the master acts on it too"
    engine.ask("test", SetMaster(1.0))
    engine.ask("test", Freeze(False))
    say(engine, grey(30))
    assert asyncio.run(until(page, is_grey(30), lambda: say(engine, grey(30)))) is not None
    engine.ask("test", Freeze(True))
    assert asyncio.run(until(page, lambda _: True)).max() < 40, "and not the one of the last freeze"


def test_what_stands_is_withheld_while_private(page, engine):
    say(engine, np.random.default_rng(1).integers(200, 255, (36, 64, 3), np.uint8))
    engine.ask("test", Freeze(True))
    assert asyncio.run(until(page, lambda image: image.mean() > 150)) is not None
    engine.ask("test", KeepPrivate(True))
    assert asyncio.run(until(page, lambda image: True)).max() < 60


def test_an_audience_sees_no_skeleton_but_while_private(page, engine):
    joints = np.zeros((len(JOINTS), 3), np.float32)
    joints[JOINTS.index("left_hip")] = 0.25, 0.25, 1
    joints[JOINTS.index("left_shoulder")] = 0.25, 0.75, 1
    pose = Pose((Person(1, 1, joints),), 16 / 9)
    outlet = next(o for o in engine.slots if o.box == "seen")
    engine.slots[outlet].write(pose, Ns(engine.clock.now() + 40_000_000), 0, 1)
    say(engine, grey(0, 640, 360))

    def whole(image):
        return image.shape[0] == 360

    assert asyncio.run(until(page, whole, bare="bare&")).max() < 20
    engine.ask("test", KeepPrivate(True))
    assert asyncio.run(until(page, whole, bare="bare&"))[180, 160].max() > 150


def test_the_page_of_the_picture_is_at_its_own_address_and_shows_the_main_one(page, engine):
    status, headers, body = asyncio.run(get(page, "/picture"))
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<canvas" in body and b"<button" not in body
    say(engine, grey(120))
    assert asyncio.run(until(page, is_grey(120), of="")) is not None


def test_a_large_picture_is_made_smaller(page, engine):
    say(engine, grey(50, 1920, 1080))
    assert asyncio.run(until_grey(page, 50)).shape == (540, 960, 3)


@pytest.mark.parametrize("shape", [(0, 0, 3), (4, 0, 3)])
def test_a_picture_of_nothing_stops_nobody(page, engine, shape):
    def change():
        say(engine, np.zeros(shape, np.uint8))
        say(engine, grey(200))

    say(engine, grey(100))
    assert asyncio.run(until_grey(page, 200, change)) is not None


def test_who_takes_nothing_gets_no_more_than_a_socket_holds(page, engine):
    """And keeps nobody else waiting."""
    say(engine, grey(100))
    deaf = socket.create_connection(("127.0.0.1", page.bound_port))
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    deaf.sendall(b"GET /picture?of=p.frame HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    rng = np.random.default_rng(1)

    async def look():
        count = 0
        async for _ in parts(page):
            say(engine, rng.integers(0, 255, (360, 640, 3), np.uint8))
            count += 1
            if count == 40:
                return

    asyncio.run(look())
    deaf.close()


def test_not_more_may_look_than_there_is_room_for(page, engine):
    say(engine, grey(100))
    base = f"http://127.0.0.1:{page.bound_port}/picture?of=p.frame"

    async def crowd():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            come = [await session.get(base) for _ in range(VIEWERS + 5)]
            states = [answer.status for answer in come]
            assert states == [200] * VIEWERS + [503] * 5
            for answer in come:
                answer.close()

    asyncio.run(crowd())


@pytest.mark.parametrize("of", ["p", "seen", "nobody.frame", "p.frame/.."])
def test_what_is_no_picture_is_not_shown(page, engine, of):
    assert asyncio.run(get(page, f"/picture?of={of}"))[0] == 404


def test_pictures_end_when_another_patch_plays(page, engine):
    say(engine, grey(100))
    following = play(PATCH).engine

    async def look():
        async for _ in parts(page):
            page.watch(following)
            say(engine, grey(120))

    asyncio.run(look())


def test_jpeg_keeps_what_it_is_given():
    image = grey(77)
    assert downscaled(image, 64) is image
    assert downscaled(grey(1, 10, 4000), 100).shape == (100, 1, 3)
    again = cv2.imdecode(np.frombuffer(encode_jpeg(image), np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(again.astype(int) - image).max() < 3
    with pytest.raises(ValueError, match="not a picture"):
        encode_jpeg(np.zeros((0, 3, 3), np.uint8))


def test_who_looked_and_went_leaves_his_place_to_others(page, engine):
    """Though no picture comes any more, nor could the last be drawn."""
    say(engine, np.zeros((0, 0, 3), np.uint8))
    base = f"http://127.0.0.1:{page.bound_port}/picture?of=p.frame"

    async def come_and_go():
        async with asyncio.timeout(LIMIT), aiohttp.ClientSession() as session:
            for _ in range(VIEWERS):
                (await session.get(base)).close()
            while True:
                async with session.get(base) as late:
                    if late.status == 200:
                        return

    asyncio.run(come_and_go())


MASKED = '[p]\nuse="pictures"\ncount=3\n[m]\nuse="cut"\nfrom="p"\n'


def test_a_mask_is_shown_as_a_picture_and_not_while_private(page):
    engine = play(MASKED).engine
    page.watch(engine)
    outlet = next(o for o in engine.slots if o.box == "m")
    engine.slots[outlet].write(Mask(np.full((36, 64), 0.5, np.float32)), Ns(1), 0, 1)

    async def first():
        async for image in parts(page, str(outlet)):
            return image
        return None

    assert abs(int(asyncio.run(first())[0, 0, 0]) - 128) < 4
    engine.ask("test", KeepPrivate(True))
    assert asyncio.run(first()).max() < 60


def seen_at(x, y, skeleton, slot=1):
    """Return somebody whose known points lie about one place."""
    points = np.zeros((len(skeleton.points), 4 if skeleton.depth else 3), np.float32)
    points[:, :2] = x, y
    points[:, 0] += np.linspace(-0.02, 0.02, len(points))
    points[:, -1] = 1
    return Landmarks(skeleton, (Instance(slot, slot, points),), 16 / 9)


PARTS = (
    '[p]\nuse="pictures"\ncount=3\n'
    '[half]\nuse="crop"\nfrom="p"\nx=0.75\ny=0.75\nwidth=0.5\nheight=0.5\n'
    '[whole_seen]\nuse="watch"\nfrom="p"\n[half_seen]\nuse="watch"\nfrom="half"\n'
)


def test_all_who_are_found_are_drawn_where_they_are_whatever_part_they_were_found_in(page):
    engine = play(PARTS).engine
    page.watch(engine)
    at = Ns(engine.clock.now() + 40_000_000)
    for box, found in (
        ("whole_seen", seen_at(0.2, 0.5, COCO_17)),
        ("half_seen", seen_at(0.2, 0.5, HAND_21, slot=2)),
    ):
        engine.slots[next(o for o in engine.slots if o.box == box)].write(found, at, 0, 1)
    say(engine, grey(0, 640, 360))
    image = asyncio.run(until(page, lambda image: image.shape[0] == 360 and image.max() > 150))
    lit = [
        (x, y)
        for x in range(0, 640, 20)
        for y in range(0, 360, 20)
        if image[y : y + 20, x : x + 20].max() > 150
    ]
    assert all(100 <= x < 160 or 360 <= x < 400 for x, y in lit), lit
    assert any(160 <= y < 200 for x, y in lit if x < 160)
    assert any(80 <= y < 100 for x, y in lit if x > 300)  # 0.2, 0.5 of the right upper quarter


def test_who_is_found_in_a_still_is_drawn_for_as_long_as_it_is_shown(page, engine):
    still = Frame(grey(0, 640, 360))
    outlet = next(o for o in engine.slots if o.box == "seen")
    for second in range(3):
        at = Ns(engine.clock.now() + (1 + second) * 1_000_000_000)
        engine.clock.move_to(at)
        engine.step(Arrival("p", "frame", still, at))
        engine.slots[outlet].write(seen_at(0.5, 0.5, COCO_17), at, 0, 1 + second)
    assert asyncio.run(until(page, lambda image: image.max() > 150)) is not None


@pytest.mark.parametrize(("behind", "drawn", "told"), [(0.1, 1, 0), (0.7, 1, 1), (2.5, 0, 0)])
def test_who_is_found_late_is_faint_and_said_to_be_late(page, engine, behind, drawn, told):
    engine.clock.move_to(Ns(5_000_000_000))
    joints = np.zeros((len(JOINTS), 3), np.float32)
    joints[JOINTS.index("left_hip")] = 0.25, 0.25, 1
    joints[JOINTS.index("left_shoulder")] = 0.25, 0.75, 1
    at = Ns(engine.clock.now() + 40_000_000 - int(behind * 1e9))
    outlet = next(o for o in engine.slots if o.box == "seen")
    engine.slots[outlet].write(Pose((Person(1, 1, joints),), 16 / 9), at, 0, 1)
    say(engine, grey(0, 640, 360))
    image = asyncio.run(until(page, lambda image: image.shape[0] == 360))
    line = int(image[180, 150:170].max())  # from hip to shoulder
    assert (line > 60) == bool(drawn)
    assert (60 < line < 150) == bool(told), "faint where it is late alone"
    assert (image[:20, :100].max() > 200) == bool(told), "the words that say so"
