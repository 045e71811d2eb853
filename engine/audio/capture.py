"""What a sound device calls, and what can be told by watching it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.devices import PRIVACY
from engine.audio.frames import GONE, NOTICE, SOUND, frame
from engine.core.clock import SECOND, Clock
from engine.core.messages import Ns

STOPPED: Final = SECOND
"""How long a device may give nothing before it counts as gone."""
FIRST: Final = 5 * SECOND
"""How long its first block may take: wireless ones are slow to wake."""
SILENT: Final = 2 * SECOND


class CaptureStream:
    """Hears one channel, counted from 0, of the device ``name``, until it is ``gone``.

    Set ``over`` when the device says that it has stopped. Frames of sound go to ``say``.

    A block is stamped when its callback begins: the first moment at which it is known here. The
    times that drivers give for their samples are nonsense too often to be relied on.
    """

    def __init__(self, name: str, channel: int, clock: Clock, say: Callable[[bytes], None]) -> None:
        self.over = threading.Event()
        self.gone = False
        self._name = name
        self._channel = channel
        self._now = clock.now
        self._say = say
        self._start = 0
        self._lost = self._told = 0
        self._opened = clock.now()
        self._heard: Ns | None = None
        self._sounded = False

    def hear(self, samples: NDArray[np.float32], count: int, _: Any, status: Any) -> None:
        """Stamp, copy, say: called by the device, on a thread of its own."""
        at = self._now()
        # Nobody knows how much was lost: a block makes the gap. What was lost before the first one
        # is missed by nobody; many devices say so when they begin.
        if status.input_overflow and self._start:
            self._start += count
            self._lost += 1
        heard = samples[:, self._channel]
        self._say(frame(SOUND, heard.tobytes(), at, self._start))
        self._start += count
        self._heard = at
        self._sounded = self._sounded or bool(heard.any())

    def look(self) -> Iterator[bytes]:
        """Give the frames of what is wrong."""
        now = self._now()
        since = now - (self._opened if self._heard is None else self._heard)
        if self.over.is_set():
            self.gone = True
            yield self._told_of(GONE, "stopped; was it unplugged?")
        elif since > (FIRST if self._heard is None else STOPPED):
            self.gone = True
            yield self._told_of(GONE, "gives no sound any more; was it unplugged?")
        if self._lost > self._told:
            self._told = self._lost
            yield self._told_of(
                NOTICE, "was not listened to in time, sound is missing; a larger block helps"
            )
        if not self._sounded and self._heard is not None and now - self._opened >= SILENT:
            self._sounded = True  # told once
            why = "gives only silence: a refused microphone permission, or muted?"
            yield self._told_of(NOTICE, why + PRIVACY.get(sys.platform, ""))

    def _told_of(self, kind: bytes, text: str) -> bytes:
        return frame(kind, f'"{self._name}" {text}'.encode())
