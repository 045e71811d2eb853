"""Cameras whose driver misbehaves: it never comes back, gives nothing, stands still, renumbers."""

from __future__ import annotations

import queue
import threading

import cv2
import numpy as np
import pytest

from engine.core.clock import MILLISECOND
from engine.core.commands import Condition, Lost
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.sources.camera import MAX_HUNG, Camera
from engine.video.devices import CameraDevice
from tests.limits import LIMIT

DESK = CameraDevice(0, "Desk", "/dev/video0")
STAGE = CameraDevice(2, "Stage", "/dev/video2")


class Driver:
    """What stands behind OpenCV: gives numbered pictures 1 ms apart, then does as it is told."""

    plugged: tuple[CameraDevice, ...] = (DESK, STAGE)
    then = "go on"
    free = threading.Event()
    hangs = threading.Semaphore(0)
    made: list[Driver] = []  # noqa: RUF012

    def __init__(self, number, *_):
        self.number = number
        self.released = threading.Event()
        self._count = 0
        Driver.made.append(self)

    def isOpened(self):  # noqa: N802
        return any(self.number == camera.number for camera in self.plugged)

    def grab(self):
        self._count += 1
        if self._count > 5 and self.then == "hang":
            self.hangs.release()
            self.free.wait(LIMIT)
        return not self.free.wait(0.001)

    def retrieve(self, _=None):
        if self._count > 5 and self.then == "empty":
            return True, np.zeros((0, 0, 3), np.uint8)
        if self._count > 5 and self.then == "nothing":
            return True, None
        shade = 7 if self._count > 5 and self.then == "stand still" else self._count % 256
        return True, np.full((48, 64, 3), shade, np.uint8)

    def get(self, _):
        return 0.0

    def set(self, *_):
        return True

    def getBackendName(self):  # noqa: N802
        return "V4L2"

    def release(self):
        self.released.set()


class Heard(queue.Queue):
    def __call__(self, outlet, message, at, cost=0):
        self.put(message)

    def next(self, kind):
        while not isinstance(message := self.get(timeout=LIMIT), kind):
            pass
        return message


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def driver(monkeypatch):
    """Put the driver behind OpenCV; see that all is let go of in the end."""
    monkeypatch.setattr(cv2, "VideoCapture", Driver)
    monkeypatch.setattr("engine.video.capture.find", lambda: list(Driver.plugged))
    monkeypatch.setattr("engine.sources.camera.END_S", 0.05)
    monkeypatch.setattr("engine.sources.camera.SILENCE_NS", 50 * MILLISECOND)
    monkeypatch.setattr("engine.video.freeze.LATE", 30 * MILLISECOND)
    monkeypatch.setattr("engine.video.freeze.LOST", 60 * MILLISECOND)
    Driver.free, Driver.hangs = threading.Event(), threading.Semaphore(0)
    Driver.made, Driver.then, Driver.plugged = [], "go on", (DESK, STAGE)
    before = set(threading.enumerate())
    yield Driver
    Driver.free.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT)
        assert not thread.is_alive()
    assert all(each.released.wait(LIMIT) for each in Driver.made)


def test_a_read_that_never_ends_is_left_behind_and_counted(driver, heard):
    driver.then = "hang"
    camera = Camera(device=0)
    for _ in range(MAX_HUNG):
        camera.open(heard)
        heard.next(Frame)
        assert driver.hangs.acquire(timeout=LIMIT)
        camera.close()
    with pytest.raises(DeviceError, match="its driver does not answer; 3 attempts still wait"):
        camera.open(heard)
    assert not any(each.released.is_set() for each in driver.made)
    assert len(driver.made) == MAX_HUNG
    driver.free.set()
    assert all(each.released.wait(LIMIT) for each in driver.made)
    driver.free, driver.then = threading.Event(), "go on"
    for thread in threading.enumerate():
        if thread.name == "camera":
            thread.join(LIMIT)
    camera.open(heard)
    heard.next(Frame)
    camera.close()
    assert not [message for message in heard.queue if isinstance(message, Lost)]


@pytest.mark.parametrize("what", ["empty", "nothing"])
def test_a_driver_that_says_yes_and_gives_nothing_is_lost(what, driver, heard):
    driver.then = what
    camera = Camera(device="Desk")
    camera.open(heard)
    assert heard.next(Lost).reason == 'camera "Desk" gives pictures that cannot be read'
    camera.close()


def test_a_camera_that_stands_still_is_late_and_opened_again_once(driver, heard):
    driver.then = "stand still"
    camera = Camera(device="Desk")
    camera.open(heard)
    late = heard.next(Condition)
    assert late.state == "late"
    assert late.reason.startswith('camera "Desk" gives the same picture')
    assert heard.next(Lost).reason == 'camera "Desk" gives the same picture again and again'
    camera.close()
    driver.then = "go on"
    camera.open(heard)
    heard.next(Frame)
    camera.close()


def test_a_camera_named_by_its_number_is_found_by_its_name(driver, heard):
    camera = Camera(device=2)
    camera.open(heard)
    heard.next(Frame)
    camera.close()
    driver.plugged = (
        DESK,
        CameraDevice(2, "Another", "/dev/video2"),
        CameraDevice(4, "Stage", "/dev/video4"),
    )
    camera.open(heard)
    heard.next(Frame)
    camera.close()
    assert [each.number for each in driver.made] == [2, 4]
    driver.plugged = (DESK, CameraDevice(2, "Another", "/dev/video2"))
    with pytest.raises(DeviceError, match='camera "Stage" is not there; was it unplugged'):
        camera.open(heard)
    driver.plugged = (DESK, STAGE)
    camera.open(heard)
    assert heard.next(Frame)
    camera.close()
