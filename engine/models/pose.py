"""Find a person's joints in each picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import JOINTS, Frame, Person, Pose
from engine.core.parameter import Fixed, Param
from engine.dsp.image.region import (
    Point,
    Region,
    crop_square,
    middle,
    next_region,
    place,
    whole_picture,
)
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

_OTHER_SIDE = [
    JOINTS.index(
        joint.replace("left", "right") if "left" in joint else joint.replace("right", "left")
    )
    for joint in JOINTS
]
"""For each joint, the index of its counterpart on the other side of the body."""

_SURE = 0.2
"""Score below which a joint does not guide the next region (as published with MoveNet)."""
_ENOUGH = 7
"""Joints whose mean score decides about a person: a head with two shoulders shows no more."""
_STAYS = 0.7
"""Hysteresis: a person stays down to this part of the confidence that let them in."""
_LOOKS = 2
"""Pictures without the person in which the last region is tried again, before the whole one."""
_PATIENCE = 5
"""Pictures without the person before they are gone: near, whole picture, near again."""


@dataclass(frozen=True, slots=True)
class _Body:
    """What the network found, in the order of JOINTS.

    ``points`` are pixels from the top left corner, ``scores`` 0 to 1; ``surest`` are the indices of
    the joints that decide whether there is somebody.
    """

    points: list[Point]
    scores: list[float]
    surest: list[int]


class PoseModel(NetworkModel[Pose]):
    """Finds the 17 joints of one person, and follows them from picture to picture.

    Between pictures the square that the network sees is moved and sized to the body (see
    ``engine.dsp.image.region``), so that somebody far away is found as well. Who was missed
    for a moment stays where they were; who comes back after being gone has a new id,
    and so has somebody found where the last one was not. Raises ModelError
    for a picture to which the network answers with what is not a number.
    """

    TASK = "pose"

    model: ModelName = "movenet_lightning"
    people: Fixed[Annotated[int, Param("how many people to follow", 1, 6)]] = 1
    confidence: Annotated[float, Param("how sure to be that somebody is there", 0, 1)] = 0.4

    _region: Region | None = None
    _size: tuple[int, int] = (0, 0)
    _body: _Body | None = None
    _misses: int = 0
    _id: int = 0

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not find one person's joints in a square."""
        shapes = [[tensor.shape for tensor in side] for side in (session.inputs, session.outputs)]
        side = shapes[0][0][1] if len(shapes[0][0]) == 4 else 0
        card = session.card
        if card.task != self.TASK or shapes != [[(1, side, side, 3)], [(1, 1, len(JOINTS), 3)]]:
            raise ModelError(
                f'the model "{card.name}" is for {card.task}, not for one person\'s pose'
            )

    def reset(self) -> None:
        """Forget the person: the next one is found anew, and has a new id."""
        self._region = self._body = None
        self._misses = 0

    def process(self, frame: Frame) -> Pose:
        """Return who is in a picture: nobody, or one person in slot 1.

        The picture is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        found = self._look(frame.image)
        self._judge(found)
        people = () if self._body is None else (self._person(self._body, frame.mirrored),)
        return Pose(people=people, aspect=width / height)

    def _look(self, image: NDArray[np.uint8]) -> _Body:
        """Run the network on the current region of a picture."""
        tensor = self.session().inputs[0]
        width, height = self._size
        region = self._region or whole_picture(width, height)
        placement = place(region, width, height, size=tensor.filled[1])
        square = _rgb(crop_square(image, placement))[None].astype(tensor.dtype)
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
        bar = self.confidence * (1.0 if self._body is None else _STAYS)
        seen = sum(found.scores[joint] for joint in found.surest) >= bar * _ENOUGH
        if seen:
            if self._body is None or _far(self._body, found):
                self._id += 1
            self._body, self._misses = found, 0
        else:
            self._miss(found)
        near = seen or self._misses % (_LOOKS + 1)
        sure = [score >= _SURE for score in found.scores]
        self._region = next_region(found.points, sure, *self._size) if near else None

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
        wire = [
            (x / width, 1.0 - y / height, score)
            for (x, y), score in zip(body.points, body.scores, strict=True)
        ]
        if mirrored:
            wire = [wire[other] for other in _OTHER_SIDE]
        return Person(slot=1, id=self._id, joints=np.array(wire, np.float32).clip(0.0, 1.0))


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
    """Return the indices of the _ENOUGH joints with the highest scores."""
    return sorted(range(len(scores)), key=scores.__getitem__)[-_ENOUGH:]


def _rgb(square: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert a blue-green-red or grey square, (h, w, 3), (h, w) or (h, w, 1), to RGB (h, w, 3)."""
    grey = square.ndim == 2 or square.shape[2] == 1
    code = cv2.COLOR_GRAY2RGB if grey else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(square, code), np.uint8)
