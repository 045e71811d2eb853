"""TUIO 1.1: ``/tuio/2Dcur``, ``/tuio/2Dobj`` and ``/tuio/2Dblb`` (Kaltenbrunner et al., 2005).

A bundle for each picture: ``source s``, ``alive i...``, ``set`` for each, ``fseq i``. x and y are
parts of the picture, y from the top; speeds are parts of it a second, turns a second; angles are
radians. An id is the session; of ``2Dobj`` a slot is the class. Who is not seen is not alive. Of
people on a ``floor`` it is parts of the ``room``, y from its far edge. All profiles of a receiver
are counted together (see ``frames``), and what a frame needs several packets for has one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.landmarks import Landmarks
from engine.core.messages import Detections, Ns
from engine.core.skeletons import Skeleton
from engine.osc.bundle import ROOM
from engine.osc.foreign.base import Foreign, check_cable
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
from engine.osc.frames import Frames
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.packer import packer

SOURCE: Final = "sensorium"

_SETS: Final[dict[str, Numbers]] = {
    "/tuio/2Dcur": ("if" + "ffff", lambda m: (m.session, m.x, m.y, m.across, m.down, m.faster)),
    "/tuio/2Dobj": (
        "ii" + "f" * 8,
        lambda m: (m.session, m.slot, m.x, m.y, m.angle, *m.speeds),
    ),
    "/tuio/2Dblb": BOUNDS,
}


class Surface:
    """The bundles of one profile: the set messages of all, in as many packets as they need."""

    def __init__(self, address: str, frames: Frames | None) -> None:
        self._address = address
        self._tags, self._numbers = _SETS[address]
        self._frames = frames or Frames()
        self._here = False

    def bundles(self, seen: Sequence[Tracked], at: Ns) -> list[bytes]:
        """Return a piece for each packet: what belongs together stays together."""
        self._here = bool(seen)
        alive = [one.session for one in seen]
        head = self._pack("s", "source", SOURCE) + self._pack("i" * len(alive), "alive", *alive)
        tail = self._pack("i", "fseq", self._frames.following(at))
        sets = [self._pack(self._tags, "set", *self._numbers(one)) for one in seen]
        pieces, sets_here = [], b""
        for one in sets:
            if sets_here and len(head + sets_here + one + tail) > ROOM:
                pieces.append(head + sets_here + tail)
                sets_here = b""
            sets_here += one
        return [*pieces, head + sets_here + tail]

    def end(self) -> list[bytes]:
        """Return the bundle that says that nobody is here any more."""
        return self.bundles((), Ns(0)) if self._here else []

    def _pack(self, tags: str, word: str, *numbers: float | str) -> bytes:
        return packer(self._address, "s" + tags).pack(word, *numbers)


class Tuio(Foreign):
    """Everyone's middle, or each of the ``joints``, as a cursor, an object or a blob."""

    TOOL = "TUIO"
    ADDRESSES = tuple(_SETS)
    OPTIONS = ("joints", "room")

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        check_parts(options.joints, skeleton)
        self._room = room_for(self.TOOL, skeleton, options.room)
        self._surface, self._motion = Surface(address, dialect.frames), Speeds()

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the bundles of a picture."""
        seen = [*of_landmarks(message, self._options.joints, self._room)]
        return self._surface.bundles(self._motion.update(seen, at), at)

    def end(self) -> Sequence[bytes]:
        """Return the bundle that says that nobody is here any more."""
        return self._surface.end()


class TuioDetections(Layout):
    """Things that were detected, by their boxes."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        check_cable(Tuio.TOOL, address, Tuio.ADDRESSES, options)
        self._surface, self._motion = Surface(address, dialect.frames), Speeds()

    def encode(self, message: Detections, at: Ns) -> Sequence[bytes]:
        """Return the bundles of a picture."""
        self.doubt = untracked(message)
        return self._surface.bundles(self._motion.update([*of_detections(message)], at), at)

    def end(self) -> Sequence[bytes]:
        """Return the bundle that says that nothing is there any more."""
        return self._surface.end()
