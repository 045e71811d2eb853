"""Who may speak to a port: this machine always, others only where the patch names them.

Why a whole network is heard and never answered: over UDP anybody can write any sender on a packet,
so that an answer may hit somebody who asked nothing. Who is named one by one is no such somebody.
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
"""How many who were turned away are told by name; after that they are only counted."""

HELP: Final = (
    'who may speak beside this machine: ["192.168.1.20"], or a whole network, which is heard but '
    'never answered: ["10.0.0.0/24"]'
)
_ALL: Final = "more are turned away than are named here"


class SenderFilter:
    """Knows who may speak; ``turned_away`` counts the packets of those who may not."""

    def __init__(self, host: str, allow: Sequence[str] | None) -> None:
        """``host`` is what is listened to; raises ParameterError for a list that will not do."""
        self._networks = [_network(text) for text in allow or ()]
        if not self._networks and not only_here(host):
            raise ParameterError(
                f'host: "{host}" can be reached by strangers, so say who may speak: '
                'allow = ["192.168.1.20"], or a whole network: allow = ["192.168.1.0/24"]'
            )
        self._named = {net.network_address for net in self._networks if net.num_addresses == 1}
        self._told: set[str] = set()
        self.turned_away = 0

    def admits(self, sender: str) -> bool:
        """Tell whether a sender, an address in numbers, may speak."""
        address = _address(sender)
        if address is None:
            return False
        return address.is_loopback or any(address in network for network in self._networks)

    def answers(self, sender: str) -> bool:
        """Tell whether a sender may be answered: this machine, and who is named one by one."""
        address = _address(sender)
        return address is not None and (address.is_loopback or address in self._named)

    def turn_away(self, sender: str) -> str:
        """Count a packet of a sender who may not speak; gives what is to be told, once each."""
        self.turned_away += 1
        if sender in self._told or len(self._told) > REMEMBERED:
            return ""
        self._told.add(sender)
        if len(self._told) > REMEMBERED:
            return _ALL
        return f'{sender} is not heard; allow = ["{sender}"] would let it speak'


def only_here(host: str) -> bool:
    """Tell whether an address is reached from this machine only."""
    if host == "localhost":
        return True
    address = _address(host)
    return address is not None and address.is_loopback


@lru_cache(maxsize=256)
def _address(text: str) -> Address | None:
    """Read an address; an IPv4 one that comes in by an IPv6 socket is what it was."""
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
