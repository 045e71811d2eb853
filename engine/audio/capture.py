"""What a sound device calls, and what can be known by watching it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.devices import PRIVACY
from engine.audio.frame_clock import FrameClock
from engine.audio.frames import NOTICE, pack_sound
from engine.core.clock import SECOND, Clock
from engine.core.messages import Ns
from engine.system.device_process import GONE
from engine.system.framing import pack_frame

STOPPED: Final = SECOND
"""How long in ns a device may yield nothing before it counts as gone."""
FIRST: Final = 5 * SECOND
"""How long in ns its first block may take: wireless devices are slow to wake."""
SILENT: Final = 2 * SECOND
"""After so many ns of zeros alone the performer is warned, once."""

JACK_HELPS: Final = "longer cycles of the JACK server help (jackd ... -p 512), or real time (-R)"
"""Why not a larger block: the server calls once a cycle, whatever the block is."""


class CaptureStream:
    """Captures one channel, counted from 0, of the device ``name``, until it is ``gone``.

    Set ``over`` when the device says that it has stopped. Frames of sound go to ``write``.

    A block is stamped when its callback begins: the first moment at which it is known here. The
    times that drivers give for their samples are wrong too often to be relied on.
    """

    def __init__(
        self, name: str, channel: int, clock: Clock, write: Callable[[bytes], None]
    ) -> None:
        self.server: FrameClock | None = None
        """The clock of the JACK server that the device is of, if it is; set before it sounds."""
        self.over = threading.Event()
        self.gone = False
        self._name = name
        self._channel = channel
        self._now = clock.now
        self._write = write
        self._start = self._received = 0
        self._lost = self._reported = 0
        self._late = self._late_reported = False
        self._next_report = Ns(0)
        self._opened = clock.now()
        self._last: Ns | None = None
        self._sounded = False
        self._other = -1

    def on_block(self, samples: NDArray[np.float32], count: int, _: Any, status: Any) -> None:
        """Stamp, copy and write a block: called by the device, on a thread of its own.

        ``samples`` is float32 of shape (count, channels), and reused by the device.
        """
        at = self._now()
        lost = self._missing(count, bool(status.input_overflow))
        self._start += lost
        self._lost += lost
        block = samples[:, self._channel]
        self._write(pack_sound(block, at, self._start))
        self._start += count
        self._received += count
        self._last = at
        if not self._sounded:
            self._sounded = bool(block.any())
            if self._other < 0 and samples.any():
                self._other = int(np.flatnonzero(samples.any(axis=0))[0])

    def _missing(self, count: int, overflow: bool) -> int:
        """Return how many samples are missing before a block.

        Where no server counts them nobody knows how many: a block makes the gap. What was lost
        before the first one is missed by nobody; many devices report that when they begin.
        """
        lost = self.server.missing(self._received) if self.server else overflow * count
        self._late |= overflow and not lost and self._received > 0
        return lost if self._received else 0

    def check(self) -> Iterator[bytes]:
        """Yield the frames of what is wrong, each once."""
        now = self._now()
        since = now - (self._opened if self._last is None else self._last)
        if self.over.is_set():
            self.gone = True
            yield self._report(GONE, "stopped; was it unplugged?")
        elif since > (FIRST if self._last is None else STOPPED):
            self.gone = True
            yield self._report(GONE, "gives no sound any more; was it unplugged?")
        if self._lost > self._reported and now >= self._next_report:
            self._reported, self._next_report = self._lost, Ns(now + SECOND)
            helps = JACK_HELPS if self.server else "a larger block helps"
            yield self._report(NOTICE, f"was not listened to in time, sound is missing; {helps}")
        if self._late and self.server and not (self._late_reported or self._lost):
            self._late_reported = True  # reported once
            yield self._report(
                NOTICE, f"comes late now and then, and nothing is missing; {JACK_HELPS}"
            )
        if not self._sounded and self._last is not None and now - self._opened >= SILENT:
            self._sounded = True  # reported once
            yield self._report(NOTICE, self._why_silent())

    def _why_silent(self) -> str:
        """Return what may be the reason of silence: another channel that sounds tells the most."""
        if self._other >= 0:
            here, there = self._channel + 1, self._other + 1
            sounds = f"channel {there} sounds: write channel = {there}"
            return f"gives only silence on channel {here}, and {sounds}"
        why = "gives only silence: a refused microphone permission, or muted?"
        return why + PRIVACY.get(sys.platform, "")

    def _report(self, kind: bytes, text: str) -> bytes:
        return pack_frame(kind, f'"{self._name}" {text}'.encode())
