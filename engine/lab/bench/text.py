"""How well the next letters and words of a text are foretold: the boxes ``write`` and ``suggest``.

``write``: how far ten thousand letters of each author, which the network has never read, surprise
it, in nats a letter, beside what the bare frequency of letters would do; and how long a letter
takes. ``suggest``: it reads nine tenths of each of five poems, and of each word of the last tenths
is asked whether it is one of the three that are suggested, beside the three most frequent of all.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from engine.core.context import Context
from engine.core.files import installed_folder
from engine.lab.bench.report import RATIO, Row
from engine.language.letters import nats
from engine.language.next_words import NextWords, plain
from engine.models.write import AUTHORS, WriteModel
from engine.nodes.suggest import POEMS

UNSEEN: Final = "unseen.json"
"""Ten thousand letters of each author that were held out; in the folder of the model."""


def run(short: bool) -> list[Row]:
    """Ask both boxes of text that they do not know."""
    folder = installed_folder("models") / "write"
    most = 1000 if short else 10_000
    texts = json.loads((folder / UNSEEN).read_text("utf-8"))
    rows = [row for author in AUTHORS for row in _letters(author, texts[author][:most])]
    return [*rows, *_words(folder / POEMS, 100 if short else None)]


def _letters(author: str, text: str) -> Iterator[Row]:
    """Yield how far a text surprises the voice of its author."""
    box = WriteModel(author=author)
    box.open(Context("bench"))
    begun = time.perf_counter()
    found = nats(box.read, box.alphabet.places(text))
    took = time.perf_counter() - begun
    box.close()
    counts = np.array([*Counter(text).values()])
    shares = counts / counts.sum()
    case = f"write, {author}"
    yield Row(case, "the network", found, "nats a letter", ("<=", 1.5))
    yield Row(case, "frequencies", float(-(shares * np.log(shares)).sum()), "nats a letter")
    yield Row(case, "a letter takes", 1000 * took / len(text), "ms")


def _words(file: Path, most: int | None) -> Iterator[Row]:
    """Yield how often the next word is one of three, in the last tenth of each poem."""
    poems = [_cut(poem) for poem in file.read_text("utf-8").split("\n\n")]
    learned = "\n\n".join(seen for seen, _ in poems)
    begun = time.perf_counter()
    known = NextWords(learned)
    took = time.perf_counter() - begun
    usual = {plain(word) for word in known.common()}
    hits = frequent = count = 0
    for _, unseen in poems:
        told = unseen.split()[:most]
        hits += sum(known.rank(told[max(0, at - 4) : at], word) < 3 for at, word in enumerate(told))
        frequent += sum(plain(word) in usual for word in told)
        count += len(told)
    case = f"suggest, {len(learned) / 1000:.0f},000 letters of poems"
    yield Row(case, "one of three is the next", 100 * hits / count, "%")
    yield Row(case, "one of the three most frequent is", 100 * frequent / count, "%")
    yield Row(case, "times as often", hits / max(frequent, 1), RATIO, (">=", 1.2))
    yield Row(case, "read in", 1000 * took, "ms")


def _cut(poem: str) -> tuple[str, str]:
    """Return nine tenths of a poem, and the last."""
    at = poem.index("\n", len(poem) * 9 // 10)
    return poem[:at], poem[at:]
