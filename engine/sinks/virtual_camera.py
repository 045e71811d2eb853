"""Be a camera for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from engine.core.errors import DeviceError, ParameterError
from engine.core.finding import Finding
from engine.core.parameter import Fixed, Param
from engine.video.sender_process import SenderOpening
from engine.video.sender_sink import SenderSink
from engine.video.senders import Way
from engine.video.senders.v4l2 import LOAD, choose


class VirtualCamera(SenderSink):
    """Be a camera for other programs: Zoom, browsers, OBS. On Linux, by v4l2loopback and ffmpeg.

    The kernel's module must be there: ``sudo apt install v4l2loopback-dkms``, then ``sudo modprobe
    v4l2loopback exclusive_caps=1 card_label=Sensorium``. One show at a time writes into a camera.
    Pictures are made to fit ``size``, which readers expect to stay. On macOS and Windows give OBS a
    ``web_view`` as browser source, and start the virtual camera of OBS.

    Black-out, brightness, freeze and privacy hold as everywhere. The kernel's module could not be
    loaded where Sensorium is tested: what is before it is tested, what is in it is not. Raises
    DeviceError when there is no such camera, or another show has it.
    """

    way: ClassVar[Way] = "v4l2"
    called: ClassVar[str] = "the virtual camera"

    device: Fixed[
        Annotated[str | int, Param('the number or a part of the name of one; "auto" for the first')]
    ] = "auto"
    size: Fixed[Annotated[tuple[int, int], Param("width and height in pixels")]] = (1280, 720)

    def __post_init__(self) -> None:
        if not all(2 <= each <= 8192 and each % 2 == 0 for each in self.size):
            raise ParameterError(f"size: expected even numbers from 2 to 8192, got {self.size}")

    @property
    def destination(self) -> str:
        """The virtual camera."""
        return f'the virtual camera "{self.device}"'

    def examine(self) -> Iterable[Finding]:
        """Return whether it is there."""
        try:
            found = choose(str(self.device))
        except DeviceError as error:
            return [Finding("", "missing", str(error), LOAD)]
        return [Finding("", "ok", f'the virtual camera "{found.name}" is there')]

    def opening(self) -> SenderOpening:
        """Return what its process is opened with."""
        return SenderOpening(device=str(self.device), size=self.size)
