"""Keep everything that is sent: the output of a test."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.finding import Finding
from engine.core.kinds import KINDS
from engine.core.messages import Message, Ns
from engine.core.sink import Sink


class Collector(Sink):
    """A list of what came, as (at, port, message); it takes anything on any port."""

    def __post_init__(self) -> None:
        self._messages: list[tuple[Ns, str, Message]] = []
        self._silenced: list[str | None] = []

    @property
    def destination(self) -> str:
        """Nowhere."""
        return ""

    @property
    def messages(self) -> list[tuple[Ns, str, Message]]:
        """All messages received, in order: (moment described, port, message)."""
        return self._messages

    @property
    def silenced(self) -> list[str | None]:
        """The ports that were silenced, in order; None for all at once."""
        return self._silenced

    def of(self, port: str) -> list[Message]:
        """Return the messages received on one port, in order."""
        return [message for _, name, message in self._messages if name == port]

    def examine(self) -> Iterable[Finding]:
        """Return nothing: it needs nothing."""
        return ()

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return every kind of message."""
        return tuple(KINDS)

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Keep a message."""
        self._messages.append((at, port, message))
        if self._tap is not None:
            self._tap(port, {"address": port, "args": [_as_json(message)]})

    def silence(self, port: str | None = None) -> None:
        """Record the call."""
        self._silenced.append(port)


def _as_json(message: Message) -> Message:
    """Return a message in JSON: numbers and texts as they are, others by their type's name."""
    return message if isinstance(message, int | float | str) else type(message).__name__
