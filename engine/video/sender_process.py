"""The process that hands pictures to other programs: ``python -m engine.video.sender_process``.

Its arguments are the way ("ndi", "syphon" ...), what it is opened with, in JSON, and the descriptor
of the shared memory. It ends with the show.
"""

from __future__ import annotations

import sys
import threading
from typing import Final

import msgspec
import numpy as np

from engine.core.errors import DeviceError
from engine.system.device_main import end_with, leave_signals_to_show
from engine.system.device_process import ALIVE, FAILED, GONE, OPENED
from engine.system.framing import pack_frame
from engine.system.liveness import start_heartbeat
from engine.system.picture_process import NUMBER, PICTURE, SHOWN, Inbox
from engine.system.pipe_writer import PipeWriter
from engine.system.wakeup import Wakeup
from engine.video.senders import Image, Sender

BLACK: Final = b"b"
"""To the process: send black, as large as the last picture; before the first one nothing."""
AGAIN: Final = 0.1
"""Seconds after which a picture is sent again to who waits for pictures."""
_STDOUT: Final = 1


class SenderOpening(msgspec.Struct, frozen=True):
    """What a sender is opened with: what it is called, or which device; and its size."""

    name: str = "Sensorium"
    device: str = "auto"
    size: tuple[int, int] = (1280, 720)


_OPENINGS: Final = msgspec.json.Decoder(SenderOpening)


def make(way: str, opening: SenderOpening) -> Sender:
    """Return an open sender. Raise DeviceError where that is not possible."""
    if way == "ndi":
        from engine.video.senders.ndi import NdiSender

        return NdiSender(opening.name)
    if way == "syphon":
        from engine.video.senders.syphon import SyphonSender

        return SyphonSender(opening.name)
    if way == "spout":
        from engine.video.senders.spout import SpoutSender

        return SpoutSender(opening.name)
    from engine.video.senders.v4l2 import LoopbackSender

    return LoopbackSender(opening.device, opening.size)


def run(sender: Sender, inbox: Inbox, writer: PipeWriter, came: threading.Event) -> None:
    """Send what comes until the show is gone. Raise DeviceError where that fails."""
    looked = Wakeup()
    start_heartbeat(lambda: writer.write(pack_frame(ALIVE)), looked.wait)
    last: Image | None = None
    shape: tuple[int, ...] = ()
    while not inbox.is_over:
        looked.set()
        came.wait(AGAIN)
        came.clear()
        sent = False
        for kind, payload in inbox.take():
            if kind == PICTURE:
                number, image = inbox.picture(payload)
                sender.send(image)
                shape, last = image.shape, image.copy() if sender.repeats else None
                sent = True
                writer.write(pack_frame(SHOWN, NUMBER.pack(number)))
            elif kind == BLACK and shape:
                black = np.zeros(shape, np.uint8)
                sender.send(black)
                last, sent = black if sender.repeats else None, True
        if last is not None and not sent:
            sender.send(last)


def main(given: list[str]) -> int:
    """Own one way out; return the exit status."""
    leave_signals_to_show()
    way, opening, memory = given
    writer = PipeWriter(_STDOUT)
    try:
        sender = make(way, _OPENINGS.decode(opening))
    except DeviceError as error:
        writer.write_only(pack_frame(FAILED, str(error).encode()))
        return 1
    writer.start(pack_frame(OPENED))
    came = threading.Event()
    inbox = Inbox(int(memory), came.set)
    inbox.begin()
    try:
        run(sender, inbox, writer, came)
    except DeviceError as error:
        writer.write(pack_frame(GONE, str(error).encode()))
        writer.drain()
    finally:
        sender.close()
    return 0


if __name__ == "__main__":
    end_with(lambda: main(sys.argv[1:]))
