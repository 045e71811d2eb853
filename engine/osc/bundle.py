"""Packs pieces into datagrams: single messages, or bundles that no network fragments.

Why 1472 bytes: an Ethernet frame carries 1500, of which IP and UDP take 28. A longer datagram is
sent in fragments, which works on a workbench and fails on a stage network that drops one of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

LIMIT: Final = 1472
"""The most bytes that a datagram may have."""

HEADER: Final = b"#bundle\0" + struct.pack(">Q", 1)
"""How a bundle begins: its name, and the time tag that means "immediately"."""

ROOM: Final = LIMIT - len(HEADER)
"""How many bytes of pieces fit into one bundle."""

_LENGTH: Final = struct.Struct(">i")


def messages(piece: bytes) -> Iterator[bytes]:
    """Return the messages of a piece, without their lengths."""
    start = 0
    while start < len(piece):
        end = start + 4 + _LENGTH.unpack_from(piece, start)[0]
        yield piece[start + 4 : end]
        start = end


def longest(piece: bytes) -> int:
    """Return the length of the longest message in a piece, in bytes."""
    return max(map(len, messages(piece)), default=0)


def bundles(pieces: Iterable[bytes]) -> list[bytes]:
    """Return datagrams of at most LIMIT bytes with all pieces in order, as few as possible.

    A single message is not bundled, since every receiver accepts it so. One that is too long for a
    bundle is sent as it is.
    """
    datagrams: list[bytes] = []
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        if size + len(piece) > ROOM and waiting:
            datagrams.append(_bundle(waiting))
            waiting, size = [], 0
        if len(piece) > ROOM:
            *full, piece = _cut(piece)  # noqa: PLW2901 - what fits goes on
            datagrams.extend(_bundle([part]) for part in full)
        waiting.append(piece)
        size += len(piece)
    if waiting:
        datagrams.append(_bundle(waiting))
    return datagrams


def _bundle(pieces: list[bytes]) -> bytes:
    body = b"".join(pieces)
    if _LENGTH.unpack_from(body)[0] == len(body) - 4:
        return body[4:]
    return HEADER + body


def _cut(piece: bytes) -> list[bytes]:
    parts: list[bytes] = []
    start = end = 0
    while end < len(piece):
        after = end + 4 + _LENGTH.unpack_from(piece, end)[0]
        if after - start > ROOM and end > start:
            parts.append(piece[start:end])
            start = end
        end = after
    parts.append(piece[start:])
    return parts
