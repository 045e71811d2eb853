"""How much MessagePack and JSON would become in memory, counted before it does.

Why: an empty list is one byte of MessagePack and 64 bytes of memory, and a file may come from
anybody. What the bytes themselves are, texts and arrays, becomes no larger than it is.
"""

from __future__ import annotations

from typing import Final

UNCHECKED: Final = 1 << 20
"""Bytes up to which nothing is counted: whatever they are, they become 64 MB at most."""
MOST: Final = 100_000
"""The most parts of a larger record; one of ours has some thousand."""

_QUOTES: Final = 1_000_000
"""The most quotes of a JSON record, each text having two: those of a patch count, too."""


def check_messagepack(data: bytes | memoryview) -> None:
    """Raise ValueError for MessagePack of more parts than any show has."""
    if len(data) <= UNCHECKED:
        return
    left, parts, place = 1, 0, 0
    while left and place < len(data):
        parts += 1
        if parts > MOST:
            raise ValueError(f"more than {MOST:,} parts in one record")
        skipped, inside = _part(data, place)
        place += skipped
        left += inside - 1


def check_json(data: bytes | memoryview) -> None:
    """Raise ValueError for JSON of more texts than any show has."""
    if len(data) > UNCHECKED and bytes(data).count(b'"') > _QUOTES:
        raise ValueError(f"more than {_QUOTES // 2:,} texts in one record")


def _part(data: bytes | memoryview, place: int) -> tuple[int, int]:
    """Return how many bytes a part takes without what is inside, and how many parts are inside.

    See https://github.com/msgpack/msgpack/blob/master/spec.md.
    """
    kind = data[place]
    if kind not in _LONG:
        return _SHORT[kind]
    digits, more, bytes_each, parts_each = _LONG[kind]
    stated = int.from_bytes(data[place + 1 : place + 1 + digits], "big")
    return 1 + digits + more + stated * bytes_each, stated * parts_each


_LONG: Final = {
    **{0xC4: (1, 0, 1, 0), 0xC5: (2, 0, 1, 0), 0xC6: (4, 0, 1, 0)},  # bytes
    **{0xC7: (1, 1, 1, 0), 0xC8: (2, 1, 1, 0), 0xC9: (4, 1, 1, 0)},  # extensions
    **{0xD9: (1, 0, 1, 0), 0xDA: (2, 0, 1, 0), 0xDB: (4, 0, 1, 0)},  # texts
    **{0xDC: (2, 0, 0, 1), 0xDD: (4, 0, 0, 1)},  # lists
    **{0xDE: (2, 0, 0, 2), 0xDF: (4, 0, 0, 2)},  # maps
}
"""What states its length: the digits of that, further bytes, and the bytes and parts of each."""
_FIXED: Final = {
    **{0xCA: 4, 0xCB: 8},  # floats
    **{0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8},  # whole numbers
    **{0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17},  # extensions
}


def _short(kind: int) -> tuple[int, int]:
    """Return what ``_part`` does where the first byte tells all."""
    if 0x80 <= kind <= 0x8F:
        return 1, 2 * (kind & 0x0F)
    if 0x90 <= kind <= 0x9F:
        return 1, kind & 0x0F
    if 0xA0 <= kind <= 0xBF:
        return 1 + (kind & 0x1F), 0
    return 1 + _FIXED.get(kind, 0), 0


_SHORT: Final = tuple(map(_short, range(256)))
