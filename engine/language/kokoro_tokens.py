"""What the network Kokoro reads: phonemes as espeak-ng writes them, in its own letters.

Its English is that of misaki, which writes a diphthong as one letter (hexgrad, Kokoro-82M, 2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MOST: Final = 508
"""Letters that it reads at once."""
_LETTERS: Final = (
    *(("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("oʊ", "O"), ("əʊ", "O"), ("ɔɪ", "Y")),
    *(("dʒ", "ʤ"), ("tʃ", "ʧ"), ("ɚ", "əɹ"), ("ɐ", "ə"), ("r", "ɹ"), ("ɜː", "ɜɹ"), ("ː", "")),
)
_MARKS: Final = ".,!?;:…"


def tokens_of(ipa: str, ending: str, letters: Mapping[str, int]) -> list[int]:
    """Return the numbers of phonemes, and of the mark that ends the phrase, if it has one.

    ``letters`` is the vocabulary; what it does not have is left out.
    """
    for written, letter in _LETTERS:
        ipa = ipa.replace(written, letter)
    mark = ending[-1:] if ending[-1:] in _MARKS else ""
    return [letters[one] for one in (ipa + mark) if one in letters][:MOST]
