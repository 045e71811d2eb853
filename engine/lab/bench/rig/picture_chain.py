"""One chain of eight picture boxes, and the same chain as one writes it with OpenCV alone.

Run: python -m engine.lab.bench.rig.picture_chain WAY SECONDS FPS, where WAY is "show" (live, each
box on its lane), "boxes" (called one after the other) or "plain". It prints as JSON what a picture
took, in ms, and a hash of the pictures that went in.

The plain one is fair: it does what the boxes do, with the calls of OpenCV that are meant for it, it
draws into its own pictures, and it makes new ones as OpenCV does by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.box import Box
from engine.core.clock import SECOND, ns
from engine.core.landmarks import Pose
from engine.core.messages import Block, Frame, Message, Ns
from engine.core.sink import Sink
from engine.core.source import Tape
from engine.dsp.image.grading import Grading
from engine.lab.bench.rig.footage import FPS
from engine.lab.bench.rig.stretch import plan_of, play
from engine.nodes.crop import Crop
from engine.nodes.draw_pose import DrawPose
from engine.nodes.draw_text import DrawText
from engine.nodes.draw_wave import DrawWave
from engine.nodes.feedback import FeedbackNode
from engine.nodes.grade import Grade
from engine.nodes.mix import Mix
from engine.nodes.resize import Resize
from engine.sources.stand_in import StandIn

Picture = NDArray[np.uint8]
SIZE: Final = (1280, 720)
BOXES: Final = ("crop", "resize", "grade", "mix", "feedback", "draw_pose", "draw_text", "draw_wave")
TITLE: Final = "Sensorium"
_RATE: Final = 48_000

PATCH = """
[camera]
use = "bench_pictures"
fps = {fps}
[crop]
use = "crop"
from = "camera"
width = 0.9
height = 0.9
[resize]
use = "resize"
from = "crop"
width = 1280
height = 720
[grade]
use = "grade"
from = "resize"
contrast = 1.2
saturation = 1.5
hue = 0.1
[mix]
use = "mix"
from = "grade"
other = {{ from = "camera.other" }}
mask = {{ from = "camera.mask" }}
[feedback]
use = "feedback"
from = "mix"
amount = 0.8
zoom = 1.2
turn = 10
[draw_pose]
use = "draw_pose"
from = "feedback"
pose = {{ from = "camera.joints" }}
[draw_text]
use = "draw_text"
from = "draw_pose"
text = "Sensorium"
[draw_wave]
use = "draw_wave"
from = "draw_text"
sound = {{ from = "camera.sound" }}
[out]
use = "bench_end"
[out.send]
in = "draw_wave"
"""


class Footage:
    """What goes in: pictures of the dancer with their joints, another picture, a mask, a sound."""

    def __init__(self, count: int = 16) -> None:
        width, height = SIZE
        stand_in = StandIn(seconds=count / FPS, fps=FPS, noise=0.15, width=width, height=height)
        events = list(stand_in.events())
        self.frames = [message for _, outlet, message in events if outlet == "frame"]
        self.joints = [message for _, outlet, message in events if outlet == "joints"]
        down, across = np.mgrid[0:height, 0:width]
        self.other = _frame(np.stack([across % 256, down % 256, (across + down) % 256], axis=2))
        bright = 255 * np.exp(-((across / width - 0.5) ** 2 + (down / height - 0.5) ** 2) * 8)
        self.mask = _frame(np.repeat(bright[:, :, np.newaxis], 3, axis=2))
        wave = 0.3 * np.sin(2 * np.pi * 220 * np.arange(_RATE) / _RATE)
        self.sound = Block(wave.astype(np.float32)[: _RATE // 10], _RATE, 0)

    def hash(self) -> str:
        """Return a hash of all pictures."""
        every = (*self.frames, self.other, self.mask)
        return hashlib.sha256(b"".join(frame.image.tobytes() for frame in every)).hexdigest()[:16]


def _frame(values: NDArray[Any]) -> Frame:
    image = values.astype(np.uint8)
    image.flags.writeable = False
    return Frame(image)


class BenchPictures(Tape):
    """Show the footage again and again, ``fps`` pictures a second."""

    OUT: ClassVar[Mapping[str, type]] = {
        "frame": Frame,
        "other": Frame,
        "mask": Frame,
        "joints": Pose,
        "sound": Block,
    }
    FOOTAGE: ClassVar[Footage]

    fps: float = FPS

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield what does not move once, then the pictures."""
        footage = self.FOOTAGE
        yield Ns(0), "other", footage.other
        yield Ns(0), "mask", footage.mask
        yield Ns(0), "sound", footage.sound
        number = 0
        while True:
            at = Ns(round(number * SECOND / self.fps))
            yield at, "", None
            yield at, "joints", footage.joints[number % len(footage.joints)]
            yield at, "frame", footage.frames[number % len(footage.frames)]
            number += 1


class BenchEnd(Sink):
    """Take the pictures, and do nothing with them."""

    @property
    def destination(self) -> str:
        """Nowhere."""
        return ""

    def examine(self) -> tuple[()]:
        """Return nothing: it needs nothing."""
        return ()

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the kind of a picture."""
        return (Frame,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Let go of a picture."""

    def silence(self, port: str | None = None) -> None:
        """Do nothing."""


def show(footage: Footage, seconds: float, fps: float) -> dict[str, float]:
    """Play the chain live; return how far behind a picture is at its end, in ms."""
    BenchPictures.FOOTAGE = footage
    own: dict[str, type[Box]] = {"bench_pictures": BenchPictures, "bench_end": BenchEnd}
    plan = plan_of(PATCH.format(fps=fps), own)
    (_, measured), metrics = asyncio.run(play(plan, [1.0, seconds]))
    dropped = sum(lane.dropped for lane in metrics.lanes.values())
    summary = measured.behind.summary()
    processor = measured.cpu / max(len(measured.behind), 1) * 1e3
    return {
        "p50": summary["p50"],
        "p99": summary["p99"],
        "processor": processor,
        "dropped": dropped,
    }


Step = Callable[[Frame, int], Frame]


def boxes(footage: Footage) -> tuple[dict[str, Step], dict[str, Any]]:
    """Return the boxes as they are called one after the other, and the boxes themselves."""
    made: dict[str, Any] = {
        "crop": Crop(width=0.9, height=0.9),
        "resize": Resize(width=1280, height=720),
        "grade": Grade(contrast=1.2, saturation=1.5, hue=0.1),
        "mix": Mix(),
        "feedback": FeedbackNode(amount=0.8, zoom=1.2, turn=10.0),
        "draw_pose": DrawPose(),
        "draw_text": DrawText(text=TITLE),
        "draw_wave": DrawWave(),
    }
    made["draw_wave"].on_sound(footage.sound)
    more: dict[str, Callable[[int], dict[str, Any]]] = {
        "mix": lambda number: {"other": footage.other, "mask": footage.mask},
        "feedback": lambda number: {"at": ns(number / FPS)},
        "draw_pose": lambda number: {"pose": footage.joints[number % len(footage.joints)]},
    }

    def step(name: str) -> Step:
        given = more.get(name)
        return lambda frame, number: made[name].process(frame, **given(number) if given else {})

    return {name: step(name) for name in BOXES}, made


class Plain:
    """The chain with OpenCV alone."""

    def __init__(self, footage: Footage) -> None:
        self._footage = footage
        self._before: Picture | None = None
        self._colours = Grading(contrast=1.2, saturation=1.5, hue=0.1).matrix()
        width, height = SIZE
        middle = ((width - 1) / 2, (height - 1) / 2)
        self._motion = cv2.getRotationMatrix2D(middle, -10 / FPS, 1.2 ** (1 / FPS))
        self._font = cv2.FontFace("sans")
        samples = footage.sound.samples[-1920:]
        rises = np.flatnonzero((samples[:960] <= 0) & (samples[1:961] > 0))
        self._wave = samples[rises[-1] + 1 :][:960]

    def steps(self) -> dict[str, Callable[[Picture, int], Picture]]:
        """Return what is done, by the name of the box that does it."""
        return {name: getattr(self, f"_{name}") for name in BOXES}

    def _crop(self, image: Picture, number: int) -> Picture:
        return image[36:684, 64:1216]

    def _resize(self, image: Picture, number: int) -> Picture:
        return np.asarray(cv2.resize(image, SIZE))

    def _grade(self, image: Picture, number: int) -> Picture:
        return np.asarray(cv2.transform(image, self._colours))

    def _mix(self, image: Picture, number: int) -> Picture:
        grey = cv2.cvtColor(self._footage.mask.image, cv2.COLOR_BGR2GRAY)
        mask = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        first = cv2.multiply(image, cv2.bitwise_not(mask), scale=1 / 255)
        second = cv2.multiply(self._footage.other.image, mask, scale=1 / 255)
        return np.asarray(cv2.add(first, second))

    def _feedback(self, image: Picture, number: int) -> Picture:
        if self._before is not None:
            back = cv2.warpAffine(self._before, self._motion, SIZE)
            image = np.asarray(cv2.max(image, cv2.convertScaleAbs(back, alpha=0.8 ** (10 / FPS))))
        self._before = image.copy()  # what comes next draws into it
        return image

    def _draw_pose(self, image: Picture, number: int) -> Picture:
        pose = self._footage.joints[number % len(self._footage.joints)]
        width, height = SIZE
        for one in pose.seen:
            points = [(round(x * width), round((1 - y) * height)) for x, y in one.points[:, :2]]
            for first, second, _ in (bones := _bones(pose)):
                cv2.line(image, points[first], points[second], (25, 25, 25), 7, cv2.LINE_AA)
            for first, second, colour in bones:
                cv2.line(image, points[first], points[second], colour, 5, cv2.LINE_AA)
            for point in points:
                cv2.circle(image, point, 6, (25, 25, 25), -1, cv2.LINE_AA)
                cv2.circle(image, point, 5, (245, 245, 245), -1, cv2.LINE_AA)
        return image

    def _draw_text(self, image: Picture, number: int) -> Picture:
        size = round(0.08 * SIZE[1])
        left, _, width, _ = cv2.getTextSize((0, 0), TITLE, (0, 0), self._font, size, 500)
        place = ((SIZE[0] - width) // 2 - left, round(0.9 * SIZE[1] + 0.2 * size))
        cv2.putText(image, TITLE, (place[0] + 2, place[1] + 2), (0, 0, 0), self._font, size, 500)
        cv2.putText(image, TITLE, place, (255, 255, 255), self._font, size, 500)
        return image

    def _draw_wave(self, image: Picture, number: int) -> Picture:
        across = np.linspace(0, SIZE[0] - 1, len(self._wave))
        down = SIZE[1] / 2 - 2 * self._wave * SIZE[1] / 4
        points = np.rint(np.stack([across, down], axis=1) * 16).astype(np.int32)
        cv2.polylines(image, [points], False, (255, 255, 255), 3, cv2.LINE_AA, 4)
        return image


def _bones(pose: Pose) -> list[tuple[int, int, tuple[int, int, int]]]:
    index = pose.skeleton.index
    return [(index[a], index[b], (60, 170, 255)) for a, b in pose.skeleton.bones]


def timed(
    steps: Mapping[str, Callable[[Any, int], Any]],
    first: Callable[[int], Any],
    seconds: float,
    fps: float,
) -> dict[str, float]:
    """Lead pictures through steps, ``fps`` a second; return the median ms of each and of all."""
    took: dict[str, list[float]] = {name: [] for name in (*steps, "chain")}
    warm = round(fps)
    begun = time.perf_counter()
    cpu = 0.0
    for number in range(round((seconds + 1) * fps)):
        cpu = cpu if number != warm else time.process_time()
        time.sleep(max(0.0, begun + number / fps - time.perf_counter()))
        picture = first(number)
        begin = since = time.perf_counter()
        for name, step in steps.items():
            picture = step(picture, number)
            now = time.perf_counter()
            took[name].append((now - since) * 1e3)
            since = now
        took["chain"].append((since - begin) * 1e3)
    processor = (time.process_time() - cpu) / (len(took["chain"]) - warm) * 1e3
    medians = {name: statistics.median(ms[warm:]) for name, ms in took.items()}
    worst = float(np.percentile(took["chain"][warm:], 99))
    return {**medians, "p50": medians["chain"], "p99": worst, "processor": processor}


def apart(footage: Footage) -> float:
    """Return by how many levels of 255 both ways differ, on average of what eight pictures give."""
    ours, _ = boxes(footage)
    plain = Plain(footage).steps()
    differences = []
    for number in range(8):
        frame, image = footage.frames[number], footage.frames[number].image
        for name in BOXES[:5]:  # what is drawn is drawn a little otherwise
            frame, image = ours[name](frame, number), plain[name](image, number)
        differences.append(np.abs(frame.image.astype(int) - image).mean())
    return float(np.mean(differences))


def main() -> None:
    """Measure one way, and print it."""
    way, seconds, fps = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    cv2.setNumThreads(1)
    footage = Footage()
    frames = footage.frames
    numbers: dict[str, Any] = {}
    if way == "show":
        numbers = show(footage, seconds, fps)
    elif way == "boxes":
        steps, made = boxes(footage)
        numbers = timed(steps, lambda number: frames[number % len(frames)], seconds, fps)
        count = round((seconds + 1) * fps)
        numbers |= {f"{name} copies": made[name]._canvas.copies / count for name in BOXES}
        numbers["apart"] = apart(footage)
    else:
        plain = Plain(footage).steps()
        numbers = timed(plain, lambda number: frames[number % len(frames)].image, seconds, fps)
    print(json.dumps({**numbers, "inputs": footage.hash()}))


if __name__ == "__main__":
    main()
