"""Send lights the places of people on a stage, by PosiStageNet."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Final

from engine.core.clock import SECOND
from engine.core.errors import ParameterError, UnknownName
from engine.core.finding import Finding
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.metres import MeasuredBodies
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.places import on_stage
from engine.net.posistagenet import FURTHEST, PORT, PsnTracker, Vector, data_packets, info_packets
from engine.net.probe import probe
from engine.net.udp import Udp
from engine.osc.tools import LOCAL, TOOLS, Target, target

IN: Final = "in"
_log = logging.getLogger("sensorium")
NAMED: Final = SECOND
"""How often the names of the trackers are sent."""
GAP: Final = 0.5
"""Seconds without a reading after which a speed is 0."""


class PsnOut(Sink):
    """Send lights the places of people on a stage, by PosiStageNet 2: grandMA, Eos, Hog, disguise.

    ``from`` leads to bodies. Each is a tracker: the person in slot 1 is number ``first``. Places
    are metres: across from the middle of the picture (plus ``x``), up from the floor, and ``z``
    upstage, for one camera does not tell how far away somebody is. They follow from how tall the
    performers are. Who is not seen any more is sent once more, as not valid.

    ``from`` a ``floor`` (or ``floors``) places are its metres: ``x`` and ``z`` are where its near
    left corner lies on the stage, and everybody is ``height`` above it.

    Without a word it sends to this machine alone. Consoles listen to the multicast group
    ``to = "236.10.10.10:56565"``, which reaches everybody in the network of the machine.
    """

    to: Fixed[Annotated[str, Param('"host:port" of a console, or of the multicast group')]] = (
        f"{LOCAL}:{PORT}"
    )
    name: Annotated[str, Param("what consoles call this system")] = "Sensorium"
    part: Annotated[Part, Param("which part of a body is the place")] = "hips"
    first: Annotated[int, Param("the number of the tracker of slot 1", 0, 65000)] = 1
    stature: Fixed[Annotated[float, Param("how tall the performers are", 0.3, 3, "metres")]] = 1.7
    x: Annotated[float, Param("where the middle of the picture is across", -100, 100, "metres")] = 0
    z: Annotated[float, Param("how far upstage everybody is", -100, 100, "metres")] = 0
    height: Annotated[
        float, Param("of who stands on a floor: how far above it they are lit", 0, 100, "metres")
    ] = 0

    def __post_init__(self) -> None:
        self._socket = Udp(_console(self.to))
        self._bodies = MeasuredBodies(self.stature)
        self._waiting: tuple[Landmarks, Ns] | None = None
        self._before: dict[int, PsnTracker] = {}
        self._before_at = Ns(0)
        self._began: Ns | None = None
        self._named_at: Ns | None = None
        self._named: set[int] = set()
        self._frame = self._refused = 0
        self._muted = False

    @property
    def destination(self) -> str:
        """Its receiver: "127.0.0.1:56565"."""
        return str(self._socket.target)

    @property
    def dropped(self) -> int:
        """How many messages were no bodies, and how many packets the system would not take."""
        return self._refused + self._socket.dropped

    def refusals(self) -> Mapping[str, int]:
        """Return how often nobody on this machine was there."""
        return {self.destination: self._socket.refused}

    def examine(self) -> Iterable[Finding]:
        """Return whether somebody listens."""
        return [probe(self._socket.target, tcp=False)]

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the types of bodies. Raise UnknownName for any port but that of ``from``."""
        if port != IN:
            raise UnknownName("input", port, [IN])
        return (Pose, Landmarks)

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Look whether bodies come. Raise ParameterError where it is known that others do."""
        skeleton = getattr(carries, "SKELETON", None)
        if skeleton is not None:
            self._check(skeleton)

    def open(self) -> None:
        """Open the socket. Raise DeviceError when a host is unknown."""
        self._muted = False
        self._socket.open()

    def open_muted(self) -> None:
        """Send nothing; only report what would be sent."""
        self._muted = True

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Keep the newest bodies until the end of the tick; others are refused, and told once."""
        try:
            self._check(message.skeleton)
        except ParameterError as error:
            self._refused += 1
            if self._refused == 1:
                _log.warning("not sent: %s", error)
        else:
            self._waiting = message, at

    def flush(self, now: Ns) -> None:
        """Send where everybody is."""
        if self._waiting is None:
            return
        (found, at), self._waiting = self._waiting, None
        self._tell(self._trackers(found, at), at)

    def silence(self, port: str | None = None) -> None:
        """Send that nobody is tracked any more."""
        if self._before:
            self._tell(self._lost({}, self._before_at), self._before_at)

    def _check(self, skeleton: Skeleton) -> None:
        if skeleton.metres:
            return
        if not skeleton.is_body:
            raise ParameterError(
                f'PosiStageNet takes bodies ("pose") or a "floor", not "{skeleton.name}"'
            )
        if lack := skeleton.lack(self.part):
            raise ParameterError(f'part: "{skeleton.name}" has {lack}')

    def _trackers(self, found: Landmarks, at: Ns) -> list[PsnTracker]:
        here: dict[int, PsnTracker] = {}
        for slot, place in self._places(found, at):
            number = self.first + slot - 1
            if number <= FURTHEST:
                moving = self._speed(number, place, at)
                here[number] = PsnTracker(number, place, moving, 1.0, self._moment(at))
        return [*here.values(), *self._lost(here, at)]

    def _places(self, found: Landmarks, at: Ns) -> Iterator[tuple[int, Vector]]:
        """Yield slot and place of everybody whose place is known."""
        if found.skeleton.metres:
            for one in found.seen:
                across, upstage, sure = one.points[0].tolist()
                if sure > 0 and math.isfinite(across + upstage):
                    yield one.slot, (across + self.x, self.height, upstage + self.z)
            return
        measured = self._bodies.update(found, at)
        for one in found.seen:
            place = on_stage(measured[one.id], found.skeleton, self.part)
            if place is not None:
                yield one.slot, (place[0] + self.x, place[1], self.z)

    def _lost(self, here: dict[int, PsnTracker], at: Ns) -> list[PsnTracker]:
        """Return those that were there and are not, as not valid; remember those that are."""
        gone = [one for number, one in self._before.items() if number not in here]
        self._before, self._before_at = here, at
        still = (0.0, 0.0, 0.0)
        return [PsnTracker(one.number, one.place, still, 0.0, self._moment(at)) for one in gone]

    def _speed(self, number: int, place: Vector, at: Ns) -> Vector:
        before, gap = self._before.get(number), (at - self._before_at) / SECOND
        if before is None or not 0 < gap <= GAP:
            return 0.0, 0.0, 0.0
        x, y, z = ((new - old) / gap for new, old in zip(place, before.place, strict=True))
        return x, y, z

    def _tell(self, trackers: list[PsnTracker], at: Ns) -> None:
        """Send a frame, with the names where they are due; nothing while there is nobody.

        Why nothing: a list that is empty breaks receivers, such as pypsn 0.2.
        """
        names = {one.number: f"{self.name} {one.number}" for one in trackers}
        if not names:
            return
        self._frame += 1
        moment = self._moment(at)
        due = self._named_at is None or at - self._named_at >= NAMED
        if due or not names.keys() <= self._named:
            self._named_at, self._named = at, {*names}
            self._transmit(info_packets(self._frame, moment, self.name, names))
        self._transmit(data_packets(self._frame, moment, trackers))
        for one in trackers:
            self.note_sent(IN, {"address": f"psn/{one.number}", "args": [*one.place, one.valid]})

    def _transmit(self, packets: list[bytes]) -> None:
        for packet in packets:
            if not self._muted:
                self._socket.send(packet)

    def _moment(self, at: Ns) -> int:
        """Return a moment in microseconds since the first."""
        if self._began is None:
            self._began = at
        return max(at - self._began, 0) // 1000


def _console(to: str) -> Target:
    """Return where a console listens; raise ParameterError, for programs by name are none."""
    if to.partition("@")[0] not in TOOLS:
        with suppress(ParameterError):
            return target(to)
    raise ParameterError(f'to: expected host:port, such as "{LOCAL}:{PORT}", got "{to}"')
