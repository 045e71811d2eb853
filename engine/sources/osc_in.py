"""OSC input: faders, buttons and texts from another program or a phone.

[desk]
use  = "osc_in"
port = 9000
[desk.listen]
fader = "/1/fader1"
go    = { address = "/1/push1", carries = "trigger" }
pad_y = { address = "/3/xy", argument = 2 }

An address is compared as it is, spaces and accents too; where none fits, a sender's pattern such as
``/1/fader*`` means all that it fits (OSC 1.0). Numbers and switches take numbers and switches
(``i f h d T F``), texts take texts (``s S c``), triggers take all but 0 and false, and a bang or
nothing at all (``I N``). The arguments in a list count one by one.

With ``protocol = "tcp"`` senders connect, and say by their first byte whether each packet stands
behind its length (OSC 1.0) or between two END (SLIP, OSC 1.1). Nothing is sent back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final, Literal

from engine.core.errors import ParameterError, as_written
from engine.core.messages import Ns, Trigger
from engine.core.nearest import nearest
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Source
from engine.core.text import plain
from engine.core.traffic import Heard
from engine.net.access import HELP, SenderFilter
from engine.net.rate_limit import RateLimiter
from engine.net.receiver import Receiver
from engine.net.stream_receiver import StreamReceiver
from engine.osc.address import check_heard
from engine.osc.parse import describe, flat
from engine.osc.pattern import AddressSpace, PatternError, is_pattern

RATE: Final = 20_000
"""Messages per sender and second: six people, joint by joint, at 60 Hz."""

SHOWN: Final = 80
"""Characters of an address that are told."""


class WrongArgument(ValueError):
    """A message whose argument has the wrong type."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one outlet listens for: ``argument`` counts from 1."""

    address: str
    carries: str = "number"
    argument: int = 1


@dataclass(frozen=True, slots=True)
class _Outlet:
    name: str
    argument: int
    convert: Callable[[Any], Any]

    def pick(self, arguments: list[Any]) -> Any:
        """Return the argument that it listens for. Raise WrongArgument where it is missing."""
        if self.argument > max(len(arguments), 1):
            raise WrongArgument(f"came without an argument {self.argument}")
        return arguments[self.argument - 1] if arguments else None


class OscIn(Source):
    """Listen to an OSC port: ``listen`` names the addresses, and each name is an outlet."""

    port: Fixed[Annotated[int, Param("the port to listen to", 1, 65535)]] = 9000
    protocol: Fixed[
        Annotated[Literal["udp", "tcp"], Param("how it travels; over tcp by length or SLIP")]
    ] = "udp"
    host: Fixed[
        Annotated[str, Param('"0.0.0.0" hears the network, "127.0.0.1" only this machine')]
    ] = "127.0.0.1"
    allow: Fixed[Annotated[list[str] | None, Param(HELP)]] = None
    listen: Fixed[
        Annotated[
            dict[str, str | dict[str, str | int]],
            Param('names for addresses: fader = "/1/fader1"'),
        ]
    ]

    def __post_init__(self) -> None:
        self._subscriptions = {name: _read(name, entry) for name, entry in self.listen.items()}
        if not self._subscriptions:
            raise ParameterError('listen: nothing to hear; name an address: fader = "/1/fader1"')
        self._by_address: dict[str, list[_Outlet]] = {}
        for name, subscription in self._subscriptions.items():
            outlet = _Outlet(name, subscription.argument, CONVERT[subscription.carries])
            self._by_address.setdefault(subscription.address, []).append(outlet)
        self._space = AddressSpace(self._by_address)
        self._emit: Emit | None = None
        listener = StreamReceiver if self.protocol == "tcp" else Receiver
        self._receiver = listener(
            self._on_message, SenderFilter(self.host, self.allow), RateLimiter(RATE, RATE)
        )

    @property
    def malformed(self) -> int:
        """How many messages were not OSC, too many, or had arguments of the wrong type."""
        return self._receiver.malformed

    def outlets(self) -> Mapping[str, type]:
        """Return the outlets that ``listen`` names."""
        return {
            name: TYPES[subscription.carries] for name, subscription in self._subscriptions.items()
        }

    def listens_to(self) -> Iterable[str]:
        """Return the addresses that ``listen`` names."""
        return tuple(self._by_address)

    def open(self, emit: Emit) -> None:
        """Bind the port. Raise DeviceError when it is in use."""
        self._emit = emit
        self._receiver.open(self.host, self.port)

    def close(self) -> None:
        """Close the port."""
        self._receiver.close()

    def _on_message(self, address: str, arguments: list[Any], host: str, at: Ns) -> None:
        outlets = self._meant(address)
        if self._overheard is not None:
            names = [each.name for each in outlets]
            self._overheard(Heard(address, arguments, host, at, names))
        given = list(flat(arguments)) if outlets else []
        problem = ""
        for outlet in outlets:
            try:
                message = outlet.convert(outlet.pick(given))
            except WrongArgument as error:
                problem = problem or f"{address} {error}"
                continue
            if message is not None and self._emit is not None:
                self._emit(outlet.name, message, at)
        if problem:
            raise WrongArgument(problem)

    def _meant(self, address: str) -> list[_Outlet]:
        """Return the outlets of an address, or of a pattern that is none of the addresses."""
        if address in self._by_address or not is_pattern(address):
            return self._by_address.get(address, [])
        try:
            found = self._space.find(address, self._receiver.pay)
        except PatternError as error:
            raise WrongArgument(f"{plain(address, SHOWN)}: {error}") from None
        return [outlet for one in found for outlet in self._by_address[one]]


def _read(name: str, entry: str | Mapping[str, str | int]) -> Subscription:
    try:
        return _subscription({"address": entry} if isinstance(entry, str) else entry)
    except ParameterError as error:
        raise ParameterError(f"listen.{name}: {error}") from None


def _subscription(written: Mapping[str, Any]) -> Subscription:
    keys = [field.name for field in fields(Subscription)]
    for key in written:
        if key not in keys:
            hint = nearest(key, keys) or f" There is: {', '.join(keys)}."
            raise ParameterError(f'there is no "{key}".{hint}')
    found = Subscription(**{"address": "", **written})
    if not isinstance(found.address, str) or not found.address:
        raise ParameterError('an address is missing, such as { address = "/1/fader1" }')
    check_heard(found.address)
    if found.carries not in TYPES:
        known = ", ".join(map(as_written, TYPES))
        hint = nearest(str(found.carries), TYPES)
        raise ParameterError(
            f"carries: expected one of {known}, got {as_written(found.carries)}.{hint}"
        )
    if not isinstance(found.argument, int) or found.argument < 1:
        got = as_written(found.argument)
        raise ParameterError(f"argument: expected a whole number of 1 or more, got {got}")
    return found


def _number(argument: Any) -> float:
    if not isinstance(argument, int | float):
        raise WrongArgument(f"brought {describe(argument)}, not a number")
    if not math.isfinite(argument):
        raise WrongArgument(f"brought {argument}, which is no number")
    return float(argument)


def _switch(argument: Any) -> bool:
    return _number(argument) > 0


def _trigger(argument: Any) -> Trigger | None:
    """Return a trigger for a press (above 0, or no number), None for a release (0)."""
    if not isinstance(argument, int | float):
        return Trigger()
    value = _number(argument)
    return Trigger(value) if value > 0 else None


def _text(argument: Any) -> str:
    if not isinstance(argument, str):
        raise WrongArgument(f"brought {describe(argument)}, not a text")
    return argument


CONVERT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "number": _number,
    "switch": _switch,
    "trigger": _trigger,
    "text": _text,
}
TYPES: Final[Mapping[str, type]] = {
    "number": float,
    "switch": bool,
    "trigger": Trigger,
    "text": str,
}
