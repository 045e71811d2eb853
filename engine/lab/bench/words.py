"""What the boxes that understand words know: mood, meaning, analogies, rhymes, and what it takes.

Mood is held to the words that its network never saw, and with ``meaning`` to sentences that were
written before either was computed (``rig/word_sets.py``). Nothing was tuned on them.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from engine.core.messages import Text
from engine.inference.known_words import pronunciations, valences, word_vectors
from engine.inference.sentence_encoder import missing_encoder
from engine.lab.bench.report import COUNT, Row
from engine.lab.bench.rig.word_sets import ANALOGIES, SENTENCES, TRIPLES
from engine.language.pronunciation import estimated_syllables, stresses_of
from engine.nodes.between import Between
from engine.nodes.meaning import Meaning
from engine.nodes.mood import Mood
from engine.nodes.neighbours import Neighbours
from engine.nodes.prosody import Prosody

LINE: Final = "the sea is calm tonight, the tide is full, the moon lies fair"


def run(short: bool) -> list[Row]:
    """Measure all of it, in a second; with the extra also in any language."""
    rows = [*_held_out(), *_sentences(), *_triples("en"), *_analogies()]
    rows += _syllables(20 if short else 1)
    if not missing_encoder():
        rows += _triples("any")
    return rows + _times(20 if short else 200)


def is_held_out(word: str) -> bool:
    """Return whether a word is of the fifth that the network was not trained on."""
    return hashlib.sha256(word.encode()).digest()[0] % 5 == 0


def _held_out() -> list[Row]:
    known, vectors = valences(), word_vectors()
    held = [word for word in vectors.words if word in known.rated and is_held_out(word)]
    meant = np.array([known.rated[word] for word in held])
    judged = np.array([known.network.judge(vectors[vectors.places(word)[0]]) for word in held])
    case = f"mood of {len(held)} words that the network never saw"
    alike = float(np.corrcoef(meant, judged)[0, 1])
    signs = 100 * float(np.mean((meant > 0) == (judged > 0)))
    return [
        Row(case, "correlation with people", alike, "r", (">=", 0.8)),
        Row(case, "sign", signs, "%"),
    ]


def _sentences() -> list[Row]:
    box = Mood()
    right = sum(box.process(text).valence * sign > 0 for text, sign in SENTENCES)
    case = f"mood of {len(SENTENCES)} sentences"
    return [
        Row(case, "the sign a person gives", right, COUNT, (">=", 0.85 * len(SENTENCES))),
    ]


def _triples(language: str) -> list[Row]:
    near: list[float] = []
    far: list[float] = []
    for anchor, *texts in TRIPLES:
        box = Meaning(anchors=[anchor], language=language)  # type: ignore[arg-type]
        box.open()
        for text, found in zip(texts, (near, far), strict=True):
            told = box.process(Text(text, language="en")).nearness
            found.append(float(told.values[0]) if told else 0.0)
    right = sum(a > b for a, b in zip(near, far, strict=True))
    case = f'meaning of {len(TRIPLES)} triples, language = "{language}"'
    return [
        Row(case, "the near text is nearer", right, COUNT, (">=", 0.9 * len(TRIPLES))),
        Row(case, "nearness of near ones, median", statistics.median(near), ""),
        Row(case, "nearness of far ones, median", statistics.median(far), ""),
        Row(case, "nearness of far ones, largest", max(far), ""),
    ]


def _analogies() -> list[Row]:
    right = 0
    for like, to, word, answer in ANALOGIES:
        box = Neighbours(like=like, to=to, count=1)
        right += [each.word for each in box.process(word)] == [answer]
    return [Row(f"{len(ANALOGIES)} analogies", "the first word is right", right, COUNT)]


def _syllables(each: int) -> list[Row]:
    spoken = pronunciations()
    words = [word for word in word_vectors().words[::each] if spoken.of(word)]
    true = [{len(stresses_of(way)) for way in spoken.of(word)} for word in words]
    right = [estimated_syllables(word) in each for word, each in zip(words, true, strict=True)]
    case = f"syllables of {len(words)} words, guessed by their letters"
    return [Row(case, "right", 100 * statistics.mean(right), "%")]


def _times(count: int) -> list[Row]:
    meaning = Meaning(anchors=["water", "fire", "home"])
    between = Between(start="sea", end="city")
    neighbours, mood, prosody = Neighbours(), Mood(), Prosody()
    for box in (meaning, between, neighbours, mood, prosody):
        box.open()
    tasks: dict[str, Callable[[], object]] = {
        "mood": lambda: mood.process(LINE),
        "meaning": lambda: meaning.process(LINE),
        "neighbours": lambda: list(neighbours.process("drum")),
        "between": lambda: between.process(0.5),
        "prosody": lambda: prosody.process(LINE),
    }
    if not missing_encoder():
        any_ = Meaning(anchors=["water", "fire", "home"], language="any")
        any_.open()
        tasks['meaning, language = "any"'] = lambda: any_.process(LINE)
    return [Row(name, "one line", _median_ms(task, count), "ms") for name, task in tasks.items()]


def _median_ms(task: Callable[[], object], count: int) -> float:
    task()
    took: Sequence[int] = [_ns(task) for _ in range(count)]
    return statistics.median(took) / 1e6


def _ns(task: Callable[[], object]) -> int:
    begun = time.perf_counter_ns()
    task()
    return time.perf_counter_ns() - begun
