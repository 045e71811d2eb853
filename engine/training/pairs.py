"""Reads from a recording what a network learns from: drawn skeletons, and the pictures they are of.

A recording may be long, and a picture is large: what is kept is small, and of a long recording
every second pair is left out again, as often as it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.codec import has_pixels
from engine.core.landmarks import Landmarks
from engine.core.messages import Frame
from engine.core.nearest import nearest
from engine.dsp.image.masking import in_colour
from engine.dsp.image.painting import working_size
from engine.dsp.image.scaling import scaled
from engine.dsp.image.skeleton_drawing import draw_skeletons
from engine.recording.reader import Recording
from engine.runtime.entries import Arrival, LaneResult
from engine.training.errors import TrainingError
from engine.training.unet import MULTIPLE

Pictures = NDArray[np.uint8]
"""Shape (count, height, width, 3), blue-green-red."""

LEAST_SECONDS = 20.0
"""A shorter recording teaches nothing that another movement would fit."""
_LEAST_PAIRS = 100
_MOST_PAIRS = 3000
_EVERY = SECOND // 15
"""The least ns between two pairs: what is nearer to each other is nearly the same."""
_WAITING = 120
"""The most pictures or skeletons that wait for the other of their moment."""
_NEARLY = 2
"""The most ns by which two moments differ that are the same: a film's are rounded."""


class Pairs(NamedTuple):
    """Skeletons and the pictures they are of, in order; ``seconds`` is how long they take."""

    skeletons: Pictures
    pictures: Pictures
    seconds: float
    frame: str
    pose: str
    cut_off: bool


def read_pairs(file: Path, longer: int, frame: str = "", pose: str = "") -> Pairs:
    """Return what a recording holds of pictures and poses of the same moments.

    ``longer`` is the longer side that pictures are made smaller to. ``frame`` and ``pose`` name the
    box, or box.outlet, that they come from; "" takes the first that has any.

    Raises RecordingError for what is no recording or damaged, and TrainingError for one that has
    no pictures, no poses, nobody in them, or is too short.
    """
    recording = Recording(file)
    collected = _Collected(longer, frame, pose)
    for name, at, message in _messages(recording):
        collected.take(name, at, message)
    collected.check(file)
    moments, skeletons, pictures = zip(*collected.pairs, strict=True)
    return Pairs(
        np.stack(skeletons),
        np.stack(pictures),
        (moments[-1] - moments[0]) / SECOND,
        collected.frame,
        collected.pose,
        recording.cut_off,
    )


def _messages(recording: Recording) -> Iterator[tuple[str, int, Any]]:
    """Yield what came from sources and lanes: the box and outlet, its moment, and the message."""
    for item in recording.items():
        what = item.what
        if isinstance(what, Arrival):
            yield f"{what.source}.{what.outlet}", what.at, what.message
        elif isinstance(what, LaneResult):
            for message in what.result if isinstance(what.result, tuple) else (what.result,):
                yield what.box, what.at, message


class _Collected:
    """Pairs as they are found."""

    def __init__(self, longer: int, frame: str, pose: str) -> None:
        self.frame, self.pose = frame, pose
        self.pairs: list[tuple[int, Pictures, Pictures]] = []
        self._longer = longer
        self._size = (0, 0)
        self._every = _EVERY
        self._pictures: dict[int, Pictures] = {}
        self._poses: dict[int, Landmarks] = {}
        self._seen_frames: dict[str, bool] = {}
        self._seen_poses: dict[str, int] = {}
        self._somebody = False

    def take(self, name: str, at: int, message: Any) -> None:
        """Take a message, if it is one of those wanted."""
        moment = round(at / _NEARLY)
        if isinstance(message, Frame):
            self._seen_frames[name] = self._seen_frames.get(name, False) or has_pixels(
                message.image
            )
            if self._seen_frames[name] and not self.frame:
                self.frame = name
            if _is(name, self.frame) and has_pixels(message.image):
                self._take_picture(at, moment, message.image)
        elif isinstance(message, Landmarks):
            self._seen_poses[name] = self._seen_poses.get(name, 0) + 1
            self.pose = self.pose or name
            if _is(name, self.pose):
                self._take_pose(at, moment, message)

    def _take_picture(self, at: int, moment: int, image: Pictures) -> None:
        if not image.size or (self.pairs and at - self.pairs[-1][0] < self._every):
            return
        if self._size == (0, 0):
            height, width = image.shape[:2]
            self._size = working_size(width, height, self._longer, MULTIPLE, 2 * MULTIPLE)
        small = scaled(in_colour(image), *self._size)
        if moment in self._poses:
            self._pair(at, self._poses.pop(moment), small)
        else:
            _wait(self._pictures, moment, small)

    def _take_pose(self, at: int, moment: int, found: Landmarks) -> None:
        if moment in self._pictures:
            self._pair(at, found, self._pictures.pop(moment))
        else:
            _wait(self._poses, moment, found)

    def _pair(self, at: int, found: Landmarks, picture: Pictures) -> None:
        if self.pairs and at - self.pairs[-1][0] < self._every:
            return
        self._somebody = self._somebody or bool(found.seen)
        self.pairs.append((at, draw_skeletons(found, *self._size), picture))
        if len(self.pairs) > _MOST_PAIRS:
            del self.pairs[1::2]
            self._every *= 2

    def check(self, file: Path) -> None:
        """Raise TrainingError where this is not enough to learn from."""
        for words in (self._of_pictures(), self._of_poses(), self._of_pairs()):
            if words:
                raise TrainingError(f"{file}: {words}")

    def _of_pictures(self) -> str:
        if not self._seen_frames:
            return "holds no pictures: record a patch with a camera or a film in it"
        if self.frame and not any(_is(name, self.frame) for name in self._seen_frames):
            return _no_such("pictures", self.frame, self._seen_frames)
        kept = [name for name, whole in self._seen_frames.items() if whole]
        if not any(_is(name, self.frame) for name in kept):
            return (
                "holds only the sizes of pictures, not the pictures: record again with --pixels,"
                " and without privacy"
            )
        return ""

    def _of_poses(self) -> str:
        if not self._seen_poses:
            return 'holds no pose: record a patch with a box of use = "pose"'
        if not any(_is(name, self.pose) for name in self._seen_poses):
            return _no_such("poses", self.pose, self._seen_poses)
        return ""

    def _of_pairs(self) -> str:
        if not self.pairs:
            return (
                f'no pose of "{self.pose}" is of a picture of "{self.frame}":'
                " name others by --frame and --pose"
            )
        if not self._somebody:
            return f'nobody is seen by "{self.pose}" in any picture'
        seconds = (self.pairs[-1][0] - self.pairs[0][0]) / SECOND
        if seconds < LEAST_SECONDS or len(self.pairs) < _LEAST_PAIRS:
            return (
                f"holds {len(self.pairs)} pictures with a pose over {seconds:.0f} s, and"
                f" {LEAST_SECONDS:.0f} s with {_LEAST_PAIRS} is the least; two minutes are good"
            )
        return ""


def _is(name: str, wanted: str) -> bool:
    """Whether a name, such as camera.frame, is one that a performer means by it or by camera."""
    return wanted in (name, name.partition(".")[0])


def _no_such(what: str, wanted: str, there: dict[str, Any]) -> str:
    names = list(there)
    either = [*names, *(name.partition(".")[0] for name in names)]
    hint = nearest(wanted, either) or f" There is: {', '.join(names)}."
    return f'"{wanted}" gave no {what}.{hint}'


def _wait(waiting: dict[int, Any], moment: int, what: Any) -> None:
    waiting[moment] = what
    if len(waiting) > _WAITING:
        del waiting[next(iter(waiting))]
