"""The tools that performers send to: the port of each, and what it accepts.

Only what a tool's documentation or source states is here. Pure Data has no port of its own: a patch
says ``to = "127.0.0.1:9001"`` with whatever its ``netreceive`` was given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from engine.core.errors import ParameterError
from engine.core.nearest import nearest
from engine.osc.framing import Framing
from engine.osc.layout import Dialect

LOCAL: Final = "127.0.0.1"
PLAIN: Final = Dialect()


@dataclass(frozen=True, slots=True)
class Tool:
    """The port of a tool, whether it accepts bundles, and its dialect."""

    port: int
    bundles: bool = True
    dialect: Dialect = PLAIN
    tcp: int | None = None
    """Its port for TCP where that is another one."""
    framing: Framing = "length"
    """How it tells packets apart over TCP."""


TOOLS: Final[dict[str, Tool]] = {
    "touchdesigner": Tool(10000),
    "max": Tool(7400),
    "supercollider": Tool(57120),
    "openframeworks": Tool(12345),  # the port of its oscReceiveExample
    "isadora": Tool(1234, bundles=False),
    "ableton": Tool(11000, bundles=False),  # AbletonOSC parses messages only
    "resolume": Tool(7000, bundles=False, dialect=Dialect(clamp=True)),
    "qlab": Tool(53000, bundles=False, framing="slip"),
    "qlcplus": Tool(7700, bundles=False, dialect=Dialect(clamp=True, floats=True)),
    "eos": Tool(8000, bundles=False, tcp=3032),
    "tuio": Tool(3333, dialect=Dialect(layout="tuio")),
    "vmc": Tool(39539, dialect=Dialect(layout="vmc")),
    "vrchat": Tool(9000, bundles=False, dialect=Dialect(layout="vrchat")),
    "wekinator": Tool(6448, bundles=False, dialect=Dialect(layout="wekinator")),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver: its host, its port, and what it accepts."""

    host: str
    port: int
    bundles: bool = True
    dialect: Dialect = PLAIN
    framing: Framing = "length"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


_PLACE: Final = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]\s/]+)):(?P<port>\d{1,5})")


def target(to: str, *, tcp: bool = False) -> Target:
    """Return the target of "host:port", a tool's name, or "tool@host". Raise ParameterError.

    An IPv6 address is in brackets: "[::1]:9000".
    """
    name, at, place = to.partition("@")
    tool = TOOLS.get(name)
    if tool is None:
        found = None if at else _place(to)
    else:
        port = tool.tcp if tcp and tool.tcp else tool.port
        found = _place(f"{place or LOCAL}:{port}") or _place(place)
    if found is None or (at and not place):
        known = ", ".join(f'"{each}"' for each in TOOLS)
        raise ParameterError(
            f'to: expected host:port or a tool ({known}), got "{to}".{nearest(name, TOOLS)}'
        )
    if tool is None:
        return found
    return replace(found, bundles=tool.bundles, dialect=tool.dialect, framing=tool.framing)


def _place(text: str) -> Target | None:
    match = _PLACE.fullmatch(text.strip())
    if match is None or not 0 < int(match["port"]) < 65536:
        return None
    return Target(match["six"] or match["host"], int(match["port"]))
