"""The script that one would write first: read, ask the network, send joint by joint.

It is fair: nothing is slow on purpose. It plays a file as a camera would give it, with a picture
every 30th of a second, and says in the end what it measured.

THREADS is how many the network may have; 0 is as many as there are cores, the library's default.

Run: python -m engine.lab.bench.rig.naive VIDEO MODEL.onnx PORT SECONDS WARM THREADS
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import cv2
import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from pythonosc.udp_client import SimpleUDPClient

from engine.core.messages import JOINTS

FPS = 30.0


def pictures(video: str, seconds: float) -> Any:
    """Yield a picture whenever it is due, for a time, beginning again at the end of the file."""
    capture = cv2.VideoCapture(video)
    begun = time.monotonic()
    for number in range(round(seconds * FPS)):
        ok, image = capture.read()
        if not ok:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            ok, image = capture.read()
        time.sleep(max(0.0, begun + number / FPS - time.monotonic()))
        yield number / FPS, image


def main() -> None:
    """Play, then print the delays of every picture after the first WARM seconds, and the CPU."""
    video, model, port, seconds, warm, threads = sys.argv[1:]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    session = onnxruntime.InferenceSession(model, options)
    client = SimpleUDPClient("127.0.0.1", int(port))
    behind, network = [], []
    cpu = wall = 0.0
    for moment, image in pictures(video, float(seconds) + float(warm)):
        if moment < float(warm):
            cpu, wall = time.process_time(), time.monotonic()
        grabbed = time.perf_counter()
        square = cv2.cvtColor(cv2.resize(image, (192, 192)), cv2.COLOR_BGR2RGB)
        tensor = square[np.newaxis].astype(np.int32)
        asked = time.perf_counter()
        (answer,) = session.run(None, {"image": tensor})
        answered = time.perf_counter()
        for name, (y, x, score) in zip(JOINTS, answer[0, 0], strict=True):
            client.send_message(f"/p1/{name}", [float(x), 1.0 - float(y), float(score)])
        if moment >= float(warm):
            behind.append((time.perf_counter() - grabbed) * 1e3)
            network.append((answered - asked) * 1e3)
    used = {"cpu": time.process_time() - cpu, "seconds": time.monotonic() - wall}
    print(json.dumps({"behind": behind, "network": network, **used}))


if __name__ == "__main__":
    main()
