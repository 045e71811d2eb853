"""Deep Dream: pictures grow what a network looks for in them."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.messages import Frame, Ns
from engine.core.parameter import Param
from engine.dsp.image.dreaming import (
    from_planes,
    laid_over,
    moved,
    resized,
    softened,
    to_floats,
    to_planes,
)
from engine.dsp.image.painting import working_size
from engine.dsp.image.scaling import scaled
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.session import Session
from engine.video.canvas import finished

Floats = NDArray[np.float32]

LAYERS: Final = 17
"""The layers that can be dreamt of: the first, and the sixteen blocks behind it."""
_INPUTS: Final = ("image", "wanted", "depth", "neuron")
_MULTIPLE: Final = 32
_LEAST: Final = 32
_SPEED: Final = 1.2
"""How far, of black to white, a dream goes in a second at full strength, in the mean."""
_FIRST: Final = 1 / 30
_LONGEST: Final = 0.2
"""Seconds: a picture that comes later than that is dreamt as if it had come then."""


class DreamModel(NetworkModel[Frame]):
    """Dreams: a network that names things draws more of what it looks for into each picture.

    One step a picture, onto what was dreamt before, which fades within ``memory`` and moves by
    ``zoom`` and ``turn``; whoever moves stays as sharp as the camera sees them. With ``feedback``
    the picture itself is dreamt on: at 1 nothing new comes in, and the dream falls into itself.

    ``layer`` goes from fine to strange, and may stand between two: about 1 to 3 weave, 4 to 6 loop,
    7 to 9 comb, 10 to 13 are eyes and muzzles, 14 to 17 figures. docs/seeing.md shows all of
    them. ``neuron`` picks one of what a layer looks for, as the box ``layers`` numbers them.

    What comes out is as large as the picture that came in, of any shape. Deep Dream is of
    Mordvintsev, Olah and Tyka, "Inceptionism", 2015; the network EfficientNet-Lite0 (Tan and Le,
    2019).

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    TASK = "see"
    ROLES = ("dream",)

    layer: Annotated[float, Param("how deep in the network: fine to strange", 1, LAYERS)] = 6.0
    neuron: Annotated[
        int, Param("which neuron of the layer, counted round; 0 is all of them", 0, 1280)
    ] = 0
    strength: Annotated[
        float, Param("how fast it dreams; 0 is the picture itself, once memory has faded", 0, 1)
    ] = 0.25
    memory: Annotated[float, Param("how long the dream stays", 0, 600, unit="s")] = 1.0
    zoom: Annotated[
        float, Param("how much larger the dream grows in a second; below 0 it shrinks", -1, 4)
    ] = 0.1
    turn: Annotated[float, Param("how far it turns in a second", -360, 360, unit="degrees")] = 0.0
    feedback: Annotated[
        float, Param("how much of the last picture is dreamt on: 1 takes nothing new", 0, 1)
    ] = 0.0
    size: Annotated[
        int,
        Param(
            "the longer side of the dream; smaller is faster, and has larger shapes",
            _LEAST,
            1920,
            unit="pixels",
            lighter=(0.75, 0.5),
        ),
    ] = 256
    threads: Threads = 1
    model: ModelName = "efficientnet_lite0"

    _before: Floats | None = None
    """The last picture at its working size, before it was dreamt on."""
    _dreamt: Floats | None = None
    """The same, dreamt on."""
    _shape: tuple[int, ...] = ()
    """That of the last picture as it came in."""
    _last: Ns = Ns(0)
    _number: int = 0

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take a picture and wishes."""
        super().check(session)
        self.expect_inputs(session, _INPUTS, "a picture, and what each layer shall find more of")

    def reset(self) -> None:
        """Forget what was dreamt: the next picture begins anew."""
        self._before = self._dreamt = None
        self._number = 0

    def process(self, frame: Frame, at: Ns) -> Frame:
        """Return a picture, uint8 (h, w, 3), dreamt on and of the same size.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        height, width = frame.image.shape[:2]
        if frame.image.shape != self._shape:
            self.reset()
        side = working_size(width, height, self.size, 2, _LEAST)
        small = to_floats(scaled(frame.image, *side))
        seconds = self._seconds(at)
        shared = self.feedback ** (seconds / _FIRST)
        dreamt = self._remembered(small, seconds, shared)
        step = _SPEED * self.strength * seconds
        if step > 0:
            dreamt = np.clip(dreamt + np.float32(step) * self._wish(dreamt), 0, 1)
        self._before, self._dreamt, self._last = small, dreamt, at
        self._shape = frame.image.shape
        self._number += 1
        keep = 1.0 - shared
        image = laid_over(frame.image, (dreamt - np.float32(keep) * small) * np.float32(255), keep)
        return finished(frame, image)

    def _seconds(self, at: Ns) -> float:
        """Return how long ago the last picture was, as far as it counts."""
        if self._dreamt is None:
            return _FIRST
        return min(max((at - self._last) / SECOND, 0.0), _LONGEST)

    def _remembered(self, small: Floats, seconds: float, shared: float) -> Floats:
        """Return the picture with what was dreamt before, moved and faded, not yet dreamt on."""
        if self._dreamt is None or self._before is None:
            return small
        # The size may have been turned, or have given way, meanwhile: the dream goes on.
        before, dreamt = (resized(one, small) for one in (self._before, self._dreamt))
        scale, turn = (1.0 + max(self.zoom, -0.99)) ** seconds, self.turn * seconds
        fades = np.float32(np.exp(-seconds / self.memory) if self.memory > 0 else 0.0)
        fresh = small + fades * moved(dreamt - before, scale, turn)
        if shared > 0:
            last = moved(dreamt, scale, turn)
            fresh = np.float32(1 - shared) * fresh + np.float32(shared) * last
        return np.clip(fresh, 0, 1)

    def _wish(self, picture: Floats) -> Floats:
        """Return how a picture is to change, mean size 1."""
        planes, padding = to_planes(picture, _MULTIPLE, self._number)
        wanted = np.zeros(LAYERS, np.float32)
        below = int(self.layer)
        above = min(below + 1, LAYERS)
        wanted[above - 1] += self.layer - below
        wanted[below - 1] += below + 1 - self.layer
        depth = np.array(int(np.flatnonzero(wanted)[-1]) + 1)
        (gradient,) = self.run(
            "dream", image=planes, wanted=wanted, depth=depth, neuron=np.array(self.neuron)
        )
        return softened(from_planes(gradient, padding))
