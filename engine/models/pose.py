"""Find a person's joints in each picture."""

from __future__ import annotations

import logging
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import JOINTS, Frame, Person, Pose
from engine.core.node import Model
from engine.core.parameter import Fixed, Param
from engine.dsp.region import Placement, Region, cut, follow, place, whole
from engine.models.session import Session, open_session

_log = logging.getLogger("sensorium")

Joints = NDArray[np.float64]
"""Shape (17, 3): x and y in pixels from the top left corner, score 0 to 1."""

_OTHER_SIDE = [
    JOINTS.index(
        joint.replace("left", "right") if "left" in joint else joint.replace("right", "left")
    )
    for joint in JOINTS
]
"""Where each joint's counterpart on the other side of the body stands."""

_SURE = 0.2
"""A joint scored lower does not say where to look next (as published with MoveNet)."""
_ENOUGH = 7
"""A person is as sure as their best joints: of a head with two shoulders, no more can be seen."""
_STAYS = 0.7
"""Who is there goes only below this part of the confidence that let them in."""
_LOOKS = 2
"""Pictures in which to look again nearby, before the whole picture is searched."""
_PATIENCE = 5
"""Pictures without the person before they are gone: near, whole picture, and near again."""


class PoseModel(Model):
    """Finds the 17 joints of one person, and follows them from picture to picture.

    Between pictures the square that the network sees is moved and sized to the body (see
    ``engine.dsp.region``), so that somebody far away is found as well. Who was missed for a moment
    stays where they were; who comes back after being gone has a new id, and so has somebody found
    where the last one was not. Raises ModelError for a picture to which the network answers with
    what is not a number.
    """

    model: Fixed[Annotated[str, Param("which network: a name, or a folder of your own")]] = (
        "movenet_lightning"
    )
    people: Fixed[Annotated[int, Param("how many people to follow", 1, 6)]] = 1
    confidence: Annotated[float, Param("how sure to be that somebody is there", 0, 1)] = 0.4
    provider: Fixed[Annotated[str, Param("what computes: cpu, cuda, coreml, dml ...")]] = "cpu"

    _session: Session | None = None
    _region: Region | None = None
    _size: tuple[int, int] = (0, 0)
    _joints: Joints | None = None
    _misses: int = 0
    _id: int = 0

    def open(self) -> None:
        """Open the network; raises ModelError when it is missing or no network for this."""
        if self.people > 1:
            _log.warning('the model "%s" follows one person, not %d', self.model, self.people)
        session = open_session(self.model, provider=self.provider)
        _check(session)
        self._session = session

    def close(self) -> None:
        """Let go of the network."""
        self._session = None

    def reset(self) -> None:
        """Forget who was there: the next person is found anew, and has a new id."""
        self._region = self._joints = None
        self._misses = 0

    def process(self, frame: Frame) -> Pose:
        """Give who is in the picture: nobody, or one person in slot 1."""
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        found = self._look(frame.image)
        self._judge(found)
        people = () if self._joints is None else (self._person(self._joints, frame.mirrored),)
        return Pose(people=people, aspect=width / height)

    def _look(self, image: NDArray[np.uint8]) -> Joints:
        """Ask the network about the square at hand."""
        if self._session is None:
            raise ModelError("the pose model is not open")
        tensor = self._session.card.inputs[0]
        width, height = self._size
        region = self._region or whole(width, height)
        placement = place(region, width, height, size=tensor.filled[1])
        square = _rgb(cut(image, placement))[None].astype(tensor.dtype)
        (answer,) = self._session.run(**{tensor.name: square})
        if not np.isfinite(answer).all():
            self.reset()
            raise ModelError(f'the model "{self.model}" gave what is not a number')
        return _joints(answer.reshape(len(JOINTS), 3), placement)

    def _judge(self, found: Joints) -> None:
        """Decide whether that is somebody, whether they are new, and where to look next."""
        bar = self.confidence * (1.0 if self._joints is None else _STAYS)
        seen = bool(found[_likely(found), 2].mean() >= bar)
        sure = found[:, 2] >= _SURE
        if seen:
            if self._joints is None or _far(self._joints, found):
                self._id += 1
            self._joints, self._misses = found, 0
        else:
            self._miss(found)
        near = seen or self._misses % (_LOOKS + 1)
        self._region = follow(found[:, :2], sure, *self._size) if near else None

    def _miss(self, found: Joints) -> None:
        """Bear with somebody who is not seen: they stay where they were, less surely."""
        self._misses += 1
        if self._joints is None:
            return
        if self._misses > _PATIENCE:
            self._joints = None
            return
        held = self._joints.copy()
        held[:, 2] = np.minimum(held[:, 2], found[:, 2])
        self._joints = held

    def _person(self, joints: Joints, mirrored: bool) -> Person:
        """Make the message; in a mirror the network takes each side for the other."""
        if mirrored:
            joints = joints[_OTHER_SIDE]
        width, height = self._size
        wire = joints / (width, height, 1.0)
        wire[:, 1] = 1.0 - wire[:, 1]
        return Person(slot=1, id=self._id, joints=np.clip(wire, 0.0, 1.0).astype(np.float32))


def _check(session: Session) -> None:
    """Refuse a network that does not turn one square picture into one person's joints."""
    card = session.card
    shapes = [[tensor.shape for tensor in side] for side in (card.inputs, card.outputs)]
    side = shapes[0][0][1] if len(shapes[0][0]) == 4 else 0
    if card.task != "pose" or shapes != [[(1, side, side, 3)], [(1, 1, len(JOINTS), 3)]]:
        raise ModelError(f'the model "{card.name}" is for {card.task}, not for one person\'s pose')


def _far(before: Joints, after: Joints) -> bool:
    """Tell whether a body is further from the last one than either is long: somebody else.

    Nobody moves by their own length within the few pictures for which a person may be missed.
    """
    a, b = before[_likely(before), :2], after[_likely(after), :2]
    longest = max(float(np.ptp(a, axis=0).max()), float(np.ptp(b, axis=0).max()))
    return float(np.abs(a.mean(axis=0) - b.mean(axis=0)).max()) > longest


def _likely(joints: Joints) -> NDArray[np.intp]:
    """Give the joints that say whether there is somebody: the surest ones."""
    return np.argsort(joints[:, 2])[-_ENOUGH:]


def _rgb(square: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a square into red-green-blue; grey ones, (h, w) or (h, w, 1), are borne as well."""
    grey = square.ndim == 2 or square.shape[2] == 1
    code = cv2.COLOR_GRAY2RGB if grey else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(square, code), np.uint8)


def _joints(answer: NDArray[np.float32], placement: Placement) -> Joints:
    """Turn the network's y, x, score of the square into x, y, score of the picture."""
    points = placement.to_picture(answer[:, 1::-1].astype(np.float64))
    return np.column_stack([points, answer[:, 2]])
