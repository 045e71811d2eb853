"""One chain of eight picture boxes, and the same chain as one writes it with OpenCV alone.

Run: python -m engine.lab.bench.rig.picture_chain WAY SECONDS FPS, where WAY is "show" (live, each
box on its lane), "boxes" (called one after the other) or "plain". It prints as JSON what a picture
took, in ms, and a hash of the pictures that went in.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import cv2
import numpy as np

from engine.core.box import Box
from engine.core.clock import SECOND, ns
from engine.core.landmarks import Pose
from engine.core.messages import Block, Frame, Message, Ns
from engine.core.sink import Sink
from engine.core.source import Tape
from engine.lab.bench.rig.chain_footage import BOXES, ChainFootage
from engine.lab.bench.rig.footage import FPS
from engine.lab.bench.rig.plain_chain import PlainChain
from engine.lab.bench.rig.stretch import plan_of, play
from engine.patch.plan import Plan

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


class BenchPictures(Tape):
    """Show the footage again and again, ``fps`` pictures a second."""

    OUT: ClassVar[Mapping[str, type]] = {
        "frame": Frame,
        "other": Frame,
        "mask": Frame,
        "joints": Pose,
        "sound": Block,
    }
    FOOTAGE: ClassVar[ChainFootage]

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

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the kind of a picture."""
        return (Frame,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Let go of a picture."""


def chain(fps: float) -> Plan:
    """Return the chain, with where its pictures come from and go to."""
    own: dict[str, type[Box]] = {"bench_pictures": BenchPictures, "bench_end": BenchEnd}
    return plan_of(PATCH.format(fps=fps), own)


def show(footage: ChainFootage, seconds: float, fps: float) -> dict[str, float]:
    """Play the chain live; return how far behind a picture is at its end, in ms."""
    BenchPictures.FOOTAGE = footage
    (_, measured), metrics = asyncio.run(play(chain(fps), [1.0, seconds]))
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


def boxes(footage: ChainFootage) -> tuple[dict[str, Step], dict[str, Any]]:
    """Return the boxes as they are called one after the other, and the boxes themselves."""
    planned = chain(FPS).boxes
    made: dict[str, Any] = {name: planned[name].box for name in BOXES}
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


def apart(footage: ChainFootage) -> float:
    """Return by how many levels of 255 both ways differ, on average of what eight pictures give."""
    ours, _ = boxes(footage)
    plain = PlainChain(footage).steps()
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
    footage = ChainFootage()
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
        plain = PlainChain(footage).steps()
        numbers = timed(plain, lambda number: frames[number % len(frames)].image, seconds, fps)
    print(json.dumps({**numbers, "inputs": footage.hash()}))


if __name__ == "__main__":
    main()
