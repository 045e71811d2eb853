"""Draw sound into a picture."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.colour import Blue, Green, Red, bgr
from engine.dsp.image.waves import (
    bands,
    draw_bars,
    draw_line,
    line_points,
    ring_points,
    standing,
)
from engine.video.canvas import Canvas, finished

_KEPT: Final = 0.25
"""Seconds of sound that are kept."""
_LOUDEST: Final = 100.0
"""What is louder, 1 being full scale, is drawn as if it were this."""
_SPECTRUM: Final = 0.05
"""Seconds of sound of which the spectrum is drawn."""


class DrawWave(Node):
    """Draw the sound into each picture: as a line, a ring, or the bars of its spectrum.

    ``sound`` takes a microphone or a file of sound. "line" shows a ``window`` of it as an
    oscilloscope does, held still at a rising edge; "ring" the same around a circle; "bars" how loud
    it is from 50 Hz at the left to 10 kHz at the right. On "black" it is alone, to be mixed or fed
    back.
    """

    lane: ClassVar[bool] = True

    shape: Annotated[Literal["line", "ring", "bars"], Param("as what it is drawn")] = "line"
    ground: Annotated[Literal["picture", "black"], Param("what it is drawn on")] = "picture"
    window: Annotated[float, Param("how much sound is seen", 0.001, 0.1, unit="s")] = 0.02
    gain: Annotated[float, Param("how many times larger it is drawn", 0, 100)] = 2.0
    y: Annotated[float, Param("where its middle is, from bottom, 0, to top, 1", 0, 1)] = 0.5
    height: Annotated[float, Param("how high it may be, as a share of the picture", 0, 1)] = 0.5
    thickness: Annotated[float, Param("how thick the line is; 1 is as usual", 0.1, 20)] = 1.0
    red: Red = 1.0
    green: Green = 1.0
    blue: Blue = 1.0

    _canvas: Canvas = field(default_factory=Canvas)
    _samples: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _rate: int = 0
    _next: int = 0

    def needs(self) -> tuple[str, ...]:
        """Return its sound, without which there is nothing to draw."""
        return ("sound",)

    def on_sound(self, sound: Block) -> None:
        """Keep the last sound; what follows a gap begins anew."""
        if sound.rate != self._rate or sound.start != self._next:
            self._samples, self._rate = np.zeros(0, np.float32), sound.rate
        self._next = sound.start + len(sound.samples)
        heard = np.nan_to_num(sound.samples, nan=0.0).clip(-_LOUDEST, _LOUDEST)
        kept = max(round(_KEPT * self._rate), 1)
        self._samples = np.concatenate([self._samples, heard])[-kept:]

    def process(self, frame: Frame) -> Frame:
        """Return the picture with the sound, uint8 (h, w, 3), of the same size."""
        if self.ground == "picture":
            if len(self._samples) < 2:
                return frame
            out = self._canvas.copy(frame.image)
        else:
            out = self._canvas.take(frame.image.shape)
            out[:] = 0
        self._draw(out)
        return finished(frame, out)

    def reset(self) -> None:
        """Forget the sound."""
        self._samples, self._rate, self._next = np.zeros(0, np.float32), 0, 0

    def _draw(self, out: NDArray[np.uint8]) -> None:
        colour = bgr(self.red, self.green, self.blue)
        if self.shape == "bars":
            newest = self._samples[-round(_SPECTRUM * self._rate) :]
            draw_bars(out, bands(newest, self._rate, self.gain), colour, self.y, self.height)
            return
        count = max(round(self.window * self._rate), 2)
        wave = standing(self._samples[-2 * count :], count) * np.float32(self.gain)
        if len(wave) < 2:
            return
        high, wide = out.shape[:2]
        place = line_points if self.shape == "line" else ring_points
        points = place(wave, (wide, high), self.y, self.height)
        draw_line(out, points, colour, max(1, round(self.thickness * high / 240)))
