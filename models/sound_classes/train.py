# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2", "onnx>=1.17", "soundfile", "soxr", "msgspec", "mido"]
# ///
"""Train ``model.onnx`` again, on sounds that are made here and on free ones.

``uv run models/sound_classes/train.py SAMPLES FLITE``

SAMPLES is the folder of the Debian package sonic-pi-samples (its CC0 files only), FLITE the
program of the package flite; fluidsynth and its sound font FluidR3_GM must be installed. What is
made: claps and applause, whistles, noise and hum by this script; speech and chant by flite; song by
the stand-in of Sensorium and by the choirs of the sound font; music by the sound font and the
samples. Nothing of what ``sensorium bench classes`` asks is among it: other voices, seeds and
files.
"""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import soundfile
import soxr
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from engine.dsp.audio.sound_features import COUNT, RATE, WINDOW, sound_features  # noqa: E402
from engine.lab.bench.class_sounds import (  # noqa: E402
    applause,
    claps,
    hum,
    noise,
    played,
    recorded_applause,
    sung,
    whistled,
)

CLASSES = ("clap", "whistle", "speech", "singing", "music")
HIDDEN = 48
EACH = 800
"""Windows of each class."""
SEED = 20
TEXTS = (
    "The lights go down and the curtain rises, so please take your seats now.",
    "Is anybody there? I thought I heard a voice behind the door.",
    "One, two, three, four, five, six, seven, eight, nine, ten.",
    "She sells sea shells on the shore, and he buys them for a shilling each.",
    "Good evening, ladies and gentlemen, and welcome to the show.",
    "Yesterday we walked along the river until it began to rain.",
    "Please mind the gap between the train and the platform edge.",
    "Who could have known that such a small machine hears so well?",
)
VOICES = ("kal16", "awb", "rms")
"""Voices of flite."""
CC0 = (
    "loop_",
    "drum_",
    "bass_",
    "ambi_",
    "guit_",
    "elec_",
    "bd_",
    "sn_",
    "hat_",
    "perc_",
    "tabla_",
)


def flite(program: str, voice: str, text: str, **features: float) -> np.ndarray:
    """Return a text that is read out, or chanted where the features make it long and level."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        sets = [part for key, value in features.items() for part in ("--setf", f"{key}={value}")]
        subprocess.run([program, "-voice", voice, *sets, "-t", text, "-o", file], check=True)
        samples, rate = soundfile.read(file, dtype="float32")
    return soxr.resample(samples, rate, RATE)


def read(file: Path) -> np.ndarray:
    """Return a sound file at RATE, all channels mixed."""
    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return soxr.resample(samples.mean(axis=1), rate, RATE)


def is_held_out(file: Path) -> bool:
    """Whether a file is kept for the bench: a third of all, by its name."""
    return hashlib.sha256(file.name.encode()).digest()[0] % 3 == 0


def material(samples: Path, program: str, rng: np.random.Generator) -> dict[str, list[np.ndarray]]:
    """Return stretches of sound of each class and of none."""
    speech = [
        flite(program, v, t, int_f0_target_mean=m, duration_stretch=d)
        for v in VOICES
        for t in TEXTS
        for m, d in ((95, 1.0), (150, 0.85), (220, 1.15))
    ]
    chant = [
        flite(program, v, t, int_f0_target_mean=m, int_f0_target_stddev=0, duration_stretch=d)
        for v in VOICES
        for t in TEXTS[:5]
        for m, d in ((110, 2.6), (196, 3.2), (294, 2.2))
    ]
    known = (f for f in sorted(samples.glob("*.flac")) if f.name.startswith(CC0))
    files = [f for f in known if not is_held_out(f)]
    files = [f for f in files if "choir" not in f.name and "voxy" not in f.name]
    loops = [np.tile(x := read(file), max(1, int(4 * RATE / max(len(x), 1)))) for file in files]
    return {
        "clap": [claps(rng) for _ in range(60)]
        + [applause(rng) for _ in range(80)]
        + [recorded_applause(rng) for _ in range(30)],
        "whistle": [whistled(rng) for _ in range(100)],
        "speech": speech,
        "singing": chant
        + [sung(seed) for seed in range(1000, 1010)]
        + [played(rng, programs=(52, 53, 54, 91)) for _ in range(16)],
        "music": loops + [played(rng) for _ in range(80)],
        "": [noise(rng) for _ in range(80)] + [hum(rng) for _ in range(40)],
    }


def window(sounds: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return a second out of one of the sounds, in which something sounds."""
    for _ in range(50):
        sound = sounds[rng.integers(len(sounds))]
        if len(sound) < WINDOW:
            sound = np.pad(sound, (int(rng.integers(WINDOW - len(sound) + 1)), WINDOW))
        begin = int(rng.integers(len(sound) - WINDOW + 1))
        one = sound[begin : begin + WINDOW]
        if np.sqrt(np.mean(one**2)) > 1e-3:
            break
    return one / (np.sqrt(np.mean(one**2)) + 1e-9)


def worn(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a sound as another room and microphone have it: echo, colour, noise, clipping."""
    if rng.random() < 0.6:
        decay = rng.uniform(0.05, 0.5)
        time = np.arange(int(decay * RATE)) / RATE
        room = rng.normal(0, 1, len(time)) * 10 ** (-3 * time / decay) * rng.uniform(0.02, 0.2)
        room[0] = 1.0
        size = 2 * WINDOW
        sound = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[:WINDOW]
    if rng.random() < 0.7:
        tilt = rng.uniform(-0.6, 0.6)
        sound = sound + tilt * np.concatenate(([0.0], sound[:-1]))
    sound = sound / (np.sqrt(np.mean(sound**2)) + 1e-9)
    colour = rng.normal(0, 1, len(sound))
    if rng.random() < 0.5:
        colour = np.cumsum(colour) - np.cumsum(colour).mean()
        colour = np.diff(colour, prepend=0.0) * 0.3 + colour / (np.std(colour) + 1e-9)
    colour /= np.sqrt(np.mean(colour**2))
    sound = sound + colour * 10 ** (-rng.uniform(12, 50) / 20)
    if rng.random() < 0.1:
        sound = np.clip(sound, -1.5, 1.5)
    return (0.1 * sound).astype(np.float32)


Pairs = tuple[np.ndarray, np.ndarray]


def examples(found: dict[str, list[np.ndarray]], rng: np.random.Generator) -> Pairs:
    """Return features (n, COUNT) and which classes each has (n, 5): also two classes at once."""
    features, labels = [], []
    over = [("speech", "music"), ("singing", "music"), ("clap", "music"), ("speech", "clap")]
    wanted = [(name,) for name in found for _ in range(EACH)] + [
        pair for pair in over for _ in range(EACH // 4)
    ]
    for names in wanted:
        sound = np.zeros(WINDOW)
        for number, name in enumerate(names):
            gain = 1.0 if number == 0 else 10 ** (rng.uniform(-12, 3) / 20)
            sound = sound + gain * window(found[name], rng)
        features.append(sound_features(worn(sound, rng)))
        labels.append([float(name in names) for name in CLASSES])
    return np.stack(features), np.array(labels, np.float32)


def train(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the weights of two layers, by Adam on the cross entropy of each class."""
    sizes = [(COUNT, HIDDEN), (HIDDEN,), (HIDDEN, len(CLASSES)), (len(CLASSES),)]
    weights = [rng.normal(0, (2 / s[0]) ** 0.5, s) if len(s) == 2 else np.zeros(s) for s in sizes]
    first, second = ([np.zeros(s) for s in sizes] for _ in range(2))
    count = itertools.count(1)
    for epoch in range(60):
        rate = 2e-3 * (1 - epoch / 60)
        order = rng.permutation(len(x))
        for begin in range(0, len(x), 128):
            batch = order[begin : begin + 128]
            given = x[batch] + rng.normal(0, 0.15, (len(batch), COUNT))
            hidden = np.maximum(given @ weights[0] + weights[1], 0)
            kept = hidden * (rng.random(hidden.shape) > 0.2) / 0.8
            said = 1 / (1 + np.exp(-(kept @ weights[2] + weights[3])))
            error = (said - (0.02 + 0.96 * y[batch])) / len(batch)
            back = (error @ weights[2].T) * (kept > 0) / 0.8
            slopes = [given.T @ back, back.sum(0), kept.T @ error, error.sum(0)]
            step = next(count)
            for number, slope in enumerate(slopes):
                one, m, v = weights[number], first[number], second[number]
                full = slope + (1e-4 * one if one.ndim == 2 else 0)
                m[...] = 0.9 * m + 0.1 * full
                v[...] = 0.999 * v + 0.001 * full**2
                near = m / (1 - 0.9**step), v / (1 - 0.999**step)
                one[...] = one - rate * near[0] / (np.sqrt(near[1]) + 1e-8)
    return weights


def as_network(mean: np.ndarray, spread: np.ndarray, weights: list[np.ndarray]) -> onnx.ModelProto:
    """Return the network as ONNX: features in, a number from 0 to 1 for each class out."""
    names = ("mean", "spread", "w1", "b1", "w2", "b2")
    values = [value.astype(np.float32) for value in (mean, spread, *weights)]
    nodes = [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "spread"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "low", "high"], ["clipped"]),
        helper.make_node("Gemm", ["clipped", "w1", "b1"], ["before"]),
        helper.make_node("Relu", ["before"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "w2", "b2"], ["after"]),
        helper.make_node("Sigmoid", ["after"], ["classes"]),
    ]
    ends = [numpy_helper.from_array(np.float32(v), n) for n, v in (("low", -6), ("high", 6))]
    graph = helper.make_graph(
        nodes,
        "sound_classes",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, COUNT])],
        [helper.make_tensor_value_info("classes", TensorProto.FLOAT, [1, len(CLASSES)])],
        ends + [numpy_helper.from_array(v, n) for n, v in zip(names, values, strict=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """Make the sounds, train, say how well it went, and write."""
    rng = np.random.default_rng(SEED)
    found = material(Path(sys.argv[1]), sys.argv[2], rng)
    x, y = examples(found, rng)
    mean, spread = x.mean(0), x.std(0) + 1e-3
    scaled = np.clip((x - mean) / spread, -6, 6)
    weights = train(scaled, y, rng)
    said = np.maximum(scaled @ weights[0] + weights[1], 0) @ weights[2] + weights[3]
    right = ((said > 0) == (y > 0.5)).mean(axis=0)
    print(f"{len(x)} windows; right on them:")
    print(", ".join(f"{name} {part:.3f}" for name, part in zip(CLASSES, right, strict=True)))
    data = as_network(mean, spread, weights).SerializeToString(deterministic=True)
    (HERE / "model.onnx").write_bytes(data)
    print(f"{len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
