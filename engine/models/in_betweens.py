"""Show what a slow box paints at the full rate of the camera."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import field
from typing import Annotated

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.core.parameter import Param
from engine.dsp.image.painting import working_size
from engine.dsp.image.scaling import scaled
from engine.dsp.image.warping import Grey, small_grey, warp
from engine.inference.network import ModelName
from engine.inference.optical_flow import OpticalFlowModel
from engine.video.canvas import finished

_KEPT = ns(2.0)
"""For how long it is known what a picture showed; an older painting is shown as it is."""
_MOST = 128
"""Pictures that are remembered, however fast they come."""
_LONGER = 384
"""The longer side of the pictures in which flow is found."""


class InBetweensModel(OpticalFlowModel):
    """Shows what a slow box paints at the full rate of the camera, and as soon as it sees.

    ``from`` is the camera, ``slow`` what a slow box such as ``style`` makes of it. For each picture
    of the camera the last painting is warped to where things are now, by the optical flow between
    the picture that was painted and the newest one. So a painter may take its time, or paint every
    second picture only, and nothing jerks. Where nothing can be found to move, the painting stays.

    It says nothing until there is a painting. One of a picture that is no longer known, two seconds
    later or from another camera, is shown as it is.
    """

    size: Annotated[
        int,
        Param(
            "the longer side at which a painting is warped; smaller is faster, and softer",
            64,
            1920,
            unit="pixels",
            lighter=(0.75, 0.5),
        ),
    ] = 640
    model: ModelName = "lucas_kanade"

    _seen: deque[tuple[Ns, Grey]] = field(default_factory=deque)

    def reset(self) -> None:
        """Forget what was seen."""
        self._seen.clear()

    def needs(self) -> Collection[str]:
        """Return the inlet without which there is nothing to show."""
        return ("slow",)

    def process(
        self, frame: Frame, slow: Frame | None = None, *, slow_at: Ns, at: Ns
    ) -> Frame | None:
        """Return the painting ``slow``, as large as it is, as of the moment of ``frame``.

        It is called without one too, to have seen the picture when that has been painted.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        grey = small_grey(frame.image, _LONGER)
        self._remember(grey, at)
        if slow is None:
            return None
        painted = self._at(slow_at)
        if painted is None or slow_at == at or painted.shape != grey.shape:
            return slow
        motion, _ = self.find_flow(grey, painted)
        height, width = slow.image.shape[:2]
        size = working_size(width, height, min(self.size, max(width, height)), 1, 1)
        image = scaled(warp(scaled(slow.image, *size), motion), width, height)
        return finished(slow, image)

    def _at(self, moment: Ns) -> Grey | None:
        """Return the picture of a moment, where it is known."""
        return next((grey for seen, grey in self._seen if seen == moment), None)

    def _remember(self, grey: Grey, at: Ns) -> None:
        self._seen.append((at, grey))
        while len(self._seen) > _MOST or at - self._seen[0][0] > _KEPT:
            self._seen.popleft()
