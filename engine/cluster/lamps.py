"""Lamps of a desk for boxes that play on other machines.

A machine asks for what its lamps show and it does not know: a joined one asks home, and home the
machine where the box plays, for itself and for others. Who was asked answers when that changes, ten
times a second at most, so that a lamp follows within about two tenths of a second, wherever the
desk and the box are. Where no desk looks at such a lamp, nothing is looked at.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import msgspec

from engine.cluster.messages import Announcement, Lamp, LampsShown, LampsWanted
from engine.cluster.messenger import Messenger
from engine.core.set_target import SetTarget, Shown
from engine.runtime.engine import Engine
from engine.runtime.feedback import shown_of
from engine.runtime.metrics import LOG

EVERY: Final = 0.1
"""Seconds between two looks at what has changed."""
_FORGOTTEN: Final = 10
"""Looks here after which a lamp that the desk has not looked at meanwhile is not asked for. Why
counted in looks and not by a clock: where the loop is late, so is the desk."""
MOST: Final = 512
"""Lamps that one machine asks another for; the rest stays dark, which is told."""
_DARK: Final = Shown(lit=False)

_key = msgspec.msgpack.Encoder().encode


@dataclass
class _Wish:
    """A lamp that is wanted here, and by which of the looks here the desk looked at it last.

    It holds what the desk ``looks_at``: another such object must not get its identity meanwhile.
    """

    looks_at: object
    lamp: Lamp
    key: bytes
    looked: int


@dataclass
class _Asked:
    """What was asked of another machine, and what it answered, by the lamp."""

    number: int = field(default_factory=lambda: int.from_bytes(os.urandom(4), "big"))
    keys: list[bytes] = field(default_factory=list)
    shown: dict[bytes, Shown] = field(default_factory=dict)


@dataclass
class _Asker:
    """What another machine wants to know, and what it was answered last."""

    number: int
    lamps: list[tuple[bytes, Lamp]]
    answered: list[Shown] | None = None


class Lamps:
    """Of one machine; on its loop.

    ``where`` returns which machine knows of a lamp, "" for none.
    """

    def __init__(self, engine: Engine, messenger: Messenger, where: Callable[[Lamp], str]) -> None:
        self._engine = engine
        self._messenger = messenger
        self._where = where
        self._looks = 0
        self._wishes: dict[object, _Wish] = {}
        self._asked: dict[str, _Asked] = {}
        self._askers: dict[str, _Asker] = {}
        self._crowded: set[str] = set()
        self._is_wanted = asyncio.Event()
        """Set while anything is wanted, here or by another machine."""

    def of(self, target: SetTarget) -> Shown:
        """Return how a parameter of a box elsewhere stands, as far as is known."""
        return self._wanted(id(target), target)

    def of_patch(self, which: int | str) -> bool:
        """Whether a patch of the set that home plays is the one that plays."""
        return self._wanted(("patch", which), which).lit

    async def work(self) -> None:
        """Look again and again while anything is wanted, for ever."""
        while True:
            await self._is_wanted.wait()
            self.look()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Ask for what is wanted now, and answer where something has changed."""
        self._looks += 1
        old = self._looks - _FORGOTTEN
        self._wishes = {of: one for of, one in self._wishes.items() if one.looked > old}
        self._ask()
        for name, asker in self._askers.items():
            shown = [self._shown(name, key, lamp) for key, lamp in asker.lamps]
            if shown != asker.answered:
                asker.answered = shown
                plain = [(one.lit, one.position, one.reach) for one in shown]
                self._messenger.report(name, LampsShown(asker.number, plain))
        if not self._wishes and not self._askers:
            self._is_wanted.clear()

    def told(self, name: str, told: Announcement) -> None:
        """Take what another machine wants to know, or answers."""
        match told:
            case LampsWanted(_, []):
                self._askers.pop(name, None)
            case LampsWanted(number, lamps):
                asker = _Asker(number, [(_key(lamp), lamp) for lamp in lamps[:MOST]])
                self._askers[name] = asker
                self._is_wanted.set()
            case LampsShown(number, shown):
                asked = self._asked.get(name)
                if asked is not None and asked.number == number:
                    asked.shown = {
                        key: Shown(*one) for key, one in zip(asked.keys, shown, strict=False)
                    }

    def gone(self, name: str) -> None:
        """Forget what a machine wants and said: it is gone, or begins anew."""
        self._askers.pop(name, None)
        self._asked.pop(name, None)

    def _wanted(self, key: object, target: SetTarget | int | str) -> Shown:
        wish = self._wishes.get(key)
        if wish is None:
            lamp = lamp_of(target)
            wish = self._wishes[key] = _Wish(target, lamp, _key(lamp), self._looks)
            self._is_wanted.set()
        wish.looked = self._looks
        return self._known(wish.key, wish.lamp)

    def _known(self, key: bytes, lamp: Lamp) -> Shown:
        asked = self._asked.get(self._where(lamp))
        return _DARK if asked is None else asked.shown.get(key, _DARK)

    def _shown(self, asker: str, key: bytes, lamp: Lamp) -> Shown:
        """Return what a lamp shows, for another machine."""
        state = self._engine.states.get(lamp.box)
        if state is not None:
            try:
                return shown_of(state, _target(lamp))
            except Exception:  # what the other asked for may be anything
                return _DARK
        where = self._where(lamp)
        if not lamp.box and not where:
            return Shown(self._engine.plays_patch(lamp.patch))
        return self._known(key, lamp) if where != asker else _DARK

    def _ask(self) -> None:
        """Ask each machine for all that is wanted of it, where that is not what was asked."""
        wanted: dict[str, dict[bytes, Lamp]] = {name: {} for name in self._asked}
        for of, key, lamp in self._all():
            name = self._where(lamp)
            if lamp.box not in self._engine.states and name and name != of:
                wanted.setdefault(name, {})[key] = lamp
        here = self._messenger.here()
        for name, known in wanted.items():
            lamps = self._in_bounds(name, known)
            asked = self._asked.setdefault(name, _Asked())
            if name in here and [*lamps] != asked.keys:
                asked.number += 1
                asked.keys = [*lamps]
                asked.shown = {key: one for key, one in asked.shown.items() if key in lamps}
                self._messenger.tell(name, LampsWanted(asked.number, [*lamps.values()]))

    def _in_bounds(self, name: str, lamps: dict[bytes, Lamp]) -> dict[bytes, Lamp]:
        """Return as many lamps as another machine looks after, the first; tell once of the rest."""
        if len(lamps) <= MOST:
            return lamps
        if name not in self._crowded:
            self._crowded.add(name)
            LOG.warning(
                "%d lamps show boxes on %s, and it looks after %d: the last ones stay dark",
                *(len(lamps), name, MOST),
            )
        return dict(islice(lamps.items(), MOST))

    def _all(self) -> Iterator[tuple[str, bytes, Lamp]]:
        """Yield whose each lamp is that is wanted, "" for this machine, and the lamp."""
        for wish in self._wishes.values():
            yield "", wish.key, wish.lamp
        for name, asker in self._askers.items():
            for key, lamp in asker.lamps:
                yield name, key, lamp


def lamp_of(target: SetTarget | int | str) -> Lamp:
    """Return a lamp as it is asked for: of a parameter, or of a patch of the set."""
    if not isinstance(target, SetTarget):
        return Lamp(patch=target)
    return Lamp(
        target.box,
        target.parameter,
        list(target.values),
        target.span,
        list(target.rest),
        target.releases,
    )


def _target(lamp: Lamp) -> SetTarget:
    return SetTarget(
        lamp.box, lamp.parameter, tuple(lamp.values), lamp.span, tuple(lamp.rest), lamp.releases
    )
