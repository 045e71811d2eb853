"""Parses packets into messages: what arrives is validated or refused, never trusted.

python-osc parses the messages. It gets only complete ones, because it pads a truncated float with
zeros, loops for ever in a bundle whose element has a negative length, and loses its position at an
unknown type.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any, Final

_BUNDLE: Final = b"#bundle\0"
DEEPEST: Final = 16
"""How deep bundles may lie in bundles, and lists in lists."""

MOST: Final = 1024
"""How many messages a packet may hold, and how many arguments a message."""

_SIZES: Final = {"i": 4, "f": 4, "r": 4, "m": 4, "h": 8, "d": 8, "t": 8}
_EMPTY: Final = frozenset("TFN[]")
_DEEPER: Final = {"[": 1, "]": -1}

Spoken = tuple[str, list[Any]]
"""A message as (address, arguments)."""


class Malformed(ValueError):
    """A packet that is not OSC, or is truncated."""


def packet(datagram: bytes) -> list[Spoken]:
    """Return the messages of a packet in their order, those of nested bundles too.

    Time tags are ignored: a sender whose clock is wrong would never be heard (python-osc, issue
    110). Raise Malformed.
    """
    try:
        return [_message(one) for one in _parts(datagram)]
    except Malformed:
        raise
    except Exception as error:  # bytes from a network must not raise anything else
        raise Malformed(str(error)) from None


def _parts(datagram: bytes) -> list[bytes]:
    found = list(islice(_elements(datagram, 0), MOST + 1))
    if len(found) > MOST:
        raise Malformed(f"more than {MOST} messages in one packet")
    return found


def _elements(data: bytes, depth: int) -> Iterator[bytes]:
    if len(data) % 4:
        raise Malformed(f"its length, {len(data)} bytes, is no multiple of 4")
    if not data.startswith(_BUNDLE):
        yield data
        return
    if depth > DEEPEST:
        raise Malformed("bundles in bundles without an end")
    start = 16
    if len(data) < start:
        raise Malformed("a bundle without its time tag")
    while start < len(data):
        size = int.from_bytes(data[start : start + 4], "big", signed=True)
        start += 4
        if not 0 < size <= len(data) - start:
            raise Malformed(f"a part of a bundle with a length of {size} bytes")
        yield from _elements(data[start : start + size], depth + 1)
        start += size


def _message(data: bytes) -> Spoken:
    if not data.startswith(b"/"):
        raise Malformed('an OSC address begins with "/"')
    start = _after_string(data, 0)
    if start < len(data):
        end = _after_string(data, start)
        _check_whole(data, data[start:end].rstrip(b"\0").decode(), end)
    # Here, because sending must go on without it.
    from pythonosc.osc_message import OscMessage  # noqa: PLC0415

    message = OscMessage(data)
    return message.address, list(message)


def _check_whole(data: bytes, tags: str, start: int) -> None:
    if len(tags) > MOST:
        raise Malformed(f"more than {MOST} arguments")
    if max(accumulate(_DEEPER.get(tag, 0) for tag in tags), default=0) > DEEPEST:
        raise Malformed("lists in lists without an end")
    for tag in tags[1:]:
        if tag in _SIZES:
            start += _SIZES[tag]
        elif tag == "s":
            start = _after_string(data, start)
        elif tag == "b":
            size = int.from_bytes(data[start : start + 4], "big", signed=True)
            if size < 0:
                raise Malformed(f"a blob of {size} bytes")
            start += 4 + size + -size % 4
        elif tag not in _EMPTY:
            raise Malformed(f'an argument of type "{tag}"')
    if start > len(data):
        raise Malformed("it is cut off")


def _after_string(data: bytes, start: int) -> int:
    zero = data.find(b"\0", start)
    if zero < 0:
        raise Malformed("a text without an end")
    return zero + 4 - zero % 4
