"""Receives pictures of other programs of a Mac by Syphon, by the package syphon-python."""

from __future__ import annotations

from engine.core.errors import DeviceError
from engine.video.receivers import Image, wanted
from engine.video.senders import needing


class SyphonReceiver:
    """Receives from the server whose name contains ``name``. Raise DeviceError without one."""

    def __init__(self, name: str) -> None:
        with needing("syphon"):
            import syphon

        servers = {
            f"{each.app_name} {each.name}".strip(): each
            for each in syphon.SyphonServerDirectory().servers
        }
        self.name = wanted(name, list(servers), "Syphon")
        self._client = syphon.SyphonMetalClient(servers[self.name])

    def receive(self) -> Image | None:
        """Return the newest picture, None where none has come."""
        from syphon.utils.numpy import copy_mtl_texture_to_image

        if not self._client.is_valid:
            raise DeviceError(f"{self.name} sends no more")
        if not self._client.has_new_frame:
            return None
        picture: Image = copy_mtl_texture_to_image(self._client.new_frame_image)
        return picture  # Syphon's textures are blue-green-red

    def close(self) -> None:
        """Disconnect."""
        self._client.stop()
