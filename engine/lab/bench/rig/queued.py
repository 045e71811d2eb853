"""The usual script: a thread that reads into a queue, and a loop that works it off."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import closing
from itertools import cycle

from pythonosc.udp_client import SimpleUDPClient

from engine.core.messages import JOINTS, Frame
from engine.lab.bench.rig.footage import FPS
from engine.lab.bench.rig.slow import SlowPose


def play_queued(depth: int, footage: list[Frame], seconds: float, port: int) -> list[float]:
    """Return by how many ms each answer is behind its picture; depth 0 is an unbounded queue.

    A picture that does not fit is discarded, as ``put_nowait`` does.
    """
    waiting: queue.Queue[tuple[float, Frame]] = queue.Queue(depth)
    network = SlowPose()
    network.open()
    behind: list[float] = []
    begun = time.monotonic()
    camera = threading.Thread(target=_film, args=(waiting, footage, begun, seconds), daemon=True)
    camera.start()
    with closing(SimpleUDPClient("127.0.0.1", port)) as client:
        while time.monotonic() - begun < seconds:
            grabbed, frame = waiting.get()
            for person in network.process(frame).seen:
                for name, (x, y, score) in zip(JOINTS, person.points.tolist(), strict=True):
                    client.send_message(f"/p1/{name}", [x, y, score])
            behind.append((time.monotonic() - grabbed) * 1e3)
    network.close()
    camera.join()
    return behind


def _film(
    waiting: queue.Queue[tuple[float, Frame]], footage: list[Frame], begun: float, seconds: float
) -> None:
    for number, frame in enumerate(cycle(footage)):
        due = begun + number / FPS
        if due > begun + seconds + 1 / FPS:
            return
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            waiting.put_nowait((time.monotonic(), frame))
        except queue.Full:
            continue
