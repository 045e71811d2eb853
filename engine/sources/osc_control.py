"""Be controlled by OSC: ``/<box>/<parameter> value`` sets what a hand would.

    /reach/smooth/smooth 0.3      a parameter; a box may be a link of a chain, as here
    /reach/smooth/smooth/release  give it back to its cable
    /style/look/ink 0.5           one weight of a parameter that is a table of them
    /sensorium/patch 2            go to another patch: by number from 1, name or title, "next",
                                  "previous"
    /sensorium/teach "out/reach"  let this way out move alone, for a program that learns; "" ends it
    /sensorium/privacy 1          let no picture leave; 0 ends that, unless the patch says it
    /sensorium/blackout 1         let the picture that leaves be black; 0 ends that
    /sensorium/freeze 1           hold the picture that leaves; 0 lets it go on
    /sensorium/master 0.5         the brightness of the picture that leaves, 0 to 1
    /panic                        end everything that sounds
    /*/smooth/smooth 0.3          a pattern (OSC 1.0) sets all parameters that it fits

A pattern means parameters alone: never ``/panic`` and ``/sensorium``; ``on`` and ``release`` only
where they are written out, as in ``/{left,right}/on 0`` and ``/*/*/release``. What one parameter
refuses, the others take.

What is refused is answered with ``/sensorium/error address reason`` to the sender's machine, on the
port for replies, at most some 20 times a second. There and on this machine ``/sensorium/error s s``
says what is wrong with a patch that was saved or asked for and does not play, or no more. A text is
cut at 500 bytes, so that each message fits one packet. Once a second: ``/sensorium/alive i``
(seconds since the start), ``/sensorium/delay f`` (ms), ``/sensorium/errors i``,
``/sensorium/privacy i`` (1 while no picture leaves), ``/sensorium/blackout i``,
``/sensorium/freeze i``, ``/sensorium/master f``; and ``/sensorium/patch s`` and
``/sensorium/<box>/state s`` when they change and every five seconds. Where the patch states a
``deadline``: ``/sensorium/quality f``, 1 when nothing gives way and 0 when everything does, and
``/sensorium/quality/step s``, what was done last.
"""

from __future__ import annotations

import contextlib
import logging
import math
import socket
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Final

from engine.core.clock import SECOND, SystemClock
from engine.core.commands import (
    Answer,
    BlackOut,
    Command,
    Freeze,
    KeepPrivate,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
    Teach,
)
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Remote
from engine.core.status import Status
from engine.core.text import plain, within
from engine.net.access import HELP, SenderFilter
from engine.net.rate_limit import RateLimiter
from engine.net.receiver import Receiver
from engine.osc.bundle import messages
from engine.osc.packer import Packer
from engine.osc.parse import IMPULSE, describe, flat
from engine.osc.pattern import AddressSpace, is_pattern

LOCAL: Final = "127.0.0.1"
PORTS_TRIED: Final = 20
MAX_HOSTS: Final = 8
"""How many machines receive reports."""

HOST_TIMEOUT: Final = 60 * SECOND
"""ns: how long a machine receives reports after its last message."""

MAX_REFUSALS: Final = 100
"""How many refusals are answered a second, so that a flood is not amplified."""

RATE: Final = 2000
BURST: Final = 12_000
"""Messages per sender, a second and at once: a thousand faders all moved."""

TEXT: Final = 500
"""Bytes of a text that is sent: two of them and an address fit one packet."""

MAX_ADDRESS: Final = 255
"""Maximum length of an address in characters; no parameter has a longer one."""

FULL_REPORT_EVERY: Final = 5
"""Every so many reports, all values are sent, changed or not."""

_SHOW_COMMANDS: Final = ("patch", "teach", "privacy", "blackout", "freeze", "master")
"""What lies below ``/sensorium``."""

_log = logging.getLogger("sensorium")


class OscControl(Remote):
    """Take parameters, patch changes and panic from OSC, and tell how the show goes."""

    alone: ClassVar[bool] = True

    port: Fixed[Annotated[int, Param("the UDP port to listen to", 1, 65535)]] = 9700
    host: Fixed[
        Annotated[str, Param('"0.0.0.0" hears the network, "127.0.0.1" only this machine')]
    ] = LOCAL
    allow: Fixed[Annotated[list[str] | None, Param(HELP)]] = None
    replies: Fixed[Annotated[int, Param("the port that replies go to", 1, 65535)]] = 9701

    def __post_init__(self) -> None:
        self._gate = SenderFilter(self.host, self.allow)
        self._receiver = Receiver(self._on_message, self._gate, RateLimiter(RATE, BURST))
        self._emit: Emit | None = None
        self._reply_socket: socket.socket | None = None
        self._hosts: dict[str, Ns] = {}
        self._malformed = 0
        self._refused = 0
        self._reports = 0
        self._space = AddressSpace()
        self._last_sent: dict[str, str] = {}

    @property
    def listens(self) -> int:
        """The port in use; 0 while closed."""
        return self._receiver.port

    @property
    def refusals(self) -> int:
        """How many messages were no command, malformed packets included."""
        return self._malformed + self._receiver.malformed

    def open(self, emit: Emit) -> None:
        """Bind the port, or the next free one. Raise DeviceError when none is free."""
        self.close()
        self._emit = emit
        self._reply_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._reply_socket.setblocking(False)
        self._listen()
        if self.listens != self.port:
            _log.warning("port %d is in use; control is on port %d", self.port, self.listens)

    def close(self) -> None:
        """Close the sockets."""
        self._receiver.close()
        if self._reply_socket is not None:
            self._reply_socket.close()
            self._reply_socket = None

    def report(self, status: Status) -> None:
        """Send the status to this machine and to all recent senders."""
        self._refused = 0
        self._reports += 1
        lines = [
            Packer("/sensorium/alive", "i").pack(int(status.seconds)),
            Packer("/sensorium/delay", "f").pack(status.delay_ms),
            Packer("/sensorium/errors", "i").pack(status.errors + self.refusals),
            Packer("/sensorium/privacy", "i").pack(status.private),
            Packer("/sensorium/blackout", "i").pack(status.blackout),
            Packer("/sensorium/freeze", "i").pack(status.frozen),
            Packer("/sensorium/master", "f").pack(status.master),
            *self._changes(status),
        ]
        if status.quality is not None:
            lines.append(Packer("/sensorium/quality", "f").pack(status.quality))
        self._forget_hosts()
        for host in {LOCAL: None, **self._hosts}:
            for line in lines:
                self._send(host, line)

    def offer(self, addresses: Sequence[str]) -> None:
        """Take the addresses that patterns are compared with."""
        self._space = AddressSpace(addresses)

    def tell(self, box: str, text: str) -> None:
        """Report a problem with a patch to the same machines at once."""
        for host in {LOCAL: None, **self._hosts}:
            self._send(host, _texts("/sensorium/error", box, text))

    def _listen(self) -> None:
        candidates = [
            port for port in range(self.port, self.port + PORTS_TRIED) if port != self.replies
        ]
        for port in candidates[:-1]:
            with contextlib.suppress(DeviceError):
                self._receiver.open(self.host, port)
                return
        self._receiver.open(self.host, candidates[-1])

    def _on_message(self, address: str, arguments: list[Any], host: str, at: Ns) -> None:
        if self._gate.may_answer(host):
            self._remember(host, at)
        refuse = partial(self._refuse, host, address)
        try:
            meant = self._meant(address)
            commands = [parse_command(one, arguments, refuse) for one in meant]
        except ValueError as error:
            self._malformed += 1
            refuse(str(error))
            return
        for command in commands:
            if command is not None and self._emit is not None:
                self._emit("", command, at)

    def _meant(self, address: str) -> Sequence[str]:
        """Return the addresses of the parameters that a pattern means, or the address itself.

        Raise ValueError for a pattern that is malformed, or means none.
        """
        whole = "/" + address.strip("/")
        base = whole.removesuffix("/release")
        if not is_pattern(base) or base in self._space:
            return (address,)
        found = self._space.find(base, self._receiver.pay)
        if not base.endswith("/on"):
            found = tuple(one for one in found if not one.endswith("/on"))
        if not found:
            raise ValueError("fits no parameter; on, release and /panic must be written out")
        return [one + whole[len(base) :] for one in found]

    def _refuse(self, host: str, address: str, reason: str) -> None:
        self._refused += 1
        if self._refused <= MAX_REFUSALS and self._gate.may_answer(host):
            self._send(host, _texts("/sensorium/error", address, reason))

    def _changes(self, status: Status) -> list[bytes]:
        """Return the messages for values that changed, and at intervals for all of them."""
        now = {"/sensorium/patch": status.patch}
        if status.quality is not None:
            now["/sensorium/quality/step"] = status.step
        now |= {f"/sensorium/{box}/state": state for box, state in status.states.items()}
        everything = self._reports % FULL_REPORT_EVERY == 1
        changes = {
            address: text
            for address, text in now.items()
            if everything or self._last_sent.get(address) != text
        }
        self._last_sent = now
        return [_texts(address, text) for address, text in changes.items()]

    def _remember(self, host: str, at: Ns) -> None:
        self._hosts.pop(host, None)
        self._hosts[host] = at
        if len(self._hosts) > MAX_HOSTS:
            del self._hosts[next(iter(self._hosts))]

    def _forget_hosts(self) -> None:
        now = SystemClock().now()
        self._hosts = {h: at for h, at in self._hosts.copy().items() if now - at < HOST_TIMEOUT}

    def _send(self, host: str, piece: bytes) -> None:
        reply_socket = self._reply_socket
        if reply_socket is None:
            return
        for message in messages(piece):
            with contextlib.suppress(OSError):
                reply_socket.sendto(message, (host, self.replies))


def _texts(address: str, *texts: str) -> bytes:
    """Return a message of texts that fits one packet, whatever they are."""
    cut = (within(plain(text.replace("\n", "; ")), TEXT) for text in texts)
    return Packer(within(address, MAX_ADDRESS), "s" * len(texts)).pack(*cut)


def parse_command(address: str, arguments: list[Any], refuse: Answer) -> Command | None:
    """Parse a message as a command. Raise ValueError with the reason when it is none.

    Return None for a button's release, which sends 0.
    """
    if len(address) > MAX_ADDRESS:
        raise ValueError(f"an address has {MAX_ADDRESS} characters at most")
    path = address.strip("/").split("/")
    arguments = [one for one in arguments if one is not None and one is not IMPULSE]
    pressed = not arguments or arguments[0] not in (0, False)
    if path == ["panic"]:
        return Panic() if pressed else None
    if path[0] == "sensorium":
        return _show_command(path, arguments, refuse)
    if len(path) < 2 or not all(path):
        raise ValueError("expected /box/parameter with a value")
    if path[-1] == "release" and len(path) > 2:
        return Release("/".join(path[:-2]), path[-2], refuse) if pressed else None
    if not arguments:
        raise ValueError("came without a value")
    for argument in flat(arguments):
        if not isinstance(argument, bool | int | float | str):
            raise ValueError(  # noqa: TRY004 - the packet is wrong, not the program
                f"brought {describe(argument)}, which no parameter takes"
            )
        if isinstance(argument, float) and not math.isfinite(argument):
            raise ValueError(f"{argument} is no number")
    value = arguments[0] if len(arguments) == 1 else list(arguments)
    return SetParameter("/".join(path[:-1]), path[-1], value, refuse)


def _show_command(path: list[str], arguments: list[Any], refuse: Answer) -> Command:
    match path[1:], arguments[:1]:
        case ["patch"], [int() | float() | str() as which] if not isinstance(which, bool):
            return PlayPatch(_integral(which), refuse)
        case ["patch"], _:
            raise ValueError("expected the number, name or title of a patch")
        case ["teach"], [str(route)]:
            return Teach(route, refuse)
        case ["teach"], _:
            raise ValueError('expected a way out, such as "out/reach", or "" to end it')
        case ["privacy"], [0 | 1 as on]:
            return KeepPrivate(bool(on), refuse)
        case ["blackout"], [0 | 1 as on]:
            return BlackOut(bool(on))
        case ["freeze"], [0 | 1 as on]:
            return Freeze(bool(on))
        case ["privacy" | "blackout" | "freeze"], _:
            raise ValueError("expected 1 or 0")
        case ["master"], [int() | float() as level] if 0 <= level <= 1:
            return SetMaster(float(level), refuse)
        case ["master"], _:
            raise ValueError("expected a number from 0 to 1")
    known = ", ".join(f"/sensorium/{name}" for name in _SHOW_COMMANDS[:-1])
    raise ValueError(f"not known; there is {known} and /sensorium/{_SHOW_COMMANDS[-1]}")


def _integral(which: float | str) -> int | str:
    """Return the number of a patch, which many tools send as a float."""
    if isinstance(which, float):
        if not which.is_integer():
            raise ValueError("expected the number, name or title of a patch")
        return int(which)
    return which
