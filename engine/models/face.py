"""Find faces and their expressions in each picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.messages import Frame, Ns
from engine.core.parameter import Fixed, Param
from engine.core.skeletons import FACE_468, Skeleton
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.expressions import expressions
from engine.dsp.landmarks.face_regions import from_bodies, from_detected, from_points, near
from engine.dsp.landmarks.made_up import CHECKS, MadeUp
from engine.dsp.landmarks.tracker import Tracker
from engine.inference.as_seen import as_seen
from engine.inference.following import STAYS, Followed, FollowingModel
from engine.inference.network import ModelName

Floats = NDArray[np.float32]

_DETECTED = 0.5
"""How sure the detector must be for a closer look."""
_LOGIT = 80.0


@dataclass(slots=True)
class _Face(Followed):
    """One face of a picture, and what of it is made up."""

    made_up: MadeUp = field(default_factory=MadeUp)


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


class FaceModel(FollowingModel[_Face]):
    """Finds faces: 468 points of each, with depth, and expressions as numbers.

    Expressions are 0 at rest and 1 where most faces can go no further: ``mouth_open``,
    ``mouth_wide``, ``smile``, ``brow_left`` and ``brow_right`` (raised), ``jaw`` (dropped);
    ``eye_left`` and ``eye_right`` are 1 when open. The head turns by ``yaw`` (to its own left),
    ``pitch`` (up) and leans by ``roll`` (to its own right), in degrees, 0 to the camera. All are of
    the face in the lowest slot, measured on the face itself, not read from its feelings; every face
    has its own ends, which ``normalise`` finds.

    With a cable of ``pose`` each face is looked for on a head, which finds smaller ones; the
    detector looks at the whole picture only while there is nobody. It finds faces within two or
    three metres of a camera. A face from the side or from behind is not told. Points outside the
    picture have no confidence, and what would be read from them is not told.

    Of a face that is half covered, or whose mouth is, the network makes up the rest. Quarters, and
    halves of the mouth, that it puts elsewhere when it is asked again, now and then, for a turned
    or a larger square, have no confidence either, and what would be read from them is not told. Of
    a painted or a drawn face it doubts much that is there: there ``trust`` tells all.

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
    trust: Annotated[bool, Param("tell what may be made up, too")] = False

    _tracker: Tracker = field(default_factory=lambda: Tracker(None))

    def skeletons(self) -> Mapping[str, Skeleton]:
        """Return what it gives: the points of a face."""
        return {Face._fields[0]: FACE_468}

    def process(self, frame: Frame, pose: Landmarks | None = None, *, at: Ns) -> Face:
        """Return the faces of a picture, by slot, and the expressions of the first.

        The picture is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when a network fails, or answers with what is not a number, and no face
        is left.
        """
        frame = as_seen(frame)
        self.follow(frame, pose)
        told = self.tell(FACE_468, self.faces, self.confidence, at)
        for face, one in () if self.trust else told:
            one.points[face.made_up.points, 3] = 0
        faces = Landmarks(FACE_468, tuple(one for _, one in told), self.aspect)
        first = min(faces.seen, key=lambda one: one.slot, default=None)
        read = first and expressions(first.points, faces.aspect, frame.mirrored)
        return Face(faces, *(read or (None,) * 11))

    def find(self, frame: Frame, pose: Landmarks | None) -> list[_Face]:
        """Return the faces seen: those followed, of bodies' heads, or those of a detector."""
        found: list[_Face] = []
        for before in self._followed:
            face = self._look(frame, before.region, STAYS)
            if face is not None:
                face.made_up = before.made_up
                if not self.trust and face.made_up.is_due():
                    self._check(frame, face, before.region)
            self._add(found, face)
        if len(found) >= self.faces:
            return found
        if pose is not None and pose.count:
            for region in from_bodies(pose, *self._size, frame.mirrored):
                self._look_again(frame, region, found)
            return found
        if self.is_due(found):
            for points in self.detect(frame, _DETECTED, lambda planes: planes * 2 - 1):
                self._look_again(frame, from_detected(points, frame.mirrored), found)
        return found

    def _look_again(self, frame: Frame, region: TurnedSquare, found: list[_Face]) -> None:
        """Look at where a face may be, then at the face itself; add it if it is a new one."""
        if len(found) >= self.faces or any(near(face.region, region) for face in found):
            return
        first = self._look(frame, region, STAYS)
        face = first and self._look(frame, first.region, 1.0)
        if first is not None and face is not None:
            for _ in range(0 if self.trust else CHECKS):
                self._check(frame, face, first.region)
        self._add(found, face)

    def _check(self, frame: Frame, face: _Face, region: TurnedSquare) -> None:
        """Ask the network once more for a face that it found in a square."""
        asked = self.ask(frame, face.made_up.square(region))
        if asked is not None:
            face.made_up.take(face.points, asked[0], region.side)

    def _add(self, found: list[_Face], face: _Face | None) -> None:
        """Add a face, unless it is one that is there already."""
        if face is not None and not any(near(face.region, other.region) for other in found):
            found.append(face)

    def _look(self, frame: Frame, region: TurnedSquare, share: float) -> _Face | None:
        """Ask the network for the face in a square; None where it is not sure enough."""
        if not region.fits(*self._size):
            return None
        asked = self.ask(frame, region)
        if asked is None:
            return None
        points, (logit,) = asked
        sure = 1 / (1 + math.exp(-max(-_LOGIT, min(_LOGIT, float(logit.ravel()[0])))))
        if sure < self.confidence * share:
            return None
        follow = region.next(from_points(points, frame.mirrored))
        return _Face(follow, points, sure)

    def outline(self, points: Floats) -> Floats:
        """Return the boxes around faces (n, 468, 4), as the tracker takes them: (n, 2, 3).

        Why boxes: to lay all points of faces on each other takes a fifth of the network's time, and
        says no more of who is who.
        """
        low, high = points[:, :, [0, 1, 3]].min(axis=1), points[:, :, [0, 1, 3]].max(axis=1)
        boxes: Floats = np.stack([low, high], axis=1)
        return boxes
