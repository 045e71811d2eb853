"""Tells other machines what is to be told, and hands over what they tell on the loop of the show.

Whatever comes before ``begin`` or after the end of that loop is dropped: nobody is there for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from engine.cluster.exchange import Exchange
from engine.cluster.link import Arrived, Attendance, Changed, Machine, Unsendable
from engine.cluster.messages import (
    LAMPS,
    STATUS,
    TELL,
    Announcement,
    LampsShown,
    PartStatus,
    decode_told,
    encode_told,
)
from engine.core.kinds import Kind
from engine.runtime.metrics import LOG

_NEWEST: Final[Mapping[type[Announcement], str]] = {PartStatus: STATUS, LampsShown: LAMPS}
_TOPICS: Final = (TELL, *_NEWEST.values())


class Messenger:
    """Between the boxes' ``exchange`` and who conducts or plays; ``tell`` on any thread."""

    def __init__(
        self, exchange: Exchange, told: Callable[[str, Announcement], None], changed: Changed
    ) -> None:
        """``told`` and ``changed`` are called on the loop."""
        self._link = exchange.link
        self._hand_over = told
        self._loop: asyncio.AbstractEventLoop | None = None
        exchange.on_other = self._arrived
        exchange.on_change = partial(self.soon, changed)

    @property
    def name(self) -> str:
        """What the others call this machine."""
        return self._link.name

    def begin(self) -> None:
        """Hand over on the running loop from now on."""
        self._loop = asyncio.get_running_loop()

    def tell(self, name: str, told: Announcement) -> None:
        """Send a machine what must arrive."""
        self._send(name, TELL, told, Kind.LOSSLESS)

    def report(self, name: str, told: Announcement) -> None:
        """Send a machine what the next of its type replaces."""
        self._send(name, _NEWEST[type(told)], told, Kind.HELD)

    def here(self) -> list[str]:
        """Return the machines that can be told something now."""
        known = self._link.machines()
        return [name for name, each in known.items() if each.standing is Attendance.HERE]

    def known(self, name: str) -> Machine | None:
        """Return what the link knows of a machine."""
        return self._link.machines().get(name)

    def soon(self, act: Callable[..., object], *arguments: Any) -> None:
        """Do something on the loop; from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the show is over
                self._loop.call_soon_threadsafe(act, *arguments)

    def _send(self, name: str, topic: str, told: Announcement, keep: Kind) -> None:
        try:
            self._link.send(name, topic, encode_told(told), keep)
        except Unsendable as error:
            LOG.error("%s: cannot be told: %s", name, error)

    def _arrived(self, arrived: Arrived) -> None:
        """Hand over what a machine tells; on the thread of the link."""
        if arrived.topic not in _TOPICS:
            return
        try:
            told = decode_told(arrived.content)
        except ValueError:
            LOG.warning("%s: says what nobody here understands", arrived.of)
            return
        self.soon(self._hand_over, arrived.of, told)
