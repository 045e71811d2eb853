"""A display in memory: X's own server, screenshots by ImageMagick, a hand by xdotool."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from engine.lab.bench.rig.xvfb import x_server
from tests.limits import LIMIT


class XDisplay:
    """One display; ``name`` is what DISPLAY says."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self.process = process
        self.name = name

    def screenshot(self) -> np.ndarray:
        """Return what is to be seen: uint8, (height, width, 3), BGR."""
        command = ["import", "-window", "root", "-depth", "8", "bmp3:-"]
        data = self._run(command)
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)

    def hand(self, *what: object) -> str:
        """Move the mouse, press keys, close windows: what xdotool does."""
        return self._run(["xdotool", *map(str, what)]).decode()

    def paint_desktop(self, colour: str) -> None:
        """Give the desktop another colour."""
        self._run(["xsetroot", "-solid", colour])

    def key(self, *names: str) -> None:
        """Press keys one after the other, where the mouse is."""
        self.hand("key", "--delay", "30", *names)

    def close_window(self, title: str) -> None:
        """Ask a window to close, as a window manager does (ICCCM 4.2.8.1)."""
        found = self.hand("search", "--sync", "--onlyvisible", "--name", title).split()
        library = ctypes.CDLL("libX11.so.6")
        library.XOpenDisplay.restype = ctypes.c_void_p
        library.XInternAtom.restype = ctypes.c_ulong
        server = ctypes.c_void_p(library.XOpenDisplay(self.name.encode()))
        protocols, delete = (
            library.XInternAtom(server, name, False)
            for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
        )
        # XClientMessageEvent, which begins with type, serial, send_event and display.
        event = struct.pack(
            "@ilixxxxPLLi5l40x", 33, 0, 1, 0, int(found[-1]), protocols, 32, delete, 0, 0, 0, 0
        )
        library.XSendEvent(server, ctypes.c_ulong(int(found[-1])), False, ctypes.c_long(0), event)
        library.XCloseDisplay(server)

    def until(self, looks: Callable[[np.ndarray], bool], what: str) -> np.ndarray:
        """Return the first screenshot that looks so."""
        deadline = time.monotonic() + LIMIT
        while True:
            seen = self.screenshot()
            if looks(seen):
                return seen
            assert time.monotonic() < deadline, what

    def _run(self, command: list[str]) -> bytes:
        env = {**os.environ, "DISPLAY": self.name}
        done = subprocess.run(command, env=env, capture_output=True, timeout=LIMIT, check=True)
        return done.stdout


@contextmanager
def display(size: str = "640x400", name: str = "") -> Iterator[XDisplay]:
    """Begin a display of so many pixels, under a free name or a given one, and end it.

    Its desktop is white: whatever is black was drawn so.
    """
    with x_server(size, name) as server:
        yield XDisplay(server.process, server.name)
