"""Paints every second picture of a film, shows the rest by ``in_betweens``, and prints as JSON.

Run: python -m engine.lab.bench.rig.between VIDEO LONGER COUNT THREADS PROVIDER. It prints the
seconds of the processor for COUNT pictures, and how alike those that were not painted are to what
the painter makes of them.
"""

from __future__ import annotations

import json
import sys
import time

import cv2
import numpy as np

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.dsp.image.similarity import ssim
from engine.lab.bench.rig.footage import FPS
from engine.lab.bench.rig.stylist import painter, read_film
from engine.models.in_betweens import InBetweensModel

WARM = 2
COMPARED = 10


def main() -> None:
    """Paint and fill in, then print what that took, and how alike it is."""
    video, provider = sys.argv[1], sys.argv[5]
    longer, count, threads = map(int, sys.argv[2:5])
    cv2.setNumThreads(threads)
    frames = read_film(video)
    box, between = painter(longer, threads, provider), InBetweensModel()
    between.open()
    painted, painted_at = frames[0], ns(0.0)
    shown: list[tuple[int, Frame]] = []
    took = 0.0
    for number in range(count + WARM):
        at, frame = ns(number / FPS), frames[number % len(frames)]
        begun = time.process_time()
        if number % 2 == 0:
            painted, painted_at = box.process(frame, at=at), at
        made = between.process(frame, painted, slow_at=painted_at, at=at)
        if number >= WARM:
            took += time.process_time() - begun
        if number % 2 and made is not None:
            shown.append((number % len(frames), made))
    some = shown[:: max(1, len(shown) // COMPARED)]
    alike = [ssim(made.image, box.process(frames[n], at=ns(0)).image) for n, made in some]
    print(json.dumps({"cpu": took, "alike": float(np.mean(alike))}))


if __name__ == "__main__":
    main()
