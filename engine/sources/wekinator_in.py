"""Listen where Wekinator listens: its inputs, and its control words.

[in]
use = "wekinator_in"

A program that was written for Wekinator runs as it is: it sends ``/wek/inputs`` with floats, and
``/wekinator/control/...``, to port 6448. The box ``wekinator`` learns and answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final

from engine.core.errors import ParameterError
from engine.core.messages import Ns, OscMessage
from engine.core.nearest import nearest, without_hints
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Source
from engine.core.text import plain
from engine.core.traffic import Heard
from engine.net.access import HELP, SenderFilter
from engine.net.rate_limit import RateLimiter
from engine.net.receiver import Receiver
from engine.osc.address import check_heard
from engine.osc.parse import IMPULSE, flat
from engine.osc.wekinator_words import (
    BUNDLE,
    CONTROL,
    INPUTS,
    WORDS,
    NoOrder,
    read_number,
    read_order,
)

RATE: Final = 2000
BURST: Final = 4000
"""Messages of a sender, a second and at once: a lesson of two thousand examples in one go."""
ORDER_RATE: Final = 20
ORDER_BURST: Final = 400
"""Control words of all senders, a second and at once, but ``outputs``."""
SLOW: Final = ("train", "loadModelFromFile", "saveModelToFile", "runNewProject")
SLOW_RATE: Final = 2
SLOW_BURST: Final = 60
"""The same for those that may take as long as a second."""
HINTS: Final = 20
"""Nearest names that are sought a second: to compare names takes as long as a hundred inputs."""
SHOWN: Final = 80

_RECORDS: Final = ("startRecording", "startDtwRecording")
_RECORDS_NOT: Final = ("stopRecording", "stopDtwRecording", "startRunning", "runNewProject")


def _address_fault(address: str) -> str:
    try:
        check_heard(address)
    except ParameterError as error:
        return str(error)
    return ""


class WekinatorIn(Source):
    """Listens to inputs and control words as Wekinator does: UDP, port 6448.

    ``said`` is each message as it came. What is none of Wekinator's, brings a text for a number, or
    no number at all, is left out, told and counted; a program that sends too much is heard in part.
    While something is recorded no input is lost; else the newest one counts.
    """

    OUT: ClassVar[Mapping[str, type]] = {"said": OscMessage}

    port: Fixed[Annotated[int, Param("the UDP port to listen to", 1, 65535)]] = 6448
    host: Fixed[
        Annotated[str, Param('"0.0.0.0" hears the network, "127.0.0.1" only this machine')]
    ] = "127.0.0.1"
    allow: Fixed[Annotated[list[str] | None, Param(HELP)]] = None
    inputs: Fixed[
        Annotated[str, Param("the address that inputs come to", fault=_address_fault)]
    ] = INPUTS

    def __post_init__(self) -> None:
        self._emit: Emit | None = None
        self._recording = False
        self._orders = RateLimiter(ORDER_RATE, ORDER_BURST)
        self._slow = RateLimiter(SLOW_RATE, SLOW_BURST)
        self._hints = RateLimiter(HINTS, HINTS)
        self._receiver = Receiver(
            self._on_message, SenderFilter(self.host, self.allow), RateLimiter(RATE, BURST)
        )

    @property
    def malformed(self) -> int:
        """How many messages were none of Wekinator's, or too many."""
        return self._receiver.malformed

    def listens_to(self) -> Iterable[str]:
        """Return the addresses that Wekinator has."""
        return (self.inputs, self.inputs + BUNDLE, *(CONTROL + word for word in WORDS))

    def open(self, emit: Emit) -> None:
        """Bind the port. Raise DeviceError when it is in use."""
        self._emit, self._recording = emit, False
        self._receiver.open(self.host, self.port)

    def close(self) -> None:
        """Close the port."""
        self._receiver.close()

    def _on_message(self, address: str, arguments: list[Any], host: str, at: Ns) -> None:
        given = [one for one in flat(arguments) if one is not None and one is not IMPULSE]
        try:
            message = self._read_calmly(address, given, at)
        except NoOrder as error:
            if self._overheard is not None:
                self._overheard(Heard(address, arguments, host, at, refused=str(error)))
            raise
        if self._overheard is not None:
            self._overheard(Heard(address, arguments, host, at, outlets=["said"]))
        if self._emit is not None:
            self._emit("said", message, at)

    def _read_calmly(self, address: str, given: list[Any], at: Ns) -> OscMessage:
        """Return a message, and seek nearest names only for so many refusals a second."""
        if self._hints.has("", at):
            try:
                return self._read(address, given, at)
            except NoOrder:
                self._hints.take("", at)
                raise
        with without_hints():
            return self._read(address, given, at)

    def _read(self, address: str, given: list[Any], at: Ns) -> OscMessage:
        """Return a message of Wekinator's. Raise NoOrder, in words, for all else."""
        if address == self.inputs:
            try:
                values = tuple(read_number(one) for one in given)
            except NoOrder as error:
                raise NoOrder(f"{plain(address, SHOWN)}: {error}") from None
            return OscMessage(address, values, kept=self._recording)
        if address in (self.inputs + BUNDLE, INPUTS + BUNDLE):
            if not given or not isinstance(given[0], str):
                raise NoOrder(f"{address} expects the name of a file")
            return OscMessage(self.inputs + BUNDLE, (given[0],))
        if not address.startswith(CONTROL):
            hint = nearest(address, (self.inputs, *(CONTROL + word for word in WORDS)))
            raise NoOrder(f"{plain(address, SHOWN)} is no address of Wekinator.{hint}")
        order = read_order(address, given)
        if order.word != "outputs" and not self._orders.take("", at):
            raise NoOrder(f"more than {ORDER_RATE} orders a second; {order.word} is left out")
        if order.word in SLOW and not self._slow.take("", at):
            raise NoOrder(
                f"more than {SLOW_RATE} orders like {order.word} a second; it is left out"
            )
        if order.word in _RECORDS or order.word in _RECORDS_NOT:
            self._recording = order.word in _RECORDS
        return OscMessage(address, (*order.numbers, *order.texts))
