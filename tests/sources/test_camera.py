"""Cameras: which one a patch names, and how one in the network is read, lost and found again."""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from engine.core.clock import SystemClock
from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.core.parameter import ParameterError, read_parameters
from engine.sources.camera import Camera, list_cameras
from engine.video.devices import CameraDevice, find, match_cameras
from tests.limits import LIMIT

TWO = [
    CameraDevice(0, "FaceTime HD Camera", "1A2B"),
    CameraDevice(2, "HD Pro Webcam C920", "/dev/video2"),
]


# -- Which camera is meant -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "numbers"),
    [
        ("auto", [0, 2]),
        (2, [2]),
        ("2", [2]),
        (7, [7]),  # not listed, but the driver may know it
        ("HD Pro Webcam C920", [2]),
        ("hd pro webcam c920", [2]),
        ("FaceTime", [0]),
        ("HD", [0, 2]),
        ("/dev/video2", [2]),
    ],
)
def test_a_device_may_be_named_in_many_ways(device, numbers):
    assert [camera.number for camera in match_cameras(device, TWO)] == numbers


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(DeviceError, match=r'no camera "FaceTime HD Camra"\. Did you mean "FaceT'):
        match_cameras("FaceTime HD Camra", TWO)
    with pytest.raises(DeviceError, match="There is: FaceTime HD Camera, HD Pro Webcam C920"):
        match_cameras("kinect", TWO)
    with pytest.raises(DeviceError, match="none at all"):
        match_cameras("kinect", [])
    with pytest.raises(DeviceError, match="no camera was found"):
        match_cameras("auto", [])


def test_this_machine_is_asked_for_its_cameras():
    assert len(list_cameras()) == len(find())


# -- What plays in its place -----------------------------------------------------------------------


def test_a_file_is_played_as_a_video_file(tmp_path):
    file = tmp_path / "a film without an ending"
    file.touch()
    camera = Camera(device=str(file), mirror=True, rotate=90, crop=(0, 0, 0.5, 1))
    wanted = {"file": str(file), "mirror": True, "rotate": 90, "crop": (0, 0, 0.5, 1)}
    assert camera.fallback(live=True) == ("video_file", wanted)
    use, _ = Camera(device="not/there/yet.MP4").fallback(live=False)
    assert use == "video_file"


def test_auto_without_a_camera_is_the_stand_in():
    assert Camera().fallback(live=False) == ("stand_in", {"sings": False})
    assert Camera().fallback(live=True) == (None if find() else ("stand_in", {"sings": False}))


@pytest.mark.parametrize("device", [0, "FaceTime", "http://127.0.0.1/clip.mp4", "rtsp://a/b"])
def test_a_camera_that_was_asked_for_is_waited_for(device):
    assert Camera(device=device).fallback(live=True) is None
    assert Camera(device=device).fallback(live=False) is None


def test_what_a_patch_writes_fits():
    parameters = read_parameters(Camera)
    assert parameters["device"].from_patch(1) == 1
    assert parameters["device"].from_patch("FaceTime") == "FaceTime"
    exposure = parameters["exposure"]
    assert exposure.from_patch("auto") == "auto"
    assert exposure.from_patch(8) == 8.0
    with pytest.raises(ParameterError, match=r'"auto" or a number from 0\.1 to 1000 ms'):
        exposure.from_patch("bright")
    assert {name for name, each in parameters.items() if not each.fixed} >= {
        *("exposure", "mirror", "rotate", "crop")
    }


# -- A camera in the network -----------------------------------------------------------------------


class Studio:
    """A network camera that does as it is told: sends a picture, falls silent, hangs up."""

    def __init__(self):
        self.film = queue.Queue()  # pictures to send, or None to hang up
        studio = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=frame")
                self.end_headers()
                try:
                    while (jpeg := studio.film.get(timeout=LIMIT)) is not None:
                        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                        self.wfile.write(b"--frame\r\n" + head.encode() + jpeg + b"\r\n")
                except OSError:
                    pass  # it was watched no longer

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/cam.mjpg"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def send(self, *shades):
        for shade in shades:
            image = np.full((48, 64, 3), shade, np.uint8)
            image[:24, :32] = 255  # light, at the top left
            self.film.put(cv2.imencode(".jpg", image)[1].tobytes())

    def hang_up(self):
        self.film.put(None)

    def close(self):
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(LIMIT)


@pytest.fixture
def studio():
    studio = Studio()
    yield studio
    studio.close()


class Heard(queue.Queue):
    """What a source handed over, in order, as (outlet, message, at, cost)."""

    def __call__(self, outlet, message, at, cost=0):
        self.put((outlet, message, at, cost))

    def next(self, kind):
        """Wait for the next message of a kind."""
        while True:
            entry = self.get(timeout=LIMIT)
            if isinstance(entry[1], kind):
                return entry


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def camera(studio, monkeypatch):
    # Each picture may take as long as a busy machine needs.
    for name in ("USUAL_PATIENCE_MS", "SILENCE_MS"):
        monkeypatch.setattr(f"engine.video.capture.{name}", 1000 * LIMIT)
    monkeypatch.setattr("engine.sources.camera.END_S", LIMIT)
    camera = Camera(device=studio.address)
    yield camera
    studio.hang_up()  # so that closing need not wait for a picture
    camera.close()


def test_a_picture_is_stamped_when_it_is_grabbed(studio, camera, heard):
    begin = SystemClock().now()
    studio.send(0, 0, 0, 0)
    camera.open(heard)
    entries = [heard.next(Frame) for _ in range(2)]
    for outlet, frame, at, cost in entries:
        assert outlet == "frame"
        assert frame.image.shape == (48, 64, 3)
        assert not frame.image.flags.writeable
        assert begin < at < at + cost <= SystemClock().now()
    assert entries[0][2] < entries[1][2]


def test_it_is_turned_and_mirrored_while_it_plays(studio, camera, heard):
    studio.send(0, 0, 0)
    camera.open(heard)
    assert heard.next(Frame)[1].image[4, 4, 0] > 200
    camera.mirror, camera.crop = True, (0.5, 0.5, 1.0, 1.0)
    changed = (frame for frame in iter(lambda: heard.next(Frame)[1], None) if frame.mirrored)
    studio.send(*[0] * 10)
    frame = next(changed)
    if frame.image.shape == (48, 64, 3):  # between the two assignments
        frame = next(changed)
    assert frame.image.shape == (24, 32, 3)
    assert frame.image.min() > 200


def test_a_stream_that_ends_is_lost_and_can_be_opened_again(studio, camera, heard):
    for shade in (50, 150):
        studio.send(*[shade] * 4)
        camera.open(heard)
        assert abs(int(heard.next(Frame)[1].image[40, 40, 0]) - shade) < 5
        studio.hang_up()
        outlet, lost, _, _ = heard.next(Lost)
        assert outlet == ""
        assert studio.address in lost.reason
        assert "stopped" in lost.reason
        camera.close()


def test_a_stream_that_falls_silent_is_lost(studio, camera, heard, monkeypatch):
    monkeypatch.setattr("engine.video.capture.SILENCE_MS", 1500)
    studio.send(0, 0, 0)
    camera.open(heard)
    assert "stopped" in heard.next(Lost)[1].reason


def readers(before):
    """Return the threads that read cameras, but those of tests before."""
    return [each for each in {*threading.enumerate()} - before if each.name == "camera"]


def test_nothing_is_said_after_closing(studio, camera, heard, monkeypatch):
    monkeypatch.setattr("engine.sources.camera.END_S", 0.01)
    before = {*threading.enumerate()}
    studio.send(0, 0, 0)
    camera.open(heard)
    heard.next(Frame)
    (reads,) = readers(before)
    camera.close()  # while its thread waits for the next picture
    camera.close()
    studio.hang_up()
    reads.join(LIMIT)
    assert not reads.is_alive()
    left = [heard.get()[1] for _ in range(heard.qsize())]
    assert all(isinstance(message, Frame) for message in left)


def test_opened_twice_it_reads_once(studio, camera, heard):
    before = {*threading.enumerate()}
    studio.send(0, 0, 0)
    camera.open(heard)
    (first,) = readers(before)
    studio.hang_up()
    studio.send(*[0] * 4)
    camera.open(heard)
    first.join(LIMIT)
    assert len(readers(before)) == 1


def test_a_stream_has_no_exposure_and_says_so_when_asked(studio, camera, heard):
    camera.exposure = 8.0
    studio.send(0, 0, 0)
    camera.open(heard)
    outlet, notice, _, _ = heard.next(Notice)
    assert outlet == ""
    assert notice.text == f"the exposure of {studio.address} cannot be set"
    assert heard.next(Frame)


def test_a_frame_that_nobody_can_take_does_not_end_in_silence(studio, camera):
    said = Heard()

    def deaf(outlet, message, at, cost=0):
        if outlet == "frame":
            raise MemoryError("no room")
        said(outlet, message, at, cost)

    studio.send(0, 0, 0)
    camera.open(deaf)
    assert said.next(Lost)[1].reason == f"{studio.address}: no room"


# -- What is not there -----------------------------------------------------------------------------


def test_a_stream_that_nobody_sends_is_refused_without_telling_the_password(free_port, heard):
    camera = Camera(device=f"http://anna:secret@127.0.0.1:{free_port}/cam.mjpg")
    with pytest.raises(DeviceError, match=f"no picture from http://127.0.0.1:{free_port}/cam"):
        camera.open(heard)
    assert heard.empty()
    camera.close()


def test_a_camera_that_is_not_there_is_refused(heard):
    with pytest.raises(DeviceError, match='"camera 97"'):
        Camera(device=97).open(heard)
    with pytest.raises(DeviceError, match='no camera "a camera that nobody built"'):
        Camera(device="a camera that nobody built").open(heard)


def test_libraries_below_keep_quiet_about_it(free_port):
    script = (
        "import sys; from engine.sources.camera import Camera\n"
        "for device in (97, sys.argv[1]):\n"
        "    try: Camera(device=device).open(print)\n"
        "    except Exception as error: print(type(error).__name__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, f"http://127.0.0.1:{free_port}/cam.mjpg"],
        capture_output=True,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("OPENCV_")},
    )
    assert (run.stdout, run.stderr) == ("DeviceError\nDeviceError\n", "")


def test_never_opened_it_closes():
    camera = Camera()
    camera.close()
    camera.close()
    camera.reset()
    assert list(itertools.islice(camera.outlets(), 2)) == ["frame"]
