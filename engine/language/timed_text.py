"""Texts with times: subtitles (.srt, .vtt) and the words of songs (.lrc).

What cannot be read is told with its line and left out; the rest plays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.language.text_file import TextFault, lines_of
from engine.language.words import LONGEST, clean

ENDINGS: Final = (".srt", ".vtt", ".lrc")
LATEST: Final = 360_000.0
"""Seconds, a hundred hours: no text comes later."""

_ARROW: Final = re.compile(r"^\s*(\S+)\s*-->\s*(\S+)(?:\s.*)?$")
_TIME: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?", re.ASCII)
_TAG: Final = re.compile(r"<[^<>]{0,100}>|\{\\[^{}]{0,100}\}")
_STAMP: Final = re.compile(r"\s*\[([^\[\]]*)\]")
_MINUTES: Final = re.compile(r"(\d{1,4}):(\d{1,2})(?:[.:](\d{1,3}))?", re.ASCII)
_OFFSET: Final = re.compile(r"offset\s*:\s*([+-]?\d{1,9})", re.ASCII)
_NOTE: Final = re.compile(r"[A-Za-z#][\w#]*\s*:.*", re.ASCII | re.DOTALL)
_INLINE: Final = re.compile(r"<\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cue:
    """A text, from when to when it stands, in seconds; ``end`` is None where the next ends it."""

    begin: float
    end: float | None
    text: str


def read_timed(text: str, ending: str) -> tuple[list[Cue], list[TextFault]]:
    """Return the texts of a file in order of time, and what is wrong with it.

    ``ending`` is one of ENDINGS.
    """
    faults: list[TextFault] = []
    lines = lines_of(text)
    cues = list(_song(lines, faults) if ending == ".lrc" else _subtitles(lines, faults))
    return sorted(cues, key=lambda cue: cue.begin), faults


def _subtitles(lines: Sequence[str], faults: list[TextFault]) -> Iterator[Cue]:
    at = 0
    last = 0.0
    while at < len(lines):
        arrow = _ARROW.match(lines[at]) if "-->" in lines[at] else None
        at += 1
        if "-->" not in lines[at - 1]:
            continue
        number, begin_line = at, at
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            at += 1
        if at < len(lines) and "-->" in lines[at] and lines[at - 1].strip().isdigit():
            at -= 1  # the blank line before the next number is missing
        times = [_seconds(one) for one in arrow.groups()] if arrow else [None, None]
        begin, end = times
        if begin is None or end is None:
            expected = "00:00:01,500 --> 00:00:04,000"
            faults.append(TextFault(number, f"has no time that can be read: expected {expected}"))
            continue
        if begin < last:
            faults.append(TextFault(number, "comes before the text above it, and is moved there"))
        last = max(last, begin)
        if end <= begin:
            faults.append(TextFault(number, "ends before it begins, and stands until the next"))
        if said := _cleaned(" ".join(lines[begin_line:at]), number, faults):
            yield Cue(begin, end if end > begin else None, said)
        else:
            faults.append(TextFault(number, "has no text"))


def _song(lines: Sequence[str], faults: list[TextFault]) -> Iterator[Cue]:
    offset = 0.0
    found: list[tuple[int, float, str]] = []
    for number, line in enumerate(lines, 1):
        stamps, rest = _stamps(line)
        if shift := next((_OFFSET.fullmatch(one.strip()) for one in stamps), None):
            offset = int(shift[1]) / 1000
            continue
        if not stamps:
            if rest.strip():
                faults.append(TextFault(number, "has no time, such as [01:23.45], and is left out"))
            continue
        said = _cleaned(_INLINE.sub("", rest), number, faults)
        for stamp in stamps:
            seconds = _of_minutes(stamp)
            if seconds is not None:
                found.append((number, seconds, said))
            elif not _NOTE.fullmatch(stamp.strip()) or stamp.strip()[:1].isdigit():
                told = f'"{clean(stamp)[:40]}" is no time, such as 01:23.45'
                faults.append(TextFault(number, told))
    for _, seconds, said in found:  # a text without words clears the one before
        yield Cue(max(0.0, seconds - offset), None, said)


def _stamps(line: str) -> tuple[list[str], str]:
    """Return what stands in brackets at the start of a line, and the rest of it."""
    stamps, at = [], 0
    while found := _STAMP.match(line, at):
        stamps.append(found[1])
        at = found.end()
    return stamps, line[at:]


def _cleaned(text: str, number: int, faults: list[TextFault]) -> str:
    if len(text) > LONGEST:
        faults.append(TextFault(number, f"is cut after {LONGEST:,} characters"))
    return clean(_TAG.sub("", text[:LONGEST]))


def _seconds(written: str) -> float | None:
    found = _TIME.fullmatch(written)
    if not found or int(found[2]) > 59 or int(found[3]) > 59:
        return None
    hours, minutes, seconds = (int(one or 0) for one in found.groups()[:3])
    return _bounded(3600 * hours + 60 * minutes + seconds + _fraction(found[4]))


def _of_minutes(written: str) -> float | None:
    found = _MINUTES.fullmatch(written.strip())
    if not found or int(found[2]) > 59:
        return None
    return _bounded(60 * int(found[1]) + int(found[2]) + _fraction(found[3]))


def _fraction(digits: str | None) -> float:
    return int(digits) / 10 ** len(digits) if digits else 0.0


def _bounded(seconds: float) -> float | None:
    return seconds if seconds <= LATEST else None
