"""TUIO 2.0: pointers, tokens and bounds (``/tuio2/ptr``, ``tok``, ``bnd``).

A bundle for each picture: ``/tuio2/frm i frame, t time, i size, s source``, one message each, and
``/tuio2/alv i...``. Coordinates and speeds are as in TUIO 1.1 (see ``tuio``). The time counts from
a moment that is not told, as the standard allows; the size is that of the picture that the receiver
expects, its width in the upper 16 bits. A type is 0, a component the slot; pressure is 1, radius
half the larger side. A client keeps one list of who is alive, so ``alv`` names those of all
cables of a receiver.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.clock import SECOND
from engine.core.landmarks import Landmarks
from engine.core.messages import Detections, Ns
from engine.core.skeletons import Skeleton
from engine.osc.bundle import ROOM
from engine.osc.foreign.base import Foreign, check_cable, height_of
from engine.osc.foreign.motion import (
    BOUNDS,
    Numbers,
    Speeds,
    Tracked,
    check_parts,
    of_detections,
    of_landmarks,
    untracked,
)
from engine.osc.foreign.room import room_for
from engine.osc.foreign.tuio import SOURCE
from engine.osc.frames import Frames
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.packer import packer

_HIGHEST: Final = 0xFFFF

_COMPONENTS: Final[dict[str, Numbers]] = {
    "/tuio2/ptr": (
        "iii" + "f" * 11,
        lambda m: (
            *(m.session, 0, m.slot, m.x, m.y, m.angle, 0.0, max(m.width, m.height) / 2, 1.0),
            *(m.across, m.down, 0.0, m.faster, 0.0),
        ),
    ),
    "/tuio2/tok": (
        "iii" + "f" * 8,
        lambda m: (m.session, 0, m.slot, m.x, m.y, m.angle, *m.speeds),
    ),
    "/tuio2/bnd": BOUNDS,
}


class Surface2:
    """The bundles of one component; frames that need several packets share their number."""

    def __init__(self, address: str, frames: Frames | None) -> None:
        self._address = address
        self._tags, self._numbers = _COMPONENTS[address]
        self._frames = frames or Frames()
        self._size = 0
        self._here = False

    def bundles(self, seen: Sequence[Tracked], at: Ns, size: int) -> list[bytes]:
        """Return a piece for each packet; the last says who is alive."""
        self._size, self._here = size, bool(seen)
        seconds, rest = divmod(at, SECOND)
        time = (seconds % 2**32) << 32 | (rest << 32) // SECOND
        head = packer("/tuio2/frm", "itis").pack(self._frames.following(at), time, size, SOURCE)
        alive = self._frames.alive(self._address, [one.session for one in seen])
        tail = packer("/tuio2/alv", "i" * len(alive)).pack(*alive)
        pieces, here = [], head
        for one in seen:
            message = packer(self._address, self._tags).pack(*self._numbers(one))
            if len(here + message + tail) > ROOM and here is not head:
                pieces.append(here)
                here = head
            here += message
        return [*pieces, here + tail]

    def end(self) -> list[bytes]:
        """Return the bundle that says that nobody is here any more."""
        return self.bundles((), Ns(0), self._size) if self._here else []


class Tuio2(Foreign):
    """Everyone's middle, or each of the ``joints``, as a pointer, a token or bounds."""

    TOOL = "TUIO 2.0"
    ADDRESSES = tuple(_COMPONENTS)
    OPTIONS = ("joints", "width", "room")

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        check_parts(options.joints, skeleton)
        self._room = room_for(self.TOOL, skeleton, options.room)
        self._surface, self._motion = Surface2(address, dialect.frames), Speeds()

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the bundles of a picture."""
        seen = [*of_landmarks(message, self._options.joints, self._room)]
        width = self._options.width
        aspect = self._room[0] / self._room[1] if self._room else message.aspect
        size = width << 16 | min(height_of(width, aspect), _HIGHEST)
        return self._surface.bundles(self._motion.update(seen, at), at, size)

    def end(self) -> Sequence[bytes]:
        """Return the bundle that says that nobody is here any more."""
        return self._surface.end()


class Tuio2Detections(Layout):
    """Things that were detected, by their boxes; the size of the picture is not known, and 0."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        check_cable(Tuio2.TOOL, address, Tuio2.ADDRESSES, options)
        self._surface, self._motion = Surface2(address, dialect.frames), Speeds()

    def encode(self, message: Detections, at: Ns) -> Sequence[bytes]:
        """Return the bundles of a picture."""
        self.doubt = untracked(message)
        return self._surface.bundles(self._motion.update([*of_detections(message)], at), at, 0)

    def end(self) -> Sequence[bytes]:
        """Return the bundle that says that nothing is there any more."""
        return self._surface.end()
