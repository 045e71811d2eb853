"""What a JACK server says of one MIDI port of ours, which RtMidi does not ask it."""

from __future__ import annotations

from collections.abc import Sequence

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

        None where there is no library for that. Raise ConnectionError where no server runs.
        """
        self._server = join_server()
        return self._server.midi_ports(direction) if self._server else None

    def begin(self, cabled_to: str | None, before: Sequence[str]) -> bool:
        """Look after the port, open since there were the threads ``before``; return whether.

        Raise ConnectionError where no server runs, and PortError where the port is none yet: no
        cable leads to the other, or nobody hears of it.
        """
        server = self._server = self._server or join_server()
        if server is None:
            return False
        server.begin()
        if cabled_to and not server.are_connected(cabled_to, self._name):
            raise PortError(f"{cabled_to} cannot be connected to yet")
        self._called = CalledClient(server, before)
        if not (self._called.is_called() and self._called.wakes_all()):
            raise PortError(f"JACK does not call {cabled_to or self._name} and us in turn yet")
        return True

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
