"""Has boxes let go when what they hear has ended: nobody of a film that is over is still there.

Why a while later: a network may still look at the last picture, and who is seen there would come in
again. So each of its answers puts it off. Nothing is reset, for what a box has to say by itself it
says to the end.
"""

from __future__ import annotations

from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.runtime.schedule.loss import LossHandler
from engine.runtime.schedule.services import Services

ENDINGS: Final = "endings"
"""Its name among those that request wake-ups."""
ENDED: Final = "ended"
"""The condition of a source that has nothing more to say."""
LINGER: Final = SECOND
"""How long nothing must have come from what has ended."""


class Endings:
    """Follows which sources of an engine have ended, and what hears from them alone."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._over: frozenset[str] = frozenset()

    def install(self, losses: LossHandler) -> None:
        """Follow another plan."""
        self._losses = losses
        self._over = losses.over(self._sources())

    def ended(self) -> None:
        """Note that a source has ended."""
        self._over = self._losses.over(self._sources())
        self._wait()

    def spoke(self, box: str) -> None:
        """Note that a box on a lane has answered."""
        if box in self._over:
            self._wait()

    def on_wake(self, at: Ns) -> None:
        """Have all let go that hear from sources alone that have ended."""
        self._losses.end(self._sources())

    def _sources(self) -> list[str]:
        return [name for name, state in self._services.states.items() if state.condition == ENDED]

    def _wait(self) -> None:
        self._services.wakes.call(ENDINGS, Ns(self._services.now + LINGER))
