"""Which files a text means that names a picture, a folder of pictures, or a sequence of them."""

from __future__ import annotations

import fnmatch
import os
import re
from pathlib import Path
from typing import Final

from engine.core.errors import DeviceError
from engine.core.files import find_readable
from engine.core.nearest import nearest
from engine.core.os_errors import os_reason
from engine.video.picture_header import SUFFIXES, is_moving_gif, other_kind, picture_kind

RATE: Final = 25.0
"""Pictures a second, where nothing says how many."""
FILM: Final = "a video file"
_NUMBER: Final = re.compile(r"%(0?)(\d{0,2})d")
_WILD: Final = re.compile(r"[*?]|\[.+\]")
_DIGITS: Final = re.compile(r"(\d+)")
_OTHER_SUFFIXES: Final = frozenset(
    {
        *(".heic", ".heif", ".avif", ".psd", ".svg", ".pdf"),
        *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"),
    }
)
_SNIFFED: Final = 1 << 16


def names_stills(text: str) -> bool:
    """Whether a text names a still picture, a folder or a sequence, and no film or camera."""
    if not text.strip() or "://" in text or text.isdigit():
        return False
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return True
        if path.is_file():
            return _is_still(path)
    except (OSError, ValueError):
        return False
    named = path.suffix.lower() in SUFFIXES | _OTHER_SUFFIXES and path.suffix.lower() != ".gif"
    return named or bool(_NUMBER.search(path.name) or _WILD.search(path.name))


def find_stills(text: str) -> list[Path]:
    """Return the pictures that a text names, in their order: numbers by value, names by letter.

    A folder means all pictures in it that are not hidden; ``%04d`` in a name any number, with gaps;
    ``*`` and ``?`` anything. Raise DeviceError where there is none.
    """
    path = Path(text).expanduser()
    if path.is_dir():
        found = [each for each in _listed(path, text) if each.suffix.lower() in SUFFIXES]
        if not found:
            raise DeviceError(f'there is no picture in the folder "{text}"')
        return sorted(found, key=_natural)
    pattern = None if path.exists() else _pattern(path.name)
    if pattern is None:
        return [find_readable(text, "a picture")]
    if not path.parent.is_dir():
        raise DeviceError(f'there is no folder "{path.parent}" for "{path.name}"')
    others = _listed(path.parent, text)
    found = [each for each in others if pattern.fullmatch(each.name)]
    if not found:
        hint = nearest(path.name, [each.name for each in others])
        raise DeviceError(f'there is no picture "{text}".{hint}')
    return sorted(found, key=_natural)


def why_no_picture(text: str) -> str:
    """Return why there is no picture and no film that a text names, or ""; nothing is decoded."""
    try:
        if names_stills(text):
            find_stills(text)
        else:
            find_readable(text, FILM)
    except DeviceError as error:
        return str(error)
    return ""


def _is_still(path: Path) -> bool:
    with path.open("rb") as stream:
        begin = stream.read(_SNIFFED)
    kind = picture_kind(begin)
    if kind == "GIF":
        return not is_moving_gif(path.read_bytes() if path.stat().st_size < 1 << 26 else begin)
    return bool(kind or other_kind(begin)) or path.suffix.lower() in SUFFIXES - {".gif"}


def _listed(folder: Path, text: str) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [
                folder / each.name
                for each in entries
                if not each.name.startswith(".") and each.is_file()
            ]
    except OSError as error:
        raise DeviceError(f'"{text}" cannot be read: {os_reason(error)}') from None


def _pattern(name: str) -> re.Pattern[str] | None:
    """Return what matches the names that a pattern means; None where it is a plain name."""
    if _NUMBER.search(name):
        parts = _NUMBER.split(name)  # text, "0" or "", width, text ...
        written = [re.escape(parts[0].replace("%%", "%"))]
        for place in range(1, len(parts), 3):
            zero, width, after = parts[place : place + 3]
            digits = rf"\d{{{width},}}" if zero and width else r"\d+"
            written += [digits, re.escape(after.replace("%%", "%"))]
        return re.compile("".join(written))
    if _WILD.search(name):
        return re.compile(fnmatch.translate(name))
    return None


def _natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Return a key by which 2 comes before 10, and "a" beside "A"."""
    parts = _DIGITS.split(path.name.casefold())
    key = [
        (len(digits), digits) if place % 2 else (0, part)
        for place, part in enumerate(parts)
        for digits in [part.lstrip("0")]
    ]
    return key, path.name
