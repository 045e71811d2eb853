"""The base class of a box that paints pictures in looks: what it sees, and how looks mix.

A painter has looks, which are names, and a network that paints in any mix of them. What all
painters share is here: weights that are shared out, glides, the size that is worked at, colours,
strength, steadiness, and a mask with a look of its own outside of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame, Ns
from engine.core.parameter import Param
from engine.dsp.glide import Glide
from engine.dsp.image.blending import fade_by
from engine.dsp.image.masking import as_picture, mask_at
from engine.dsp.image.painting import (
    Picture,
    Planes,
    blend,
    from_planes,
    to_planes,
    transfer_colour,
    working_size,
)
from engine.dsp.image.scaling import scaled
from engine.dsp.image.steadying import Steadying
from engine.inference.network import NetworkModel, Threads
from engine.inference.optical_flow import OpticalFlow

Shares = NDArray[np.float32]
"""Weight of each look, shape (looks,), 0 or more; the sum is 1 at most."""
Look = str | Mapping[Any, float]
"""The name of a look, or weights by such names."""

LEAST: Final = 16
"""Least side in pixels: less shows nothing, and at half of it there is nothing to normalise."""
_SIZES: Final = (128, 144, 160, 184, 208, 232, 256, 288, 320, 360, 408, 456, 512, 576, 640)
"""What size = "auto" chooses from: each takes some 1.27 times as long as the one before."""
_MULTIPLE: Final = 4
"""Both sides are multiples of this: the networks halve a picture twice, and double it twice."""

_ANOTHER: Final = 0.2
"""By how much shares differ, added up, that are another look: its first painting stands alone."""

INSIDE, OUTSIDE = range(2)
"""The two regions of a picture with a mask; without one there is only the first."""


@dataclass
class _Past:
    """What was painted before, and in which shares of the looks."""

    steadying: Steadying = field(default_factory=Steadying)
    shares: Shares | None = None


class Painter(NetworkModel[Frame]):
    """Paints pictures in looks, which can be mixed and glide into each other."""

    TASK = "style"

    strength: Annotated[
        float, Param("how much of the painting is seen; 0 is the picture itself", 0, 1)
    ] = 1.0
    size: Annotated[
        int,
        Param(
            "the longer side of the painting; smaller is faster, with larger strokes; 0 is auto",
            0,
            1920,
            unit="pixels",
            lighter=(0.75, 0.5),
            ladder=_SIZES,
        ),
    ] = 384
    fps: Annotated[float, Param('pictures a second that size = "auto" keeps up with', 1, 240)] = (
        24.0
    )
    keep_colour: Annotated[
        float, Param("how much of the colours comes from the picture; 1 is all", 0, 1)
    ] = 0.0
    morph: Annotated[
        float, Param("how long it takes to glide to another look", 0, 600, unit="s")
    ] = 0.0
    steady: Annotated[
        float,
        Param(
            "how much strokes stay, and go along with what moves; 0 paints each picture anew", 0, 1
        ),
    ] = 0.0
    threads: Threads = 1

    _glides: tuple[Glide, Glide] = field(default_factory=lambda: (Glide(), Glide()))
    _pasts: tuple[_Past, _Past] = field(default_factory=lambda: (_Past(), _Past()))
    _flow: OpticalFlow | None = None
    _auto_size: int = 360

    @abstractmethod
    def looks(self) -> Sequence[str]:
        """Return the names of the looks, in the order of their shares."""

    @abstractmethod
    def wanted(self) -> tuple[Look, Look]:
        """Return the looks that are wanted inside of the mask, and outside of it."""

    @abstractmethod
    def paint(self, planes: Planes, shares: Shares) -> Planes:
        """Return a painting, planes of the same size; the sum of the shares is 1."""

    def reset(self) -> None:
        """Forget what was painted: the next picture has its look at once, without a glide."""
        for glide in self._glides:
            glide.reset()
        for past in self._pasts:
            past.steadying.forget()

    def process(self, frame: Frame, mask: Frame | None = None, *, at: Ns) -> Frame:
        """Return a picture, uint8 (h, w, 3), painted and of the same size.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        names = self.looks()
        shares = [
            glide.read(shares_of(look, names), at, self.morph)
            for glide, look in zip(self._glides, self.wanted(), strict=True)
        ]
        image = frame.image
        if mask is None or np.array_equal(shares[INSIDE], shares[OUTSIDE]):
            painted = self._painted(image, shares[INSIDE], INSIDE)
        else:
            inside, outside = (
                self._painted(image, shares[region], region) for region in (INSIDE, OUTSIDE)
            )
            height, width = image.shape[:2]
            where = as_picture(mask_at(mask.image, width, height))
            painted = fade_by(outside, inside, where, np.empty_like(image))
        if painted is image:
            return frame
        painted.flags.writeable = False
        return replace(frame, image=painted)

    def _painted(self, picture: Picture, shares: Shares, region: int) -> Picture:
        """Return a picture in a mix of looks; itself where they or the strength are nothing."""
        share = float(shares.sum())
        strength = self.strength * share
        if strength <= 0:
            return picture
        height, width = picture.shape[:2]
        painting = self._at_work_size(picture, shares / np.float32(share), region)
        return blend(scaled(painting, width, height), picture, strength)

    def _at_work_size(self, picture: Picture, shares: Shares, region: int) -> Picture:
        """Return the painting at the size that the network works at; ``shares`` have the sum 1.

        ``region`` says which of the two that a picture may have it is, for what keeps a past.
        """
        height, width = picture.shape[:2]
        self._tell_size()
        size = self.size or self._auto_size
        small = scaled(picture, *working_size(width, height, size, _MULTIPLE, LEAST))
        painting = from_planes(self.paint(to_planes(small), shares))
        if self.keep_colour:
            painting = transfer_colour(painting, small, self.keep_colour)
        return self._steadied(painting, small, shares, self._pasts[region])

    def _steadied(self, painting: Picture, small: Picture, shares: Shares, past: _Past) -> Picture:
        """Return a painting that keeps the strokes of those before, as ``steady`` says."""
        before, past.shares = past.shares, shares
        if before is None or self.steady <= 0 or float(np.abs(shares - before).sum()) > _ANOTHER:
            past.steadying.forget()
        if self.steady <= 0:
            return painting
        self._flow = self._flow or OpticalFlow()
        return past.steadying.steadied(painting, small, self.steady, self._flow)

    def _tell_size(self) -> None:
        """Log once that a size is rounded."""
        if self.size % _MULTIPLE:
            self.tell_once(
                "size = %d: paintings have a multiple of %d pixels; taking the nearest",
                self.size,
                _MULTIPLE,
            )


def shares_of(look: Look, names: Sequence[str]) -> Shares:
    """Return the weights of a look, divided by their sum where that is over 1.

    Raises ValueError for a look that is not among the names.
    """
    weights = {look: 1.0} if isinstance(look, str) else look
    shares = np.zeros(len(names), np.float32)
    for name, weight in weights.items():
        shares[names.index(name)] = max(weight, 0.0)
    return shares / np.float32(max(float(shares.sum()), 1.0))
