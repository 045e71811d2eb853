"""Write text as a mask: in any script that OpenCV's own fonts have, in lines that fit a width.

Why OpenCV's fonts: they come with it, from version 5 on, and have Latin, Greek, Cyrillic, Chinese,
Japanese and Korean letters; its older ones have no more than ASCII. A font of a stranger's patch is
not read: what reads fonts trusts them.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.right_to_left import as_seen

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Font = Literal["sans", "italic"]
Align = Literal["left", "middle", "right"]

LONGEST: Final = 1000
"""Characters that are written of a text."""
_LEADING: Final = 1.25
"""From one line to the next, in sizes."""
_DESCENT: Final = 0.3
"""How far letters reach below their line, and how far above a size some do, in sizes."""


class Wording(NamedTuple):
    """All that decides how a text looks, but for its colour.

    ``size`` is that of the font and ``width`` the longest line, both in pixels; ``weight`` 100 is
    thin, 400 regular and 900 black.
    """

    text: str
    font: Font
    size: int
    weight: int
    width: int
    align: Align


class Ink(NamedTuple):
    """With what a text is painted: BGR of 0 to 255, and how much of it and of its dark edge."""

    colour: tuple[float, float, float]
    opacity: float
    outline: float


class Written(NamedTuple):
    """A text as what is left of a picture below it, and what is added; uint8 (h, w, 3) both."""

    keep: Picture
    paint: Picture


class Writer:
    """Writes texts, and keeps the last one: most stay for many pictures."""

    def __init__(self) -> None:
        self._faces: dict[str, cv2.FontFace] = {}
        self._last: tuple[Wording, Ink] | None = None
        self._written = Written(*[np.zeros((0, 0, 3), np.uint8)] * 2)

    def write(self, wording: Wording, ink: Ink) -> Written:
        """Return a text with room around all its lines."""
        if (wording, ink) != self._last:
            letters = self._letters(wording)
            self._written = _inked(letters, _edged(letters, wording.size), ink)
            self._last = (wording, ink)
        return self._written

    def _letters(self, wording: Wording) -> Mask:
        lines = self._lines(wording)
        widths = [self._width(line, wording) for line in lines]
        size, margin = wording.size, margin_of(wording.size)
        leading = round(_LEADING * size)
        width = max(widths, default=0) + 2 * margin
        mask = np.zeros((max(leading * (len(lines) - 1) + size, 0) + 2 * margin, width), np.uint8)
        for number, (line, took) in enumerate(zip(lines, widths, strict=True)):
            free = width - 2 * margin - took
            left = margin + {"left": 0, "middle": free // 2, "right": free}[wording.align]
            down = margin + number * leading + round((1 - _DESCENT) * size)
            face = self._face(wording.font)
            cv2.putText(mask, as_seen(line), (left, down), (255,), face, size, wording.weight)
        return mask

    def _lines(self, wording: Wording) -> list[str]:
        """Return the lines of a text, broken where it says so, between words or in long ones."""
        lines: list[str] = []
        for paragraph in wording.text[:LONGEST].splitlines():
            line = ""
            for piece in re.findall(r"\s+|\S+", paragraph):
                if self._width(line + piece, wording) <= wording.width:
                    line += piece
                    continue
                if line.strip():
                    lines.append(line.rstrip())
                line = self._broken(piece.lstrip(), wording, lines)
            lines.append(line.rstrip())
        return lines

    def _broken(self, word: str, wording: Wording, lines: list[str]) -> str:
        """Add what of a long word fills lines to ``lines``; return the rest."""
        line = ""
        for letter in word:
            if line and self._width(line + letter, wording) > wording.width:
                lines.append(line)
                line = ""
            line += letter
        return line

    def _width(self, line: str, wording: Wording) -> int:
        """Return how many pixels a line takes."""
        if not line:
            return 0
        face, size = self._face(wording.font), wording.size
        _, _, width, _ = cv2.getTextSize((0, 0), line, (0, 0), face, size, wording.weight)
        return int(width)

    def _face(self, font: Font) -> cv2.FontFace:
        if font not in self._faces:
            self._faces[font] = cv2.FontFace(font)
        return self._faces[font]


def margin_of(size: int) -> int:
    """Return how much room is around the lines of a mask, in pixels."""
    return round(0.35 * size) + 2


def _edged(letters: Mask, size: int) -> Mask:
    """Return a mask that reaches beyond the letters of another one, for an edge around them."""
    width = 2 * max(1, round(size / 14)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return np.asarray(cv2.dilate(letters, kernel), np.uint8)


def _inked(letters: Mask, edged: Mask, ink: Ink) -> Written:
    """Return a text of two masks, 255 being all: the edge is black, the letters lie over it."""
    over, below = (mask[:, :, np.newaxis] / np.float32(255) for mask in (letters, edged))
    over = over * np.float32(ink.opacity)
    keep = (1 - over) * (1 - below * np.float32(ink.opacity * ink.outline))
    paint = over * np.array(ink.colour, np.float32)
    both = (np.rint(each).astype(np.uint8) for each in (np.repeat(255 * keep, 3, axis=2), paint))
    return Written(*both)


def stamp(picture: Picture, written: Written, place: tuple[int, int]) -> None:
    """Paint a text into a picture, in place.

    ``place`` is where its left upper corner comes to lie, (x, y) in pixels; what lies beside the
    picture is left out.
    """
    x, y = place
    (rows, columns), (high, wide) = picture.shape[:2], written.keep.shape[:2]
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + wide, columns), min(y + high, rows)
    if right <= left or bottom <= top:
        return
    region = picture[top:bottom, left:right]
    keep, paint = (each[top - y : bottom - y, left - x : right - x] for each in written)
    cv2.multiply(region, keep, dst=region, scale=1 / 255)
    cv2.add(region, paint, dst=region)
