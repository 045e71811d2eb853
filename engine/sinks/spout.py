"""Show pictures to other programs by Spout."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.core.parameter import Fixed, Param
from engine.video.sender_process import SenderOpening
from engine.video.sender_sink import SenderSink
from engine.video.senders import Way


class Spout(SenderSink):
    """Show pictures to other programs of this Windows machine by Spout: Resolume, TouchDesigner ...

    It needs the extra ``spout`` (``uv sync --extra spout``). Black-out, brightness, freeze and
    privacy hold as everywhere. It is written by the library's own examples and could not be run
    where Sensorium is tested: tell us.

    Raises DeviceError elsewhere than on Windows.
    """

    way: ClassVar[Way] = "spout"
    called: ClassVar[str] = "Spout"

    name: Fixed[Annotated[str, Param("what other programs see")]] = "Sensorium"

    @property
    def destination(self) -> str:
        """Whoever receives it."""
        return f'Spout, as "{self.name}"'

    def opening(self) -> SenderOpening:
        """Return what its process is opened with."""
        return SenderOpening(self.name)
