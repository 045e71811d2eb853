"""MIDI bytes as a cable may bring them, in pieces; the frames of the processes that hear."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import pairwise

from hypothesis import strategies as st

from engine.core.commands import PlayPatch, SetParameter
from engine.core.messages import Ns
from engine.midi.frames import RECEIVED
from engine.midi.stream import StreamParser
from engine.sources.midi_in import MidiIn
from engine.system.device_process import GONE
from engine.system.framing import RawFrame, Unframer, pack_frame

from .mutation import mutated

OUTLETS = ("notes", "cc16", "cc1:14", "10/cc7", "bend", "pressure", "program", "note36", "tempo")
KNOBS = {
    "cc21": "a.b",
    "cc1:14": "a.c",
    "note36": {"parameter": "a.d", "to": [0.5, 0.9]},
    "note37": {"parameter": "a.e", "toggle": True},
    "note38": {"patch": "next"},
    "program3": {"parameter": "a.f", "to": "x"},
    "cc22": {"parameter": "a.g", "to": ["x", "y", "z"]},
    "cc23": {"parameter": "a.h", "to": 1.0, "else": 0.0},
    "bend": "a.i",
}
"""What controls may do."""

events = st.one_of(
    st.binary(min_size=2, max_size=2).map(lambda data: bytes((0x90, *(b & 0x7F for b in data)))),
    st.builds(
        lambda status, data: bytes((status, *(b & 0x7F for b in data))),
        st.integers(0x80, 0xFF),
        st.binary(max_size=3),
    ),
    st.binary(max_size=60).map(lambda data: b"\xf0" + bytes(b & 0x7F for b in data) + b"\xf7"),
    st.sampled_from([b"\xf8", b"\xfa", b"\xfe", b"\xff"]),
)
streams = mutated(st.lists(events, max_size=30).map(b"".join)) | st.binary(max_size=80)
cuts = st.lists(st.integers(0, 200), max_size=10)
cases = st.tuples(streams, cuts, st.integers(0, 2**63))
frame_cases = st.tuples(
    mutated(
        st.lists(
            st.builds(pack_frame, st.sampled_from([RECEIVED, GONE, b"x"]), st.binary(max_size=40)),
            max_size=6,
        ).map(b"".join)
    ),
    cuts,
)


def take(case: tuple[bytes, list[int], int]) -> None:
    """Hear bytes: whole messages come of them, the same however they were cut into pieces."""
    data, cuts, at = case
    whole = list(StreamParser().feed(data))
    assert all(one[0] >= 0x80 and max(one[1:], default=0) < 0x80 for one in whole)
    stream = StreamParser()
    assert [one for piece in pieces(data, cuts) for one in stream.feed(piece)] == whole
    box = listening()
    for piece in pieces(data, cuts):
        for _, said in box.hear(piece, Ns(at)):
            if isinstance(said, SetParameter) and said.parameter != "f":
                assert isinstance(said.value, float)
                assert math.isfinite(said.value)
            elif isinstance(said, PlayPatch) and said.which != "next":
                assert 1 <= int(said.which) <= 128


def take_frames(case: tuple[bytes, list[int]]) -> None:
    """Read frames: the same however they were cut; what is in them stops nothing."""
    stream, cuts = case
    frames = read_from([stream])
    assert read_from(pieces(stream, cuts)) == frames
    box = listening()
    for kind, payload in frames:
        box._heard(kind, payload)


def read_from(stream: list[bytes]) -> list[RawFrame]:
    """Read frames up to one that is too long."""
    unframer = Unframer()
    frames: list[RawFrame] = []
    with suppress(ValueError):
        for piece in stream:
            frames += unframer.feed(piece)
    return frames


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut bytes into pieces."""
    spots = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(spots)]


def listening() -> MidiIn:
    """Make a box that listens to much, without a port."""
    box = MidiIn(map_=KNOBS, patches=True, feedback=True)
    box._emit = lambda *_: None
    return box
