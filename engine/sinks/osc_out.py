"""Send OSC to other programs, by UDP or TCP.

Each key of ``send`` is an address; what is sent under it follows from what comes (see
``engine.osc.layouts``). Everything that belongs to one moment leaves together: in one bundle, or as
messages for receivers that know no bundles.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated, Any, Final, Literal

from engine.core.clock import MILLISECOND
from engine.core.commands import Condition
from engine.core.errors import ParameterError
from engine.core.messages import Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import OnBytes, Sink
from engine.net.tcp import Tcp
from engine.net.udp import Udp
from engine.osc.address import of_port
from engine.osc.bundle import LIMIT, bundles, longest, messages
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.layouts import choose, known_layout, sendable
from engine.osc.parse import packet
from engine.osc.tools import Target, target

PRESSED: Final = 50 * MILLISECOND
"""How long a trigger stays pressed."""

BETTER: Final = ("running", "late", "lost")
"""How a receiver by TCP may be, the best first."""

_REFUSED = (ValueError, TypeError, OverflowError, struct.error)
_log = logging.getLogger("sensorium")


class _Group:
    """Receivers that are sent the very same bytes."""

    def __init__(self, dialect: Dialect, bundle: bool) -> None:
        self.dialect = dialect
        self.bundle = bundle
        self.senders: list[Udp | Tcp] = []
        self.layouts: dict[str, Layout] = {}
        self.pieces: list[bytes] = []
        self.ports: list[str] = []

    def datagrams(self) -> list[bytes]:
        """Make ready what was collected, and forget it."""
        pieces, self.pieces = self.pieces, []
        if self.bundle:
            return bundles(pieces)
        return [message for piece in pieces for message in messages(piece)]


class OscOut(Sink):
    """Send OSC messages to one program or several."""

    to: Fixed[
        Annotated[
            str | list[str], Param('"host:port", or a tool such as "touchdesigner"; or several')
        ]
    ]
    protocol: Fixed[Annotated[Literal["udp", "tcp"], Param("how it travels")]] = "udp"
    bundle: Fixed[
        Annotated[
            bool | None,
            Param("send what belongs to one moment together; else as the tool likes it"),
        ]
    ] = None
    layout: Fixed[
        Annotated[str | None, Param("how a pose is laid out, where its cable does not say")]
    ] = None

    def __post_init__(self) -> None:
        self._groups: list[_Group] = []
        self._states: dict[str, str] = {}
        self._offs: dict[tuple[int, str, bytes], Ns] = {}
        self._pressed: list[tuple[int, str, bytes]] = []
        self._plans: dict[str, tuple[type, OscOptions]] = {}
        self._told: set[str] = set()
        self._now = Ns(0)
        self._refusals = 0
        self._unheard = False
        self._wire: OnBytes | None = None
        if self.layout is not None:
            known_layout(self.layout)
        for one in [self.to] if isinstance(self.to, str) else self.to:
            self._add(target(one, tcp=self.lane))
        if not self._groups:
            raise ParameterError("to: nobody to send to")

    @property
    def lane(self) -> bool:
        """Whether it may block: a TCP connection can stall."""
        return self.protocol == "tcp"

    @property
    def dropped(self) -> int:
        """How much was not sent: numbers that are none, a full network, a lost connection."""
        return self._refusals + sum(sender.dropped for sender in self._senders())

    def options(self) -> type[Any]:
        """Give what a cable may say."""
        return OscOptions

    def accepts(self, port: str) -> tuple[type, ...]:
        """Give the types that can be sent."""
        return sendable()

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Plan how a cable is sent; raises ParameterError for what can never be."""
        address = of_port(port)
        options = options or OscOptions()
        if self._plans.get(port) == (carries, options):
            return  # plugged again while it plays: what sounds and who is here stays known
        for group in self._groups:
            try:
                layout = choose(address, carries, options, group.dialect)
                example = layout.example()
            except _REFUSED as error:
                raise ParameterError(f"{address}: {error}") from None
            size = max(map(longest, example), default=0)
            if size > LIMIT and not self.lane:
                raise ParameterError(
                    f"{address}: its message has {size} bytes, and more than {LIMIT} do not fit"
                    " into one packet; send less, or over tcp"
                )
            if port in group.layouts:
                self._collect(group, port, group.layouts[port].end())
            group.layouts[port] = layout
        self._plans[port] = (carries, options)

    def unplug(self, port: str) -> None:
        """Forget a cable."""
        self._plans.pop(port, None)
        for group in self._groups:
            group.layouts.pop(port, None)

    def open(self) -> None:
        """Find the receivers; raises DeviceError where a machine is not known."""
        self._states.clear()
        for sender in self._senders():
            sender.open()

    def overhear(self, wire: OnBytes) -> None:
        """Have ``wire`` told of every datagram; over TCP, without the length before it."""
        self._wire = wire

    def open_unheard(self) -> None:
        """Send nothing, and say what would be sent."""
        self._unheard = True

    def close(self) -> None:
        """Give the sockets back."""
        for sender in self._senders():
            sender.close()

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Make a message ready; it leaves with all that belong to the same moment."""
        for index, group in enumerate(self._groups):
            layout = group.layouts[port]
            try:
                pieces = layout.encode(message, at)
                off = layout.off(message) if layout.has_off else b""
            except _REFUSED as error:
                self._refuse(port, error)
                continue
            self._collect(group, port, pieces)
            if off:
                key = (index, port, off)
                self._pressed.append(key)
                self._offs[key] = Ns(at + PRESSED)

    def flush(self, now: Ns) -> None:
        """Send what was made ready."""
        self._now = now
        if self._pressed:
            # Counted from now, not from the moment described: a press that is late is not shorter.
            for key in self._pressed:
                self._offs[key] = Ns(now + PRESSED)
            self._pressed.clear()
        for group in self._groups:
            if group.pieces:
                self._transmit(group)

    def wake(self) -> Ns | None:
        """Say when the next trigger lets go."""
        return min(self._offs.values()) if self._offs else None

    def on_wake(self, at: Ns) -> None:
        """Let go of the triggers whose time has come."""
        self._let_go([key for key, due in self._offs.items() if due <= at])
        self.flush(max(at, self._now))

    def silence(self, port: str | None = None) -> None:
        """Let go of triggers, end notes, and say that nobody is here any more."""
        self._let_go([key for key in self._offs if port in (None, key[1])])
        for group in self._groups:
            for name, layout in group.layouts.items():
                if port in (None, name):
                    self._collect(group, name, layout.end())
        self.flush(self._now)

    def _add(self, there: Target) -> None:
        dialect = there.dialect
        if self.layout is not None:
            dialect = Dialect(dialect.clamp, dialect.floats, self.layout)
        bundle = there.bundles if self.bundle is None else self.bundle
        sender = Tcp(there, partial(self._heard, str(there))) if self.lane else Udp(there)
        for group in self._groups:
            if (group.dialect, group.bundle) == (dialect, bundle):
                group.senders.append(sender)
                return
        self._groups.append(_Group(dialect, bundle))
        self._groups[-1].senders.append(sender)

    def _heard(self, receiver: str, state: str, why: str) -> None:
        """Say how this output is: as its worst receiver."""
        self._states[receiver] = state
        worst = max(self._states.values(), key=BETTER.index)
        again = "; trying again" if state == "lost" else ""
        self._say(Condition(worst, f"{receiver}: {why}{again}" if why else ""))

    def _senders(self) -> Iterable[Udp | Tcp]:
        return (sender for group in self._groups for sender in group.senders)

    def _collect(self, group: _Group, port: str, pieces: Sequence[bytes]) -> None:
        group.pieces += pieces
        if self._tap is not None:
            group.ports += [port for piece in pieces for _ in messages(piece)]

    def _let_go(self, keys: Iterable[tuple[int, str, bytes]]) -> None:
        for key in keys:
            index, port, off = key
            del self._offs[key]
            self._collect(self._groups[index], port, (off,))

    def _transmit(self, group: _Group) -> None:
        ports, group.ports = group.ports, []
        for datagram in group.datagrams():
            sent = [self._hand_over(sender, datagram) for sender in group.senders]
            if self._wire is not None and any(sent):
                self._wire("osc", datagram)
            if self._tap is not None:
                self._show(datagram, ports, any(sent))

    def _hand_over(self, sender: Udp | Tcp, datagram: bytes) -> bool:
        if self._unheard:
            return True
        if isinstance(sender, Udp):
            return sender.send(datagram)
        return sender.send(len(datagram).to_bytes(4, "big") + datagram, self._now)

    def _show(self, datagram: bytes, ports: list[str], sent: bool) -> None:
        """Tell the tap what was sent, read back from the very bytes."""
        for address, args in packet(datagram):
            port = ports.pop(0) if ports else address
            if sent and self._tap is not None:
                self._tap(port, {"address": address, "args": args})

    def _refuse(self, port: str, error: Exception) -> None:
        self._refusals += 1
        if port not in self._told:
            self._told.add(port)
            _log.warning("%s: not sent, for %s", of_port(port), error)
