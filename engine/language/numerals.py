"""Numbers as words: a recogniser of speech writes "4" for what a text has as "four"."""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPELT: Final = {str(number): word for number, word in enumerate(_SMALL.split(" "))} | {
    str(10 * number): word for number, word in enumerate(_TENS.split(" "), 2)
}


def spelt(word: str) -> str:
    """Return a number in English letters, where it is one word of them; other words as they are."""
    return _SPELT.get(word, word)
