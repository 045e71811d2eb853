"""Find a person's joints in each picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from engine.core.context import Context
from engine.core.errors import ModelError, ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import JOINTS, Frame, Ns, Person, Pose
from engine.core.parameter import FILE, Fixed, Param
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, Skeleton
from engine.dsp.image.clothes import clothes
from engine.dsp.image.covering import covered
from engine.dsp.image.region import (
    Point,
    Region,
    crop_lit,
    middle,
    next_region,
    place,
    to_rgb,
    whole_picture,
)
from engine.dsp.landmarks.areas import Area, Corner, areas_fault
from engine.dsp.landmarks.roster import CARRY
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.inference.as_seen import as_seen
from engine.inference.card import CARD, built_folder, models
from engine.inference.network import NetworkModel
from engine.inference.people import (
    ENOUGH,
    STAYS,
    SURE,
    BlazePose,
    Finder,
    FoundBody,
    MoveNet,
    OneFinder,
    People,
)
from engine.inference.session import Session, open_session

_OTHER_SIDE = [
    JOINTS.index(
        joint.replace("left", "right") if "left" in joint else joint.replace("right", "left")
    )
    for joint in JOINTS
]
"""For each joint, the index of its counterpart on the other side of the body."""

_LOOKS = 2
"""Pictures without the person in which the last region is tried again, before the whole one."""
_PATIENCE = 5
"""Pictures without the person before they are gone: near, whole picture, near again."""

_SINGLE, _MULTIPLE, _DEEP = "one person", "several people", "one person, with depth"
"""Sorts of networks."""
_FINDER = "movenet_multipose"
_FINDS = "finder"
"""The role of the network that finds people for another."""
_LIGHT = {False: "movenet_lightning", True: "movenet_multipose"}
"""The fastest network for one person, and that for several."""
_BEST = ("movenet_thunder", "movenet_lightning")
"""What "auto" takes, the first that is here."""
_BLAZEPOSE = ("blazepose_lite", "blazepose_full")
_AT_ONCE = 6
"""How many people multipose finds at once."""
_EDGE = 0.02
"""What lies further outside the picture, in parts of it, was not seen but made up."""
_COLOURS = 3
_START = Ns(0)


@dataclass(frozen=True, slots=True)
class _Body:
    """What the network found, in the order of JOINTS.

    ``points`` are pixels from the top left corner, ``scores`` 0 to 1; ``surest`` are the indices of
    the joints that decide whether there is somebody.
    """

    points: list[Point]
    scores: list[float]
    surest: list[int]


class PoseModel(NetworkModel[Landmarks]):
    """Finds the joints of the people in each picture, and follows them from picture to picture.

    ``model`` is "movenet_lightning" (17 joints), "movenet_multipose" (up to six people at once, in
    the whole picture, each with fewer pixels), or "blazepose_lite" (33 points with depth: hands,
    heels, toes). "movenet_thunder" and "blazepose_full" see finer, and are built once by
    ``sensorium models build NAME``. "auto" is the most exact of 17 joints that is here, and gives
    way to "light" where the patch has a deadline.

    Between pictures the square that the network sees is moved and sized to the body (see
    ``engine.dsp.image.region``), so that somebody far away is found as well. Who was missed
    for a moment stays where they were; who comes back after being gone has a new id,
    and so has somebody found where the last one was not.

    With ``people`` over 1 each is looked at closely in a square of their own, and multipose looks
    for others between, in the whole picture and in parts of it: time goes with how many there are.
    Slots and ids hold while people cross and are hidden for a moment: who is missed is told for a
    tenth of a second where they should be, ever less sure, then not at all, and has the same slot
    and id when they are back within ``memory``. Where places leave open who is who, the colours of
    their clothes decide; those stay in memory as long as somebody is followed, and go nowhere. As
    long as it is open, they are not told.

    Nobody begins to be followed in an area of ``ignore``, such as a poster, a mirror or a dummy;
    who comes from elsewhere is followed across it. Each is two opposite corners or a polygon: 0, 0
    is the left bottom of the picture and 1, 1 the right top. With ``lock`` only one of several
    people is told, and their number is kept for them as long as they are away.

    Raises ModelError for a picture to which a network answers with what is not a number.
    """

    TASK = "pose"

    model: Fixed[
        Annotated[
            str,
            Param(
                "which network: a name, a folder of your own, auto or light",
                unit=FILE,
                lighter=("auto", "light"),
            ),
        ]
    ] = "movenet_lightning"
    people: Fixed[Annotated[int, Param("how many people to follow", 1, 16)]] = 1
    confidence: Annotated[float, Param("how sure to be that somebody is there", 0, 1)] = 0.4
    memory: Annotated[
        float, Param("how long one of several keeps their number unseen", 0, 60, unit="s")
    ] = 2.0
    ignore: Annotated[
        tuple[tuple[Corner, ...], ...],
        Param("areas where nobody comes in: [[[x, y], [x, y]], ...]", fault=areas_fault),
    ] = ()
    lock: Annotated[
        int, Param("only this person of several is told: 1, 2, 3 ...; 0: all", 0, 16)
    ] = 0

    _drawn: tuple[tuple[Corner, ...], ...] = ()
    _areas: tuple[Area, ...] = ()
    _region: Region | None = None
    _size: tuple[int, int] = (0, 0)
    _body: _Body | None = None
    _misses: int = 0
    _id: int = 0
    _several: People | None = None
    _skeleton: Skeleton = COCO_17
    _tracker: Tracker = field(default_factory=lambda: Tracker(COCO_17))

    def __post_init__(self) -> None:
        if fault := areas_fault(self.ignore):
            raise ParameterError(f"ignore: {fault}")
        if self.lock > self.people:
            raise ParameterError(f"lock: there is no {self.lock} where people = {self.people}")

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return what its parameters cannot do: one person alone is nobody to be told from."""
        found = dict(super().doubts(folder))
        if self.lock and self.people == 1:
            found["lock"] = "one person is told from others only with people = 2 or more"
        return found

    def outlets(self) -> Mapping[str, type]:
        """Return what it gives: a pose, or landmarks with depth."""
        return {"": Landmarks if self._network() in _BLAZEPOSE else Pose}

    def open(self, context: Context | None = None) -> None:
        """Open the network, and that which finds people for it.

        Raises ModelError as any box with a network does.
        """
        super().open(context)
        task = self._kind(self.session())
        several = self.people > 1 or task != _SINGLE
        finder = ""
        if several and task != _MULTIPLE:
            finder = _FINDER if self.people > 1 else _LIGHT[False]
            self._sessions[_FINDS] = open_session(finder, provider=self.provider)
        self._several = self._people(task, finder) if several else None
        self._skeleton = BLAZEPOSE_33 if task == _DEEP else COCO_17
        self._tracker = Tracker(self._skeleton)

    def _people(self, task: str, finder: str) -> People:
        """Return what finds several people with the networks that are open."""
        here = self.session()
        ask = partial(self.run, here.role)
        if task == _MULTIPLE:
            return People(Finder(partial(self.run_rows, here.role)))
        side = next(size for size in here.inputs[0].filled[1:] if size > _COLOURS)
        closer = BlazePose(ask, side) if task == _DEEP else MoveNet(ask, side)
        if finder == _FINDER:
            several = Finder(partial(self.run_rows, _FINDS))
            return People(several, closer, self._covered, self.tell_in_part)
        seen = self.session(_FINDS).inputs[0].filled[1]
        one = OneFinder(MoveNet(partial(self.run, _FINDS), seen))
        return People(one, closer, self._covered, self.tell_in_part)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not find people's joints."""
        self._check_task(session.card)
        if not self._kind(session):
            name = session.card.name
            raise ModelError(f'the model "{name}" does not find joints as this box knows them')

    def _kind(self, session: Session) -> str:
        """Return what sort of network it is, by its shapes; "" of another."""
        given, found = ([each.shape for each in side] for side in (session.inputs, session.outputs))
        side = given[0][1] if len(given[0]) == 4 else 0
        if (given, found) == ([(1, side, side, 3)], [(1, 1, len(JOINTS), 3)]):
            return _SINGLE
        if found == [(1, 6, 56)] and given[0][3:] == (3,):
            return _MULTIPLE
        if len(found) == 2 and found[0] == (1, 195) and given[0][:2] == (1, 3):
            return _DEEP
        return ""

    def _model_in(self, folder: Path | None) -> str:
        """Return the model that is meant, with its path where it is a folder beside the patch."""
        name = self._network()
        beside = folder / name if folder else None
        return str(beside) if beside and (beside / CARD).is_file() else name

    def _network(self) -> str:
        """Return the network that ``model`` is: the most exact that is here for "auto"."""
        if self.model == "light":
            return _LIGHT[1 < self.people <= _AT_ONCE]
        if self.model != "auto":
            return self.model
        return next(name for name in _BEST if name in models() or built_folder(name).is_dir())

    def reset(self) -> None:
        """Forget the person: the next one is found anew, and has a new id."""
        self._region = self._body = None
        self._misses = 0
        self._tracker.reset()
        if self._several is not None:
            self._several.reset()

    def process(self, frame: Frame, *, at: Ns = _START) -> Landmarks:
        """Return who is in a picture, by slot: a Pose, or landmarks of BlazePose.

        The picture is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        frame = as_seen(frame)
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        redrawn = self._take_areas()
        if self._several is not None:
            answer = self._all(self._several, frame, at)
            if redrawn:  # who was in an area has lost their slot by now; others are found anew
                self._several.reset()
            return answer
        found = self._look(frame.image)
        self._judge(found)
        people = () if self._body is None else (self._person(self._body, frame.mirrored),)
        return Pose(people=people, aspect=width / height)

    def _all(self, several: People, frame: Frame, at: Ns) -> Landmarks:
        """Return everybody in a picture, with slots and ids."""
        width, height = self._size
        try:
            bodies = several.find(frame.image, self.people, self.confidence, frame.mirrored, at)
        except ModelError:
            self.reset()
            raise
        deep = self._skeleton is BLAZEPOSE_33
        rows = [_wire(body, width, height) for body in bodies]
        count = len(self._skeleton.points)
        points = np.array(rows, np.float32).reshape(-1, count, 4 if deep else 3)
        if frame.mirrored and not deep:  # the network takes each side for the other
            points = points[:, _OTHER_SIDE]
        aspect = width / height
        stays = self.confidence * STAYS
        self._tracker.options = Tracking(
            self.people,
            memory=self.memory,
            enter=self.confidence,
            stay=stays,
            birth=2,
            ignore=self._areas,
            lock=self.lock,
            carry=CARRY,
        )
        worn = clothes(frame.image, points, self._skeleton)
        scores = [body.score for body in bodies]
        given = self._tracker.assign(points, at, aspect, scores, worn)
        shown = self._tracker.shown
        if deep:
            seen = tuple(Instance(one.slot, one.id, shown(points, one)) for one in given)
            return Landmarks(BLAZEPOSE_33, seen, aspect)
        return Pose(tuple(Person(one.slot, one.id, shown(points, one)) for one in given), aspect)

    def _take_areas(self) -> bool:
        """Take the areas as they are now, and return whether a hand has drawn them anew."""
        if self.ignore == self._drawn:
            return False
        self._drawn, self._areas = self.ignore, tuple(map(Area, self.ignore))
        if self._body is not None and self._is_ignored(self._body):
            self._body = self._region = None
        return True

    def _covered(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a picture as newcomers are looked for in it."""
        return covered(image, self._areas)

    def _look(self, image: NDArray[np.uint8]) -> _Body:
        """Run the network on the current region of a picture."""
        if self._body is None:
            image = self._covered(image)
        tensor = self.session().inputs[0]
        width, height = self._size
        region = self._region or whole_picture(width, height)
        placement = place(region, width, height, size=tensor.filled[1])
        square = to_rgb(crop_lit(image, placement))[None].astype(tensor.dtype)
        try:
            (answer,) = self.run(**{tensor.name: square})
        except ModelError:
            self.reset()
            raise
        rows = answer[0, 0].tolist()
        scores = [score for _, _, score in rows]
        return _Body(placement.to_picture((x, y) for y, x, _ in rows), scores, _surest(scores))

    def _judge(self, found: _Body) -> None:
        """Decide whether this is a person, whether they are new, and where to look next."""
        bar = self.confidence * (1.0 if self._body is None else STAYS)
        seen = sum(found.scores[joint] for joint in found.surest) >= bar * ENOUGH
        new = self._body is None or _far(self._body, found)
        if seen and not (new and self._is_ignored(found)):
            self._id += new
            self._body, self._misses = found, 0
        else:
            self._miss(found)
        near = seen or self._misses % (_LOOKS + 1)
        sure = [score >= SURE for score in found.scores]
        self._region = next_region(found.points, sure, *self._size) if near else None

    def _is_ignored(self, body: _Body) -> bool:
        """Whether most of a body lies in an area where nobody comes in."""
        width, height = self._size
        places = np.array([body.points[joint] for joint in body.surest])
        places = places * [1 / width, -1 / height] + [0, 1]
        return any(area.holds(places).mean() > 0.5 for area in self._areas)

    def _miss(self, found: _Body) -> None:
        """Keep a person who is not seen for some pictures, with lower scores."""
        self._misses += 1
        if self._body is None:
            return
        if self._misses > _PATIENCE:
            self._body = None
            return
        scores = list(map(min, self._body.scores, found.scores))
        self._body = replace(self._body, scores=scores, surest=_surest(scores))

    def _person(self, body: _Body, mirrored: bool) -> Person:
        """Return the message; in a mirrored picture the network takes each side for the other."""
        width, height = self._size
        points = np.array(body.points, np.float32)
        joints = _wire(FoundBody(points, np.array(body.scores, np.float32), 1.0), width, height)
        return Person(1, self._id, joints[_OTHER_SIDE] if mirrored else joints)


def _wire(body: FoundBody, width: int, height: int) -> NDArray[np.float32]:
    """Return the rows of a message: x, y, a depth if there is one, and confidence.

    Who is half in the picture is known by half: what is outside has confidence 0.
    """
    x, y, *depth = body.points.T
    flat = np.stack([x / width, 1 - y / height])
    outside = (np.abs(flat - 0.5) > 0.5 + _EDGE).any(axis=0)
    sure = np.where(outside, 0, body.sure)
    columns = [*flat.clip(0, 1), *(z / width for z in depth), sure.clip(0, 1)]
    return np.column_stack(columns).astype(np.float32)


def _far(before: _Body, after: _Body) -> bool:
    """Whether a body is further from the last one than either is long, so somebody else.

    Nobody moves by their own length within the few pictures for which a person may be missed.
    """
    a, b = ([body.points[joint] for joint in body.surest] for body in (before, after))
    (x, y), (u, v) = middle(a), middle(b)
    return max(abs(x - u), abs(y - v)) > max(_length(a), _length(b))


def _length(points: list[Point]) -> float:
    """Return the longer side of the box around some points, in pixels."""
    xs, ys = zip(*points, strict=True)
    return float(max(max(xs) - min(xs), max(ys) - min(ys)))


def _surest(scores: list[float]) -> list[int]:
    """Return the indices of the ENOUGH joints with the highest scores."""
    return sorted(range(len(scores)), key=scores.__getitem__)[-ENOUGH:]
