"""Whether anybody is there."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from engine.core.clock import ns
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Detections, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param


class Vacancy(NamedTuple):
    """Whether nobody is there, and a trigger when the last one has gone or the first comes."""

    nobody: bool | None = None
    gone: Trigger | None = None
    came: Trigger | None = None


class Nobody(Node):
    """Notice when nobody has been there for a while, and when somebody is again.

    It switches on when nobody has been seen for ``for``, so that somebody who is hidden or not
    found for a moment does not end anything, and off as soon as somebody is there. ``gone`` and
    ``came`` are triggers at those moments.

    Of ``objects`` it is whether anything is there: with their ``labels``, whether a chair is.

    It speaks at the first picture that decides it, and at every change. It goes by pictures alone:
    a camera that fails says nothing of who is there.
    """

    for_: Annotated[float, Param("how long nobody must be seen", 0, 86400, unit="s")] = 2.0

    _nobody: bool | None = None
    _since: Ns | None = None

    def process(self, pose: Pose | Landmarks | Detections, at: Ns) -> Vacancy | None:
        """Return what has changed, or None."""
        if pose.count:
            self._since = None
            return self._change(False)
        if self._since is None:
            self._since = at
        if at - self._since >= ns(self.for_):
            return self._change(True)
        return None

    def reset(self) -> None:
        """Forget what was: the pictures after a gap decide."""
        self._nobody = self._since = None

    def _change(self, nobody: bool) -> Vacancy | None:
        before, self._nobody = self._nobody, nobody
        if before == nobody:
            return None
        if nobody:
            return Vacancy(True, gone=None if before is None else Trigger())
        return Vacancy(False, came=Trigger())
