"""The pose model on a machine that is too slow for it."""

from __future__ import annotations

import time
from typing import Annotated

from engine.core.landmarks import Landmarks
from engine.core.messages import Frame, Ns
from engine.core.parameter import Fixed, Param
from engine.models.pose import PoseModel

_START = Ns(0)


class SlowPose(PoseModel):
    """The pose model, which answers no sooner than after ``takes``.

    Why it runs again and again meanwhile: that is how a large model keeps a core busy, outside of
    the interpreter. Only the rest of the time is slept.
    """

    takes: Fixed[Annotated[float, Param("until it answers", 0, 1, unit="s")]] = 0.045

    def process(self, frame: Frame, *, at: Ns = _START) -> Landmarks:
        """Return the people in the picture, late."""
        begun = now = time.monotonic()
        longest = 0.0
        pose = None
        while pose is None or now - begun + longest < self.takes:
            pose = super().process(frame, at=at)
            before, now = now, time.monotonic()
            longest = max(longest, now - before)
        time.sleep(max(0.0, begun + self.takes - now))
        return pose
