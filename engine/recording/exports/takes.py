"""Takes everyone that was seen out of a recording: points and moments by id, and no picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass

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
    """What one outlet gave: the moments of all its pictures, and everyone in them by id."""

    name: str
    seconds: list[float] = field(default_factory=list)
    takes: dict[int, Take] = field(default_factory=dict)

    def add(self, found: Landmarks, second: float) -> None:
        """Take one message; one that is not newer than the last is left out."""
        if self.seconds and second <= self.seconds[-1]:
            return
        self.seconds.append(second)
        for one in found.seen:
            shape = len(found.skeleton.points), len(found.skeleton.axes)
            points = np.asarray(one.points, np.float32)
            take = self.takes.get(one.id)
            if take is None:
                take = self.takes[one.id] = Take(one.id, found.skeleton, found.aspect)
            if points.shape == shape and found.skeleton is take.skeleton:
                take.seconds.append(second)
                take.points.append(points)


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


def _landmarks(entry: Arrival | LaneResult) -> Iterator[tuple[str, Landmarks]]:
    """Yield the landmarks of an entry, by the name that a cable has for them."""
    if isinstance(entry, Arrival):
        name, message = f"{entry.source}.{entry.outlet}".rstrip("."), entry.message
    else:
        name, message = entry.box, entry.result
    if isinstance(message, Landmarks):
        yield name, message
    elif is_dataclass(message) and not isinstance(message, type):
        for each in fields(message):
            if isinstance(inner := getattr(message, each.name), Landmarks):
                yield f"{name}.{each.name}", inner
