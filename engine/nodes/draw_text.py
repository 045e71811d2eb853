"""Write into a picture."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import field
from typing import Annotated, ClassVar, Final

from engine.core.messages import Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.colour import Blue, Green, Red, bgr
from engine.dsp.image.scripts import lacking
from engine.dsp.image.writing import (
    LONGEST,
    Align,
    Font,
    Ink,
    Wording,
    Writer,
    margin_of,
    stamp,
)
from engine.video.canvas import Canvas, finished

_log = logging.getLogger("sensorium")

_MOST_TOLD: Final = 20
_LINE: Final = 0.96
"""How long a line may be, as a share of the picture's width."""


class DrawText(Node):
    """Write a text into a picture: a title, the chord that sounds, what somebody says, a number.

    ``text`` takes a cable from whatever says texts, such as ``chords.name``. A ``{}`` in it is the
    number at ``value``, with so many ``digits``: ``text = "{} bpm"`` with
    ``value = { from = "grid.bpm" }``. A line that is longer than the picture is broken between
    words; of a text 1000 characters are written.

    The letters of Europe, China, Japan and Korea are there, and Hebrew, from right to left. What
    cannot be written right is told once: letters of Arabic stand side by side without being joined,
    and what has no letter here, such as Thai, Hindi or an emoji, becomes "?".
    """

    lane: ClassVar[bool] = True

    text: Annotated[str, Param("what is written; {} is the number at value")] = ""
    value: Annotated[float, Param("the number that takes the place of {}")] = 0.0
    digits: Annotated[int, Param("digits behind its point", 0, 6)] = 0
    x: Annotated[float, Param("where, from left, 0, to right, 1", 0, 1)] = 0.5
    y: Annotated[float, Param("where, from bottom, 0, to top, 1", 0, 1)] = 0.1
    size: Annotated[float, Param("how large, as a share of the picture's height", 0.01, 1)] = 0.08
    align: Annotated[Align, Param("which part of a line is at x")] = "middle"
    font: Annotated[Font, Param("upright or slanted")] = "sans"
    weight: Annotated[int, Param("100 is thin, 400 regular, 700 bold", 100, 900)] = 500
    red: Red = 1.0
    green: Green = 1.0
    blue: Blue = 1.0
    opacity: Annotated[float, Param("0 is not seen", 0, 1)] = 1.0
    outline: Annotated[float, Param("how dark the edge around each letter is", 0, 1)] = 0.5

    _canvas: Canvas = field(default_factory=Canvas)
    _writer: Writer = field(default_factory=Writer)
    _looked_at: str = ""
    _told: set[str] = field(default_factory=set)

    def process(self, frame: Frame) -> Frame:
        """Return the picture with the text, uint8 (h, w, 3), of the same size."""
        text = self.text.replace("{}", f"{self.value:.{self.digits}f}")
        if not text.strip() or self.opacity <= 0:
            return frame
        text = unicodedata.normalize("NFC", text[:LONGEST])
        self._tell_lacking(text)
        height, width = frame.image.shape[:2]
        size = max(round(self.size * height), 4)
        wording = Wording(text, self.font, size, self.weight, round(_LINE * width), self.align)
        ink = Ink(bgr(self.red, self.green, self.blue), self.opacity, self.outline)
        written = self._writer.write(wording, ink)
        out = self._canvas.copy(frame.image)
        stamp(out, written, self._place(written.keep.shape, width, height, size))
        return finished(frame, out)

    def _tell_lacking(self, text: str) -> None:
        """Log, once of each script, what of a text cannot be written right."""
        if text == self._looked_at:
            return
        self._looked_at = text
        for kind, what in lacking(text).items():
            if kind not in self._told and len(self._told) < _MOST_TOLD:
                self._told.add(kind)
                _log.warning('draw_text, "%.40s": %s', text, what)

    def _place(self, shape: tuple[int, ...], width: int, height: int, size: int) -> tuple[int, int]:
        """Return where the mask's left upper corner comes to lie, in pixels."""
        rows, columns = shape[:2]
        x = self.x * width
        if self.align == "middle":
            left = x - columns / 2
        elif self.align == "left":
            left = x - margin_of(size)
        else:
            left = x - columns + margin_of(size)
        return round(left), round((1 - self.y) * height - rows / 2)
