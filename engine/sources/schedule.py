"""Opening hours: what plays at night, on Mondays and on Christmas Eve.

Hours are written as on a door: "Mo-Fr 10:00-18:00", "Sa,So 11:00-17:00".

Why wall-clock time: "10:00" means what the clock shows, in summer or winter, and a clock that is
adjusted is right again at the next check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.core.clock import SECOND, wall_time
from engine.core.errors import ParameterError, as_written
from engine.core.messages import Message, Ns, Trigger
from engine.core.nearest import nearest
from engine.core.parameter import Fixed, Param
from engine.core.source import Tape

CHECK_INTERVAL = SECOND
"""Interval at which the wall clock is checked."""

MINUTE = 60 * SECOND
MAX_AHEAD = 400 * 24 * 60 * MINUTE
"""How far ahead a simulated time is followed to the next change; then the events end."""


DAY = 24 * 60
_NAMES = (
    ("monday", "montag"),
    ("tuesday", "dienstag"),
    ("wednesday", "mittwoch"),
    ("thursday", "donnerstag"),
    ("friday", "freitag"),
    ("saturday", "samstag"),
    ("sunday", "sonntag"),
)
_MIN_LETTERS = 2
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATES = re.compile(rf"({_DATE.pattern})(?:\s*(?:-|–|to)\s*({_DATE.pattern}))?")
_YEARLY = re.compile(r"\d{2}-\d{2}")
OPEN = 'open: expected days and times such as "Mo-Fr 10:00-18:00"'
CLOSED = 'closed: expected a date such as "2026-12-24", "2026-12-24 - 2027-01-02" or "12-25"'

Span = tuple[int, int]
"""Start and end in minutes of a day; past 1440 it reaches into the next day."""


class Schedule(Tape):
    """Whether it is open, by the clock on the wall.

    ``open`` is a switch: on within the hours, off outside. It is said when the show starts and
    whenever it changes, so ``on = { from = "hours" }`` lets a box play within the hours only.
    ``opens`` and ``closes`` are triggers at the change itself, never at the start.

    Days are English or German, in full or from their first two letters ("Mo", "Tue", "Sonntag"),
    in spans and lists ("Mo-Fr", "Sa,So"); without a day it is every day. Hours may reach past
    midnight ("Fr 22:00-02:00"), and a date ("2026-12-31 10:00-14:00") has its own hours instead of
    those of its weekday. Summer time is kept. The clock is looked at each second, so one that is
    set anew while the show plays is right at once.

    With a ``start`` it plays as if the show began at that moment: to rehearse Christmas Eve in
    June, and offline, where there is no clock on a wall: without a start it is silent there.
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
        """Whether the show does not end with it: always True."""
        return True

    @property
    def silent_offline(self) -> str:
        """Why it says nothing where time is virtual: there is no clock, unless it has a start."""
        if self._start is not None:
            return ""
        return 'offline there is no clock, so it is silent; give start = "2026-12-24 09:59"'

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the state at the start, and each change."""
        was: bool | None = None
        changed = Ns(0)
        for at in self._check_times():
            if self._start is None:
                yield at, "open", None  # the clock is checked when this is due, not before
            elif at - changed > MAX_AHEAD:
                return
            now = self._hours.is_open(self._wall_time(at))
            if now == was:
                continue
            yield at, "open", now
            if was is not None:
                yield at, "opens" if now else "closes", Trigger()
            was, changed = now, at

    def _check_times(self) -> Iterator[Ns]:
        """Yield the moments to check: each second, or in simulated time each full minute."""
        at, step = Ns(0), SECOND
        if self._start is not None:
            yield at
            at, step = Ns(MINUTE - self._start.second * SECOND), MINUTE
        while True:
            yield at
            at = Ns(at + step)

    def _wall_time(self, at: Ns) -> datetime:
        """Return the wall-clock time a given time after the start."""
        if self._start is None:
            return self._wall().astimezone(self._zone)
        return (self._start + timedelta(microseconds=at // 1000)).astimezone(self._zone)


def _read_zone(name: str) -> tzinfo | None:
    """Return a time zone, None for the machine's. Raise ParameterError when it is unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = nearest(name, available_timezones())
        raise ParameterError(f'zone: there is no time zone "{name}".{hint}') from None


def _read_start(text: str, zone: tzinfo | None) -> datetime:
    """Parse a local time and return it in UTC. Raise ParameterError when malformed."""
    try:
        wall = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        raise ParameterError(f'start: expected "2026-12-24 09:59", got "{text}"') from None
    wall = wall.replace(tzinfo=zone) if zone and wall.tzinfo is None else wall
    return wall.astimezone(UTC)


@dataclass(frozen=True)
class Hours:
    """Opening hours by weekday (Monday first) and by date, and the closed days."""

    week: tuple[tuple[Span, ...], ...]
    dates: Mapping[date, tuple[Span, ...]]
    closed: frozenset[date]
    closed_yearly: frozenset[tuple[int, int]]

    def is_open(self, wall: datetime) -> bool:
        """Whether it is open at a wall-clock time.

        A night that begins on an open day lasts to its end, even into a closed day.
        """
        day = wall.date()
        minute = wall.hour * 60 + wall.minute
        return _within(minute, self._of(day)) or _within(
            minute + DAY, self._of(day - timedelta(days=1))
        )

    def _of(self, day: date) -> tuple[Span, ...]:
        if day in self.closed or (day.month, day.day) in self.closed_yearly:
            return ()
        return self.dates.get(day, self.week[day.weekday()])


def _within(minute: int, spans: Iterable[Span]) -> bool:
    return any(begin <= minute < end for begin, end in spans)


def read_hours(opened: Iterable[str], closed: Iterable[str] = ()) -> Hours:
    """Parse opening hours. Raise ParameterError when they are malformed.

    ``opened`` holds days (none for every day; a date for that day alone) and times; several entries
    for a day add up. ``closed`` holds dates "2026-12-24", ranges "2026-12-24 - 2027-01-02", or
    yearly days "12-25".
    """
    week: list[tuple[Span, ...]] = [()] * 7
    dates: dict[date, tuple[Span, ...]] = {}
    for line in opened:
        days, spans = _read_line(line)
        for day in days:
            if isinstance(day, date):
                dates[day] = (*dates.get(day, ()), *spans)
            else:
                week[day] = (*week[day], *spans)
    if not dates and not any(week):
        raise ParameterError('open: never; say when, such as "Mo-Fr 10:00-18:00"')
    never: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for line in closed:
        if _YEARLY.fullmatch(line.strip()):
            day = _date(f"2000-{line.strip()}", line, CLOSED)  # a leap year
            yearly.add((day.month, day.day))
        else:
            never |= set(_read_dates(line))
    return Hours(tuple(week), dates, frozenset(never), frozenset(yearly))


def _read_line(line: str) -> tuple[list[int | date], list[Span]]:
    """Parse days and times."""
    first = _SPAN.search(line)
    if first is None:
        raise ParameterError(f"{OPEN}, got {as_written(line)}")
    times = [part.strip() for part in line[first.start() :].split(",")]
    return _read_days(line[: first.start()].strip(), line), [_read_span(t, line) for t in times]


def _read_span(text: str, line: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ParameterError(f'open: "{text}" is no time such as "10:00-18:00", in "{line}"')
    hour, minute, to_hour, to_minute = map(int, match.groups())
    begin, end = 60 * hour + minute, 60 * to_hour + to_minute
    if max(minute, to_minute) > 59 or begin >= DAY or end > DAY:
        raise ParameterError(f'open: "{text}" is no time of day, in "{line}"')
    return begin, end if end > begin else end + DAY


def _read_days(text: str, line: str) -> list[int | date]:
    if not text:
        return list(range(7))
    found: list[int | date] = []
    for part in (each.strip() for each in text.replace("–", "-").split(",")):
        if _DATE.fullmatch(part):
            found.append(_date(part, line, OPEN))
            continue
        first, dash, last = part.partition("-")
        begin = _weekday(first, line)
        end = _weekday(last, line) if dash else begin
        found += [(begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1)]
    return found


def _weekday(word: str, line: str) -> int:
    """Return the weekday (Monday is 0) of a name or its first two letters or more, English or
    German.
    """
    letters = word.strip().rstrip(".").lower()
    if len(letters) >= _MIN_LETTERS:
        for number, names in enumerate(_NAMES):
            if any(name.startswith(letters) for name in names):
                return number
    hint = nearest(letters, [name for names in _NAMES for name in names])
    raise ParameterError(f'open: "{word.strip()}" is no day of the week, in "{line}".{hint}')


def _read_dates(line: str) -> list[date]:
    match = _DATES.fullmatch(line.strip())
    begin, end = (match[1], match[2] or match[1]) if match else (line, line)
    first, last = _date(begin, line, CLOSED), _date(end, line, CLOSED)
    if last < first:
        raise ParameterError(f'closed: it ends before it begins, in "{line}"')
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _date(text: str, line: str, expected: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(f"{expected}, got {as_written(line)}") from None
