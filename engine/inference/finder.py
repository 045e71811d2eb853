"""Networks that find bodies in a part of a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.padded import padded
from engine.dsp.image.region import whole_picture
from engine.inference.closer import MoveNet
from engine.inference.found_body import FoundBody, surest

Image = NDArray[np.uint8]
RunRows = Callable[..., NDArray[Any]]

_LONGER: Final = 256
_MULTIPLE: Final = 32


@dataclass
class Finder:
    """MoveNet multipose: up to six people in a picture; ``run`` asks it for a row of each."""

    run: RunRows

    def find(self, image: Image, part: tuple[int, int, int, int]) -> list[FoundBody]:
        """Return those in a part of a picture, the surest first; 17 joints each."""
        given = padded(image, part, _LONGER, _MULTIPLE)
        bodies = []
        for row in self.run(image=given.picture[None].astype(np.int32)):
            joints = row[:51].reshape(17, 3)
            points = given.to_picture(joints[:, 1::-1])
            bodies.append(FoundBody(points, joints[:, 2], surest(joints[:, 2])))
        return sorted(bodies, key=lambda body: -body.score)


@dataclass
class OneFinder:
    """MoveNet for one person, which finds whoever is nearest the middle."""

    closer: MoveNet

    def find(self, image: Image, part: tuple[int, int, int, int]) -> list[FoundBody]:
        """Return who is in a part of a picture."""
        left, top, right, bottom = part
        piece = image[top:bottom, left:right]
        size = right - left, bottom - top
        body = self.closer.look(piece, whole_picture(*size), size, mirrored=False)
        body.points += np.array((left, top), np.float32)
        return [body]
