"""Names the ways out in what was sent: an OSC address, or what a MIDI message is in words.

Bytes come from anybody's recording: what is malformed is told apart by its first byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from engine.midi.stream import DATA
from engine.osc.parse import Malformed, packet
from engine.recording.reader import RecordedOutput
from engine.runtime.metrics import route_name

PARSED: Final = 1 << 20
"""The most bytes of one output that are parsed; what is larger is compared as a whole."""

_SYSTEM: Final = {
    0xF0: "system exclusive",
    0xF1: "time code",
    0xF2: "song position",
    0xF3: "song",
    0xF6: "tune request",
    0xF8: "clock",
    0xFA: "start",
    0xFB: "continue",
    0xFC: "stop",
    0xFE: "active sensing",
    0xFF: "system reset",
}
_NUMBERED: Final = {0x80: "note ", 0x90: "note ", 0xA0: "key_pressure", 0xB0: "cc"}
_FIELDS: Final = msgspec.json.Decoder(dict[str, Any])
_PLAIN: Final = {0xC0: "program", 0xD0: "pressure", 0xE0: "bend"}


class WayOut(NamedTuple):
    """One way out; ``ends`` says that it is the ends of the notes of that name."""

    name: str
    ends: bool = False

    def __str__(self) -> str:
        return f"{self.name} (its ends)" if self.ends else self.name


def messages_of(sent: RecordedOutput) -> Iterator[tuple[WayOut, Any]]:
    """Yield each message of an output: its route, and its numbers and texts."""
    if len(sent.data) > PARSED:
        yield WayOut(route_name(sent.sink, sent.encoding)), sha256(sent.data).hexdigest()
        return
    try:
        if sent.encoding == "osc":
            for address, args in packet(sent.data):
                yield WayOut(route_name(sent.sink, address)), args
            return
        if sent.encoding == "json":
            fields = _FIELDS.decode(sent.data)
            yield WayOut(route_name(sent.sink, str(fields.pop("port", "")))), fields
            return
    except (Malformed, msgspec.DecodeError, RecursionError):
        pass  # its bytes can still be compared
    if sent.encoding == "midi" and (found := _midi(sent.sink, sent.data)):
        yield found
        return
    head = f"{sent.data[0]:02x}" if sent.data else "00"
    yield WayOut(route_name(sent.sink, f"{sent.encoding} {head}")), list(sent.data)


def _midi(sink: str, data: bytes) -> tuple[WayOut, list[int]] | None:
    """Return a MIDI message in words, channel 1 being that of which nothing is said; or None."""
    status = data[0] if data else 0
    if status in _SYSTEM:
        return WayOut(route_name(sink, _SYSTEM[status])), list(data[1:])
    kind, channel = status & 0xF0, (status & 0x0F) + 1
    if len(data) != 1 + DATA.get(kind, len(data)) or any(byte >= 0x80 for byte in data[1:]):
        return None
    where = f" on channel {channel}" if channel > 1 else ""
    if kind in _PLAIN:
        value = data[1] if kind != 0xE0 else data[1] | data[2] << 7
        return WayOut(route_name(sink, f"{_PLAIN[kind]}{where}")), [value]
    name = route_name(sink, f"{_NUMBERED[kind]}{data[1]}{where}")
    is_end = kind == 0x80 or (kind == 0x90 and not data[2])
    return WayOut(name, is_end), [data[2]]
