"""Asks a playing show, by its control port, what comes in and what leaves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Final

from engine.core.clock import SECOND, SystemClock
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.core.traffic import Traffic
from engine.net.udp import resolve
from engine.osc.parse import read
from engine.osc.tools import Target
from engine.osc.traffic import MONITOR, NO_PROOF, TRAFFIC, Answers, question

AGAIN: Final = 0.5
"""Seconds after which a question counts as lost, and is asked again."""

_BUFFER: Final = 1 << 20
_LARGEST: Final = 65_536


class TrafficClient:
    """Asks one show; ``ask`` returns None where it does not answer in time."""

    def __init__(self, host: str, port: int) -> None:
        """Raise DeviceError where no machine has that name, or there is no way to it."""
        self._clock = SystemClock()
        family, address = resolve(Target(host, port), socket.SOCK_DGRAM)
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._answers = Answers()
        self._proof = NO_PROOF
        self.refused = False
        try:
            self._socket.connect(address)
        except OSError as error:
            self._socket.close()
            raise DeviceError(f"{host}: there is no way to it ({error.strerror})") from None

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def ask(self, seconds: float) -> Traffic | None:
        """Return the traffic of the show; None where it does not answer within ``seconds``.

        ``refused`` then says whether this machine has nobody at the port.
        """
        ends = Ns(self._clock.now() + round(seconds * SECOND))
        self.refused = False
        while (now := self._clock.now()) < ends:
            asked_again = min(ends, Ns(now + round(AGAIN * SECOND)))
            try:
                self._socket.send(question(self._proof))
                for arguments in self._received(asked_again):
                    if (traffic := self._answers.take(arguments)) is not None:
                        return traffic
            except ConnectionRefusedError:
                self.refused = True
                return None
            except OSError:
                return None
        return None

    def _received(self, until: Ns) -> Iterator[list[object]]:
        """Yield the arguments of the answers that come until a moment, or until a new proof."""
        while (left := until - self._clock.now()) > 0:
            self._socket.settimeout(left / SECOND)
            try:
                packet = self._socket.recv(_LARGEST)
            except TimeoutError:
                return
            for address, arguments in read(packet)[0]:
                if address == TRAFFIC:
                    yield arguments
                elif address == MONITOR and arguments and isinstance(arguments[0], str):
                    self._proof = arguments[0]
                    return
