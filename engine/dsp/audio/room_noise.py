"""The noise of a room, learned while nobody plays, and forgotten when it is gone.

What is hardly louder than the room begins no note: it is rumble that happens to be pitched.
"""

from __future__ import annotations

from typing import Final

MARGIN: Final = 0.05
"""Level (0 to 1) above the room at which a note may begin: 3 dB."""
RISE: Final = 0.5
"""Seconds in which the room is learned; a click counts no more than any other moment of it."""
FALL: Final = 0.15
"""Seconds in which a room that became quiet is forgotten."""
BELIEVED: Final = 0.15
"""Seconds of steady pitch after which a sound is no room, however loud that was before."""


class RoomNoise:
    """The level of the room, 0 to 1; ``is_room`` says whether a pitched sound is hardly louder."""

    def __init__(self) -> None:
        self.level = 0.0
        self._at: float | None = None
        self._pitched: float | None = None

    def hear(self, level: float, at: float, *, pitched: bool) -> None:
        """Take the level of a reading, 0 to 1, at a second."""
        passed = 0.0 if self._at is None else min(max(at - self._at, 0.0), 0.1)
        self._at = at
        if not pitched:
            self._pitched = None
        elif self._pitched is None:
            self._pitched = at
        if level < self.level:
            self.level += (level - self.level) * min(passed / FALL, 1.0)
        elif not pitched:
            # What is far above counts as little above: a slammed door is not the room.
            louder = min(level - self.level, 2 * MARGIN)
            self.level += louder * min(passed / RISE, 1.0)

    def is_room(self, level: float, at: float) -> bool:
        """Whether a pitched sound is hardly louder than the room, and has not lasted yet."""
        lasted = 0.0 if self._pitched is None else at - self._pitched
        return level < self.level + MARGIN and lasted < BELIEVED
