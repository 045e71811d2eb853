"""PosiStageNet 2 (VYV and MA Lighting): where trackers are on a stage, in metres, over UDP.

All numbers are little-endian. A chunk is its id (16 bits), its length (15 bits) and a bit that says
whether chunks lie in it. A frame is one packet or several: of data, many times a second, and of
names (info), once a second. Coordinates: x across to the right, y up, z upstage.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.osc.bundle import LIMIT

PORT: Final = 56565
"""Where consoles listen, in the multicast group 236.10.10.10, which is sent to only where somebody
writes it."""

FURTHEST: Final = 0xFFFF
"""The largest number of a tracker."""

_DATA: Final = 0x6755
_INFO: Final = 0x6756
_HEADER: Final = 0x0000
_DATA_TRACKERS: Final = 0x0001
_SYSTEM: Final = 0x0001
_INFO_TRACKERS: Final = 0x0002
_NAME: Final = 0x0000
_PLACE, _SPEED, _VALID, _MOMENT = 0x0000, 0x0001, 0x0003, 0x0006
_VERSION: Final = (2, 3)
_IN_CHUNKS: Final = 0x8000
_LONGEST_NAME: Final = 200

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PsnTracker:
    """A tracker: ``place`` and ``speed`` in metres (a second), ``valid`` 0 to 1, time in us."""

    number: int
    place: Vector
    speed: Vector
    valid: float
    moment: int


def data_packets(frame: int, moment: int, trackers: Sequence[PsnTracker]) -> list[bytes]:
    """Return the packets that say where all trackers are at a moment, in us since the start."""
    return _packets((_DATA, _DATA_TRACKERS), frame, moment, b"", [_where(one) for one in trackers])


def info_packets(frame: int, moment: int, system: str, names: dict[int, str]) -> list[bytes]:
    """Return the packets that say how the system and its trackers are called."""
    named = [
        _chunk(number, _chunk(_NAME, _text(name)), inner=True) for number, name in names.items()
    ]
    return _packets((_INFO, _INFO_TRACKERS), frame, moment, _chunk(_SYSTEM, _text(system)), named)


def _packets(
    kind: tuple[int, int], frame: int, moment: int, before: bytes, chunks: list[bytes]
) -> list[bytes]:
    """Return the packets of a ``kind``: its id, and the id of the list that the chunks are in."""
    room = LIMIT - 4 - (4 + 12) - len(before) - 4
    groups = [*_groups(chunks, room)]
    header = struct.pack("<QBBBB", moment, *_VERSION, frame & 0xFF, len(groups))
    return [
        _chunk(
            kind[0],
            _chunk(_HEADER, header) + before + _chunk(kind[1], b"".join(group), inner=True),
            inner=True,
        )
        for group in groups
    ]


def _groups(chunks: list[bytes], room: int) -> Iterator[list[bytes]]:
    """Yield the chunks of each packet; one empty list where there is none."""
    group: list[bytes] = []
    for chunk in chunks:
        if group and sum(map(len, group)) + len(chunk) > room:
            yield group
            group = []
        group.append(chunk)
    yield group


def _where(one: PsnTracker) -> bytes:
    parts = (
        _chunk(_PLACE, struct.pack("<fff", *one.place)),
        _chunk(_SPEED, struct.pack("<fff", *one.speed)),
        _chunk(_VALID, struct.pack("<f", one.valid)),
        _chunk(_MOMENT, struct.pack("<Q", one.moment)),
    )
    return _chunk(one.number, b"".join(parts), inner=True)


def _chunk(number: int, content: bytes, *, inner: bool = False) -> bytes:
    return struct.pack("<HH", number, len(content) | (_IN_CHUNKS if inner else 0)) + content


def _text(name: str) -> bytes:
    return name.encode()[:_LONGEST_NAME]
