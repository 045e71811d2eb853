"""Sources of pictures of other programs: all but where each gets them."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Final

from engine.core.clock import SystemClock
from engine.core.commands import Lost
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Source
from engine.dsp.image.picture import WHOLE, Crop, Mirror, Rotate
from engine.video.frames import FrameMaker
from engine.video.receivers import PictureReceiver

SenderName = Fixed[Annotated[str, Param('a part of what it is called; "auto" takes the first')]]
_END_S: Final = 2.0


class ReceiverSource(Source):
    """Asks a receiver for its newest picture, so many times a second, on a thread of its own."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    fps: Fixed[Annotated[float, Param("how often it looks for a picture, a second", 1, 240)]] = 30.0
    mirror: Mirror = False
    rotate: Rotate = 0
    crop: Crop = WHOLE

    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _frames: FrameMaker = field(default_factory=FrameMaker)

    @abstractmethod
    def receiver(self) -> PictureReceiver:
        """Return an open receiver; on the thread that asks it. Raise DeviceError without one."""

    def open(self, emit: Emit) -> None:
        """Begin to ask. Raise DeviceError where there is nobody to be asked."""
        self.close()
        self._stop = threading.Event()
        opened, failed = threading.Event(), list[DeviceError]()
        work = (emit, self._stop, opened, failed)
        self._thread = threading.Thread(target=self._run, args=work, name="receiver", daemon=True)
        self._thread.start()
        opened.wait()
        if failed:
            raise failed[0]

    def close(self) -> None:
        """Stop asking."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(_END_S)

    def _run(
        self,
        emit: Emit,
        stop: threading.Event,
        opened: threading.Event,
        failed: list[DeviceError],
    ) -> None:
        """Open the receiver and ask it: some libraries want both on one thread."""
        now = SystemClock().now
        try:
            receiver = self.receiver()
        except DeviceError as error:
            failed.append(error)
            return
        finally:
            opened.set()
        try:
            while not stop.wait(1 / self.fps):
                image = receiver.receive()
                if image is not None and not stop.is_set():
                    at = now()
                    frame = self._frames.make(image, self.mirror, self.rotate, self.crop)
                    emit("frame", frame, at, cost=now() - at)
        except DeviceError as error:
            if not stop.is_set():
                emit("", Lost(str(error)), now())
        finally:
            receiver.close()
