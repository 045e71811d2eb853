"""Places on a stage: ADM-OSC for sound (``/adm/obj/1/xyz`` or ``aed fff``), and Eos for light.

ADM-OSC: the picture is the wall in front, so y is 1, and x and z are -1 to 1 across it (right and
up); ``aed`` is the azimuth (degrees, left is positive), the elevation and the distance of the same
place. Eos: ``/eos/chan/1/xyz fff``: metres to the right of the middle, 0, and above the floor, by
the ``stature`` of the body; one camera does not tell how far upstage somebody is.

Who is not seen is not sent, and stays where they were.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, Skeleton
from engine.dsp.landmarks.bones import Vector
from engine.dsp.landmarks.metres import MeasuredBodies
from engine.dsp.landmarks.places import on_stage
from engine.osc.foreign.base import Foreign
from engine.osc.foreign.motion import check_parts, middle_of
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import packer


class _Stage(Foreign):
    """A place for everyone whose slot has an address; without ``{slot}`` in it, for the first."""

    OPTIONS: ClassVar[tuple[str, ...]] = ("joints",)

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        check_parts(options.joints, skeleton)
        if options.joints and len(options.joints) > 1:
            raise ParameterError('one place is sent of everyone: name one of them as "joints"')
        self._part = options.joints[0] if options.joints else None

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return a message for everyone whose place is known."""
        pieces = []
        for one, place in self._places(message, at):
            address = self._address.format(slot=one.slot)
            pieces.append(packer(address, "fff").pack(*place))
        return pieces

    def example(self) -> Sequence[bytes]:
        """Return the message of one."""
        return [packer(self._address.format(slot=1), "fff").pack(0.0, 0.0, 0.0)]

    def _meant(self, message: Landmarks) -> tuple[Instance, ...]:
        if "{slot}" in self._address:
            return message.seen
        first = self._first(message, "place")
        return (first,) if first else ()

    def _places(self, message: Landmarks, at: Ns) -> Iterator[tuple[Instance, Vector]]:
        """Yield each that is meant and its place."""
        raise NotImplementedError


class Adm(_Stage):
    """Objects of sound, anything that has landmarks."""

    TOOL = "ADM-OSC"
    ADDRESSES = ("/adm/obj/{slot}/xyz", "/adm/obj/{slot}/aed")

    def _places(self, message: Landmarks, at: Ns) -> Iterator[tuple[Instance, Vector]]:
        polar = self._address.endswith("/aed")
        for one in self._meant(message):
            place = middle_of(one, message, self._part)
            if place is not None:
                x, z = (min(max(2 * number - 1, -1.0), 1.0) for number in place)
                yield one, _polar(x, z) if polar else (x, 1.0, z)


class Eos(_Stage):
    """Channels of light, by bodies."""

    TOOL = "Eos"
    ADDRESSES = ("/eos/chan/{slot}/xyz",)
    SKELETONS = (COCO_17, BLAZEPOSE_33)
    OPTIONS = ("joints", "stature")

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        self._bodies = MeasuredBodies(options.stature)

    def _places(self, message: Landmarks, at: Ns) -> Iterator[tuple[Instance, Vector]]:
        measured = self._bodies.update(message, at)
        for one in self._meant(message):
            place = on_stage(measured[one.id], self._skeleton, self._part)
            if place is not None:
                across, up, _ = place
                yield one, (across, 0.0, up)


def _polar(x: float, z: float) -> Vector:
    """Return azimuth, elevation and distance of a place on the wall in front, at y = 1."""
    azimuth = math.degrees(math.atan2(-x, 1.0))
    return azimuth, math.degrees(math.atan2(z, math.hypot(x, 1.0))), 1.0
