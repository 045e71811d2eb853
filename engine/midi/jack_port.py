"""What a JACK server says of one MIDI port of ours, which RtMidi does not ask it."""

from __future__ import annotations

from engine.midi.ports import PortError
from engine.system.jack import ServerWatch, join_server
from engine.system.jack_calls import CalledClient


class JackPort:
    """A port called ``name``, looked after by a client of its own, which plays nothing."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._server: ServerWatch | None = None
        self._called: CalledClient | None = None

    def join(self, direction: str) -> list[str] | None:
        """Join the server; return the ports that one of ours may be joined to.

        None where there is no library for that. Raise ConnectionError where no server runs, or it
        cannot say.
        """
        server = self._joined()
        return server.midi_ports(direction) if server else None

    def begin(self) -> bool:
        """Begin to hear who leaves, and return whether the server can be asked at all.

        Raise ConnectionError where none runs, for its library opens ports all the same, and takes
        what is sent to them.
        """
        server = self._joined()
        if server:
            server.begin()
        return server is not None

    def is_called(self, thread: str | None, cabled_to: str | None = None, *, sends: bool) -> bool:
        """Return whether JACK calls who has joined for the port, on ``thread``.

        Raise ConnectionError where no server runs, and PortError where no cable leads to the other
        port, or where this process is of no use.
        """
        server = self._joined()
        if server is None:
            return True
        if cabled_to and not server.are_connected(cabled_to, self._name):
            raise PortError(f"{cabled_to} cannot be connected to yet")
        self._called = CalledClient(server, thread)
        if sends and not self._called.wakes_all():  # nobody is called after one that hears
            raise PortError(f"JACK would not call another program after {self._name}")
        return self._called.is_called()

    def leave(self) -> None:
        """Leave the server, where a port could not be opened."""
        if self._server:
            self._server.leave()

    def lost(self, cabled_to: str | None) -> str:
        """Return what went away, or nothing: a dead server's library lists its ports for ever."""
        if self._server is None or self._called is None:
            return ""
        if self._server.gone:
            return "the JACK server"
        if cabled_to and not self._server.keeps(cabled_to):
            return cabled_to
        return "" if self._called.goes_on() else f"JACK calls {self._name} no more: it"

    def _joined(self) -> ServerWatch | None:
        """Join the server, unless that is done."""
        self._server = self._server or join_server()
        return self._server
