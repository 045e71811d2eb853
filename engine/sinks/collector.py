"""Keep everything that is sent: the output of a test."""

from __future__ import annotations

from engine.core.kinds import KINDS
from engine.core.messages import Message, Ns
from engine.core.sink import Sink


class Collector(Sink):
    """A list of what came, as (at, port, message); it takes anything on any port."""

    def __post_init__(self) -> None:
        self._messages: list[tuple[Ns, str, Message]] = []
        self._silenced: list[str | None] = []

    @property
    def messages(self) -> list[tuple[Ns, str, Message]]:
        """All that came, in order: the moment it describes, its port, itself."""
        return self._messages

    @property
    def silenced(self) -> list[str | None]:
        """The ports that were silenced, in order; None for all of them at once."""
        return self._silenced

    def of(self, port: str) -> list[Message]:
        """Give what came on one port, in order."""
        return [message for _, name, message in self._messages if name == port]

    def accepts(self, port: str) -> tuple[type, ...]:
        """Give every type there is."""
        return tuple(KINDS)

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Keep a message."""
        self._messages.append((at, port, message))
        if self._tap is not None:
            self._tap(port, {"address": port, "args": [_told(message)]})

    def silence(self, port: str | None = None) -> None:
        """Note that it was to be silent."""
        self._silenced.append(port)


def _told(message: Message) -> Message:
    """Say a message as JSON can: numbers and texts as they are, the rest by its type."""
    return message if isinstance(message, int | float | str) else type(message).__name__
