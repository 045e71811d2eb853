"""Find faces and their expressions in each picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Frame, Ns
from engine.core.parameter import Fixed, Param
from engine.core.skeletons import FACE_468
from engine.dsp.image.anchors import detections
from engine.dsp.image.masking import in_colour
from engine.dsp.image.painting import to_planes
from engine.dsp.image.region import crop_square, place, whole_picture
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.expressions import expressions
from engine.dsp.landmarks.face_regions import from_bodies, from_detected, from_points, near
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.inference.network import ModelName, NetworkModel

Floats = NDArray[np.float32]

_DETECTED = 0.5
"""How sure the detector must be for a closer look."""
_STAYS = 0.6
"""Hysteresis: a face stays down to this part of the confidence that let it in."""
_SEARCH = 3
"""While some faces are followed, others are looked for in one of so many pictures."""
_LOGIT = 80.0


@dataclass(slots=True)
class _Face:
    """One face of a picture, and where to look for it next; ``points`` (468, 3) in pixels."""

    region: TurnedSquare
    points: Floats
    presence: float


class Face(NamedTuple):
    """All faces, and the expressions and angles of that in the lowest slot; nothing of nobody."""

    faces: Landmarks
    mouth_open: float | None
    mouth_wide: float | None
    smile: float | None
    brow_left: float | None
    brow_right: float | None
    eye_left: float | None
    eye_right: float | None
    jaw: float | None
    yaw: float | None
    pitch: float | None
    roll: float | None


class FaceModel(NetworkModel[Landmarks]):
    """Finds faces: 468 points of each, with depth, and expressions as numbers.

    Expressions are 0 at rest and 1 where most faces can go no further: ``mouth_open``,
    ``mouth_wide``, ``smile``, ``brow_left`` and ``brow_right`` (raised), ``jaw`` (dropped);
    ``eye_left`` and ``eye_right`` are 1 when open. The head turns by ``yaw`` (to its own left),
    ``pitch`` (up) and leans by ``roll`` (to its own right), in degrees, 0 to the camera. All are of
    the face in the lowest slot, measured on the face itself, not read from its feelings; every face
    has its own ends, which ``normalise`` finds.

    With a cable of ``pose`` each face is looked for on a head, which finds smaller ones; the
    detector looks at the whole picture only while there is nobody. It finds faces within two or
    three metres of a camera. A face from the side or from behind is not told.

    A face that the network is not sure of is not told: ``confidence``. Slots and ids are kept.

    The networks are those of MediaPipe Face Mesh (Kartynnik et al., 2019) and its detector
    (Bazarevsky et al., 2019).

    Raises ModelError for a picture to which a network answers with what is not a number.
    """

    TASK = "face"
    ROLES = ("detector", "mesh")

    model: ModelName = "face_mesh"
    faces: Fixed[Annotated[int, Param("how many faces to follow", 1, 16)]] = 1
    confidence: Annotated[float, Param("how sure to be that there is a face", 0, 1)] = 0.5

    _tracker: Tracker = field(default_factory=lambda: Tracker(None))
    _followed: list[_Face] = field(default_factory=list)
    _size: tuple[int, int] = (0, 0)
    _pictures: int = 0

    def reset(self) -> None:
        """Forget all faces: the next ones are found anew, and have new ids."""
        self._tracker.reset()
        self._followed = []

    def process(self, frame: Frame, pose: Landmarks | None = None, *, at: Ns) -> Face:
        """Return the faces of a picture, by slot, and the expressions of the first.

        The picture is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when a network fails, or answers with what is not a number.
        """
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        try:
            self._followed = self._all_faces(frame, pose)
        except ModelError:
            self.reset()
            raise
        faces = self._told(at)
        first = min(faces.seen, key=lambda one: one.slot, default=None)
        read = first and expressions(first.points, faces.aspect, frame.mirrored)
        return Face(faces, *(read or (None,) * 11))

    def _all_faces(self, frame: Frame, pose: Landmarks | None) -> list[_Face]:
        """Return the faces seen: those followed, of bodies' heads, or those of a detector."""
        found: list[_Face] = []
        for face in self._followed:
            self._add(found, self._look(frame, face.region, _STAYS))
        if len(found) >= self.faces:
            return found
        if pose is not None and pose.count:
            for region in from_bodies(pose, *self._size, frame.mirrored):
                self._look_again(frame, region, found)
            return found
        self._pictures += 1
        if not found or self._pictures % _SEARCH == 0:
            for region in self._detected(frame):
                self._look_again(frame, region, found)
        return found

    def _detected(self, frame: Frame) -> list[TurnedSquare]:
        """Return where the detector sees faces in the whole picture."""
        session = self.session("detector")
        side = session.inputs[0].filled[-1]
        placement = place(whole_picture(*self._size), *self._size, size=side)
        square = to_planes(in_colour(crop_square(frame.image, placement)))
        boxes, logits = self.run("detector", image=square * 2 - 1)
        faces, _ = detections(boxes[0], logits[0, :, 0], side, _DETECTED)
        return [
            from_detected(
                np.array(placement.to_picture([(x, y) for x, y in face.tolist()]), np.float32),
                frame.mirrored,
            )
            for face in faces
        ]

    def _look_again(self, frame: Frame, region: TurnedSquare, found: list[_Face]) -> None:
        """Look at where a face may be, then at the face itself; add it if it is a new one."""
        if len(found) >= self.faces or any(near(face.region, region) for face in found):
            return
        first = self._look(frame, region, _STAYS)
        self._add(found, first and self._look(frame, first.region, 1.0))

    def _add(self, found: list[_Face], face: _Face | None) -> None:
        """Add a face, unless it is one that is there already."""
        if face is not None and not any(near(face.region, other.region) for other in found):
            found.append(face)

    def _look(self, frame: Frame, region: TurnedSquare, share: float) -> _Face | None:
        """Ask the network for the face in a square; None where it is not sure enough."""
        if not region.fits(*self._size):
            return None
        size = self.session("mesh").inputs[0].filled[-1]
        points, logit = self.run("mesh", image=region.cut(frame.image, size))
        sure = 1 / (1 + math.exp(-max(-_LOGIT, min(_LOGIT, float(logit.ravel()[0])))))
        if sure < self.confidence * share:
            return None
        square = np.asarray(points, np.float32).reshape(-1, 3) / np.float32(size)
        pixels = region.to_picture(square[:, :2])
        depth = -square[:, 2:] * np.float32(region.side)
        follow = region.next(from_points(pixels, frame.mirrored))
        return _Face(follow, np.hstack([pixels, depth]), sure)

    def _told(self, at: Ns) -> Landmarks:
        """Return the message, with slots and ids."""
        width, height = self._size
        rows = []
        for face in self._followed:
            x, y, z = face.points.T
            sure = np.full_like(x, face.presence)
            rows.append(np.column_stack([x / width, 1 - y / height, z / width, sure]))
        points = np.array(rows, np.float32).reshape(-1, len(FACE_468.points), 4)
        self._tracker.options = Tracking(
            people=self.faces, enter=self.confidence, stay=self.confidence * _STAYS, birth=2
        )
        aspect = width / height
        sure = [one.presence for one in self._followed]
        given = self._tracker.assign(_boxes(points), at, aspect, sure)
        seen = tuple(Instance(one.slot, one.id, points[one.row]) for one in given)
        return Landmarks(FACE_468, seen, aspect)


def _boxes(points: Floats) -> Floats:
    """Return the boxes around faces (n, 468, 4), as the tracker takes them: (n, 2, 3).

    Why boxes: to lay all points of faces on each other takes a fifth of the network's time, and
    says no more of who is who.
    """
    low, high = points[:, :, [0, 1, 3]].min(axis=1), points[:, :, [0, 1, 3]].max(axis=1)
    boxes: Floats = np.stack([low, high], axis=1)
    return boxes
