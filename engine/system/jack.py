"""Looks after a JACK server, from within the process that depends on it.

Why: where the server dies, its library goes on listing its ports, and takes what is sent to them;
and where a program that is listened to goes, its listeners get silence for ever.
"""

from __future__ import annotations

import re
import threading
from typing import Any, Final

NAME: Final = "Sensorium lookout"


class ServerWatch:
    """A client of the server that sends and hears nothing; ``gone`` when the server went away."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._gone = threading.Event()
        client.set_shutdown_callback(self._shut)

    @property
    def gone(self) -> bool:
        """Whether the server went away."""
        return self._gone.is_set()

    def plays(self, name: str) -> bool:
        """Tell whether a client of this name is there to be heard."""
        pattern = f"^{re.escape(name)}:"
        return self.gone or bool(self._client.get_ports(pattern, is_audio=True, is_output=True))

    def _shut(self, *_: Any) -> None:
        self._gone.set()


def watch_server() -> ServerWatch | None:
    """Look after the server that runs; None where there is no library to ask it by.

    Raises ConnectionError where no server runs.
    """
    try:
        import jack  # type: ignore[import-untyped] # noqa: PLC0415
    except (ImportError, OSError):
        return None
    jack.set_error_function(_unheard)
    jack.set_info_function(_unheard)  # or it is written among what a helper says
    try:
        return ServerWatch(jack.Client(NAME, no_start_server=True))
    except jack.JackError:
        raise ConnectionError("no JACK server runs") from None


def _unheard(_: str) -> None:
    """Take what the library says of every server that is not there."""
