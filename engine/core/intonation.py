"""Which pitch each note has: equal temperament, or a scale of one's own, at any A4.

    tuning: TuningName = EQUAL
    a4: A4Hz = A4_HZ
    ...
    self._tuning = read_tuning(self.tuning, self.a4)

Keys have the numbers of MIDI notes. As Scala has it, degree 0 of a scale is at key 60, the middle
C, each further key is the next degree, and the frequency of key 69, the A above it, is ``a4``.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from engine.core.errors import DeviceError, ParameterError, UnreadableFile
from engine.core.files import find_readable, read_file
from engine.core.nearest import nearest
from engine.core.parameter import NAME_OR_FILE, Fixed, Param
from engine.core.scala import MOST, parse_scala
from engine.core.tuning import A4, A4_HZ

EQUAL: Final = "12tet"
"""Twelve equal steps an octave."""
ROOT: Final = 60
"""The key of degree 0."""
_LARGEST: Final = 1 << 18
"""Bytes of a Scala file."""
_STEPS = re.compile(r"\s*(\d{1,4})\s*-?(?:tet|edo)\s*", re.IGNORECASE)

TuningName = Fixed[
    Annotated[
        str, Param('"12tet", other equal steps such as "19tet", or a Scala file', unit=NAME_OR_FILE)
    ]
]
"""The parameter that names a tuning; a file is looked for beside the patch first."""
A4Hz = Annotated[float, Param("the frequency of A4", 380, 490, unit="Hz")]
"""The parameter that says what all are tuned to; it may be changed while playing."""

_files: ContextVar[bool] = ContextVar("files", default=True)


@contextmanager
def without_files() -> Iterator[None]:
    """Have ``read_tuning`` refuse files: a patch out of a recording opens none here."""
    before = _files.set(False)
    try:
        yield
    finally:
        _files.reset(before)


class NearestDegree(NamedTuple):
    """A frequency as the key nearest to it, and how many cents it is above that key."""

    key: int
    cents: float


@dataclass(frozen=True)
class Tuning:
    """A scale laid over the keys: ``degrees`` in cents above 1/1, the last one being the period.

    Frequencies are above 0 Hz. A fractional note lies between two keys: 64.5 is in the middle
    between key 64 and the next higher pitch, however far apart they are.
    """

    degrees: tuple[float, ...] = tuple(100.0 * step for step in range(1, 13))
    a4: float = A4_HZ

    def hz_of(self, note: float) -> float:
        """Return the frequency of a note in Hz."""
        if self._is_equal:
            return float(self.a4 * 2.0 ** ((note - A4) / 12))
        key = math.floor(note + 0.5)
        part = note - key
        cents = self._cents(key)
        below, above = self._gaps(cents)
        return float(self._root * 2.0 ** ((cents + part * (above if part > 0 else below)) / 1200))

    def note_of(self, hz: float) -> float:
        """Return a frequency as a note: the key nearest to it, and a fraction."""
        if self._is_equal:
            return A4 + 12 * math.log2(hz / self.a4)
        key, off = self.nearest(hz)
        return key + off / self.step_of(hz)

    def step_of(self, hz: float) -> float:
        """Return how many cents lie between the two pitches that a frequency is between."""
        if self._is_equal:
            return 100.0
        key, off = self.nearest(hz)
        below, above = self._gaps(self._cents(key))
        return above if off > 0 else below

    def nearest(self, hz: float) -> NearestDegree:
        """Return the key nearest to a frequency, and its distance in cents."""
        if self._is_equal:
            note = A4 + 12 * math.log2(hz / self.a4)
            key = math.floor(note + 0.5)
            return NearestDegree(key, 100 * (note - key))
        cents = 1200 * math.log2(hz / self._root)
        period, within = divmod(cents, self._period)
        at = bisect_right(self._steps, within) - 1
        below, above = self._steps[at], self._steps[at + 1]
        upper = above - within < within - below
        pitch = above if upper else below
        key = self._key_at(at + 1 if upper else at, int(period))
        return NearestDegree(key, within - pitch)

    def tuned_to(self, a4: float) -> Tuning:
        """Return the same scale at another A4; itself where that is the same."""
        return self if a4 == self.a4 else replace(self, a4=a4)

    def bend(self, hz: float, key: int) -> float:
        """Return by how many semitones of 100 cents a frequency is above a key."""
        return 12 * math.log2(hz / self.hz_of(key))

    @cached_property
    def _is_equal(self) -> bool:
        return len(self.degrees) == 12 and all(
            abs(cents - 100 * step) < 1e-6 for step, cents in enumerate(self.degrees, 1)
        )

    @property
    def _period(self) -> float:
        return self.degrees[-1]

    @cached_property
    def _root(self) -> float:
        """The frequency of key 60."""
        return float(self.a4 / 2.0 ** (self._cents(A4) / 1200))

    @cached_property
    def _sorted(self) -> tuple[tuple[float, int], ...]:
        """Each pitch within one period in cents with its key above the root, in order of pitch.

        A scale may go down between two keys, or leave its period; keys that share a pitch count as
        the lowest of them.
        """
        count = len(self.degrees)
        found: dict[float, int] = {}
        for degree, cents in enumerate((0.0, *self.degrees[:-1])):
            periods, within = divmod(cents, self._period)
            key = degree - int(periods) * count
            found[within] = min(key, found.get(within, key))
        return tuple(sorted(found.items()))

    @cached_property
    def _steps(self) -> tuple[float, ...]:
        """The pitches within one period in cents, from 0 up to the period itself."""
        return (*(cents for cents, _ in self._sorted), self._period)

    def _key_at(self, step: int, period: int) -> int:
        turns, step = divmod(step, len(self._sorted))
        return ROOT + self._sorted[step][1] + (period + turns) * len(self.degrees)

    def _cents(self, key: int) -> float:
        """Return how far a key is above key 60 in cents."""
        periods, degree = divmod(key - ROOT, len(self.degrees))
        return periods * self._period + (self.degrees[degree - 1] if degree else 0.0)

    def _gaps(self, cents: float) -> tuple[float, float]:
        """Return how far below and above a pitch the next ones are, in cents."""
        within = cents % self._period
        at = min(range(len(self._steps)), key=lambda each: abs(self._steps[each] - within))
        at %= len(self._sorted)
        here = self._steps[at]
        below = here - self._steps[at - 1] if at else self._period - self._steps[-2]
        return below, self._steps[at + 1] - here


def equal_steps(name: str) -> int | None:
    """Return 19 for "19tet" or "19 edo": into how many steps the octave goes; None for others."""
    match = _STEPS.fullmatch(name)
    return int(match[1]) if match else None


def read_tuning(name: str, a4: float = A4_HZ) -> Tuning:
    """Return the tuning that a parameter names: "12tet", "31edo", or the path of a Scala file.

    Raise ParameterError, which begins with "tuning: ", where there is none of that name, or the
    file is none; then file, line and what was expected are told.
    """
    return _tuned(_degrees(name) if _files.get() else _equal_degrees(name), a4)


@lru_cache(maxsize=64)
def _tuned(degrees: tuple[float, ...], a4: float) -> Tuning:
    return Tuning(degrees, a4)


def _equal_degrees(name: str) -> tuple[float, ...]:
    steps = equal_steps(name)
    if steps is None:
        raise ParameterError(
            f'tuning: got "{name}", but a recording names no file here: to open one, name a patch '
            "of yours that does"
        )
    if not 1 <= steps <= MOST:
        raise ParameterError(f'tuning: expected from 1 to {MOST} equal steps, got "{name}"')
    return tuple(1200 * step / steps for step in range(1, steps + 1))


def _degrees(name: str) -> tuple[float, ...]:
    if equal_steps(name) is not None:
        return _equal_degrees(name)
    try:
        file = find_readable(name, "a Scala file")
    except DeviceError as error:
        if Path(name).suffix or "/" in name:
            raise ParameterError(f"tuning: {error}") from None
        raise ParameterError(
            f'tuning: expected "{EQUAL}", other equal steps such as "19tet", or the name of a '
            f'Scala file such as "just.scl", got "{name}".{nearest(name, (EQUAL,))}'
        ) from None
    if file.suffix.lower() == ".kbm":
        raise ParameterError(
            f'tuning: "{name}" is a keyboard mapping; those are not read, only scales (.scl)'
        )
    try:
        return parse_scala(read_file(file, _LARGEST))
    except UnreadableFile as error:
        raise ParameterError(f'tuning: "{name}" {error}') from None
    except ParameterError as error:
        joint = " " if str(error).startswith("is ") else ", "
        raise ParameterError(f'tuning: "{name}"{joint}{error}') from None
