"""Watches a JACK server from within the process that depends on it.

Why: where the server dies, its library goes on listing its ports, and takes what is sent to them;
and where a program that is captured from ends, its listeners get silence for ever.
"""

from __future__ import annotations

import re
import threading
from typing import Any, Final

NAME: Final = "Sensorium lookout"
"""The name of our client that watches."""


class ServerWatch:
    """A client of the server that neither sends nor receives."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._gone = threading.Event()
        self._left: set[str] = set()
        client.set_shutdown_callback(self._on_shutdown)
        client.set_client_registration_callback(self._on_registration)
        client.activate()

    @property
    def gone(self) -> bool:
        """Whether the server went away."""
        return self._gone.is_set()

    def has_output(self, name: str) -> bool:
        """Return whether a client of this name still has audio outputs, or the server went away."""
        pattern = f"^{re.escape(name)}:"
        return self.gone or (
            name not in self._left
            and bool(self._client.get_ports(pattern, is_audio=True, is_output=True))
        )

    def has_left(self, port: str) -> bool:
        """Return whether the client of a port has left since, be it back or not.

        Why: a program that is begun anew soon has a port of the same name, and no cable to it.
        """
        return any(port.startswith(f"{client}:") for client in tuple(self._left))

    def _on_registration(self, client: str, comes: bool) -> None:
        if not comes:
            self._left.add(client)

    def _on_shutdown(self, *_: Any) -> None:
        self._gone.set()


def watch_server() -> ServerWatch | None:
    """Watch the server that runs; return None where there is no library for that.

    Raise ConnectionError where no server runs.
    """
    try:
        import jack  # type: ignore[import-untyped] # noqa: PLC0415
    except (ImportError, OSError):
        return None
    jack.set_error_function(_ignore)
    jack.set_info_function(_ignore)  # or it is printed among the frames that a process writes
    try:
        return ServerWatch(jack.Client(NAME, no_start_server=True))
    except jack.JackError:
        raise ConnectionError("no JACK server runs") from None


def _ignore(_: str) -> None:
    """Drop what the library says of every server that is not there."""
