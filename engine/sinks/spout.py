"""Show pictures to other programs by Spout."""

from __future__ import annotations

from typing import ClassVar

from engine.video.sender_sink import NamedSenderSink
from engine.video.senders import Way


class Spout(NamedSenderSink):
    """Show pictures to other programs of this Windows machine by Spout: Resolume, TouchDesigner ...

    It needs the extra ``spout`` (``uv sync --extra spout``). Black-out, brightness, freeze and
    privacy hold as everywhere. It is written by the library's own examples and could not be run
    where Sensorium is tested: tell us.

    Raises DeviceError elsewhere than on Windows.
    """

    way: ClassVar[Way] = "spout"
    called: ClassVar[str] = "Spout"
