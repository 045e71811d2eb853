"""Receivers on this machine: one that notes when packets arrive, and one that ignores them."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError

_APART_NS = 8_000_000
"""Packets closer together than this belong to one picture."""


class PacketListener:
    """Notes when packets arrive, on a thread of its own, while its block lasts."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self.arrivals: list[int] = []
        self.heard = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)

    def __enter__(self) -> PacketListener:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def uneven_ms(self, interval_ms: float, skip: int) -> NDArray[np.float64]:
        """Return by how many ms the interval of pictures was off, without the first ``skip``.

        Of few that came, as from a busy machine, the later half counts. Raise DeviceError where
        fewer than three came.
        """
        arrivals = np.array(self.arrivals, np.int64)
        begins = arrivals[np.diff(arrivals, prepend=-_APART_NS) >= _APART_NS]
        if len(begins) < 3:
            raise DeviceError(f"{len(begins)} pictures were heard: too few to say how evenly")
        begins = begins[min(skip, len(begins) // 2) :]
        return np.abs(np.diff(begins) / 1e6 - interval_ms)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._socket.recv(65536)
            except TimeoutError:
                continue
            self.arrivals.append(time.monotonic_ns())
            self.heard.set()


class Drain:
    """A port that is bound and never read: the system drops what is too much."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Drain:
        """Keep the port."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the port."""
        self._socket.close()
