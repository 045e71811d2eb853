"""The screen as a source, on a real display: what is seen, and what becomes of it."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from xvfb import display

from engine.core.commands import Lost
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.sources.screen import ScreenSource
from tests.limits import LIMIT

pytestmark = [
    pytest.mark.peer("Xvfb", "xvfb"),
    pytest.mark.peer("xsetroot", "x11-xserver-utils"),
]


class Heard:
    """What a source has said, from its own thread."""

    def __init__(self) -> None:
        self.frames: list[np.ndarray] = []
        self.lost: list[str] = []
        self._came = threading.Condition()

    def __call__(self, outlet: str, message: Any, at: int, cost: int = 0) -> None:
        with self._came:
            if isinstance(message, Frame):
                self.frames.append(message.image.copy())
            elif isinstance(message, Lost):
                self.lost.append(message.reason)
            self._came.notify()

    def until(self, holds: Any) -> None:
        with self._came:
            assert self._came.wait_for(lambda: holds(self), LIMIT)


def test_what_is_on_the_display_is_seen_until_it_goes(monkeypatch) -> None:
    with display("320x200") as screen:
        monkeypatch.setenv("DISPLAY", screen.name)
        source = ScreenSource(crop=(0.0, 0.0, 0.5, 1.0), fps=60.0)
        heard = Heard()
        screen.paint_desktop("red")
        source.open(heard)
        heard.until(lambda so: so.frames and so.frames[-1][100, 50].tolist() == [0, 0, 255])
        assert heard.frames[-1].shape == (200, 160, 3)
        screen.paint_desktop("blue")
        heard.until(lambda so: so.frames[-1][100, 50].tolist() == [255, 0, 0])
        source.mirror = True
        screen.process.kill()
        screen.process.wait()
        heard.until(lambda so: so.lost)
        assert "display" in heard.lost[0]
        source.close()
        with pytest.raises(DeviceError, match="does not answer"):
            source.open(heard)
        source.close()


def test_a_display_that_is_not_there_is_told(monkeypatch) -> None:
    with display("320x200") as screen:
        monkeypatch.setenv("DISPLAY", screen.name)
        with pytest.raises(DeviceError, match="no display 3; there are 1"):
            ScreenSource(display=3).open(Heard())
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DeviceError, match="DISPLAY is not set"):
        ScreenSource().open(Heard())
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(DeviceError, match="under Wayland no program may look"):
        ScreenSource().open(Heard())
