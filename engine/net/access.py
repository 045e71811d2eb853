"""Who may send to a port: this machine always, others only where the patch names them.

Why a whole network is heard and never answered: over UDP anybody can forge the sender of a packet,
so that an answer may hit a machine that asked nothing. One that is named by address is asked for.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from engine.core.errors import ParameterError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

REMEMBERED: Final = 64
"""How many rejected senders are reported by name; after that they are only counted."""

HELP: Final = (
    'who may speak beside this machine: ["192.168.1.20"], or a whole network, which is heard but '
    'never answered: ["10.0.0.0/24"]'
)
_ALL: Final = "more are turned away than are named here"


class SenderFilter:
    """Decides who may send; ``rejected`` counts the packets of those who may not."""

    def __init__(self, host: str, allow: Sequence[str] | None) -> None:
        """Raise ParameterError where ``host``, which is listened to, and ``allow`` do not fit."""
        self._networks = [_network(text) for text in allow or ()]
        if not self._networks and not is_local(host):
            raise ParameterError(
                f'host: "{host}" can be reached by strangers, so say who may speak: '
                'allow = ["192.168.1.20"], or a whole network: allow = ["192.168.1.0/24"]'
            )
        self._named = {net.network_address for net in self._networks if net.num_addresses == 1}
        self._reported: set[str] = set()
        self.rejected = 0

    def admits(self, sender: str) -> bool:
        """Whether a sender, an IP address, may send."""
        address = _address(sender)
        if address is None:
            return False
        return address.is_loopback or any(address in network for network in self._networks)

    def may_answer(self, sender: str) -> bool:
        """Whether a sender may be answered: this machine, and those named by their address."""
        address = _address(sender)
        return address is not None and (address.is_loopback or address in self._named)

    def reject(self, sender: str) -> str:
        """Count a packet of a sender who may not send; return what to report, once for each."""
        self.rejected += 1
        if sender in self._reported or len(self._reported) > REMEMBERED:
            return ""
        self._reported.add(sender)
        if len(self._reported) > REMEMBERED:
            return _ALL
        return f'{sender} is not heard; allow = ["{sender}"] would let it speak'


def is_local(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    if host == "localhost":
        return True
    address = _address(host)
    return address is not None and address.is_loopback


@lru_cache(maxsize=256)
def _address(text: str) -> Address | None:
    """Return an address, None for no such; an IPv4 one mapped into IPv6 is unmapped."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ParameterError(
            'allow: expected an address such as "192.168.1.20" or a network such as '
            f'"10.0.0.0/24", got "{text}"'
        ) from None
