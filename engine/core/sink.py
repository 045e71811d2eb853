"""Boxes that send something out, and who is told of what they sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from engine.core.box import Box
from engine.core.commands import Command
from engine.core.context import Context, with_context
from engine.core.messages import Message, Ns

OnSent = Callable[[str, dict[str, Any]], None]
"""Told of everything that left an output: the port, and what it was, ready for JSON."""


OnBytes = Callable[[str, bytes], None]
"""Told of the very bytes that left an output: "osc", "midi" or "json", and themselves."""


Report = Callable[[Command], None]
"""Takes what an output says of itself; may be called from any thread."""


def both(one: OnSent, other: OnSent, port: str, sent: dict[str, Any]) -> None:
    """Tell two of what left."""
    one(port, sent)
    other(port, sent)


def as_json(wire: OnBytes, port: str, sent: dict[str, Any]) -> None:
    """Tell of what left in JSON."""
    wire("json", msgspec.json.encode({"port": port, **sent}))


def ignore_report(_: Command) -> None:
    """Leave what an output says of itself unheard, where it does not play."""


class Sink(Box, ABC):
    """Sends something out. Each cable into it ends in a port, named as in the patch.

    A second cable into the same port goes by ``NAME#2``, and so on.
    """

    _tap: OnSent | None = None
    _taps: tuple[OnSent | None, OnSent | None] = (None, None)
    _on_condition: Report = ignore_report

    def report_to(self, report: Report) -> None:
        """Have ``say`` take what this output says of itself: ``Lost`` when its device goes."""
        self._on_condition = report

    def tap(self, tap: OnSent) -> None:
        """Have ``tap`` told of everything that leaves: {"address": ..., "args": [...]}."""
        self._tell(tap, self._taps[1])

    def tap_bytes(self, wire: OnBytes) -> None:
        """Have ``wire`` told of the very bytes that leave; here, of what a tap is told, as JSON."""
        said = partial(as_json, wire)
        self._tell(self._taps[0], said)

    def _tell(self, tap: OnSent | None, heard: OnSent | None) -> None:
        self._taps = tap, heard
        self._tap = partial(both, tap, heard) if tap and heard else tap or heard

    @property
    def lane(self) -> bool:
        """Whether it may block, and so runs on a thread of its own."""
        return False

    def options(self) -> type[Any] | None:
        """Give the dataclass of what a cable into this sink may say beside its ``from``."""
        return None

    @abstractmethod
    def accepts(self, port: str) -> tuple[type, ...]:
        """Give the types that a port takes; raises UnknownName."""

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Learn of a cable before playing: what it carries, and its ``options``.

        Raises ParameterError where they do not fit. Opens nothing: ``check`` calls it too.
        """

    def unplug(self, port: str) -> None:
        """Forget a cable that was taken away while playing; its port has been silenced."""

    if TYPE_CHECKING:
        open: ClassVar[Callable[..., None]]
        open_offline: ClassVar[Callable[..., None]]
        open_muted: ClassVar[Callable[..., None]]
    else:

        def open(self) -> None:
            """Begin; raise DeviceError when the device is not there, and be called again then.

            Report ``Lost`` when it goes: it is closed then, and opened again. The three kinds of
            ``open`` may take an argument ``context: Context``.
            """

        def open_offline(self, context: Context | None = None) -> None:
            """Begin where time is virtual: an instrument is then not played, only tapped."""
            with_context(self.open, context or Context())()

        def open_muted(self, context: Context | None = None) -> None:
            """Begin where nobody is to hear it, as in a replay: what would be sent is only told."""
            with_context(self.open_offline, context or Context())()

    @abstractmethod
    def send(self, port: str, message: Message, at: Ns) -> None:
        """Take a message; must not block unless ``lane``."""

    def flush(self, now: Ns) -> None:
        """Send what was collected: everything that belongs to one moment has been given."""

    def on_wake(self, at: Ns) -> None:
        """Act at the moment that ``wake`` asked for."""

    def silence(self, port: str | None = None) -> None:
        """End what sounds on one port, or on all."""
