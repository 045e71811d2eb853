"""Find what of a text cannot be written right with the fonts of OpenCV.

Those have the letters of Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese and Korean, and
draw one after the other: nothing is joined, and no mark is put over a letter.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

_SIZE: Final = 24
_JOINED: Final = "AL"
"""The class of Arabic letters in the Unicode Bidirectional Algorithm."""


def lacking(text: str) -> dict[str, str]:
    """Return what of a text in NFC will not look right: the script or sign, and what becomes of it.

    Marks over letters count as one kind, "marks".
    """
    found: dict[str, str] = {}
    for sign in dict.fromkeys(text):
        if sign.isascii() or sign.isspace():
            continue
        if not _has(sign):
            script = _script(sign)
            if script:
                found.setdefault(script, f'there are no letters of {script}: each becomes "?"')
            else:
                found.setdefault(sign, f'there is no sign for {_name(sign)}: it becomes "?"')
        elif unicodedata.combining(sign):
            words = "marks stand beside the letters that they belong over"
            found.setdefault("marks", f"{words}, such as {_name(sign)}")
        elif unicodedata.bidirectional(sign) == _JOINED:
            script = _script(sign)
            found.setdefault(script, f"the letters of {script} stand side by side, not joined")
    return found


def _script(sign: str) -> str:
    """Return the script of a letter or of a mark; "" of what is neither."""
    if unicodedata.category(sign)[0] not in "LM":
        return ""
    return unicodedata.name(sign, "").partition(" ")[0].title()


def _name(sign: str) -> str:
    return unicodedata.name(sign, f"U+{ord(sign):04X}").lower()


@lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    """Whether the fonts have a sign: what they have not is drawn as "?"."""
    return _drawn(sign) != _drawn("?")


def _drawn(sign: str) -> bytes:
    mask = np.zeros((2 * _SIZE, 2 * _SIZE), np.uint8)
    cv2.putText(mask, sign, (4, _SIZE), (255,), _face(), _SIZE, 400)
    return mask.tobytes()


@lru_cache(maxsize=1)
def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")
