# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["numpy==2.2.6"]
# ///
"""Make ``lexicon.txt`` and ``network.npz`` again: ``uv run models/mood/train.py``.

The lexicon is VADER's, out of a published PyPI package: words and emoticons with the mean of ten
ratings. Of an emoji the words of its description are added up; hearts, and a few more whose names
say nothing, are rated here by hand.

The network learns from the lexicon how good the vector of a word sounds (``models/word_vectors``):
50 numbers, 64 neurons, one number. A fifth of the words, by their hash, is never trained on: what
it says of them is the test (``sensorium bench words``). Frequent words that nobody rated are to be
nothing, since VADER's raters left out what they felt nothing about. One thread, seconds; the seed
is fixed. Prints what the card says.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from packages import from_pypi  # noqa: E402

PACKAGE = "nltk-vader-sentiment==1.0.0"
FILES = {
    "vader/data/lexicon.py": "c773fb89e1da8eed46a9c8aca8a2467584806a3cfdd12b1f8086fe911c35e949",
    "vader/data/emoji.py": "72ca8a89206a0da9e8ffbbb0a3d4d7c00ab01fec028f3b1cd2fd078a2825f9cb",
}
TWICE = ("d:", "d=")
"""Emoticons that the lexicon holds twice, with opposite signs: nobody knows what they mean."""
BY_HAND = {
    **dict.fromkeys("❤🧡💛💚💙💜🤎🖤🤍♥💕💖💗💓💞💘💝💟", 2.6),
    **{"👍": 2.0, "👎": -2.0, "🎉": 2.6, "🥳": 2.6, "✨": 1.2, "🌈": 1.6, "☀": 1.4, "🌞": 1.8},
    **{"🙂": 1.5, "😐": -0.3, "😶": 0.0, "🖕": -3.0, "💩": -1.5, "☠": -2.0, "🔥": 1.0, "💔": -2.7},
    **{"👏": 2.0, "🙏": 1.2, "🤗": 2.2, "😂": 2.2, "🤣": 2.4, "😭": -1.5, "😢": -2.0, "🤮": -2.8},
}
HIDDEN, STEPS, RATE, DECAY, DROPPED = 64, 500, 3e-3, 1e-2, 0.3
NEUTRAL, FROM, UP_TO, COUNTS = 1500, 200, 8000, 0.25
"""So many words that nobody rated, among these places of the list, and what each counts."""
SEED = 0


def main() -> None:
    """Fetch the package, write the lexicon, train the network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--validate", action="store_true", help="hold out another fifth as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        from_pypi(folder, PACKAGE, FILES)
        rated = dict(module(folder / "lexicon.py").LEXICON)
        described = dict(module(folder / "emoji.py").EMOJI)
    lexicon = {word: value for word, value in rated.items() if word not in TWICE}
    lexicon |= emoji(described, lexicon) | BY_HAND
    lines = (f"{word}\t{round(float(value), 2):g}\n" for word, value in sorted(lexicon.items()))
    write(options.out / "lexicon.txt", "".join(lines).encode())
    with np.load(HERE.parent / "word_vectors" / "vectors.npz") as stored:
        words = stored["words"].tobytes().decode().split("\n")
        vectors = stored["vectors"].astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    left_out = (0, 1) if options.validate else (0,)
    network = trained(words, vectors, rated, left_out)
    np.savez(options.out / "network.npz", **network)
    print("network.npz", sha256((options.out / "network.npz").read_bytes()))
    judged = answer({name: value.astype(np.float64) for name, value in network.items()}, vectors)
    for fifth in left_out:
        places = [p for p, word in enumerate(words) if word in rated and part(word) == fifth]
        said, meant = judged[places], np.array([rated[words[p]] for p in places])
        alike, signs = np.corrcoef(said, meant)[0, 1], np.mean((said > 0) == (meant > 0))
        print(f"fifth {fifth}: {len(places)} words, r {alike:.3f}, sign {100 * signs:.1f} %")
    nobody = [p for p in range(FROM, UP_TO) if words[p] not in rated]
    print("mean size of what nobody rated:", np.abs(judged[nobody]).mean().round(2))


def part(word: str) -> int:
    """Return in which fifth of all words one is, by its hash; 0 is never trained on."""
    return hashlib.sha256(word.encode()).digest()[0] % 5


def emoji(described: dict[str, str], lexicon: dict[str, float]) -> dict[str, float]:
    """Return the emoji whose descriptions have words that are rated, each with their sum."""
    found = {}
    for written, text in described.items():
        sign = written.replace("\ufe0f", "")
        value = sum(lexicon.get(word, 0.0) for word in re.findall(r"[a-z'-]+", text.lower()))
        if len(sign) == 1 and value:
            found[sign] = min(max(value, -3.0), 3.0)
    return found


def trained(
    words: list[str], vectors: np.ndarray, rated: dict[str, float], left_out: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Return the weights of the network: Adam with decay and dropout, on all words at once."""
    rng = np.random.default_rng(SEED)
    known = [p for p, word in enumerate(words) if word in rated and part(word) not in left_out]
    nobody = [p for p in range(FROM, UP_TO) if words[p] not in rated]
    nobody = sorted(rng.choice(nobody, NEUTRAL, replace=False))
    wanted = np.array([rated[words[p]] for p in known] + [0.0] * len(nobody))
    counts = np.array([1.0] * len(known) + [COUNTS] * len(nobody))
    seen = vectors[known + nobody]
    size = vectors.shape[1]
    weights = {
        "hidden": rng.normal(0, size**-0.5 * 1.4, (size, HIDDEN)),
        "hidden_bias": np.zeros(HIDDEN),
        "out": rng.normal(0, HIDDEN**-0.5, HIDDEN),
        "out_bias": np.zeros(()),
    }
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    for step in range(1, STEPS + 1):
        kept = (rng.random((len(seen), HIDDEN)) >= DROPPED) / (1 - DROPPED)
        inside = seen @ weights["hidden"] + weights["hidden_bias"]
        hidden = np.maximum(inside, 0) * kept
        error = (hidden @ weights["out"] + weights["out_bias"] - wanted) * counts
        error *= 2 / counts.sum()
        back = np.outer(error, weights["out"]) * kept * (inside > 0)
        slopes = {
            "hidden": seen.T @ back,
            "hidden_bias": back.sum(axis=0),
            "out": hidden.T @ error,
            "out_bias": error.sum(),
        }
        for name, slope in slopes.items():
            first[name] = 0.9 * first[name] + 0.1 * slope
            second[name] = 0.999 * second[name] + 0.001 * slope**2
            mean, square = first[name] / (1 - 0.9**step), second[name] / (1 - 0.999**step)
            weights[name] = (1 - RATE * DECAY) * weights[name]
            weights[name] = weights[name] - RATE * mean / (np.sqrt(square) + 1e-8)
    return {name: np.asarray(value, np.float32) for name, value in weights.items()}


def answer(weights: dict[str, np.ndarray], vectors: np.ndarray) -> np.ndarray:
    """Return what the network says of vectors."""
    hidden = np.maximum(vectors @ weights["hidden"] + weights["hidden_bias"], 0)
    return hidden @ weights["out"] + weights["out_bias"]


def module(file: Path) -> ModuleType:
    """Return a file of the package, whose hash was checked, as a module: it holds one table."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def write(file: Path, data: bytes) -> None:
    """Write a file, and print its hash for the card."""
    file.write_bytes(data)
    print(file.name, sha256(data))


def sha256(data: bytes) -> str:
    """Return the hash of data."""
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
