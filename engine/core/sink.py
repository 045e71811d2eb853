"""Boxes that send messages out, and the observers of what they sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec

from engine.core.box import Box
from engine.core.commands import Command
from engine.core.context import Context, with_context
from engine.core.errors import as_written
from engine.core.messages import Message, Ns
from engine.core.parameter import read_parameters

_SECRET = ("password", "secret", "token", "key")
"""Words in the names of parameters that are not shown."""

OnSent = Callable[[str, dict[str, Any]], None]
"""Called for everything that an output sent: the port, and a description ready for JSON."""


OnBytes = Callable[[str, bytes], None]
"""Called with the bytes that an output sent: "osc", "midi" or "json", and the bytes."""


Report = Callable[[Command], None]
"""Takes what an output reports of itself; may be called on any thread."""


RECORDING: Final = "recording"
"""The observer of bytes that is meant where none is named."""


def all_of(observers: Sequence[Callable[..., None]]) -> Callable[..., None] | None:
    """Return a function that calls every observer; None without any."""
    return partial(_call, tuple(observers)) if observers[1:] else next(iter(observers), None)


def _call(observers: Iterable[Callable[..., None]], *what: Any) -> None:
    for observer in observers:
        observer(*what)


def as_json(wire: OnBytes, port: str, sent: dict[str, Any]) -> None:
    """Call an observer of bytes with what was sent, as JSON."""
    wire("json", msgspec.json.encode({"port": port, **sent}))


def ignore_report(_: Command) -> None:
    """Ignore what an output reports while it does not play."""


@dataclass(frozen=True)
class Filling:
    """The options of one of several cables that make one message, as ``args`` names them.

    ``options`` are those of the whole; ``mark`` is how the arguments name this cable, such as
    "{x}", "" where they do not; ``speaks``: whether the message leaves when something comes here.
    It leaves once in ``every`` seconds at most; of what comes too soon the ``last`` leaves later,
    or none.
    """

    options: Any
    mark: str
    speaks: bool
    every: float = 0.0
    last: bool = True


class Sink(Box, ABC):
    """Sends messages out. Each cable into it ends in a port, named as in the patch.

    A second cable into the same port is called ``NAME#2``, and so on; one that fills an argument
    of a message ``NAME#{x}``.
    """

    fills_args: ClassVar[bool] = False
    """Whether ``args`` of a cable may name further cables, whose options are then a Filling."""
    counts: ClassVar[bool] = False
    """Whether each trigger counts: then no trigger is made of every change of a number or body."""
    sends_bytes: ClassVar[bool] = False
    """Whether it calls ``_wire`` with the bytes that it sends; else that is done by ``_tap``."""

    @property
    def acts(self) -> bool:
        """Whether it sends something out: always."""
        return True

    @property
    def shows_in_private(self) -> bool:
        """Whether it is given pictures while a show is private; the patch alone may say so."""
        return False

    def told_alone(self) -> Iterable[str]:
        """Return, in words, what it sends to that only one output may tell; once it is plugged."""
        return ()

    follows_masters: ClassVar[bool] = False
    """Whether ``on_masters`` is called."""

    _tap: OnSent | None = None
    _wire: OnBytes | None = None
    _taps: tuple[OnSent, ...] = ()
    _wires: tuple[tuple[str, OnBytes], ...] = ()
    _report_condition: Report = ignore_report

    def report(self, condition: Command) -> None:
        """Report a change of the device: ``Lost`` when it went away, to be opened again.

        May be called on any thread.
        """
        self._report_condition(condition)

    def note_sent(self, port: str, sent: dict[str, Any]) -> None:
        """Pass on what has left by a port, ready for JSON: to ``--dump``, page and recordings."""
        if self._tap is not None:
            self._tap(port, sent)

    def report_to(self, report: Report) -> None:
        """Call ``report`` with changes of the device, such as ``Lost`` when it goes away."""
        self._report_condition = report

    def tap(self, tap: OnSent) -> None:
        """Call ``tap`` for everything that is sent: {"address": ..., "args": [...]}."""
        self._taps = (tap,)
        self._connect_taps()

    def tap_bytes(self, wire: OnBytes | None, by: str = RECORDING) -> None:
        """Call ``wire`` with the bytes that are sent, or with what a tap gets, as JSON.

        There may be one observer of each name, ``by``; None ends what that of this name gets. May
        be called on any thread.
        """
        wires = {**dict(self._wires), by: wire}
        self._wires = tuple((name, each) for name, each in wires.items() if each is not None)
        self._connect_taps()

    def _connect_taps(self) -> None:
        """Make one observer of all, so that what nobody observes costs nothing."""
        self._wire = wire = all_of([each for _, each in self._wires])
        in_json = [partial(as_json, wire)] if wire and not self.sends_bytes else []
        self._tap = all_of([*self._taps, *in_json])

    @property
    def destination(self) -> str:
        """Where it sends, for people: "127.0.0.1:9000"; "" where nothing leaves this program.

        Unless a class says it better, its fixed parameters, but for what is called a secret.
        """
        values = [
            f"{each.name} = {as_written(getattr(self, each.field))}"
            for each in read_parameters(type(self)).values()
            if each.fixed and not any(word in each.name for word in _SECRET)
        ]
        return f"its device ({', '.join(values)})" if values else "its device"

    def refusals(self) -> Mapping[str, int]:
        """Return how often nobody was at each of its receivers, where that can be known.

        May be called on any thread.
        """
        return {}

    @property
    def lane(self) -> bool:
        """Whether ``send`` may block, and so runs on a thread of its own."""
        return False

    def options(self) -> type[Any] | None:
        """Return the dataclass of the options that a cable into this sink has beside ``from``."""
        return None

    @abstractmethod
    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the types that a port takes; raise UnknownName for a port that cannot be."""

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Take a cable before playing: the type it carries, and its ``options``.

        Raise ParameterError when they do not fit. Must open nothing: ``check`` calls it, too.
        """

    def unplug(self, port: str) -> None:
        """Forget a cable that was removed while playing; its port has been silenced."""

    if TYPE_CHECKING:
        open: ClassVar[Callable[..., None]]
        open_offline: ClassVar[Callable[..., None]]
        open_muted: ClassVar[Callable[..., None]]
    else:

        def open(self) -> None:
            """Open the device; raise DeviceError when it is missing: it is tried again later.

            Report ``Lost`` when it goes away: the sink is then closed and opened again. The three
            kinds of ``open`` may take an argument ``context: Context``.
            """

        def open_offline(self, context: Context | None = None) -> None:
            """Open for virtual time: an instrument is then not played, only tapped."""
            with_context(self.open, context or Context())()

        def open_muted(self, context: Context | None = None) -> None:
            """Open without an audience, as in a replay: what would be sent goes to taps only."""
            with_context(self.open_offline, context or Context())()

    @abstractmethod
    def send(self, port: str, message: Message, at: Ns) -> None:
        """Take a message; must not block unless ``lane``."""

    def flush(self, now: Ns) -> None:
        """Send what was collected: all messages of one tick have been passed to ``send``."""

    def on_wake(self, at: Ns) -> None:
        """Act at the moment that ``wake`` returned."""

    def on_masters(self) -> None:
        """Act on another black-out, freeze, brightness or privacy; where ``send`` is called."""

    def silence(self, port: str | None = None) -> None:
        """End what sounds on one port, or on all."""
