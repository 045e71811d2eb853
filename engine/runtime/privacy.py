"""Whether pictures of people may be seen and kept.

While a show is private no picture leaves it: the page shows skeletons on an empty ground, and no
pictures are written to disk. What is found in them (joints, numbers) leaves as always.

Why nobody on the network can end what the patch sets: whoever installed the camera answers for it,
and whoever opens the page does not.
"""

from __future__ import annotations


class Privacy:
    """The privacy switch of a show; read on any thread, set by the engine only.

    ``always`` is set by the patch or the command line, for as long as it plays.
    """

    def __init__(self) -> None:
        self.always = False
        self._requested = False

    @property
    def pictures_may_leave(self) -> bool:
        """Whether a picture may be shown or written: check before each one."""
        return not (self.always or self._requested)

    @property
    def on(self) -> bool:
        """Whether no picture may leave."""
        return not self.pictures_may_leave

    def request(self, on: bool) -> str:
        """Set the switch by request while playing; return why it is refused, or ""."""
        if self.always and not on:
            return "the patch or the command line says private, which only they can end"
        self._requested = on
        return ""
