"""Reads Scala files (.scl): a scale as ratios and cents, each degree on a line of its own.

The format is that of the documentation of Scala (Op de Coul, "Scala scale file format"): comments
begin with "!", then come a description, the number of degrees, and the degrees above 1/1. A number
with a dot is cents, "3/2" and "2" are ratios; what follows one on its line is a comment. The last
degree is the period after which the scale repeats, an octave or not. Keyboard mappings (.kbm) are
not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from engine.core.errors import ParameterError

MOST: Final = 4096
"""Degrees of one scale."""
FARTHEST: Final = 12000.0
"""Cents, ten octaves: farther from 1/1 nothing is heard, nor computed after a few periods."""
_LONGEST: Final = 40
"""Characters of a line that an error repeats."""
_COUNT = re.compile(r"[ \t]*(\d{1,9})(?![\d./,]|[eE]\d)")
_CENTS = re.compile(r"[ \t]*([+-]?(?:\d{1,9}\.\d{0,30}|\.\d{1,30}))(?![\d./,]|[eE]\d)")
_RATIO = re.compile(r"[ \t]*\+?(\d{1,19})(?:[ \t]*/[ \t]*(\d{1,19}))?(?![\d./,]|[eE]\d)")
_PITCH = 'a ratio such as "3/2", or cents with a dot such as "701.955"'


def parse_scala(data: bytes) -> tuple[float, ...]:
    """Return the degrees of a Scala file in cents above 1/1; the last is the period.

    Raise ParameterError, which names the line and what was expected there: "line 5: expected ...".
    """
    lines = _lines(data)
    end = data.count(b"\n") + 1
    if next(lines, None) is None:
        raise ParameterError(
            "is empty: expected the description of a scale, as Scala files have it"
        )
    number, line = next(lines, (end, ""))
    expected = _COUNT.match(line)
    if not expected:
        raise _wrong(number, "the number of degrees as a Scala file has it, such as 12", line)
    count = int(expected[1])
    if not 1 <= count <= MOST:
        raise _wrong(number, f"from 1 to {MOST} degrees", line)
    cents: list[float] = []
    for _ in range(count):
        number, line = next(lines, (end, ""))
        if not line.strip():
            raise ParameterError(
                f"line {number}: expected {_PITCH}: degree {len(cents) + 1} of {count}, "
                "but nothing is there"
            )
        cents.append(_cents(number, line))
        if abs(cents[-1]) > FARTHEST:
            raise _wrong(number, 'a pitch within ten octaves (cents have a dot: "1200.0")', line)
    if cents[-1] <= 0:
        raise _wrong(number, "a last degree above 1/1, since the scale repeats after it", line)
    for number, line in lines:
        if _CENTS.match(line) or _RATIO.match(line):
            raise _wrong(number, f"nothing after {count} degrees, as many as the file says", line)
    return tuple(cents)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield each line that is no comment, with its number from 1."""
    text = data.decode("latin-1").removeprefix("\xef\xbb\xbf")
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if not line.startswith("!"):
            yield number, line


def _cents(number: int, line: str) -> float:
    if match := _CENTS.match(line):
        return float(match[1])
    match = _RATIO.match(line)
    if not match:
        raise _wrong(number, _PITCH, line)
    over, under = int(match[1]), int(match[2] or 1)
    if not (over and under):
        raise _wrong(number, "a ratio of two numbers above 0", line)
    return 1200 * (math.log2(over) - math.log2(under))


def _wrong(number: int, expected: str, line: str) -> ParameterError:
    printable = "".join(each if each.isprintable() else "?" for each in line.strip())
    got = f'"{printable[:_LONGEST]}{"..." if len(printable) > _LONGEST else ""}"'
    return ParameterError(f"line {number}: expected {expected}, got {got}")
