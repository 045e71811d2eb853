"""The words of a text, as every box of language takes them apart.

A word is a run of letters, marks and digits, with apostrophes and hyphens inside it ("don't",
"sea-green"), after Unicode's default rules for words (UAX 29) as far as scripts with spaces need
them. Emoji and punctuation are no words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from engine.core.messages import Text

LONGEST: Final = 10_000
"""Characters of one text that are looked at: what is longer is cut at its end."""

_WORD: Final = re.compile(r"[^\W_]+(?:['’\-‐·][^\W_]+)*")
_SPACE: Final = re.compile(r"\s+")


def plain_text(text: str | Text) -> Text:
    """Return a text with what is known of its language."""
    return text if isinstance(text, Text) else Text(text)


def clean(text: str) -> str:
    """Return a text of one line: composed (NFC), without control characters, at most ``LONGEST``.

    Tabs and ends of lines become spaces, of which no two stand together. Marks that turn the
    direction of writing are kept: without them a line from right to left would be another one.
    """
    text = unicodedata.normalize("NFC", text[:LONGEST])
    seen = (" " if one in "\t\n\r\x0b\x0c\x85\u2028\u2029" else one for one in text)
    kept = "".join(one for one in seen if unicodedata.category(one) not in ("Cc", "Cs"))
    return _SPACE.sub(" ", kept).strip()


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, with straight apostrophes."""
    found = _WORD.findall(unicodedata.normalize("NFC", text[:LONGEST]).lower())
    return tuple(one.replace("’", "'") for one in found)


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is written as a text, with spaces between them."""
    return frozenset(text.split())
