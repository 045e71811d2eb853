"""Show pictures of other programs that send by NDI, in place of a camera."""

from __future__ import annotations

from engine.video.receiver_source import ReceiverSource, SenderName
from engine.video.receivers import PictureReceiver
from engine.video.receivers.ndi import NdiReceiver


class NdiIn(ReceiverSource):
    """Show pictures that programs and machines in the network send by NDI, in place of a camera.

    It needs the extra ``ndi``; see the output ``ndi`` on its licence.

    Raises DeviceError when the library is not installed, or nobody sends under that name.
    """

    name: SenderName = "auto"

    def receiver(self) -> PictureReceiver:
        """Return a receiver of it. Raise DeviceError where nobody sends."""
        return NdiReceiver(self.name)
