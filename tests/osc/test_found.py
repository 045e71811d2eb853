"""Features, things and growing texts as OSC; hands and other skeletons beside poses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks, Person, Pose
from engine.core.messages import Chord, Detection, Detections, Features, Ns, Text
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, HAND_21, Skeleton
from engine.osc.address import in_address, in_addresses
from engine.osc.bundle import bundles
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.layouts import choose, sendable
from engine.osc.parse import packet

NOW = Ns(1)


def spoken(pieces: Any) -> list[tuple[str, list[Any]]]:
    return [(address, args) for one in bundles(list(pieces)) for address, args in packet(one)]


def layout(address: str, carries: type, **options: Any) -> Layout:
    return choose(address, carries, OscOptions(**options), Dialect())


def found(skeleton: Skeleton, *slots: int, fill: float = 0.5) -> Landmarks:
    shape = len(skeleton.points), len(skeleton.axes)
    seen = tuple(Instance(slot, 40 + slot, np.full(shape, fill, np.float32)) for slot in slots)
    return Landmarks(skeleton, seen, 1.0)


def test_features_go_in_one_message() -> None:
    features = Features(("low", "high"), np.array([0.25, 0.5], np.float32))
    assert spoken(layout("/f", Features).encode(features, NOW)) == [("/f", [0.25, 0.5])]


def test_features_go_in_a_message_each_by_their_names() -> None:
    one = layout("/see/{name}/now", Features)
    first = Features(("1", "low#", "a b"), np.array([0.25, 0.5, 1.0], np.float32))
    assert spoken(one.encode(first, NOW)) == [
        ("/see/1/now", [0.25]),
        ("/see/low_/now", [0.5]),
        ("/see/a b/now", [1.0]),
    ]
    fewer = Features(("1",), np.array([0.5], np.float32))
    assert spoken(one.encode(fewer, NOW)) == [("/see/1/now", [0.5])]
    with pytest.raises(ParameterError, match=r"nothing fills \{nam\} here, which takes \{name\}"):
        layout("/see/{nam}", Features)


@pytest.mark.parametrize(
    ("names", "places", "doubt"),
    [
        (("low", "high"), ("low", "high"), ""),
        (("a?", "a*", "a_"), ("a__2", "a__3", "a_"), '"a?" is /f/a__2, "a*" is /f/a__3'),
        (("a", "a", "a"), ("a", "a_2", "a_3"), '"a" is /f/a_2, "a" is /f/a_3'),
        (("b#", "b_2", "b#"), ("b_", "b_2", "b__2"), '"b#" is /f/b__2'),
        (("c", "c", "c_2"), ("c", "c_3", "c_2"), '"c" is /f/c_3'),
        (("a\nb", "a\tb"), ("a_b", "a_b_2"), '"a\tb" is /f/a_b_2'),
    ],
)
def test_no_two_features_have_one_address(
    names: tuple[str, ...], places: tuple[str, ...], doubt: str
) -> None:
    one = layout("/f/{name}", Features)
    values = np.arange(len(names), dtype=np.float32)
    sent = spoken(one.encode(Features(names, values), NOW))
    assert sent == [(f"/f/{place}", [value]) for place, value in zip(places, values, strict=True)]
    numbered = "names that would be the same address are numbered: "
    assert one.doubt == (numbered + doubt if doubt else "")


@given(st.lists(st.text("a_2?#*", max_size=4), max_size=12))
def test_features_are_all_sent_apart(names: list[str]) -> None:
    places = in_addresses(names)
    assert len({*places}) == len(names)
    assert all(in_address(place) == place for place in places)
    assert all(name in places for name in names if in_address(name) == name)


def test_things_are_counted_and_numbered() -> None:
    one = layout("/things", Detections)
    cup = Detection("cup", 0.5, (0.25, 0.75, 0.125, 0.5), 3)
    assert spoken(one.encode(Detections((cup,)), NOW)) == [
        ("/things/count", [1]),
        ("/things/1", ["cup", 0.5, 0.25, 0.75, 0.125, 0.5, 3]),
    ]
    assert spoken(one.end()) == [("/things/count", [0])]
    assert one.end() == ()


def test_a_chord_is_spelt_and_ends_as_none() -> None:
    one = layout("/chord", Chord)
    assert one.end() == ()
    assert spoken(one.encode(Chord("Am7/G", 9, 7, "min7", 0.5), NOW)) == [
        ("/chord/name", ["Am7/G"]),
        ("/chord/quality", ["min7"]),
        ("/chord/root", [9]),
        ("/chord/bass", [7]),
        ("/chord/confidence", [0.5]),
    ]
    assert spoken(one.end()) == [
        ("/chord/name", [""]),
        ("/chord/quality", [""]),
        ("/chord/root", [-1]),
        ("/chord/bass", [-1]),
        ("/chord/confidence", [0.0]),
    ]
    assert one.end() == ()


def test_a_text_that_grows_has_an_address_of_its_own() -> None:
    one = layout("/say", Text)
    assert spoken(one.encode(Text("hel", final=False), NOW)) == [("/say/interim", ["hel"])]
    assert spoken(one.encode(Text("hello"), NOW)) == [("/say", ["hello"])]


@pytest.mark.parametrize("carries", [Text, Features, Detections, Chord])
def test_what_means_nothing_there_is_refused(carries: type) -> None:
    with pytest.raises(ParameterError, match='"joints" means nothing'):
        layout("/a", carries, joints=["nose"])
    assert carries in sendable()


def test_landmarks_of_seventeen_joints_are_sent_as_a_pose_is() -> None:
    joints = np.random.default_rng(1).random((17, 3), np.float32)
    pose = Pose((Person(1, 7, joints), Person(2, 8, joints)), 1.5)
    same = Landmarks(COCO_17, (Instance(1, 7, joints), Instance(2, 8, joints)), 1.5)
    for address, options in [
        ("/pose", {}),
        ("/p{slot}", {"layout": "named"}),
        ("/p{slot}/{joint}/{axis}", {"joints": ["left_hand"], "confidence": True}),
        ("/poses/arr", {"layout": "poseosc"}),
        ("/wek/inputs", {"layout": "wekinator"}),
    ]:
        of_pose, of_any = (layout(address, one, **options) for one in (Pose, Landmarks))
        assert list(of_any.encode(same, NOW)) == list(of_pose.encode(pose, NOW))
        assert list(of_any.end()) == list(of_pose.end())


def test_a_hand_has_depth() -> None:
    ((address, args),) = spoken(layout("/hand", Landmarks).encode(found(HAND_21, 1), NOW))
    assert (address, len(args), args[0]) == ("/hand/1", 1 + 21 * 4, 41)
    named = layout("/h{slot}", Landmarks, layout="named", joints=["thumb_tip"])
    assert [one for one, _ in spoken(named.encode(found(HAND_21, 1), NOW))] == [
        *("/h1/here", "/h1/id", "/h1/x", "/h1/y", "/h1/size"),
        *("/h1/thumb_tip/x", "/h1/thumb_tip/y", "/h1/thumb_tip/z"),
    ]
    assert spoken(named.end()) == [("/h1/here", [0])]


def test_a_body_with_depth_has_hands_as_a_pose_has() -> None:
    points = np.full((33, 4), 0.5, np.float32)
    points[:, 1] = np.linspace(0.9, 0.1, 33)
    seen = Landmarks(BLAZEPOSE_33, (Instance(1, 1, points),), 1.0)
    sent = dict(spoken(layout("/p{slot}", Landmarks, layout="named").encode(seen, NOW)))
    assert {"/p1/left_hand/height", "/p1/hands/apart", "/p1/left_heel/z"} <= {*sent}


def test_another_skeleton_takes_over_and_who_was_there_has_gone() -> None:
    one = layout("/a", Landmarks)
    one.encode(found(HAND_21, 1), NOW)
    (gone, left), (here, args) = spoken(one.encode(found(COCO_17, 2), NOW))
    assert (gone, left[0], here, args[0]) == ("/a/1", -1, "/a/2", 42)


def test_what_only_a_pose_can_be_is_refused_of_others() -> None:
    one = layout("/poses/arr", Landmarks, layout="poseosc")
    with pytest.raises(ValueError, match=r'takes a body .*, not "hand_21"'):
        one.encode(found(HAND_21, 1), NOW)
    with pytest.raises(ParameterError, match=r'no joint "thumb_tap"\. Did you mean "thumb_tip"'):
        layout("/h{slot}", Landmarks, layout="named", joints=["thumb_tap"])
    with pytest.raises(ParameterError, match='no joint "thumb_tip"'):
        layout("/h{slot}", Pose, layout="named", joints=["thumb_tip"])


def test_points_that_are_no_numbers_are_not_known() -> None:
    hand = found(HAND_21, 1)
    hand.seen[0].points[4, 2] = np.inf
    args = spoken(layout("/hand", Landmarks).encode(hand, NOW))[0][1]
    assert args[1 + 16 : 1 + 20] == [0.0] * 4


def test_a_face_goes_point_by_point() -> None:
    one = layout("/f/{joint}", Landmarks, joints=["chin", "left_eye_top"])
    assert [address for address, _ in spoken(one.encode(found(FACE_468, 1), NOW))] == [
        "/f/chin",
        "/f/left_eye_top",
    ]
