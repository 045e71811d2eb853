"""Makes a corpus of a folder: embeds what is in it, lays it out, and writes it.

What was embedded is kept in a file of its own while it grows, so that one who is interrupted goes
on where it was; so does one who adds sounds to a folder: what has not changed is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError, UnwritableFile, as_written
from engine.core.os_errors import os_reason
from engine.corpus.file import MOST_ITEMS, Corpus, Kind, read_corpus, write_corpus
from engine.corpus.items import find_items, open_embedder
from engine.corpus.layout import compared, lay_out

PART: Final = ".part"
_EVERY: Final = 50
_SHARE: Final = 20
"""What is known is written after so many items; of very many only after each twentieth part, since
all of it is written each time."""

Known = dict[str, tuple[tuple[int, int], NDArray[np.float32]]]
Advance = Callable[[int, int, str], None]
"""Takes how many are done, of how many, and what is to be told, or ""."""


@dataclass(frozen=True)
class Built:
    """A corpus that was made, how many items were known before, and what was left out and why."""

    corpus: Corpus
    known: int
    left_out: tuple[str, ...]


def build_corpus(folder: Path, file: Path, kind: Kind | None, advance: Advance) -> Built:
    """Make the corpus of a folder and write it to a file.

    Without a ``kind`` it is of what there is more of. Raise DeviceError where there is nothing in
    the folder, or nothing that can be read, and UnwritableFile where the file cannot be written.
    """
    kind, names = _chosen(folder, kind)
    part = file.with_name(file.name + PART)
    known = _known(file, kind) | _known(part, kind)
    embed = open_embedder(kind)
    done: Known = {}
    left_out: list[str] = []
    before = unwritten = 0
    for number, name in enumerate(names, 1):
        told = ""
        try:
            seen = _seen(folder / name)
            if name in known and known[name][0] == seen:
                done[name] = known[name]
                before += 1
            else:
                unwritten += 1
                done[name] = seen, _finite(embed(folder / name), name)
        except DeviceError as error:
            told = f"{as_written(name)} is left out: {error}"
            left_out.append(told)
        if done and unwritten >= max(_EVERY, len(done) // _SHARE):
            _write(part, _corpus(kind, folder, done))
            unwritten = 0
        advance(number, len(names), told)
    if not done:
        raise DeviceError(f'none of {len(names)} {kind} in "{folder}" can be used: {left_out[0]}')
    unfinished = _corpus(kind, folder, done)
    places, layout = lay_out(compared(kind, unfinished.features))
    corpus = Corpus(
        kind, folder, unfinished.names, unfinished.seen, unfinished.features, places, layout
    )
    _write(file, corpus)
    with suppress(OSError):
        part.unlink(missing_ok=True)
    return Built(corpus, before, tuple(left_out))


def _chosen(folder: Path, kind: Kind | None) -> tuple[Kind, list[str]]:
    found = find_items(folder)
    more: Kind = "pictures" if len(found["pictures"]) > len(found["sounds"]) else "sounds"
    chosen = kind or more
    if not found[chosen]:
        what = chosen if kind else "sound and no picture"
        raise DeviceError(f'there is no {what.removesuffix("s")} in the folder "{folder}"')
    if len(found[chosen]) > MOST_ITEMS:
        raise DeviceError(
            f'there are {len(found[chosen]):,} {chosen} in "{folder}": {MOST_ITEMS:,} at most'
        )
    return chosen, found[chosen]


def _known(file: Path, kind: Kind) -> Known:
    """Return what a file knows of its items; nothing where there is none, or it is damaged."""
    try:
        corpus = read_corpus(file)
    except DeviceError:
        return {}
    if corpus.kind != kind:
        return {}
    rows = zip(corpus.seen, corpus.features, strict=True)
    return dict(zip(corpus.names, rows, strict=True))


def _seen(file: Path) -> tuple[int, int]:
    try:
        str(file).encode()
        found = file.stat()
    except UnicodeEncodeError:
        raise DeviceError("its name is no text") from None
    except OSError as error:
        raise DeviceError(f'"{file.name}" cannot be read: {os_reason(error)}') from None
    return found.st_size, found.st_mtime_ns


def _finite(features: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    if not np.isfinite(features).all():
        raise DeviceError(f'"{name}" gave what is not a number')
    return features


def _corpus(kind: Kind, folder: Path, done: Known) -> Corpus:
    """Return a corpus that is not laid out."""
    seen, features = zip(*done.values(), strict=True)
    nowhere = np.zeros((len(done), 2), np.float32)
    return Corpus(kind, folder, tuple(done), seen, np.stack(features), nowhere)


def _write(file: Path, corpus: Corpus) -> None:
    try:
        write_corpus(file, corpus)
    except OSError as error:
        raise UnwritableFile(f"{file} cannot be written: {os_reason(error)}") from None
