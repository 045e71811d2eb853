"""What a box that learns would have been shown by a recording.

The recording is played, unheard, through the patch that has the box: what its cables bring there is
what it would have seen live, whatever boxes lie between. Where the recording is of another patch,
one outlet of it may be named instead, which a source or a box on a lane had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from engine.core.clock import SECOND
from engine.core.errors import SensoriumError
from engine.core.kinds import KINDS
from engine.core.landmarks import Landmarks
from engine.core.messages import Features, Ns, Pitch
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.learning.examples import MOST_EXAMPLES, Examples
from engine.learning.named_numbers import NamedNumbers, Said, moment
from engine.patch.load import Texts
from engine.recording.lanes import SilentLane
from engine.recording.reader import Recording
from engine.recording.record import Begun
from engine.recording.replay import Replay, untold
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, LaneResult
from engine.runtime.schedule.job import Job

_MOST_OUTLETS: Final = 100
_SHOWN: Final = (Landmarks, Features, Pitch, float, int)


class NothingShown(SensoriumError):
    """A recording has nothing for a box in that span of time; the message says what it has."""


Moments = list[tuple[float, NamedNumbers]]
"""What was shown, each at its seconds since the first wanted."""


@dataclass(frozen=True)
class Wanted:
    """What to take: from ``begin`` to ``end``, in seconds since the recording began.

    ``person`` and ``confidence`` are as those of the box: whom it looks at, how sure a joint is.
    """

    begin: float
    end: float
    person: int
    confidence: float


@dataclass
class _Found:
    """The moments that were found, and what else the recording has."""

    wanted: Wanted
    moments: Moments = field(default_factory=list)
    began: Ns | None = None
    last: float = 0.0
    outlets: dict[str, None] = field(default_factory=dict)

    def begin(self, at: Ns) -> None:
        """Count seconds from a moment, unless it has begun before."""
        self.began = at if self.began is None else self.began

    def take(self, said: list[tuple[str, Said]], at: Ns) -> None:
        """Take a moment, where it is one of those wanted and anything is known of it."""
        seconds = self.seconds(at)
        if not self.wanted.begin <= seconds <= self.wanted.end:
            return
        now = moment(said, self.wanted.person, self.wanted.confidence)
        if now.is_known and len(self.moments) <= MOST_EXAMPLES:
            self.moments.append((seconds - self.wanted.begin, now))

    def seconds(self, at: Ns) -> float:
        """Return how long after the beginning a moment is."""
        assert self.began is not None, "a recording says first what plays"
        seconds = (at - self.began) / SECOND
        self.last = max(self.last, seconds)
        return seconds


def shown_to(recording: Path, texts: Texts, box: str, wanted: Wanted) -> Moments:
    """Return what the cables of a box bring there.

    Raise RecordingError, PatchError, NothingShown or OSError.
    """
    found = _Found(wanted)
    listen = partial(_listen, box, found)
    with untold():
        Replay(Recording(recording), texts, watch=listen).play(None)
    return _whole(recording, found, f"the cables of {box} bring nothing that is known")


def said_by(recording: Path, outlet: str, wanted: Wanted) -> Moments:
    """Return what one outlet said, "BOX" or "BOX.OUTLET"; raise as ``shown_to``."""
    found = _Found(wanted)
    for item in Recording(recording).items():
        if isinstance(item.what, Begun):
            found.begin(Ns(item.what.started))
        for name, at, message in _messages(item.what):
            if isinstance(message, _SHOWN) and found.began is not None:
                if len(found.outlets) < _MOST_OUTLETS:
                    found.outlets[name] = None
                if outlet in (name, name.partition(".")[0]):
                    found.take([("value", message)], at)
                else:
                    found.seconds(at)
    there = ", ".join(found.outlets) or "nothing that can be learned from"
    return _whole(recording, found, f'"{outlet}" says nothing that is known; there is {there}')


def one_take(moments: Moments, label: str, knobs: Mapping[str, float]) -> Examples:
    """Return what was found as a take of a name."""
    examples = Examples()
    examples.begin(label, knobs)
    for seconds, now in moments:
        examples.add(now, seconds)
    return examples


def _whole(recording: Path, found: _Found, why: str) -> Moments:
    if not found.moments:
        span = f"from {found.wanted.begin:g} to {min(found.wanted.end, found.last):g} s"
        raise NothingShown(f"{recording}: {span} {why}; it is {found.last:.1f} s long")
    return found.moments


def _listen(box: str, found: _Found, engine: Engine) -> None:
    """Hear what a box is asked, in this plan and in each that takes over."""
    found.begin(engine.clock.now())

    def attach() -> None:
        state = engine.states.get(box)
        if state is not None and isinstance(state.lane, SilentLane):
            assert isinstance(state.box, Node)
            names = [inlet.name for inlet in read_signature(type(state.box)).inlets]
            state.lane.heard = partial(_heard, names, found)

    attach()
    engine.on_plan.append(attach)


def _heard(names: list[str], found: _Found, job: Job) -> None:
    if not job.inlet:
        pairs = zip(names, job.arguments, strict=False)
        found.take([(name, one) for name, one in pairs if one is not None], job.at)


def _messages(what: object) -> Iterator[tuple[str, Ns, Any]]:
    """Yield what came from sources and lanes: the box and outlet, its moment, and the message."""
    if isinstance(what, Arrival):
        yield f"{what.source}.{what.outlet}" if what.outlet else what.source, what.at, what.message
    elif isinstance(what, LaneResult):
        several = isinstance(what.result, tuple) and type(what.result) not in KINDS
        for message in what.result if several else (what.result,):
            yield what.box, what.at, message
