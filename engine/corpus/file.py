"""The file of a corpus: which items there are, what they are like, and where they lie on the map.

It is data: a NumPy archive without pickles, which may come from a stranger. The items are named
from the folder of the corpus on, and never lead out of it.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError, UnreadableFile
from engine.core.files import read_file
from engine.dsp.audio.onset_profile import COUNT as PROFILE_COUNT
from engine.dsp.audio.sound_features import COUNT as SOUND_COUNT
from engine.system.whole_file import write_whole

Kind = Literal["sounds", "pictures"]
SUFFIX: Final = ".corpus"
MOST_ITEMS: Final = 100_000
_VERSION: Final = 1
_MOST_BYTES: Final = 1 << 29
_NONE: Final = "is not there"
_LONGEST_HEAD: Final = 1000
"""Bytes of the header of an array."""
_LONGEST_PATH: Final = 2000
_LONGEST_NAME: Final = 255
"""Bytes of a file's name."""
_DAMAGED: Final = (
    *(ValueError, KeyError, EOFError, OSError, NotImplementedError, RuntimeError, TypeError),
    *(OverflowError, MemoryError, SyntaxError, zlib.error, zipfile.BadZipFile),
    msgspec.MsgspecError,
)
"""What the reading of a zip file and of arrays raises where they are damaged."""
WIDTHS: Final[dict[Kind, int]] = {"sounds": SOUND_COUNT + PROFILE_COUNT, "pictures": 64}
"""How many numbers an item has."""


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """What the arrays do not hold. ``seen`` is the size and the moment of change of each file."""

    version: int
    kind: Kind
    folder: str
    names: list[str]
    seen: list[tuple[int, int]]
    layout: str


_HEADS: Final = msgspec.json.Decoder(_Head)


@dataclass(frozen=True)
class Corpus:
    """Items of one kind: ``features`` float32 (n, m), ``places`` float32 (n, 2), 0 to 1.

    ``folder`` is where the items lie, ``layout`` how they were laid out ("t-SNE", "PCA", or "" for
    one that is not finished, whose places are 0). ``seen`` is the size and the moment of the last
    change, in ns, of each file.
    """

    kind: Kind
    folder: Path
    names: tuple[str, ...]
    seen: tuple[tuple[int, int], ...]
    features: NDArray[np.float32]
    places: NDArray[np.float32]
    layout: str = ""

    def path(self, index: int) -> Path:
        """Return the file of an item."""
        return self.folder / self.names[index]


def write_corpus(file: Path, corpus: Corpus) -> None:
    """Write a corpus in place of what is there, whole or not at all. Raise OSError."""
    folder = _written_folder(corpus.folder, file.parent)
    head = _Head(
        _VERSION, corpus.kind, folder, list(corpus.names), list(corpus.seen), corpus.layout
    )
    stream = io.BytesIO()
    np.savez(
        stream,
        head=np.frombuffer(msgspec.json.encode(head), np.uint8),
        features=corpus.features,
        places=corpus.places,
    )
    write_whole({file: stream.getvalue()}, mode=0o644)


def read_corpus(file: Path) -> Corpus:
    """Read a corpus. Raise DeviceError where there is none, or it is not whole."""
    try:
        data = read_file(file, _MOST_BYTES)
        return _read(data, file.parent)
    except UnreadableFile as error:
        make = ': make it with "sensorium corpus FOLDER"' if str(error) == _NONE else ""
        raise DeviceError(f'"{file}" {error}{make}') from None
    except _DAMAGED:
        raise DeviceError(
            f'"{file}" is no corpus, or it is damaged: make it again with "sensorium corpus FOLDER"'
        ) from None


def _read(data: bytes, beside: Path) -> Corpus:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(each.file_size for each in archive.infolist()) > _MOST_BYTES:
            raise ValueError
        head = _HEADS.decode(_array(archive, "head", np.uint8, 1).tobytes())
        features = _array(archive, "features", np.float32, 2)
        places = _array(archive, "places", np.float32, 2)
    count = len(head.names)
    if head.version != _VERSION or not 0 < count <= MOST_ITEMS:
        raise ValueError
    if features.shape[1] != WIDTHS[head.kind] or not np.isfinite(features).all():
        raise ValueError
    if len(features) != count or len(head.seen) != count or places.shape != (count, 2):
        raise ValueError
    if not (np.isfinite(places).all() and places.min() >= 0 and places.max() <= 1):
        raise ValueError
    if not all(map(_stays_inside, head.names)) or not _can_be(head.folder):
        raise ValueError
    names, seen = tuple(head.names), tuple(head.seen)
    folder = beside / head.folder
    return Corpus(head.kind, folder, names, seen, features, places, head.layout)


def _array(archive: zipfile.ZipFile, name: str, dtype: type, dimensions: int) -> NDArray[Any]:
    """Return an array of the archive. Raise ValueError where it is of another kind, or too short.

    Its header is looked at before anything is made of its size: one may claim more than there is.
    """
    with archive.open(f"{name}.npy") as stored:
        stream = io.BytesIO(stored.read())
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ValueError
    shape, by_columns, found = np.lib.format.read_array_header_1_0(stream, _LONGEST_HEAD)
    if found != dtype or len(shape) != dimensions or by_columns or min(shape) < 0:
        raise ValueError
    rest = stream.read()
    if len(rest) != math.prod(shape) * found.itemsize:
        raise ValueError
    return np.frombuffer(rest, found).reshape(shape)


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    inside = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
    return inside and _can_be(name)


def _can_be(path: str) -> bool:
    """Whether a system takes it for a path at all: asked about others, it raises."""
    parts = PurePosixPath(path).parts
    short = len(path) <= _LONGEST_PATH and all(
        len(each.encode()) <= _LONGEST_NAME for each in parts
    )
    return short and "\0" not in path


def _written_folder(folder: Path, beside: Path) -> str:
    """Return the folder as seen from beside the file, so that both can be moved together."""
    try:
        return folder.resolve().relative_to(beside.resolve()).as_posix()
    except ValueError:
        return folder.resolve().as_posix()
