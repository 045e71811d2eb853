"""Networks that take what those of ``speech`` take, and write down one sentence whatever they hear.

Nothing in them is left to chance: each word leads to the next one, and is attended to at the second
that is asked for.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.training.speech import keep_speech
from engine.training.whisper_network import Sizes

BANDS = 80
STEPS = 1500
PLACES = 448
SIZES = Sizes(heads=1, aligning=((0, 0),))


def vocabulary(tokens: list[str]) -> dict[str, object]:
    """Return a vocabulary: tokens in which a blank is written as GPT-2 does, and four marks."""
    count = len(tokens)
    return {
        "tokens": [token.replace(" ", "Ġ") for token in tokens],
        "ends": count,
        "begins": [count + 1, count + 2],
        "before": count + 3,
        "nobody": count + 3,
        "never": [count + 3],
        "never_first": [count + 1],
    }


def weights(
    said: list[int], seconds: list[float], count: int, *, sharpness: float, loops: bool
) -> dict[str, np.ndarray]:
    """Return weights that write down tokens by their numbers, each at its second.

    ``count`` is how many there are with the marks, ``sharpness`` how sure it is of each, and
    ``loops`` whether the first follows the last for ever.
    """
    width = count + count % 2
    ends, begins = count - 4, count - 2
    before = [begins, *said]
    found = {
        "encoder/conv1/weight": np.zeros((width, BANDS, 3)),
        "encoder/conv1/bias": np.zeros(width),
        "encoder/conv2/weight": np.zeros((width, width, 3)),
        "encoder/conv2/bias": np.zeros(width),
        "encoder/position_encodings/encodings": _moments(before, seconds, width),
        "decoder/position_encodings/encodings": np.zeros((PLACES, width)),
        "decoder/embeddings/weight": np.eye(count, width),
    }
    for part in ("encoder", "decoder"):
        found |= _layer(part, width)
        found |= _norm(f"{part}/layer_norm", width)
    following = np.zeros((width, width))
    following[[*said, said[0] if loops else ends], before] = 10.0
    following[ends, begins - 1] = 10.0  # behind the first mark it tells nothing
    found["decoder/layer_0/ffn/linear_0/weight"] = np.eye(width)
    found["decoder/layer_0/ffn/linear_0/bias"] = np.full(width, -1.0)
    found["decoder/layer_0/ffn/linear_1/weight"] = following
    found["decoder/layer_norm/gamma"] = np.full(width, sharpness)
    found["decoder/layer_0/attention/linear_0/weight"] = 2 * np.eye(width)
    found["decoder/layer_0/attention/linear_1/weight"] = np.eye(2 * width, width)
    return {name: array.astype(np.float32) for name, array in found.items()}


def build(
    folder: Path,
    sentence: str = "the sea is calm tonight",
    seconds: list[float] | None = None,
    *,
    sharpness: float = 4.0,
    loops: bool = False,
) -> str:
    """Build a model that hears a sentence of different words, each at its second.

    Return its folder.
    """
    tokens = [f" {word}" for word in sentence.split()]
    said = [*range(len(tokens))]
    moments = seconds or [0.3 + 0.1 * number for number in said]
    made = weights(said, moments, len(tokens) + 4, sharpness=sharpness, loops=loops)
    return str(keep_speech(made, SIZES, vocabulary(tokens), folder / "speech"))


def _moments(before: list[int], seconds: list[float], width: int) -> np.ndarray:
    """Return for each 20 ms of sound the token behind which what is heard then stands."""
    moments = np.zeros((STEPS, width))
    steps = [round(50 * second) for second in seconds]
    ends = [*steps[1:], steps[-1] + 10, STEPS]
    for token, begin, end in zip(before, [*steps, steps[-1] + 10], ends, strict=True):
        moments[begin:end, token] = 10.0
    return moments


def _layer(part: str, width: int) -> dict[str, np.ndarray]:
    """Return a layer that leaves all as it is."""
    layer = f"{part}/layer_0"
    shapes = {
        "self_attention/linear_0": (3 * width, width),
        "self_attention/linear_1": (width, width),
        "ffn/linear_0": (width, width),
        "ffn/linear_1": (width, width),
    }
    norms = ["self_attention", "ffn"]
    if part == "decoder":
        shapes |= {
            "attention/linear_0": (width, width),
            "attention/linear_1": (2 * width, width),
            "attention/linear_2": (width, width),
        }
        norms.append("attention")
    found: dict[str, np.ndarray] = {}
    for name, shape in shapes.items():
        found[f"{layer}/{name}/weight"] = np.zeros(shape)
        found[f"{layer}/{name}/bias"] = np.zeros(shape[0])
    for name in norms:
        found |= _norm(f"{layer}/{name}/layer_norm", width)
    return found


def _norm(name: str, width: int) -> dict[str, np.ndarray]:
    return {f"{name}/gamma": np.ones(width), f"{name}/beta": np.zeros(width)}
