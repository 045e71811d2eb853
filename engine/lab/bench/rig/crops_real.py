"""Hands and faces of real people, cut out of films and a photograph, each a picture of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.dsp.landmarks.hand_regions import from_bodies
from engine.lab.bench.rig.films import pictures_of
from engine.models.pose import PoseModel

Picture = NDArray[np.uint8]

MANY: Final = 24
SIDE: Final = 480
"""Pixels of a crop."""
FPS: Final = 30
_EVERY: Final = 5
"""Hands are cut out of one in so many pictures: between, they show the same."""
_ROOM: Final = 1.6
"""The side of a crop in those of the square in which a hand is looked for."""
_FACE: Final = (30, 0, 130, 100)
"""Left, top, right, bottom of the face in the film of one who talks."""
_HEAD: Final = (134, 20, 314, 200)
"""The same in the photograph."""
_TURNS: Final = (-20, 0, 20)


def hand_crops(film: Path) -> Picture:
    """Return hands of the two who are in a film, (MANY, SIDE, SIDE, 3): spread over all of it."""
    crops = list(_hands([*pictures_of(film)]))
    chosen = np.linspace(0, len(crops) - 1, MANY).round().astype(int)
    return np.stack([crops[number] for number in chosen])


def _hands(frames: Sequence[Picture]) -> Iterator[Picture]:
    """Yield what lies at the ends of arms, wherever a body has sure ones."""
    pose = PoseModel(people=2)
    pose.open()
    height, width = frames[0].shape[:2]
    for number, frame in enumerate(frames):
        found = pose.process(Frame(frame), at=ns(number / FPS))
        if number % _EVERY == 0:
            for wrist in from_bodies(found, width, height, mirrored=False):
                half = wrist.region.side * _ROOM / 2
                x, y = wrist.region.x, wrist.region.y
                if half <= x <= width - half and half <= y <= height - half:
                    yield _cut(frame, (x - half, y - half, x + half, y + half))
    pose.close()


def face_crops(talking: Path, photograph: Path) -> Picture:
    """Return faces, (MANY, SIDE, SIDE, 3): of one who talks, and of a photograph that is turned."""
    frames = [*pictures_of(talking)]
    chosen = np.linspace(0, len(frames) - 1, MANY - len(_TURNS)).round().astype(int)
    crops = [_cut(frames[number], _FACE) for number in chosen]
    still = np.asarray(cv2.imread(str(photograph)), np.uint8)
    high, wide = still.shape[:2]
    for turn in _TURNS:
        left, top, right, bottom = _HEAD
        matrix = cv2.getRotationMatrix2D(((left + right) / 2, (top + bottom) / 2), turn, 1.0)
        turned = cv2.warpAffine(still, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
        crops.append(_cut(np.asarray(turned, np.uint8), _HEAD))
    return np.stack(crops)


def _cut(picture: Picture, part: tuple[float, float, float, float]) -> Picture:
    left, top, right, bottom = (round(edge) for edge in part)
    piece = picture[top:bottom, left:right]
    return np.asarray(cv2.resize(piece, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
