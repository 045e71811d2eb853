"""One registration says all of a kind: what may be lost, its words, its bytes, an example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import pytest

from engine.core.codec import NotEncodable, decode, encode, encode_numpy
from engine.core.contents import without_numbers
from engine.core.errors import UnknownName
from engine.core.kinds import (
    KINDS,
    Kind,
    MessageType,
    example_of,
    is_by_message,
    is_picture,
    kind,
    may_be_picture,
    message_types,
    picture_of,
    policy_for,
    policy_of,
    summary_of,
)
from engine.core.mailbox import Mailbox
from engine.core.messages import (
    Beat,
    Block,
    Chord,
    Detection,
    Detections,
    Features,
    Frame,
    Landmarks,
    Later,
    Mask,
    Note,
    Ns,
    OscMessage,
    Person,
    Pitch,
    Pose,
    Text,
    Trigger,
)
from engine.core.signature import fits, in_words, parts, read_signature
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, HAND_21, Skeleton, skeleton
from engine.runtime.schedule.finite import is_finite
from tests.recording.test_entries import same

GOLDEN = json.loads((Path(__file__).parent / "golden_codec.json").read_text())
SHIPPED = [each for each in message_types() if each.cls.__module__.startswith(("engine", "built"))]
T = TypeVar("T")
Bodies = TypeVar("Bodies", bound=Landmarks)
Some = TypeVar("Some", Frame, float)


def numbers(*shape: int) -> Any:
    return (np.arange(np.prod(shape)).reshape(shape) / 7 - 1).astype(np.float32)


MESSAGES = {
    "frame": Frame((np.arange(24) * 9 % 256).astype(np.uint8).reshape(2, 4, 3), True),
    "mask": Mask(numbers(2, 3)),
    "pose": Pose((Person(1, 7, numbers(17, 3)), Person(2, 2**40, numbers(17, 3) * 2)), 16 / 9),
    "nobody": Pose((), 1.5),
    "block": Block(numbers(9), 48000, 2**33),
    "pitch": Pitch(440.0, 69.0, 0.9, True, 0.5, 0.25, False, 63.0),
    "chord": Chord("Am7/G", 9, 7, "min7", 0.9),
    "osc": OscMessage("/a", (0.5, 2, "up", True), kept=False),
    "note": Note(60, 100, 3),
    "beat": Beat(3, 4, 123.5, 0.75),
    "trigger": Trigger(2.5),
    "float": 0.1,
    "int": -5,
    "bool": True,
    "str": "wörd",
    "none": None,
    "outlets": (1.0, None, Note(1, 2)),
    "number": np.float32(0.1),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_what_was_recorded_before_is_what_is_written_now(name: str) -> None:
    """The bytes were made by the code before kinds were registered."""
    message = MESSAGES[name.removesuffix(" without pixels")]
    pixels = not name.endswith(" without pixels")
    written = msgspec.msgpack.encode(encode(message, pixels), enc_hook=encode_numpy)
    assert written.hex() == GOLDEN[name]
    if pixels:
        assert same(decode(msgspec.msgpack.decode(bytes.fromhex(GOLDEN[name]))), message)


@pytest.mark.parametrize(
    ("first", "last", "sure"), [("87", "", True), ("88", "a473757265c2", False)]
)
def test_a_reading_recorded_before_it_said_more_is_sure_and_of_equal_steps(
    first: str, last: str, sure: bool
) -> None:
    older = bytes.fromhex(
        first + "a474797065a57069746368a2687acb407b800000000000a46e6f7465cb4051400000000000"
        "aa636f6e666964656e6365cb3feccccccccccccda26f6ec3a56c6576656ccb3fe0000000000000"
        "a6627269676874cb3fd0000000000000" + last
    )
    told = decode(msgspec.msgpack.decode(older))
    assert told == Pitch(440.0, 69.0, 0.9, True, 0.5, 0.25, sure, step=100.0)


def test_there_is_gold_for_every_message_here() -> None:
    assert {name.removesuffix(" without pixels") for name in GOLDEN} == set(MESSAGES)


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.name)
def test_every_kind_has_an_example_that_is_encoded_shown_and_finite(one: MessageType) -> None:
    example = example_of(one.cls)
    assert type(example) is one.cls
    written = msgspec.msgpack.encode(encode(example, True), enc_hook=encode_numpy)
    assert same(decode(msgspec.msgpack.decode(written)), example)
    assert msgspec.json.encode(summary_of(example))
    assert one.words
    assert is_finite(example)
    spoilt = without_numbers(example)
    assert is_finite(spoilt) is (same(spoilt, example) or one.cls is Note)


@pytest.mark.parametrize(
    ("carried", "policy"),
    [
        (Frame, Kind.LATEST),
        (float, Kind.HELD),
        (Block, Kind.CONTIGUOUS),
        (Note | Trigger, Kind.LOSSLESS),
        (Frame | Mask, Kind.LATEST),
        (Frame | Note, Kind.LOSSLESS),
        (Frame | float | None, Kind.HELD),
        (object, Kind.LOSSLESS),
        (Any, Kind.LOSSLESS),
        (T, Kind.LOSSLESS),
        (Some, Kind.HELD),
        (Bodies, Kind.LATEST),
        (dict, Kind.LOSSLESS),
        (Text, Kind.LOSSLESS),
    ],
)
def test_of_what_may_come_the_strictest_holds(carried: Any, policy: Kind) -> None:
    assert policy_of(carried) is policy


@pytest.mark.parametrize(
    ("message", "policy"),
    [
        (1.0, Kind.HELD),
        (True, Kind.HELD),
        (np.float64(1), Kind.HELD),
        (np.float32(1), Kind.HELD),
        ("word", Kind.LOSSLESS),
        (Text("hel", final=False), Kind.LATEST),
        (Text("hello"), Kind.LOSSLESS),
        (object(), Kind.LOSSLESS),
    ],
)
def test_a_message_says_itself_what_may_be_lost(message: Any, policy: Kind) -> None:
    assert policy_for(message) is policy


def test_a_growing_text_is_replaced_until_it_is_final() -> None:
    box = Mailbox()
    for word, final in [("h", 0), ("hel", 0), ("hello", 1), ("y", 0), ("yo", 0), ("you", 1)]:
        text = Text(word, final=bool(final))
        box.put("in", policy_for(text), text, Ns(0))
    assert [item.content.text for item in box.take()] == ["hel", "hello", "yo", "you"]


def test_only_where_messages_differ_each_is_asked() -> None:
    assert is_by_message(Text)
    assert is_by_message(Text | Frame)
    assert not is_by_message(Frame)


@dataclass
class Pebble:
    weight: float


class FromNowhere:
    def process(self, value: float) -> Pebble: ...


class FromNowhereNow:
    def process(self, value: float) -> Iterator[Note | Pebble]: ...


class Either:
    def process(self, value: float) -> Note | Trigger | None: ...


class Arpeggio:
    def process(self, value: float) -> Iterator[Note | Later[Note]]: ...


class AtLeisure:
    def process(self, value: float) -> Iterator[Later]: ...


class Numbers:
    def process(self, value: float) -> int | float | bool: ...


@pytest.mark.parametrize("cls", [FromNowhere, FromNowhereNow])
def test_an_outlet_of_what_nobody_registered_is_refused(cls: type) -> None:
    with pytest.raises(TypeError, match=r"of type Pebble; register it with kind\(\)"):
        read_signature(cls)


def test_a_union_stays_one_and_numbers_are_a_number() -> None:
    outlet = read_signature(Either).outlets[""]
    assert outlet == Note | Trigger
    assert in_words((outlet,)) == "a note or a trigger"
    assert fits(outlet, (Trigger,))
    assert not fits(outlet, (Frame, float))
    assert read_signature(Arpeggio).outlets == {"": Note}
    assert read_signature(AtLeisure).outlets == {"": object}
    assert read_signature(Numbers).outlets == {"": float}


def test_what_is_registered_must_be_a_dataclass_with_a_name_of_its_own() -> None:
    with pytest.raises(TypeError, match="must be a dataclass"):
        kind(Kind.LATEST)(type("Bare", (), {}))
    with pytest.raises(TypeError, match='there is a kind "pose" already: engine'):
        kind(Kind.LATEST, name="pose")(Pebble)
    assert Pebble not in KINDS


def test_a_part_of_a_message_cannot_be_called_as_its_kind() -> None:
    before = dict(KINDS)

    @dataclass
    class Odd:
        type: float

    kind(Kind.LATEST, name="odd")(Odd)
    with pytest.raises(NotEncodable, match='cannot be called "type"'):
        encode(Odd(1.0), pixels=True)
    assert {*KINDS} - {*before} == {Odd}


@dataclass
class Left:
    weight: float


@dataclass
class Ambiguous:
    what: Left | Pebble


def test_what_could_not_be_read_again_is_not_written() -> None:
    kind(Kind.LATEST, name="ambiguous")(Ambiguous)
    with pytest.raises(NotEncodable, match="would not tell which"):
        encode(Ambiguous(Pebble(1.0)), pixels=True)


def test_a_mask_is_a_picture_and_a_pose_is_none() -> None:
    assert is_picture(Frame)
    assert is_picture(Mask)
    assert not is_picture(Pose)


@pytest.mark.parametrize(
    ("carried", "may"),
    [
        *((Frame, True), (Pose | Mask | None, True), (float | Pose, False)),
        *((object, True), (Any, True), (TypeVar("Unbound"), True)),
        *((TypeVar("Moved", bound=float | Pose), False), (TypeVar("Shown", Frame, Pose), True)),
        (list[Frame], True),  # nobody knows what that is
    ],
)
def test_what_is_not_known_may_be_a_picture(carried: Any, may: bool) -> None:
    assert may_be_picture(carried) is may
    shown = picture_of(Mask(np.array([[0, 0.5], [2, np.nan]], np.float32)))
    assert shown is not None
    assert shown[:, :, 0].tolist() == [[0, 128], [255, 0]]
    assert (shown.dtype, shown.shape) == (np.uint8, (2, 2, 3))


def test_features_give_their_numbers_by_name() -> None:
    features = Features(("low", "high"), np.array([0.25, 0.5], np.float32))
    assert features.high == 0.5
    with pytest.raises(AttributeError, match='no "loud" in these features: low, high'):
        _ = features.loud


def test_detections_count_and_keep_their_places() -> None:
    found = Detections((Detection("cup", 0.9, (0.5, 0.5, 0.1, 0.2), 3),))
    assert parts(Detections) == {"count": int}
    assert decode(encode(found, True)) == found
    assert not is_finite(Detections((Detection("cup", float("nan"), (0, 0, 0, 0)),)))


# Skeletons.


@pytest.mark.parametrize(
    ("one", "count"), [(COCO_17, 17), (BLAZEPOSE_33, 33), (HAND_21, 21), (FACE_468, 468)]
)
def test_the_shipped_skeletons_are_whole(one: Skeleton, count: int) -> None:
    assert len(one.points) == count
    assert len({frozenset(bone) for bone in one.bones}) == len(one.bones)
    assert skeleton(one.name) is one
    sides = [name for name in one.points if name.startswith("left_")]
    assert {f"right_{name.removeprefix('left_')}" for name in sides} <= {*one.points}
    if count < 468:
        assert {name for bone in one.bones for name in bone} == {*one.points}


def test_names_of_a_body_are_the_same_in_both_of_its_skeletons() -> None:
    assert {*COCO_17.rows_of} <= {*BLAZEPOSE_33.rows_of}


def test_an_unknown_skeleton_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match='Did you mean "hand_21"'):
        skeleton("hand21")


@pytest.mark.parametrize(
    ("points", "more", "said"),
    [
        (("a", "a"), {}, "a name of its own"),
        ((), {}, "a name of its own"),
        (("a",), {"bones": (("a", "b"),)}, 'no point "b"'),
        (("a",), {"parts": {"c": ("d",)}}, 'no point "d"'),
        (("a",), {"ruler": ("a", "e")}, 'no point "e"'),
    ],
)
def test_a_skeleton_that_does_not_fit_together_is_refused(
    points: tuple[str, ...], more: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Skeleton("odd", points, **more)
    assert "odd" not in Skeleton.known


def test_a_shipped_skeleton_cannot_be_made_again() -> None:
    with pytest.raises(ValueError, match='a skeleton "coco_17" already'):
        Skeleton("coco_17", ("a",))
    assert Skeleton.known["coco_17"] is COCO_17


def test_a_pose_is_landmarks_of_seventeen_joints() -> None:
    pose = Pose((Person(1, 7, numbers(17, 3)),), 1.5)
    assert isinstance(pose, Landmarks)
    assert (pose.skeleton, pose.seen, pose.count) == (COCO_17, pose.people, 1)
    assert pose.seen[0].points is pose.people[0].joints
    assert type(pose.only()) is Pose
    assert type(pose.only(*pose.seen).people[0]) is Person
