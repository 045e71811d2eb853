"""What a sound device calls, and what can be told by watching it."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND, Clock
from engine.core.messages import Ns
from engine.sound.devices import PRIVACY
from engine.sound.frames import GONE, NOTICE, SOUND, frame

STOPPED: Final = SECOND
"""How long a device may give nothing before it counts as gone."""
FIRST: Final = 5 * SECOND
"""How long its first block may take: wireless ones are slow to wake."""
SILENT: Final = 2 * SECOND


class Ear:
    """Hears one channel, counted from 0, of the device ``name``, until it is ``gone``.

    Set ``over`` when the device says that it has stopped.

    A block is stamped when its callback begins: the first moment at which it is known here. The
    times that drivers give for their samples are nonsense too often to be relied on.
    """

    def __init__(self, name: str, channel: int, clock: Clock) -> None:
        self.over = threading.Event()
        self.gone = False
        self._name = name
        self._channel = channel
        self._now = clock.now
        self._blocks: queue.SimpleQueue[tuple[Ns, int, NDArray[np.float32]]] = queue.SimpleQueue()
        self._start = 0
        self._lost = self._told = 0
        self._opened = clock.now()
        self._heard: Ns | None = None
        self._sounded = False

    def hear(self, samples: NDArray[np.float32], count: int, _: Any, status: Any) -> None:
        """Stamp, copy, hand over: called by the device, on a thread of its own."""
        at = self._now()
        # Nobody knows how much was lost: a block makes the gap. What was lost before the first one
        # is missed by nobody; many devices say so when they begin.
        if status.input_overflow and self._start:
            self._start += count
            self._lost += 1
        self._blocks.put((at, self._start, samples[:, self._channel].copy()))
        self._start += count

    def next(self, patience: float) -> Iterator[bytes]:
        """Give the frames of what was heard or is wrong, waiting for seconds at most."""
        try:
            at, start, samples = self._blocks.get(timeout=patience)
        except queue.Empty:
            pass
        else:
            self._heard = at
            self._sounded = self._sounded or bool(samples.any())
            yield frame(SOUND, samples.tobytes(), at, start)
        yield from self._look(self._now())

    def _look(self, now: Ns) -> Iterator[bytes]:
        since = now - (self._opened if self._heard is None else self._heard)
        if self.over.is_set() and self._blocks.empty():
            self.gone = True
            yield self._say(GONE, "stopped; was it unplugged?")
        elif since > (FIRST if self._heard is None else STOPPED):
            self.gone = True
            yield self._say(GONE, "gives no sound any more; was it unplugged?")
        if self._lost > self._told:
            self._told = self._lost
            yield self._say(
                NOTICE, "was not listened to in time, sound is missing; a larger block helps"
            )
        if not self._sounded and self._heard is not None and now - self._opened >= SILENT:
            self._sounded = True  # told once
            why = "gives only silence: a refused microphone permission, or muted?"
            yield self._say(NOTICE, why + PRIVACY.get(sys.platform, ""))

    def _say(self, kind: bytes, text: str) -> bytes:
        return frame(kind, f'"{self._name}" {text}'.encode())
