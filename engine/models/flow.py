"""Find what moves in a picture, where to, and how fast."""

from __future__ import annotations

from collections import deque
from dataclasses import field
from typing import Annotated, Any, ClassVar, NamedTuple

from engine.core.clock import SECOND, ns
from engine.core.messages import Frame, Ns
from engine.core.parameter import Param
from engine.dsp.image.motion import as_colours, as_mask, moving, summarise
from engine.dsp.image.warping import Grey, small_grey
from engine.inference.network import ModelName, NetworkModel
from engine.inference.optical_flow import OpticalFlow
from engine.inference.session import Session

_APART = ns(0.06)
"""How long there is between the two pictures that are compared, where a camera is faster than that:
what moves slowly would be lost in the noise from one picture to the next."""
_GAP = ns(0.5)


class Flowing(NamedTuple):
    """What moves; see the box."""

    picture: Frame
    mask: Frame
    amount: float
    x: float
    y: float
    right: float
    up: float
    turn: float
    grow: float


class FlowModel(NetworkModel[Frame]):
    """Finds what moves in a picture, for whoever wants no skeletons: crowds, hands, cloth, water.

    ``picture`` shows it in colours: the hue is where to (right red, up green-yellow, left cyan,
    down violet), and how bright how fast. ``mask`` is white where something moves. Both are
    ``size`` large. ``amount`` is 0 while all is still and 1 where a tenth of the picture is as
    fast as ``fast``; ``x`` and ``y``, 0 to 1, where that is. ``right`` and ``up``, -1 to 1, say
    where to, 1 being ``fast``; ``turn``, -1 to 1, is turns a second, clockwise; ``grow``, -1 to 1,
    how it comes nearer, 1 being twice as large within a second.

    Speeds are a measure rather than exact: a small thing comes out too slow, by half at worst.
    Light that changes is no movement. The camera should stand still. Says nothing about the first
    picture, and after a gap of half a second.
    """

    TASK = "flow"

    lag: ClassVar[float] = 0.04

    fast: Annotated[
        float,
        Param(
            "how fast is 1, and white: how many heights of the picture a second",
            0.01,
            10,
            unit="heights/s",
        ),
    ] = 0.5
    size: Annotated[
        int,
        Param(
            "the longer side of what is looked at, and of what comes out",
            64,
            960,
            unit="pixels",
            lighter=(0.75, 0.5),
        ),
    ] = 256
    model: ModelName = "lucas_kanade"

    _seen: deque[tuple[Ns, Grey]] = field(default_factory=deque)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not find the flow of two pictures."""
        super().check(session)
        self.expect_inputs(session, ("before", "after"), "two pictures")

    def reset(self) -> None:
        """Forget the pictures before a gap."""
        self._seen.clear()

    def process(self, frame: Frame, at: Ns) -> Flowing | None:
        """Return what moves up to this picture, uint8 (h, w, 3).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        grey = small_grey(frame.image, self.size)
        before = self._before(grey, at)
        self._seen.append((at, grey))
        if before is None:
            return None
        moment, earlier = before
        motion, _ = OpticalFlow(self.run)(earlier, grey)
        height, width = grey.shape
        velocity = motion * (SECOND / (at - moment) / height)
        moves = moving(velocity, self.fast)
        found = summarise(velocity, moves, self.fast)
        return Flowing(
            self._shown(as_colours(velocity, moves, width, height), frame),
            self._shown(as_mask(moves, width, height), frame),
            found.amount,
            found.x,
            found.y,
            found.right,
            found.up,
            found.turn,
            found.grow,
        )

    def _before(self, grey: Grey, at: Ns) -> tuple[Ns, Grey] | None:
        """Return the picture to compare with, and its moment; forget those before it."""
        if self._seen and (self._seen[-1][1].shape != grey.shape or at - self._seen[-1][0] > _GAP):
            self.reset()
        while len(self._seen) > 1 and at - self._seen[1][0] >= _APART:
            self._seen.popleft()
        if not self._seen or self._seen[0][0] >= at:
            return None
        return self._seen[0]

    def _shown(self, image: Any, frame: Frame) -> Frame:
        image.flags.writeable = False
        return Frame(image, mirrored=frame.mirrored)
