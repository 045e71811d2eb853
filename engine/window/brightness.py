"""How bright the picture in a window is: the master, and fades."""

from __future__ import annotations


class Brightness:
    """What the picture is multiplied by: the master at once, fades by and by."""

    def __init__(self) -> None:
        self.master = 1.0
        self._fade = 0.0
        self._goal = 0.0
        self._at = 0.0

    @property
    def level(self) -> float:
        """The brightness now, 0 to 1."""
        return self.master * self._fade

    @property
    def moves(self) -> bool:
        """Whether it is not yet where it goes."""
        return self._fade != self._goal

    def go(self, goal: float, now: float) -> None:
        """Fade to black (0) or to the picture (1) from now on, in s."""
        if goal != self._goal:
            self._goal, self._at = goal, now

    def move(self, now: float, seconds: float) -> None:
        """Go on, where a whole fade takes ``seconds``."""
        step = (now - self._at) / seconds if seconds > 0 else 1.0
        self._at = now
        ahead = self._goal - self._fade
        self._fade += max(-step, min(step, ahead))
