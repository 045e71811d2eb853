"""Show pictures to other programs by NDI."""

from __future__ import annotations

from typing import ClassVar

from engine.video.sender_sink import NamedSenderSink
from engine.video.senders import Way


class Ndi(NamedSenderSink):
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
