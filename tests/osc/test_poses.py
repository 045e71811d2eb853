"""Poses on the wire: packed, named, by address, and as other tools expect them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.core.errors import ParameterError
from engine.core.messages import JOINTS, Ns, Person, Pose
from engine.osc.bundle import LIMIT, ROOM, messages
from engine.osc.layout import Dialect, OscOptions
from engine.osc.layouts import choose
from engine.osc.parse import packet

PLAIN = Dialect()
NOW = Ns(0)
SLOTS = st.lists(st.integers(1, 120), unique=True, max_size=12)


def person(slot, id_=None, seed=0):
    joints = np.random.default_rng([slot, seed]).random((17, 3), np.float32) * 0.9 + 0.05
    return Person(slot, slot + 100 if id_ is None else id_, joints)


def pose(*slots, seed=0):
    return Pose(tuple(person(slot, seed=seed) for slot in slots), 16 / 9)


def layout(address, dialect=PLAIN, **options):
    return choose(address, Pose, OscOptions(**options), dialect)


def spoken(pieces):
    return [packet(message)[0] for piece in pieces for message in messages(piece)]


def built(address, *arguments):
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument, "i" if isinstance(argument, int) else "f")
    return builder.build().dgram


# -- packed --------------------------------------------------------------------------------------


@given(SLOTS, st.integers(0, 9))
def test_packed_is_the_bytes_that_python_osc_builds(slots, seed):
    people = pose(*slots, seed=seed)
    made = [m for piece in layout("/pose").encode(people, NOW) for m in messages(piece)]
    assert made == [
        built(f"/pose/{p.slot}", p.id, *map(float, p.joints.ravel())) for p in people.people
    ]


@given(SLOTS)
def test_every_piece_fits_into_a_bundle(slots):
    for one in (layout("/pose"), layout("/p{slot}", layout="named")):
        assert all(len(piece) <= ROOM for piece in one.encode(pose(*slots), NOW))


def test_the_slot_goes_where_it_stands_in_the_address():
    assert [a for a, _ in spoken(layout("/b/{slot}/all").encode(pose(2), NOW))] == ["/b/2/all"]


def test_frames_follow_one_another_with_their_own_numbers():
    one = layout("/pose")
    for seed in range(3):
        found = spoken(one.encode(pose(1, 2, seed=seed), NOW))
        assert found[1][1][1:] == person(2, seed=seed).joints.ravel().tolist()


def test_who_leaves_is_told_once_packed():
    one = layout("/pose")
    one.encode(pose(1, 2), NOW)
    assert spoken(one.encode(pose(2), NOW))[0] == ("/pose/1", [-1] + [0.0] * 51)
    assert len(spoken(one.encode(pose(2), NOW))) == 1
    assert spoken(one.encode(pose(), NOW)) == [("/pose/2", [-1] + [0.0] * 51)]
    assert spoken(one.encode(pose(), NOW)) == []


def test_a_slot_that_somebody_else_takes_is_not_left():
    one = layout("/pose")
    one.encode(Pose((person(1, 7),), 1.0), NOW)
    assert [args[0] for _, args in spoken(one.encode(Pose((person(1, 8),), 1.0), NOW))] == [8]


def test_the_end_tells_that_nobody_is_here():
    one = layout("/pose")
    one.encode(pose(1, 2), NOW)
    assert [args[0] for _, args in spoken(one.end())] == [-1, -1]
    assert spoken(one.end()) == []


def test_a_joint_that_is_no_number_becomes_one_that_is_not_known():
    somebody = person(1)
    somebody.joints[3, 1] = np.nan
    somebody.joints[5, 0] = np.inf
    numbers = spoken(layout("/pose").encode(Pose((somebody,), 1.0), NOW))[0][1][1:]
    assert np.isfinite(numbers).all()
    assert numbers[9:12] == numbers[15:18] == [0.0, 0.0, 0.0]
    assert numbers[:9] == somebody.joints.ravel().tolist()[:9]


def test_joints_of_another_precision_are_sent_and_of_another_shape_refused():
    double = Person(1, 1, person(1).joints.astype(np.float64))
    assert spoken(layout("/pose").encode(Pose((double,), 1.0), NOW))[0][1][1:] == (
        person(1).joints.ravel().tolist()
    )
    with pytest.raises(ValueError, match="reshape"):
        layout("/pose").encode(Pose((Person(1, 1, np.zeros((5, 3), np.float32)),), 1.0), NOW)


def test_crowds_that_change_do_not_fill_the_memory():
    one = layout("/pose")
    for id_ in range(500):
        one.encode(Pose((person(1, id_),), 1.0), NOW)
    assert one._table.cache_info().currsize <= 64


# -- by address ----------------------------------------------------------------------------------


@given(SLOTS, st.lists(st.sampled_from(JOINTS), unique=True, min_size=1))
def test_joints_by_address_are_the_bytes_that_python_osc_builds(slots, joints):
    people = pose(*slots)
    one = layout("/p{slot}/{joint}/{axis}", joints=joints)
    made = [m for piece in one.encode(people, NOW) for m in messages(piece)]
    assert made == [
        built(f"/p{p.slot}/{joint}/{axis}", float(p.joints[JOINTS.index(joint), index]))
        for p in people.people
        for joint in joints
        for index, axis in enumerate("xy")
    ]


@given(st.lists(st.lists(st.booleans(), min_size=17, max_size=17), min_size=1, max_size=4))
def test_what_is_not_known_is_not_sent(known):
    people = pose(*range(1, len(known) + 1))
    for somebody, seen in zip(people.people, known, strict=True):
        somebody.joints[~np.array(seen), 2] = 0
    found = spoken(layout("/p{slot}/{joint}/{axis}").encode(people, NOW))
    assert found == [
        (f"/p{p.slot}/{joint}/{axis}", [float(p.joints[row, index])])
        for p in people.people
        for row, joint in enumerate(JOINTS)
        for index, axis in enumerate("xy")
        if p.joints[row, 2] > 0
    ]


def test_an_address_without_axis_takes_both():
    somebody = person(1)
    found = spoken(layout("/{joint}", joints=["left_hand"]).encode(Pose((somebody,), 1.0), NOW))
    assert found == [("/left_hand", somebody.joints[9, :2].tolist())]
    found = spoken(layout("/{joint}", joints=["nose"], confidence=True).encode(pose(1), NOW))
    assert found == [("/nose", somebody.joints[0].tolist())]


def test_an_address_without_slot_is_the_first_one():
    found = spoken(layout("/hand/{axis}", joints=["left_wrist"]).encode(pose(3, 2), NOW))
    assert found == [
        (f"/hand/{axis}", [float(person(2).joints[9, index])]) for index, axis in enumerate("xy")
    ]


@pytest.mark.parametrize(
    ("address", "options", "why"),
    [
        ("/p{slot}/{joint}", {"joints": ["left_writs"]}, 'Did you mean "left_wrist"'),
        (
            "/p{slot}/{joint}",
            {"joints": ["hips"]},
            '"hips": it is the middle of "left_hip" and "right_hip"',
        ),
        ("/p{slot}/{axis}", {}, r"needs \{joint\}"),
        ("/p{slot}/{jiont}/{axis}", {}, r"nothing fills \{jiont\}"),
        ("/p{slot}", {"layout": "nmaed"}, 'there is no layout "nmaed".* Did you mean "named"'),
        ("/p{slot}", {"layout": "packed", "joints": ["nose"]}, '"joints" means nothing'),
        ("/p{slot}", {"args": [1]}, '"args" means nothing'),
        ("/p{slto}", {}, r"nothing fills \{slto\}"),
        ("pose", {}, 'begins with "/"'),
    ],
)
def test_what_cannot_be_laid_out_is_said(address, options, why):
    with pytest.raises(ParameterError, match=why):
        layout(address, **options)


# -- named ---------------------------------------------------------------------------------------


def test_named_says_everything_of_everybody():
    found = spoken(layout("/p{slot}", layout="named").encode(pose(1, 3), NOW))
    names = [address for address, _ in found]
    joints = [f"{joint}/{axis}" for joint in JOINTS for axis in "xy"]
    assert names == [
        f"/p{slot}/{name}"
        for slot in (1, 3)
        for name in [
            *("here", "id", "x", "y", "size"),
            *joints,
            *("left_hand/height", "right_hand/height", "hands/apart"),
        ]
        if name in joints or f"/p{slot}/{name}" in names
    ]
    said = dict(found)
    assert said["/p1/here"] == said["/p3/here"] == [1]
    assert said["/p3/id"] == [103]
    assert said["/p3/left_wrist/x"] == [float(person(3).joints[9, 0])]


def test_energy_comes_with_the_second_frame():
    one = layout("/p{slot}", layout="named")
    first = dict(spoken(one.encode(pose(1), NOW)))
    second = dict(spoken(one.encode(pose(1, seed=1), Ns(40_000_000))))
    assert "/p1/energy" not in first
    assert 0 < second["/p1/energy"][0] <= 1


def test_named_without_a_slot_counts_people_too():
    assert spoken(layout("/d", layout="named").encode(pose(2), NOW))[0] == ("/d/2/here", [1])


def test_asking_for_joints_names_them():
    found = dict(spoken(layout("/p{slot}", joints=["nose"], confidence=True).encode(pose(1), NOW)))
    assert [a for a in found if "nose" in a] == [f"/p1/nose/{a}" for a in ("x", "y", "confidence")]
    assert not any("wrist" in address for address in found)


def test_who_leaves_is_told_once_named():
    one = layout("/p{slot}", layout="named")
    one.encode(pose(1, 2), NOW)
    assert spoken(one.encode(pose(2), NOW))[0] == ("/p1/here", [0])
    assert spoken(one.encode(pose(), NOW)) == [("/p2/here", [0])]
    assert spoken(one.encode(pose(), NOW)) == []
    one.encode(pose(1), NOW)
    assert spoken(one.end()) == [("/p1/here", [0])]
    assert spoken(one.end()) == []


def test_clamped_and_only_floats_where_the_receiver_wants_it():
    wild = person(1)
    wild.joints[9, :2] = (1.5, -0.5)
    qlc = Dialect(clamp=True, floats=True)
    found = dict(spoken(layout("/p{slot}", qlc, layout="named").encode(Pose((wild,), 1.0), NOW)))
    assert found["/p1/left_wrist/x"] == [1.0]
    assert found["/p1/left_wrist/y"] == [0.0]
    assert {type(args[0]) for args in found.values()} == {float}
    packed = spoken(layout("/pose", qlc).encode(Pose((wild,), 1.0), NOW))[0][1]
    assert packed[0] == 101.0
    assert packed[28:30] == [1.0, 0.0]


# -- as others expect them -----------------------------------------------------------------------


def test_poseosc_is_pixels_from_the_top():
    somebody = person(1)
    one = layout("/poses/arr", layout="poseosc", width=320)
    ((address, args),) = spoken(one.encode(Pose((somebody,), 16 / 9), NOW))
    assert address == "/poses/arr"
    assert args[:3] == [320, 180, 1]
    x, y, sure = somebody.joints[9]
    assert args[4 + 27 : 4 + 30] == pytest.approx([x * 320, (1 - y) * 180, sure])
    assert args[3] == pytest.approx(somebody.joints[:, 2].mean())
    assert len(args) == 3 + 52


@pytest.mark.parametrize("count", range(8))
def test_poseosc_keeps_within_a_datagram(count):
    (piece,) = layout("/poses/arr", layout="poseosc").encode(pose(*range(1, count + 1)), NOW)
    ((_, args),) = spoken([piece])
    assert args[2] == min(count, 5)
    assert len(piece) - 4 <= LIMIT


def test_wekinator_always_gets_as_many_numbers():
    one = layout(
        "/wek/inputs", Dialect(layout="wekinator"), joints=["nose", "left_wrist"], people=2
    )
    assert spoken(one.encode(pose(), NOW)) == []
    first = spoken(one.encode(pose(1), NOW))[0][1]
    assert first[:4] == person(1).joints[[0, 9], :2].ravel().tolist()
    assert first[4:] == [0.0] * 4
    hidden = person(1, seed=1)
    hidden.joints[9, 2] = 0
    second = spoken(one.encode(Pose((hidden, person(2), person(3)), 1.0), NOW))[0][1]
    assert second[:2] == hidden.joints[0, :2].tolist()
    assert second[2:4] == first[2:4]
    assert second[4:] == person(2).joints[[0, 9], :2].ravel().tolist()
