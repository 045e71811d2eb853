"""What the layouts of other tools have in common: what they take, and under which addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.nearest import nearest
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, FLOOR, HAND_21, Skeleton
from engine.osc.address import check
from engine.osc.foreign.one_performer import OnePerformer
from engine.osc.landmarks import gather
from engine.osc.layout import Dialect, Layout, OscOptions

Rows = NDArray[np.float32]

_FOUND_BY: Final = {
    COCO_17: 'a body ("pose")',
    BLAZEPOSE_33: 'a body with depth ("pose" with a BlazePose model)',
    HAND_21: 'hands ("hands")',
    FACE_468: 'faces ("face")',
    FLOOR: 'people on a floor ("floor")',
}
"""What is found, and by which box, in words."""


class Foreign(Layout):
    """The layout of another tool; raise ParameterError for what it does not have.

    An address is one of ``ADDRESSES``, where ``{slot}`` may be a number; any, where there are none.
    A skeleton is one of ``SKELETONS``, or has all ``POINTS``; any, where there are neither.
    ``OPTIONS`` are those of a cable that mean something here.
    """

    TOOL: ClassVar[str]
    ADDRESSES: ClassVar[tuple[str, ...]] = ()
    SKELETONS: ClassVar[tuple[Skeleton, ...]] = ()
    POINTS: ClassVar[tuple[str, ...]] = ()
    OPTIONS: ClassVar[tuple[str, ...]] = ()

    _here: bool = False
    """Whether somebody was sent last, whose end is to be told."""

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        check_cable(self.TOOL, address, self.ADDRESSES, options, *self.OPTIONS)
        self._check_skeleton(skeleton)
        self._address = address
        self._options = options
        self._skeleton = skeleton
        self._performer = OnePerformer()

    def end(self) -> Sequence[bytes]:
        """Return the messages that say that nobody is here any more, where somebody was."""
        here, self._here = self._here, False
        return self._nobody() if here else []

    def _nobody(self) -> list[bytes]:
        """Return what says that nobody is here; nothing where the tool has no word for it."""
        return []

    def _below(self, name: str) -> str:
        """Return an address below the key of the cable."""
        return f"{self._address.rstrip('/')}/{name}"

    def _check_skeleton(self, skeleton: Skeleton) -> None:
        wanted = (*((COCO_17, BLAZEPOSE_33) if self.POINTS else ()), *self.SKELETONS)
        if not wanted or skeleton in self.SKELETONS:
            return
        if self.POINTS and {*self.POINTS} <= {*skeleton.index}:
            return
        words = " or ".join(_FOUND_BY[one] for one in wanted)
        raise ParameterError(f'the layout of {self.TOOL} takes {words}, not "{skeleton.name}"')

    def _rows(self, one: Instance) -> Rows:
        """Return a copy of the points, a row each as the skeleton says; all 0 where unknown."""
        rows = gather(self._skeleton, (one,)).reshape(len(self._skeleton.points), -1)
        return np.where(rows[:, -1:] > 0, rows, np.float32(0))

    def _one(self, message: Landmarks, what: str, at: Ns) -> Instance | None:
        """Return the one that is told, and say that the others are left out."""
        self.doubt = ""
        if message.count > 1:
            self.doubt = (
                f"more than one {what} is seen, and {self.TOOL} has room for one: that of the first"
                ' slot is sent; for another, a box "pick" and an output of its own'
            )
        return self._performer.among(message, at)

    def _whole(
        self, message: Landmarks, what: str, at: Ns, points: Sequence[int], doubt: str
    ) -> Rows | None:
        """Return ``points`` of the one that is told; None, and say so, where one is unknown.

        None without a word where nobody is seen.
        """
        one = self._one(message, what, at)
        if one is None:
            return None
        rows = self._rows(one)[[*points]]
        if rows[:, -1].all():
            return rows
        self.doubt = doubt
        return None

    def _some(self, message: Landmarks, most: int) -> tuple[Instance, ...]:
        """Return those that fit into one packet, and say that the others are left out."""
        self.doubt = ""
        if message.count > most:
            self.doubt = (
                f"more are seen than the {most} that fit into one packet of {self.TOOL}'s: the"
                " others are left out"
            )
        return message.seen[:most]


def check_cable(
    tool: str, address: str, addresses: tuple[str, ...], options: OscOptions, *allowed: str
) -> None:
    """Raise ParameterError for an address or an option that a tool does not have."""
    options.only(f"the layout of {tool}", "layout", *allowed)
    check(address, ("slot",) if any("{slot}" in one for one in addresses) else ())
    check_own(tool, address, addresses)


def check_own(tool: str, address: str, addresses: tuple[str, ...]) -> None:
    """Raise ParameterError for an address that a tool does not have, with what to write."""
    if not addresses or any(_pattern(one).fullmatch(address) for one in addresses):
        return
    known = " or ".join(f'"{one}"' for one in addresses)
    raise ParameterError(
        f'"{address}" is no address of {tool}: write {known}.{nearest(address, addresses)}'
    )


def _pattern(address: str) -> re.Pattern[str]:
    return re.compile(re.escape(address).replace(r"\{slot\}", r"(\d*\{slot\}\d*|\d+)"))


def score(rows: Rows) -> float:
    """Return how sure a whole body, hand or face is: the mean of its points."""
    return float(rows[:, -1].mean())


def in_pixels(rows: Rows, width: int, aspect: float) -> NDArray[np.floating]:
    """Return x, y and z of points with depth in pixels of a picture that is as wide.

    y is from the top, z larger is nearer.
    """
    height = height_of(width, aspect)
    places = rows[:, :3] * (width, -height, width)
    places[:, 1] += height
    return places


def height_of(width: int, aspect: float) -> int:
    """Return how high a picture is, in pixels, that is as wide; at least 1."""
    return max(1, round(width / aspect))
