"""A network camera that no one here wrote: ffmpeg sends, is killed, and comes back."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import queue
import subprocess
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.core.commands import Lost
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.sources.camera import Camera
from tests.limits import LIMIT

CLIP = Path(__file__).parents[1] / "media" / "jump.mp4"

pytestmark = pytest.mark.peer("ffmpeg", "ffmpeg")


class Sender:
    """An ffmpeg that plays a clip over and over to an address, at the speed of a camera."""

    def __init__(self, *to):
        source = ("-re", "-stream_loop", "-1", "-i", str(CLIP), "-vf", "scale=320:180", "-an")
        self._process = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", *source, *to])

    def kill(self):
        self._process.kill()
        self._process.wait(LIMIT)

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
            entry = self.get(timeout=LIMIT)
            if isinstance(entry[0], kind):
                return entry


def open_as_soon_as_it_sends(camera, heard):
    """Try again as the runtime does; ffmpeg takes a moment to listen."""
    for _ in range(20 * LIMIT):
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


@pytest.mark.parametrize("way", ["mjpeg", "film", "udp"])
def test_a_camera_that_dies_is_lost_and_comes_back(way, free_port, heard):
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15")
    if way == "mjpeg":
        address = f"http://127.0.0.1:{free_port}/cam.mjpg"
        to = ("-c:v", "mjpeg", "-q:v", "5", "-f", "mpjpeg", "-listen", "1", address)
    elif way == "film":  # it serves one viewer, once
        address = f"http://127.0.0.1:{free_port}/cam.ts"
        to = (*codec, "-f", "mpegts", "-listen", "1", address)
    else:
        address = f"udp://127.0.0.1:{free_port}"
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


class Files(http.server.BaseHTTPRequestHandler):
    """Serves a film as a file, with its length."""

    film = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "video/x-matroska")
        self.send_header("Content-Length", str(len(self.film)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(self.film)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"])
def test_ffmpeg_asks_no_proxy_for_what_is_near(name, heard, monkeypatch, tmp_path):
    """FFmpeg reads the environment of this process, where a proxy is named that is not there."""
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    codec = cv2.VideoWriter.fourcc(*"FFV1")
    film = cv2.VideoWriter(str(tmp_path / "a.mkv"), cv2.CAP_FFMPEG, codec, 25, (32, 24))
    for level in range(20):
        film.write(np.full((24, 32, 3), 10 * level, np.uint8))
    film.release()
    monkeypatch.setattr(Files, "film", (tmp_path / "a.mkv").read_bytes())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    camera = Camera(device=f"http://127.0.0.1:{server.server_port}/film.mkv")
    try:
        camera.open(heard)
        assert len(frames(heard, 5)) == 5
    finally:
        camera.close()
        server.shutdown()
        server.server_close()
        thread.join(LIMIT)
