"""Find what moves in a picture, where to, and how fast."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, NamedTuple

from engine.core.clock import SECOND
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import Param
from engine.dsp.image.earlier import Earlier
from engine.dsp.image.motion import as_colours, as_mask, moving, summarise
from engine.dsp.image.warping import Grey, small_grey
from engine.inference.network import ModelName
from engine.inference.optical_flow import OpticalFlowModel
from engine.video.canvas import finished


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


class FlowModel(OpticalFlowModel):
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

    _earlier: Earlier[Grey] = field(default_factory=Earlier)

    def reset(self) -> None:
        """Forget the pictures before a gap."""
        self._earlier.forget()

    def at_rest(self, outlet: str, said: Message) -> float | None:
        """Return that nothing moves."""
        return 0.0 if outlet in ("amount", "right", "up", "turn", "grow") else None

    def process(self, frame: Frame, at: Ns) -> Flowing | None:
        """Return what moves up to this picture, uint8 (h, w, 3).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        grey = small_grey(frame.image, self.size)
        before = self._earlier.take(grey, at)
        if before is None:
            return None
        motion, _ = self.find_flow(before.picture, grey)
        height, width = grey.shape
        velocity = motion * (SECOND / (at - before.at) / height)
        moves = moving(velocity, self.fast)
        return Flowing(
            finished(frame, as_colours(velocity, moves, width, height)),
            finished(frame, as_mask(moves, width, height)),
            *summarise(velocity, moves, self.fast),
        )
