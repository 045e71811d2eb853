"""Paints the pictures of a file with the style box, and prints as JSON what that took.

Run: python -m engine.lab.bench.rig.stylist VIDEO LONGER COUNT PACE THREADS. It paints COUNT
pictures as fast as it goes, or PACE a second where that is not 0.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Final

import cv2
import numpy as np

from engine.core.messages import Frame, Ns
from engine.inference.session import open_session
from engine.models.style import LOOKS, StyleModel

LOOK: Final = "starry"


def network_seconds(longer: int, count: int, threads: int) -> float:
    """Return what the network alone takes for so many pictures of 16 to 9."""
    session = open_session("multistyle26", threads=threads)
    planes = np.zeros((1, 3, longer * 9 // 16, longer), np.float32)
    weights = np.eye(len(LOOKS), dtype=np.float32)[LOOKS.index(LOOK)]
    begun = time.perf_counter()
    for _ in range(count):
        session.run(image=planes, style_weights=weights)
    return time.perf_counter() - begun


def main() -> None:
    """Paint, then print seconds: of the clock, of the processor, of the network alone."""
    video = sys.argv[1]
    longer, count, pace, threads = map(int, sys.argv[2:])
    cv2.setNumThreads(threads)  # else OpenCV takes all cores, and the claim would not hold
    capture = cv2.VideoCapture(video)
    frames = []
    while (read := capture.read())[0]:
        frames.append(Frame(np.asarray(read[1], np.uint8)))
    box = StyleModel(look=LOOK, size=longer, threads=threads)
    box.open()
    box.process(frames[0], at=Ns(0))
    cpu, begun = time.process_time(), time.perf_counter()
    for number in range(count):
        if pace:
            time.sleep(max(0.0, begun + number / pace - time.perf_counter()))
        box.process(frames[number % len(frames)], at=Ns(number))
    measured = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    network = network_seconds(longer, count, threads)
    print(json.dumps({**measured, "network": network}))


if __name__ == "__main__":
    main()
