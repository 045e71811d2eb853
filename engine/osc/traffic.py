"""How a monitor asks a show for its traffic, and how the show answers, as OSC.

    /sensorium/monitor s        a proof, first NO_PROOF; answered by the right one where it is wrong
    /sensorium/traffic i i i s  number of the answer, of the packet in it, of packets; JSON

Why a proof: over UDP anybody can forge the sender of a packet, and an answer is a hundred times as
long as the question. Who cannot say what was sent to the address that it asks from gets no more
than it has sent, as with the cookies of DNS (RFC 7873).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from engine.core.text import plain, within
from engine.core.traffic import Flow, Traffic
from engine.osc.bundle import LIMIT, messages
from engine.osc.packer import Packer

MONITOR: Final = "/sensorium/monitor"
TRAFFIC: Final = "/sensorium/traffic"
LENGTH: Final = 16
"""The length of a proof, in characters."""
NO_PROOF: Final = "-" * LENGTH

_ROOM: Final = LIMIT - 64
"""Bytes of JSON in one packet: what is left beside the address and the numbers."""
_NAME, _LAST, _PEER, _NOTE = 160, 80, 50, 160
"""The most bytes of a flow's texts: one fits a packet, whatever they are."""
_PACKETS: Final = 512
"""The most packets of one answer."""

_JSON: Final = msgspec.json.Encoder()


class Packet(Struct):
    """What one packet of an answer brings."""

    title: str
    left_out: int
    flows: tuple[Flow, ...]


_PACKET: Final = msgspec.json.Decoder(Packet)


def proof(secret: bytes, sender: tuple[object, ...]) -> str:
    """Return what only who receives at an address can know; ``secret`` is that of the show."""
    code = hmac.new(secret, repr(sender[:2]).encode(), hashlib.sha256)
    return code.hexdigest()[:LENGTH]


def question(known: str) -> bytes:
    """Return the message that asks, or that tells the proof: both have the same length."""
    return next(messages(Packer(MONITOR, "s").pack(known)))


def answer(number: int, traffic: Traffic) -> list[bytes]:
    """Return the packets of an answer."""
    parts = [*_parts(traffic)][:_PACKETS]
    packer = Packer(TRAFFIC, "iiis")
    return [
        next(messages(packer.pack(number, index, len(parts), part.decode())))
        for index, part in enumerate(parts)
    ]


class Answers:
    """Puts the packets of answers together; ``take`` returns each answer when it is whole.

    What comes from the network is made safe for a terminal again, whoever has sent it.
    """

    def __init__(self) -> None:
        self._number = -1
        self._parts: dict[int, Packet] = {}

    def take(self, arguments: list[object]) -> Traffic | None:
        """Take the arguments of a packet; what is none of ours is ignored."""
        match arguments:
            case [int(number), int(index), int(of), str(text)] if 0 <= index < of <= _PACKETS:
                pass
            case _:
                return None
        if number != self._number:
            self._number, self._parts = number, {}
        try:
            self._parts[index] = _PACKET.decode(text)
        except msgspec.DecodeError:
            return None
        if len(self._parts) < of:
            return None
        parts = [self._parts[each] for each in sorted(self._parts)]
        flows = tuple(_shortened(flow) for part in parts for flow in part.flows)
        return Traffic(plain(parts[0].title), flows, parts[0].left_out)


def _parts(traffic: Traffic) -> Iterator[bytes]:
    """Yield the traffic as JSON, cut to what fits a packet."""
    title = within(plain(traffic.title), _PEER)
    start = _JSON.encode(Packet(title, traffic.left_out, ()))[:-2]
    flows: list[bytes] = []
    size = len(start) + 2
    for flow in traffic.flows:
        written = _JSON.encode(_shortened(flow))
        if flows and size + len(written) + 1 > _ROOM:
            yield start + b",".join(flows) + b"]}"
            flows, size = [], len(start) + 2
        flows.append(written)
        size += len(written) + 1
    yield start + b",".join(flows) + b"]}"


def _shortened(flow: Flow) -> Flow:
    return Flow(
        flow.leaves,
        within(plain(flow.box), _PEER),
        within(plain(flow.name), _NAME),
        flow.count,
        flow.rate,
        within(plain(flow.last), _LAST),
        flow.ago,
        within(plain(flow.peer), _PEER),
        within(plain(flow.note), _NOTE),
        flow.unheard,
    )
