"""The file of a corpus: it moves with its folder, and a stranger's leads nowhere."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.core.errors import DeviceError
from engine.corpus import file as corpus_file
from engine.corpus.file import WIDTHS, Corpus, read_corpus, write_corpus


def corpus(folder: Path, *names: str) -> Corpus:
    count = len(names)
    features = np.random.default_rng(0).normal(0, 1, (count, WIDTHS["sounds"]))
    places = np.linspace(0, 1, 2 * count, dtype=np.float32).reshape(count, 2)
    seen = tuple((n, n) for n in range(count))
    return Corpus("sounds", folder, names, seen, features.astype(np.float32), places, "PCA")


def test_it_comes_back_as_it_was_and_moves_with_its_folder(tmp_path: Path) -> None:
    made = corpus(tmp_path / "drums", "a.wav", "b/ß 🥁.wav")
    write_corpus(tmp_path / "drums.corpus", made)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (tmp_path / "drums.corpus").rename(moved / "drums.corpus")
    found = read_corpus(moved / "drums.corpus")
    assert found.path(1) == moved / "drums" / "b" / "ß 🥁.wav"
    assert (found.names, found.seen, found.layout) == (made.names, made.seen, "PCA")
    assert np.array_equal(found.features, made.features)
    assert np.array_equal(found.places, made.places)


def test_one_that_is_cut_damaged_or_something_else_is_told(tmp_path: Path) -> None:
    file = tmp_path / "c"
    write_corpus(file, corpus(tmp_path, "a.wav", "b.wav"))
    whole = file.read_bytes()
    for data in (b"", b"hello", whole[: len(whole) // 2], whole[:-40], whole[100:]):
        file.write_bytes(data)
        with pytest.raises(DeviceError, match="is no corpus, or it is damaged"):
            read_corpus(file)
    with pytest.raises(DeviceError, match="is not there"):
        read_corpus(tmp_path / "none")
    with pytest.raises(DeviceError, match="is a folder"):
        read_corpus(tmp_path)


def forged(**changes: Any) -> bytes:
    """Return a corpus of one item as a stranger may write it."""
    head = {"version": 1, "kind": "sounds", "folder": ".", "names": ["a.wav"], "seen": [[1, 1]]}
    head |= {"layout": "PCA"}
    arrays: dict[str, Any] = {
        "features": np.zeros((1, WIDTHS["sounds"]), np.float32),
        "places": np.zeros((1, 2), np.float32),
    }
    head |= {key: value for key, value in changes.items() if key not in arrays}
    arrays |= {key: value for key, value in changes.items() if key in arrays}
    stream = io.BytesIO()
    np.savez(stream, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)
    return stream.getvalue()


BAD: list[dict[str, Any]] = [
    {"names": ["../a.wav"]},
    {"names": ["/etc/passwd"]},
    {"names": ["b/../../a.wav"]},
    {"names": [""]},
    {"names": ["a\0.wav"]},
    {"names": ["ß" * 128]},
    {"names": ["a/" * 1500 + "b.wav"]},
    {"folder": "a\0"},
    {"folder": "a" * 256},
    {"names": []},
    {"names": ["a.wav", "b.wav"]},
    {"version": 2},
    {"kind": "smells"},
    {"more": 1},
    {"places": np.full((1, 2), np.nan, np.float32)},
    {"places": np.full((1, 2), 7, np.float32)},
    {"places": np.zeros((1, 3), np.float32)},
    {"features": np.full((1, WIDTHS["sounds"]), np.inf, np.float32)},
    {"features": np.zeros((1, 3), np.float32)},
    {"features": np.zeros((1, WIDTHS["sounds"]))},
    {"features": np.array([[{}]], object)},
]


@pytest.mark.parametrize("changes", BAD, ids=lambda each: str(each)[:40])
def test_what_a_stranger_wrote_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "c"
    file.write_bytes(forged())
    assert read_corpus(file).names == ("a.wav",)
    file.write_bytes(forged(**changes))
    with pytest.raises(DeviceError, match="is no corpus, or it is damaged"):
        read_corpus(file)


def test_one_that_would_unpack_to_more_than_there_is_memory_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "c"
    file.write_bytes(forged(features=np.zeros((1, WIDTHS["sounds"]), np.float32)))
    assert read_corpus(file)
    monkeypatch.setattr(corpus_file, "_MOST_BYTES", 1 << 16)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("head.npy", bytes(1 << 20))
    assert file.stat().st_size < 1 << 16
    with pytest.raises(DeviceError, match="is no corpus, or it is damaged"):
        read_corpus(file)
