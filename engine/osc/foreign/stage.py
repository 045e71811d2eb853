"""Places on a stage: ADM-OSC for sound (``/adm/obj/1/xyz`` or ``aed fff``), and Eos for light.

ADM-OSC: the picture is the wall in front, so y is 1, and x and z are -1 to 1 across it (right and
up); ``aed`` is the azimuth (degrees, left is positive), the elevation and the distance of the same
place. Of people on a ``floor`` it is the ``room``, so many metres wide and deep, that goes from -1
to 1: x across it and y away from the camera, with z at 0.

Eos: ``/eos/chan/1/xyz fff``: metres to the right of the middle, 0, and above the floor, by the
``stature`` of the body; one camera does not tell how far upstage somebody is. Of people on a
``floor`` it is metres to the right of the middle of the ``room``, upstage of its near edge, and 0.

Who is not seen is not sent, and stays where they were.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FLOOR, Skeleton
from engine.dsp.landmarks.bones import Vector
from engine.dsp.landmarks.metres import MeasuredBodies
from engine.dsp.landmarks.places import on_stage
from engine.osc.foreign.base import Foreign
from engine.osc.foreign.motion import check_parts, middle_of
from engine.osc.foreign.room import room_for
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import packer


class _Stage(Foreign):
    """A place for everyone whose slot has an address; without ``{slot}`` in it, for one."""

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

    def _meant(self, message: Landmarks, at: Ns) -> tuple[Instance, ...]:
        if "{slot}" in self._address:
            return message.seen
        one = self._one(message, "place", at)
        return (one,) if one else ()

    def _places(self, message: Landmarks, at: Ns) -> Iterator[tuple[Instance, Vector]]:
        """Yield each that is meant and its place."""
        raise NotImplementedError


class Adm(_Stage):
    """Objects of sound, anything that has landmarks."""

    TOOL = "ADM-OSC"
    ADDRESSES = ("/adm/obj/{slot}/xyz", "/adm/obj/{slot}/aed")
    OPTIONS = ("joints", "room")

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        self._room = room_for(self.TOOL, skeleton, options.room)

    def _places(self, message: Landmarks, at: Ns) -> Iterator[tuple[Instance, Vector]]:
        polar = self._address.endswith("/aed")
        for one in self._meant(message, at):
            place = middle_of(one, message, self._part)
            if place is None:
                continue
            wide, deep = self._room or (1.0, 1.0)
            across, other = _within(place[0] / wide), _within(place[1] / deep)
            there = (across, other, 0.0) if self._room else (across, 1.0, other)
            yield one, _polar(*there) if polar else there


class Eos(_Stage):
    """Channels of light, by bodies, or by people on a floor."""

    TOOL = "Eos"
    ADDRESSES = ("/eos/chan/{slot}/xyz",)
    SKELETONS = (COCO_17, BLAZEPOSE_33, FLOOR)
    OPTIONS = ("joints", "stature", "room")

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        self._bodies = MeasuredBodies(options.stature)
        self._room = room_for(self.TOOL, skeleton, options.room)

    def _places(self, message: Landmarks, at: Ns) -> Iterator[tuple[Instance, Vector]]:
        if self._room:
            for one in self._meant(message, at):
                spot = middle_of(one, message, self._part)
                if spot is not None:
                    yield one, (spot[0] - self._room[0] / 2, spot[1], 0.0)
            return
        measured = self._bodies.update(message, at)
        for one in self._meant(message, at):
            place = on_stage(measured[one.id], self._skeleton, self._part)
            if place is not None:
                across, up, _ = place
                yield one, (across, 0.0, up)


def _within(part: float) -> float:
    """Return where a part of the way across is, -1 to 1."""
    return min(max(2 * part - 1, -1.0), 1.0)


def _polar(x: float, y: float, z: float) -> Vector:
    """Return azimuth, elevation and distance of a place; what is on the wall in front is 1 away."""
    azimuth, flat = math.degrees(math.atan2(-x, y)), math.hypot(x, y)
    return azimuth, math.degrees(math.atan2(z, flat)), min(math.hypot(flat, z), 1.0)
