"""The process of one window: ``python -m engine.window.window_process open|list [opening memory]``.

It reads frames from its standard input on a thread, and draws on its main thread when one of them
or somebody at the window asks for it. When the show dies without a word, a full screen fades to
black and stays so for ``LINGER`` seconds: nobody shall see a desktop while the show is begun again.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any, Final

import msgspec

from engine.core.errors import DeviceError
from engine.system.device_main import end_with, leave_signals_to_show
from engine.system.device_process import ALIVE, FAILED, GONE, LISTED, OPENED
from engine.system.framing import pack_frame
from engine.system.liveness import start_heartbeat
from engine.system.picture_process import Inbox
from engine.system.pipe_writer import PipeWriter
from engine.system.wakeup import Wakeup
from engine.window.displays import Display, initialise, monitors
from engine.window.frames import Opened, Opening
from engine.window.open_window import OpenWindow

LINGER: Final = 30.0
"""Seconds that a full screen stays black once the show has died."""
LOOK_EVERY: Final = 0.25
"""Seconds between two looks, at least: they are the sign of life."""
IN_MOTION: Final = 0.004
"""The shortest pause between two pictures of a fade, where the display sets no pace."""
_STDOUT: Final = 1
_OPENINGS: Final = msgspec.json.Decoder(Opening)


def run(glfw: Any, window: OpenWindow, inbox: Inbox, looked: Wakeup) -> str:
    """Draw until the show says so, or is gone; return what went away, or ""."""
    last: float | None = None
    try:
        while not (window.ended or window.gone):
            looked.set()
            pause = IN_MOTION if window.moves else LOOK_EVERY
            glfw.wait_events_timeout(pause)
            for kind, payload in inbox.take():
                window.handle(kind, payload)
            if inbox.is_over and last is None:
                last = glfw.get_time() + LINGER
                window.orphan()
            if last is not None and glfw.get_time() > last:
                break
            window.draw()
    except DeviceError as error:
        return str(error)
    return window.gone


def _listed() -> bytes:
    glfw = initialise()
    displays: list[Display] = [display for display, _ in monitors(glfw)]
    glfw.terminate()
    return msgspec.json.encode(displays)


def main(given: list[str]) -> int:
    """Own one window, or list the displays; return the exit status."""
    leave_signals_to_show()
    writer = PipeWriter(_STDOUT)
    work, *rest = given
    try:
        if work == "list":
            writer.write_only(pack_frame(LISTED, _listed()))
            return 0
        glfw = initialise()
        opening = _OPENINGS.decode(rest[0])
        inbox = Inbox(int(rest[1]), glfw.post_empty_event)
        window = OpenWindow(glfw, opening, inbox, writer)
    except DeviceError as error:
        writer.write_only(pack_frame(FAILED, str(error).encode()))
        return 1
    display = window.display
    opened = Opened(display.name, (display.width, display.height), display.refresh)
    writer.start(pack_frame(OPENED, msgspec.json.encode(opened)))
    inbox.begin()
    looked = Wakeup()
    start_heartbeat(lambda: writer.write(pack_frame(ALIVE)), looked.wait)
    if gone := run(glfw, window, inbox, looked):
        writer.write(pack_frame(GONE, gone.encode()))
        with suppress(OSError):
            writer.drain()
    glfw.terminate()
    return 0


if __name__ == "__main__":
    end_with(lambda: main(sys.argv[1:]))
