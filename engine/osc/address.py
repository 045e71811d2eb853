"""Addresses as a patch writes them: ``"/p{slot}/{joint}/{axis}"``.

OSC 1.0 reserves ``# * , ? [ ] { }`` for patterns; the braces here are filled in before anything is
sent. It also forbids the space and all that is not ASCII, but programs name addresses after what
their users have named: Millumin has "/millumin/layer:My Layer/opacity".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from string import Formatter
from typing import Final

from engine.core.errors import ParameterError
from engine.core.nearest import nearest

_RESERVED: Final = frozenset("#*,?[]{}")


def of_port(port: str) -> str:
    """Return the address of a port, without the ``#2`` of a second cable."""
    return port.partition("#")[0]


def holes(address: str) -> frozenset[str]:
    """Return the names in the braces of an address. Raise ParameterError for a stray brace."""
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(address) if name is not None)
    except ValueError:
        raise ParameterError(f'"{address}": a brace is open or closed for nothing') from None


def check(address: str, fillings: Collection[str]) -> frozenset[str]:
    """Return the names in the braces of an address that can be sent.

    ``fillings`` are the names that this type of message fills. Raise ParameterError for another
    name, and for characters that OSC 1.0 does not allow.
    """
    if not address.startswith("/"):
        raise ParameterError(f'an OSC address begins with "/", got "{address}"')
    found = holes(address)
    for name in sorted(found.difference(fillings)):
        known = ", ".join(f"{{{filling}}}" for filling in fillings) or "nothing"
        raise ParameterError(
            f'"{address}": nothing fills {{{name}}} here, which takes {known}.'
            + nearest(name, fillings)
        )
    filled = address.format_map(dict.fromkeys(found, "1"))
    wrong = sorted(_RESERVED.intersection(filled))
    if wrong or not filled.isprintable():
        odd = wrong[0] if wrong else "a character that cannot be seen"
        raise ParameterError(f'"{address}": an OSC address may not hold {odd}')
    return found


def check_heard(address: str) -> None:
    """Raise ParameterError for an address that nobody can send, or that means a pattern.

    Brackets and braces may stand in it: what arrives is first compared as it is.
    """
    if not address.startswith("/"):
        raise ParameterError(f'an OSC address begins with "/", got "{address}"')
    if "\0" in address:
        raise ParameterError("an OSC address may not hold a zero")
    if wild := [char for char in "*?" if char in address]:
        raise ParameterError(
            f'"{address}": name one address, without {wild[0]}; patterns are for those who send'
        )


def slotted(address: str) -> str:
    """Return the address with ``{slot}`` in it: where it stands, or else at the end."""
    base = address.rstrip("/")
    return base if "slot" in check(address, ("slot",)) else f"{base}/{{slot}}"


def in_address(name: str) -> str:
    """Return a name that may stand in an address: what OSC reserves, or nobody sees, is "_"."""
    return "".join("_" if one in _RESERVED or not one.isprintable() else one for one in name)


def in_addresses(names: Sequence[str]) -> list[str]:
    """Return what names stand as in addresses, each another: "a?" and "a*" are "a_" and "a__2".

    Names that can stand as they are do so, whichever come first.
    """
    taken = {name for name in names if in_address(name) == name}
    used: set[str] = set()
    found = []
    for name in names:
        plain = place = in_address(name)
        number = 1
        while place in used or (place in taken and place != name):
            number += 1
            place = f"{plain}_{number}"
        used.add(place)
        found.append(place)
    return found


def spell(value: float) -> str:
    """Return a number as it stands in an address: 3.0 is "3"."""
    return str(int(value)) if value == int(value) else f"{value:g}"
