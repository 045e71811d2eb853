"""The process that carries packets to other machines, by zenoh over TLS and by nothing else.

Run: ``python -m engine.cluster.carrier_process SETTINGS``; see ``engine.system.device_process``.

Why a process: zenoh may wait for seconds where a link is stuck, and logs to the standard output;
neither may happen to a show. If it hangs it is ended and begun anew, and nothing that must arrive
is lost, for that is kept by the show. What it logs is where a refused connection is counted.

Every connection is checked on both ends by the certificate in the key of the room (mutual TLS).
There is no other protocol, no admin space, no plugin, no shared memory, no relay between peers.

zenoh dials again what it was told to dial, but not a machine that it only heard of from another
one. After a cut between two such machines one of them has to enter the room once more for a moment,
as a guest who says nothing: whoever meets a guest hears of all the others from it, and dials those
that it has not got.

As soon as two machines are connected, both say hello once more: else they would not hear of each
other before the next one is due.
"""

from __future__ import annotations

import base64
import json
import os
import select
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cluster.key import read_key
from engine.cluster.wire import (
    COUNTED,
    HEARD,
    HELLO,
    LONGEST_PACKET,
    LOOK,
    SEND,
    RoomSettings,
    pack,
    unpack,
)
from engine.core.errors import ClusterError
from engine.system.device_process import ALIVE, FAILED, OPENED
from engine.system.framing import Unframer, pack_frame
from engine.system.liveness import start_heartbeat, wake_with_parent
from engine.system.priority import set_realtime_priority

if TYPE_CHECKING:
    import zenoh

_PIECE: Final = 1 << 20
_PIPE_BYTES: Final = 1 << 20
_REFUSED: Final = b"zenoh_link_tls::unicast"
"""Of the lines that zenoh logs: a connection that was not accepted."""
_LEASE_MS: Final = 1500
"""A link that carries nothing for so long is closed, and made again."""
_RETRY_MS: Final = 250
_OPEN_MS: Final = 1500
_MOST_SESSIONS: Final = 64
_VISIT: Final = 1.0
"""Seconds that a guest stays: as long as a bad network may take to connect three machines."""
_LEAVING: Final = 1.0
"""Seconds for what was sent last to leave."""


class Door:
    """Counts what zenoh logs on the standard output, which is ours no more."""

    def __init__(self, counted: Any) -> None:
        self.refused = 0
        self._counted = counted
        reads, writes = os.pipe()
        os.dup2(writes, 1)
        os.close(writes)
        threading.Thread(target=self._read, args=(reads,), daemon=True).start()

    def _read(self, descriptor: int) -> None:
        rest = b""
        while piece := os.read(descriptor, 1 << 16):
            *lines, rest = (rest + piece).split(b"\n")
            rest = rest[-4096:]
            if new := sum(_REFUSED in line for line in lines):
                self.refused += new
                self._counted()


class Carrier:
    """The zenoh session, and the pipe to the show."""

    def __init__(self, output: int) -> None:
        self._output = output
        self._turn = threading.Lock()
        self._publishers: dict[str, zenoh.Publisher] = {}
        self._kept: list[object] = []
        self._last_hello = b""
        self._visits = threading.Lock()
        self._door = Door(self.count)

    def say(self, frame: bytes) -> None:
        """Write a frame to the show; a show that does not read holds up the network."""
        with self._turn:
            view = memoryview(frame)
            while view:
                view = view[os.write(self._output, view) :]

    def count(self) -> None:
        """Report what happened at the door."""
        self.say(pack_frame(COUNTED, self._door.refused.to_bytes(8, "little")))

    def open(self, settings: RoomSettings) -> None:
        """Enter the room; raise ClusterError where that fails."""
        try:
            import zenoh  # noqa: PLC0415
        except ImportError:
            raise ClusterError("zenoh is not installed") from None
        os.environ.pop("RUST_LOG", None)  # what is logged is read here, by nobody else
        zenoh.init_log_from_env_or("error,zenoh_link_tls=warn")
        try:
            session = zenoh.open(_config(zenoh, settings))
        except zenoh.ZError as error:
            raise ClusterError(_in_plain_words(str(error), settings)) from None
        self._session, self._settings = session, settings
        self._came = zenoh.SampleKind.PUT
        self._declare = partial(
            session.declare_publisher,
            # The show says again what must arrive; here, waiting for one would hold up the others.
            congestion_control=zenoh.CongestionControl.DROP,
            priority=zenoh.Priority.INTERACTIVE_HIGH,
            express=True,
            allowed_destination=zenoh.Locality.REMOTE,
        )
        self._name = name = settings.name
        self._hello = self._declare(f"hello/{name}")
        for key, kind in ((f"to/{name}/*", HEARD), ("hello/*", HELLO)):
            self._kept.append(session.declare_subscriber(key, self._heard(kind)))
        # Last: who sees the token has heard of the subscribers.
        presence = session.liveliness()
        self._kept.append(presence.declare_subscriber("here/*", self._connected))
        self._kept.append(presence.declare_token(f"here/{name}"))

    def send(self, kind: bytes, payload: bytes) -> None:
        """Send a packet to one machine, or a hello to all."""
        to, packet = unpack(payload)
        if kind == HELLO:
            self._last_hello = packet
            self._hello.put(packet)
        elif kind == SEND:
            publisher = self._publishers.get(to)
            if publisher is None:
                publisher = self._publishers[to] = self._declare(f"to/{to}/{self._name}")
            publisher.put(packet)

    def look(self) -> None:
        """Enter the room once more for a moment, so that all who are in it find each other."""
        import zenoh  # noqa: PLC0415

        if not self._visits.acquire(blocking=False):
            return
        try:
            with suppress(zenoh.ZError):
                guest = zenoh.open(_config(zenoh, _of_guest(self._settings)))
                threading.Event().wait(_VISIT)
                close: Callable[[], object] = guest.close
                close()
        finally:
            self._visits.release()

    def close(self) -> None:
        """Leave the room, with all that was sent."""
        close: Callable[[], object] = self._session.close
        close()

    def _connected(self, sample: zenoh.Sample) -> None:
        """Greet a machine that has just been connected."""
        if sample.kind == self._came and self._last_hello:
            self._hello.put(self._last_hello)

    def _heard(self, kind: bytes) -> Any:
        def heard(sample: zenoh.Sample) -> None:
            if len(sample.payload) <= LONGEST_PACKET:
                of = str(sample.key_expr).rpartition("/")[2][:64]
                if of.isascii():
                    self.say(pack(kind, of, sample.payload.to_bytes()))

        return heard


def _config(zenoh: Any, settings: RoomSettings) -> Any:
    """Return the configuration of a session; raise ClusterError for a key that cannot be used."""
    key = read_key(Path(settings.key))
    private, certificate, authority = (base64.b64encode(part).decode() for part in key)
    given: dict[str, object] = {
        "mode": "peer",
        "listen/endpoints": [f"tls/{one}" for one in settings.listen],
        "connect/endpoints": [f"tls/{one}" for one in settings.connect],
        # For ever, and not before it begins: a machine may be switched on later.
        "connect/timeout_ms": -1,
        "connect/exit_on_failure": False,
        "connect/retry": _pauses(_RETRY_MS),
        "listen/exit_on_failure": True,
        "scouting/multicast/enabled": settings.find,
        "scouting/multicast/address": settings.group,
        "scouting/gossip/enabled": True,
        "transport/shared_memory/enabled": False,
        "transport/link/protocols": ["tls"],
        "transport/link/tx/lease": _LEASE_MS,
        # As many as may be under way (``flow.MOST``): then no packet is dropped here.
        "transport/link/tx/queue/size/interactive_high": 16,
        "transport/link/rx/max_message_size": LONGEST_PACKET + 1024,
        "transport/unicast/open_timeout": _OPEN_MS,
        "transport/unicast/accept_timeout": _OPEN_MS,
        "transport/unicast/max_sessions": _MOST_SESSIONS,
        "transport/link/tls": {
            "root_ca_certificate_base64": authority,
            "listen_private_key_base64": private,
            "listen_certificate_base64": certificate,
            "connect_private_key_base64": private,
            "connect_certificate_base64": certificate,
            "enable_mtls": True,
            # Machines are known by the key, not by an address that changes with the room.
            "verify_name_on_connect": False,
        },
    }
    config = zenoh.Config()
    for place, value in given.items():
        config.insert_json5(place, json.dumps(value))
    return config


def _of_guest(settings: RoomSettings) -> RoomSettings:
    """Return the settings of a guest, who waits for nobody: it begins at this very machine."""
    own = [
        one.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:") for one in settings.listen
    ]
    return replace(settings, listen=(), connect=(*settings.connect, *own), find=False)


def _pauses(milliseconds: int) -> dict[str, float]:
    return {
        "period_init_ms": milliseconds,
        "period_max_ms": milliseconds,
        "period_increase_factor": 1.0,
    }


def _in_plain_words(error: str, settings: RoomSettings) -> str:
    if "in use" in error or "os error 98" in error:
        where = ", ".join(settings.listen)
        return f"another program uses {where}: choose another port by --room-port"
    if "assign requested address" in error or "os error 99" in error:
        return f"this machine has no address {', '.join(settings.listen)}"
    return f"the network library refuses: {error[:200]}"


def main(settings: RoomSettings, requests: int, output: int) -> None:
    """Carry packets until the show closes its end."""
    # As the loops it carries for, with the threads of the library. It works little: a packet takes
    # some 0.2 ms of it, and a stranger who knocks 20 times a second 0.4 % of a core.
    set_realtime_priority(inherited=True)
    carrier = Carrier(output)
    try:
        carrier.open(settings)
    except ClusterError as error:
        carrier.say(pack_frame(FAILED, str(error).encode()))
        return
    carrier.say(pack_frame(OPENED, b""))
    start_heartbeat(lambda: carrier.say(pack_frame(ALIVE)))
    threading.Thread(target=_exit_late, args=(requests,), daemon=True).start()
    unframer = Unframer(longest=LONGEST_PACKET + 256)
    while piece := os.read(requests, _PIECE):
        for kind, payload in unframer.feed(piece):
            if kind == LOOK:
                threading.Thread(target=carrier.look, daemon=True).start()
            else:
                carrier.send(kind, payload)
    carrier.close()


def _exit_late(requests: int) -> None:
    """End this process soon after the show is gone, whatever the library still does."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(requests, select.POLLHUP)
        poll.poll()
        threading.Event().wait(_LEAVING)
        os._exit(0)


def _enlarge(*pipes: int) -> None:
    """Let pipes hold a picture (Linux)."""
    with suppress(ImportError, OSError, AttributeError):
        import fcntl  # noqa: PLC0415

        for pipe in pipes:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


if __name__ == "__main__":
    wake_with_parent()
    own_output = os.dup(1)
    _enlarge(0, own_output)
    with suppress(OSError, EOFError):
        main(RoomSettings.decoded(sys.argv[1]), 0, own_output)
    # At once: the threads of a library must not keep a process that nobody needs.
    os._exit(0)
