"""Tells packets apart in a stream: each behind its length (OSC 1.0), or by SLIP (OSC 1.1).

In SLIP (RFC 1055) the byte END stands before and after each packet, and is spelled by two others
within. So who joins late or has lost his place finds it again at the next END; with lengths he
never does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

Framing = Literal["length", "slip"]

_END: Final = b"\xc0"
_ESC: Final = b"\xdb"
_END_SPELLED: Final = b"\xdb\xdc"
_ESC_SPELLED: Final = b"\xdb\xdd"


def _behind_length(packet: bytes) -> bytes:
    return len(packet).to_bytes(4, "big") + packet


def _between_ends(packet: bytes) -> bytes:
    return _END + packet.replace(_ESC, _ESC_SPELLED).replace(_END, _END_SPELLED) + _END


FRAME: Final[Mapping[Framing, Callable[[bytes], bytes]]] = {
    "length": _behind_length,
    "slip": _between_ends,
}
"""Turns a packet into what stands in the stream, by framing."""
