"""What is said: texts that grow, words that were heard, and how the mouth stands that says them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.kinds import LONGEST, Kind, kind


def _kept(text: Text) -> Kind:
    """Return the policy: a final text is never lost; an interim one is replaced by the next."""
    return Kind.LOSSLESS if text.final else Kind.LATEST


@kind(
    Kind.LOSSLESS,
    words="a growing text",
    by_message=_kept,
    summary=lambda text: text.text[:LONGEST] + ("" if text.final else " …"),
    example=lambda: Text("hello", final=True, language="en"),
)
@dataclass(frozen=True, slots=True)
class Text:
    """A text that grows while it is heard or written, such as what somebody says.

    While ``final`` is false it is what is known so far, all of it, and the next one replaces it; a
    final one stands, and is never lost. ``language`` is a code of BCP 47 such as "en", or "".
    """

    text: str
    final: bool = True
    language: str = ""


@kind(
    Kind.LOSSLESS,
    words="a word that was heard",
    summary=lambda word: word.text[:LONGEST],
    example=lambda: Word("sea", 0.9, 0.3, 0.8),
)
@dataclass(frozen=True, slots=True)
class Word:
    """A word that somebody said: in lower case, without marks.

    It began ``ago`` seconds before the moment that this message describes, and took ``length``
    seconds. ``confidence`` is how sure it is that it was this one, 0 to 1.
    """

    text: str
    ago: float
    length: float
    confidence: float


@kind(
    Kind.LOSSLESS,
    words="a keyword",
    part=lambda name: bool,
    summary=lambda keyword: keyword.word[:LONGEST],
    example=lambda: Keyword("sea", ("sea", "fire")),
)
@dataclass(frozen=True, slots=True)
class Keyword:
    """One of the ``words`` that are watched for was heard: ``word``; "" right behind each.

    A cable takes one by its name (``ear.keyword.sea``), with "_" for what is no letter or digit: a
    switch that is on for the one message that tells of it.
    """

    word: str
    words: tuple[str, ...]

    def __getattr__(self, name: str) -> bool:
        """Return whether it is that word; raise AttributeError for one not watched for."""
        if name.startswith("__") or name in ("word", "words"):
            raise AttributeError(name)  # it is being made
        for word in self.words:
            if part_name(word) == name:
                return word == self.word
        known = ", ".join(map(part_name, self.words))
        raise AttributeError(f'"{name}" is none of the words that are watched for: {known}')


def part_name(word: str) -> str:
    """Return the name of a keyword on a cable: "don't" is don_t."""
    return "".join(letter if letter.isalnum() else "_" for letter in word.lower())


@kind(
    Kind.LATEST,
    summary=lambda mouth: {"open": mouth.open, "wide": mouth.wide, "viseme": mouth.viseme},
    example=lambda: Mouth(0.8, 0.5, "aa"),
)
@dataclass(frozen=True, slots=True)
class Mouth:
    """How a mouth stands that speaks: ``open`` 0 to 1, ``wide`` 0 (round) to 1 (drawn apart).

    ``viseme`` is the name of the shape, as MPEG-4 and most faces know them: "rest", "pp" (p, b, m),
    "ff", "th", "dd" (t, d, l), "kk", "ch", "ss", "nn", "rr", "aa", "ee", "ih", "oh", "ou".
    """

    open: float
    wide: float
    viseme: str
