"""What a JACK server says of one MIDI port of ours, which RtMidi does not ask it."""

from __future__ import annotations

from engine.midi.ports import PortError
from engine.system.jack import ServerWatch, watch_server


class JackPort:
    """A port called ``name``, where it is JACK's; of another system's it tells nothing."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._watch: ServerWatch | None = None
        self._ours = ""

    def join(self, cabled_to: str | None) -> None:
        """Look after the port, once that is what it seems to be.

        Without a server its library opens ports all the same, and takes what is sent to them. Raise
        ConnectionError where there is none, or PortError where no cable leads to another.
        """
        self._watch = watch_server()
        if self._watch is None:
            return
        if cabled_to and not self._watch.are_connected(cabled_to, self._name):
            raise PortError(f"{cabled_to} cannot be connected to yet")
        # Of two of a name JACK renames the second, and does not say so: neither is looked after.
        found = self._watch.ports_of(self._name)
        self._ours = found.pop() if len(found) == 1 else ""

    def leave(self) -> None:
        """Leave the server, where a port could not be opened.

        A process that ends without a word holds up every program of the server until that is
        noticed, and what is sent meanwhile may be lost.
        """
        if self._watch:
            self._watch.leave()

    def lost(self, cabled_to: str | None) -> str:
        """Return what went away, or nothing: a dead server's library lists its ports for ever."""
        if self._watch is None:
            return ""
        if self._watch.gone:
            return "the JACK server"
        if self._ours and self._watch.has_left(self._ours):
            return f"JACK dropped {self._ours}: it"
        return cabled_to if cabled_to and self._watch.has_left(cabled_to) else ""
