"""Every entry that can come through the door is the same again after it was written down."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.core.codec import NotEncodable, encode
from engine.core.commands import (
    BlackOut,
    CycleParameter,
    Freeze,
    Lost,
    Notice,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
    Teach,
)
from engine.core.kinds import message_types
from engine.core.messages import (
    After,
    Beat,
    Block,
    Chord,
    Detection,
    Detections,
    Features,
    Frame,
    Instance,
    Keyword,
    Landmarks,
    Mask,
    Mouth,
    Note,
    Ns,
    OscMessage,
    Person,
    Pitch,
    Pose,
    Text,
    Trigger,
    Word,
)
from engine.core.skeletons import COCO_17, HAND_21, Skeleton
from engine.recording.entries import from_bytes, to_bytes, topic
from engine.runtime.entries import (
    Arrival,
    CommandEntry,
    LaneFailure,
    LaneResult,
    LaneSent,
    Rollback,
    StateChange,
    WakeUp,
)

NAMES = st.text(st.characters(codec="utf-8"), max_size=8)
FLOATS = st.floats(allow_nan=False)
WHOLE = st.integers(-(2**40), 2**40)
MOMENTS = st.integers(0, 2**62).map(Ns)
FLOAT32 = st.floats(width=32, allow_nan=False)
JOINTS = arrays.arrays(np.float32, (17, 3), elements=FLOAT32)
PICTURES = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2).map(lambda s: (*s, 3))
)
KITE = Skeleton("recorded_kite", ("top", "tail"), (("top", "tail"),), {"all": ("top", "tail")})
del Skeleton.known["recorded_kite"]  # as where a recording is played that knows nothing of it
PERSON = st.builds(Person, WHOLE, WHOLE, JOINTS)
SIMPLE = st.one_of(FLOATS, WHOLE, st.booleans(), NAMES)
MESSAGES: dict[type, st.SearchStrategy[Any]] = {
    Frame: st.builds(Frame, PICTURES, st.booleans()),
    Mask: st.builds(Mask, arrays.arrays(np.float32, (3, 4), elements=FLOAT32)),
    Pose: st.builds(Pose, st.lists(PERSON, max_size=2).map(tuple), FLOATS),
    Block: st.builds(
        Block, arrays.arrays(np.float32, st.integers(0, 9), elements=FLOAT32), WHOLE, WHOLE
    ),
    Pitch: st.builds(Pitch, FLOATS, FLOATS, FLOATS, st.booleans(), FLOATS, FLOATS, st.booleans()),
    Chord: st.builds(Chord, NAMES, WHOLE, WHOLE, NAMES, FLOATS),
    Mouth: st.builds(Mouth, FLOATS, FLOATS, NAMES),
    Word: st.builds(Word, NAMES, FLOATS, FLOATS, FLOATS),
    OscMessage: st.builds(
        OscMessage, NAMES, st.lists(SIMPLE, max_size=3).map(tuple), st.booleans()
    ),
    Keyword: st.builds(Keyword, NAMES, st.lists(NAMES, max_size=3).map(tuple)),
    Beat: st.builds(Beat, WHOLE, WHOLE, FLOATS, FLOATS),
    float: FLOATS,
    int: WHOLE,
    bool: st.booleans(),
    Note: st.builds(Note, WHOLE, WHOLE, WHOLE),
    Trigger: st.builds(Trigger, FLOATS),
    str: NAMES,
    Text: st.builds(Text, NAMES, st.booleans(), NAMES),
    Landmarks: st.builds(
        Landmarks,
        st.sampled_from([COCO_17, HAND_21, KITE]),
        st.lists(st.builds(Instance, WHOLE, WHOLE, JOINTS), max_size=2).map(tuple),
        FLOATS,
    ),
    Features: st.builds(
        Features,
        st.lists(NAMES, max_size=3).map(tuple),
        arrays.arrays(np.float32, st.integers(0, 4), elements=FLOAT32),
    ),
    Detections: st.builds(
        Detections,
        st.lists(
            st.builds(Detection, NAMES, FLOATS, st.tuples(FLOATS, FLOATS, FLOATS, FLOATS), WHOLE),
            max_size=2,
        ).map(tuple),
    ),
}
ANY = st.one_of(*MESSAGES.values())
SEVERAL = st.lists(st.one_of(st.none(), ANY), max_size=3).map(tuple)
VALUES = st.one_of(SIMPLE, st.lists(SIMPLE), st.dictionaries(NAMES, FLOATS))
CHOICES = st.lists(SIMPLE, max_size=3).map(tuple)
COMMANDS = st.one_of(
    st.builds(SetParameter, NAMES, NAMES, VALUES, of_range=st.booleans(), choices=CHOICES),
    st.builds(CycleParameter, NAMES, NAMES, CHOICES, of_range=st.booleans()),
    st.builds(Release, NAMES, NAMES),
    st.just(Panic()),
    st.builds(Teach, NAMES, test=st.booleans()),
    st.builds(BlackOut, st.sampled_from([True, False, None])),
    st.builds(Freeze, st.sampled_from([True, False, None])),
    st.builds(SetMaster, FLOATS),
    st.builds(PlayPatch, st.one_of(WHOLE, NAMES)),
    st.builds(Lost, NAMES),
    st.builds(Notice, NAMES),
)
RESULTS = st.one_of(
    st.none(), ANY, SEVERAL, st.builds(After, WHOLE, st.one_of(ANY, SEVERAL), st.booleans())
)
SENT = st.lists(st.tuples(NAMES, MOMENTS, WHOLE), max_size=3).map(tuple)
ENTRIES = st.one_of(
    st.builds(Arrival, NAMES, NAMES, ANY, MOMENTS, WHOLE),
    st.builds(
        LaneResult,
        NAMES,
        WHOLE,
        RESULTS,
        MOMENTS,
        WHOLE,
        WHOLE,
        st.booleans(),
    ),
    st.builds(LaneFailure, NAMES, WHOLE, NAMES, WHOLE, st.booleans()),
    st.builds(LaneSent, NAMES, SENT, MOMENTS),
    st.builds(StateChange, NAMES, NAMES, NAMES),
    st.builds(CommandEntry, NAMES, COMMANDS),
    st.just(WakeUp()),
    st.builds(Rollback, NAMES),
)


def same(one: Any, other: Any) -> bool:
    """Tell whether two things are the same to the bit, of the same types all through."""
    if isinstance(one, np.ndarray):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "__dataclass_fields__"):
        names = [f.name for f in fields(one) if f.name != "refused"]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


def test_there_is_a_way_to_make_every_message() -> None:
    ours = {one.cls for one in message_types()}
    assert set(MESSAGES) == {cls for cls in ours if cls.__module__.startswith(("engine.", "built"))}


@given(ENTRIES)
def test_an_entry_is_the_same_again(entry: Any) -> None:
    assert same(from_bytes(to_bytes(entry, pixels=True)), entry)


@given(ENTRIES)
def test_without_pixels_all_else_is_the_same_and_pictures_keep_their_size(entry: Any) -> None:
    again = from_bytes(to_bytes(entry, pixels=False))
    message = getattr(entry, "message", None)
    if isinstance(message, Frame):
        assert again.message.image.shape == message.image.shape
        assert not again.message.image.any()
        assert again.message.mirrored == message.mirrored
        assert again.at == entry.at
    assert topic(again) == topic(entry)


def test_a_number_of_numpy_keeps_its_own_precision() -> None:
    entry = Arrival("a", "b", np.float32(0.1), Ns(1))
    again = from_bytes(to_bytes(entry, pixels=False))
    assert again.message.dtype == np.float32
    assert again.message == np.float32(0.1)


@pytest.mark.parametrize("message", [object(), {1}, 1j])
def test_what_no_cable_carries_is_not_recorded(message: object) -> None:
    with pytest.raises(NotEncodable, match=type(message).__name__):
        encode(message, pixels=True)


@pytest.mark.parametrize("message", [2**80, "\ud800"])
def test_what_cannot_be_written_is_said(message: object) -> None:
    with pytest.raises(NotEncodable):
        to_bytes(Arrival("a", "b", message, Ns(1)), pixels=True)


@given(st.binary(max_size=60))
def test_rubbish_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_bytes(data)
