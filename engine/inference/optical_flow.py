"""Optical flow: where each part of a picture is in another one.

    flow = OpticalFlow()
    motion, confidence = flow(before, after)

``engine.dsp.image.warping`` makes a picture small and grey, and warps one along a flow. The network
has no weights: it is the method of Lucas and Kanade (1981), from coarse to fine; see
models/lucas_kanade.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Frame
from engine.dsp.image.warping import LEAST, MULTIPLE, Floats, Grey
from engine.inference.network import NetworkModel
from engine.inference.session import Session, open_session

Run = Callable[..., tuple[NDArray[Any], ...]]
"""Runs the network on arrays by input name."""

MODEL: Final = "lucas_kanade"

_SCALE: Final = np.float32(1 / 255)


class FlowField(NamedTuple):
    """What a picture does: ``motion`` and ``confidence``, one for each 4 x 4 pixels.

    ``motion`` is float32, (h / 4, w / 4, 2): pixels to the right and down, from where something is
    in the first picture to where it is in the second. ``confidence`` is float32, (h / 4, w / 4),
    0 to 1: it is low where nothing has texture, and where something is hidden or new.
    """

    motion: Floats
    confidence: Floats


class OpticalFlow:
    """Finds the flow from one picture to another of the same size."""

    def __init__(self, run: Run | None = None, *, threads: int = 1) -> None:
        """``run`` runs a network that is open already. Raises ModelError as ``open_session``."""
        self._run = run or open_session(MODEL, threads=threads).run

    def __call__(self, before: Grey, after: Grey) -> FlowField:
        """Return the flow of two grey pictures, uint8 (h, w); see ``warping.small_grey``.

        Raises ModelError where their sizes differ or do not fit.
        """
        sides = before.shape
        if len(sides) != 2 or min(sides) < LEAST or any(side % MULTIPLE for side in sides):
            raise ModelError(
                f"optical flow takes grey pictures whose sides are multiples of {MULTIPLE}, "
                f"from {LEAST} on, not {list(sides)}"
            )
        if after.shape != sides:
            raise ModelError(
                f"optical flow takes two pictures of one size, not {list(sides)} "
                f"and {list(after.shape)}"
            )
        motion, confidence = self._run(before=_plane(before), after=_plane(after))
        return FlowField(np.ascontiguousarray(motion[0].transpose(1, 2, 0)), confidence[0, 0])


class OpticalFlowModel(NetworkModel[Frame]):
    """The base class of a box that finds the flow of pictures with a network of its own."""

    TASK = "flow"

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not find the flow of two pictures."""
        super().check(session)
        self.expect_inputs(session, ("before", "after"), "two pictures")

    def find_flow(self, before: Grey, after: Grey) -> FlowField:
        """Return the flow of two pictures as ``OpticalFlow`` does.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        return OpticalFlow(self.run)(before, after)


def _plane(picture: Grey) -> Floats:
    return np.multiply(picture, _SCALE, dtype=np.float32)[None, None]
