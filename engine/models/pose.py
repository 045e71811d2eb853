"""Find people's joints in each picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np

from engine.core.context import Context
from engine.core.errors import ModelError, ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import JOINTS, Frame, Ns, Person, Pose
from engine.core.parameter import NAME_OR_FILE, Fixed, Param
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, Skeleton
from engine.dsp.image.clothes import clothes
from engine.dsp.image.ignored import IgnoredAreas
from engine.dsp.landmarks.areas import Corner, areas_fault
from engine.dsp.landmarks.roster import CARRY
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.inference.as_seen import as_seen
from engine.inference.card import CARD
from engine.inference.closer import BlazePose, Closer, MoveNet
from engine.inference.finder import Finder, OneFinder
from engine.inference.found_body import STAYS, FoundBody
from engine.inference.network import NetworkModel
from engine.inference.one_person import OnePerson
from engine.inference.people import People
from engine.inference.pose_networks import (
    FINDER,
    PoseSort,
    check_name,
    finder_of,
    finds_depth,
    finds_one,
    is_ours,
    pose_network,
    sort_of,
)
from engine.inference.session import Session, open_session

_OTHER_SIDE = [
    JOINTS.index(
        joint.replace("left", "right") if "left" in joint else joint.replace("right", "left")
    )
    for joint in JOINTS
]
"""For each joint, the index of its counterpart on the other side of the body."""
_FINDS = "finder"
"""The role of the network that finds people for another."""
_COLOURS = 3
_START = Ns(0)


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
    is the left bottom of the picture and 1, 1 the right top. On the page they are drawn over the
    picture. With ``lock`` only one of several people is told, and their number is kept for them as
    long as they are away.

    Raises ModelError for a picture to which a network answers with what is not a number.
    """

    TASK = "pose"

    model: Fixed[
        Annotated[
            str,
            Param(
                "which network: a name, a folder of your own, auto or light",
                unit=NAME_OR_FILE,
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
        Param(
            "areas where nobody comes in: [[[x, y], [x, y]], ...]",
            fault=areas_fault,
            shape="areas",
            example="areas, each of two opposite corners or more, such as [[[0, 0], [0.2, 1]]]",
        ),
    ] = ()
    lock: Annotated[
        int, Param("only this person of several is told: 1, 2, 3 ...; 0: all", 0, 16)
    ] = 0

    _ignored: IgnoredAreas = field(default_factory=IgnoredAreas)
    _size: tuple[int, int] = (0, 0)
    _one: OnePerson = field(default_factory=OnePerson)
    _alone: MoveNet | None = None
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
        if self.memory != type(self).memory and self.people == 1 and finds_one(self._model_meant()):
            found["memory"] = "one of several keeps their number: people = 2 or more"
        return found

    def outlets(self) -> Mapping[str, type]:
        """Return what it gives: a pose, or landmarks with depth."""
        return {"": Landmarks if finds_depth(self._model_meant()) else Pose}

    def skeletons(self) -> Mapping[str, Skeleton | None]:
        """Return what it gives: 17 joints or 33 points; None of a network of one's own."""
        name = self._model_meant()
        return {"": BLAZEPOSE_33 if finds_depth(name) else COCO_17 if is_ours(name) else None}

    def open(self, context: Context | None = None) -> None:
        """Open the network, and that which finds people for it.

        Raises ModelError as any box with a network does.
        """
        super().open(context)
        sort = sort_of(self.session())
        assert sort is not None, "check has refused all others"
        if finder := finder_of(sort, self.people):
            self._sessions[_FINDS] = open_session(finder, provider=self.provider)
        several = self.people > 1 or sort is not PoseSort.ONE
        self._several = self._people(sort, finder) if several else None
        self._alone = None if several else self._movenet(self.session().role)
        self._skeleton = BLAZEPOSE_33 if sort is PoseSort.DEEP else COCO_17
        self._tracker = Tracker(self._skeleton)

    def _people(self, sort: PoseSort, finder: str) -> People:
        """Return what finds several people with the networks that are open."""
        here = self.session()
        if sort is PoseSort.SEVERAL:
            return People(Finder(partial(self.run_rows, here.role)))
        closer: Closer = self._movenet(here.role)
        if sort is PoseSort.DEEP:
            side = next(size for size in here.inputs[0].filled[1:] if size > _COLOURS)
            closer = BlazePose(partial(self.run, here.role), side)
        if finder == FINDER:
            several = Finder(partial(self.run_rows, _FINDS))
            return People(several, closer, self._ignored.cover, self.tell_in_part)
        return People(
            OneFinder(self._movenet(_FINDS)), closer, self._ignored.cover, self.tell_in_part
        )

    def _movenet(self, role: str) -> MoveNet:
        """Return MoveNet with the network of a role, which may be one of a performer's own."""
        taken = self.session(role).inputs[0]
        return MoveNet(partial(self.run, role), taken.filled[1], taken.name, taken.dtype)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not find people's joints."""
        self._check_task(session.card)
        if sort_of(session) is None:
            name = session.card.name
            raise ModelError(f'the model "{name}" does not find joints as this box knows them')

    def _model_meant(self) -> str:
        """Return the network that ``model`` is: one that is here for "auto" and "light"."""
        return pose_network(self.model, self.people)

    def _model_in(self, folder: Path | None) -> str:
        """Return the model that is meant, with its path where it is a folder beside the patch."""
        found, name = super()._model_in(folder), self._model_meant()
        if found == name and not (Path(name).expanduser() / CARD).is_file():
            check_name(name)
        return found

    def reset(self) -> None:
        """Forget who is there: the next ones are found anew, and have new ids."""
        self._one.reset()
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
        redrawn = self._ignored.draw(self.ignore)
        if self._several is None:
            if redrawn:
                self._one.drop_if_ignored(self._ignored, width, height)
            return self._follow_one(frame)
        answer = self._follow_all(self._several, frame, at)
        if redrawn:  # who was in an area has lost their slot by now; others are found anew
            self._several.reset()
        return answer

    def _follow_one(self, frame: Frame) -> Pose:
        """Return the one person in a picture."""
        width, height = self._size
        movenet = self._alone or self._movenet("")  # which raises, as it is not open
        self._one.find(frame.image, movenet.joints, self.confidence, self._ignored)
        if (body := self._one.body) is None:
            return Pose((), width / height)
        points, scores = np.array(body.points, np.float32), np.array(body.scores, np.float32)
        joints = FoundBody(points, scores, 1.0).rows(width, height)
        if frame.mirrored:  # the network takes each side for the other
            joints = joints[_OTHER_SIDE]
        return Pose((Person(1, self._one.id, joints),), width / height)

    def _follow_all(self, several: People, frame: Frame, at: Ns) -> Landmarks:
        """Return everybody in a picture, with slots and ids."""
        width, height = self._size
        try:
            bodies = several.find(frame.image, self.people, self.confidence, frame.mirrored, at)
        except ModelError:
            self.reset()
            raise
        deep = self._skeleton is BLAZEPOSE_33
        rows = [body.rows(width, height) for body in bodies]
        count = len(self._skeleton.points)
        points = np.array(rows, np.float32).reshape(-1, count, 4 if deep else 3)
        if frame.mirrored and not deep:  # the network takes each side for the other
            points = points[:, _OTHER_SIDE]
        aspect = width / height
        self._tracker.options = Tracking(
            self.people,
            memory=self.memory,
            enter=self.confidence,
            stay=self.confidence * STAYS,
            birth=2,
            ignore=self._ignored.areas,
            lock=min(self.lock, self.people),  # of a slider that goes on beyond the last one
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
