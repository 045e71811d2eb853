"""A network camera that no one here wrote: ffmpeg sends, is killed, and comes back."""

from __future__ import annotations

import contextlib
import itertools
import queue
import subprocess
from pathlib import Path

import pytest

from engine.core.commands import Lost
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.sources.camera import Camera

CLIP = Path(__file__).parents[1] / "media" / "jump.mp4"
WAIT = 30

pytestmark = pytest.mark.peer("ffmpeg", "ffmpeg")


class Sender:
    """An ffmpeg that plays a clip over and over to an address, at the speed of a camera."""

    def __init__(self, *to):
        source = ("-re", "-stream_loop", "-1", "-i", str(CLIP), "-vf", "scale=320:180", "-an")
        self._process = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", *source, *to])

    def kill(self):
        self._process.kill()
        self._process.wait(WAIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Heard(queue.Queue):
    """What a source handed over, in order, as (message, at)."""

    def __call__(self, outlet, message, at, cost=0):
        self.put((message, at))

    def next(self, kind):
        """Wait for the next message of a kind."""
        while True:
            entry = self.get(timeout=WAIT)
            if isinstance(entry[0], kind):
                return entry


def open_as_soon_as_it_sends(camera, heard):
    """Try again as the runtime does; ffmpeg takes a moment to listen."""
    for _ in range(1000):
        try:
            return camera.open(heard)
        except DeviceError as error:
            reason = error
            with contextlib.suppress(queue.Empty):
                pytest.fail(f"a camera that did not open said {heard.get(timeout=0.05)}")
    raise reason


def frames(heard, count):
    return [heard.next(Frame) for _ in range(count)]


@pytest.fixture
def heard():
    return Heard()


@pytest.mark.parametrize("way", ["mjpeg", "udp"])
def test_a_camera_that_dies_is_lost_and_comes_back(way, free_port, heard):
    if way == "mjpeg":
        address = f"http://127.0.0.1:{free_port}/cam.mjpg"
        to = ("-c:v", "mjpeg", "-q:v", "5", "-f", "mpjpeg", "-listen", "1", address)
    else:
        address = f"udp://127.0.0.1:{free_port}"
        codec = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15")
        to = (*codec, "-f", "mpegts", f"{address}?pkt_size=1316")
    camera = Camera(device=address)
    try:
        for _ in range(2):
            with Sender(*to) as sender:
                open_as_soon_as_it_sends(camera, heard)
                seen = frames(heard, 10)
                assert {frame.image.shape for frame, _ in seen} == {(180, 320, 3)}
                assert all(a < b for (_, a), (_, b) in itertools.pairwise(seen))
                assert max(frame.image.std() for frame, _ in seen) > 10  # not a black picture
                sender.kill()
            lost, _ = heard.next(Lost)
            assert lost.reason == f"{address} stopped"
            camera.close()
            while not heard.empty():
                assert not isinstance(heard.get()[0], Frame)
    finally:
        camera.close()
