"""Opening hours: what plays at night, on Mondays and on Christmas Eve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.core.clock import SECOND, wall_time
from engine.core.errors import ParameterError, nearest
from engine.core.hours import read_hours
from engine.core.messages import Message, Ns, Trigger
from engine.core.node import Tape
from engine.core.parameter import Fixed, Param

LOOK = SECOND
"""How often the clock on the wall is looked at."""

MINUTE = 60 * SECOND
LONGEST = 400 * 24 * 60 * MINUTE
"""How far ahead a given moment is followed to the next change; without one it says no more."""


class Schedule(Tape):
    """Say whether it is open, by the clock on the wall.

    ``open`` is a switch: on within the hours, off outside. It is said when the show starts and
    whenever it changes, so ``on = { from = "hours" }`` lets a box play within the hours only.
    ``opens`` and ``closes`` are triggers at the change itself, never at the start.

    Days are English or German, in full or from their first two letters ("Mo", "Tue", "Sonntag"),
    in spans and lists ("Mo-Fr", "Sa,So"); without a day it is every day. Hours may reach past
    midnight ("Fr 22:00-02:00"), and a date ("2026-12-31 10:00-14:00") has its own hours instead of
    those of its weekday. Summer time is kept. The clock is looked at each second, so one that is
    set anew while the show plays is right at once.

    With a ``start`` it plays as if the show began at that moment: to rehearse Christmas Eve in
    June, and offline, where there is no clock on a wall and a start must be given.
    """

    OUT: ClassVar[Mapping[str, type]] = {"open": bool, "opens": Trigger, "closes": Trigger}
    at_once: ClassVar[bool] = True

    open_: Fixed[
        Annotated[
            str | tuple[str, ...],
            Param('days and times, or a list of them: "Mo-Fr 10:00-18:00"'),
        ]
    ]
    closed: Fixed[
        Annotated[
            tuple[str, ...],
            Param('dates: "2026-12-24", "2026-12-24 - 2027-01-02", or "12-25" of every year'),
        ]
    ] = ()
    zone: Fixed[
        Annotated[str, Param('the time zone, such as "Europe/Berlin"; "" is that of the machine')]
    ] = ""
    start: Fixed[
        Annotated[str, Param('play as if it were "2026-12-24 09:59"; "" is the real time')]
    ] = ""

    _wall: Callable[[], datetime] = wall_time

    def __post_init__(self) -> None:
        opened = (self.open_,) if isinstance(self.open_, str) else self.open_
        self._hours = read_hours(opened, self.closed)
        self._zone = _read_zone(self.zone)
        self._start = _read_start(self.start, self._zone) if self.start else None

    @property
    def endless(self) -> bool:
        """Whether it says nothing about when a show is over: it does not."""
        return True

    def instead(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Play itself; raises ParameterError offline without a start."""
        if not live and self._start is None:
            raise ParameterError('offline there is no clock: give start = "2026-12-24 09:59"')
        return None

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield whether it is open, first at once, and each change."""
        was: bool | None = None
        changed = Ns(0)
        for at in self._looks():
            if self._start is None:
                yield at, "open", None  # the clock is looked at when it is time, not before
            elif at - changed > LONGEST:
                return
            now = self._hours.is_open(self._shown(at))
            if now == was:
                continue
            yield at, "open", now
            if was is not None:
                yield at, "opens" if now else "closes", Trigger()
            was, changed = now, at

    def _looks(self) -> Iterator[Ns]:
        """Yield when to look: each second, or where the time is given each full minute."""
        at, step = Ns(0), SECOND
        if self._start is not None:
            yield at
            at, step = Ns(MINUTE - self._start.second * SECOND), MINUTE
        while True:
            yield at
            at = Ns(at + step)

    def _shown(self, at: Ns) -> datetime:
        """Give what the clock on the wall shows so long after the start."""
        if self._start is None:
            return self._wall().astimezone(self._zone)
        return (self._start + timedelta(microseconds=at // 1000)).astimezone(self._zone)


def _read_zone(name: str) -> tzinfo | None:
    """Find a time zone; None is that of the machine. Raises ParameterError."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = nearest(name, available_timezones())
        raise ParameterError(f'zone: there is no time zone "{name}".{hint}') from None


def _read_start(text: str, zone: tzinfo | None) -> datetime:
    """Read a moment of a zone, given in UTC; raises ParameterError."""
    try:
        shown = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        raise ParameterError(f'start: expected "2026-12-24 09:59", got "{text}"') from None
    shown = shown.replace(tzinfo=zone) if zone and shown.tzinfo is None else shown
    return shown.astimezone(UTC)
