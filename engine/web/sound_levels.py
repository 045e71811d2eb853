"""The level of every sound: RMS and peak in dBFS, and how many blocks have clipped.

The page looks twenty times a second, and a sound comes in many more blocks than that: each of them
counts, or a peak would be missed. So the blocks are overheard as they come in, kept until the next
look, and measured on the page's thread.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from engine.core.messages import Block, Ns
from engine.patch.plan import Outlet
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, Entry

CLIPS: Final = 0.999
"""A sample this large has met the end of what can be said: 32,767 of 16 bits, and all above."""

FLOOR: Final = -100.0
"""dBFS of silence."""

KEPT: Final = 1024
"""The most blocks that wait for a look: a second of them at 48 samples each."""


class SoundLevel(Struct, frozen=True):
    """One sound: its outlet and box, levels in dBFS, clipped blocks since it was first heard."""

    name: str
    box: str
    label: str
    rms: float
    peak: float
    clips: int


class SoundLevels:
    """Measures the sounds of an engine that came since the last look, whatever plan it plays."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._slots: object = None
        self._waiting: dict[Outlet, deque[Block]] = {}
        self._clips: dict[Outlet, int] = {}
        self._shown: dict[Outlet, SoundLevel] = {}
        self._last: dict[Outlet, object] = {}
        # It stays: who takes itself off while the loop calls the others would hide one from it.
        engine.listeners.append(self._overhear)

    def read(self) -> list[SoundLevel]:
        """Return the level of each sound since the last look; where none came, silence."""
        slots = self._engine.slots
        if slots is not self._slots:
            self._slots = slots
            self._shown.clear()
        for outlet, slot in slots.items():
            if isinstance(slot.value, Block):
                self._shown[outlet] = self._measure(outlet, self._take(outlet, slot.value))
        return [*self._shown.values()]

    def _overhear(self, now: Ns, entry: Entry) -> None:
        """Keep a block until the next look; called on the show's loop."""
        if type(entry) is Arrival and type(entry.message) is Block:
            outlet = Outlet(entry.source, entry.outlet)
            waiting = self._waiting.get(outlet)
            if waiting is None:
                waiting = self._waiting[outlet] = deque(maxlen=KEPT)
            waiting.append(entry.message)

    def _take(self, outlet: Outlet, newest: Block) -> list[Block]:
        """Return the blocks since the last look; of what no source emits, the newest one."""
        waiting = self._waiting.get(outlet)
        if waiting is None:
            same = self._last.get(outlet) is newest
            self._last[outlet] = newest
            return [] if same else [newest]
        return [waiting.popleft() for _ in range(len(waiting))]

    def _measure(self, outlet: Outlet, blocks: Sequence[Block]) -> SoundLevel:
        heard = [np.nan_to_num(block.samples) for block in blocks if len(block.samples)]
        peaks = [float(np.abs(samples).max()) for samples in heard]
        clipped = sum(peak >= CLIPS for peak in peaks)
        clips = self._clips[outlet] = self._clips.get(outlet, 0) + clipped
        power = np.mean(np.square(np.concatenate(heard), dtype=np.float64)) if heard else 0.0
        planned = self._engine.plan.boxes[outlet.box]
        return SoundLevel(
            str(outlet),
            outlet.box,
            planned.label or outlet.box,
            _decibels(math.sqrt(float(power))),
            _decibels(max(peaks, default=0.0)),
            clips,
        )


def _decibels(level: float) -> float:
    return round(max(20 * math.log10(level), FLOOR), 1) if level > 0 else FLOOR
