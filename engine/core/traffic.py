"""What comes in and leaves by the ports of a show, by address: what a monitor shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.core.messages import Ns


@dataclass(frozen=True, slots=True)
class Heard:
    """One message that came in by the port of a source, whether anybody listens to it or not.

    ``name`` is its address, or the name of a MIDI message; ``said`` its arguments in a list, or
    what it says in words; ``sender`` who sent it and ``at`` when it came, in ns. ``outlets`` are
    those that it went to, and ``does`` says what else came of it; without both nobody listens.
    ``refused`` says why nothing came of it.
    """

    name: str
    said: list[Any] | str
    sender: str
    at: Ns
    outlets: Sequence[str] = ()
    does: str = ""
    refused: str = ""


OnHeard = Callable[[Heard], None]
"""Observes what comes in by the port of a source; may be called on any thread."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in, or left, by one address of one box.

    ``name`` is an address of OSC, or a MIDI message as a patch writes it ("10/note36"). ``count``
    counts messages since somebody looked, ``rate`` those of the last second (None before one has
    passed), ``last`` is the last value in words and ``ago`` how many seconds ago that was. ``peer``
    is who sent it, or where it went. ``note`` says where it goes to, or why it goes nowhere, which
    is then also ``unheard``.
    """

    leaves: bool
    box: str
    name: str
    count: int
    rate: float | None
    last: str
    ago: float
    peer: str
    note: str = ""
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Traffic:
    """All of it at one moment, what comes in first; ``title`` is that of the patch.

    ``left_out`` counts messages under names that are not shown, since there were too many.
    """

    title: str
    flows: tuple[Flow, ...]
    left_out: int = 0


ReadTraffic = Callable[[], Traffic]
"""Reads the traffic of a show; may be called on any thread, and keeps it counted for a while."""
