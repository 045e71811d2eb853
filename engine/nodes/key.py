"""Which key is being played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, Final, NamedTuple

import numpy as np

from engine.core.messages import Features, Note, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.tuning import STEPS
from engine.dsp.audio.key_profiles import KeyFit, Weights, best_key

CLASSES: Final = 12
LEAST: Final = 4
"""Different notes without which there is no key yet."""
FIT: Final = 0.55
LEAD: Final = 0.15
"""The correlation that is no chance, and the lead on the second best that counts as certain."""
LONGEST: Final = 2.0
"""Seconds of one note that count, and no more: a drone is no melody."""
STRUCK: Final = 0.15
"""Seconds that the beginning of a note counts as, however short it is."""


class Keyed(NamedTuple):
    """The key, its root (0 is C), its mode, and how sure that is."""

    name: str
    root: int
    mode: str
    confidence: float


class KeyNode(Node):
    """Name the key that is being played, such as "A minor", when it is found or another one is.

    It takes notes, from ``notes`` or a keyboard, or the twelve numbers of ``chroma``. ``root`` is 0
    for C to 11 for B, ``mode`` "major" or "minor", and ``confidence`` 0 to 1: how much better the
    key fits than the next. It says nothing until it is as sure as ``confidence`` of its parameters,
    and nothing more until another key is. What was played ``memory`` ago counts half.

    Its name is a scale: ``scale = { from = "key.name" }`` lets ``notes`` or ``quantise`` follow.

    For those who know it: Krumhansl and Schmuckler's correlation (Krumhansl 1990) with the profiles
    of Temperley (2007).
    """

    memory: Annotated[
        float, Param("after how long what was played counts half", 0.5, 600, unit="s")
    ] = 15.0
    confidence: Annotated[float, Param("how sure to be of a key to say it", 0, 1)] = 0.6

    _weights: Weights = field(default_factory=lambda: np.zeros(CLASSES))
    _at: Ns | None = None
    _begun: dict[tuple[int, int], Ns] = field(default_factory=dict)
    _said: str = ""
    _passed: float = 0.0

    def process(self, heard: Note | Features, *, at: Ns) -> Iterator[Keyed]:
        """Yield the key where it is found, or is another than before."""
        self._fade(at)
        if isinstance(heard, Note):
            self._play(heard, at)
        else:
            self._hear(heard)
        found = self._judge()
        if found is not None and found.name != self._said:
            self._said = found.name
            yield found

    def reset(self) -> None:
        """Forget what was played."""
        self._weights = np.zeros(CLASSES)
        self._at = None
        self._begun = {}
        self._said = ""

    def _fade(self, at: Ns) -> None:
        passed = 0.0 if self._at is None else max(at - self._at, 0) / 1e9
        self._at = at
        self._passed = passed
        self._weights *= 0.5 ** (passed / self.memory)

    def _play(self, note: Note, at: Ns) -> None:
        """Count how long a note sounds, when it ends, and that it begins, at once."""
        key = note.note, note.channel
        began = self._begun.pop(key, None)
        if began is not None:
            self._weights[note.note % CLASSES] += min((at - began) / 1e9, LONGEST)
        if note.velocity:
            self._begun[key] = at
            self._weights[note.note % CLASSES] += STRUCK

    def _hear(self, chroma: Features) -> None:
        """Count how much of each pitch class sounds, by the names of notes."""
        for name, value in zip(chroma.names, chroma.values, strict=False):
            place = _class_named(name)
            if place is not None and np.isfinite(value):
                self._weights[place] += max(float(value), 0.0) * min(self._passed, LONGEST)

    def _judge(self) -> Keyed | None:
        loudest = float(self._weights.max())
        if loudest <= 0 or int((self._weights > 0.1 * loudest).sum()) < LEAST:
            return None
        found = best_key(self._weights)
        confidence = _confidence(found)
        if confidence < self.confidence:
            return None
        return Keyed(found.name, found.root, found.mode, confidence)


def _confidence(found: KeyFit) -> float:
    """Return how sure a key is, 0 to 1: nothing where it fits badly or another fits as well."""
    if found.fit < FIT:
        return 0.0
    return round(min(found.lead / LEAD, 1.0), 3)


def _class_named(name: str) -> int | None:
    """Return the pitch class of a name such as "C", "c#" or "Bb"; None for another."""
    letter, sign = name[:1].upper(), name[1:]
    if letter not in STEPS or sign not in ("", "#", "b", "s"):
        return None
    return (STEPS[letter] + {"": 0, "#": 1, "s": 1, "b": -1}[sign]) % CLASSES
