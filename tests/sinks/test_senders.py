"""Outputs to other programs: NDI, Syphon, Spout, a virtual camera. What can be known without them.

NDI is tried for real where its extra is installed (``uv sync --extra ndi``): see docs.
"""

from __future__ import annotations

import fcntl
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError
from engine.dsp.image.scaling import letterboxed
from engine.sinks.ndi import Ndi
from engine.sinks.spout import Spout
from engine.sinks.syphon import Syphon
from engine.sinks.virtual_camera import VirtualCamera
from engine.video.senders.v4l2 import LoopbackDevice, choose, claim

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
