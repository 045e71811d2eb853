"""OSC output to other programs, over UDP or TCP.

Each key of ``send`` is an address; what is sent to it follows from the type of its cable (see
``engine.osc.layouts``). Everything of one tick leaves together: in one bundle, or as single
messages for receivers without bundles.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal

from engine.core.clock import MILLISECOND, SECOND
from engine.core.commands import Missed
from engine.core.errors import ParameterError
from engine.core.finding import Finding
from engine.core.messages import Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.sink import Filling, Sink
from engine.net.osc_group import OscGroup
from engine.net.probe import probe
from engine.net.receiver_states import ReceiverStates
from engine.net.tcp import Tcp
from engine.net.udp import Udp
from engine.osc.address import of_port
from engine.osc.bundle import LIMIT, longest, messages
from engine.osc.cable_warnings import CableWarnings
from engine.osc.framing import Framing
from engine.osc.layout import Dialect, OscOptions
from engine.osc.layouts import known_layout, sendable
from engine.osc.parse import packet
from engine.osc.together import PartLayout, Together
from engine.osc.tools import Target, target

PRESS_TIME: Final = 50 * MILLISECOND
"""How long a trigger stays pressed."""

HEARD: Final = SECOND
"""How long after something was sent it is looked whether anybody listens."""

_REFUSED = (ValueError, TypeError, OverflowError, struct.error)


class OscOut(Sink):
    """Send OSC messages to one program or several.

    Several numbers go as one message where the arguments name them: ``"/pan" = { args = ["{x}",
    "{y}"] }`` for two boxes ``x`` and ``y``, ``"/color" = { from = "c", args = ["{red}",
    "{green}", "{blue}"] }`` for three outputs of one. It leaves whenever one of them is new, and
    all that belongs to a moment at once; with ``when``, or with "{value}" among the arguments,
    whenever that one comes. Nothing leaves before each of them has said something.

    Features, such as those of ``movement``, leave as one message of all their numbers; with
    "{name}" in the address each is a message of its own: ``"/lamp/{name}" = "movement"``.
    """

    fills_args: ClassVar[bool] = True

    sends_bytes: ClassVar[bool] = True

    to: Fixed[
        Annotated[
            str | list[str], Param('"host:port", or a tool such as "touchdesigner"; or several')
        ]
    ]
    protocol: Fixed[Annotated[Literal["udp", "tcp"], Param("how it travels")]] = "udp"
    framing: Fixed[
        Annotated[
            Framing | None,
            Param(
                'how packets are told apart over tcp: "length" (OSC 1.0), "slip" (OSC 1.1); else as'
                " the tool likes it"
            ),
        ]
    ] = None
    bundle: Fixed[
        Annotated[
            bool | None,
            Param("send what belongs to one moment together; else as the tool likes it"),
        ]
    ] = None
    layout: Fixed[
        Annotated[
            str | None, Param("how a body, hand or face is laid out, where its cable does not say")
        ]
    ] = None

    def __post_init__(self) -> None:
        self._groups: list[OscGroup] = []
        self._states = ReceiverStates(self.report)
        self._offs: dict[tuple[int, str, bytes], Ns] = {}
        self._pressed: list[tuple[int, str, bytes]] = []
        self._plans: dict[str, tuple[type, OscOptions | Filling]] = {}
        self._warnings = CableWarnings()
        self._now = Ns(0)
        self._refusals = 0
        self._dry_run = False
        self._looks = False
        self._look: Ns | None = None
        if self.layout is not None:
            known_layout(self.layout)
        if self.framing is not None and not self.lane:
            raise ParameterError('framing: means something over tcp alone; write protocol = "tcp"')
        for one in [self.to] if isinstance(self.to, str) else self.to:
            self._add_target(target(one, tcp=self.lane))
        if not self._groups:
            raise ParameterError("to: nobody to send to")

    @property
    def destination(self) -> str:
        """Its receivers: "127.0.0.1:9000 and 10.0.0.2:7400"."""
        return " and ".join(str(sender.target) for sender in self._senders())

    @property
    def lane(self) -> bool:
        """Whether it needs a lane: a TCP connection can block."""
        return self.protocol == "tcp"

    @property
    def dropped(self) -> int:
        """How many messages were not sent: not finite, a full buffer, or a lost connection."""
        return self._refusals + sum(sender.dropped for sender in self._senders())

    def examine(self) -> Iterable[Finding]:
        """Return whether somebody listens at each receiver."""
        return [probe(sender.target, tcp=self.lane) for sender in self._senders()]

    def told_alone(self) -> Iterable[str]:
        """Return the clients of TUIO: they count the frames of all that one sender tells."""
        words = {of_port(port).split("/")[1].upper() for port in self._plans if "/" in port}
        dialects = words & {"TUIO", "TUIO2"}
        return [f"{word} at {each.target}" for each in self._senders() for word in dialects]

    def refusals(self) -> Mapping[str, int]:
        """Return how often each receiver on this machine was not there."""
        senders = [sender for sender in self._senders() if isinstance(sender, Udp)]
        return {str(sender.target): sender.refused for sender in senders}

    def options(self) -> type[Any]:
        """Return the class of a cable's options."""
        return OscOptions

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the types that can be sent."""
        return sendable()

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Create the layout of a cable. Raise ParameterError when it can never be sent."""
        address = of_port(port)
        if options is None:
            options = OscOptions()
        if self._plans.get(port) == (carries, options):
            return  # replugged while playing: keeps its notes and slots
        for group in self._groups:
            try:
                layout = group.layout(port, carries, options)
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
        """Remove a cable."""
        self._plans.pop(port, None)
        for group in self._groups:
            group.unplug(port)

    def open(self) -> None:
        """Resolve the receivers. Raise DeviceError when a host is unknown."""
        self._dry_run, self._looks, self._look = False, True, None
        self._states.forget()
        for sender in self._senders():
            sender.open()

    def open_offline(self) -> None:
        """Resolve the receivers; nobody looks after them in time that is not real."""
        self.open()
        self._looks = False

    def open_muted(self) -> None:
        """Send nothing; only report what would be sent."""
        self._dry_run, self._looks = True, False

    def close(self) -> None:
        """Close the sockets."""
        self._look = None
        for sender in self._senders():
            sender.close()

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Queue a message until the end of the tick."""
        for index, group in enumerate(self._groups):
            layout = group.layouts[port]
            try:
                pieces = layout.encode(message, at)
                off = layout.off(message) if layout.has_off else b""
            except _REFUSED as error:
                self._refuse(port, error)
                continue
            self._collect(group, port, pieces)
            self._warnings.doubt(port, layout.doubt)
            if off:
                key = (index, port, off)
                self._pressed.append(key)
                self._offs[key] = Ns(at + PRESS_TIME)

    def flush(self, now: Ns) -> None:
        """Send what is queued."""
        self._now = now
        if self._pressed:
            # Counted from now, not from the moment described: a late press is not shorter.
            for key in self._pressed:
                self._offs[key] = Ns(now + PRESS_TIME)
            self._pressed.clear()
        for group in self._groups:
            for port, together in group.together.items():
                self._collect_together(group, port, together)
            if group.pieces:
                self._transmit(group)
                if self._look is None and self._looks and not self.lane:
                    self._look = Ns(now + HEARD)

    def wake(self) -> Ns | None:
        """Return when a trigger is released, a message may leave, or a receiver is looked after."""
        dues = [*self._offs.values()]
        for group in self._groups:
            dues += [at for each in group.together.values() if (at := each.wake()) is not None]
        if self._look is not None:
            dues.append(self._look)
        if self._looks and self.lane:
            dues += [due for each in self._streams() if (due := each.due) is not None]
        return min(dues, default=None)

    def on_wake(self, at: Ns) -> None:
        """Release the triggers that are due, let out what waited, and look after receivers."""
        if self._looks:
            self._look_after(at)
        self._release([key for key, due in self._offs.items() if due <= at])
        self.flush(max(at, self._now))

    def silence(self, port: str | None = None) -> None:
        """Release triggers, end notes, and send that nobody is present."""
        self._release([key for key in self._offs if port in (None, key[1])])
        for group in self._groups:
            for name, layout in group.layouts.items():
                if port in (None, name):
                    self._collect(group, name, layout.end())
                if port == name and isinstance(layout, PartLayout):
                    layout.together.forget(layout.mark)
        self.flush(self._now)

    def _collect_together(self, group: OscGroup, port: str, together: Together) -> None:
        """Queue a message of several cables where it is due."""
        try:
            pieces = together.pieces(self._now)
        except _REFUSED as error:
            self._refuse(port, error)
        else:
            self._collect(group, together.port, pieces)

    def _add_target(self, target_: Target) -> None:
        if self.framing is not None:
            target_ = replace(target_, framing=self.framing)
        dialect = target_.dialect
        if self.layout is not None:
            dialect = Dialect(dialect.clamp, dialect.floats, self.layout)
        bundle = target_.bundles if self.bundle is None else self.bundle
        sender = (
            Tcp(target_, partial(self._states.change, str(target_))) if self.lane else Udp(target_)
        )
        for group in self._groups:
            if (group.dialect, group.bundle) == (dialect, bundle):
                group.senders.append(sender)
                return
        self._groups.append(OscGroup(dialect, bundle))
        self._groups[-1].senders.append(sender)

    def _look_after(self, at: Ns) -> None:
        """Notice receivers that went, are back, or do not listen yet."""
        for stream in self._streams():
            if stream.due is not None and stream.due <= at:
                stream.look(at)
        if self._look is not None and self._look <= at:
            self._look = None
            refused = [each.was_refused() for each in self._senders() if isinstance(each, Udp)]
            if any(refused):
                self._report_condition(Missed())  # it sends, and so it is looked again

    def _streams(self) -> Iterable[Tcp]:
        return (each for each in self._senders() if isinstance(each, Tcp))

    def _senders(self) -> Iterable[Udp | Tcp]:
        return (sender for group in self._groups for sender in group.senders)

    def _collect(self, group: OscGroup, port: str, pieces: Sequence[bytes]) -> None:
        group.pieces += pieces
        if not self.lane:
            self._warnings.length(port, pieces)
        if self._tap is not None:
            group.ports += [port for piece in pieces for _ in messages(piece)]

    def _release(self, keys: Iterable[tuple[int, str, bytes]]) -> None:
        for key in keys:
            index, port, off = key
            del self._offs[key]
            self._collect(self._groups[index], port, (off,))

    def _transmit(self, group: OscGroup) -> None:
        ports, group.ports = group.ports, []
        for datagram in group.datagrams():
            sent = [self._transmit_to(sender, datagram) for sender in group.senders]
            if self._wire is not None and any(sent):
                self._wire("osc", datagram)
            if self._tap is not None:
                self._report(datagram, ports, any(sent))

    def _transmit_to(self, sender: Udp | Tcp, datagram: bytes) -> bool:
        if self._dry_run:
            return True
        if isinstance(sender, Udp):
            return sender.send(datagram)
        return sender.send(datagram, self._now)

    def _report(self, datagram: bytes, ports: list[str], sent: bool) -> None:
        """Report what was sent to the tap, decoded from the bytes."""
        for address, args in packet(datagram):
            port = ports.pop(0) if ports else address
            if sent and self._tap is not None:
                self._tap(port, {"address": address, "args": args})

    def _refuse(self, port: str, error: Exception) -> None:
        self._refusals += 1
        self._warnings.refused(port, error)
