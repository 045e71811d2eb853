"""Opening hours as they are written on a door: "Mo-Fr 10:00-18:00", "Sa,So 11:00-17:00".

Why the clock on the wall and no moments: who reads "10:00" means what the clock shows, summer or
winter, and a clock that is set anew is right again at its next look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.core.errors import ParameterError, as_written, nearest

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
_SHORTEST = 2
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATES = re.compile(rf"({_DATE.pattern})(?:\s*(?:-|–|to)\s*({_DATE.pattern}))?")
_YEARLY = re.compile(r"\d{2}-\d{2}")
OPEN = 'open: expected days and times such as "Mo-Fr 10:00-18:00"'
CLOSED = 'closed: expected a date such as "2026-12-24", "2026-12-24 - 2027-01-02" or "12-25"'

Span = tuple[int, int]
"""From when until when, in minutes of a day; past 1440 it reaches into the next."""


@dataclass(frozen=True)
class Hours:
    """When it is open: by day of the week from Monday, by date, and the days it is not."""

    week: tuple[tuple[Span, ...], ...]
    dates: Mapping[date, tuple[Span, ...]]
    closed: frozenset[date]
    closed_yearly: frozenset[tuple[int, int]]

    def is_open(self, shown: datetime) -> bool:
        """Tell whether it is open when the clock on the wall shows this.

        A night that begins on an open day lasts until its end, also into a day that is closed.
        """
        day = shown.date()
        minute = shown.hour * 60 + shown.minute
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
    """Read what is written on the door; raises ParameterError.

    ``opened`` are days (none for every day; a date for that day alone) and times; what is said of
    one day twice holds together. ``closed`` are dates "2026-12-24", spans of them
    "2026-12-24 - 2027-01-02", or days of every year "12-25".
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
            day = _date(f"2000-{line.strip()}", line, CLOSED)  # a year with a 29th of February
            yearly.add((day.month, day.day))
        else:
            never |= set(_read_dates(line))
    return Hours(tuple(week), dates, frozenset(never), frozenset(yearly))


def _read_line(line: str) -> tuple[list[int | date], list[Span]]:
    """Read days and times."""
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
    """Find a day by its name, or the first two letters or more of it, English or German."""
    said = word.strip().rstrip(".").lower()
    if len(said) >= _SHORTEST:
        for number, names in enumerate(_NAMES):
            if any(name.startswith(said) for name in names):
                return number
    hint = nearest(said, [name for names in _NAMES for name in names])
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
