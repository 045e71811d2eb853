"""Streams as encoders send them: other pixels, two fields, marked or not. ffmpeg sends."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

import cv2
import pytest

from engine.core.clock import SECOND
from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.sources.camera import Camera
from engine.video.capture import PATIENCE_MS
from engine.video.ffmpeg import installed
from engine.video.interlaced_stream import InterlacedStream
from tests.limits import LIMIT

from .film_maker import convert, make_film

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "3", "-g", "15", "-bf", "0")
MJPEG = ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p")
FIELDS = "tinterlace=interleave_top"
TOLD = "is interlaced: one of two fields is shown"
TOLD_UNSAID = "is interlaced, which it does not say: one of two fields is shown"

pytestmark = pytest.mark.peer("ffmpeg", "ffmpeg")


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Wait for pictures as long as a busy machine takes to send them."""
    for name in ("USUAL_PATIENCE_MS", "SILENCE_MS"):
        monkeypatch.setattr(f"engine.video.capture.{name}", 1000 * LIMIT)
    monkeypatch.setitem(PATIENCE_MS, "udp", 1000 * LIMIT)
    monkeypatch.setattr("engine.sources.camera.SILENCE_NS", LIMIT * SECOND)


class Heard(queue.Queue):
    """What a camera handed over, in order."""

    def __call__(self, outlet, message, at, cost=0):
        self.put(message)

    def next(self, kind):
        """Return the next message of a kind; no other notice and no loss may come before it."""
        while True:
            message = self.get(timeout=LIMIT)
            if isinstance(message, kind):
                return message
            assert not isinstance(message, Notice | Lost), message

    def frames(self, count):
        return [self.next(Frame).image for _ in range(count)]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A disc, 50 pictures a second: as many as an interlaced stream has fields."""
    file = tmp_path_factory.mktemp("streams") / "disc.mkv"
    return make_film(file, "-c:v", "ffv1", seconds=4, rate=50)


@contextlib.contextmanager
def sends(film, way, port, filters, *codec):
    """Send a film over and over; give the address."""
    source = ("-re", "-stream_loop", "-1", "-i", str(film), "-vf", filters, "-pix_fmt", "yuv420p")
    if way == "udp":
        address = f"udp://127.0.0.1:{port}"
        to = ("-f", "mpegts", f"{address}?pkt_size=1316")
    else:
        address = f"http://127.0.0.1:{port}/cam"
        to = ("-f", "mpjpeg" if codec == MJPEG else "mpegts", "-listen", "1", address)
    command = ("ffmpeg", "-nostdin", "-v", "error", *source, *codec, *to)
    with running(*command):
        yield address


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait(LIMIT)


@contextlib.contextmanager
def seen(address, heard, camera=None):
    """Open a camera as soon as it is there: programs take a moment to listen."""
    camera = camera or Camera(device=address)
    deadline = time.monotonic() + LIMIT
    try:
        while True:
            try:
                camera.open(heard)
                break
            except DeviceError as error:
                assert "interlaced" not in str(error)
                if time.monotonic() > deadline:
                    raise
                threading.Event().wait(0.05)  # a port where nobody listens yet refuses at once
        yield camera
    finally:
        camera.close()


@pytest.fixture
def heard():
    return Heard()


def roundness(image):
    """Give width by height of the disc, 1 where it is round."""
    bright = image[..., 1] > 160
    return bright.any(0).sum() / bright.any(1).sum()


def combing(image):
    """Count the points of the disc, and beside it, that stand out from the line above and below."""
    bright = image[..., 1] > 140
    return int(((bright[1:-1] != bright[:-2]) & (bright[1:-1] != bright[2:])).sum())


ANAMORPHIC = {
    "wide, h264 by udp": ("udp", "scale=160:240,setsar=2", *H264),
    "high, h264 by udp": ("udp", "scale=320:120,setsar=1/2", *H264),
    "wide, mpeg2 by udp": ("udp", "scale=240:240,setsar=4/3", *MPEG2, "-aspect", "4:3"),
    "wide, h264 by http": ("http", "scale=160:240,setsar=2", *H264),
}


@pytest.mark.parametrize("name", ANAMORPHIC)
def test_pixels_are_made_square(name, film, free_port, heard):
    way, filters, *codec = ANAMORPHIC[name]
    with sends(film, way, free_port, f"fps=25,{filters}", *codec) as address, seen(address, heard):
        for image in heard.frames(12)[2:]:
            assert image.shape == (240, 320, 3)
            assert roundness(image) == pytest.approx(1, abs=0.08)


MARKED = {
    "h264 by udp": ("udp", "setfield=tff", *H264, "-flags", "+ilme+ildct"),
    "h264 by http": ("http", "setfield=tff", *H264, "-flags", "+ilme+ildct"),
    "mpeg2 by udp": ("udp", "setfield=tff", *MPEG2, "-flags", "+ilme+ildct"),
    "anamorphic": (
        *("udp", "scale=160:240:interl=1,setsar=2,setfield=tff", *H264),
        *("-flags", "+ilme+ildct"),
    ),
}


@pytest.mark.parametrize("name", MARKED)
def test_one_field_is_shown_of_what_is_marked_as_interlaced(name, film, free_port, heard):
    way, filters, *codec = MARKED[name]
    with (
        sends(film, way, free_port, f"{FIELDS},{filters}", *codec) as address,
        seen(address, heard),
    ):
        assert heard.next(Notice).text == f"{address} {TOLD}"
        for image in heard.frames(30)[2:]:
            is_of_one_moment(image)


def is_of_one_moment(image):
    assert image.std() > 10  # not a black picture
    assert combing(image) < 30
    assert roundness(image) == pytest.approx(1, abs=0.08)


def test_a_camera_by_rtsp_of_wide_pixels_and_two_fields(free_port, heard):
    """A ball that jumps, by GStreamer."""
    script = "import gi; gi.require_version('GstRtspServer', '1.0')"
    done = subprocess.run(["/usr/bin/python3", "-c", script], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi")
    rtsp = Path(__file__).parents[1] / "peers" / "rtsp.py"
    address = f"rtsp://127.0.0.1:{free_port}/cam"
    wide = "width=180,height=240,pixel-aspect-ratio=4/3,interlace-mode=interleaved"
    with running("/usr/bin/python3", str(rtsp), str(free_port), wide), seen(address, heard):
        assert heard.next(Notice).text == f"{address} {TOLD}"
        for image in heard.frames(20)[2:]:
            height, width = image.shape[:2]
            assert width / height == pytest.approx(1, abs=0.01)
            assert image.std() > 3  # a small ball


@pytest.mark.parametrize("way", ["h264 by udp", "mjpeg by http"])
def test_one_field_is_shown_of_what_is_interlaced_without_a_mark(way, film, free_port, heard):
    codec = H264 if way.startswith("h264") else MJPEG
    with (
        sends(
            film, way.rpartition(" ")[2], free_port, f"{FIELDS},setfield=prog", *codec
        ) as address,
        seen(address, heard),
    ):
        assert max(map(combing, heard.frames(5))) > 100
        while isinstance(told := heard.next(Frame | Notice), Frame):
            pass
        assert told.text == f"{address} {TOLD_UNSAID}"
        for image in heard.frames(20):
            assert image.shape == (240, 320, 3)
            is_of_one_moment(image)


def test_a_stream_that_comes_back_is_told_of_once(film, free_port, heard):
    how = (f"{FIELDS},setfield=tff", *H264, "-flags", "+ilme+ildct")
    camera = Camera(device=f"udp://127.0.0.1:{free_port}")
    with sends(film, "udp", free_port, *how) as address, seen(address, heard, camera):
        assert heard.next(Notice).text == f"{address} {TOLD}"
        heard.frames(3)
    heard.queue.clear()
    with sends(film, "udp", free_port, *how) as address, seen(address, heard, camera):
        for image in heard.frames(12)[2:]:
            is_of_one_moment(image)
    while not heard.empty():
        assert isinstance(heard.get(), Frame)


def test_a_stream_that_ends_is_lost(film, free_port, heard, monkeypatch):
    monkeypatch.setattr("engine.video.capture.SILENCE_MS", 1500)
    how = (f"{FIELDS},setfield=tff", *H264, "-flags", "+ilme+ildct")
    with contextlib.ExitStack() as sending:
        address = sending.enter_context(sends(film, "udp", free_port, *how))
        with seen(address, heard):
            assert heard.next(Notice).text == f"{address} {TOLD}"
            heard.frames(3)
            sending.close()
            while not isinstance(said := heard.next(Frame | Lost), Lost):
                pass
            assert said.reason == f"{address} stopped"


@pytest.fixture
def without_ffmpeg(monkeypatch, tmp_path):
    """Give what makes the programs be gone: the sender is one itself."""
    return lambda: monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize("codec", [H264, MPEG2])
def test_without_ffmpeg_an_interlaced_stream_is_refused_and_never_black(
    codec, film, free_port, heard, without_ffmpeg
):
    how = (f"{FIELDS},setfield=tff", *codec, "-flags", "+ilme+ildct")
    with sends(film, "udp", free_port, *how) as address:
        without_ffmpeg()
        camera = Camera(device=address)
        with pytest.raises(DeviceError, match="it is interlaced") as said:
            camera.open(heard)
        camera.close()
    assert str(said.value).startswith(f"no picture from {address}: it is interlaced. Let it send")
    assert heard.empty()


def test_without_ffmpeg_a_stream_that_may_be_interlaced_and_is_not_is_shown(
    film, free_port, heard, without_ffmpeg
):
    """Some encoders only say that fields may come."""
    how = ("fps=25", *H264, "-x264opts", "fake-interlaced=1")
    with sends(film, "udp", free_port, *how) as address:
        without_ffmpeg()
        with seen(address, heard):
            for image in heard.frames(5):
                is_of_one_moment(image)


@pytest.mark.parametrize("codec", [H264, MPEG2])
def test_no_picture_waits_for_the_next_one(codec, film, tmp_path):
    """All have come that are there, while the stream stands still."""
    file = tmp_path / "fields.mkv"
    fields = (f"{FIELDS},setfield=tff", *codec, "-flags", "+ilme+ildct", "-frames:v", "40")
    convert(file, "-i", str(film), "-pix_fmt", "yuv420p", "-vf", *fields)
    out, into = os.pipe()
    with os.fdopen(out, "rb"), os.fdopen(into, "wb") as writes:
        thread = threading.Thread(target=lambda: (writes.write(file.read_bytes()), writes.flush()))
        thread.start()
        capture = cv2.VideoCapture(f"pipe:{out}", cv2.CAP_FFMPEG)
        patience = LIMIT * 1000
        stream = InterlacedStream(installed("ffmpeg"), capture, capture.release, patience, patience)
        came = sum(stream.grab() for _ in range(40))
        thread.join(LIMIT)
        writes.close()
        stream.release()
    assert came == 40
