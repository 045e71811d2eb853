"""Whether pictures of people may be seen and kept.

While a show is private no picture leaves it: the page shows skeletons on an empty ground, and
nothing writes pictures to a disk. What is found in them (joints, numbers) leaves as ever.

Why nobody on the network can end what the patch says: who put up the camera answers for it, and
whoever finds the page does not.
"""

from __future__ import annotations


class Privacy:
    """The switch of one show; may be read on any thread, and is thrown by the engine only.

    ``always`` says that the patch or the command line wants it, for as long as it plays.
    """

    def __init__(self) -> None:
        self.always = False
        self._asked = False

    @property
    def pictures_may_leave(self) -> bool:
        """Whether a picture may be shown to somebody or written down: ask before each one."""
        return not (self.always or self._asked)

    @property
    def on(self) -> bool:
        """Whether no picture may leave."""
        return not self.pictures_may_leave

    def ask(self, on: bool) -> str:
        """Throw it, as somebody asked while playing; gives why that cannot be, or nothing."""
        if self.always and not on:
            return "the patch or the command line says private, which only they can end"
        self._asked = on
        return ""
