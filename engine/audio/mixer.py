"""Sums the sound of several cables for the two channels of a device, at one volume."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.playout import PlayoutBuffer, Samples

ENDING_S: Final = 0.02
"""Seconds in which everything fades out at the end."""
MOST_CABLES: Final = 64
_LOUDEST: Final = 64.0
"""Of what comes; the sum is held at full scale."""


class SoundMixer:
    """Mixes on the device's thread what another thread gives it."""

    def __init__(self, rate: int, hold: float, longest: float) -> None:
        """``rate`` in Hz; ``hold`` and ``longest`` as of a PlayoutBuffer."""
        self.ended = threading.Event()
        """Set once everything has faded out after ``end``."""
        self._rate = rate
        self._hold = hold
        self._longest = longest
        self._buffers: dict[int, PlayoutBuffer] = {}
        self._gains = np.zeros(2, np.float32)
        self._wanted = np.ones(2, np.float32)
        self._slope = 1.0 / (ENDING_S * rate)
        self._ending = False
        self._cycle = 0

    @property
    def late(self) -> int:
        """How often sound came too late."""
        return sum(each.late for each in [*self._buffers.values()])

    @property
    def refused(self) -> float:
        """Seconds of sound that found no room."""
        return sum(each.refused for each in [*self._buffers.values()])

    @property
    def hold(self) -> float:
        """Seconds that sound is held at most."""
        return max((each.hold for each in [*self._buffers.values()]), default=self._hold)

    def play(self, cable: int, samples: Samples, rate: int, start: int, at: int) -> None:
        """Take a block of one cable, as a PlayoutBuffer does."""
        if cable not in self._buffers:
            if len(self._buffers) >= MOST_CABLES:
                return
            new = PlayoutBuffer(self._rate, self._hold, self._longest, self._cycle)
            self._buffers = {**self._buffers, cable: new}
        sane = np.nan_to_num(np.clip(samples, -_LOUDEST, _LOUDEST))
        self._buffers[cable].push(sane, rate, start, at)

    def set_levels(self, volume: float, pan: float, fade: float) -> None:
        """Go to a volume of 0 to 1, and a place of -1, left, to 1, in ``fade`` seconds at most."""
        if not self._ending:
            self._slope = 1.0 / max(1.0, fade * self._rate)
            places = [min(1.0, 1.0 - pan), min(1.0, 1.0 + pan)]
            self._wanted = np.array(places, np.float32) * np.float32(volume)

    def silence(self, cable: int) -> None:
        """Break off one cable; with -1 all."""
        for number, each in self._buffers.items():
            if cable in (-1, number):
                each.cut()

    def end(self) -> None:
        """Fade out; ``ended`` is set once that is done."""
        self._slope = 1.0 / (ENDING_S * self._rate)
        self._wanted = np.zeros(2, np.float32)
        self._ending = True

    def mix(self, count: int) -> NDArray[np.float32]:
        """Return the next samples of both channels, shape (2, count), -1 to 1."""
        self._cycle = count
        mono = np.zeros(count, np.float32)
        for each in self._buffers.values():
            mono += each.pull(count)
        gains, wanted = self._gains, self._wanted
        if self._ending and not gains.any():
            self.ended.set()
        if np.array_equal(gains, wanted):
            out = gains[:, None] * mono
        else:
            steps = self._slope * np.arange(1, count + 1, dtype=np.float32)
            way = (wanted - gains)[:, None]
            ramp = gains[:, None] + np.sign(way) * np.minimum(np.abs(way), steps)
            self._gains = ramp[:, -1].astype(np.float32)
            out = ramp * mono
        sides: NDArray[np.float32] = np.clip(out, -1.0, 1.0).astype(np.float32)
        return sides
