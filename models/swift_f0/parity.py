# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnxruntime>=1.22", "swift-f0==0.3.0"]
# ///
"""Store in ``parity.npz`` what the published package says about a few sounds.

``uv run models/swift_f0/parity.py``

``sounds`` int16 (n, 16000), one second each at 16 kHz, ``hz`` and ``confidence`` (n, 62): what
``swift_f0.SwiftF0.detect`` gives for them. Prints the largest difference to ``model.onnx``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import swift_f0

HERE = Path(__file__).parent
RATE = 16000


def sounds() -> np.ndarray:
    """Draw a glide, a low and a high buzzing tone with vibrato, and a tone in noise."""
    rng = np.random.default_rng(1)
    time = np.arange(RATE) / RATE
    glides = (
        220 * 2 ** (2 * time),
        82.4 * 2 ** (0.03 * np.sin(40 * time)),
        880 * 2 ** (0.03 * np.sin(35 * time)),
        np.full(RATE, 330.0),
    )
    found = []
    for number, hz in enumerate(glides):
        phase = 2 * np.pi * np.cumsum(hz) / RATE
        tone = sum(np.sin(k * phase) / k for k in range(1, 8))
        noise = rng.normal(0, 0.3 if number == 3 else 0.003, RATE)
        found.append(6000 * (tone + noise))
    return np.clip(np.stack(found), -32768, 32767).astype(np.int16)


def main() -> None:
    """Ask both, compare, print and store."""
    drawn = sounds()
    published = swift_f0.SwiftF0(threads=1)
    session = onnxruntime.InferenceSession(HERE / "model.onnx")
    answers = [published.detect(one, RATE) for one in drawn]
    hz = np.stack([answer.pitch_hz for answer in answers])
    confidence = np.stack([answer.confidence for answer in answers])
    low, high = (np.asarray(end, np.float32) for end in (46.875, 2093.75))
    for number, one in enumerate(drawn):
        audio = (one / 32768).astype(np.float32)[None]
        ours = session.run(None, {"audio": audio, "fmin": low, "fmax": high})
        print(
            f"sound {number}: largest difference {np.abs(ours[0][0] - hz[number]).max():.1e} Hz,",
            f"confidence {np.abs(ours[1][0] - confidence[number]).max():.1e},",
            f"voiced {np.mean(confidence[number] > 0.5):.2f}",
        )
    np.savez_compressed(HERE / "parity.npz", sounds=drawn, hz=hz, confidence=confidence)


if __name__ == "__main__":
    main()
