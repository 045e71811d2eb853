"""Show pictures to other programs by NDI."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.core.parameter import Fixed, Param
from engine.video.sender_process import SenderOpening
from engine.video.sender_sink import SenderSink
from engine.video.senders import Way


class Ndi(SenderSink):
    """Send pictures by NDI to programs and machines in the network: OBS, Resolume, vMix and others.

    It needs the extra ``ndi`` (``uv sync --extra ndi``), whose library is not free software:
    whoever installs it accepts the NDI SDK licence of Vizrt NDI AB. NDI announces itself in the
    network, and whoever is there can see the picture: there is no password.

    Receivers see it from the first picture on, which says how large it is; others are made to
    fit. Black-out, brightness, freeze and privacy hold as everywhere.

    Raises DeviceError when the library is not installed.
    """

    way: ClassVar[Way] = "ndi"
    called: ClassVar[str] = "NDI"

    name: Fixed[Annotated[str, Param("what other programs see")]] = "Sensorium"

    @property
    def destination(self) -> str:
        """Whoever receives it."""
        return f'NDI, as "{self.name}"'

    def opening(self) -> SenderOpening:
        """Return what its process is opened with."""
        return SenderOpening(self.name)
