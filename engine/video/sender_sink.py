"""The outputs that hand pictures to other programs: all but what each is called."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

import msgspec

from engine.core.commands import Lost
from engine.core.parameter import Fixed, Param
from engine.system.device_process import GONE
from engine.system.picture_process import PictureProcess
from engine.video.picture_sink import Image, PictureSink
from engine.video.sender_process import BLACK, SenderOpening
from engine.video.senders import Way

MODULE: Final = "engine.video.sender_process"


class SenderSink(PictureSink):
    """Hands pictures to other programs, by a process of its own."""

    way: ClassVar[Way]
    called: ClassVar[str]
    """What it is in words: "NDI"."""

    _process: PictureProcess | None = None

    def opening(self) -> SenderOpening:
        """Return what its process is opened with."""
        raise NotImplementedError

    @property
    def helper(self) -> int:
        """The process id of the sender; 0 while closed."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Begin the process. Raise DeviceError where its library or device is missing."""
        opening = msgspec.json.encode(self.opening()).decode()
        self._process = PictureProcess(
            MODULE, self.way, opening, "{memory}", what=self.called, on_frame=self._heard
        )

    def show(self, image: Image, at: object) -> None:
        """Send a picture, and wait until it is sent."""
        if self._process is not None:
            self._process.show(image)

    def dark(self) -> None:
        """Send black, also where the last picture is still on its way."""
        if self._process is not None:
            self._process.tell(BLACK)

    def finish(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def _heard(self, kind: bytes, payload: bytes) -> None:
        if kind == GONE:
            self.report(Lost(payload.decode()))


class NamedSenderSink(SenderSink):
    """Is found by other programs under a name."""

    name: Fixed[Annotated[str, Param("what other programs see")]] = "Sensorium"

    @property
    def destination(self) -> str:
        """Whoever receives it."""
        return f'{self.called}, as "{self.name}"'

    def opening(self) -> SenderOpening:
        """Return what its process is opened with."""
        return SenderOpening(self.name)
