"""Find things in each picture: what they are, where, and which is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

import numpy as np

from engine.core.errors import ModelError, ParameterError
from engine.core.messages import Detection, Detections, Frame, Ns
from engine.core.nearest import nearest
from engine.core.parameter import Fixed, Param
from engine.core.skeletons import THING, Skeleton
from engine.dsp.image.detecting import CELLS, COCO_80, Boxes, boxes, in_square
from engine.dsp.image.masking import in_colour
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.inference.as_seen import as_seen
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session

STAYS = 0.7
"""What was told stays down to this part of the confidence that let it in."""

_REMEMBERED = 10_000
"""Numbers that are remembered, many more than are followed at any moment."""


class ObjectsModel(NetworkModel[Detections]):
    """Finds things in each picture, the surest first: what each is, where, and its number.

    It knows the 80 things of the COCO pictures, from "person" to "toothbrush"; with ``labels`` only
    those are told. A cable takes ``count``; ``osc_out`` sends of each the label, the confidence, x
    and y of the middle, width, height and the number, or TUIO. ``draw_objects`` draws them, and
    ``describe`` puts them into words.

    A thing keeps its number while it moves and for ``memory`` seconds while it is hidden. One that
    is taken for something else meanwhile has a new number. Small things are missed: what is smaller
    than a tenth of the picture's height, mostly. Of what it does not know it says the nearest thing
    it knows, or nothing: raise ``confidence`` where that disturbs.

    ``zone``, ``crossed``, ``group``, ``nobody`` and ``floor`` take things as they take people: each
    is where its lower edge is.

    The network is NanoDet-g (RangiLyu, 2021), 8 bits a weight. Raises ModelError when it is
    missing, and for a picture to which it answers with what is not a number.
    """

    TASK = "objects"

    labels: Fixed[
        Annotated[tuple[str, ...], Param('only these, such as ["cup", "person"]; none: all')]
    ] = ()
    confidence: Annotated[float, Param("how sure to be that there is something", 0, 1)] = 0.5
    most: Annotated[int, Param("how many to tell at most, the surest", 1, 100)] = 20
    memory: Annotated[float, Param("how long a hidden thing keeps its number", 0, 60, unit="s")] = (
        2.0
    )
    model: ModelName = "nanodet"

    _size: tuple[int, int] = (0, 0)
    _trackers: dict[int, Tracker] = field(default_factory=dict)
    _ids: dict[tuple[int, int], int] = field(default_factory=dict)
    _given: int = 0

    def __post_init__(self) -> None:
        for label in self.labels:
            if label not in COCO_80:
                hint = nearest(label, COCO_80) or f" There is: {', '.join(COCO_80)}."
                raise ParameterError(f'labels: there is no thing "{label}".{hint}')
        self._only = frozenset(COCO_80.index(label) for label in self.labels)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not find the 80 things as this box knows them."""
        super().check(session)
        self.expect_inputs(session, ["image"], "a picture")
        sizes = [tensor.shape[-1] for tensor in session.outputs]
        if sizes != [len(COCO_80), 4 * CELLS]:
            raise ModelError(f'the model "{session.card.name}" does not find the things of COCO')

    def skeletons(self) -> Mapping[str, Skeleton]:
        """Return what its boxes are to those who take landmarks."""
        return {"": THING}

    def reset(self) -> None:
        """Forget what is followed: each thing is new, and has a new number."""
        for tracker in self._trackers.values():
            tracker.reset()

    def process(self, frame: Frame, at: Ns) -> Detections:
        """Return what is in a picture.

        It is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        frame = as_seen(frame)
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        side = int(self.session().inputs[0].filled[-1])
        square = in_square(in_colour(frame.image), side)
        scores, sides = self.run(image=square.planes)
        found = boxes(scores[0], sides[0], side, self.confidence * STAYS, self._only)
        shape = np.array([width, height, width, height], np.float32) * np.float32(square.scale)
        places = np.clip(found.corners / shape, 0, 1)
        told = self._told(found._replace(corners=places), at, width / height)
        return Detections(tuple(sorted(told, key=lambda one: -one.confidence)[: self.most]))

    def _told(self, found: Boxes, at: Ns, aspect: float) -> list[Detection]:
        """Return what is followed of each kind of thing, with its number; corners are 0 to 1."""
        told = []
        for thing in {*found.things.tolist(), *self._trackers}:
            if thing not in self._trackers:
                self._trackers[thing] = Tracker(None)
            tracker = self._trackers[thing]
            tracker.options = Tracking(
                people=self.most,
                memory=self.memory,
                enter=self.confidence,
                stay=self.confidence * STAYS,
                birth=1,
            )
            rows = np.flatnonzero(found.things == thing)
            corners = found.corners[rows]
            points = np.ones((len(rows), 2, 3), np.float32)
            points[:, :, :2] = corners.reshape(-1, 2, 2)
            points[:, :, 1] = 1 - points[:, :, 1]
            for one in tracker.assign(points, at, aspect, found.confidences[rows]):
                left, top, right, bottom = corners[one.row].tolist()
                box = ((left + right) / 2, 1 - (top + bottom) / 2, right - left, bottom - top)
                sure = float(found.confidences[rows[one.row]])
                told.append(Detection(COCO_80[thing], sure, box, self._id(thing, one.id)))
        return told

    def _id(self, thing: int, number: int) -> int:
        """Return the number of a thing among all things."""
        if (thing, number) not in self._ids:
            self._given += 1
            self._ids[thing, number] = self._given
            if len(self._ids) > _REMEMBERED:
                del self._ids[next(iter(self._ids))]
        return self._ids[thing, number]
