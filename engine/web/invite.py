"""What the terminal shows so that a phone can find the page: its address, and that as a code."""

from __future__ import annotations

import contextlib
import io
import socket
from typing import Final

_ANY: Final = frozenset({"0.0.0.0", "::", ""})
_FAR: Final = ("203.0.113.1", 9)
"""An address that belongs to nobody (RFC 5737): which of ours would speak to it is asked."""


def reachable(host: str) -> str:
    """Give the address under which others find a host that is listened to."""
    if host not in _ANY:
        return host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        asking.connect(_FAR)  # a datagram socket that connects sends nothing
        return str(asking.getsockname()[0])
    return socket.gethostname()


def code(address: str) -> str:
    """Draw an address as a QR code for a dark terminal."""
    import segno

    drawn = io.StringIO()
    segno.make(address, micro=False, error="l").terminal(drawn, compact=True, border=2)
    return drawn.getvalue().rstrip()
