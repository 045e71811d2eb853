"""Texts out of the tokens of a byte-level vocabulary, as GPT-2 and Whisper have them.

Each byte is written as a letter: printable ones as they are, the others as letters from U+0100 on
(Radford et al. 2019). A token may hold a part of a letter of UTF-8, so bytes are joined first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

_PRINTABLE: Final = (range(0x21, 0x7F), range(0xA1, 0xAD), range(0xAE, 0x100))


class BadVocabulary(ValueError):
    """A file that holds no vocabulary; the text says what is wrong with it."""


@dataclass(frozen=True)
class Vocabulary:
    """What the numbers of a network that writes stand for.

    ``tokens`` are bytes by their number; greater numbers are marks that write nothing. ``begins``
    are the marks that a text begins with, ``ends`` is that of its end, ``before`` that of what was
    said before, and ``nobody`` that nobody speaks. ``never`` are tokens that are not to be written,
    ``never_first`` those that no text begins with.
    """

    tokens: tuple[bytes, ...]
    begins: tuple[int, ...]
    ends: int
    before: int
    nobody: int
    never: tuple[int, ...]
    never_first: tuple[int, ...]

    @property
    def size(self) -> int:
        """One more than the greatest number that it names."""
        marks = (*self.begins, self.ends, self.before, self.nobody, *self.never, *self.never_first)
        return max(len(self.tokens) - 1, *marks) + 1

    def text(self, tokens: Iterable[int]) -> str:
        """Return what tokens say; bytes that are no UTF-8 are left out, as are marks."""
        found = b"".join(self.tokens[one] for one in tokens if 0 <= one < len(self.tokens))
        return found.decode("utf-8", "ignore")

    def tokens_of(self, text: str) -> list[int]:
        """Return tokens that say a text: from its begin the longest that fits, each time.

        These are not always those that a network was trained with, but near enough for a hint.
        """
        numbers = _numbered(self.tokens)
        longest = max(map(len, numbers), default=0)
        data = text.encode()
        found: list[int] = []
        at = 0
        while at < len(data):
            sizes = range(min(longest, len(data) - at), 0, -1)
            size = next((size for size in sizes if data[at : at + size] in numbers), 0)
            found += [numbers[data[at : at + size]]] if size else []
            at += size or 1
        return found

    def starts_word(self, token: int) -> bool:
        """Whether a token begins with a blank."""
        return 0 <= token < len(self.tokens) and self.tokens[token].startswith(b" ")


def read_vocabulary(data: bytes) -> Vocabulary:
    """Read a vocabulary from JSON. Raises BadVocabulary, which says what is wrong."""
    try:
        found = json.loads(data)
        ends, before, nobody = _numbers([found[mark] for mark in ("ends", "before", "nobody")])
        return Vocabulary(
            tuple(map(_bytes, found["tokens"])),
            _numbers(found["begins"]),
            ends,
            before,
            nobody,
            _numbers(found["never"]),
            _numbers(found["never_first"]),
        )
    except KeyError as error:
        raise BadVocabulary(f"it has no {error}") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise BadVocabulary("it is no vocabulary: damaged, or something else") from None


def _numbers(values: Iterable[Any]) -> tuple[int, ...]:
    found = tuple(values)
    if not found or not all(type(one) is int and one >= 0 for one in found):
        raise ValueError("no whole numbers")
    return found


def _bytes(letters: str) -> bytes:
    """Return the bytes that a token's letters stand for."""
    return bytes(_byte_of()[letter] for letter in letters)


@lru_cache(maxsize=4)
def _numbered(tokens: tuple[bytes, ...]) -> dict[bytes, int]:
    return {token: number for number, token in reversed([*enumerate(tokens)]) if token}


@cache
def _byte_of() -> dict[str, int]:
    plain = [byte for span in _PRINTABLE for byte in span]
    others = (byte for byte in range(256) if byte not in plain)
    return {chr(byte): byte for byte in plain} | {
        chr(0x100 + number): byte for number, byte in enumerate(others)
    }
