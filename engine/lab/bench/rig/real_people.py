"""People cut out of a film, who walk about on a stage as a script has it.

Each picture of somebody is cut out where `segment` finds them, with the joints that `pose` finds
there: these are the truth, as far as anybody knows it. On the stage they are put where people of
the stand-in would be, as large as they would be seen there, the nearer before the farther; they go
on with what they did in the film, to and fro, and face the way they walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.landmarks import Person, Pose
from engine.core.messages import Frame
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.similarity import spread
from engine.lab.bench.rig.tracking_score import Bodies
from engine.models.pose import PoseModel
from engine.models.segment import SegmentModel
from engine.synthetic.stage import (
    Picture,
    StageCamera,
    backdrop,
    camera,
    draw_pillar,
    pillar_box,
)
from engine.synthetic.stage_script import PILLARS, Script, presence

FPS: Final = 30
IN_SIGHT: Final = 5
"""Joints that must be in sight of somebody who counts as being there, as on the drawn stage."""
SURE: Final = 0.3
STATURE: Final = 1.7
LEAST: Final = 45
"""Pictures that somebody must be seen in to be cut out."""
COVERED: Final = 0.6
"""The share of the joints that a cut-out must show, or it is none: hands are lost first."""
_MARGIN: Final = 0.12
"""Room around the joints, in parts of their height: hair, hands, feet."""
_EYES: Final = 0.936 - 0.039
"""From the ankles to the eyes, in statures."""
_EDGE, _STEEP = 48.0, 3.0
"""Where in the soft edge of a mask somebody begins, and how quickly: nobody is seen through."""
_ALPHA: Final = 96
"""What of a cut-out, 0 to 255, hides who is behind it."""


@dataclass(frozen=True, slots=True)
class CutPerson:
    """One picture of somebody: ``picture`` (h, w, 4) BGRA, ``joints`` (17, 3) in its pixels.

    ``anchor`` is the pixel below the hips that stands on the floor; ``tall`` a stature in pixels.
    """

    picture: Picture
    joints: NDArray[np.float32]
    anchor: tuple[float, float]
    tall: float

    @property
    def covered(self) -> float:
        """The share of its sure joints that the mask holds."""
        high, wide = self.picture.shape[:2]
        x, y = np.round(self.joints[self.joints[:, 2] >= SURE, :2]).astype(int).T
        inside = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
        alpha = self.picture[y.clip(0, high - 1), x.clip(0, wide - 1), 3]
        return float((inside & (alpha > _ALPHA)).mean())

    def mirrored(self) -> CutPerson:
        """Return the same, facing the other way."""
        wide = self.picture.shape[1]
        joints = self.joints[OTHER_SIDE]
        joints[:, 0] = wide - 1 - joints[:, 0]
        picture = np.ascontiguousarray(self.picture[:, ::-1])
        return CutPerson(picture, joints, (wide - 1 - self.anchor[0], self.anchor[1]), self.tall)


_SIDES = spread(COCO_17).sides
assert _SIDES is not None
OTHER_SIDE: Final = _SIDES


def cut_out(
    frames: Sequence[Picture], people: int = 2, least: int = LEAST
) -> list[list[CutPerson]]:
    """Return the cut-outs of each one who is seen in at least so many pictures of a film."""
    pose, segment = PoseModel(people=people, model="movenet_lightning"), SegmentModel()
    pose.open()
    segment.open()
    found: dict[int, list[tuple[int, Person]]] = {}
    for number, frame in enumerate(frames):
        for one in pose.process(Frame(frame), at=ns(number / FPS)).seen:
            if _whole(one.points):
                found.setdefault(one.id, []).append((number, Person(1, one.id, one.points)))
    lasting = [sights for sights in found.values() if len(sights) >= least]
    casts = [_longest_whole(_cut(frames, sights, segment)) for sights in lasting]
    casts = [cast for cast in casts if len(cast) >= least]
    pose.close()
    segment.close()
    return casts


def _longest_whole(cast: Sequence[CutPerson]) -> list[CutPerson]:
    """Return the longest stretch in which all of somebody was cut out."""
    best: list[CutPerson] = []
    stretch: list[CutPerson] = []
    for one in [*cast, None]:
        if one is not None and one.covered >= COVERED:
            stretch.append(one)
            continue
        best, stretch = max(best, stretch, key=len), []
    return best


def _whole(points: NDArray[np.float32]) -> bool:
    """Whether all but a few joints are seen, ankles among them."""
    sure = points[:, 2] >= SURE
    return bool(sure.sum() >= 13 and sure[[11, 12, 15, 16]].all())


def _cut(
    frames: Sequence[Picture], sights: Sequence[tuple[int, Person]], segment: SegmentModel
) -> list[CutPerson]:
    height, width = frames[0].shape[:2]
    pixels = [one.joints[:, :2] * [width, -height] + [0, height] for _, one in sights]
    ankles = np.array([points[[15, 16], 1].max() for points in pixels])
    eyes = np.array([points[[1, 2], 1].mean() for points in pixels])
    tall = float(np.percentile(ankles - eyes, 80)) / _EYES
    # Who jumps leaves the floor for a moment: it is where the feet were lowest around that.
    near = [slice(max(0, k - 12), k + 13) for k in range(len(ankles))]
    floor = [float(ankles[part].max()) + 0.039 * tall for part in near]
    cutouts = []
    for (number, one), points, ground in zip(sights, pixels, floor, strict=True):
        frame = frames[number]
        mask = segment.process(Frame(frame), Pose((one,), width / height)).mask.image[:, :, 0]
        alpha = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
        alpha = np.clip((alpha.astype(np.float32) - _EDGE) * _STEEP, 0, 255).astype(np.uint8)
        room = _MARGIN * tall
        left, top = np.floor(points.min(axis=0) - [room, 1.5 * room]).astype(int).clip(0)
        right, bottom = np.ceil(points.max(axis=0) + room).astype(int)
        piece = np.dstack([frame, alpha])[top:bottom, left:right]
        joints = one.joints.copy()
        joints[:, :2] = points - [left, top]
        hips = joints[[11, 12], 0].mean()
        cutouts.append(CutPerson(piece, joints, (float(hips), ground - top), tall))
    return cutouts


@dataclass(frozen=True)
class RealStage:
    """A stage like the stand-in's ``Scene`` with people of a film; all follows from the seed.

    ``casts`` are the cut-outs of each person.
    """

    casts: Sequence[Sequence[CutPerson]]
    script: Script
    seed: int
    width: int = 640
    height: int = 360
    ground: str = "cluttered"
    span: float | None = None
    view: StageCamera = field(init=False)
    _empty: Picture = field(init=False, repr=False)

    def __post_init__(self) -> None:
        view = camera(self.width, self.height, len(self.casts))
        if self.span is not None:
            view = StageCamera(self.width, self.height, self.span)
        object.__setattr__(self, "view", view)
        object.__setattr__(self, "_empty", backdrop(view, self.ground, self.seed))

    def moment(self, seconds: float) -> tuple[Picture, Bodies]:
        """Return a picture, BGR, and who is in sight: joints by id, 0 where hidden."""
        picture = self._empty.copy()
        bodies: dict[int, NDArray[np.float32]] = {}
        for id_, cutout, x, y, scale in self._placed(seconds):
            piece, joints, left, top = _scaled(cutout, x, y, scale)
            _hide(bodies, piece, left, top)
            _draw(picture, piece, left, top)
            bodies[id_] = joints
        if self.script in PILLARS:
            draw_pillar(picture, self.view, *PILLARS[self.script])
            left, _, right, base = pillar_box(self.view, *PILLARS[self.script])
            for joints in bodies.values():
                column, row = joints[:, 0], joints[:, 1]
                joints[(column >= left) & (column < right) & (row < base), 2] = 0
        told = {}
        for id_, joints in bodies.items():
            outside = ((joints[:, :2] < 0) | (joints[:, :2] >= [self.width, self.height])).any(
                axis=1
            )
            joints[outside, 2] = 0
            joints[:, :2] = (joints[:, :2] + 0.5) / [self.width, -self.height] + [0, 1]
            if (joints[:, 2] > 0).sum() >= IN_SIGHT:
                told[id_] = joints
        return picture, told

    def _placed(self, seconds: float) -> Iterator[tuple[int, CutPerson, float, float, float]]:
        """Yield id, cut-out, pixel of the floor and pixels a metre, the farthest first."""
        found = []
        for number, cast in enumerate(self.casts):
            there = presence(
                self.script, number, len(self.casts), seconds, self.view, seed=self.seed
            )
            if there is None:
                continue
            rng = np.random.default_rng([self.seed, number, 31])
            first, tall = int(rng.integers(len(cast))), float(rng.uniform(0.93, 1.07))
            step = first + int(seconds * FPS)
            turn, into = divmod(step, len(cast) - 1)
            cutout = cast[into if turn % 2 == 0 else len(cast) - 1 - into]
            if there.place.speed < 0:
                cutout = cutout.mirrored()
            (spot,), (scale,) = self.view.project(np.array([[there.place.x, 0.0, there.place.z]]))
            id_ = there.visit * len(self.casts) + number + 1
            found.append((there.place.z, id_, cutout, *spot.tolist(), tall * float(scale)))
        return ((id_, *rest) for _, id_, *rest in sorted(found, key=lambda one: one[0]))


def _scaled(
    cutout: CutPerson, x: float, y: float, scale: float
) -> tuple[Picture, NDArray[np.float32], int, int]:
    """Return a cut-out as large as it is seen, its joints in the picture, and where it lies."""
    factor = STATURE * scale / cutout.tall
    high, wide = cutout.picture.shape[:2]
    size = max(1, round(wide * factor)), max(1, round(high * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    piece = np.asarray(cv2.resize(cutout.picture, size, interpolation=how), np.uint8)
    left = round(x - cutout.anchor[0] * factor)
    top = round(y - cutout.anchor[1] * factor)
    joints = cutout.joints.copy()
    joints[:, :2] = joints[:, :2] * factor + [left, top]
    joints[:, 2] = joints[:, 2] >= SURE
    _keep_shown(joints, piece, left, top)
    return piece, joints, left, top


def _keep_shown(joints: NDArray[np.float32], piece: Picture, left: int, top: int) -> None:
    """Mark the joints that were not cut out as not in sight."""
    joints[~_covered(joints, piece, left, top), 2] = 0


def _covered(joints: NDArray[np.float32], piece: Picture, left: int, top: int) -> NDArray[np.bool_]:
    """Return which joints a cut-out covers where it lies."""
    high, wide = piece.shape[:2]
    x, y = np.round(joints[:, :2] - [left, top]).astype(int).T
    inside = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
    covered: NDArray[np.bool_] = inside & (
        piece[y.clip(0, high - 1), x.clip(0, wide - 1), 3] > _ALPHA
    )
    return covered


def _hide(bodies: dict[int, NDArray[np.float32]], piece: Picture, left: int, top: int) -> None:
    """Mark the joints that a cut-out hides, of all who are farther away."""
    for joints in bodies.values():
        joints[_covered(joints, piece, left, top), 2] = 0


def _draw(picture: Picture, piece: Picture, left: int, top: int) -> None:
    """Lay a cut-out over a picture, in place."""
    high, wide = picture.shape[:2]
    u, v = max(left, 0), max(top, 0)
    right, bottom = min(left + piece.shape[1], wide), min(top + piece.shape[0], high)
    if right <= u or bottom <= v:
        return
    over = piece[v - top : bottom - top, u - left : right - left]
    share = over[..., 3:].astype(np.float32) / 255
    under = picture[v:bottom, u:right]
    under[...] = np.round(under + share * (over[..., :3].astype(np.float32) - under))
