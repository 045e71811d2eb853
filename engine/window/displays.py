"""The displays of this machine, by glfw."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from engine.core.device_choice import match_devices
from engine.core.errors import DeviceError

_UNSET: Final = "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"


class Display(msgspec.Struct, frozen=True):
    """A display: its number from 1, its name, its size in pixels, and pictures a second."""

    number: int
    name: str
    width: int
    height: int
    refresh: int

    def __str__(self) -> str:
        return f"{self.name}, {self.width}x{self.height} at {self.refresh} Hz"


def initialise() -> Any:
    """Return glfw, ready to be used. Raise DeviceError, which says why there is no display."""
    import glfw

    glfw.ERROR_REPORTING = "ignore"
    if glfw.init():
        return glfw
    if sys.platform != "linux":
        raise DeviceError("there is no display: nobody is logged in at this machine")
    named = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not named:
        raise DeviceError(_UNSET)
    raise DeviceError(f'the display "{named}" does not answer')


def monitors(glfw: Any) -> list[tuple[Display, Any]]:
    """Return all displays with what glfw calls each, the main one first."""
    found = []
    for number, monitor in enumerate(glfw.get_monitors(), 1):
        mode = glfw.get_video_mode(monitor)
        name = glfw.get_monitor_name(monitor)
        text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
        display = Display(number, text, mode.size.width, mode.size.height, mode.refresh_rate or 60)
        found.append((display, monitor))
    return found


def choose(display: str, found: Sequence[Display]) -> Display:
    """Return the display that a number or name means; "" is the first one. Raise DeviceError."""
    return match_devices(display or "auto", found, "display")[0]
