"""Show pictures of other programs that send by Syphon, in place of a camera."""

from __future__ import annotations

from engine.video.receiver_source import ReceiverSource, SenderName
from engine.video.receivers import PictureReceiver
from engine.video.receivers.syphon import SyphonReceiver


class SyphonIn(ReceiverSource):
    """Show pictures of another program of this Mac by Syphon, in place of a camera.

    It needs the extra ``syphon``. It is written by the library's own examples and could not be
    run where Sensorium is tested: tell us.

    Raises DeviceError elsewhere than on macOS, and when no program sends under that name.
    """

    name: SenderName = "auto"

    def receiver(self) -> PictureReceiver:
        """Return a receiver of it. Raise DeviceError where nobody sends."""
        return SyphonReceiver(self.name)
