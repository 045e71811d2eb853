"""Paint each picture like a painting, or like a mix of several."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Annotated, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.errors import ModelError
from engine.core.messages import Frame, Ns
from engine.core.parameter import Fixed, Param
from engine.dsp.image.painting import (
    blend,
    downscale,
    from_planes,
    to_planes,
    transfer_colour,
    upscale,
    working_size,
)
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

_log = logging.getLogger("sensorium")

Picture = NDArray[np.uint8]
"""Blue-green-red, shape (h, w, 3)."""
Shares = NDArray[np.float32]
"""Weight of each look, shape (26,), 0 or more; the sum is 1 at most."""

# fmt: off
Look = Literal[
    "chalk", "comic", "ink", "glass", "fresco", "autumn", "pebbles", "oil", "sketch", "confetti",
    "rust", "etching", "mist", "jungle", "frost", "mosaic", "crayon", "weave", "sand", "starry",
    "ember", "pop", "charcoal", "night", "wave", "bronze",
]
# fmt: on
LOOKS: Final[tuple[str, ...]] = get_args(Look)
"""The looks in the order of the network's weights."""

_SIZES = (128, 144, 160, 184, 208, 232, 256, 288, 320, 360, 408, 456, 512, 576, 640)
"""What size = "auto" chooses from: each takes some 1.27 times as long as the one before."""
_MULTIPLE = 4
"""Both sides are multiples of this: the network halves a picture twice, and doubles it twice."""
_LEAST = 16
"""Least side in pixels: less shows nothing, and at half of it there is nothing to normalise."""


class StyleModel(NetworkModel[Frame]):
    """Paints pictures in 26 looks, which can be mixed and glide into each other.

    What comes out is as large as the picture that came in, whatever ``size`` it was painted at, so
    that nothing jumps when ``size`` or ``strength`` is played.

    With size = "auto" what is painted is as large as leaves time for ``fps`` pictures a second: it
    is made smaller within two seconds where the machine gets slow, and larger again step by step.

    A ``look`` is one name, or a table of weights, each of which may have a cable of its own:
    ``look.ink = { from = "fader" }``. Weights are shared out where their sum is over 1; what is
    missing to 1 is the picture itself, so that faders at 0 show it, and each fades its look in. All
    looks are shown in docs/looks.md.

    The network is that of Dumoulin, Shlens and Kudlur, "A Learned Representation for Artistic
    Style", 2017.

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    TASK = "style"

    look: Annotated[
        Look | dict[Look, float], Param("how to paint: a look, or weights of several", 0, 1)
    ] = "ink"
    strength: Annotated[
        float, Param("how much of the painting is seen; 0 is the picture itself", 0, 1)
    ] = 1.0
    size: Annotated[
        int,
        Param(
            "the longer side of the painting; smaller is faster, and has larger strokes",
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
    threads: Fixed[Annotated[int, Param("how many processor cores it may use", 1, 64)]] = 1
    model: ModelName = "multistyle26"

    _from: Shares | None = None
    _goal: Shares | None = None
    _begun: Ns = Ns(0)
    _last: Ns = Ns(0)
    _told_size: bool = False
    _auto_size: int = 360

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take a picture and a weight for each look."""
        shapes = {tensor.name: tensor.shape for tensor in session.inputs}
        picture = shapes.get("image", ())
        weights = shapes.get("style_weights")
        card = session.card
        if card.task != self.TASK or picture[:2] != (1, 3) or weights != (len(LOOKS),):
            raise ModelError(
                f'the model "{card.name}" is for {card.task}, '
                f"not for paintings in {len(LOOKS)} looks"
            )

    def network_threads(self) -> int:
        """Return how many processor cores the network may use."""
        return self.threads

    def reset(self) -> None:
        """Forget what was painted: the next picture has its look at once, without a glide."""
        self._from = self._goal = None

    def process(self, frame: Frame, at: Ns) -> Frame:
        """Return a picture, uint8 (h, w, 3), painted and of the same size.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        shares = self._glide(at)
        share = float(shares.sum())
        strength = self.strength * share
        if strength <= 0:
            return frame
        height, width = frame.image.shape[:2]
        painting = self._paint(frame.image, shares / np.float32(share))
        image = blend(upscale(painting, width, height), frame.image, strength)
        image.flags.writeable = False
        return replace(frame, image=image)

    def _glide(self, at: Ns) -> Shares:
        """Return the mix of looks at a moment, on its way from the last one wanted to this one."""
        wanted = _shares(self.look)
        if self._goal is None:
            self._from = self._goal = wanted
        elif not np.array_equal(wanted, self._goal):
            # It begins at the picture before, where the way so far is known to have led, so that a
            # fader which never rests moves the painting all the same.
            self._from, self._goal, self._begun = self._on_the_way(self._last), wanted, self._last
        self._last = at
        return self._on_the_way(at)

    def _on_the_way(self, at: Ns) -> Shares:
        """Return the mix of looks between ``_from`` and ``_goal`` at a moment, linear in time."""
        assert self._from is not None and self._goal is not None
        takes = ns(self.morph)
        gone = (at - self._begun) / takes if takes else 1.0
        if gone >= 1:
            return self._goal
        return self._from + np.float32(max(gone, 0.0)) * (self._goal - self._from)

    def _paint(self, picture: Picture, weights: Shares) -> Picture:
        """Return the painting at the size that the network works at; ``weights`` have the sum 1."""
        height, width = picture.shape[:2]
        self._tell_size()
        size = self.size or self._auto_size
        small = downscale(picture, *working_size(width, height, size, _MULTIPLE, _LEAST))
        (planes,) = self.run(image=to_planes(small), style_weights=weights)
        painting = from_planes(planes)
        return transfer_colour(painting, small, self.keep_colour) if self.keep_colour else painting

    def _tell_size(self) -> None:
        """Log once that a size is rounded."""
        if self.size % _MULTIPLE and not self._told_size:
            self._told_size = True
            _log.warning(
                "size = %d: paintings have a multiple of %d pixels; taking the nearest",
                self.size,
                _MULTIPLE,
            )


def _shares(look: str | dict[Look, float]) -> Shares:
    """Return the weights of a look, divided by their sum where that is over 1."""
    weights = {look: 1.0} if isinstance(look, str) else look
    shares = np.zeros(len(LOOKS), np.float32)
    for name, weight in weights.items():
        shares[LOOKS.index(name)] = max(weight, 0.0)
    return shares / np.float32(max(float(shares.sum()), 1.0))
