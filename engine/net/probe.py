"""Whether somebody listens at a receiver, found out without sending anything."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Any, Final

from engine.core.errors import DeviceError
from engine.core.finding import Finding
from engine.core.os_errors import os_reason
from engine.net.access import is_local
from engine.net.udp import resolve
from engine.osc.tools import Target

PATIENCE: Final = 2.0
"""Seconds that a connection over TCP may take."""

_START: Final = "start the program that is to listen there, or name another port"
_NAME: Final = "write its address in numbers, or see to the network's cable"


def probe(target: Target, *, tcp: bool) -> Finding:
    """Return whether a receiver is there: over TCP by connecting, over UDP by its port.

    A port that cannot be taken by us is that of a program which listens. On another machine UDP
    tells nothing; then the state is "unsure".
    """
    try:
        family, address = resolve(target, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
    except DeviceError as error:
        return Finding("", "missing", str(error), _NAME)
    return _connects(target, family, address) if tcp else _is_taken(target, family, address)


def _connects(target: Target, family: socket.AddressFamily, address: Any) -> Finding:
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.settimeout(PATIENCE)
        try:
            trial.connect(address)
        except TimeoutError:
            return Finding("", "missing", f"{target}: no answer within {PATIENCE:g} s", _START)
        except OSError as error:
            return Finding("", "missing", f"{target}: {os_reason(error)}", _START)
    return Finding("", "ok", f"a program listens at {target}")


def _is_taken(target: Target, family: socket.AddressFamily, address: Any) -> Finding:
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            trial.connect(address)  # sends nothing: the system says which way it would go
        except OSError as error:
            said = f"{target}: there is no way to it ({os_reason(error)})"
            return Finding("", "missing", said, "join the network that it is in")
        ours = trial.getsockname()[0] == address[0] or is_local(str(address[0]))
    if not ours:
        said = f"{target}: not this machine; over UDP nobody says that they listen"
        return Finding("", "unsure", said)
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            # Windows lets two programs share a port where only one of them has named an address.
            trial.bind(("", *address[1:]) if sys.platform == "win32" else address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return Finding("", "ok", f"a program listens at {target}")
            return Finding("", "unsure", f"{target}: {os_reason(error)}")
    return Finding("", "missing", f"nobody listens at {target}", _START)
