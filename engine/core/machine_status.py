"""How another machine does that plays a part of a show, for whoever looks."""

from __future__ import annotations

from msgspec import Struct


class MachineStatus(Struct, frozen=True):
    """One machine: what it plays, and how far away it is.

    ``standing`` is "away", "joined", "opens", "plays", "refused" or "busy"; with ``here`` its
    ``boxes`` play at home meanwhile. ``delay`` is half the way there and back, ``offset`` how far
    its clock is ahead of this one, and ``uncertainty`` how far that may be off, all in ms. ``late``
    is what a listener of its slowest output waits there, in ms. ``cores`` is 0 where that is not
    known.
    """

    name: str
    standing: str
    boxes: tuple[str, ...] = ()
    here: bool = False
    delay: float = 0.0
    offset: float = 0.0
    uncertainty: float = 0.0
    late: float = 0.0
    dropped: int = 0
    errors: int = 0
    cores: int = 0
    problems: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Its standing as that of a device: "running", "opening", "lost" or "failed"."""
        if self.standing == "plays":
            return "running"
        if self.standing in ("refused", "busy"):
            return "failed"
        return "opening" if self.standing in ("joined", "opens") else "lost"
