"""What leaves for other tools is heard by programs that no one here wrote.

python-osc reads every layout; python-tuio is a TUIO client, adm_osc that of the ADM-OSC group.
"""

import numpy as np
import pytest
from adm_osc.handler import adm_handler
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_packet import OscPacket
from pythontuio import TuioListener
from pythontuio.dispatcher import TuioDispatcher

from engine.core.clock import ns
from engine.core.landmarks import Pose
from engine.core.messages import Ns, Person
from engine.core.skeletons import COCO_17, FLOOR
from engine.nodes.floor import Floor
from engine.osc.bundle import bundles, messages
from engine.osc.parse import packet

from .test_foreign import ASPECT, NOW, TAKEN, found, layout, one, points

FRAME = 40_000_000


def people(*slots):
    return Pose(tuple(Person(slot, slot + 100, points(COCO_17, slot)) for slot in slots), ASPECT)


@pytest.mark.parametrize(("name", "skeleton"), TAKEN)
def test_python_osc_reads_the_same_values(name, skeleton):
    pieces = layout(name, skeleton).encode(found(skeleton, one(skeleton), one(skeleton, 2)), NOW)
    for piece in pieces:
        for message in messages(piece):
            ((address, args),) = packet(message)
            read = OscMessage(message)
            assert read.address == address
            numbers = [arg for arg in args if isinstance(arg, int | float)]
            assert [arg for arg in read.params if isinstance(arg, int | float)] == numbers
    for datagram in bundles(pieces):
        whole = OscPacket(datagram)
        assert len(whole.messages) == len(packet(datagram))


class Client(TuioListener):
    """A TUIO client that keeps what it is told."""

    def __init__(self):
        self.told = []
        self.dispatcher = TuioDispatcher()
        self.dispatcher.add_listener(self)

    def hear(self, pieces):
        self.told.clear()
        for datagram in bundles(pieces):
            assert OscBundle.dgram_is_bundle(datagram)
            self.dispatcher.call_handlers_for_packet(datagram, ("127.0.0.1", 1))
        return self.told

    def add_tuio_cursor(self, cur):
        self.told.append(("add", cur.session_id))

    def update_tuio_cursor(self, cur):
        self.told.append(("update", cur.session_id))

    def remove_tuio_cursor(self, cur):
        self.told.append(("remove", cur.session_id))

    add_tuio_object = add_tuio_blob = add_tuio_cursor
    update_tuio_object = update_tuio_blob = update_tuio_cursor
    remove_tuio_object = remove_tuio_blob = remove_tuio_cursor


@pytest.mark.parametrize("profile", ["2Dcur", "2Dobj", "2Dblb"])
def test_a_tuio_client_sees_people_come_move_and_leave(profile):
    here, client = layout("tuio", COCO_17, f"/tuio/{profile}"), Client()
    assert client.hear(here.encode(people(), NOW)) == []
    assert client.hear(here.encode(people(1), Ns(FRAME))) == [("add", 101)]
    assert client.hear(here.encode(people(1, 2), Ns(2 * FRAME))) == [("add", 102), ("update", 101)]
    dispatcher = client.dispatcher
    kept = {"2Dcur": dispatcher.cursors, "2Dobj": dispatcher.objects, "2Dblb": dispatcher.blobs}
    for each in kept[profile]:
        slot = each.session_id - 100
        body = points(COCO_17, slot)
        shoulders, hips = body[[5, 6]], body[[11, 12]]
        middle = [
            np.average(rows[:, :2], axis=0, weights=np.where(rows[:, 2] < 0.3, 0, rows[:, 2]))
            for rows in (shoulders, hips)
            if (rows[:, 2] >= 0.3).any()
        ]
        x, y = np.mean(middle, axis=0)
        assert each.position == pytest.approx((x, 1 - y), abs=1e-5)
        if profile == "2Dobj":
            assert each.class_id == slot
        if profile == "2Dblb":
            assert each.area == pytest.approx(each.dimension[0] * each.dimension[1], rel=1e-5)
    assert client.hear(here.encode(people(2), Ns(3 * FRAME))) == [("update", 102), ("remove", 101)]
    assert client.hear(here.end()) == [("remove", 102)]


@pytest.mark.parametrize("what", ["xyz", "aed"])
def test_the_adm_handler_takes_every_place(what):
    for seed in range(20):
        pose = Pose((Person(seed + 1, 1, points(COCO_17, seed)),), ASPECT)
        for piece in layout("adm", COCO_17, f"/adm/obj/{{slot}}/{what}").encode(pose, NOW):
            for message in messages(piece):
                read = OscMessage(message)
                target, objects, parameter, args = adm_handler(read.address, *read.params)
                assert (target, objects, len(args)) == ("obj", seed + 1, 3)
                assert parameter.osc_command == what


# -- people on a floor, from where a camera sees their feet to the metres that others read --------

ROOM = (6.0, 4.0)
SPOTS = {1: (1.5, 1.0), 2: (3.0, 2.0), 3: (5.0, 3.5)}
OUTSIDE = {4: (6.5, 1.0)}


def projected(x, y):
    """Where a camera sees a place of the floor: 3 m high, 4 m before the near edge, level."""
    return 0.5 + 0.8 * (x - 3) / (y + 4) / ASPECT, 0.9 - 0.8 * 3 / (y + 4)


def floor_of(spots):
    """Return what ``floor`` makes of people who stand at spots of it."""
    wide, deep = ROOM
    corners = [projected(*each) for each in ((0, 0), (wide, 0), (wide, deep), (0, deep))]
    seen = []
    for slot, spot in spots.items():
        joints = points(COCO_17, slot)
        joints[[15, 16]] = (*projected(*spot), 1.0)
        seen.append(Person(slot, slot + 100, joints))
    return Floor(corners=corners, size=ROOM).process(Pose(tuple(seen), ASPECT), ns(0)).floor


@pytest.mark.parametrize("profile", ["2Dcur", "2Dobj", "2Dblb"])
def test_a_tuio_client_sees_people_on_a_floor_in_parts_of_their_room(profile):
    here, client = layout("tuio", FLOOR, f"/tuio/{profile}", room=[*ROOM]), Client()
    told = client.hear(here.encode(floor_of({**SPOTS, **OUTSIDE}), NOW))
    assert sorted(told) == [("add", 101), ("add", 102), ("add", 103)]
    dispatcher = client.dispatcher
    kept = {"2Dcur": dispatcher.cursors, "2Dobj": dispatcher.objects, "2Dblb": dispatcher.blobs}
    for each in kept[profile]:
        x, y = each.position
        there = x * ROOM[0], (1 - y) * ROOM[1]
        assert there == pytest.approx(SPOTS[each.session_id - 100], abs=1e-3)


def test_tuio_2_tells_people_on_a_floor_in_parts_of_their_room():
    here = layout("tuio2", FLOOR, "/tuio2/ptr", room=[*ROOM], width=600)
    (datagram,) = bundles(here.encode(floor_of({**SPOTS, **OUTSIDE}), NOW))
    frame, *people, alive = [each.message for each in OscPacket(datagram).messages]
    assert divmod(frame.params[2], 2**16) == (600, 400)
    assert sorted(alive.params) == [101, 102, 103]
    for session, _, slot, x, y, *_ in (each.params for each in people):
        assert session == slot + 100
        assert (x * ROOM[0], (1 - y) * ROOM[1]) == pytest.approx(SPOTS[slot], abs=1e-3)


def test_the_adm_handler_takes_people_on_a_floor():
    heard = {}
    here = layout("adm", FLOOR, "/adm/obj/{slot}/xyz", room=[*ROOM])
    for piece in here.encode(floor_of(SPOTS), NOW):
        for message in messages(piece):
            read = OscMessage(message)
            _, objects, parameter, args = adm_handler(read.address, *read.params)
            assert parameter.osc_command == "xyz"
            x, y, height = args
            assert height == 0
            heard[objects] = (x + 1) / 2 * ROOM[0], (y + 1) / 2 * ROOM[1]
    assert {*heard} == {*SPOTS}
    for slot, spot in SPOTS.items():
        assert heard[slot] == pytest.approx(spot, abs=1e-3)


def test_eos_is_told_people_on_a_floor_in_metres_from_the_middle_of_its_near_edge():
    heard = {}
    here = layout("eos", FLOOR, "/eos/chan/{slot}/xyz", room=[*ROOM])
    for piece in here.encode(floor_of(SPOTS), NOW):
        for message in messages(piece):
            read = OscMessage(message)
            across, upstage, height = read.params
            assert height == 0
            heard[read.address] = across + ROOM[0] / 2, upstage
    assert {*heard} == {f"/eos/chan/{slot}/xyz" for slot in SPOTS}
    for slot, spot in SPOTS.items():
        assert heard[f"/eos/chan/{slot}/xyz"] == pytest.approx(spot, abs=1e-3)
