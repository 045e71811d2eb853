"""The address of the page for other machines, and its QR code for the terminal and the page."""

from __future__ import annotations

import contextlib
import io
import socket
from typing import Final

_ANY: Final = frozenset({"0.0.0.0", "::", ""})
_FAR: Final = ("203.0.113.1", 9)
"""A documentation address (RFC 5737): the local address of a route to it is what others reach."""


def reachable_host(host: str) -> str:
    """Return the address under which other machines reach a listening host."""
    if host not in _ANY:
        return host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        asking.connect(_FAR)  # a datagram socket that connects sends nothing
        return str(asking.getsockname()[0])
    return socket.gethostname()


def qr_rows(address: str) -> list[str]:
    """Return an address as the rows of a QR code for the page, "1" where it is dark."""
    import segno

    return ["".join(map(str, row)) for row in segno.make(address, micro=False, error="l").matrix]


def qr_code(address: str) -> str:
    """Return an address as a QR code (ISO/IEC 18004) for a dark terminal."""
    import segno

    drawn = io.StringIO()
    segno.make(address, micro=False, error="l").terminal(drawn, compact=True, border=2)
    return drawn.getvalue().rstrip()
