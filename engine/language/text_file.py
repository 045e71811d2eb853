"""The lines of a text file that somebody may have written with any program.

UTF-8, with a mark of bytes or without, and UTF-16 with one; ends of lines of every system. A file
of another encoding is taken for one of Windows (1252), and that is told.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.core.errors import DeviceError
from engine.core.files import read_readable
from engine.language.words import LONGEST, clean

LARGEST: Final = 1 << 24
"""Bytes of a text file that are read."""
_MOST_TOLD: Final = 5
"""Faults that are told one by one."""
_CONTROLS: Final = 0.02
"""Share of control characters from which on a file is no text."""
_NEWLINE: Final = re.compile(r"\r\n|\r|\n")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NoText(ValueError):
    """A file that is no text, or is empty; the words go on from its name."""


@dataclass(frozen=True, slots=True)
class TextFault:
    """What is wrong with a line of a file, which is read all the same; lines count from 1."""

    line: int
    words: str


def read_text(file: str) -> tuple[str, list[TextFault]]:
    """Return the text of a file that a box is given, and what is wrong with it.

    Raises DeviceError where it is not there, or is no text.
    """
    try:
        return decode(read_readable(file, "a text file", LARGEST))
    except NoText as error:
        raise DeviceError(f'"{file}" {error}') from None


def told(file: str, faults: Sequence[TextFault]) -> str:
    """Return what is wrong with a file, or with a text that is none, in a line for a performer."""
    name = Path(file).name or "line "
    begins = f"{name}:" if file else name
    words = [f"{begins}{fault.line}: {fault.words}" for fault in faults[:_MOST_TOLD]]
    more = len(faults) - len(words)
    return "; ".join([*words, f"and {more} more"] if more > 0 else words)


def decode(data: bytes) -> tuple[str, list[TextFault]]:
    """Return the text of a file, and what is wrong with it. Raises NoText."""
    if data.startswith(_UTF16):
        text = data.decode("utf-16", "replace")
        faults = _damage(text)
    else:
        data = data.removeprefix(codecs.BOM_UTF8)
        text, faults = _of_bytes(data)
    if _is_binary(text):
        raise NoText("is no text: it holds the bytes of something else")
    if not text.strip():
        raise NoText("is empty: there is not one line in it")
    return text, faults


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as they stand, with empty ones."""
    return _NEWLINE.split(text)


def written_lines(text: str) -> tuple[list[str], list[TextFault]]:
    """Return the lines in which something stands, clean, and what was cut off."""
    found: list[str] = []
    faults: list[TextFault] = []
    for number, line in enumerate(lines_of(text), 1):
        if len(line) > LONGEST:
            faults.append(TextFault(number, f"is cut after {LONGEST:,} characters"))
        if cleaned := clean(line):
            found.append(cleaned)
    return found, faults


def _of_bytes(data: bytes) -> tuple[str, list[TextFault]]:
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = 1 + len(_NEWLINE.findall(data[: error.start].decode("utf-8", "replace")))
    replaced = data.decode("utf-8", "replace")
    if any(ord(one) > 127 and one != "�" for one in replaced):  # UTF-8, with damage
        return replaced, _damage(replaced)
    told = "is not UTF-8, and is read as Windows 1252: save the file as UTF-8"
    return data.decode("cp1252", "replace"), [TextFault(line, told)]


def _damage(text: str) -> list[TextFault]:
    return [
        TextFault(number, "is damaged: bytes in it are no letters")
        for number, line in enumerate(lines_of(text), 1)
        if "�" in line
    ]


def _is_binary(text: str) -> bool:
    controls = sum(one < " " and one not in "\t\n\r\x0b\x0c\x1b" for one in text)
    return "\0" in text or controls > _CONTROLS * max(len(text), 50)
