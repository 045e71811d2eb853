"""``psn_out`` over a real socket, heard by pypsn, which no one here wrote."""

import numpy as np
import pypsn
import pytest

from engine.core.errors import ParameterError, UnknownName
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.messages import Ns, Person
from engine.core.skeletons import COCO_17, FLOOR, HAND_21
from engine.net.posistagenet import PsnTracker, data_packets, info_packets
from engine.osc.bundle import LIMIT
from engine.sinks.psn_out import PsnOut

FRAME = 40_000_000
STATURE = 1.7


@pytest.fixture
def psn(receiver):
    sink = PsnOut(to=f"127.0.0.1:{receiver.getsockname()[1]}", stature=STATURE)
    sink.plug("in", Pose, None)
    sink.open()
    yield sink
    sink.close()


def standing(slot, across):
    """Somebody whose hips are so many metres from the middle, where a picture is 4 m high."""
    joints = np.ones((17, 3), np.float32)
    metre = 1 / 4
    for name, x, up in (
        *(("shoulder", 0.18, 0.818), ("hip", 0.1, 0.53), ("knee", 0.1, 0.285)),
        *(("ankle", 0.1, 0.039), ("elbow", 0.2, 0.63), ("wrist", 0.2, 0.485)),
        *(("eye", 0.03, 0.93), ("ear", 0.06, 0.93)),
    ):
        for side, sign in (("left", 1), ("right", -1)):
            row = COCO_17.index[f"{side}_{name}"]
            joints[row, :2] = 0.5 + (across + sign * x) * metre, 0.1 + up * STATURE * metre
    joints[0, :2] = 0.5 + across * metre, 0.1 + 0.92 * STATURE * metre
    return Person(slot, slot + 10, joints)


def heard(listening):
    return pypsn.parse_psn_packet(listening.recv(2048))


def play(sink, listening, *people, frame=0):
    sink.send("in", Pose(people, 1.0), Ns(frame * FRAME))
    sink.flush(Ns(frame * FRAME))
    packet = heard(listening)
    return heard(listening) if isinstance(packet, pypsn.psn_info_packet) else packet


def test_names_and_places_in_metres(psn, receiver):
    psn.send("in", Pose((standing(1, -0.5), standing(3, 1.0)), 1.0), Ns(0))
    psn.flush(Ns(0))
    info, data = heard(receiver), heard(receiver)
    assert info.name == b"Sensorium"
    assert {one.tracker_id: one.tracker_name for one in info.trackers} == {
        1: b"Sensorium 1",
        3: b"Sensorium 3",
    }
    assert (data.info.version_high, data.info.packet_count, data.info.frame_id) == (2, 1, 1)
    places = {one.id: tuple(one.pos) for one in data.trackers}
    assert places[1] == pytest.approx((-0.5, 0.53 * STATURE, 0), abs=0.02)
    assert places[3] == pytest.approx((1.0, 0.53 * STATURE, 0), abs=0.02)
    assert [one.status for one in data.trackers] == [1.0, 1.0]


def test_speed_and_time_follow_from_the_moments(psn, receiver):
    play(psn, receiver, standing(1, 0.0))
    (one,) = play(psn, receiver, standing(1, 0.1), frame=1).trackers
    assert tuple(one.speed) == pytest.approx((2.5, 0, 0), abs=0.05)
    assert one.timestamp == 40_000


def test_whoever_leaves_is_not_valid_once_and_then_gone(psn, receiver):
    play(psn, receiver, standing(1, 0.5), standing(2, 1.0))
    left = play(psn, receiver, standing(2, 1.0), frame=1)
    assert {one.id: one.status for one in left.trackers} == {1: 0.0, 2: 1.0}
    assert [one.id for one in play(psn, receiver, standing(2, 1.0), frame=2).trackers] == [2]
    psn.silence()
    (last,) = heard(receiver).trackers
    assert (last.id, last.status) == (2, 0.0)


def test_nobody_and_what_is_no_number_is_no_tracker(psn, receiver):
    lost = standing(1, 0.0)
    lost.joints[:] = np.nan
    for frame, people in enumerate([(lost,), (), (standing(2, 0.0), lost)]):
        psn.send("in", Pose(people, 1.0), Ns(frame * FRAME))
        psn.flush(Ns(frame * FRAME))
    assert [one.tracker_id for one in heard(receiver).trackers] == [2]
    assert [one.id for one in heard(receiver).trackers] == [2]


def test_names_come_with_whoever_is_new_and_once_a_second(psn, receiver):
    for frame in range(60):
        people = [standing(slot, 0.0) for slot in ((1,) if frame < 10 else (1, 2))]
        psn.send("in", Pose(tuple(people), 1.0), Ns(frame * FRAME))
        psn.flush(Ns(frame * FRAME))
    kinds = [heard(receiver) for _ in range(60 + 3)]
    infos = [each.info.timestamp for each in kinds if isinstance(each, pypsn.psn_info_packet)]
    assert infos == [0, 400_000, 1_400_000]


def test_numbers_count_on_from_the_first_and_a_part_is_what_was_asked_for(receiver):
    sink = PsnOut(to=f"127.0.0.1:{receiver.getsockname()[1]}", first=51, part="left_hand", z=-2.0)
    sink.open()
    (one,) = play(sink, receiver, standing(2, 0.0)).trackers
    assert one.id == 52
    assert tuple(one.pos) == pytest.approx((0.2, 0.485 * STATURE, -2.0), abs=0.02)
    sink.close()


@pytest.mark.parametrize("count", [1, 25, 26, 100])
def test_a_frame_of_many_is_several_packets_that_say_how_many(count):
    trackers = [PsnTracker(n, (n, 1, 2), (0, 0, 0), 1.0, 5) for n in range(count)]
    packets = data_packets(300, 5, trackers)
    names = info_packets(300, 5, "Ünder", {n: f"person {n}" for n in range(count)})
    found = [pypsn.parse_psn_packet(packet) for packet in packets]
    assert all(len(packet) <= LIMIT for packet in [*packets, *names])
    assert {each.info.packet_count for each in found} == {len(packets)}
    assert {each.info.frame_id for each in found} == {300 % 256}
    assert [one.id for each in found for one in each.trackers] == [*range(count)]
    named = [pypsn.parse_psn_packet(packet) for packet in names]
    assert {each.name.decode() for each in named} == {"Ünder"}
    assert [one.tracker_name for each in named for one in each.trackers] == [
        f"person {n}".encode() for n in range(count)
    ]


def on_floor(**places):
    """Put people on a floor: slot_2=(x, y) in metres."""
    seen = (
        Instance(int(name[-1]), 7, np.array([(*place, 1.0)], np.float32))
        for name, place in places.items()
    )
    return Landmarks(FLOOR, tuple(seen), 1.0)


def test_metres_of_a_floor_are_told_as_they_are(receiver):
    sink = PsnOut(to=f"127.0.0.1:{receiver.getsockname()[1]}", x=-3.0, z=1.5, height=1.2)
    sink.plug("in", Landmarks, None)
    sink.open()
    for frame in range(2):
        walking = on_floor(slot_1=(1.0, 0.5 + 0.04 * frame), slot_3=(4.0, np.nan))
        sink.send("in", walking, Ns(frame * FRAME))
        sink.flush(Ns(frame * FRAME))
    info, first, second = (heard(receiver) for _ in range(3))
    assert [one.tracker_id for one in info.trackers] == [1]
    assert tuple(first.trackers[0].pos) == pytest.approx((-2.0, 1.2, 2.0))
    assert tuple(second.trackers[0].speed) == pytest.approx((0, 0, 1.0), abs=1e-4)
    sink.close()


def test_it_keeps_to_this_machine_unless_told():
    assert PsnOut().destination == "127.0.0.1:56565"
    assert PsnOut(to="236.10.10.10:56565").destination == "236.10.10.10:56565"


def test_what_cannot_be_is_said(caplog):
    with pytest.raises(ParameterError, match="expected host:port"):
        PsnOut(to="resolume")
    with pytest.raises(UnknownName):
        PsnOut().accepts("1")
    hands = Landmarks(HAND_21, (Instance(1, 1, np.ones((21, 4), np.float32)),), 1.0)
    sink = PsnOut()
    for _ in range(2):
        sink.send("in", hands, Ns(0))
    assert sink.dropped == 2
    assert caplog.messages == [
        'not sent: PosiStageNet takes bodies ("pose") or a "floor", not "hand_21"'
    ]
