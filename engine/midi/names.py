"""Names of MIDI messages, as keys of ``send`` and as outlets: "notes", "cc74", "10/note36".

notes             every note          note36      one note, as a trigger
cc74              controller 74       cc1:14      controllers 1 and 33 together, 14 bits
bend  pressure  program               10/...      on channel 10 only
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from engine.core.errors import ParameterError, UnknownName, as_written

NUMBERED: Final = ("note", "cc")
LONGEST_NAME: Final = 63
_NAME: Final = re.compile(r"(?:([1-9]\d*)/)?([a-z_]+?)(\d+)?(:14)?")


@dataclass(frozen=True, slots=True)
class MessageName:
    """A kind of message, and which one: ``fine`` means 14 bits, ``channel`` None any channel."""

    kind: str
    number: int | None = None
    fine: bool = False
    channel: int | None = None


def read_name(text: str, plain: Collection[str], channels: Collection[str] = ()) -> MessageName:
    """Return the name that ``text`` spells; ``plain`` are the kinds without a number known here.

    ``channels`` are those of them that belong to a channel. Raise UnknownName, and ParameterError
    for a channel outside 1 to 16 or a number outside 0 to 127 (0 to 31 for 14 bits).
    """
    match = _NAME.fullmatch(text)
    if match is None:
        raise _unknown(text, plain)
    channel, kind, number, fine = match.groups()
    if kind not in (NUMBERED if number else plain) or (fine and kind != "cc"):
        raise _unknown(text, plain)
    if channel and not 1 <= int(channel) <= 16:
        raise ParameterError(f'"{text}": channels count from 1 to 16')
    if channel and not number and kind not in channels:
        raise ParameterError(f'"{text}": {kind} belongs to no channel')
    last = 31 if fine else 127
    if number and int(number) > last:
        what = "14-bit controllers" if fine else "controllers" if kind == "cc" else "notes"
        raise ParameterError(f'"{text}": {what} count from 0 to {last}')
    return MessageName(
        kind, int(number) if number else None, bool(fine), int(channel) if channel else None
    )


def check_port_name(name: str) -> None:
    """Raise ParameterError for a name that no port can have: ALSA and JACK take 1 to 63 bytes."""
    if not 0 < len(name.encode()) <= LONGEST_NAME or "\0" in name:
        raise ParameterError(
            f"name: a port is called by 1 to {LONGEST_NAME} letters, got {as_written(name)}"
        )


def _unknown(text: str, plain: Collection[str]) -> UnknownName:
    channel, slash, _ = text.partition("/")
    before = f"{channel}/" if slash and channel.isdigit() else ""
    every = [*plain, *(f"{kind}{number}" for kind in NUMBERED for number in range(128))]
    listed = f"There is: {', '.join((*plain, 'note36', 'cc74', 'cc1:14', '10/note36'))}."
    return UnknownName("MIDI message", text, [before + one for one in every], listed)
