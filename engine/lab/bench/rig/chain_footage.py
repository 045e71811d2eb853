"""What goes into the chains of picture boxes, and what each step is called."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Frame
from engine.lab.bench.rig.footage import FPS
from engine.sources.stand_in import StandIn

SIZE: Final = (1280, 720)
BOXES: Final = ("crop", "resize", "grade", "mix", "feedback", "draw_pose", "draw_text", "draw_wave")
TITLE: Final = "Sensorium"
_RATE: Final = 48_000


class ChainFootage:
    """What goes in: pictures of the dancer with their joints, another picture, a mask, a sound."""

    def __init__(self, count: int = 16) -> None:
        width, height = SIZE
        stand_in = StandIn(seconds=count / FPS, fps=FPS, noise=0.15, width=width, height=height)
        events = list(stand_in.events())
        self.frames = [message for _, outlet, message in events if outlet == "frame"]
        self.joints = [message for _, outlet, message in events if outlet == "joints"]
        down, across = np.mgrid[0:height, 0:width]
        self.other = _frame(np.stack([across % 256, down % 256, (across + down) % 256], axis=2))
        bright = 255 * np.exp(-((across / width - 0.5) ** 2 + (down / height - 0.5) ** 2) * 8)
        self.mask = _frame(np.repeat(bright[:, :, np.newaxis], 3, axis=2))
        wave = 0.3 * np.sin(2 * np.pi * 220 * np.arange(_RATE) / _RATE)
        self.sound = Block(wave.astype(np.float32)[: _RATE // 10], _RATE, 0)

    def hash(self) -> str:
        """Return a hash of all pictures."""
        every = (*self.frames, self.other, self.mask)
        return hashlib.sha256(b"".join(frame.image.tobytes() for frame in every)).hexdigest()[:16]


def _frame(values: NDArray[Any]) -> Frame:
    image = values.astype(np.uint8)
    image.flags.writeable = False
    return Frame(image)
