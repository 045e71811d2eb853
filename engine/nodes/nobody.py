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

    It speaks at the first picture that decides it, and at every change. When the camera is lost, or
    a film has ended, whoever was there has gone ``for`` later, unless it is back by then.
    """

    for_: Annotated[float, Param("how long nobody must be seen", 0, 86400, unit="s")] = 2.0

    _nobody: bool | None = None
    _since: Ns | None = None
    _due: Ns | None = None

    @property
    def holds_on_loss(self) -> bool | None:
        """True: it speaks for what is lost, for nobody is seen there either."""
        return True

    def process(self, pose: Pose | Landmarks | Detections, at: Ns) -> Vacancy | None:
        """Return what has changed, or None."""
        self._due = None
        if pose.count:
            self._since = None
            return self._change(False)
        if self._since is None:
            self._since = at
        if at - self._since >= ns(self.for_):
            return self._change(True)
        return None

    def on_input_lost(self, at: Ns) -> None:
        """Wait, as for somebody who is not seen."""
        self.let_go(at)

    def let_go(self, at: Ns) -> None:
        """Wait, as for somebody who is not seen; nothing is told yet."""
        if self._nobody is False and self._due is None:
            self._due = Ns((at if self._since is None else self._since) + ns(self.for_))

    def wake(self) -> Ns | None:
        """Return when whoever was there has gone, though no picture says so."""
        return self._due

    def on_wake(self, at: Ns) -> Vacancy | None:
        """Return that nobody is there."""
        if self._due is None or at < self._due:
            return None
        self._due = None
        return self._change(True)

    def reset(self) -> None:
        """Forget what was: the pictures after a gap decide."""
        self._nobody = self._since = self._due = None

    def _change(self, nobody: bool) -> Vacancy | None:
        before, self._nobody = self._nobody, nobody
        if before == nobody:
            return None
        if nobody:
            return Vacancy(True, gone=None if before is None else Trigger())
        return Vacancy(False, came=Trigger())
