"""Carries IP packets between TUN devices, late, lost or not at all, as it is told.

Run: ``python relay.py ADDRESS=DESCRIPTOR...``. Each line of the standard input is in JSON:
``{"way": ["10.9.0.1", "10.9.0.2"], "delay": 0.001, "jitter": 0.02, "loss": 0.02, "cut": false}``
sets both ways between two addresses; it is answered by a line with the packets and bytes carried so
far, by pair. Order is kept within a way, as a network does that queues.
"""

from __future__ import annotations

import json
import os
import random
import select
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from engine.core.clock import SECOND, SystemClock
from engine.system.priority import set_realtime_priority

MOST: Final = 65536
MULTICAST: Final = range(224, 240)
CLOCK: Final = SystemClock()


@dataclass
class RelayWay:
    """What happens to packets of one way."""

    delay: float = 0.001
    jitter: float = 0.0
    loss: float = 0.0
    cut: bool = False
    free: float = 0.0
    packets: int = 0
    bytes: int = 0


class Relay:
    """The network between the devices."""

    def __init__(self, devices: dict[str, int]) -> None:
        self.devices = devices
        self.ways = {(a, b): RelayWay() for a in devices for b in devices if a != b}
        self.random = random.Random(1)
        self.waiting: list[tuple[float, int, int, bytes]] = []
        self.count = 0

    def run(self) -> None:
        """Carry until the standard input is closed."""
        poll = select.poll()
        source = {descriptor: address for address, descriptor in self.devices.items()}
        for descriptor in (0, *source):
            poll.register(descriptor, select.POLLIN)
        while True:
            now = CLOCK.now() / SECOND
            while self.waiting and self.waiting[0][0] <= now:
                _, _, descriptor, packet = heappop(self.waiting)
                with suppress(OSError):  # the receiver's queue is full: that packet is lost
                    os.write(descriptor, packet)
            pause = max(self.waiting[0][0] - now, 0) * 1000 if self.waiting else 1000
            for descriptor, _ in poll.poll(pause if pause >= 1 else 0):
                if descriptor != 0:
                    self.take(source[descriptor], descriptor)
                elif not self.told():
                    return

    def told(self) -> bool:
        """Take a message; return False at the end."""
        line = sys.stdin.readline()
        if not line:
            return False
        message = json.loads(line)
        for a, b in (message["way"], message["way"][::-1]) if message["way"] else ():
            for key in message.keys() - {"way"}:
                setattr(self.ways[a, b], key, message[key])
        counts = {f"{a} {b}": [way.packets, way.bytes] for (a, b), way in self.ways.items()}
        print(json.dumps(counts), flush=True)
        return True

    def take(self, source: str, descriptor: int) -> None:
        """Take all packets that a device has."""
        for _ in range(64):
            try:
                packet = os.read(descriptor, MOST)
            except BlockingIOError:
                return
            if packet[0] >> 4 != 4:
                continue
            target = socket.inet_ntoa(packet[16:20])
            several = packet[16] in MULTICAST
            for one in self.devices if several else [target]:
                if one != source and (source, one) in self.ways:
                    self.carry(self.ways[source, one], self.devices[one], packet)

    def carry(self, way: RelayWay, descriptor: int, packet: bytes) -> None:
        """Let a packet go its way."""
        way.packets += 1
        way.bytes += len(packet)
        if way.cut or self.random.random() < way.loss:
            return
        late = way.delay + self.random.random() * way.jitter
        way.free = due = max(CLOCK.now() / SECOND + late, way.free)
        self.count += 1
        heappush(self.waiting, (due, self.count, descriptor, packet))


if __name__ == "__main__":
    sys.stdin = os.fdopen(0, "r", buffering=1)
    set_realtime_priority()  # a network does not wait for a busy processor
    given = (argument.split("=") for argument in sys.argv[1:])
    Relay({address: int(descriptor) for address, descriptor in given}).run()
