"""Paints the pictures of a file with the style box, and prints as JSON what that took.

Run: python -m engine.lab.bench.rig.stylist VIDEO LONGER COUNT PACE THREADS PROVIDER. It paints
COUNT pictures as fast as it goes, or PACE a second where that is not 0. With another provider than
the CPU it also says how alike its paintings are to those of the CPU.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from typing import Final

import cv2
import numpy as np

from engine.core.messages import Frame, Ns
from engine.dsp.image.similarity import ssim
from engine.inference.session import Session
from engine.models.style import LOOKS, StyleModel

LOOK: Final = "starry"
COMPARED: Final = 5
"""How many paintings are compared."""


def network_seconds(session: Session, longer: int, count: int) -> float:
    """Return the processor time that the network alone takes for so many pictures of 16 to 9."""
    planes = np.zeros((1, 3, longer * 9 // 16, longer), np.float32)
    weights = np.eye(len(LOOKS), dtype=np.float32)[LOOKS.index(LOOK)]
    begun = time.process_time()
    for _ in range(count):
        session.run(image=planes, style_weights=weights)
    return time.process_time() - begun


def painter(longer: int, threads: int, provider: str) -> StyleModel:
    """Return an open box. Raises SystemExit where something else computes than was asked for."""
    box = StyleModel(look=LOOK, size=longer, threads=threads, provider=provider)
    box.open()
    if box.session().provider != provider:
        sys.exit(f"{provider} is not what computes")
    return box


def read_film(video: str) -> list[Frame]:
    """Return all pictures of a film."""
    capture = cv2.VideoCapture(video)
    frames = []
    while (read := capture.read())[0]:
        frames.append(Frame(np.asarray(read[1], np.uint8)))
    return frames


def main() -> None:
    """Paint, then print seconds: of the clock, of the processor, of the network alone."""
    video, provider = sys.argv[1], sys.argv[6]
    longer, count, pace, threads = map(int, sys.argv[2:6])
    cv2.setNumThreads(threads)  # else OpenCV takes all cores, and the claim would not hold
    frames = read_film(video)
    box = painter(longer, threads, provider)
    for _ in range(2):
        box.process(frames[0], at=Ns(0))
    cpu, begun = time.process_time(), time.perf_counter()
    for number in range(count):
        if pace:
            time.sleep(max(0.0, begun + number / pace - time.perf_counter()))
        box.process(frames[number % len(frames)], at=Ns(number))
    measured = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    measured["network"] = network_seconds(box.session(), longer, count)
    if provider != "cpu":
        plain = painter(longer, threads, "cpu")
        shown = frames[:: max(1, len(frames) // COMPARED)]
        pairs = ((box.process(each, at=Ns(0)), plain.process(each, at=Ns(0))) for each in shown)
        measured["alike"] = float(np.mean([ssim(a.image, b.image) for a, b in pairs]))
    inputs = hashlib.sha256(b"".join(each.image.tobytes() for each in frames)).hexdigest()
    print(json.dumps({**measured, "inputs": inputs}))


if __name__ == "__main__":
    main()
