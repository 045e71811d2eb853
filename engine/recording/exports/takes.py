"""Takes everyone that was seen out of a recording: points and moments by id, and no picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.errors import SensoriumError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.nearest import nearest
from engine.core.skeletons import Skeleton
from engine.recording.reader import RecordedItem, Recording
from engine.recording.record import Begun
from engine.runtime.entries import Arrival, LaneResult


class NothingToExport(SensoriumError):
    """A recording without anybody in it, or without the box that was asked for."""


class TooManyPeople(SensoriumError):
    """More people than files would be of any use."""


MOST: Final = 1000
"""How many people a recording may have, each of whom is a file."""


@dataclass
class Take:
    """Somebody from the first to the last picture: a row of points for each in which they are.

    ``seconds`` count from the beginning of the show; a point is as in ``Instance``.
    """

    id: int
    skeleton: Skeleton
    aspect: float
    seconds: list[float] = field(default_factory=list)
    points: list[NDArray[np.float32]] = field(default_factory=list)

    def found(self, index: int) -> Landmarks:
        """Return one row as it was found."""
        return Landmarks(self.skeleton, (Instance(1, self.id, self.points[index]),), self.aspect)

    def moment(self, index: int) -> Ns:
        """Return the moment of a row."""
        return Ns(round(self.seconds[index] * SECOND))


@dataclass
class Stream:
    """What one outlet gave: the moments of all its pictures, and everyone in them by id.

    ``left_out`` counts messages that cannot be: a recording may come from anybody.
    """

    name: str
    left_out: int = 0
    seconds: list[float] = field(default_factory=list)
    takes: dict[int, Take] = field(default_factory=dict)

    def add(self, found: Landmarks, second: float) -> None:
        """Take one message; one that is not newer than the last is left out.

        Raise TooManyPeople.
        """
        if self.seconds and second <= self.seconds[-1]:
            return
        if not all(_can_be(one, found) for one in found.seen):
            self.left_out += 1
            return
        self.seconds.append(second)
        for one in found.seen:
            take = self.takes.get(one.id)
            if take is None:
                if len(self.takes) == MOST:
                    raise TooManyPeople(f'"{self.name}" saw more than {MOST} people')
                take = self.takes[one.id] = Take(one.id, found.skeleton, found.aspect)
            if found.skeleton is take.skeleton:
                take.seconds.append(second)
                take.points.append(np.asarray(one.points, np.float32))


def read_stream(recording: Recording, box: str | None = None) -> Stream:
    """Return what one box has found; without its name that of which there is most.

    Raise NothingToExport, RecordingError or OSError.
    """
    streams = _streams(recording.items())
    seen = {name: stream for name, stream in streams.items() if stream.takes}
    if box is not None and box not in streams:
        known = ", ".join(f'"{name}"' for name in streams) or "none"
        raise NothingToExport(
            f'--box: {recording.file} has no bodies, hands or faces of "{box}"; there is {known}.'
            + nearest(box, streams)
        )
    if box is not None and box not in seen:
        raise NothingToExport(f'{recording.file}: "{box}" saw nobody')
    if not seen:
        what = "nobody was seen" if streams else "it has no bodies, hands or faces"
        raise NothingToExport(f'{recording.file}: {what}: such come from "pose", "hands" or "face"')
    return seen[box] if box is not None else max(seen.values(), key=lambda each: len(each.seconds))


def _streams(items: Iterator[RecordedItem]) -> dict[str, Stream]:
    streams: dict[str, Stream] = {}
    started = Ns(0)
    for item in items:
        what = item.what
        if isinstance(what, Begun) and not what.takes_over:
            started = Ns(what.started)
        elif isinstance(what, Arrival | LaneResult):
            for name, found in _landmarks(what):
                stream = streams.setdefault(name, Stream(name))
                stream.add(found, (what.at - started) / SECOND)
    return streams


def _can_be(one: Instance, found: Landmarks) -> bool:
    """Whether somebody has a number for an id, and the points of a picture that has a shape."""
    shape = len(found.skeleton.points), len(found.skeleton.axes)
    plain = isinstance(one.id, int) and isinstance(found.aspect, int | float)
    return plain and 0 < found.aspect < math.inf and np.shape(one.points) == shape


def _landmarks(entry: Arrival | LaneResult) -> Iterator[tuple[str, Landmarks]]:
    """Yield the landmarks of an entry, by the name that a cable has for them.

    Of a box with several outlets, which is a tuple here, they are the first that are any: hands of
    both sides, before those of either alone.
    """
    if isinstance(entry, Arrival):
        name, message = f"{entry.source}.{entry.outlet}".rstrip("."), entry.message
    else:
        name, message = entry.box, entry.result
    if isinstance(message, Landmarks):
        yield name, message
    elif isinstance(message, tuple):
        found = next((each for each in message if isinstance(each, Landmarks)), None)
        if found is not None:
            yield name, found
