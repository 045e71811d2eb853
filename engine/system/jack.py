"""Watches a JACK server from within the process that depends on it.

Why: where the server dies, its library goes on listing its ports, and takes what is sent to them;
and where a program that is captured from ends, its listeners get silence for ever.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

NAME: Final = "Sensorium lookout"
"""The name of our client that watches."""
_LISTINGS: Final = 20
"""How often ports are listed while somebody leaves, a cycle of the server apart."""
_LISTED: Final = 0.05
"""Seconds at most from one to the next, where the server stands still."""
_FRAMES: Final = 1 << 32
"""What a server counts its frames up to."""


class ServerWatch:
    """A client of the server that neither sends nor receives."""

    def __init__(self, client: Any, error: type[Exception]) -> None:
        """``error`` is what the client raises where it does not find what it is asked for."""
        self._client = client
        self._error = error
        self._gone = threading.Event()
        self._left: set[str] = set()
        client.set_shutdown_callback(self._on_shutdown)
        client.set_client_registration_callback(self._on_registration)

    def begin(self) -> None:
        """Begin to hear who leaves."""
        self._client.activate()

    def leave(self) -> None:
        """Leave the server; there is nothing more to ask.

        A process that ends without a word holds up every program of the server until that is
        noticed.
        """
        self._client.close()

    @property
    def gone(self) -> bool:
        """Whether the server went away."""
        return self._gone.is_set()

    @property
    def cycle(self) -> int:
        """Frames of one cycle."""
        return int(self._client.blocksize)

    def frames(self) -> int:
        """Return the frames that the server has counted at the start of this cycle, 32 bits."""
        return int(self._client.last_frame_time)

    def wait_cycles(self, count: int, most: float) -> None:
        """Wait until the server has gone on by so many cycles, ``most`` seconds long."""
        begin, end = self.frames(), time.monotonic() + most
        while (self.frames() - begin) % _FRAMES < count * self.cycle and time.monotonic() < end:
            time.sleep(self.cycle / self._client.samplerate)

    def midi_ports(self, direction: str) -> list[str]:
        """List the ports that an input ("in") or an output ("out") can be joined to.

        Raise ConnectionError where it cannot be told: a server that died lists ports without end
        that are not there.
        """
        wanted = {"is_output": True} if direction == "in" else {"is_input": True}
        for _ in range(_LISTINGS):
            with suppress(RuntimeError):  # one left while they were listed
                return [_name(port) for port in self._client.get_ports(is_midi=True, **wanted)]
            self.wait_cycles(1, _LISTED)
        raise ConnectionError("the JACK server lists ports that are not there: did it go away?")

    def has_output(self, name: str) -> bool:
        """Return whether a client of this name still has audio outputs, or the server went away."""
        pattern = f"^{re.escape(name)}:"
        return self.gone or (
            name not in self._left
            and bool(self._client.get_ports(pattern, is_audio=True, is_output=True))
        )

    def keeps(self, port: str) -> bool:
        """Return whether a port is there and its client has not left since it began, to be back.

        Why: a program that is begun anew soon has a port of the same name, and no cable to it.
        """
        if any(port.startswith(f"{client}:") for client in tuple(self._left)):
            return False
        with suppress(self._error):
            return bool(self._client.get_port_by_name(port))
        return False

    def are_connected(self, port: str, client: str) -> bool:
        """Return whether a cable joins a port and one of a client, which JACK may have renamed.

        Why: the port of a program that has just begun is listed before it can be connected, and
        not everybody says that a cable could not be laid.
        """
        ours = re.compile(rf"{re.escape(client)}(-\d\d)?:")
        with suppress(self._error):
            there = self._client.get_port_by_name(port)
            return any(ours.match(each.name) for each in self._client.get_all_connections(there))
        return False

    def _on_registration(self, client: str, comes: bool) -> None:
        if not comes:
            self._left.add(client)

    def _on_shutdown(self, *_: Any) -> None:
        self._gone.set()


class JackLibrary(NamedTuple):
    """JACK's library: its class of clients, and what they raise."""

    client: Callable[..., Any]
    error: type[Exception]


def jack_library() -> JackLibrary | None:
    """Return JACK's library, kept from printing; None where there is none."""
    try:
        import jack  # type: ignore[import-untyped] # noqa: PLC0415
    except (ImportError, OSError):
        return None
    jack.set_error_function(_ignore)
    jack.set_info_function(_ignore)  # or it is printed among the frames that a process writes
    return JackLibrary(jack.Client, jack.JackError)


def watch_server() -> ServerWatch | None:
    """Watch the server that runs; return None where there is no library for that.

    Raise ConnectionError where no server runs.
    """
    server = join_server()
    if server:
        server.begin()
    return server


def join_server() -> ServerWatch | None:
    """Join the server that runs, as one that does not hear yet who leaves.

    That is done in a moment: nobody waits for it. Raise ConnectionError where no server runs.
    """
    library = jack_library()
    if library is None:
        return None
    try:
        return ServerWatch(library.client(NAME, no_start_server=True), library.error)
    except library.error:
        raise ConnectionError("no JACK server runs") from None


def _name(port: Any) -> str:
    try:
        name: str = port.name
    except UnicodeDecodeError as error:
        return error.object.decode(errors="ignore")
    return name


def _ignore(_: str) -> None:
    """Drop what the library says of every server that is not there."""
