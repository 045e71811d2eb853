"""Show pictures to other programs by Syphon."""

from __future__ import annotations

from typing import ClassVar

from engine.video.sender_sink import NamedSenderSink
from engine.video.senders import Way


class Syphon(NamedSenderSink):
    """Show pictures to other programs of this Mac by Syphon: Resolume, MadMapper, VDMX and others.

    It needs the extra ``syphon`` (``uv sync --extra syphon``). Black-out, brightness, freeze
    and privacy hold as everywhere. It is written by the library's own examples and could not be
    run where Sensorium is tested: tell us.

    Raises DeviceError elsewhere than on macOS.
    """

    way: ClassVar[Way] = "syphon"
    called: ClassVar[str] = "Syphon"
