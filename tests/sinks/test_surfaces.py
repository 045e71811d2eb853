"""Surfaces (TUIO) by several cables into one receiver, heard as its authors' clients hear them.

Those keep one number of frames for all addresses. Of TUIO 1.1 they leave out a frame that counts up
to 100 lower than the last; of 2.0 one that does not count higher than all before it. Of 2.0 they
keep one list of who is alive as well: who is not in the newest one has left.
"""

import pytest

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.messages import Detections, Ns, Person
from engine.core.skeletons import COCO_17, HAND_21
from engine.osc.frames import LARGEST, Frames
from engine.osc.layout import OscOptions
from engine.sinks.osc_out import OscOut
from tests.osc.test_foreign import ASPECT, points

FRAME = 40_000_000
TOLERANCE = 100
CURSORS, OBJECTS, BLOBS = "/tuio/2Dcur", "/tuio/2Dobj", "/tuio/2Dblb"
POINTERS, BOUNDS = "/tuio2/ptr", "/tuio2/bnd"


class Client:
    """Who is there, at each address, as far as a client knows."""

    def __init__(self):
        self.there = {}
        self._frame = 0
        self._placed, self._alive = set(), set()
        self._heard = False

    def hear(self, address, args):
        if address.startswith("/tuio2"):
            self._hear_new(address, args)
        elif args[0] == "alive":
            self._alive, self._placed = {*args[1:]}, set()
        elif args[0] == "set":
            self._placed.add(args[1])
        elif args[0] == "fseq" and not 0 < self._frame - args[1] <= TOLERANCE:
            self._frame = args[1]
            self.there[address] = (self.there.get(address, set()) | self._placed) & self._alive

    def _hear_new(self, address, args):
        if address == "/tuio2/frm":
            self._heard = args[0] > self._frame
            self._frame = max(self._frame, args[0])
        elif self._heard and address == "/tuio2/alv":
            self.there = {each: sessions & {*args} for each, sessions in self.there.items()}
        elif self._heard:
            self.there[address] = self.there.get(address, set()) | {args[0]}


def output(client, *addresses):
    """Return an output that tells a client what it would send."""
    sink = OscOut(to="tuio")
    sink.tap(lambda _, what: client.hear(what["address"], what["args"]))
    for address in addresses:
        plug(sink, address)
    sink.open_muted()
    return sink


def plug(sink, address, **options):
    sink.plug(address, Landmarks, OscOptions(layout=address.split("/")[1], **options))


def tell(sink, frame, seen):
    for address, message in seen.items():
        sink.send(address, message, Ns(frame * FRAME))
    sink.flush(Ns(frame * FRAME))


def people(*slots):
    return Pose(tuple(Person(slot, slot, points(COCO_17, slot)) for slot in slots), ASPECT)


def hands(*slots):
    seen = (Instance(slot, slot + 50, points(HAND_21, slot)) for slot in slots)
    return Landmarks(HAND_21, tuple(seen), ASPECT)


@pytest.mark.parametrize(("first", "second"), [(CURSORS, OBJECTS), (POINTERS, BOUNDS)])
def test_who_comes_later_by_another_cable_is_there_and_leaves(first, second):
    client = Client()
    sink = output(client, first, second)
    for frame in range(30):
        tell(sink, frame, {first: people(1, 2)})
    for frame in range(30, 40):
        tell(sink, frame, {first: people(1, 2), second: hands(1)})
    assert client.there == {first: {1, 2}, second: {51}}
    tell(sink, 40, {second: hands()})
    tell(sink, 41, {first: people(2)})
    assert client.there == {first: {2}, second: set()}
    sink.silence(first)
    assert client.there == {first: set(), second: set()}


@pytest.mark.parametrize("address", [CURSORS, BLOBS, POINTERS])
def test_a_slow_network_beside_a_quick_one_is_heard(address):
    """Its pictures are older than those of which others have told already."""
    client = Client()
    other = {CURSORS: OBJECTS, BLOBS: OBJECTS, POINTERS: BOUNDS}[address]
    sink = output(client, address, other)
    for frame in range(10):
        tell(sink, frame, {other: people(1)})
        sink.send(address, hands(frame % 2 + 1), Ns(max(frame - 3, 0) * FRAME))
        sink.flush(Ns(frame * FRAME))
        assert client.there == {other: {1}, address: {51 + frame % 2}}


@pytest.mark.parametrize("address", [CURSORS, POINTERS])
def test_a_client_hears_an_output_that_is_made_anew(address):
    client = Client()
    before = output(client, address)
    for frame in range(50):
        tell(before, frame, {address: people(1)})
    before.silence()
    assert client.there == {address: set()}
    tell(output(client, address), 50, {address: people(3)})
    assert client.there == {address: {3}}


@pytest.mark.parametrize("address", [CURSORS, POINTERS])
def test_a_cable_that_is_changed_says_who_is_there(address):
    client = Client()
    sink = output(client, address)
    tell(sink, 0, {address: people(1)})
    plug(sink, address, joints=["left_wrist", "right_wrist"])
    tell(sink, 1, {address: people(1)})
    assert client.there == {address: {2, 3}}


def test_frames_are_counted_until_there_are_no_more_numbers():
    frames = Frames()
    assert [frames.following(Ns(0)) for _ in range(3)] == [1, 2, 3]
    assert frames.following(Ns(10_000_000_000)) == 1000
    assert frames.following(Ns(0)) == 1001
    frames._last = LARGEST - 1
    assert [frames.following(Ns(0)) for _ in range(2)] == [LARGEST, 1]


@pytest.mark.parametrize("carries", [Pose, Landmarks, Detections])
def test_who_is_there_is_told_by_one_cable_at_an_address(carries):
    sink = OscOut(to="tuio")
    sink.plug(BLOBS, carries, OscOptions())
    with pytest.raises(ParameterError, match=r"TUIO is told by one cable .* \"joints\""):
        sink.plug(BLOBS + "#2", carries, OscOptions())
    blend = OscOptions(layout="vmc", args=["Joy", "{value}"])
    for port in ("/VMC/Ext/Blend/Val", "/VMC/Ext/Blend/Val#2"):
        sink.plug(port, float, blend)
