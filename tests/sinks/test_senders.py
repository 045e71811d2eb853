"""Outputs to other programs: NDI, Syphon, Spout, a virtual camera. What can be known without them.

NDI is tried for real where its extra is installed (``uv sync --extra ndi``): see docs.
"""

from __future__ import annotations

import fcntl
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import Frame, Ns
from engine.dsp.image.scaling import letterboxed
from engine.sinks.ndi import Ndi
from engine.sinks.spout import Spout
from engine.sinks.syphon import Syphon
from engine.sinks.virtual_camera import VirtualCamera
from engine.system.picture_process import PictureProcess
from engine.video.sender_sink import SenderSink
from engine.video.senders.v4l2 import LoopbackDevice, choose, claim
from tests.limits import LIMIT

SLOW = """
import sys, threading, time
from pathlib import Path
from engine.system.device_process import OPENED
from engine.system.framing import pack_frame
from engine.system.picture_process import Inbox
from engine.system.pipe_writer import PipeWriter
from engine.video.sender_process import run

class Slow:
    repeats = False

    def __init__(self, folder):
        self._folder, self._sent = folder, []

    def send(self, image):
        while not (self._folder / "go").exists():
            time.sleep(0.01)
        self._sent.append(f"{image.shape[1]}x{image.shape[0]} {image.max()}")
        (self._folder / "sent").write_text(", ".join(self._sent))

if __name__ == "__main__":
    writer = PipeWriter(1)
    writer.start(pack_frame(OPENED))
    came = threading.Event()
    inbox = Inbox(int(sys.argv[1]), came.set)
    inbox.begin()
    run(Slow(Path(sys.argv[2])), inbox, writer, came)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="says what Linux says")


def test_what_is_there_elsewhere_only_says_where_and_what_works_here() -> None:
    for box, system in ((Syphon(), "macOS"), (Spout(), "Windows")):
        with pytest.raises(DeviceError, match=f"is there on {system} only; web_view and ndi work"):
            box.open(Context("out"))
        box.close()


@pytest.mark.skipif(find_spec("cyndilib") is not None, reason="the extra is installed")
def test_an_extra_that_is_not_installed_is_named_with_the_line_that_brings_it() -> None:
    with pytest.raises(DeviceError, match=r"package cyndilib.*uv sync --extra ndi"):
        Ndi().open(Context("out"))


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """Lay out what the kernel lists: two virtual cameras, and something else."""
    for entry, name in (("video10", "Sensorium"), ("video2", "Dummy video device (0x0000)")):
        (tmp_path / entry).mkdir()
        (tmp_path / entry / "name").write_text(f"{name}\n")
    (tmp_path / "v4l-touch0").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("said", "number"), [("auto", 2), ("10", 10), ("sensorium", 10), ("dummy", 2)]
)
def test_a_virtual_camera_is_found_by_number_and_name(devices, said, number) -> None:
    assert choose(said, devices).number == number


def test_one_that_is_not_there_is_told(devices, tmp_path) -> None:
    with pytest.raises(
        DeviceError, match=r'no virtual camera "sensorum".*Did you mean "Sensorium"'
    ):
        choose("sensorum", devices)
    with pytest.raises(DeviceError, match="there is no virtual camera: sudo apt install v4l2loop"):
        choose("auto", tmp_path / "nothing")
    with pytest.raises(ParameterError, match="even numbers"):
        VirtualCamera(size=(641, 360))


def test_a_second_show_that_wants_the_same_camera_is_told_and_gets_it_later(tmp_path) -> None:
    camera = LoopbackDevice(7, "Sensorium", tmp_path / "video7")
    with pytest.raises(DeviceError, match="cannot be opened"):
        claim(camera)
    camera.path.touch()
    with camera.path.open("rb") as other_show:
        fcntl.flock(other_show, fcntl.LOCK_EX)
        with pytest.raises(DeviceError, match=r"in use by another show.*devices=2"):
            claim(camera)
    first = claim(camera)
    with pytest.raises(DeviceError, match="in use by another show"):
        claim(camera)
    first.close()
    claim(camera).close()


def test_pictures_are_made_to_fit() -> None:
    white = np.full((100, 100, 3), 255, np.uint8)
    wide = letterboxed(white, (160, 90))
    assert wide.shape == (90, 160, 3)
    assert (wide[:, :35].max(), wide[:, 36:124].min(), wide[:, 125:].max()) == (0, 255, 0)
    assert letterboxed(white, (100, 100)) is white
    assert letterboxed(np.full((1, 1000, 3), 9, np.uint8), (2, 2)).max() == 9


class SlowSender(SenderSink):
    """Sends to a program of a test, which takes no picture before it is let go."""

    called = "the slow sender"
    folder = ""

    @property
    def destination(self) -> str:
        return self.called

    def start(self) -> None:
        self._process = PictureProcess(
            "sensorium_slow", "{memory}", self.folder, what=self.called, on_frame=self._heard
        )


def test_black_is_sent_though_the_last_picture_is_still_on_its_way(tmp_path, monkeypatch) -> None:
    (tmp_path / "sensorium_slow.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sink = SlowSender()
    sink.folder = str(tmp_path)
    sink.open(Context())
    sink.silence()  # before the first picture there is no size that black could have
    sink.send("in", Frame(np.full((20, 30, 3), 200, np.uint8)), Ns(0))
    sink.silence()
    (tmp_path / "go").touch()
    end = time.monotonic() + LIMIT
    sent = tmp_path / "sent"
    while not (sent.exists() and sent.read_text() == "30x20 200, 30x20 0"):
        assert time.monotonic() < end, sent.read_text() if sent.exists() else "nothing"
        time.sleep(0.01)
    sink.close()
