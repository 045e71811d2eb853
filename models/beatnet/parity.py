"""Store in ``parity.npz`` what madmom and the published network say about a short drum pattern.

``python models/beatnet/parity.py features BEATNET`` in an environment with madmom, and then
``python models/beatnet/parity.py activations BEATNET`` in one with torch and onnxruntime; BEATNET
is the folder of the unpacked PyPI package BeatNet 1.1.3.

madmom 0.16.1 builds on Python 3.11 from its source package with numpy 1.23.5, scipy 1.10.1, cython
below 3 and setuptools below 60, once its ``*.c`` files and ``setup_requires`` are removed and
``MutableSequence`` comes from ``collections.abc``.

``sound`` int16 (26460,) is 1.2 s at 22050 Hz, ``features`` float32 (60, 272) what the package's own
``LOG_SPECT`` makes of it, ``activations`` float32 (60, 3) the mean of what the package's three
networks say to these: beat, downbeat, none. Prints the largest difference of ours to either.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
RATE = 22050
SECONDS = 1.2


def sound() -> np.ndarray:
    """Draw kicks and hats over a chord."""
    rng = np.random.default_rng(1)
    time = np.arange(round(SECONDS * RATE)) / RATE
    drawn = rng.normal(0, 0.001, time.size)
    stroke = np.arange(RATE // 4) / RATE
    kick = np.sin(2 * np.pi * (50 * stroke + 3 * (1 - np.exp(-30 * stroke))))
    for begin in (0.1, 0.6, 1.1):
        for at, one in (
            (begin, 0.6 * kick * np.exp(-stroke / 0.1)),
            (begin + 0.25, 0.3 * rng.normal(size=stroke.size) * np.exp(-stroke / 0.03)),
        ):
            part = drawn[round(at * RATE) :][: stroke.size]
            part += one[: part.size]
    drawn += 0.05 * np.sin(2 * np.pi * 220 * time) + 0.03 * np.sin(2 * np.pi * 3300 * time)
    return np.round(32767 * np.clip(drawn, -1, 1)).astype(np.int16)


def features(folder: Path) -> None:
    """Ask madmom, by the package's own settings."""
    package = types.ModuleType("BeatNet")
    package.__path__ = [str(folder / "BeatNet")]
    sys.modules |= {"BeatNet": package, "librosa": types.ModuleType("librosa")}
    from BeatNet.log_spect import LOG_SPECT  # noqa: PLC0415

    window, hop = int(64 * 0.001 * RATE), int(20 * 0.001 * RATE)
    asked = LOG_SPECT(sample_rate=RATE, win_length=window, hop_size=hop, n_bands=[24])
    drawn = sound()
    heard = asked.process_audio((drawn / 32768).astype(np.float32)).T
    np.savez_compressed(HERE / "parity.npz", sound=drawn, features=np.asarray(heard, np.float32))


def activations(folder: Path) -> None:
    """Ask the published network, and ours."""
    import onnxruntime  # noqa: PLC0415
    import torch  # noqa: PLC0415

    spec = importlib.util.spec_from_file_location("model", folder / "BeatNet" / "model.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with np.load(HERE / "parity.npz") as stored:
        drawn, heard = stored["sound"], stored["features"]
    every = []
    for number in (1, 2, 3):
        network = module.BDA(272, 150, 2, "cpu")
        file = folder / "BeatNet" / "models" / f"model_{number}_weights.pt"
        network.load_state_dict(torch.load(file, map_location="cpu"), strict=False)
        network.eval()
        with torch.no_grad():
            every.append(network.final_pred(network(torch.from_numpy(heard)[None])[0]).T.numpy())
    said = np.mean(every, axis=0)
    session = onnxruntime.InferenceSession(HERE / "model.onnx")
    rest = np.zeros((6, 1, 150), np.float32)
    ours = session.run(None, {"features": heard[None], "h": rest, "c": rest})[0][0]
    print(f"largest difference of an activation: {np.abs(ours - said).max():.1e}")
    np.savez_compressed(HERE / "parity.npz", sound=drawn, features=heard, activations=said)


if __name__ == "__main__":
    {"features": features, "activations": activations}[sys.argv[1]](Path(sys.argv[2]))
