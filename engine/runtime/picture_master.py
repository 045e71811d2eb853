"""What is done to the pictures that leave: black-out, freeze, and the master of their brightness.

As at a lighting desk these lie above everything that plays: they hold while patches change, touch
no note and no number, and are clear when a show begins. Whoever shows a picture to an audience
applies them to each one, as the page does.
"""

from __future__ import annotations


class PictureMaster:
    """The three masters of the pictures; read on any thread, set by the engine only.

    - ``blackout``: whether pictures leave black.
    - ``frozen``: whether the picture stands that left last; ``freezes`` counts how often that
      began, so that a later freeze holds another picture.
    - ``level``: what brightness is multiplied by, 0 to 1.
    """

    def __init__(self) -> None:
        self.blackout = False
        self.frozen = False
        self.freezes = 0
        self.level = 1.0

    def freeze(self, on: bool) -> None:
        """Hold the picture that leaves, or let it go on."""
        self.freezes += on and not self.frozen
        self.frozen = on

    def set_level(self, level: float) -> str:
        """Set the master; return why that is refused, or ""."""
        if not 0.0 <= level <= 1.0:
            return f"the master goes from 0 to 1, not to {level:g}"
        self.level = float(level)
        return ""
